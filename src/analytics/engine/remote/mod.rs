//! A cluster that speaks Spark Connect: Apache Spark, or another server of its protocol.
//!
//! Files stay where they are: the cluster reads them by itself, by paths that [`PathMap`] tells. Small tables travel with the
//! question. Everything is asked in a session of its own, so that the temporary views of one question are seen by no other;
//! they are dropped, and the session closed, when the answer is there.

mod arrow;
mod call;
mod files;
mod paths;
mod relations;

use std::sync::atomic::{AtomicU64, Ordering};

use polars::prelude::{DataFrame, IntoLazy, PolarsError};
use spark_connect_core::channel::ChannelBuilder;

pub use paths::PathMap;

use self::{call::Session, relations::Ids};
use super::{Engine, EngineError, Table, Tables};
use crate::{
    analytics::tree::{
        Kind, Tree, Value, lazy,
        sql::{self, Sql},
    },
    jobs::Progress,
};

/// A server of Spark Connect.
#[derive(Debug, Clone)]
pub struct RemoteEngine {
    channel: ChannelBuilder,
    paths: PathMap,
}

/// Views of all questions have names of their own, also when two are asked in one session.
static VIEWS: AtomicU64 = AtomicU64::new(0);

fn view_name() -> String {
    format!("lakescope_{}_{}", std::process::id(), VIEWS.fetch_add(1, Ordering::Relaxed))
}

/// The address without what is behind the host: tokens are not shown.
fn shown(url: &str) -> &str {
    url.split_once("/;").map_or(url, |(host, _)| host)
}

impl RemoteEngine {
    /// The engine at an address: `sc://host:port/;token=…;use_ssl=true`, the port 15002 when none is told. Nothing is sent
    /// yet. A token goes over TLS alone, but for servers on this machine.
    ///
    /// # Errors
    /// [`EngineError::Url`] when that is no address.
    pub fn new(url: &str, paths: PathMap) -> Result<Self, EngineError> {
        let secret = url.split_once("/;").map_or("", |(_, secret)| secret);
        let refuse = |what: String| {
            let what = what.replace(url, shown(url));
            // The client quotes the part it cannot read, which may be the token.
            let quotes = secret.split(';').any(|part| !part.is_empty() && what.contains(part));
            let what = if quotes { "behind /; stand parts key=value, with ; between them".to_owned() } else { what };
            EngineError::Url { url: shown(url).to_owned(), what }
        };
        let mut channel = ChannelBuilder::parse(url).map_err(|error| refuse(error.message()))?;
        if channel.token().is_some() && !channel.use_ssl() && !channel.is_loopback() {
            return Err(refuse("a token would travel unencrypted; add ;use_ssl=true".to_owned()));
        }
        channel.session_id().map_err(|error| refuse(error.message()))?;
        if channel.get("user_agent").is_none() {
            channel.set("user_agent", "lakescope");
        }
        Ok(Self { channel, paths })
    }

    /// Host and port.
    #[must_use]
    pub fn host(&self) -> String {
        self.channel.endpoint()
    }

    /// Answers a SELECT in the server's own SQL; `:p1` stands for the first of `values`, and so on.
    ///
    /// # Errors
    /// As [`Engine::query`]; [`EngineError::Server`] with its words where the text is wrong.
    pub fn sql(&self, text: &str, values: &[Value], progress: &Progress) -> Result<DataFrame, EngineError> {
        let session = self.open(progress)?;
        let question = relations::sql(&Sql { text: text.to_owned(), values: values.to_vec() }, &mut Ids::default());
        let answer = session.collect(question, progress);
        session.close(&[]);
        let frame = arrow::decode(&answer?).map_err(|error| self.wrong(&error))?;
        Ok(frame.unwrap_or_default())
    }

    /// How the server would go about a tree: its plan as text.
    ///
    /// # Errors
    /// As [`Engine::query`].
    pub fn explain(&self, tree: &Tree, tables: &Tables<'_>, progress: &Progress) -> Result<String, EngineError> {
        self.with_views(tree, tables, progress, |session, question| session.explain(question, progress))
    }

