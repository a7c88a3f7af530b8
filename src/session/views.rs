//! Saved views: the rule that finds frames and how they are shown, not the frames.

use serde::{Deserialize, Serialize};

use super::{Session, SessionError, Sort, find::wrong_filter, now_ns, selections::named};
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

fn opened(view: KeptView) -> Result<SavedView, SessionError> {
    let KeptView { name, note, rule, saved_at_ns } = view;
    match serde_json::from_str(&rule) {
        Ok(rule) => Ok(SavedView { name, note, rule, saved_at_ns }),
        Err(error) => Err(SessionError::Failed(format!(
            "the view `{name}` cannot be read ({error}); delete it with `lakescope view delete`, or use the version that saved it"
        ))),
    }
}

impl Session {
    /// The saved views, by name.
    ///
    /// # Errors
    /// The lake's own database cannot be read, or a view in it cannot.
    pub fn views(&self) -> Result<Vec<SavedView>, SessionError> {
        self.kept()?.views()?.into_iter().map(opened).collect()
    }

    /// One view.
    ///
    /// # Errors
    /// There is no such view, or it cannot be read.
    pub fn view(&self, name: &str) -> Result<SavedView, SessionError> {
        opened(self.kept()?.view(name)?)
    }

    /// Saves a view under `name`, in place of an older one of that name.
    ///
    /// # Errors
    /// The name is empty, the filter is none, or the lake's own database cannot be written.
    pub fn save_view(&self, name: &str, note: &str, rule: &ViewRule) -> Result<SavedView, SessionError> {
        let name = named("view", name)?;
        Filter::parse(&rule.filter).map_err(|error| wrong_filter(&error, &rule.filter))?;
        let rule = ViewRule { filter: rule.filter.trim().to_owned(), ..rule.clone() };
        let text = serde_json::to_string(&rule).map_err(|error| SessionError::Failed(error.to_string()))?;
        let kept = KeptView { name, note: note.to_owned(), rule: text, saved_at_ns: now_ns() };
        self.kept()?.save_view(&kept)?;
        opened(kept)
    }

    /// Brings a deleted view back as it was.
    ///
    /// # Errors
    /// Another one has its name by now, or the lake's own database cannot be written.
    pub fn restore_view(&self, deleted: &SavedView) -> Result<(), SessionError> {
        if self.kept()?.views()?.iter().any(|view| view.name == deleted.name) {
            return Err(SessionError::Usage(format!(
                "there is a view named `{}` again; rename it first",
                deleted.name
            )));
        }
        self.save_view(&deleted.name, &deleted.note, &deleted.rule).map(|_| ())
    }

    /// Gives a view another name.
    ///
    /// # Errors
    /// There is no such view, another one has that name, or the lake's own database cannot be written.
    pub fn rename_view(&self, name: &str, new: &str) -> Result<(), SessionError> {
        Ok(self.kept()?.rename_view(name, &named("view", new)?)?)
    }

    /// Forgets a view, and returns it as it was.
    ///
    /// # Errors
    /// There is no such view, or the lake's own database cannot be written.
    pub fn delete_view(&self, name: &str) -> Result<Option<SavedView>, SessionError> {
        let kept = self.kept()?;
        let view = kept.view(name)?;
        kept.delete_view(name)?;
        // One that cannot be read can be deleted all the same.
        Ok(opened(view).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
