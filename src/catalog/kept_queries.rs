//! Saved queries, and those that ran lately. What a query means is no business of this file.

use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};

use super::{
    CatalogError, KeptDb,
    kept_selections::{Changed, renamed},
};

/// Most queries that are remembered for having run.
const PAST_QUERIES: i64 = 500;

/// A saved query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptQuery {
    /// Name.
    pub name: String,
    /// What it asks.
    pub text: String,
    /// Note.
    pub note: String,
    /// When it was saved, ns UTC.
    pub saved_at_ns: i64,
}

/// A query that ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastQuery {
    /// What it asked.
    pub text: String,
    /// When it ran last, ns UTC.
    pub ran_at_ns: i64,
}

fn query_of(row: &Row<'_>) -> rusqlite::Result<KeptQuery> {
    Ok(KeptQuery { name: row.get(0)?, text: row.get(1)?, note: row.get(2)?, saved_at_ns: row.get(3)? })
}

impl KeptDb {
    /// Saves a query in place of an older one of that name.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn save_query(&self, query: &KeptQuery) -> Result<(), CatalogError> {
        self.ask("save a query", |connection| {
            connection.execute(
                "INSERT OR REPLACE INTO query VALUES (?1, ?2, ?3, ?4)",
                params![query.name, query.text, query.note, query.saved_at_ns],
            )?;
            Ok(())
        })
    }

    /// The saved queries, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn queries(&self) -> Result<Vec<KeptQuery>, CatalogError> {
        self.ask("read the queries", |connection| {
            connection
                .prepare_cached("SELECT name, text, note, saved_at_ns FROM query ORDER BY name")?
                .query_map([], query_of)?
                .collect()
        })
    }

    /// One saved query; `None` when there is none of that name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn query(&self, name: &str) -> Result<Option<KeptQuery>, CatalogError> {
        self.ask("read a query", |connection| {
            connection
                .query_row("SELECT name, text, note, saved_at_ns FROM query WHERE name = ?1", [name], query_of)
                .optional()
        })
    }

    /// Gives a query another name; tells whether there was one.
    ///
    /// # Errors
    /// Another one has that name, or the database cannot be written.
    pub fn rename_query(&self, name: &str, new: &str) -> Result<bool, CatalogError> {
        let changed = self.ask("rename a query", |connection| {
            renamed(connection.execute("UPDATE query SET name = ?2 WHERE name = ?1", [name, new]))
        })?;
        match changed {
            Changed::Done => Ok(true),
            Changed::Unknown => Ok(false),
            Changed::Taken => Err(CatalogError::NameTaken { what: "query", name: new.to_owned() }),
        }
    }

    /// Forgets a saved query; tells whether there was one.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn delete_query(&self, name: &str) -> Result<bool, CatalogError> {
        let gone =
            self.ask("delete a query", |connection| connection.execute("DELETE FROM query WHERE name = ?1", [name]))?;
        Ok(gone > 0)
    }

    /// Remembers that a query ran. One that ran before moves to the front; the oldest beyond a bound are forgotten.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn ran_query(&self, text: &str, now_ns: i64) -> Result<(), CatalogError> {
        self.ask("remember a query", |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            change.execute("DELETE FROM past_query WHERE text = ?1", [text])?;
            change.execute("INSERT INTO past_query (text, ran_at_ns) VALUES (?1, ?2)", params![text, now_ns])?;
            change.execute(
                "DELETE FROM past_query WHERE query_no NOT IN (SELECT query_no FROM past_query ORDER BY query_no DESC LIMIT ?1)",
                [PAST_QUERIES],
            )?;
            change.commit()
        })
    }

    /// The queries that ran, the latest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn past_queries(&self) -> Result<Vec<PastQuery>, CatalogError> {
        self.ask("read past queries", |connection| {
            connection
                .prepare_cached("SELECT text, ran_at_ns FROM past_query ORDER BY query_no DESC")?
                .query_map([], |row| Ok(PastQuery { text: row.get(0)?, ran_at_ns: row.get(1)? }))?
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_saved_renamed_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptDb::open(folder.path().join("lake.sqlite")).unwrap();
        let query = |name: &str, text: &str| KeptQuery {
            name: name.to_owned(),
            text: text.to_owned(),
            note: "why".to_owned(),
            saved_at_ns: 3,
        };
        kept.save_query(&query("fast", "SELECT 1")).unwrap();
        kept.save_query(&query("fast", "SELECT 2")).unwrap();
        kept.save_query(&query("all", "SELECT 3")).unwrap();
        assert_eq!(kept.queries().unwrap(), [query("all", "SELECT 3"), query("fast", "SELECT 2")]);
        assert!(matches!(kept.rename_query("fast", "all"), Err(CatalogError::NameTaken { .. })));
        assert!(kept.rename_query("fast", "quick").unwrap());
        assert_eq!(kept.query("quick").unwrap().unwrap().text, "SELECT 2");
        assert!(kept.delete_query("quick").unwrap());
        assert!(!kept.delete_query("quick").unwrap() && !kept.rename_query("quick", "x").unwrap());
        assert_eq!(kept.query("quick").unwrap(), None);
    }

    #[test]
    fn past_queries_are_bounded_and_told_once() {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptDb::open(folder.path().join("lake.sqlite")).unwrap();
        for number in 0..PAST_QUERIES + 10 {
            kept.ran_query(&format!("SELECT {number}"), number).unwrap();
        }
        kept.ran_query("SELECT 20", 9_999).unwrap();
        let past = kept.past_queries().unwrap();
        assert_eq!(past.len(), usize::try_from(PAST_QUERIES).unwrap());
        assert_eq!(past[0], PastQuery { text: "SELECT 20".to_owned(), ran_at_ns: 9_999 });
        assert_eq!(past.iter().filter(|past| past.text == "SELECT 20").count(), 1);
    }
}
