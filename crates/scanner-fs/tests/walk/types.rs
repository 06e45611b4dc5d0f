//! Links, hard links, sockets, fifos, odd names, sizes.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use scanner_core::SkipReason;
use scanner_fs::WalkPolicy;

use crate::tree::Tree;

#[test]
fn links_are_counted_and_not_followed() {
    let tree = Tree::new(&["a/file", "b"]);
    symlink("..", tree.path("a/loop")).unwrap();
    symlink("a", tree.path("folder")).unwrap();
    symlink("b", tree.path("to-b")).unwrap();
    symlink("nowhere", tree.path("broken")).unwrap();
    symlink("self", tree.path("self")).unwrap();
    tree.walk(&WalkPolicy::default()).saw(&["a/file", "b"]).skipped(&[
        ("a/loop", SkipReason::Symlink),
        ("broken", SkipReason::Symlink),
        ("folder", SkipReason::Symlink),
        ("self", SkipReason::Symlink),
        ("to-b", SkipReason::Symlink),
    ]);
}

#[test]
fn each_inode_is_visited_once_under_its_first_name() {
    let tree = Tree::new(&["m/file", "z"]);
    for name in ["b", "c/d", "m/a", "y"] {
        std::fs::create_dir_all(tree.path(name).parent().unwrap()).unwrap();
        std::fs::hard_link(tree.path("m/file"), tree.path(name)).unwrap();
    }
    for workers in 1..=16 {
        let seen = tree.walk_with(&WalkPolicy::default(), workers);
        seen.saw(&["b", "z"]).skipped(&[
            ("c/d", SkipReason::DuplicateFile),
            ("m/a", SkipReason::DuplicateFile),
            ("m/file", SkipReason::DuplicateFile),
            ("y", SkipReason::DuplicateFile),
        ]);
    }
}

#[test]
fn many_hard_links_are_spread_over_the_workers() {
    let tree = Tree::new(&[]);
    for index in 0..300 {
        tree.write(&format!("a/{index}"), "some");
        std::fs::create_dir_all(tree.path("b")).unwrap();
        let name = tree.path(&format!("b/{index}"));
        std::fs::hard_link(tree.path(&format!("a/{index}")), name).unwrap();
    }
    let seen = tree.walk_with(&WalkPolicy::default(), 4);
    assert_eq!((seen.files.len(), seen.skips.len()), (300, 300));
    assert!(seen.files.iter().all(|path| path.starts_with("a/")));
}

#[test]
fn fifos_sockets_and_devices_are_skipped() {
    let tree = Tree::new(&["file"]);
    mknodat(CWD, tree.path("fifo"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let _listener = UnixListener::bind(tree.path("socket")).unwrap();
    let seen = tree.walk(&WalkPolicy::default());
    seen.saw(&["file"])
        .skipped(&[("fifo", SkipReason::NotARegularFile), ("socket", SkipReason::NotARegularFile)]);
    let named = tree.walk_roots(&["fifo", "socket"], &WalkPolicy::default(), 1);
    named
        .saw(&[])
        .skipped(&[("fifo", SkipReason::NotARegularFile), ("socket", SkipReason::NotARegularFile)]);
}

#[test]
fn what_may_not_be_read_is_counted() {
    let tree = Tree::new(&["closed/file", "secret", "open"]);
    for path in ["closed", "secret"] {
        std::fs::set_permissions(tree.path(path), PermissionsExt::from_mode(0o000)).unwrap();
    }
    // Permissions do not bind the superuser; `error.rs` tests the mapping for him.
    let is_bound = std::fs::File::open(tree.path("secret")).is_err();
    let seen = tree.walk(&WalkPolicy::default());
    std::fs::set_permissions(tree.path("closed"), PermissionsExt::from_mode(0o700)).unwrap();
    if is_bound {
        seen.saw(&["open"]).skipped(&[
            ("closed", SkipReason::PermissionDenied),
            ("secret", SkipReason::PermissionDenied),
        ]);
    } else {
        seen.saw(&["closed/file", "open", "secret"]);
    }
}

#[test]
fn names_need_not_be_text() {
    let tree = Tree::git(&["plain"]);
    let folder = tree.root().join(OsStr::from_bytes(b"d\xff"));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join(OsStr::from_bytes(b"\x1b[2J\n\xfe")), "x").unwrap();
    std::fs::write(folder.join("ignored.log"), "x").unwrap();
    tree.write(".gitignore", "*.log\n");
    let seen = tree.walk(&WalkPolicy::default());
    seen.saw(&[".gitignore", "d\u{fffd}/\u{1b}[2J\n\u{fffd}", "plain"]).skipped(&[]);
}

#[test]
fn an_empty_folder_has_nothing() {
    let tree = Tree::new(&[]);
    std::fs::create_dir_all(tree.path("a/b/c")).unwrap();
    for workers in [1, 4] {
        tree.walk_with(&WalkPolicy::default(), workers).saw(&[]).skipped(&[]);
    }
}

#[test]
fn files_over_the_size_limit_are_counted() {
    let tree = Tree::new(&[]);
    tree.write("ten", "0123456789");
    tree.write("eleven", "0123456789a");
    let policy = WalkPolicy { max_file_size: Some(10), ..WalkPolicy::default() };
    tree.walk(&policy).saw(&["ten"]).skipped(&[("eleven", SkipReason::FileTooLarge)]);
    std::fs::hard_link(tree.path("eleven"), tree.path("twelve")).unwrap();
    tree.walk(&policy)
        .saw(&["ten"])
        .skipped(&[("eleven", SkipReason::FileTooLarge), ("twelve", SkipReason::DuplicateFile)]);
}

#[test]
fn hidden_files_are_taken_unless_told_otherwise() {
    let tree = Tree::new(&[".env", "a/.aws/credentials", "b"]);
    tree.walk(&WalkPolicy::default()).saw(&[".env", "a/.aws/credentials", "b"]);
    let policy = WalkPolicy { hidden: false, ..WalkPolicy::default() };
    tree.walk(&policy)
        .saw(&["b"])
        .skipped(&[(".env", SkipReason::ExcludedPath), ("a/.aws", SkipReason::ExcludedPath)]);
}
