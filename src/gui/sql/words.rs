//! The query in other words: as a command; and what is wrong with it.

use std::{ops::Range, path::Path};

use egui::{Label, RichText, Ui};

use super::command::{SqlAsked, SqlBounds};
use crate::{
    gui::{
        command_line::quoted,
        theme::{self, colors},
        widgets::plain_button,
    },
    session::SqlMistake,
};

/// The command that gives the same answer.
#[must_use]
pub fn command_line(root: &Path, asked: &SqlAsked) -> String {
    let mut words =
        vec!["lakescope".to_owned(), "sql".to_owned(), quoted(&root.display().to_string()), quoted(asked.text.trim())];
    let mut option = |name: &str, value: &str| words.extend([format!("--{name}"), quoted(value)]);
    if let Some(sort) = &asked.sort {
        option("sort", &format!("{}:{}", sort.column, if sort.descending { "desc" } else { "asc" }));
    }
    if asked.bounds.memory_mb != SqlBounds::default().memory_mb {
        option("memory", &format!("{}MB", asked.bounds.memory_mb));
    }
    if let Some(seconds) = asked.bounds.timeout_s {
        option("timeout", &format!("{seconds}s"));
    }
    words.join(" ")
}

/// What is said of a mistake: its place and what it is.
fn told(mistake: &SqlMistake, text: &str) -> String {
    match mistake.line_column(text) {
        Some((line, column)) => format!("Line {line}, column {column}: {}", mistake.message),
        None => mistake.message.clone(),
    }
}

/// Whether a press can mend it.
fn mends(mistake: &SqlMistake) -> Option<(Range<usize>, &str)> {
    mistake.span.clone().zip(mistake.fix.as_deref())
}

/// Height that [`mistake_ui`] takes.
pub(super) fn mistake_height(ui: &Ui, mistake: &SqlMistake, width: f32) -> f32 {
    let font = egui::TextStyle::Body.resolve(ui.style());
    let tall = |text: &str| ui.painter().layout(text.to_owned(), font.clone(), colors(ui).text, width).size().y + 4.0;
    // The place is written in front of the message.
    let message = tall(&format!("Line 00, column 00: {}", mistake.message));
    let hint = if mends(mistake).is_some() { 32.0 } else { mistake.hint.as_deref().map_or(0.0, tall) };
    message + hint + 8.0
}

/// Tells a mistake below the text; what a press on its remedy puts where.
pub(super) fn mistake_ui(ui: &mut Ui, mistake: &SqlMistake, text: &str) -> Option<(Range<usize>, String)> {
    let colors = colors(ui);
    ui.add_space(6.0);
    let message = RichText::new(told(mistake, text)).font(theme::medium(13.0)).color(colors.error);
    ui.add(Label::new(message).wrap().selectable(true));
    if let Some((range, fix)) = mends(mistake) {
        if plain_button(ui, true, &format!("Write {fix}")).clicked() {
            return Some((range, fix.to_owned()));
        }
    } else if let Some(hint) = &mistake.hint {
        ui.add(Label::new(RichText::new(hint).color(colors.muted)).wrap());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::SqlSort;

    #[test]
    fn the_command_line_says_all_that_was_chosen() {
        let mut asked =
            SqlAsked { number: 1, text: " SELECT 'a' AS x ".into(), sort: None, bounds: SqlBounds::default() };
        assert_eq!(command_line(Path::new("/l"), &asked), r"lakescope sql /l 'SELECT '\''a'\'' AS x'");
        asked.text = "SELECT 1 AS x".into();
        asked.sort = Some(SqlSort { column: "x".into(), descending: true });
        asked.bounds = SqlBounds { memory_mb: 512, timeout_s: Some(60) };
        assert_eq!(
            command_line(Path::new("/l"), &asked),
            "lakescope sql /l 'SELECT 1 AS x' --sort x:desc --memory 512MB --timeout 60s"
        );
    }
}
