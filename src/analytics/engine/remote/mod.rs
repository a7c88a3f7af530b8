//! A cluster that speaks Spark Connect: Apache Spark, or another server of its protocol.
//!
//! Files stay where they are: the cluster reads them by itself, by paths that [`PathMap`] tells. Small tables travel with the
//! question. Everything is asked in a session of its own, so that the temporary views of one question are seen by no other;
//! they are dropped, and the session closed, when the answer is there.

mod address;
mod arrow;
mod call;
mod cells;
mod files;
mod paths;
mod relations;

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use polars::prelude::{DataFrame, IntoLazy, PolarsError};
use spark_connect_core::channel::ChannelBuilder;

pub use address::without_secrets;
pub use paths::PathMap;

use self::{call::Session, relations::Ids};
use super::{Engine, EngineError, Table, Tables};
use crate::{
    analytics::tree::{
        Kind, Tree, Value, lazy,
        sql::{self, Sql},
        top::COUNT,
    },
    formats::{BadRows, EventOptions, EventSet},
    jobs::Progress,
};

/// Where the client finds a token that no address holds.
const TOKEN_VARIABLE: &str = "SPARK_CONNECT_AUTHENTICATE_TOKEN";

/// Who named an address. A lake may come from anywhere: it may name an engine, and may not choose who gets a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// The person who asks.
    Person,
    /// The lake that is asked about.
    Lake,
}

/// A server of Spark Connect.
#[derive(Clone)]
pub struct RemoteEngine {
    channel: ChannelBuilder,
    paths: PathMap,
}

impl fmt::Debug for RemoteEngine {
    /// Without the token, which the channel would show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteEngine").field("host", &self.host()).field("paths", &self.paths).finish_non_exhaustive()
    }
}

/// Parts of addresses that messages may repeat.
const COMMON_PARTS: [&str; 4] = ["use_ssl", "true", "token", "user_id"];

/// Views of all questions have names of their own, also when two are asked in one session.
static VIEWS: AtomicU64 = AtomicU64::new(0);

fn view_name() -> String {
    format!("lakescope_{}_{}", std::process::id(), VIEWS.fetch_add(1, Ordering::Relaxed))
}

impl RemoteEngine {
    /// The engine at an address: `sc://host:port/;token=…;use_ssl=true`, the port 15002 when none is told. Nothing is sent
    /// yet. A token goes over TLS alone, but for servers on this machine.
    ///
    /// # Errors
    /// [`EngineError::Url`] when that is no address, [`EngineError::Token`] when a lake names it and it would be sent the
    /// token of the person.
    pub fn new(url: &str, paths: PathMap, by: NamedBy) -> Result<Self, EngineError> {
        Self::parsed(url, paths, by, std::env::var_os(TOKEN_VARIABLE).is_some())
    }

