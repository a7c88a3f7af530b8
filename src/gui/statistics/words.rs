//! The question as a command, and what a panel says while it has no answer.

use std::path::Path;

use egui::Ui;

use super::{StatChoice, StatScope, choice::USUAL};
use crate::gui::{
    asking::Asking,
    command::{Action, Command},
    command_line::quoted,
    theme::colors,
    widgets::{Icon, empty_ui, plain_button, waiting_ui},
};

/// The answer to show; when there is none, the reason is shown in its place. A thin line on top tells that a newer one is on
/// its way.
pub(super) fn failed_or_waiting<'a, K, T>(
    ui: &mut Ui,
    asking: &'a Asking<K, T>,
    waiting: &str,
    out: &mut Vec<Command>,
) -> Option<&'a T>
where
    K: PartialEq + Clone,
    T: Send + 'static,
{
    if let Some(error) = asking.error() {
        empty_ui(ui, Icon::Warning, "This cannot be answered", error, |ui| {
            if plain_button(ui, true, "Retry").on_hover_text(Action::AskAgain.tip()).clicked() {
                out.push(Action::AskAgain.into());
            }
        });
        return None;
    }
    let Some(value) = asking.value() else {
        waiting_ui(ui, waiting);
        return None;
    };
    if asking.long_work(std::time::Duration::from_millis(250)).is_some() {
        let line = ui.max_rect();
        ui.painter().rect_filled(line.with_max_y(line.top() + 2.0), 0, colors(ui).accent);
    }
    Some(value)
}

/// The command that tells the same numbers.
#[must_use]
pub fn command_line(root: &Path, choice: &StatChoice, filter: &str) -> String {
    let mut words = vec!["lakescope".to_owned(), "stats".to_owned(), quoted(&root.display().to_string())];
    let mut option = |name: &str, value: &str| words.extend([format!("--{name}"), quoted(value)]);
    for metric in &choice.metrics {
        option("metric", metric);
    }
    for key in &choice.by {
        option("by", key);
    }
    if !choice.metrics.is_empty() {
        let usual: Vec<String> = USUAL.iter().map(ToString::to_string).collect();
        let told = if choice.aggregates.is_empty() { &usual } else { &choice.aggregates };
        option("agg", &told.join(","));
    }
    if let Some(keep) = &choice.keep {
        option("keep", keep);
    }
    if choice.frames {
        option("over", "frames");
    }
    if choice.weighted {
        option("weight", "time");
    }
    match &choice.scope {
        StatScope::Filter if filter.trim().is_empty() => {}
        StatScope::Filter => option("where", filter.trim()),
        StatScope::View(name) => option("view", name),
        StatScope::Selection(name) => option("selection", name),
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_says_all_that_was_chosen() {
        let root = Path::new("/data/my lake");
        let choice =
            StatChoice { metrics: vec!["speed".into()], by: vec!["recording".into()], ..StatChoice::default() };
        assert_eq!(
            command_line(root, &choice, " has(car) "),
            "lakescope stats '/data/my lake' --metric speed --by recording --agg count,mean,min,max --where 'has(car)'"
        );
        let choice = StatChoice {
            aggregates: vec!["p95".into(), "corr:brake".into()],
            keep: Some("top3:speed".into()),
            frames: true,
            weighted: true,
            scope: StatScope::View("at night".into()),
            ..choice
        };
        assert_eq!(
            command_line(root, &choice, "has(car)"),
            "lakescope stats '/data/my lake' --metric speed --by recording --agg p95,corr:brake --keep top3:speed --over frames \
             --weight time --view 'at night'"
        );
    }
}
