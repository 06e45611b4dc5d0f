//! Trees that change under the walk, and trees made to break it.

use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;

use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
use scanner_core::{ObjectPath, SkipReason};
use scanner_fs::{FileVisitor, NeverCancel, OpenFile, WalkPolicy, walk_files};

use crate::tree::{Seen, Tree, request};

/// Runs an action at the first file.
struct Meddler<F> {
    seen: Seen,
    action: Option<F>,
}

impl<F: FnOnce(&str) + Send> FileVisitor for Meddler<F> {
    fn visit(&mut self, file: &mut OpenFile) -> ControlFlow<()> {
        let path = file.path().lossy().into_owned();
        if let Some(action) = self.action.take() {
            action(&path);
        }
        self.seen.files.push(path);
        ControlFlow::Continue(())
    }

    fn skipped(&mut self, path: &ObjectPath, reason: SkipReason, _: Option<&std::io::Error>) {
        self.seen.note_skip(path, reason);
    }
}

/// Walks with one worker, which visits a folder's files before it enters the folders in it.
fn walk_meddling(tree: &Tree, action: impl Fn(&str) + Send + Sync) -> Seen {
    let action = &action;
    let make = |_| Meddler { seen: Seen::default(), action: Some(action) };
    let request = request(vec![tree.path("")], &WalkPolicy::default(), 1);
    let visitors = walk_files(&request, make, &NeverCancel).unwrap();
    Seen::merged(visitors.into_iter().map(|visitor| visitor.seen).collect(), tree.root())
}

#[test]
fn files_removed_during_the_walk_are_counted() {
    let names: Vec<String> = (0..50).map(|index| index.to_string()).collect();
    let tree = Tree::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let seen = walk_meddling(&tree, |visited| {
        for entry in std::fs::read_dir(tree.root()).unwrap() {
            let path = entry.unwrap().path();
            if path.to_str() != Some(visited) {
                std::fs::remove_file(path).unwrap();
            }
        }
    });
    assert_eq!((seen.files.len(), seen.skips.len()), (1, 49));
    assert!(seen.skips.iter().all(|(_, reason)| *reason == SkipReason::Vanished));
}

#[test]
fn a_folder_removed_during_the_walk_is_counted() {
    let tree = Tree::new(&["file", "sub/a"]);
    walk_meddling(&tree, |_| std::fs::remove_dir_all(tree.path("sub")).unwrap())
        .saw(&["file"])
        .skipped(&[("sub", SkipReason::Vanished)]);
}

#[test]
fn a_folder_swapped_for_a_link_leads_nowhere() {
    let outside = Tree::new(&["secret", "deep/secret"]);
    let tree = Tree::new(&["file", "sub/a"]);
    let seen = walk_meddling(&tree, |_| {
        std::fs::remove_dir_all(tree.path("sub")).unwrap();
        symlink(outside.root(), tree.path("sub")).unwrap();
    });
    seen.saw(&["file"]).skipped(&[("sub", SkipReason::Vanished)]);
    // The same one level up: what is swapped is not the last name of the path that is opened.
    let tree = Tree::new(&["sub/file", "sub/deep/a"]);
    let seen = walk_meddling(&tree, |_| {
        std::fs::rename(tree.path("sub"), tree.path("moved")).unwrap();
        symlink(outside.root(), tree.path("sub")).unwrap();
    });
    seen.saw(&["sub/file"]).skipped(&[("sub/deep", SkipReason::Vanished)]);
}

#[test]
fn a_file_swapped_for_something_else_is_not_opened_as_a_file() {
    let tree = Tree::new(&["a", "b"]);
    let seen = walk_meddling(&tree, |visited| {
        let other = tree.path(if visited.ends_with('a') { "b" } else { "a" });
        std::fs::remove_file(&other).unwrap();
        let mode = Mode::RUSR | Mode::WUSR;
        rustix::fs::mknodat(CWD, &other, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    });
    assert_eq!(seen.files.len(), 1);
    assert_eq!(seen.skips[0].1, SkipReason::NotARegularFile);
    let tree = Tree::new(&["a", "b"]);
    let seen = walk_meddling(&tree, |visited| {
        let other = tree.path(if visited.ends_with('a') { "b" } else { "a" });
        std::fs::remove_file(&other).unwrap();
        symlink(visited, &other).unwrap();
    });
    assert_eq!(seen.files.len(), 1);
    assert_eq!(seen.skips[0].1, SkipReason::Vanished);
}

#[test]
fn a_folder_of_folders_and_a_deep_tree_are_walked() {
    let tree = Tree::new(&[]);
    for index in 0..5_000 {
        std::fs::create_dir(tree.path(&format!("{index}"))).unwrap();
    }
    let deep = vec!["d"; 1_000].join("/");
    tree.write(&format!("{deep}/file"), "x");
    for workers in [1, 4] {
        let seen = tree.walk_with(&WalkPolicy::default(), workers);
        seen.saw(&[&format!("{deep}/file")]).skipped(&[]);
    }
}

#[test]
fn a_path_longer_than_the_system_takes_is_counted() {
    let tree = Tree::new(&["file"]);
    let name = "n".repeat(250);
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let mut here: OwnedFd = openat(CWD, tree.root(), flags, Mode::empty()).unwrap();
    for _ in 0..20 {
        mkdirat(&here, &name, Mode::RWXU).unwrap();
        here = openat(&here, &name, flags, Mode::empty()).unwrap();
    }
    let seen = tree.walk_with(&WalkPolicy::default(), 2);
    seen.saw(&["file"]);
    let [(path, SkipReason::ReadError)] = seen.skips.as_slice() else { panic!("{:?}", seen.skips) };
    assert_eq!(path.len(), 17 * 251 - 1);
}
