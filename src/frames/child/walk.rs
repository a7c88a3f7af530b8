//! Walking a store: every object once, by its address, so that cyclic groups end.

use std::{
    collections::{HashMap, HashSet},
    ffi::{CStr, CString},
};

use super::{
    attributes::{self, Found},
    dataset::{self, Place},
    library::{self, Id, LinkKind, ObjectKind, Result},
};
use crate::frames::structure::{Attribute, AttributeValue, GroupInfo, Structure};

/// Most objects of one store.
const MAX_OBJECTS: usize = 200_000;
/// Deepest nesting of groups.
const MAX_DEPTH: usize = 200;
/// Longest path of an object, bytes: names may be 64 KB each.
const MAX_PATH_BYTES: usize = 4096;
/// Most bytes of attributes kept of one store.
const MAX_ATTRIBUTE_BYTES: usize = 16 << 20;
/// Most objects told by name when they cannot be read; the others are counted.
const MAX_TOLD: usize = 5;

/// What the walk has gathered so far.
struct Walk<'a> {
    file: &'a Id,
    place: Place<'a>,
    structure: Structure,
    visited: HashSet<[u8; 16]>,
    /// Addresses of datasets, for references.
    paths: HashMap<u64, String>,
    references: Vec<(Owner, String, u64)>,
    objects: usize,
    attribute_bytes: usize,
    attributes_left_out: u64,
    left_out: u64,
    outside: u64,
    dangling: u64,
    broken: Vec<String>,
    broken_count: u64,
}

/// Whose attribute a reference is.
enum Owner {
    Dataset(usize),
    Group(usize),
}

/// Finds every dataset of an open store.
pub(super) fn walk(file: &Id, place: Place<'_>) -> Result<Structure> {
    let mut walk = Walk {
        file,
        place,
        structure: Structure::default(),
        visited: HashSet::new(),
        paths: HashMap::new(),
        references: Vec::new(),
        objects: 0,
        attribute_bytes: 0,
        attributes_left_out: 0,
        left_out: 0,
        outside: 0,
        dangling: 0,
        broken: Vec::new(),
        broken_count: 0,
    };
    let root = library::open_object(file, c"/")?;
    let info = library::object_info(file, c"/")?;
    walk.visited.insert(info.token);
    walk.add_group("/", &root, info.attributes);
    // Groups still to be entered, with their depth; the last comes first, so that the order is that of the names.
    let mut open = vec![(String::new(), 0_usize)];
    while let Some((path, depth)) = open.pop() {
        let mut inner = walk.enter(&path);
        if depth >= MAX_DEPTH {
            walk.left_out += inner.len() as u64;
            continue;
        }
        inner.reverse();
        open.extend(inner.into_iter().map(|path| (path, depth + 1)));
    }
    Ok(walk.finish())
}

