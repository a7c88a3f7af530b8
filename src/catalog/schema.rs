//! The tables of the derived catalog.

/// Grows with every change of the tables or of what is packed in them; a catalog of another version is made again.
pub(super) const CATALOG_VERSION: i64 = 3;

/// Marks a file as a Lakescope catalog (`LkSc`).
pub(super) const APPLICATION_ID: i64 = 0x4c6b_5363;

/// Ids are never used twice (`AUTOINCREMENT`), so that a reader's old footage id cannot name another one. Blobs stand in
/// tables of their own, so that reading the small columns never walks them. A *source* is a group of files that are read
/// together: one drive, or one file that holds several.
///
/// Checksums and findings belong to a store by its path, not to a source: a source is written anew whenever one of its
/// files changed, and that must not make what is known of another file's bytes go away.
pub(super) const CATALOG: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT;
INSERT INTO meta VALUES ('generation', 0), ('complete', 0), ('uid', lower(hex(randomblob(16))));
CREATE TABLE source (
  source_id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  fingerprint TEXT NOT NULL,
  files TEXT NOT NULL
) STRICT;
CREATE TABLE recording (
  recording_id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id INTEGER NOT NULL REFERENCES source ON DELETE CASCADE,
  name TEXT NOT NULL UNIQUE,
  started_at_ns INTEGER,
  duration_ns INTEGER,
  attributes TEXT NOT NULL,
  samples INTEGER NOT NULL
) STRICT;
CREATE INDEX recording_source ON recording (source_id);
CREATE TABLE footage (
  footage_id INTEGER PRIMARY KEY AUTOINCREMENT,
  recording_id INTEGER NOT NULL REFERENCES recording ON DELETE CASCADE,
  camera TEXT NOT NULL,
  store TEXT NOT NULL,
  store_identity TEXT NOT NULL,
  frames INTEGER NOT NULL,
  width_px INTEGER NOT NULL,
  height_px INTEGER NOT NULL,
  rate_hz REAL NOT NULL,
  store_kind TEXT NOT NULL,
  layout TEXT,
  labels INTEGER NOT NULL,
  UNIQUE (recording_id, camera)
) STRICT;
CREATE TABLE extents (
  footage_id INTEGER PRIMARY KEY REFERENCES footage ON DELETE CASCADE,
  data BLOB NOT NULL
) STRICT;
CREATE TABLE frame_times (
  footage_id INTEGER PRIMARY KEY REFERENCES footage ON DELETE CASCADE,
  data BLOB NOT NULL
) STRICT;
CREATE TABLE metric (metric_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE metric_summary (
  recording_id INTEGER NOT NULL REFERENCES recording ON DELETE CASCADE,
  metric_id INTEGER NOT NULL REFERENCES metric,
  unit TEXT,
  kind TEXT NOT NULL,
  count INTEGER NOT NULL,
  missing INTEGER NOT NULL,
  min REAL,
  max REAL,
  mean REAL,
  rate_hz REAL,
  gaps INTEGER NOT NULL,
  PRIMARY KEY (recording_id, metric_id)
) STRICT;
CREATE TABLE frame_column (
  metric_id INTEGER NOT NULL REFERENCES metric,
  footage_id INTEGER NOT NULL REFERENCES footage ON DELETE CASCADE,
  data BLOB NOT NULL,
  UNIQUE (metric_id, footage_id)
) STRICT;
CREATE INDEX frame_column_footage ON frame_column (footage_id);
CREATE TABLE label_class (class_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE class_count (
  class_id INTEGER NOT NULL REFERENCES label_class,
  footage_id INTEGER NOT NULL REFERENCES footage ON DELETE CASCADE,
  labels INTEGER NOT NULL,
  data BLOB NOT NULL,
  UNIQUE (class_id, footage_id)
) STRICT;
CREATE INDEX class_count_footage ON class_count (footage_id);
CREATE TABLE label_block (
  footage_id INTEGER NOT NULL REFERENCES footage ON DELETE CASCADE,
  first_frame INTEGER NOT NULL,
  labels INTEGER NOT NULL,
  data BLOB NOT NULL,
  UNIQUE (footage_id, first_frame)
) STRICT;
CREATE TABLE problem (
  problem_id INTEGER PRIMARY KEY,
  source_id INTEGER REFERENCES source ON DELETE CASCADE,
  path TEXT NOT NULL,
  what TEXT NOT NULL,
  hint TEXT NOT NULL
) STRICT;
CREATE INDEX problem_source ON problem (source_id);
CREATE INDEX footage_store ON footage (store);
CREATE TABLE checksummed (
  checksum_id INTEGER PRIMARY KEY AUTOINCREMENT,
  store TEXT NOT NULL UNIQUE,
  size_bytes INTEGER NOT NULL,
  identity TEXT NOT NULL,
  same_as TEXT,
  made_at_ns INTEGER NOT NULL
) STRICT;
CREATE TABLE checksum_data (
  checksum_id INTEGER PRIMARY KEY REFERENCES checksummed ON DELETE CASCADE,
  data BLOB NOT NULL
) STRICT;
CREATE TABLE finding (
  store TEXT PRIMARY KEY,
  identity TEXT,
  found_at_ns INTEGER NOT NULL,
  what TEXT NOT NULL,
  hint TEXT NOT NULL
) STRICT;
CREATE TABLE damage (
  footage_id INTEGER PRIMARY KEY REFERENCES footage ON DELETE CASCADE,
  found_at_ns INTEGER NOT NULL,
  reason TEXT NOT NULL,
  ranges TEXT NOT NULL
) STRICT;
";

/// Changes of the kept database, in order; its `user_version` counts how many were made. A text that was released is
/// never edited: a new change is added below it.
pub(super) const KEPT_MIGRATIONS: [&str; 3] = [
    "
CREATE TABLE run (
  run_id INTEGER PRIMARY KEY AUTOINCREMENT,
  parent_id INTEGER REFERENCES run,
  task TEXT NOT NULL,
  state TEXT NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER,
  stage TEXT NOT NULL DEFAULT '',
  started_at_ns INTEGER NOT NULL,
  ended_at_ns INTEGER,
  rows_in INTEGER,
  rows_out INTEGER,
  parameters TEXT NOT NULL DEFAULT '{}',
  result TEXT,
  error TEXT,
  process TEXT NOT NULL
) STRICT;
CREATE INDEX run_state ON run (state);
CREATE TABLE run_log (
  run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
  line_no INTEGER NOT NULL,
  line TEXT NOT NULL,
  PRIMARY KEY (run_id, line_no)
) STRICT, WITHOUT ROWID;
CREATE TABLE selection (
  name TEXT PRIMARY KEY,
  note TEXT NOT NULL,
  saved_at_ns INTEGER NOT NULL
) STRICT;
CREATE TABLE selection_frame (
  name TEXT NOT NULL REFERENCES selection ON DELETE CASCADE ON UPDATE CASCADE,
  frame_no INTEGER NOT NULL,
  frame_id TEXT NOT NULL,
  PRIMARY KEY (name, frame_no)
) STRICT, WITHOUT ROWID;
",
    "
CREATE TABLE tag (
  tag_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  made_at_ns INTEGER NOT NULL
) STRICT;
CREATE TABLE frame_tag (
  tag_id INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
  recording TEXT NOT NULL,
  camera TEXT NOT NULL,
  frame_idx INTEGER NOT NULL,
  PRIMARY KEY (tag_id, recording, camera, frame_idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE tag_version (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  version INTEGER NOT NULL
) STRICT;
INSERT INTO tag_version VALUES (1, 1);
CREATE TABLE saved_view (
  name TEXT PRIMARY KEY,
  note TEXT NOT NULL,
  rule TEXT NOT NULL,
  saved_at_ns INTEGER NOT NULL
) STRICT;
",
    "
CREATE TABLE query (
  name TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  note TEXT NOT NULL,
  saved_at_ns INTEGER NOT NULL
) STRICT;
CREATE TABLE past_query (
  query_no INTEGER PRIMARY KEY AUTOINCREMENT,
  text TEXT NOT NULL UNIQUE,
  ran_at_ns INTEGER NOT NULL
) STRICT;
",
];
