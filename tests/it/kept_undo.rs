//! Every change of what is kept has a way back to exactly what was there, nothing of it is lost, and views that cannot be read stand
//! in nobody's way.

use lakescope::session::{Combine, KeptUndo, OpenOptions, Session, SessionError, ViewRule};
use rusqlite::Connection;

use crate::harness::{Lake, lakescope};

/// Everything that is kept, as text: names, notes, times, frames.
fn kept(lake: &Lake) -> String {
    let database = Connection::open(lake.path().join("lake.sqlite")).unwrap();
    let mut all = String::new();
    for (table, columns) in [
        ("saved_view", "name, note, rule, saved_at_ns"),
        ("selection", "*"),
        ("selection_frame", "*"),
        ("tag", "name, made_at_ns"),
        ("frame_tag JOIN tag USING (tag_id)", "name, recording, camera, frame_idx"),
    ] {
        let mut query = database
            .prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1, 2, 3, 4"))
            .unwrap_or_else(|_| database.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1, 2")).unwrap());
        let columns = query.column_count();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<String> = (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap())).collect();
            all += &[table, " ", &cells.join(" "), "\n"].concat();
        }
    }
    all
}

/// A change and its name.
type Step<'a> = (&'a str, Box<dyn Fn() -> Result<KeptUndo, SessionError> + 'a>);

fn open(lake: &Lake) -> Session {
    let options = OpenOptions { reader_exe: Some(env!("CARGO_BIN_EXE_lakescope").into()), ..OpenOptions::default() };
    Session::open(&lake.path(), options).unwrap()
}

#[test]
fn every_change_goes_back_to_exactly_what_was() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let session = open(&lake);
    let table = session.table().unwrap();
    let rule = |filter: &str| ViewRule { filter: filter.to_owned(), ..ViewRule::default() };
    session.save_view("busy", "mine", &rule("speed > 3")).unwrap();
    session.save_selection(&table, "a", "first", &[1, 2, 3]).unwrap();
    session.save_selection(&table, "b", "", &[3, 4]).unwrap();
    session.tag(&table, "good", &[1, 2]).unwrap();
    session.tag(&table, "bad", &[2]).unwrap();
    let steps: Vec<Step<'_>> = vec![
        ("save a view over another", Box::new(|| Ok(session.save_view("busy", "", &rule("speed > 4"))?.1))),
        ("save a new view", Box::new(|| Ok(session.save_view("new", "", &rule(""))?.1))),
        ("rename a view", Box::new(|| session.rename_view("busy", "idle"))),
        ("note a view", Box::new(|| session.note_view("busy", "ours"))),
        ("delete a view", Box::new(|| session.delete_view("busy"))),
        ("save a selection over another", Box::new(|| session.save_selection(&table, "a", "", &[9]))),
        ("save a new selection", Box::new(|| session.save_selection(&table, "c", "", &[9]))),
        ("rename a selection", Box::new(|| session.rename_selection("a", "z"))),
        ("note a selection", Box::new(|| session.note_selection("a", "other"))),
        ("unite over one of both", Box::new(|| Ok(session.combine_selections("a", Combine::Union, "b", "a", "")?.1))),
        ("delete a selection", Box::new(|| Ok(session.delete_selection("a")?.1))),
        ("tag more frames", Box::new(|| Ok(session.tag(&table, "good", &[2, 5])?.1))),
        ("make a tag", Box::new(|| Ok(session.tag(&table, "new", &[5])?.1))),
        ("untag", Box::new(|| Ok(session.untag(&table, "good", &[2, 7])?.1))),
        ("rename a tag", Box::new(|| session.rename_tag("good", "fine"))),
        ("delete a tag", Box::new(|| Ok(session.delete_tag("good")?.1))),
    ];
    let before = kept(&lake);
    for (what, step) in &steps {
        let undo = step().unwrap();
        assert_ne!(kept(&lake), before, "{what}");
        session.undo_kept(&undo).unwrap();
        assert_eq!(kept(&lake), before, "{what}");
    }
    // What was changed again since is left alone.
    for (what, step, between) in [
        ("view", &steps[0], Box::new(|| session.note_view("busy", "later").map(|_| ())) as Box<dyn Fn() -> _>),
        ("selection", &steps[5], Box::new(|| session.save_selection(&table, "a", "x", &[8]).map(|_| ()))),
        ("note", &steps[8], Box::new(|| session.note_selection("a", "later").map(|_| ()))),
        ("name", &steps[10], Box::new(|| session.save_selection(&table, "a", "again", &[7]).map(|_| ()))),
        ("tag", &steps[15], Box::new(|| session.tag(&table, "good", &[6]).map(|_| ()))),
    ] {
        let undo = step.1().unwrap();
        between().unwrap();
        let now = kept(&lake);
        let refused = session.undo_kept(&undo).unwrap_err();
        assert!(matches!(refused, SessionError::Usage(_)), "{what}: {refused}");
        assert_eq!(kept(&lake), now, "{what}");
    }
}

#[test]
fn a_lake_that_is_opened_twice_loses_nothing() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let first = open(&lake);
    let table = first.table().unwrap();
    first.save_selection(&table, "a", "", &[1]).unwrap();
    // To open it once more gives no lock of the first away, so that no other process clears the log they both write to.
    let second = open(&lake);
    assert!(lake.run("selections", &[]).contains("a,1,"));
    second.save_selection(&table, "b", "", &[1, 2]).unwrap();
    drop(first);
    assert!(lake.run("selections", &[]).contains("b,2,"));
}

#[test]
fn a_view_that_cannot_be_read_stands_in_nobodys_way() {
    let lake = Lake::new();
    lake.run("index", &[]);
    let session = open(&lake);
    session.save_view("fine", "good to have", &ViewRule::default()).unwrap();
    session.save_view("odd", "kept", &ViewRule::default()).unwrap();
    let database = Connection::open(lake.path().join("lake.sqlite")).unwrap();
    database.execute("UPDATE saved_view SET rule = '{\"filter\": 7}' WHERE name = 'odd'", []).unwrap();
    let output = lake.output("views", &[]);
    let (told, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success() && told.contains("fine") && told.contains("odd"), "{told}");
    assert!(said.contains("the view `odd` cannot be read"), "{said}");
    let views = lake.json("views", &[]);
    assert_eq!(views.as_array().unwrap().len(), 2);
    assert!(views[1]["unreadable"].as_str().unwrap().contains("`odd`"), "{views}");
    assert!(lake.fail("frames", &["--view", "odd"], 1).contains("cannot be read"));
    // It is deleted, and comes back as it was: another version may be able to read it.
    let before = kept(&lake);
    let undo = session.delete_view("odd").unwrap();
    assert_eq!(lake.json("views", &[]).as_array().unwrap().len(), 1);
    session.undo_kept(&undo).unwrap();
    assert_eq!(kept(&lake), before);
    let view = |verb: &str, rest: &[&str]| {
        let output = lakescope(&lake.beside("")).args(["view", verb]).arg(lake.path()).args(rest).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    view("note", &["fine", "better to have"]);
    view("delete", &["odd"]);
    let views = lake.json("views", &[]);
    assert_eq!((views.as_array().unwrap().len(), &views[0]["note"]), (1, &serde_json::json!("better to have")));
}
