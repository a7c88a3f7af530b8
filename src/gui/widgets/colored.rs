//! Text in colours while it is typed, with what stands out in it.

use std::ops::Range;

use egui::{
    Color32, FontId, Stroke,
    text::{ByteIndex, LayoutJob, LayoutSection, TextFormat},
};

use crate::gui::theme::Colors;

/// What stands out in the text.
#[derive(Debug, Clone, Default)]
pub struct Emphasis {
    /// Underlined: what is wrong.
    pub wrong: Option<Range<usize>>,
    /// Marked: what is pointed at elsewhere.
    pub marked: Option<Range<usize>>,
    /// Struck through and grey: the filter is turned off.
    pub off: bool,
}

/// Lays out a text of which each stretch has a colour; the stretches follow each other without holes.
pub fn colored(
    text: &str,
    pieces: impl IntoIterator<Item = (Range<usize>, Color32)>,
    font: &FontId,
    colors: &Colors,
    emphasis: &Emphasis,
) -> LayoutJob {
    let mut job = LayoutJob::default();
    let wrong = emphasis.wrong.as_ref().map(|range| {
        // An error at the end of the text marks the last character.
        let end = range.end.clamp(range.start.min(text.len()), text.len());
        let start = if range.start >= end {
            text[..end].char_indices().next_back().map_or(0, |(at, _)| at)
        } else {
            range.start
        };
        start..end
    });
    for (range, color) in pieces {
        let pieces = split(range, wrong.as_ref()).into_iter();
        for piece in pieces.flat_map(|piece| split(piece, emphasis.marked.as_ref())) {
            let within = |range: &Option<Range<usize>>| {
                range.as_ref().is_some_and(|range| range.start <= piece.start && piece.end <= range.end)
            };
            let mut format = TextFormat { font_id: font.clone(), color, ..TextFormat::default() };
            if emphasis.off {
                format.color = colors.muted;
                // A line through the text would hide its minus signs.
                format.italics = true;
            }
            if within(&wrong) {
                format.underline = Stroke::new(2.0, colors.error);
            }
            if within(&emphasis.marked) {
                format.background = colors.accent_wash;
            }
            // Signs are laid out one by one: the typeface would join `>=` into one that nobody typed.
            for part in one_by_one(&text[piece]) {
                append(&mut job, part, format.clone());
            }
        }
    }
    job
}

fn append(job: &mut LayoutJob, text: &str, format: TextFormat) {
    // Not `LayoutJob::append`, which joins equal stretches again.
    let start = job.text.len();
    job.text.push_str(text);
    let byte_range = ByteIndex(start)..ByteIndex(job.text.len());
    job.sections.push(LayoutSection { leading_space: 0.0, byte_range, format });
}

/// The characters of a run of signs; any other text as it is.
fn one_by_one(text: &str) -> Vec<&str> {
    if text.chars().any(char::is_alphanumeric) {
        return vec![text];
    }
    text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]).collect()
}

/// Cuts `range` where `wrong` begins and ends, at character boundaries that both come with.
fn split(range: Range<usize>, wrong: Option<&Range<usize>>) -> Vec<Range<usize>> {
    let Some(wrong) = wrong else { return vec![range] };
    let mut cuts = vec![range.start];
    cuts.extend([wrong.start, wrong.end].into_iter().filter(|cut| range.start < *cut && *cut < range.end));
    cuts.push(range.end);
    cuts.windows(2).map(|pair| pair[0]..pair[1]).filter(|piece| !piece.is_empty()).collect()
}
