//! Saved views: the rule that finds frames and how they are shown, not the frames.

use serde::{Deserialize, Serialize};

use super::{
    GridChoice, KeptUndo, Session, SessionError, Sort, find::wrong_filter, kept_undo::Former, now_ns, selections::named,
};
use crate::{catalog::KeptView, filter::Filter};

/// What a view is made of.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewRule {
    /// Filter text; empty for all frames.
    pub filter: String,
    /// Order of the frames; `None` is the lake's own.
    pub sort: Option<Sort>,
    /// Lanes of the timeline from top to bottom: metrics by their names, `labels(CLASS)`, `(matches)`, `(selected)`; `None`
    /// until someone chose.
    pub lanes: Option<Vec<String>>,
    /// What a later version added. It is kept as it is when the view is saved again.
    #[serde(flatten)]
    pub more: serde_json::Map<String, serde_json::Value>,
}

/// Where a rule keeps what a tile of the grid stands for.
const GRID: &str = "grid";

impl ViewRule {
    /// What a tile of the grid stands for; `None` in a view where nobody chose.
    ///
    /// # Errors
    /// Another version chose something that this one does not know.
    pub fn grid(&self) -> Result<Option<GridChoice>, String> {
        let Some(grid) = self.more.get(GRID) else { return Ok(None) };
        serde_json::from_value(grid.clone()).map(Some).map_err(|error| error.to_string())
    }

    /// The same rule with this choice of tiles.
    #[must_use]
    pub fn with_grid(mut self, grid: &GridChoice) -> Self {
        // Plain records always turn into JSON.
        if let Ok(grid) = serde_json::to_value(grid) {
            self.more.insert(GRID.to_owned(), grid);
        }
        self
    }
}

/// A saved view.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SavedView {
    /// Name.
    pub name: String,
    /// Note.
    pub note: String,
    /// What it shows.
    pub rule: ViewRule,
    /// When it was saved, ns UTC.
    pub saved_at_ns: i64,
}

/// A saved view that this version cannot read. It can be renamed and deleted like any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadableView {
    /// Name.
    pub name: String,
    /// Note.
    pub note: String,
    /// When it was saved, ns UTC.
    pub saved_at_ns: i64,
    /// Why it cannot be read, and what to do.
    #[serde(rename = "unreadable")]
    pub why: String,
}

/// The saved views, each list by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SavedViews {
    /// Those that can be opened.
    pub views: Vec<SavedView>,
    /// The others.
    pub unreadable: Vec<UnreadableView>,
}

impl SavedViews {
    /// Whether there is a view of this name, readable or not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.views.iter().any(|view| view.name == name) || self.unreadable.iter().any(|view| view.name == name)
    }
}

/// The rule of a view as it is kept.
fn rule_of(view: &KeptView) -> Result<ViewRule, String> {
    serde_json::from_str(&view.rule).map_err(|error| {
        format!(
            "the view `{}` cannot be read ({error}); delete it with `lakescope view delete`, or use the version that saved it",
            view.name
        )
    })
}

pub(super) fn opened(view: KeptView) -> Result<SavedView, SessionError> {
    let rule = rule_of(&view).map_err(SessionError::Failed)?;
    let KeptView { name, note, saved_at_ns, .. } = view;
    Ok(SavedView { name, note, rule, saved_at_ns })
}

impl Session {
    /// The saved views. One that cannot be read keeps nobody from the others.
    ///
    /// # Errors
    /// The lake's own database cannot be read.
    pub fn views(&self) -> Result<SavedViews, SessionError> {
        let mut all = SavedViews::default();
        for view in self.kept()?.views()? {
            match rule_of(&view) {
                Ok(rule) => {
                    let KeptView { name, note, saved_at_ns, .. } = view;
                    all.views.push(SavedView { name, note, rule, saved_at_ns });
                }
                Err(why) => {
                    let KeptView { name, note, saved_at_ns, .. } = view;
                    all.unreadable.push(UnreadableView { name, note, saved_at_ns, why });
                }
            }
        }
        Ok(all)
    }

