//! Tags: any number for a frame, any number of frames for a tag. A frame is named by recording, camera and number, so
//! that a new index changes nothing.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{
    CatalogError, KeptDb,
    kept::signed,
    kept_selections::{Changed, renamed},
    read::count,
};
use crate::model::FrameId;

/// A tag without its frames.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTag {
    /// Name.
    pub name: String,
    /// Number of frames that have it.
    pub frames: u64,
    /// When it was first given, ns UTC.
    pub made_at_ns: i64,
}

fn tag_id(connection: &Connection, tag: &str) -> rusqlite::Result<Option<i64>> {
    connection.query_row("SELECT tag_id FROM tag WHERE name = ?1", [tag], |row| row.get(0)).optional()
}

/// Filters that were worked out with the tags before must not be taken for answers now.
fn commit(change: Transaction<'_>) -> rusqlite::Result<()> {
    change.execute("UPDATE tag_version SET version = version + 1", [])?;
    change.commit()
}

impl KeptDb {
    /// Gives a tag to frames, and returns how many did not have it before. A tag that is new is made.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn tag_frames(
        &self,
        tag: &str,
        frames: impl Iterator<Item = FrameId>,
        now_ns: i64,
    ) -> Result<u64, CatalogError> {
        self.ask("tag frames", |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            change.execute("INSERT OR IGNORE INTO tag (name, made_at_ns) VALUES (?1, ?2)", params![tag, now_ns])?;
            let id = tag_id(&change, tag)?;
            let mut added = 0;
            {
                let mut insert = change.prepare_cached("INSERT OR IGNORE INTO frame_tag VALUES (?1, ?2, ?3, ?4)")?;
                for frame in frames {
                    let row = params![id, frame.recording, frame.camera, signed(frame.frame_idx)];
                    added += insert.execute(row)? as u64;
                }
            }
            commit(change)?;
            Ok(added)
        })
    }

    /// Takes a tag from frames, and returns how many had it. A tag that no frame has stays.
    ///
    /// # Errors
    /// There is no such tag, or the database cannot be written.
    pub fn untag_frames(&self, tag: &str, frames: impl Iterator<Item = FrameId>) -> Result<u64, CatalogError> {
        let removed = self.ask("take a tag from frames", |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let Some(id) = tag_id(&change, tag)? else { return Ok(None) };
            let mut removed = 0;
            {
                let mut delete = change.prepare_cached(
                    "DELETE FROM frame_tag WHERE tag_id = ?1 AND recording = ?2 AND camera = ?3 AND frame_idx = ?4",
                )?;
                for frame in frames {
                    let row = params![id, frame.recording, frame.camera, signed(frame.frame_idx)];
                    removed += delete.execute(row)? as u64;
                }
            }
            commit(change)?;
            Ok(Some(removed))
        })?;
        removed.ok_or_else(|| CatalogError::NoTag(tag.to_owned()))
    }

    /// The tags, by name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn tags(&self) -> Result<Vec<KeptTag>, CatalogError> {
        self.ask("read the tags", |connection| {
            connection
                .prepare_cached(
                    "SELECT name, (SELECT count(*) FROM frame_tag AS f WHERE f.tag_id = t.tag_id), made_at_ns \
                     FROM tag AS t ORDER BY name",
                )?
                .query_map([], |row| {
                    Ok(KeptTag { name: row.get(0)?, frames: count(row, 1)?, made_at_ns: row.get(2)? })
                })?
                .collect()
        })
    }

    /// Number that grows with each change of a tag, by whatever process.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn tag_version(&self) -> Result<u64, CatalogError> {
        self.ask("read the tags", |connection| {
            connection.prepare_cached("SELECT version FROM tag_version")?.query_row([], |row| count(row, 0))
        })
    }

    /// Another number when another process has written to the database.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn data_version(&self) -> Result<i64, CatalogError> {
        self.ask("look for changes", |connection| connection.query_row("PRAGMA data_version", [], |row| row.get(0)))
    }

    /// Every tag with its frames, and the version they are of.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn tagged_frames(&self) -> Result<(u64, BTreeMap<String, Vec<FrameId>>), CatalogError> {
        self.ask("read the tags", |connection| {
            let read = connection.transaction()?;
            let version = read.query_row("SELECT version FROM tag_version", [], |row| count(row, 0))?;
            let mut tags = BTreeMap::<String, Vec<FrameId>>::new();
            {
                let mut query = read.prepare_cached(
                    "SELECT name, recording, camera, frame_idx FROM tag LEFT JOIN frame_tag USING (tag_id) ORDER BY name",
                )?;
                let mut rows = query.query([])?;
                while let Some(row) = rows.next()? {
                    let frames = tags.entry(row.get(0)?).or_default();
                    let Some(recording) = row.get::<_, Option<String>>(1)? else { continue };
                    frames.push(FrameId { recording, camera: row.get(2)?, frame_idx: count(row, 3)? });
                }
            }
            read.commit()?;
            Ok((version, tags))
        })
    }

    /// The frames of one tag.
    ///
    /// # Errors
    /// There is no such tag, or the database cannot be read.
    pub fn tag_members(&self, tag: &str) -> Result<Vec<FrameId>, CatalogError> {
        let frames = self.ask("read a tag", |connection| {
            let Some(id) = tag_id(connection, tag)? else { return Ok(None) };
            connection
                .prepare_cached("SELECT recording, camera, frame_idx FROM frame_tag WHERE tag_id = ?1")?
                .query_map([id], |row| {
                    Ok(FrameId { recording: row.get(0)?, camera: row.get(1)?, frame_idx: count(row, 2)? })
                })?
                .collect::<rusqlite::Result<Vec<_>>>()
                .map(Some)
        })?;
        frames.ok_or_else(|| CatalogError::NoTag(tag.to_owned()))
    }

    /// Gives a tag another name.
    ///
    /// # Errors
    /// There is no such tag, another one has that name, or the database cannot be written.
    pub fn rename_tag(&self, tag: &str, new: &str) -> Result<(), CatalogError> {
        let changed = self.ask("rename a tag", |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let changed = renamed(change.execute("UPDATE tag SET name = ?2 WHERE name = ?1", [tag, new]))?;
            commit(change)?;
            Ok(changed)
        })?;
        match changed {
            Changed::Done => Ok(()),
            Changed::Unknown => Err(CatalogError::NoTag(tag.to_owned())),
            Changed::Taken => Err(CatalogError::NameTaken { what: "tag", name: new.to_owned() }),
        }
    }

    /// Takes a tag from all its frames and forgets it.
    ///
    /// # Errors
    /// There is no such tag, or the database cannot be written.
    pub fn delete_tag(&self, tag: &str) -> Result<(), CatalogError> {
        let gone = self.ask("delete a tag", |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let gone = change.execute("DELETE FROM tag WHERE name = ?1", [tag])?;
            commit(change)?;
            Ok(gone)
        })?;
        if gone == 0 { Err(CatalogError::NoTag(tag.to_owned())) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str) -> FrameId {
        text.parse().unwrap()
    }

    #[test]
    fn tags_are_given_taken_renamed_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let kept = KeptDb::open(folder.path().join("lake.sqlite")).unwrap();
        let before = kept.tag_version().unwrap();
        let frames = ["a/b/1", "a/b/0"].map(frame);
        assert_eq!(kept.tag_frames("good", frames.clone().into_iter(), 5).unwrap(), 2);
        assert_eq!(kept.tag_frames("good", [frame("a/b/1"), frame("a/c/7")].into_iter(), 6).unwrap(), 1);
        kept.tag_frames("bad", frames.clone().into_iter().take(1), 7).unwrap();
        let (version, tags) = kept.tagged_frames().unwrap();
        assert_eq!(version, kept.tag_version().unwrap());
        assert!(version > before);
        assert_eq!(tags["good"], ["a/b/0", "a/b/1", "a/c/7"].map(frame));
        assert_eq!(kept.untag_frames("good", frames.into_iter()).unwrap(), 2);
        assert_eq!(kept.tag_members("good").unwrap(), [frame("a/c/7")]);
        assert!(matches!(kept.rename_tag("good", "bad"), Err(CatalogError::NameTaken { .. })));
        kept.rename_tag("good", "finest").unwrap();
        kept.delete_tag("bad").unwrap();
        let names: Vec<String> = kept.tags().unwrap().into_iter().map(|tag| tag.name).collect();
        assert_eq!(names, ["finest"]);
        assert!(kept.tag_version().unwrap() > version);
        for gone in [
            kept.tag_members("bad").err(),
            kept.untag_frames("bad", std::iter::empty()).err(),
            kept.rename_tag("bad", "x").err(),
            kept.delete_tag("bad").err(),
        ] {
            assert!(matches!(gone, Some(CatalogError::NoTag(_))));
        }
    }
}
