//! `lakescope set`

use super::{Failure, args::SetArgs, table::say};
use crate::session::{Meant, OpenOptions, Session};

/// Settings that hold as soon as they are written.
const AT_ONCE: [&str; 2] = ["channels", "range"];

/// Footages that are named when a pattern means several.
const NAMED: usize = 4;

pub(super) fn run(args: &SetArgs) -> Result<(), Failure> {
    let settings: Vec<(&str, Option<&str>)> = args
        .settings
        .iter()
        .map(|text| {
            let (key, value) = text.split_once('=').ok_or_else(|| {
                Failure::Usage(format!(
                    "{text}: write KEY=VALUE, for example channels=bgr; `lakescope set --help` tells the keys"
                ))
            })?;
            Ok((key.trim(), Some(value.trim()).filter(|value| !value.is_empty())))
        })
        .collect::<Result<_, Failure>>()?;
    let session = Session::open(&args.lake, OpenOptions::default())?;
    for (key, value) in &settings {
        let file = session.set_footage(&args.footage, key, *value)?;
        let what = value.map_or_else(|| format!("{key} removed"), |value| format!("{key} = {value}"));
        say(format_args!("{}: {}: {what}", file.display(), args.footage))?;
    }
    if settings.is_empty() {
        return Ok(());
    }
    tell_meant(&session, &args.footage)?;
    if settings.iter().any(|(key, _)| !AT_ONCE.contains(key)) {
        say(format_args!("`lakescope index {}` applies it", args.lake.display()))?;
    }
    Ok(())
}

/// Tells which footages the setting is for; one that is for none does nothing, which nobody means.
fn tell_meant(session: &Session, pattern: &str) -> Result<(), Failure> {
    match session.meant_by(pattern)? {
        None => eprintln!(
            "lakescope: the lake has no index yet; the next index run tells whether `{pattern}` is a footage of it"
        ),
        Some(Meant { footages, nearest }) if footages.is_empty() => {
            let near = nearest.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            eprintln!(
                "lakescope: no footage of the lake is called `{pattern}`, so this does nothing now; {near}\
                 Write recording/camera or the path of a store, with * for any text"
            );
        }
        Some(Meant { footages, .. }) => {
            let shown = footages.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = footages.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            say(format_args!(
                "for {} footage{}: {shown}{more}",
                footages.len(),
                if footages.len() == 1 { "" } else { "s" }
            ))?;
        }
    }
    Ok(())
}
