//! Small tables and progress for a terminal.

use std::{
    io::{self, IsTerminal, Write},
    thread,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use unicode_width::UnicodeWidthStr;

use super::Failure;
use crate::{
    jobs::Progress,
    model::one_line,
    session::{OpenOptions, Session},
};

/// Prints rows under a header: aligned on a terminal, CSV elsewhere.
pub(super) fn print(header: &[&str], rows: &[Vec<String>]) -> Result<(), Failure> {
    let out = io::stdout();
    let terminal = out.is_terminal();
    let mut out = out.lock();
    if !terminal {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(header)?;
        for row in rows {
            writer.write_record(row)?;
        }
        writer.flush()?;
        return Ok(());
    }
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|text| one_line(text)).collect()).collect();
    let widths: Vec<usize> = (0..header.len())
        .map(|at| rows.iter().map(|row| row[at].width()).fold(header[at].width(), usize::max))
        .collect();
    let header: Vec<_> = header.iter().map(|name| one_line(name)).collect();
    for row in std::iter::once(&header).chain(&rows) {
        let mut line = String::new();
        for (text, width) in row.iter().zip(&widths) {
            line.push_str(text);
            line.extend(std::iter::repeat_n(' ', width - text.width() + 2));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// Does `work` while its progress is shown on standard error, when that is a terminal. Ctrl+C ends the process; work
/// that is written in transactions or under another name leaves nothing half done.
pub(super) fn with_progress<T>(work: impl FnOnce(&Progress) -> T) -> T {
    let progress = Progress::new();
    if !io::stderr().is_terminal() {
        return work(&progress);
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    thread::scope(|scope| {
        let (end, ended) = crossbeam_channel::bounded::<()>(0);
        let (shown, told) = (bar.clone(), progress.clone());
        scope.spawn(move || {
            while matches!(
                ended.recv_timeout(Duration::from_millis(120)),
                Err(crossbeam_channel::RecvTimeoutError::Timeout)
            ) {
                draw(&shown, &told);
            }
        });
        let result = work(&progress);
        drop(end);
        bar.finish_and_clear();
        result
    })
}

fn draw(bar: &ProgressBar, progress: &Progress) {
    let now = progress.snapshot();
    let template = match now.total {
        Some(_) if now.in_bytes => "{msg} {wide_bar:.cyan/dim} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
        Some(_) => "{msg} {wide_bar:.cyan/dim} {human_pos}/{human_len} {per_sec} {eta}",
        None => "{spinner} {msg} {human_pos} {per_sec}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    if let Some(total) = now.total {
        bar.set_length(total);
    }
    bar.set_position(now.done);
    bar.set_message(now.stage);
    bar.tick();
}

/// Opens a lake for a reading command; one without an index is indexed first, and that is said.
pub(super) fn open_indexed(lake: &std::path::Path) -> Result<Session, Failure> {
    let session = Session::open(lake, OpenOptions::default())?;
    if !session.is_indexed() {
        eprintln!("lakescope: {} has no index yet; making it first", lake.display());
        let report = with_progress(|progress| session.index(progress))?;
        eprintln!(
            "lakescope: indexed {} of {} in {:.1} s",
            counted(report.frames, "frame"),
            counted(report.recordings, "recording"),
            report.seconds
        );
    }
    if let [first, rest @ ..] = &session.changed_stores()?[..] {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        eprintln!(
            "lakescope: {first}{more} changed since the lake was indexed, so what is told of it is of then and its images \
             cannot be read; `lakescope index {}` brings it up to date",
            lake.display()
        );
    }
    Ok(session)
}

/// A line on standard output. A reader that has gone away is an error like any other, told by [`super::main`].
pub(super) fn say(line: std::fmt::Arguments<'_>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_fmt(line)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

/// A value as pretty JSON on standard output.
pub(super) fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

/// `1 frame`, `3 frames`
pub(super) fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// `3 d 04 h`, `2 h 05 min`, `3 min 20 s`, `10 s`, `2.5 s`, `400 ms`, `7 µs`
pub(super) fn lasting(ns: u64) -> String {
    const SECOND: u64 = 1_000_000_000;
    const MINUTE: u64 = 60 * SECOND;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let two = |large: u64, name: &str, small: u64, other: &str| {
        format!("{} {name} {:02} {other}", ns / large, ns % large / small)
    };
    // With up to three digits behind the point.
    let one = |unit: u64, name: &str| {
        let text = format!("{}.{:03}", ns / unit, ns % unit / (unit / 1000));
        format!("{} {name}", text.trim_end_matches('0').trim_end_matches('.'))
    };
    match ns {
        DAY.. => two(DAY, "d", HOUR, "h"),
        HOUR.. => two(HOUR, "h", MINUTE, "min"),
        MINUTE.. => two(MINUTE, "min", SECOND, "s"),
        SECOND.. => one(SECOND, "s"),
        1_000_000.. => one(1_000_000, "ms"),
        1000.. => one(1000, "µs"),
        _ => format!("{ns} ns"),
    }
}

/// `12 B`, `3.4 MB`
#[expect(clippy::cast_precision_loss, reason = "sizes for people")]
pub(super) fn byte_count(size: u64) -> String {
    let mut value = size as f64;
    let mut unit = "B";
    for larger in ["KB", "MB", "GB", "TB"] {
        if value < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    if unit == "B" || value >= 100.0 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_last_are_told_in_units_of_their_size() {
        for (ns, expected) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (7000, "7 µs"),
            (400_000_000, "400 ms"),
            (2_500_000_000, "2.5 s"),
            (10_000_000_000, "10 s"),
            (59_999_999_999, "59.999 s"),
            (200_000_000_000, "3 min 20 s"),
            (7_500_000_000_000, "2 h 05 min"),
            (273_600_000_000_000, "3 d 04 h"),
        ] {
            assert_eq!(lasting(ns), expected, "{ns}");
        }
    }
}
