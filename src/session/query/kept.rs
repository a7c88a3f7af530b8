//! Queries under a name, and those that ran.

use super::{PastQuery, SavedQuery, now_ns};
use crate::{
    filter::nearest,
    session::{Session, SessionError, selections::named},
};

impl Session {
    /// The saved queries, by name.
    ///
    /// # Errors
    /// The lake's own database cannot be read.
    pub fn saved_queries(&self) -> Result<Vec<SavedQuery>, SessionError> {
        Ok(self.kept()?.queries()?)
    }

    /// One saved query.
    ///
    /// # Errors
    /// There is none of that name, or the lake's own database cannot be read.
    pub fn saved_query(&self, name: &str) -> Result<SavedQuery, SessionError> {
        let kept = self.kept()?;
        match kept.query(name)? {
            Some(query) => Ok(query),
            None => Err(self.no_query(name)?),
        }
    }

    fn no_query(&self, name: &str) -> Result<SessionError, SessionError> {
        let known = self.kept()?.queries()?;
        let hint = match nearest(name, known.iter().map(|query| query.name.as_str())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`lakescope sql LAKE --queries` lists them".to_owned(),
        };
        Ok(SessionError::Usage(format!("there is no saved query `{name}`; {hint}")))
    }

    /// Saves a query under `name`, in place of an older one of that name. It must be one that can run now.
    ///
    /// # Errors
    /// The name is empty, the text is no query over this lake, or the lake's own database cannot be written.
    pub fn save_query(&self, name: &str, text: &str, note: &str) -> Result<SavedQuery, SessionError> {
        let name = named("query", name)?;
        Self::sql_check(text, &self.sql_tables()?)
            .map_err(|mistake| SessionError::Usage(format!("the query is not saved\n{}", mistake.render(text))))?;
        let query = SavedQuery { name, text: text.trim().to_owned(), note: note.to_owned(), saved_at_ns: now_ns() };
        self.kept()?.save_query(&query)?;
        Ok(query)
    }

    /// Gives a saved query another name.
    ///
    /// # Errors
    /// There is no such query, another one has that name, or the lake's own database cannot be written.
    pub fn rename_query(&self, name: &str, new: &str) -> Result<(), SessionError> {
        if self.kept()?.rename_query(name, &named("query", new)?)? { Ok(()) } else { Err(self.no_query(name)?) }
    }

    /// Forgets a saved query.
    ///
    /// # Errors
    /// There is no such query, or the lake's own database cannot be written.
    pub fn delete_query(&self, name: &str) -> Result<(), SessionError> {
        if self.kept()?.delete_query(name)? { Ok(()) } else { Err(self.no_query(name)?) }
    }

    /// The queries that ran, each once, the latest first.
    ///
    /// # Errors
    /// The lake's own database cannot be read.
    pub fn past_queries(&self) -> Result<Vec<PastQuery>, SessionError> {
        Ok(self.kept()?.past_queries()?)
    }
}
