//! The store of thumbnails, on a disk of its own for each test.

use std::path::Path;

use super::*;

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("thumbnails.sqlite");
    Place { _folder: folder, path }
}

impl Place {
    fn store(&self, most_bytes: u64) -> ThumbnailStore {
        ThumbnailStore::new(self.path.clone(), most_bytes)
    }

    fn sql(&self, text: &str) {
        let connection = Connection::open(&self.path).unwrap();
        connection.execute_batch(text).unwrap();
    }
}

fn key(footage: u64, frame: u64) -> ThumbnailKey {
    ThumbnailKey::new(footage, (160, 160), 0, frame).unwrap()
}

fn picture(seed: u64) -> Vec<u8> {
    (0..3000).map(|i| u8::try_from((i * 7 + seed) % 251).unwrap()).collect()
}

const PLENTY: u64 = 1 << 30;

#[test]
fn pictures_are_read_back_at_once_after_writing_and_in_the_next_visit() {
    let place = place();
    let store = place.store(PLENTY);
    assert!(store.get(key(1, 0)).is_none());
    assert!(!place.path.exists(), "looking makes no file");
    for frame in 0..1000 {
        assert!(store.put(key(1, frame), &picture(frame)));
        assert_eq!(store.get(key(1, frame)).as_deref(), Some(&picture(frame)[..]), "before it is written");
    }
    store.flush();
    for frame in [0, 7, 999] {
        assert_eq!(store.get(key(1, frame)).as_deref(), Some(&picture(frame)[..]), "from the file");
    }
    let totals = store.totals();
    assert_eq!((totals.pictures, totals.bytes), (1000, 1000 * (3000 + ROW_BYTES)));
    assert!(totals.file_bytes > 3_000_000);
    store.put(key(1, 1000), &picture(1000));
    drop(store);
    let store = place.store(PLENTY);
    assert_eq!(store.get(key(1, 1000)).as_deref(), Some(&picture(1000)[..]), "closing writes what waits");
    store.clear().unwrap();
    assert!(!place.path.exists() && store.get(key(1, 5)).is_none());
    store.put(key(1, 5), &picture(5));
    store.flush();
    assert!(store.get(key(1, 5)).is_some(), "a cleared store can be filled again");
}

#[test]
fn every_part_of_the_key_counts() {
    let place = place();
    let store = place.store(PLENTY);
    let known = ThumbnailKey::new(1, (160, 120), 2, 3).unwrap();
    store.put(known, &picture(1));
    for written in [false, true] {
        assert!(store.get(known).is_some());
        for other in [
            (2, (160, 120), 2, 3),
            (1, (161, 120), 2, 3),
            (1, (160, 121), 2, 3),
            (1, (160, 120), 0, 3),
            (1, (160, 120), 2, 4),
        ] {
            let other = ThumbnailKey::new(other.0, other.1, other.2, other.3).unwrap();
            assert!(store.get(other).is_none(), "{written} {other:?}");
        }
        store.flush();
    }
    assert!(ThumbnailKey::new(1, (1, 1), 0, 1 << 32).is_none());
}

#[test]
fn two_keys_of_one_id_do_not_show_each_other() {
    let place = place();
    let store = place.store(PLENTY);
    let (one, two) = (ThumbnailKey { picture: 1 << 40, frame: 9 }, ThumbnailKey { picture: (1 << 40) + 1, frame: 9 });
    assert_eq!(one.id(), two.id());
    store.put(one, &picture(1));
    assert!(store.get(two).is_none(), "while it waits");
    store.flush();
    assert!(store.get(one).is_some() && store.get(two).is_none());
    store.put(two, &picture(2));
    store.flush();
    assert!(store.get(two).is_some() && store.get(one).is_none());
}

#[test]
fn the_oldest_go_first_and_the_limit_holds() {
    let place = place();
    let limit = 4 * 256 * (3000 + ROW_BYTES);
    let store = place.store(limit);
    let fill = |footage| {
        for frame in 0..250 {
            store.put(key(footage, frame), &picture(frame));
        }
        store.flush();
    };
    let kept = |footage| store.get(key(footage, 0)).is_some();
    let used_at = |footage, time: i64| {
        place.sql(&format!(
            "UPDATE block SET used_at = {time} WHERE block_id = {}",
            key(footage, 0).id() >> BLOCK_SHIFT
        ));
    };
    fill(1);
    fill(2);
    used_at(1, 100);
    used_at(2, 900);
    // Looking at the oldest makes it the one used last; that is written down with the next batch.
    assert!(kept(1));
    fill(3);
    used_at(3, 2000);
    fill(4);
    used_at(4, 1900);
    assert_eq!(store.totals().pictures, 1000, "there is room for four");
    fill(5);
    assert_eq!([1, 2, 3, 4, 5].map(kept), [true, false, true, false, true]);
    assert!(store.totals().bytes <= limit && store.totals().pictures == 750, "{:?}", store.totals());
    // A lower limit takes hold with the next picture.
    drop(store);
    let store = place.store(100_000);
    store.put(key(9, 0), &picture(0));
    store.flush();
    assert!(store.totals().bytes <= 100_000);
}