    /// One view.
    ///
    /// # Errors
    /// There is no such view, or it cannot be read.
    pub fn view(&self, name: &str) -> Result<SavedView, SessionError> {
        opened(self.kept()?.view(name)?)
    }

    /// Saves a view under `name`, in place of an older one of that name; also tells the way back to that.
    ///
    /// # Errors
    /// The name is empty, the filter is none, or the lake's own database cannot be written.
    pub fn save_view(&self, name: &str, note: &str, rule: &ViewRule) -> Result<(SavedView, KeptUndo), SessionError> {
        let name = named("view", name)?;
        Filter::parse(&rule.filter).map_err(|error| wrong_filter(&error, &rule.filter))?;
        let rule = ViewRule { filter: rule.filter.trim().to_owned(), ..rule.clone() };
        let text = serde_json::to_string(&rule).map_err(|error| SessionError::Failed(error.to_string()))?;
        let view = KeptView { name, note: note.to_owned(), rule: text, saved_at_ns: now_ns() };
        let was = self.kept()?.save_view(&view)?;
        Ok((opened(view.clone())?, KeptUndo(Former::View { now: Some(view), was })))
    }

    /// Gives a view another name, and tells the way back.
    ///
    /// # Errors
    /// There is no such view, another one has that name, or the lake's own database cannot be written.
    pub fn rename_view(&self, name: &str, new: &str) -> Result<KeptUndo, SessionError> {
        let (kept, new) = (self.kept()?, named("view", new)?);
        let was = kept.view(name)?;
        kept.rename_view(name, &new)?;
        let now = KeptView { name: new, ..was.clone() };
        Ok(KeptUndo(Former::View { now: Some(now), was: Some(was) }))
    }

    /// Gives a view another note, and tells the way back.
    ///
    /// # Errors
    /// There is no such view, or the lake's own database cannot be written.
    pub fn note_view(&self, name: &str, note: &str) -> Result<KeptUndo, SessionError> {
        let was = self.kept()?.note_view(name, note)?;
        let now = KeptView { note: note.to_owned(), ..was.clone() };
        Ok(KeptUndo(Former::View { now: Some(now), was: Some(was) }))
    }

    /// Forgets a view, be it readable or not, and tells the way back.
    ///
    /// # Errors
    /// There is no such view, or the lake's own database cannot be written.
    pub fn delete_view(&self, name: &str) -> Result<KeptUndo, SessionError> {
        let kept = self.kept()?;
        let was = kept.view(name)?;
        kept.delete_view(name)?;
        Ok(KeptUndo(Former::View { now: None, was: Some(was) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_tiles_comes_through_and_none_is_none() {
        assert_eq!(ViewRule::default().grid(), Ok(None));
        let grid = GridChoice { objects: true, ..GridChoice::default() };
        let rule = ViewRule::default().with_grid(&grid);
        let again: ViewRule = serde_json::from_str(&serde_json::to_string(&rule).unwrap()).unwrap();
        assert_eq!(again.grid(), Ok(Some(grid)));
        let odd: ViewRule = serde_json::from_str(r#"{"grid": {"spans": {"order": "colour"}}}"#).unwrap();
        assert!(odd.grid().unwrap_err().contains("colour"));
    }

    #[test]
    fn what_a_later_version_added_comes_through() {
        let text =
            r#"{"filter":"speed > 3","sort":{"column":"speed","descending":true},"lanes":["speed"],"marks":[1,2]}"#;
        let rule: ViewRule = serde_json::from_str(text).unwrap();
        assert_eq!(rule.sort, Some(Sort { column: "speed".into(), descending: true }));
        let again: ViewRule = serde_json::from_str(&serde_json::to_string(&rule).unwrap()).unwrap();
        assert_eq!(again, rule);
        assert_eq!(again.more["marks"], serde_json::json!([1, 2]));
        assert_eq!(serde_json::from_str::<ViewRule>("{}").unwrap(), ViewRule::default());
    }
}
