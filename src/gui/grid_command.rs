//! What the grid shows as a command: the same frames, spans or objects, in the same order.

use std::path::Path;

use super::{command_line::quoted, grid_choice::GridChoice, state::SortBy};
use crate::session::{BoxOrder, SpanOrder};

/// The command that lists what the grid shows.
pub fn grid(root: &Path, filter: &str, grid: &GridChoice, sort: Option<&SortBy>) -> String {
    let mut words = vec!["lakescope".to_owned()];
    let command = if grid.objects { "crops" } else { "frames" };
    words.extend([command.to_owned(), quoted(&root.display().to_string())]);
    let mut option = |name: &str, value: &str| words.extend([format!("--{name}"), quoted(value)]);
    if !filter.trim().is_empty() {
        option("where", filter.trim());
    }
    let order = |column: &str, descending: bool| format!("{column}{}", if descending { ":desc" } else { "" });
    if grid.objects {
        let query = &grid.query;
        query.classes.iter().for_each(|class| option("class", class));
        if !query.condition.trim().is_empty() {
            option("label", query.condition.trim());
        }
        if query.order != BoxOrder::Recording || query.descending {
            option("sort", &order(query.order.as_str(), query.descending));
        }
        let cut = grid.cut.0;
        if cut.margin_percent > 0 {
            option("margin", &cut.margin_percent.to_string());
        }
        option("out", "crops");
        if cut.square {
            words.push("--square".to_owned());
        }
    } else if grid.groups(filter) {
        let spans = &grid.spans;
        words.push("--events".to_owned());
        let mut option = |name: &str, value: &str| words.extend([format!("--{name}"), quoted(value)]);
        if let Some(gap_ns) = spans.gap_ns {
            option("gap", &duration_text(gap_ns));
        }
        if let Some(peak) = &spans.peak {
            option("peak", peak);
        }
        if spans.order != SpanOrder::Recording || spans.descending {
            option("sort", &order(spans.order.as_str(), spans.descending));
        }
    } else if let Some(sort) = sort {
        option("sort", &order(&sort.column, sort.descending));
    }
    words.join(" ")
}

/// A gap as the command line reads it, exactly.
pub(super) fn duration_text(ns: i64) -> String {
    match ns {
        ns if ns % 1_000_000_000 == 0 => format!("{}s", ns / 1_000_000_000),
        ns if ns % 1_000_000 == 0 => format!("{}ms", ns / 1_000_000),
        ns => format!("{ns}ns"),
    }
}

#[cfg(test)]
mod tests {
    use super::{grid as grid_of, *};
    use crate::{filter::parse_duration, gui::grid_choice::SpanChoice, session::BoxQuery};

    #[test]
    fn the_command_line_can_be_pasted() {
        let sort = SortBy { column: "speed".into(), descending: true };
        let split = GridChoice { split_matches: true, ..GridChoice::default() };
        let chosen = GridChoice {
            group_all: true,
            spans: SpanChoice {
                gap_ns: Some(1_500_000_000),
                peak: Some("rate(speed):min".into()),
                order: SpanOrder::Duration,
                descending: true,
            },
            ..GridChoice::default()
        };
        let objects = GridChoice {
            objects: true,
            query: BoxQuery {
                classes: vec!["car".into(), "traffic light".into()],
                condition: "score > 0.5".into(),
                order: BoxOrder::Score,
                descending: true,
            },
            ..GridChoice::default()
        };
        for (root, filter, grid, sort, expected) in [
            ("/data/lake", "", &split, None, "lakescope frames /data/lake"),
            ("my lake", "speed > 15", &split, None, "lakescope frames 'my lake' --where 'speed > 15'"),
            (
                "/l",
                "speed > 15",
                &GridChoice::default(),
                Some(&sort),
                "lakescope frames /l --where 'speed > 15' --events",
            ),
            (
                "/l",
                "",
                &chosen,
                None,
                "lakescope frames /l --events --gap 1500ms --peak 'rate(speed):min' --sort duration:desc",
            ),
            (
                "/l",
                "gear = 1",
                &objects,
                None,
                "lakescope crops /l --where 'gear = 1' --class car --class 'traffic light' --label 'score > 0.5' --sort score:desc --margin 10 --out crops",
            ),
            (
                "/l",
                "weather = 'rain'",
                &split,
                Some(&sort),
                r"lakescope frames /l --where 'weather = '\''rain'\''' --sort speed:desc",
            ),
        ] {
            assert_eq!(grid_of(Path::new(root), filter, grid, sort), expected);
        }
        for ns in [1, 1_500_000, 2_000_000_000, 250_000_000] {
            assert_eq!(parse_duration(&duration_text(ns)).ok(), Some(ns));
        }
    }
}