impl Walk<'_> {
    /// Describes what a group links to and returns the groups among it. The root's path is empty.
    fn enter(&mut self, path: &str) -> Vec<String> {
        let shown = if path.is_empty() { "/" } else { path };
        let group = match library::c_name(shown).and_then(|name| library::open_object(self.file, &name)) {
            Ok(group) => group,
            Err(error) => {
                self.broke(shown, &error.0);
                return Vec::new();
            }
        };
        let limit = MAX_OBJECTS.saturating_sub(self.objects);
        let links = match library::links(&group, limit) {
            Ok((links, more)) => {
                self.left_out += u64::from(more);
                links
            }
            Err(error) => {
                self.broke(shown, &error.0);
                return Vec::new();
            }
        };
        let mut groups = Vec::new();
        for (name, kind) in links {
            if kind == LinkKind::Outside {
                self.outside += 1;
                continue;
            }
            if self.objects >= MAX_OBJECTS {
                self.left_out += 1;
                continue;
            }
            self.objects += 1;
            groups.extend(self.visit(path, &group, &name));
        }
        groups
    }

    /// Looks at one link; a group's path when it leads to one that is new.
    fn visit(&mut self, parent: &str, group: &Id, name: &CString) -> Option<String> {
        let Ok(text) = name.to_str() else {
            self.broke(&format!("{parent}/{}", name.to_string_lossy()), "its name is not UTF-8");
            return None;
        };
        if parent.len() + text.len() >= MAX_PATH_BYTES {
            self.left_out += 1;
            return None;
        }
        let path = format!("{parent}/{text}");
        let Ok(info) = library::object_info(group, name) else {
            self.dangling += 1;
            return None;
        };
        if !self.visited.insert(info.token) {
            return None;
        }
        match info.kind {
            ObjectKind::Group => {
                if info.attributes > 0
                    && let Ok(inner) = library::open_object(group, name)
                {
                    self.add_group(&path, &inner, info.attributes);
                }
                Some(path)
            }
            ObjectKind::Dataset => {
                if let Err(error) = self.add_dataset(&path, group, name, info) {
                    self.broke(&path, &error.0);
                }
                None
            }
            ObjectKind::Other => None,
        }
    }

    fn add_dataset(&mut self, path: &str, group: &Id, name: &CStr, info: library::ObjectInfo) -> Result<()> {
        let id = library::open_object(group, name)?;
        let attributes = attributes::read_all(&id, info.attributes);
        let described = dataset::describe(id, path, self.place, 0)?;
        let at = self.structure.datasets.len();
        let mut record = described.info;
        record.attributes = self.keep(attributes, || Owner::Dataset(at));
        self.structure.datasets.push(record);
        if let Some(address) = info.token.first_chunk::<8>() {
            self.paths.insert(u64::from_le_bytes(*address), path.to_owned());
        }
        Ok(())
    }

    fn add_group(&mut self, path: &str, group: &Id, count: u64) {
        let found = attributes::read_all(group, count);
        let at = self.structure.groups.len();
        let attributes = self.keep(found, || Owner::Group(at));
        self.structure.groups.push(GroupInfo { path: path.to_owned(), attributes });
    }

    /// Keeps plain attributes and remembers references until all paths are known.
    fn keep(&mut self, found: Vec<Found>, owner: impl Fn() -> Owner) -> Vec<Attribute> {
        let mut plain = Vec::new();
        for attribute in found {
            self.attribute_bytes += attribute.bytes();
            if self.attribute_bytes > MAX_ATTRIBUTE_BYTES {
                self.attributes_left_out += 1;
                continue;
            }
            match attribute {
                Found::Value(attribute) => plain.push(attribute),
                Found::Reference { name, address } => self.references.push((owner(), name, address)),
            }
        }
        plain
    }

    fn broke(&mut self, path: &str, why: &str) {
        self.broken_count += 1;
        if self.broken.len() < MAX_TOLD {
            self.broken.push(format!("{path} cannot be read ({why})"));
        }
    }

    fn finish(mut self) -> Structure {
        for (owner, name, address) in self.references {
            let Some(path) = self.paths.get(&address) else { continue };
            let attribute = Attribute { name, value: AttributeValue::Reference(path.clone()) };
            match owner {
                Owner::Dataset(at) => self.structure.datasets[at].attributes.push(attribute),
                Owner::Group(at) => self.structure.groups[at].attributes.push(attribute),
            }
        }
        let problems = &mut self.structure.problems;
        let untold = self.broken_count - self.broken.len() as u64;
        problems.append(&mut self.broken);
        for (count, what) in [
            (untold, "more objects cannot be read"),
            (self.left_out, "or more objects were left out: the store has too many, or nests them too deeply"),
            (self.attributes_left_out, "attributes were left out: the store has too many"),
            (self.outside, "links to other files were not followed"),
            (self.dangling, "links lead nowhere"),
        ] {
            if count > 0 {
                problems.push(format!("{count} {what}"));
            }
        }
        self.structure
    }
}
