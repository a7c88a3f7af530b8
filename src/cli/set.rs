//! `lakescope set`

use super::{Failure, args::SetArgs, table::say};
use crate::session::{OpenOptions, Session};

/// Settings that hold as soon as they are written.
const AT_ONCE: [&str; 2] = ["channels", "range"];

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
    if settings.iter().any(|(key, _)| !AT_ONCE.contains(key)) {
        say(format_args!("`lakescope index {}` applies it", args.lake.display()))?;
    }
    Ok(())
}
