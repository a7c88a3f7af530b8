//! `lakescope set`

use super::{Failure, args::SetArgs, table::say};
use crate::session::{Meant, OpenOptions, Session, SettingChange, SettingOf};

/// Settings that hold as soon as they are written.
const AT_ONCE: [&str; 3] = ["channels", "range", "name"];

/// Footages that are named when a pattern means several.
const NAMED: usize = 4;

pub(super) fn run(args: &SetArgs) -> Result<(), Failure> {
    let (of, settings) = about(args)?;
    let changes: Vec<SettingChange> = settings
        .iter()
        .map(|text| {
            let (key, value) = text.split_once('=').ok_or_else(|| {
                Failure::Usage(format!(
                    "{text}: write KEY=VALUE, for example channels=bgr; `lakescope set --help` tells the keys"
                ))
            })?;
            let value = Some(value.trim()).filter(|value| !value.is_empty()).map(str::to_owned);
            Ok(SettingChange { of: of.clone(), key: key.trim().to_owned(), value })
        })
        .collect::<Result<_, Failure>>()?;
    let session = Session::open(&args.lake, OpenOptions::default())?;
    for change in &changes {
        let file = session.change_setting(change)?;
        let SettingChange { of, key, value } = change;
        let what = value.as_ref().map_or_else(|| format!("{key} removed"), |value| format!("{key} = {value}"));
        say(format_args!("{}: {}: {what}", file.display(), of.name().unwrap_or(of.what())))?;
    }
    if let SettingOf::Footages(pattern) = &of {
        tell_meant(&session, pattern)?;
    }
    if changes.iter().any(|change| !AT_ONCE.contains(&change.key.as_str())) {
        say(format_args!("`lakescope index {}` applies it", args.lake.display()))?;
    }
    Ok(())
}

/// What the settings are about, and the settings.
fn about(args: &SetArgs) -> Result<(SettingOf, &[String]), Failure> {
    let all = args.settings.as_slice();
    let of = match (&args.metric, &args.sensors) {
        (Some(name), _) => SettingOf::Metric(name.clone()),
        (_, Some(pattern)) => SettingOf::Sensors(pattern.clone()),
        _ if args.position => SettingOf::Position,
        _ if args.whole => SettingOf::Lake,
        _ => {
            return match all.split_first() {
                Some((footage, settings)) if !settings.is_empty() => {
                    Ok((SettingOf::Footages(footage.clone()), settings))
                }
                _ => Err(Failure::Usage(
                    "write the footage and then its settings, for example drive_01/front channels=bgr; \
                     --metric, --sensors, --position and --whole set other things"
                        .to_owned(),
                )),
            };
        }
    };
    Ok((of, all))
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
