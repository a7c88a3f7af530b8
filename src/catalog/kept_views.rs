//! Saved views: rules under a name. What a rule holds is the session's matter; here it is text.

use rusqlite::{OptionalExtension, Row, params};

use super::{
    CatalogError, KeptDb,
    kept_selections::{Changed, renamed},
};

/// A saved view as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptView {
    /// Name.
    pub name: String,
    /// Note.
    pub note: String,
    /// The rule, as JSON text.
    pub rule: String,
    /// When it was saved, ns UTC.
    pub saved_at_ns: i64,
}

fn view_of(row: &Row<'_>) -> rusqlite::Result<KeptView> {
    Ok(KeptView { name: row.get(0)?, note: row.get(1)?, rule: row.get(2)?, saved_at_ns: row.get(3)? })
}

impl KeptDb {
    /// Saves a view in place of an older one of that name.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn save_view(&self, view: &KeptView) -> Result<(), CatalogError> {
        self.ask("save a view", |connection| {
            connection.execute(
                "INSERT OR REPLACE INTO saved_view VALUES (?1, ?2, ?3, ?4)",
                params![view.name, view.note, view.rule, view.saved_at_ns],
            )?;
            Ok(())
        })
    }

    /// The saved views, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn views(&self) -> Result<Vec<KeptView>, CatalogError> {
        self.ask("read the views", |connection| {
            connection
                .prepare_cached("SELECT name, note, rule, saved_at_ns FROM saved_view ORDER BY name")?
                .query_map([], view_of)?
                .collect()
        })
    }

    /// One view.
    ///
    /// # Errors
    /// There is no such view, or the database cannot be read.
    pub fn view(&self, name: &str) -> Result<KeptView, CatalogError> {
        self.ask("read a view", |connection| {
            connection
                .query_row("SELECT name, note, rule, saved_at_ns FROM saved_view WHERE name = ?1", [name], view_of)
                .optional()
        })?
        .ok_or_else(|| CatalogError::NoView(name.to_owned()))
    }

    /// Gives a view another name.
    ///
    /// # Errors
    /// There is no such view, another one has that name, or the database cannot be written.
    pub fn rename_view(&self, name: &str, new: &str) -> Result<(), CatalogError> {
        let changed = self.ask("rename a view", |connection| {
            renamed(connection.execute("UPDATE saved_view SET name = ?2 WHERE name = ?1", [name, new]))
        })?;
        match changed {
            Changed::Done => Ok(()),
            Changed::Unknown => Err(CatalogError::NoView(name.to_owned())),
            Changed::Taken => Err(CatalogError::NameTaken { what: "view", name: new.to_owned() }),
        }
    }

    /// Forgets a view.
    ///
    /// # Errors
    /// There is no such view, or the database cannot be written.
    pub fn delete_view(&self, name: &str) -> Result<(), CatalogError> {
        let gone = self
            .ask("delete a view", |connection| connection.execute("DELETE FROM saved_view WHERE name = ?1", [name]))?;
        if gone == 0 { Err(CatalogError::NoView(name.to_owned())) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_are_saved_renamed_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptDb::open(folder.path().join("lake.sqlite")).unwrap();
        let view = |name: &str, rule: &str| KeptView {
            name: name.to_owned(),
            note: String::new(),
            rule: rule.to_owned(),
            saved_at_ns: 3,
        };
        kept.save_view(&view("rain", "{}")).unwrap();
        kept.save_view(&view("rain", "{1}")).unwrap();
        kept.save_view(&view("night", "{}")).unwrap();
        assert_eq!(kept.views().unwrap(), [view("night", "{}"), view("rain", "{1}")]);
        assert!(matches!(kept.rename_view("rain", "night"), Err(CatalogError::NameTaken { .. })));
        kept.rename_view("rain", "wet").unwrap();
        assert_eq!(kept.view("wet").unwrap(), view("wet", "{1}"));
        kept.delete_view("wet").unwrap();
        for gone in [kept.view("wet").err(), kept.delete_view("wet").err(), kept.rename_view("wet", "x").err()] {
            assert!(matches!(gone, Some(CatalogError::NoView(_))));
        }
    }
}