    fn parsed(url: &str, paths: PathMap, by: NamedBy, has_token: bool) -> Result<Self, EngineError> {
        // Whatever is behind the host may be the token.
        let host_end = url.find("://").map_or(0, |at| at + 3);
        let secret = url[host_end..].find(['/', '?', '#', ';']).map_or("", |at| &url[host_end + at..]);
        let refuse = |what: String| {
            let what = what.replace(url, &without_secrets(url));
            // The client quotes the part it cannot read.
            let mut parts = secret.split(['/', ';', '?', '#', '=']);
            let quotes = parts.any(|part| !part.is_empty() && !COMMON_PARTS.contains(&part) && what.contains(part));
            let what = if quotes { "behind /; stand parts key=value, with ; between them".to_owned() } else { what };
            EngineError::Url { url: without_secrets(url), what }
        };
        let mut channel = ChannelBuilder::parse(url).map_err(|error| refuse(error.message()))?;
        // The client takes the variable whenever the address, as it reads it, holds no token.
        if by == NamedBy::Lake && channel.get("token").is_none() && has_token {
            return Err(EngineError::Token { host: channel.endpoint(), variable: TOKEN_VARIABLE });
        }
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

    /// Asks whether the server is there and lets this person in: the smallest question, over no events.
    ///
    /// # Errors
    /// [`EngineError::Unreachable`], [`EngineError::Refused`], or the person stops it.
    pub fn greet(&self, progress: &Progress) -> Result<(), EngineError> {
        self.open(progress)?.close(&[]);
        Ok(())
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
        self.with_made(&tree, views, ids, progress, ask)
    }

    /// Makes views, asks a tree over them, and drops them.
    fn with_made<T>(
        &self,
        tree: &Tree,
        views: Vec<files::View>,
        mut ids: Ids,
        progress: &Progress,
        ask: impl FnOnce(&Session, spark_connect_proto::Relation) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let question = sql::print(tree, &str::to_owned)?;
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

    fn bad_rows(&self, set: &EventSet, _: &EventOptions, progress: &Progress) -> Result<BadRows, EngineError> {
        let (mut ids, mut bad) = (Ids::default(), BadRows::default());
        let Some((tree, views)) = files::bad_lines(set, &self.paths, &mut ids)? else { return Ok(bad) };
        let columns = tree.columns()?;
        let answer =
            self.with_made(&tree, views, ids, progress, |session, question| session.collect(question, progress))?;
        let frame = arrow::decode(&answer).and_then(|frame| arrow::typed(frame, &columns));
        let numbers = frame.and_then(|frame| {
            let numbers =
                |name: &str| Ok::<Vec<i64>, PolarsError>(frame.column(name)?.i64()?.iter().flatten().collect());
            Ok(numbers(files::REASON)?.into_iter().zip(numbers(COUNT)?))
        });
        for (reason, count) in numbers.map_err(|error| self.wrong(&error))? {
            let reason = usize::try_from(reason).unwrap_or(usize::MAX);
            if reason == files::WRITTEN_OUT {
                return Err(EngineError::WrittenOut { rows: count.unsigned_abs() });
            }
            let why = files::REASONS.get(reason);
            if let (Some(why), Ok(count)) = (why, u64::try_from(count)) {
                bad.add_many(why, count, || "lines are not numbered where they are read".to_owned());
            }
        }
        Ok(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_tokens_not_shown() {
        let engine = |url: &str| RemoteEngine::parsed(url, PathMap::default(), NamedBy::Person, false);
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
            ("sc://spark.example/folder/;token=secret", "key=value"),
            ("sc://", "Hostname"),
            ("sc://localhost/;use_ssl=true;token:secret", "key=value"),
            ("sc://localhost/;use_ssl=true;x-token=secret=", "key=value"),
        ] {
            let error = engine(url).unwrap_err().to_string();
            assert!(error.contains(part), "{url}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_lake_gets_no_token_of_the_person() {
        let engine = |url: &str, by, has_token| RemoteEngine::parsed(url, PathMap::default(), by, has_token);
        for url in [
            "sc://evil:443/;use_ssl=true",
            "sc://evil:443/;use_ssl=true;x-token=1",
            "sc://evil:443/;use_ssl=true?token=1",
            "sc://evil:443/;use_ssl=true;Token=1",
            "sc://evil:443/;use_ssl=true#;token=1",
            "sc://localhost",
        ] {
            let error = engine(url, NamedBy::Lake, true).unwrap_err();
            assert!(matches!(error, EngineError::Token { .. }), "{url}: {error}");
            assert!(error.to_string().contains(TOKEN_VARIABLE) && error.to_string().contains("--engine"), "{error}");
            assert!(engine(url, NamedBy::Lake, false).is_ok(), "{url}: without a token nothing is given away");
            assert!(engine(url, NamedBy::Person, true).is_ok() || !url.contains("use_ssl"), "{url}");
        }
        // With a token of its own the variable is not looked at.
        let own = engine("sc://spark:443/;use_ssl=true;token=theirs", NamedBy::Lake, true).unwrap();
        assert_eq!(own.channel.token().as_deref(), Some("theirs"));
        assert!(!format!("{own:?}").contains("theirs"), "{own:?}");
    }

    #[test]
    fn views_have_names_of_their_own() {
        assert_ne!(view_name(), view_name());
    }
}
