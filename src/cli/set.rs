//! `lakescope set`

use std::collections::BTreeSet;

use super::{
    Failure,
    args::SetArgs,
    table::{counted, print, print_json, say},
};
use crate::session::{HeldSetting, Meant, OpenOptions, Session, SettingChange, SettingOf};

/// Settings that hold as soon as they are written.
const AT_ONCE: [&str; 3] = ["channels", "range", "name"];

/// Footages that are named when a pattern means several.
const NAMED: usize = 4;

pub(super) fn run(args: &SetArgs) -> Result<(), Failure> {
    if args.settings.is_empty() {
        return list(args);
    }
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
    let mut seen = BTreeSet::new();
    if let Some(twice) = changes.iter().find(|change| !seen.insert(&change.key)) {
        return Err(Failure::Usage(format!("{} is written twice; one of the two is too many", twice.key)));
    }
    let file = session.change_settings(&changes)?;
    if args.json {
        return print_json(&about_of(&session, args)?);
    }
    for change in &changes {
        let SettingChange { of, key, value } = change;
        let what = value.as_ref().map_or_else(|| format!("{key} removed"), |value| format!("{key} = {value}"));
        say(format_args!("{}: {}: {what}", file.display(), of.name().unwrap_or(of.what())))?;
    }
    if let SettingOf::Footages(pattern) = &of {
        tell_meant(&session, pattern)?;
    } else {
        tell_idle(&session, &of)?;
    }
    if changes.iter().any(|change| !AT_ONCE.contains(&change.key.as_str())) {
        say(format_args!("`lakescope index {}` applies it", args.lake.display()))?;
    }
    Ok(())
}

/// The settings that hold, of what was named or all.
fn about_of(session: &Session, args: &SetArgs) -> Result<Vec<HeldSetting>, Failure> {
    let named = match (&args.metric, &args.sensors) {
        _ if !args.settings.is_empty() => Some(about(args)?.0),
        (Some(name), _) => Some(SettingOf::Metric(name.clone())),
        (_, Some(pattern)) => Some(SettingOf::Sensors(pattern.clone())),
        _ if args.position => Some(SettingOf::Position),
        _ if args.labels => Some(SettingOf::Labels),
        _ if args.whole => Some(SettingOf::Lake),
        _ => None,
    };
    let mut held = session.held_settings()?;
    held.retain(|setting| named.as_ref().is_none_or(|named| setting.of == *named));
    Ok(held)
}

/// Lists the settings that hold, and whom they concern.
fn list(args: &SetArgs) -> Result<(), Failure> {
    let session = Session::open(&args.lake, OpenOptions::default())?;
    let held = about_of(&session, args)?;
    if args.json {
        return print_json(&held);
    }
    if held.is_empty() {
        eprintln!("lakescope: nothing is set; `lakescope set --help` tells what can be");
    }
    let rows: Vec<Vec<String>> = held
        .into_iter()
        .map(|setting| {
            let concerns = match (&setting.concerns, &setting.of) {
                (Some(names), _) => some_of(names),
                (None, SettingOf::Lake | SettingOf::Position | SettingOf::Labels) => "the whole lake".to_owned(),
                (None, _) => "no index yet".to_owned(),
            };
            let file = setting.file.file_name().map(|name| name.to_string_lossy().into_owned());
            let (name, file) = (setting.name.unwrap_or_default(), file.unwrap_or_default());
            vec![setting.about.to_owned(), name, setting.key, setting.value, concerns, file]
        })
        .collect();
    print(&["about", "name", "setting", "value", "concerns", "file"], &rows)
}

/// How many, and the first of them by name.
fn some_of(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "nothing in this lake".to_owned(),
        few if few <= NAMED => shown,
        many => format!("{many}: {shown} and {} more", many - NAMED),
    }
}

/// What the settings are about, and the settings.
fn about(args: &SetArgs) -> Result<(SettingOf, &[String]), Failure> {
    let all = args.settings.as_slice();
    let of = match (&args.metric, &args.sensors) {
        (Some(name), _) => SettingOf::Metric(name.clone()),
        (_, Some(pattern)) => SettingOf::Sensors(pattern.clone()),
        _ if args.position => SettingOf::Position,
        _ if args.whole => SettingOf::Lake,
        _ if args.labels => SettingOf::Labels,
        _ => {
            return match all.split_first() {
                Some((footage, settings)) if !settings.is_empty() => {
                    Ok((SettingOf::Footages(footage.clone()), settings))
                }
                _ => Err(Failure::Usage(
                    "write the footage and then its settings, for example drive_01/front channels=bgr; \
                     --metric, --sensors, --position, --labels and --whole set other things"
                        .to_owned(),
                )),
            };
        }
    };
    Ok((of, all))
}

/// Tells when a setting of a metric or of sensor files concerns nothing in the lake.
fn tell_idle(session: &Session, of: &SettingOf) -> Result<(), Failure> {
    let held = session.held_settings()?;
    let idle = held.iter().any(|setting| setting.of == *of && setting.concerns.as_ref().is_some_and(Vec::is_empty));
    if let (true, Some(name)) = (idle, of.name()) {
        let what = if matches!(of, SettingOf::Metric(_)) { "metric" } else { "sensor file" };
        eprintln!(
            "lakescope: no {what} of the lake is called `{name}`, so this does nothing now; `KEY=` removes it, and \
             `lakescope info {}` lists the metrics",
            session.root().display()
        );
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
            say(format_args!("for {}: {shown}{more}", counted(footages.len() as u64, "footage")))?;
        }
    }
    Ok(())
}
