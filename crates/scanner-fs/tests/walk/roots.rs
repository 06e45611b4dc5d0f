//! Roots: files, links, missing ones, and those that overlap.

use std::os::unix::fs::symlink;

use scanner_core::SkipReason;
use scanner_fs::{FsError, NeverCancel, WalkPolicy, walk_files};

use crate::tree::{Seen, Tree, request};

fn exclude(glob: &str) -> WalkPolicy {
    WalkPolicy { exclude: vec![glob.into()], ..WalkPolicy::default() }
}

#[test]
fn a_file_that_is_named_is_visited_whatever_ignore_files_say() {
    let tree = Tree::git(&["a.log", "sub/b.log"]);
    tree.write(".gitignore", "*.log\nsub\n");
    let roots = ["a.log", "sub/b.log"];
    tree.walk_roots(&roots, &WalkPolicy::default(), 2).saw(&["a.log", "sub/b.log"]);
    tree.walk_roots(&roots, &exclude("a.*"), 2)
        .saw(&["sub/b.log"])
        .skipped(&[("a.log", SkipReason::ExcludedPath)]);
    let include = WalkPolicy { include: vec!["*.py".into()], ..WalkPolicy::default() };
    tree.walk_roots(&roots, &include, 2).saw(&["a.log", "sub/b.log"]);
}

#[test]
fn a_root_that_is_a_link_is_followed() {
    let tree = Tree::new(&["real/a", "file"]);
    symlink("real", tree.path("folder")).unwrap();
    symlink("file", tree.path("link")).unwrap();
    tree.walk_roots(&["folder", "link"], &WalkPolicy::default(), 1).saw(&["folder/a", "link"]);
}

#[test]
fn overlapping_roots_visit_each_file_once() {
    let tree = Tree::new(&["a/b/c/one", "a/b/two", "a/three", "d/four"]);
    symlink("a/b", tree.path("link")).unwrap();
    let all = ["a/b/c/one", "a/b/two", "a/three", "d/four"];
    let cases: &[&[&str]] = &[
        &["", "a/b"],
        &["a/b", ""],
        &["", "", "a", "a/b/c", "d"],
        &["a/b/two", "", "a"],
        &["", "a/three", "d/four"],
        &["", "a/../a/b/."],
    ];
    for roots in cases {
        for workers in [1, 2, 5] {
            let seen = tree.walk_roots(roots, &WalkPolicy::default(), workers);
            let mut files = seen.files.clone();
            for file in &mut files {
                *file = file.replace("a/../a/b/./", "a/b/");
            }
            assert_eq!(files, all, "{roots:?}");
            seen.skipped(&[("link", SkipReason::Symlink)]);
        }
    }
    // Through a link the same files are seen under the name that was given.
    let seen = tree.walk_roots(&["link", "a"], &WalkPolicy::default(), 2);
    seen.saw(&["a/three", "link/c/one", "link/two"]);
}

#[test]
fn a_file_named_twice_is_visited_once() {
    let tree = Tree::new(&["a", "b"]);
    std::fs::hard_link(tree.path("a"), tree.path("c")).unwrap();
    tree.walk_roots(&["a", "a", "c", "b"], &WalkPolicy::default(), 2)
        .saw(&["a", "b"])
        .skipped(&[("a", SkipReason::DuplicateFile), ("c", SkipReason::DuplicateFile)]);
}

#[test]
fn a_root_inside_an_excluded_or_ignored_folder_is_walked() {
    let tree = Tree::git(&["a", "out/b", "out/in/c"]);
    tree.write(".gitignore", "/out\n");
    tree.walk_roots(&["", "out/in"], &WalkPolicy::default(), 1).saw(&[
        ".gitignore",
        "a",
        "out/in/c",
    ]);
    tree.walk_roots(&["", "out/in"], &exclude("out"), 1).saw(&[".gitignore", "a", "out/in/c"]);
}

#[test]
fn missing_roots_are_an_error_only_when_there_is_no_other() {
    let tree = Tree::new(&["a"]);
    tree.walk_roots(&["nowhere", "a", "a/b"], &WalkPolicy::default(), 2)
        .saw(&["a"])
        .skipped(&[("a/b", SkipReason::Vanished), ("nowhere", SkipReason::Vanished)]);
    let missing = tree.path("nowhere");
    let only_missing = request(vec![missing.clone()], &WalkPolicy::default(), 1);
    let error = walk_files(&only_missing, |_| Seen::default(), &NeverCancel).unwrap_err();
    assert_eq!(error.to_string(), format!("{} does not exist", missing.display()));
    assert!(matches!(error, FsError::MissingRoot { path } if path == missing));
    let none = request(Vec::new(), &WalkPolicy::default(), 1);
    let error = walk_files(&none, |_| Seen::default(), &NeverCancel).unwrap_err();
    assert!(matches!(error, FsError::NoRoots));
}

#[test]
fn many_roots_do_not_hold_many_handles() {
    let names: Vec<String> = (0..3_000).map(|index| format!("{index:04}/f")).collect();
    let tree = Tree::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let roots: Vec<String> = (0..3_000).map(|index| format!("{index:04}")).collect();
    let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
    let seen = tree.walk_roots(&roots, &WalkPolicy::default(), 4);
    assert_eq!((seen.files, seen.skips), (names, vec![]));
}