    fn wrong(&self, error: &PolarsError) -> EngineError {
        EngineError::Answer { engine: self.name(), what: error.to_string() }
    }

    fn open(&self, progress: &Progress) -> Result<Session, EngineError> {
        progress.stage(format!("Asking {}", self.host()));
        Session::open(&self.channel, progress)
    }

    /// Makes views of the tables, asks, and drops them.
    fn with_views<T>(
        &self,
        tree: &Tree,
        tables: &Tables<'_>,
        progress: &Progress,
        ask: impl FnOnce(&Session, spark_connect_proto::Relation) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        tree.columns()?;
        let mut ids = Ids::default();
        let mut views = Vec::new();
        let mut instead: Vec<(&str, Tree)> = Vec::new();
        for (name, table) in tables {
            let tree = match table {
                Table::Rows(rows) => {
                    let view = view_name();
                    let sent = arrow::encode(rows).map_err(|error| self.wrong(&error))?;
                    let columns = arrow::kinds(rows).map_err(|error| self.wrong(&error))?;
                    let schema: Vec<(&str, Kind)> = columns.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
                    let tree = Tree::scan(&view, &schema);
                    views.push((view, relations::rows(sent, &columns, &mut ids)));
                    tree
                }
                Table::Events { set, options } => {
                    let (tree, new) = files::views(set, options, &self.paths, &mut ids)?;
                    views.extend(new);
                    tree
                }
            };
            instead.push((name, tree));
        }
        let tree = tree
            .clone()
            .with_tables(&|wanted| instead.iter().find(|(name, _)| *name == wanted).map(|(_, tree)| tree.clone()));
        let question = sql::print(&tree, &str::to_owned)?;
        log::debug!("asking {}: {}", self.host(), question.text);
        let session = self.open(progress)?;
        let mut made = Vec::new();
        let answer = (|| {
            for (name, relation) in views {
                session.run(relations::view(relation, &name), progress)?;
                made.push(name);
            }
            ask(&session, relations::sql(&question, &mut ids))
        })();
        session.close(&made);
        answer
    }
}

impl Engine for RemoteEngine {
    fn name(&self) -> String {
        format!("the engine at {}", self.host())
    }

    fn query(&self, tree: &Tree, tables: &Tables<'_>, progress: &Progress) -> Result<DataFrame, EngineError> {
        let columns = tree.columns()?;
        let answer =
            self.with_views(tree, tables, progress, |session, question| session.collect(question, progress))?;
        let frame = arrow::decode(&answer).map_err(|error| self.wrong(&error))?;
        let frame = arrow::typed(frame, &columns).map_err(|error| self.wrong(&error))?;
        let Tree::Sort { order, .. } = tree else { return Ok(frame) };
        // Some servers take a rank for unique, and leave the rest of the order out. Putting it right costs nothing to speak of.
        lazy::collect(lazy::sort(frame.lazy(), order)).map_err(|error| self.wrong(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_tokens_not_shown() {
        let engine = |url: &str| RemoteEngine::new(url, PathMap::default());
        for (url, host) in [
            ("sc://localhost", "localhost:15002"),
            ("sc://Spark.example:443/;use_ssl=true;token=secret", "spark.example:443"),
            ("sc://[::1]:7/;token=secret", "[::1]:7"),
        ] {
            assert_eq!(engine(url).unwrap().host(), host);
        }
        for (url, part) in [
            ("http://localhost", "sc://"),
            ("sc://spark.example:1/;token=secret", "unencrypted"),
            ("sc://spark.example:x/;token=secret", "Port"),
            ("sc://spark.example/folder/;token=secret", "must be empty"),
            ("sc://", "Hostname"),
            ("sc://localhost/;use_ssl=true;token:secret", "key=value"),
        ] {
            let error = engine(url).unwrap_err().to_string();
            assert!(error.contains(part), "{url}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn views_have_names_of_their_own() {
        assert_ne!(view_name(), view_name());
    }
}
