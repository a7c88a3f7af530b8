//! The question in other words: as a command, as SQL; and what a panel says while it has no answer.

use std::path::Path;

use egui::{Rect, RichText, Sense, Ui, UiBuilder, WidgetInfo, accesskit::Role, pos2, vec2};

use super::{
    Choice,
    choice::{Ties, length_text},
};
use crate::{
    gui::{
        asking::Asking,
        command::{Action, Command},
        command_line::quoted,
        theme::{self, colors},
        widgets::{Icon, elided, empty_ui, plain_button, quiet_button, waiting_ui},
    },
    model::format_ns,
    session::EngineChoice,
};

/// Height of the line above an answer that could not be asked anew, points.
const NOTE: f32 = 26.0;

/// The answer to show; when there is none, the reason is shown in its place. A thin line on top tells that a newer one is
/// on its way. When it could not be had, the one from before stays, paler and below a note. What the strip on top tells
/// already (`above`) is not told again.
pub(super) fn failed_or_waiting<'a, K, T>(
    ui: &mut Ui,
    asking: &'a Asking<K, T>,
    above: Option<&str>,
    waiting: &str,
    out: &mut Vec<Command>,
) -> Option<&'a T>
where
    K: PartialEq + Clone,
    T: Send + 'static,
{
    let colors = colors(ui);
    let retry_ui = |ui: &mut Ui, out: &mut Vec<Command>| {
        if plain_button(ui, true, "Retry").on_hover_text(Action::AskAgain.tip()).clicked() {
            out.push(Action::AskAgain.into());
        }
    };
    if let Some(error) = asking.error() {
        let value = asking.value();
        match (value, above) {
            (None, Some(_)) => {
                empty_ui(ui, Icon::Warning, "No answer yet", "The line on top tells why.", |_| {});
            }
            (None, None) => {
                empty_ui(ui, Icon::Warning, "This cannot be answered", error, |ui| retry_ui(ui, out));
            }
            (Some(_), _) => {
                let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), NOTE), Sense::hover());
                response.widget_info(|| WidgetInfo::labeled(Role::Status, true, NOT_REFRESHED));
                ui.painter().rect_filled(rect, 0, colors.warning.gamma_multiply(0.06));
                let mut right = rect.right() - 12.0;
                if above.is_none() {
                    let place = Rect::from_min_max(pos2(right - 64.0, rect.top()), pos2(right, rect.bottom()));
                    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
                        let text = RichText::new("Retry").font(theme::medium(12.0)).color(colors.accent);
                        if quiet_button(ui, text).on_hover_text(Action::AskAgain.tip()).clicked() {
                            out.push(Action::AskAgain.into());
                        }
                    });
                    right = place.left();
                }
                let at = rect.left_center() + vec2(12.0, 0.0);
                elided(ui.painter(), at, NOT_REFRESHED, theme::medium(12.0), colors.warning, right - at.x);
                response.on_hover_text(error);
                ui.multiply_opacity(0.5);
            }
        }
        return value;
    }
    let Some(value) = asking.value() else {
        waiting_ui(ui, waiting);
        return None;
    };
    if asking.long_work(std::time::Duration::from_millis(250)).is_some() {
        let line = ui.max_rect();
        let line = line.with_max_y(line.top() + 2.0);
        ui.painter().rect_filled(line, 0, colors.accent);
    }
    Some(value)
}

/// What stands above an answer that could not be asked anew.
const NOT_REFRESHED: &str = "Not refreshed: the answer from before";

/// The command that gives the same answer.
#[must_use]
pub fn command_line(root: &Path, choice: &Choice) -> String {
    let plain = Choice::default();
    let mut words = vec!["lakescope".to_owned(), "top".to_owned(), quoted(&root.display().to_string())];
    let mut option = |name: &str, value: &str| words.extend([format!("--{name}"), quoted(value)]);
    if let Some(events) = &choice.events {
        option("detections", &events.display().to_string());
    }
    if let Some(places) = &choice.places {
        option("locations", &places.display().to_string());
    }
    words.extend(["-n".to_owned(), choice.n.to_string()]);
    let mut option = |name: &str, value: &str| words.extend([format!("--{name}"), quoted(value)]);
    option("by", if choice.overall { "global" } else { "location" });
    if choice.ranking != plain.ranking {
        let name = match choice.ranking {
            Ties::Row => "row",
            Ties::Dense => "dense",
            Ties::Competition => "competition",
        };
        option("ranking", name);
    }
    if let Some(from) = choice.from_ns {
        option("from", &format_ns(from));
    }
    if let Some(to) = choice.to_ns {
        option("to", &format_ns(to));
    }
    choice.locations.iter().for_each(|oid| option("location", &oid.to_string()));
    choice.items.iter().for_each(|item| option("item", item));
    if let Some(size) = choice.window_ns {
        option("window", &length_text(size));
        if let Some(slide) = choice.slide_ns.filter(|slide| *slide != size) {
            option("slide", &length_text(slide));
        }
    }
    // Without one the command asks what the lake names, as this does. A token is not written.
    if choice.engine != EngineChoice::Lake {
        option("engine", &choice.engine.to_string());
    }
    // As the window does it: what can be read counts, and the rest is named.
    option("on-error", "skip");
    if !choice.dedup {
        words.push("--no-dedup".to_owned());
    }
    words.join(" ")
}