fn noise(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    for page in bytes.chunks_mut(16_384).skip(1) {
        page.fill(0x5a);
    }
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_or_foreign_file_is_set_aside_and_made_anew() {
    type Spoil = fn(&Place);
    let ways: [(&str, Spoil); 6] = [
        ("noise", |p| fs::write(&p.path, "noise ".repeat(9000)).unwrap()),
        ("noise behind the first page", |p| noise(&p.path)),
        ("another program's", |p| p.sql("PRAGMA application_id = 7")),
        ("another version", |p| p.sql("PRAGMA user_version = 99")),
        ("another table", |p| p.sql("CREATE TABLE extra (x)")),
        ("a view in place of a table", |p| p.sql("DROP TABLE thumbnail; CREATE VIEW thumbnail AS SELECT 1, 2, 3")),
    ];
    for (name, spoil) in ways {
        let place = place();
        let store = place.store(PLENTY);
        for frame in 0..200 {
            store.put(key(1, frame), &picture(frame));
        }
        drop(store);
        // All of it in one file, so that the damage is met.
        place.sql("PRAGMA journal_mode = DELETE");
        spoil(&place);
        let store = place.store(PLENTY);
        assert!(store.get(key(1, 5)).is_none(), "{name}");
        store.put(key(1, 6), &picture(6));
        store.flush();
        // Damage that shows only while writing costs the batch that met it.
        store.put(key(1, 6), &picture(6));
        store.flush();
        assert_eq!(store.get(key(1, 6)).as_deref(), Some(&picture(6)[..]), "{name}");
        let aside = place.path.with_file_name("thumbnails.sqlite.set-aside");
        assert!(aside.exists(), "{name}");
    }
}

#[test]
fn what_a_kill_leaves_behind_shows_nothing_wrong_and_can_be_filled_again() {
    let place = place();
    let store = place.store(PLENTY);
    for round in 0..6_u64 {
        for frame in 0..600 {
            store.put(key(round, frame), &picture(frame));
        }
        if round % 2 == 0 {
            store.flush();
        }
        // The files as they are at this moment, in the midst of writing: what a kill would leave, or worse.
        let left = tempfile::tempdir().unwrap();
        let copy = left.path().join("thumbnails.sqlite");
        for (from, to) in schema::files(&place.path).iter().zip(schema::files(&copy)) {
            // What shares memory is made anew by whoever opens the file next.
            if from.exists() && !from.to_string_lossy().ends_with("-shm") {
                fs::copy(from, to).unwrap();
            }
        }
        let again = ThumbnailStore::new(copy, PLENTY);
        let found = (0..6).flat_map(|footage| (0..600).map(move |frame| (footage, frame)));
        let found = found.filter(|(footage, frame)| match again.get(key(*footage, *frame)) {
            Some(data) => {
                assert_eq!(data[..], picture(*frame));
                true
            }
            None => false,
        });
        assert!(found.count() > 0 || round == 0, "round {round}");
        again.put(key(77, 1), &picture(1));
        again.flush();
        again.put(key(77, 1), &picture(1));
        again.flush();
        assert!(again.get(key(77, 1)).is_some(), "round {round}");
    }
}

#[test]
fn changed_bytes_prove_nothing() {
    let place = place();
    {
        let store = place.store(PLENTY);
        store.put(key(1, 1), &picture(1));
        store.put(key(1, 2), &picture(2));
    }
    place.sql(&format!(
        "UPDATE thumbnail SET data = (SELECT data FROM thumbnail WHERE thumbnail_id = {})",
        key(1, 2).id()
    ));
    let store = place.store(PLENTY);
    assert!(store.get(key(1, 1)).is_none(), "a picture moved to another frame");
    assert!(store.get(key(1, 2)).is_some());
}

#[test]
fn a_link_is_not_followed_and_a_folder_is_no_store() {
    let place = place();
    let precious = place.path.with_file_name("precious");
    fs::write(&precious, "precious").unwrap();
    std::os::unix::fs::symlink(&precious, &place.path).unwrap();
    let store = place.store(PLENTY);
    store.put(key(1, 1), &picture(1));
    store.flush();
    assert_eq!(fs::read_to_string(&precious).unwrap(), "precious");
    assert!(!store.put(key(1, 2), &picture(2)), "it gives up and says so once");
    fs::remove_file(&place.path).unwrap();
    fs::create_dir(&place.path).unwrap();
    let store = ThumbnailStore::new(place.path.clone(), PLENTY);
    store.put(key(1, 1), &picture(1));
    store.flush();
    assert!(store.get(key(1, 1)).is_none());
}

#[test]
fn many_threads_and_two_stores_share_one_file() {
    let place = place();
    let stores = [place.store(PLENTY), place.store(PLENTY)];
    thread::scope(|scope| {
        for worker in 0..4_u64 {
            let store = &stores[usize::try_from(worker % 2).unwrap()];
            scope.spawn(move || {
                for frame in 0..300 {
                    assert!(store.put(key(worker, frame), &picture(frame)));
                    let _ = store.get(key((worker + 1) % 4, frame));
                }
            });
        }
    });
    for store in &stores {
        store.flush();
    }
    for (footage, frame) in (0..4).flat_map(|footage| (0..300).map(move |frame| (footage, frame))) {
        for store in &stores {
            // One of two that make the file at once may lose a batch; what is there must be right.
            if let Some(found) = store.get(key(footage, frame)) {
                assert_eq!(found[..], picture(frame));
            }
        }
    }
    assert!(stores[0].totals().pictures >= 600, "{:?}", stores[0].totals());
}

#[test]
fn pictures_beyond_what_may_wait_are_refused_not_kept_in_memory() {
    let place = place();
    let store = place.store(PLENTY);
    let large = vec![1; 3 << 20];
    let taken = (0..50).filter(|frame| store.put(key(1, *frame), &large)).count();
    assert!(taken >= 5, "{taken}");
    assert!(store.shared.queue.lock().bytes <= MOST_WAITING_BYTES);
    assert!(!store.put(key(1, 99), &vec![0; MOST_PICTURE_BYTES + 1]));
    store.flush();
    assert!(store.put(key(1, 51), &large));
}
