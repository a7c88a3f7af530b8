//! `lakescope selection`, `views`, `view`, `tags` and `tag`

use std::path::Path;

use super::{
    Failure,
    args::LakeArgs,
    frames::parse_sort,
    keep_args::{CombineArgs, SelectionArgs, SelectionDeed, TagArgs, TagDeed, ViewArgs, ViewDeed, WhichArgs},
    table::{counted, open_indexed, print, print_json, say},
};
use crate::{
    catalog::FrameTable,
    model::format_ns,
    session::{Combine, ExportScope, OpenOptions, Session, SessionError, ViewRule},
};

fn open(lake: &Path) -> Result<Session, SessionError> {
    Session::open(lake, OpenOptions::default())
}

impl WhichArgs {
    /// The scope that was named; the definitions make sure that there is one.
    fn scope(&self) -> ExportScope {
        match (&self.selection, &self.view, &self.filter) {
            (Some(name), ..) => ExportScope::Selection(name.clone()),
            (None, Some(name), _) => ExportScope::View(name.clone()),
            (None, None, filter) => ExportScope::Filter(filter.clone().unwrap_or_default()),
        }
    }

    /// Its rows; frames that are gone are told.
    fn rows(&self, session: &Session, table: &FrameTable) -> Result<Vec<u32>, Failure> {
        let (rows, gone) = session.scope(table, &self.scope())?;
        tell_gone(gone);
        Ok(rows)
    }
}

/// Tells of frames that a selection names and the lake no longer has.
pub(super) fn tell_gone(gone: u64) {
    if gone > 0 {
        let are = if gone == 1 { "is" } else { "are" };
        eprintln!("lakescope: {} of the selection {are} no longer in the lake", counted(gone, "frame"));
    }
}

pub(super) fn selection(args: &SelectionArgs) -> Result<(), Failure> {
    match &args.deed {
        SelectionDeed::Save { lake, name, which, note } => {
            let session = open_indexed(lake)?;
            let table = session.table()?;
            let rows = which.rows(&session, &table)?;
            session.save_selection(&table, name, note, &rows)?;
            say(format_args!("{name}: {}", counted(rows.len() as u64, "frame")))
        }
        SelectionDeed::Rename { lake, name, new } => {
            open(lake)?.rename_selection(name, new)?;
            say(format_args!("{name} is now {new}"))
        }
        SelectionDeed::Note { lake, name, note } => {
            open(lake)?.note_selection(name, note)?;
            say(format_args!("{name}: note changed"))
        }
        SelectionDeed::Delete { lake, name } => {
            let deleted = open(lake)?.delete_selection(name)?;
            say(format_args!("{name}: deleted, {}", counted(deleted.selection.frames, "frame")))
        }
        SelectionDeed::Union(args) => combine(args, Combine::Union),
        SelectionDeed::Intersect(args) => combine(args, Combine::Intersect),
        SelectionDeed::Subtract(args) => combine(args, Combine::Subtract),
    }
}

fn combine(args: &CombineArgs, how: Combine) -> Result<(), Failure> {
    let CombineArgs { lake, first, second, into, note } = args;
    let frames = open(lake)?.combine_selections(first, how, second, into, note)?;
    say(format_args!("{into}: {}", counted(frames, "frame")))
}

pub(super) fn views(args: &LakeArgs) -> Result<(), Failure> {
    let views = open(&args.lake)?.views()?;
    if args.json {
        return print_json(&views);
    }
    let rows: Vec<Vec<String>> = views
        .iter()
        .map(|view| {
            let sort = view
                .rule
                .sort
                .as_ref()
                .map(|sort| if sort.descending { format!("{}:desc", sort.column) } else { sort.column.clone() });
            vec![
                view.name.clone(),
                view.rule.filter.clone(),
                sort.unwrap_or_default(),
                view.rule.lanes.as_ref().map(|lanes| lanes.join(",")).unwrap_or_default(),
                format_ns(view.saved_at_ns),
                view.note.clone(),
            ]
        })
        .collect();
    print(&["name", "where", "sort", "lanes", "saved", "note"], &rows)
}

pub(super) fn view(args: &ViewArgs) -> Result<(), Failure> {
    match &args.deed {
        ViewDeed::Save { lake, name, filter, sort, lanes, note } => {
            let session = open_indexed(lake)?;
            let table = session.table()?;
            let sort = sort.as_deref().map(parse_sort).transpose()?;
            // What a view cannot show is told now and not when it is opened.
            let found = session.find(&table, filter)?;
            session.sorted(&table, found.to_rows(), sort.as_ref())?;
            let rule = ViewRule { filter: filter.clone(), sort, lanes: lanes.clone(), ..ViewRule::default() };
            session.save_view(name, note, &rule)?;
            let matching = if found.count() == 1 { "matches" } else { "match" };
            say(format_args!("{name}: {} {matching} now", counted(found.count() as u64, "frame")))
        }
        ViewDeed::Rename { lake, name, new } => {
            open(lake)?.rename_view(name, new)?;
            say(format_args!("{name} is now {new}"))
        }
        ViewDeed::Delete { lake, name } => {
            open(lake)?.delete_view(name)?;
            say(format_args!("{name}: deleted"))
        }
    }
}

pub(super) fn tags(args: &LakeArgs) -> Result<(), Failure> {
    let session = open_indexed(&args.lake)?;
    let tags = session.tags(&*session.table()?)?;
    if args.json {
        return print_json(&tags);
    }
    let row = |tag: &crate::session::Tag| vec![tag.name.clone(), tag.frames.to_string(), tag.gone.to_string()];
    print(&["tag", "frames", "no_longer_there"], &tags.iter().map(row).collect::<Vec<_>>())
}

pub(super) fn tag(args: &TagArgs) -> Result<(), Failure> {
    match &args.deed {
        TagDeed::Add { lake, tag, which } => {
            let session = open_indexed(lake)?;
            let table = session.table()?;
            let rows = which.rows(&session, &table)?;
            let added = session.tag(&table, tag, &rows)?;
            let had = rows.len() as u64 - added.min(rows.len() as u64);
            say(format_args!("{tag}: {} tagged, {had} had it before", counted(added, "frame")))
        }
        TagDeed::Remove { lake, tag, which } => {
            let session = open_indexed(lake)?;
            let table = session.table()?;
            let rows = which.rows(&session, &table)?;
            let removed = session.untag(&table, tag, &rows)?;
            say(format_args!("{tag}: taken from {}", counted(removed, "frame")))
        }
        TagDeed::Rename { lake, tag, new } => {
            open(lake)?.rename_tag(tag, new)?;
            say(format_args!("{tag} is now {new}"))
        }
        TagDeed::Delete { lake, tag } => {
            let deleted = open(lake)?.delete_tag(tag)?;
            say(format_args!("{tag}: deleted, {} had it", counted(deleted.frames(), "frame")))
        }
    }
}