/// The question as Spark SQL over two tables: `detections` (one row per detection, with its `time`) and `locations`.
#[must_use]
pub fn sql(choice: &Choice) -> String {
    let text = |value: &str| format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"));
    let mut limits = Vec::new();
    if let Some(from) = choice.from_ns {
        limits.push(format!("time >= TIMESTAMP {}", text(&format_ns(from))));
    }
    if let Some(to) = choice.to_ns {
        limits.push(format!("time < TIMESTAMP {}", text(&format_ns(to))));
    }
    if !choice.locations.is_empty() {
        let oids: Vec<String> = choice.locations.iter().map(i64::to_string).collect();
        limits.push(format!("geographical_location_oid IN ({})", oids.join(", ")));
    }
    if !choice.items.is_empty() {
        let items: Vec<String> = choice.items.iter().map(|item| text(item)).collect();
        limits.push(format!("item_name IN ({})", items.join(", ")));
    }
    let condition = if limits.is_empty() { String::new() } else { format!("\n  WHERE {}", limits.join("\n    AND ")) };
    // What tells groups apart: how it is read from the table, and its name afterwards.
    let mut keys: Vec<(String, &str)> = Vec::new();
    if !choice.overall {
        keys.push(("geographical_location_oid".to_owned(), "geographical_location_oid"));
    }
    if let Some(size) = choice.window_ns {
        let slide = choice.slide_ns.unwrap_or(size);
        let length = |ns: i64| format!("'{} microseconds'", ns / 1000);
        keys.push((format!("window(time, {}, {}).start", length(size), length(slide)), "window_start"));
    }
    let told = |key: &(String, &str)| if key.0 == key.1 { key.0.clone() } else { format!("{} AS {}", key.0, key.1) };
    let listed = |parts: Vec<String>| parts.into_iter().map(|part| part + ", ").collect::<Vec<_>>().concat();
    let read = listed(keys.iter().map(told).collect());
    let grouped = listed(keys.iter().map(|key| key.0.clone()).collect());
    let names: Vec<&str> = keys.iter().map(|key| key.1).collect();
    let apart = if names.is_empty() { String::new() } else { format!("PARTITION BY {} ", names.join(", ")) };
    let (rank, ties) = match choice.ranking {
        Ties::Row => ("ROW_NUMBER", ", item_name"),
        Ties::Dense => ("DENSE_RANK", ""),
        Ties::Competition => ("RANK", ""),
    };
    let (place, join) = if choice.overall {
        ("", "")
    } else {
        (
            "r.geographical_location_oid, l.geographical_location, ",
            "\nLEFT JOIN locations l ON l.geographical_location_oid = r.geographical_location_oid",
        )
    };
    let window = if choice.window_ns.is_some() { "r.window_start, " } else { "" };
    let order = listed(names.iter().map(|name| format!("r.{name}")).collect());
    let source =
        if choice.dedup { "" } else { "-- Every event counts: let `detections` be the events as they arrived.\n" };
    format!(
        "{source}WITH counted AS (\n  SELECT {read}item_name, COUNT(*) AS item_count\n  FROM detections{condition}\n  \
         GROUP BY {grouped}item_name\n), ranked AS (\n  SELECT *, {rank}() OVER ({apart}ORDER BY item_count DESC{ties}) AS \
         item_rank\n  FROM counted\n)\nSELECT {place}{window}r.item_rank, r.item_name, r.item_count\nFROM ranked r{join}\n\
         WHERE r.item_rank <= {}\nORDER BY {order}r.item_rank, r.item_name",
        choice.n
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_says_all_that_was_chosen() {
        let root = Path::new("/data/my lake");
        assert_eq!(
            command_line(root, &Choice::default()),
            "lakescope top '/data/my lake' -n 10 --by location --on-error skip"
        );
        let choice = Choice {
            n: 3,
            overall: true,
            ranking: Ties::Dense,
            from_ns: Some(0),
            locations: vec![1001, -7],
            items: vec!["traffic light".into()],
            window_ns: Some(1_200_000_000_000),
            slide_ns: Some(300_000_000_000),
            dedup: false,
            engine: EngineChoice::parse("sc://cluster:15002/;token=secret").unwrap(),
            ..Choice::default()
        };
        assert_eq!(
            command_line(root, &choice),
            "lakescope top '/data/my lake' -n 3 --by global --ranking dense --from 1970-01-01T00:00:00.000000000Z \
             --location 1001 --location -7 --item 'traffic light' --window 20min --slide 5min --engine sc://cluster:15002 \
             --on-error skip --no-dedup"
        );
        let here = command_line(root, &Choice { engine: EngineChoice::Local, ..Choice::default() });
        assert!(here.contains(" --engine local "), "the lake may name a cluster: {here}");
    }

    #[test]
    fn sql_asks_the_same() {
        let text = sql(&Choice::default());
        assert!(text.contains("PARTITION BY geographical_location_oid ORDER BY item_count DESC, item_name"), "{text}");
        assert!(text.contains("LEFT JOIN locations") && !text.contains("WHERE time"), "{text}");
        let choice = Choice {
            overall: true,
            items: vec!["driver's bus".into()],
            to_ns: Some(0),
            window_ns: Some(60_000_000_000),
            ranking: Ties::Competition,
            ..Choice::default()
        };
        let text = sql(&choice);
        for part in [
            r"item_name IN ('driver\'s bus')",
            "time < TIMESTAMP '1970-01-01T00:00:00.000000000Z'",
            "window(time, '60000000 microseconds', '60000000 microseconds').start AS window_start",
            "RANK() OVER (PARTITION BY window_start ORDER BY item_count DESC)",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("locations l"), "{text}");
    }
}
