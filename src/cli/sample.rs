//! `lakescope sample`

use super::{
    Failure,
    args::SampleArgs,
    table::{counted, print_json, say, with_progress},
};
use crate::sample::{self, SampleLayout, SampleSpec};

pub(super) fn run(args: &SampleArgs) -> Result<(), Failure> {
    let spec = spec(args)?;
    let report = with_progress(|progress| sample::generate(&args.dir, &spec, progress))?;
    if args.json {
        return print_json(&report);
    }
    say(format_args!(
        "{}: {}, {}, {}, {}, {}",
        args.dir.display(),
        counted(report.recordings, "recording"),
        counted(report.footages, "footage"),
        counted(report.frames, "frame"),
        counted(report.labels, "label"),
        counted(report.events, "event")
    ))?;
    say(format_args!("open it with `lakescope {}`", args.dir.display()))?;
    Ok(())
}

/// The showcase, changed by what was typed.
fn spec(args: &SampleArgs) -> Result<SampleSpec, Failure> {
    let mut spec = SampleSpec::showcase();
    if let Some(size) = &args.size {
        (spec.width, spec.height) = parse_size(size)?;
    }
    if let Some(layout) = &args.layout {
        spec.layout = match layout.as_str() {
            "mixed" => SampleLayout::Mixed,
            "jpeg" => SampleLayout::Jpeg,
            "gzip" => SampleLayout::Gzip,
            "raw" => SampleLayout::Raw,
            _ => return Err(Failure::Usage(format!("--layout {layout}: write mixed, jpeg, gzip or raw"))),
        };
    }
    spec.recordings = args.recordings.unwrap_or(spec.recordings);
    spec.cameras = args.cameras.unwrap_or(spec.cameras);
    spec.frames = args.frames.map_or(spec.frames, u64::from);
    spec.events = args.events.unwrap_or(spec.events);
    spec.rate_hz = args.rate.unwrap_or(spec.rate_hz);
    spec.seed = args.seed.unwrap_or(spec.seed);
    spec.images = !args.no_images;
    Ok(spec)
}

/// Reads `640x360`.
fn parse_size(text: &str) -> Result<(u32, u32), Failure> {
    text.split_once(['x', 'X', '×'])
        .and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)))
        .ok_or_else(|| Failure::Usage(format!("--size {text}: write width and height in pixels, for example 640x360")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sizes() {
        for (text, expected) in [("640x360", Some((640, 360))), ("64X36", Some((64, 36))), ("640", None), ("ax3", None)]
        {
            assert_eq!(parse_size(text).ok(), expected, "{text}");
        }
    }
}
