//! Folders whose entries the visitor knows.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use scanner_core::{ObjectPath, SkipReason};
use scanner_fs::{FileFacts, FileVisitor, NeverCancel, OpenFile, WalkPolicy, walk_files};

use crate::tree::{Seen, Tree, request};

/// What walks have told of folders, by path.
type Folders = BTreeMap<String, (FileFacts, Vec<u8>)>;

/// Answers from what an earlier walk has told it, whenever a folder has the facts that it had then.
struct Knowing {
    seen: Seen,
    known: Arc<Folders>,
    told: Arc<Mutex<Folders>>,
}

impl FileVisitor for Knowing {
    fn visit(&mut self, file: &mut OpenFile) -> ControlFlow<()> {
        self.seen.visit(file)
    }

    fn remembers_folders(&self) -> bool {
        true
    }

    fn entries(&mut self, path: &[u8], facts: &FileFacts) -> Option<&[u8]> {
        let (known, entries) = self.known.get(&*String::from_utf8_lossy(path))?;
        (known == facts).then_some(entries.as_slice())
    }

    fn listed(&mut self, path: &[u8], facts: &FileFacts, entries: &[u8]) {
        let path = String::from_utf8_lossy(path).into_owned();
        self.told.lock().unwrap().insert(path, (*facts, entries.to_vec()));
    }

    fn skipped(&mut self, path: &ObjectPath, reason: SkipReason, error: Option<&io::Error>) {
        FileVisitor::skipped(&mut self.seen, path, reason, error);
    }
}

/// Walks, and gives what was seen and which folders were read.
fn walk(tree: &Tree, known: Folders, workers: usize) -> (Seen, Folders) {
    let (known, told) = (Arc::new(known), Arc::<Mutex<Folders>>::default());
    let make =
        |_| Knowing { seen: Seen::default(), known: Arc::clone(&known), told: Arc::clone(&told) };
    let request = request(vec![tree.path("")], &WalkPolicy::default(), workers);
    let visitors = walk_files(&request, make, &NeverCancel).unwrap();
    let seen = visitors.into_iter().map(|visitor| visitor.seen).collect();
    (Seen::merged(seen, tree.root()), std::mem::take(&mut told.lock().unwrap()))
}

fn made() -> Tree {
    let tree = Tree::new(&["a", "x/b", "x/c", "x/y/d", "z/e"]);
    std::os::unix::fs::symlink("x", tree.path("link")).unwrap();
    tree.write("x/.ignore", "c\n");
    tree
}

#[test]
fn folders_that_are_known_are_walked_alike_and_not_read() {
    let tree = made();
    let plain = tree.walk(&WalkPolicy::default());
    for workers in [1, 4] {
        let (first, told) = walk(&tree, Folders::new(), workers);
        assert_eq!(first, plain);
        if told.is_empty() {
            // The temporary folder lies on a file system of which nothing is known.
            continue;
        }
        assert_eq!(told.len(), 4);
        let (second, told_again) = walk(&tree, told, workers);
        assert_eq!(second, plain);
        assert!(told_again.is_empty(), "{told_again:?}");
    }
}

#[test]
fn a_folder_whose_names_change_is_read_and_no_other() {
    for change in [
        (|tree| tree.write("x/new", "new")) as fn(&Tree),
        |tree| std::fs::remove_file(tree.path("x/b")).unwrap(),
        |tree| std::fs::rename(tree.path("x/b"), tree.path("x/b2")).unwrap(),
        |tree| std::fs::rename(tree.path("x/b"), tree.path("x/c")).unwrap(),
        |tree| std::fs::create_dir(tree.path("x/folder")).unwrap(),
        |tree| std::fs::hard_link(tree.path("x/b"), tree.path("x/b2")).unwrap(),
        |tree| {
            std::fs::remove_file(tree.path("x/b")).unwrap();
            std::os::unix::fs::symlink("c", tree.path("x/b")).unwrap();
        },
    ] {
        let tree = made();
        let (_, told) = walk(&tree, Folders::new(), 1);
        // So that the clock of the file system has moved on.
        std::thread::sleep(std::time::Duration::from_millis(50));
        change(&tree);
        let before: Vec<_> = told.keys().cloned().collect();
        let (second, read) = walk(&tree, told, 1);
        assert_eq!(second, tree.walk(&WalkPolicy::default()));
        // A folder that is new is read, too.
        let again: Vec<_> = before.iter().filter(|path| read.contains_key(*path)).collect();
        assert_eq!(again.len(), usize::from(!before.is_empty()), "{read:?}");
        assert!(again.iter().all(|path| path.ends_with("/x/")), "{again:?}");
    }
}

#[test]
fn what_is_no_listing_is_not_believed() {
    let tree = made();
    let plain = tree.walk(&WalkPolicy::default());
    for wrong in [b"fno-end".as_slice(), b"f../../passwd\0", b"q\0", b"f\0"] {
        let (_, mut told) = walk(&tree, Folders::new(), 1);
        let folders = told.len();
        for (_, entries) in told.values_mut() {
            *entries = wrong.to_vec();
        }
        let (seen, read) = walk(&tree, told, 1);
        assert_eq!((&seen, read.len()), (&plain, folders));
    }
}

#[test]
fn rules_hold_for_folders_that_are_known_as_their_files_say_today() {
    let tree = made();
    let (_, told) = walk(&tree, Folders::new(), 1);
    // In place: the folder's own times do not change.
    tree.write("x/.ignore", "b\n");
    let (second, read) = walk(&tree, told, 1);
    assert_eq!(second.files, ["a", "x/.ignore", "x/c", "x/y/d", "z/e"]);
    assert!(read.is_empty());
}
