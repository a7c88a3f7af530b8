//! Dataset B: the locations that detection events refer to.

use std::{collections::HashMap, path::Path};

use super::{BadRows, FormatError, Note, csv_cells::Reading, table::read_table};
use crate::model::Column;

const OID: &str = "geographical_location_oid";
const NAME: &str = "geographical_location";

/// Locations, each oid once, in file order.
#[derive(Debug, Clone, Default)]
pub struct Locations {
    /// `geographical_location_oid`, one per row.
    pub oids: Vec<i64>,
    /// `geographical_location`, one per row; `None` where empty.
    pub names: Vec<Option<String>>,
    /// Further columns (`region`, `latitude`, …), as long as `oids`.
    pub extra: Vec<(String, Column)>,
    /// Rows of the file.
    pub rows_read: u64,
    /// Rows left out: without an oid, broken, or with the oid of an earlier row.
    pub bad_rows: BadRows,
    /// What was guessed.
    pub notes: Vec<Note>,
}

/// Whether a table with these columns is one of locations.
pub(super) fn are_locations(names: &[String]) -> bool {
    let has = |wanted: &str| names.iter().any(|name| name.eq_ignore_ascii_case(wanted));
    has(OID) && has(NAME) && !has("detection_oid")
}

/// Reads a CSV or Parquet file of locations. Of rows with the same oid the first holds.
///
/// # Errors
/// [`FormatError`] when the file as a whole cannot be read or lacks one of its two columns.
pub fn read_locations(path: &Path) -> Result<Locations, FormatError> {
    let reading = |name: &str| if name.eq_ignore_ascii_case(NAME) { Reading::Words } else { Reading::Guessed };
    let mut table = read_table(path, &reading, None)?;
    let columns = table.column_names();
    let missing = |missing| FormatError::MissingColumn {
        path: path.to_owned(),
        missing,
        columns: columns.clone(),
        remedy: "name its columns geographical_location_oid and geographical_location",
    };
    let oid = table.find(&[OID]).ok_or_else(|| missing("geographical_location_oid"))?;
    let name = table.find(&[NAME]).ok_or_else(|| missing("geographical_location"))?;
    let oids = table.take(oid).into_column();
    let names = table.take(name).into_column();
    if !matches!(oids, Column::Int { .. }) && table.rows > 0 {
        return Err(missing("whole-number geographical_location_oid"));
    }
    let mut locations = Locations {
        rows_read: table.rows as u64 + table.bad_rows.total(),
        bad_rows: std::mem::take(&mut table.bad_rows),
        notes: std::mem::take(&mut table.notes),
        ..Locations::default()
    };
    let mut first_rows: HashMap<i64, usize> = HashMap::with_capacity(table.rows);
    let mut kept = Vec::with_capacity(table.rows);
    for row in 0..table.rows {
        let Column::Int { values, .. } = &oids else { break };
        if oids.is_null(row) {
            locations.bad_rows.add("has no geographical_location_oid", || table.lines.place(row));
            continue;
        }
        let oid = values[row];
        if let Some(first) = first_rows.get(&oid) {
            let places = || format!("{} repeats oid {oid} of {}", table.lines.place(row), table.lines.place(*first));
            locations.bad_rows.add("repeats the oid of an earlier row", places);
            continue;
        }
        first_rows.insert(oid, row);
        kept.push(row);
        locations.oids.push(oid);
        locations.names.push(names.text(row));
    }
    for (at, column) in table.columns.into_iter().enumerate() {
        if at != oid && at != name {
            locations.extra.push((column.name, super::metrics_table::pick(&column.cells.into_column(), &kept)));
        }
    }
    Ok(locations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_an_oid_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("locations.csv");
        std::fs::write(
            &path,
            "geographical_location_oid,geographical_location,region\n7,Pier,north\n8,,south\n7,Quay,east\n,Lost,west\n9\n",
        )
        .unwrap();
        let found = read_locations(&path).unwrap();
        assert_eq!(found.oids, [7, 8]);
        assert_eq!(found.names, [Some("Pier".to_owned()), None]);
        assert_eq!((found.rows_read, found.bad_rows.total()), (5, 3));
        assert_eq!(found.extra[0].0, "region");
        assert_eq!(found.extra[0].1.text(1).as_deref(), Some("south"));
        assert!(found.bad_rows.reasons().iter().any(|reason| reason.examples == ["line 4 repeats oid 7 of line 2"]));

        // A name that looks like a number stays as it is written.
        std::fs::write(&path, "geographical_location_oid,geographical_location\n7,007\n8,1e3\n").unwrap();
        let names: Vec<String> = read_locations(&path).unwrap().names.into_iter().flatten().collect();
        assert_eq!(names, ["007", "1e3"]);

        std::fs::write(&path, "geographical_location_oid,name\n7,Pier\n").unwrap();
        assert!(matches!(read_locations(&path), Err(FormatError::MissingColumn { .. })));
        std::fs::write(&path, "geographical_location_oid,geographical_location\nx,Pier\n").unwrap();
        assert!(matches!(read_locations(&path), Err(FormatError::MissingColumn { .. })));
    }
}
