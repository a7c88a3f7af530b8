//! What can be typed about selections, views, tags and comparisons.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Which frames.
#[derive(Debug, Args)]
#[group(id = "which", required = true, multiple = false)]
pub struct WhichArgs {
    /// The frames that match; '' is all frames
    #[arg(long = "where", value_name = "FILTER", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// The frames of a saved selection
    #[arg(long, value_name = "NAME")]
    pub selection: Option<String>,
    /// The frames that a saved view matches now
    #[arg(long, value_name = "NAME")]
    pub view: Option<String>,
}

/// Arguments of `selection`.
#[derive(Debug, Args)]
pub struct SelectionArgs {
    /// What to do
    #[command(subcommand)]
    pub deed: SelectionDeed,
}

/// What can be done with selections.
#[derive(Debug, Subcommand)]
pub enum SelectionDeed {
    /// Save frames under a name, in place of an older selection of that name
    Save {
        /// Folder of the lake
        lake: PathBuf,
        /// Name of the selection
        name: String,
        /// Which frames
        #[command(flatten)]
        which: WhichArgs,
        /// A note to save with them
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Give a selection another name
    Rename {
        /// Folder of the lake
        lake: PathBuf,
        /// Its name
        name: String,
        /// Its new name
        new: String,
    },
    /// Give a selection another note
    Note {
        /// Folder of the lake
        lake: PathBuf,
        /// Its name
        name: String,
        /// The note
        note: String,
    },
    /// Forget a selection
    Delete {
        /// Folder of the lake
        lake: PathBuf,
        /// Its name
        name: String,
    },
    /// The frames of either of two selections, as one
    Union(CombineArgs),
    /// The frames that two selections share
    Intersect(CombineArgs),
    /// The frames of one selection that are not in another
    Subtract(CombineArgs),
}

/// Two selections that become one.
#[derive(Debug, Args)]
pub struct CombineArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// The first selection
    pub first: String,
    /// The second selection
    pub second: String,
    /// Save the outcome under this name, in place of an older selection of that name
    #[arg(long, value_name = "NAME")]
    pub into: String,
    /// A note to save with it
    #[arg(long, default_value = "")]
    pub note: String,
}

/// Arguments of `view`.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// What to do
    #[command(subcommand)]
    pub deed: ViewDeed,
}

/// What can be done with views.
#[derive(Debug, Subcommand)]
pub enum ViewDeed {
    /// Save a rule under a name, in place of an older view of that name
    Save {
        /// Folder of the lake
        lake: PathBuf,
        /// Name of the view
        name: String,
        /// Which frames it shows; all without it
        #[arg(long = "where", value_name = "FILTER", default_value = "", allow_hyphen_values = true)]
        filter: String,
        /// In which order: COLUMN or COLUMN:desc
        #[arg(long, value_name = "COL[:desc]")]
        sort: Option<String>,
        /// Lanes of the timeline, separated by commas: metrics, labels(CLASS), (matches), (selected)
        #[arg(long, value_name = "METRIC,…", value_delimiter = ',')]
        lanes: Option<Vec<String>>,
        /// A note to save with it
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Give a view another name
    Rename {
        /// Folder of the lake
        lake: PathBuf,
        /// Its name
        name: String,
        /// Its new name
        new: String,
    },
    /// Give a view another note
    Note {
        /// Folder of the lake
        lake: PathBuf,
        /// Its name
        name: String,
        /// The note
        note: String,
    },
    /// Forget a view
    Delete {
        /// Folder of the lake
        lake: PathBuf,
        /// Its name
        name: String,
    },
}

/// Arguments of `tag`.
#[derive(Debug, Args)]
pub struct TagArgs {
    /// What to do
    #[command(subcommand)]
    pub deed: TagDeed,
}

/// What can be done with tags.
#[derive(Debug, Subcommand)]
pub enum TagDeed {
    /// Give a tag to frames
    Add {
        /// Folder of the lake
        lake: PathBuf,
        /// The tag
        tag: String,
        /// Which frames
        #[command(flatten)]
        which: WhichArgs,
    },
    /// Take a tag from frames
    Remove {
        /// Folder of the lake
        lake: PathBuf,
        /// The tag
        tag: String,
        /// Which frames
        #[command(flatten)]
        which: WhichArgs,
    },
    /// Give a tag another name
    Rename {
        /// Folder of the lake
        lake: PathBuf,
        /// The tag
        tag: String,
        /// Its new name
        new: String,
    },
    /// Take a tag from all frames and forget it
    Delete {
        /// Folder of the lake
        lake: PathBuf,
        /// The tag
        tag: String,
    },
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Folder of the lake
    pub lake: PathBuf,
    /// A selection or a view by name; or selection:NAME, view:NAME, filter:TEXT, all
    #[arg(allow_hyphen_values = true)]
    pub a: String,
    /// What to compare it with
    #[arg(allow_hyphen_values = true)]
    pub b: String,
    /// Print a statement that counts both as SQL over the lake's tables
    #[arg(long)]
    pub sql: bool,
    /// Answer as JSON
    #[arg(long)]
    pub json: bool,
}
