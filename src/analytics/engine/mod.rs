//! Who answers a tree: this machine, or a cluster that speaks Spark Connect.
//!
//! An engine gets a tree and the tables it names, and gives a frame with the columns that the tree tells. The client of
//! Spark Connect, and the asynchronous runtime it needs, are named nowhere else.

mod detections;
mod error;
mod local;
mod remote;

use polars::prelude::DataFrame;

pub use detections::{Asked, counts_on, top_on};
pub use error::EngineError;
pub use local::LocalEngine;
pub use remote::{NamedBy, PathMap, RemoteEngine, without_secrets};

use super::tree::Tree;
use crate::{
    formats::{BadRows, EventOptions, EventSet},
    jobs::Progress,
};

/// What a name in a tree stands for.
#[derive(Debug, Clone, Copy)]
pub enum Table<'a> {
    /// Rows in memory; a remote engine is sent them with the question.
    Rows(&'a DataFrame),
    /// Files of events, with the columns of [`super::tree::top::EVENT_COLUMNS`] and times in ns UTC.
    Events {
        /// The files.
        set: &'a EventSet,
        /// How they are read.
        options: &'a EventOptions,
    },
}

/// Tables by their names.
pub type Tables<'a> = [(&'a str, Table<'a>)];

/// Answers trees.
pub trait Engine {
    /// Where it is, for people.
    fn name(&self) -> String;

    /// Answers a tree over these tables.
    ///
    /// # Errors
    /// [`EngineError`] when the tree makes no sense, a table cannot be read, the engine cannot be reached, goes away or
    /// refuses, or the person stops it.
    fn query(&self, tree: &Tree, tables: &Tables<'_>, progress: &Progress) -> Result<DataFrame, EngineError>;

    /// Rows of text files that are no events, which no tree sees.
    ///
    /// # Errors
    /// As [`Self::query`].
    fn bad_rows(&self, set: &EventSet, options: &EventOptions, progress: &Progress) -> Result<BadRows, EngineError>;
}
