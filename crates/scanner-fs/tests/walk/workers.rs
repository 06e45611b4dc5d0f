//! Any number of workers: the same files, prompt ends, panics that stay where they are.

use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use scanner_core::{ObjectPath, SkipReason};
use scanner_fs::{Cancel, FileVisitor, FsError, NeverCancel, OpenFile, WalkPolicy, walk_files};

use crate::tree::{Seen, Tree, request};

/// Does with each file what it is told, and notes it.
struct Acting<F> {
    seen: Seen,
    act: F,
}

impl<F: FnMut(&mut OpenFile) -> ControlFlow<()> + Send> FileVisitor for Acting<F> {
    fn visit(&mut self, file: &mut OpenFile) -> ControlFlow<()> {
        self.seen.files.push(file.path().lossy().into_owned());
        (self.act)(file)
    }

    fn skipped(&mut self, path: &ObjectPath, reason: SkipReason, _: Option<&io::Error>) {
        self.seen.note_skip(path, reason);
    }
}

fn walk_acting(
    tree: &Tree,
    workers: usize,
    cancel: &dyn Cancel,
    act: impl Fn(&mut OpenFile) -> ControlFlow<()> + Sync,
) -> Seen {
    let act = &act;
    let make = |_| Acting { seen: Seen::default(), act: |file: &mut OpenFile| act(file) };
    let request = request(vec![tree.path("")], &WalkPolicy::default(), workers);
    let visitors = walk_files(&request, make, cancel).unwrap();
    assert_eq!(visitors.len(), workers);
    Seen::merged(visitors.into_iter().map(|visitor| visitor.seen).collect(), tree.root())
}

fn wide_tree() -> Tree {
    let mut names = Vec::new();
    for folder in 0..40 {
        for file in 0..25 {
            names.push(format!("{}/{folder}/{file}", folder % 7));
        }
    }
    Tree::new(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn any_number_of_workers_sees_the_same() {
    let tree = wide_tree();
    let one = tree.walk_with(&WalkPolicy::default(), 1);
    assert_eq!(one.files.len(), 1_000);
    for workers in 2..=16 {
        assert_eq!(tree.walk_with(&WalkPolicy::default(), workers), one);
    }
}

#[test]
fn fifty_thousand_files_in_one_folder_are_all_visited() {
    let tree = Tree::new(&[]);
    for index in 0..50_000 {
        std::fs::write(tree.path(&format!("{index:05}")), b"").unwrap();
    }
    let expected: Vec<String> = (0..50_000).map(|index| format!("{index:05}")).collect();
    for workers in [1, 4] {
        let seen = tree.walk_with(&WalkPolicy::default(), workers);
        assert_eq!((&seen.files, seen.skips.len()), (&expected, 0));
    }
}

#[test]
fn large_files_of_one_folder_are_shared_out() {
    // Each visit waits until a second worker is in a visit as well: it never ends if one worker holds all files.
    let tree = Tree::new(&[]);
    for index in 0..8 {
        tree.write(&index.to_string(), &"x".repeat(64 * 1024));
    }
    let (inside, met) = (AtomicU64::new(0), AtomicBool::new(false));
    let seen = walk_acting(&tree, 2, &NeverCancel, |_| {
        if inside.fetch_add(1, Ordering::SeqCst) > 0 {
            met.store(true, Ordering::SeqCst);
        }
        while !met.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        inside.fetch_sub(1, Ordering::SeqCst);
        ControlFlow::Continue(())
    });
    assert_eq!(seen.files.len(), 8);
}

#[test]
fn a_cancelled_walk_stops_at_once() {
    let tree = wide_tree();
    for workers in [1, 4] {
        let cancel = AtomicBool::new(false);
        let visits = AtomicU64::new(0);
        let seen = walk_acting(&tree, workers, &cancel, |_| {
            if visits.fetch_add(1, Ordering::SeqCst) == 9 {
                cancel.store(true, Ordering::SeqCst);
            }
            ControlFlow::Continue(())
        });
        assert!((10..10 + workers).contains(&seen.files.len()), "{}", seen.files.len());
    }
    let cancelled = AtomicBool::new(true);
    let seen = walk_acting(&tree, 3, &cancelled, |_| ControlFlow::Continue(()));
    seen.saw(&[]).skipped(&[]);
}

#[test]
fn a_visitor_that_breaks_ends_the_walk() {
    let tree = wide_tree();
    let visits = AtomicU64::new(0);
    let seen = walk_acting(&tree, 1, &NeverCancel, |_| {
        if visits.fetch_add(1, Ordering::SeqCst) == 4 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!(seen.files.len(), 5);
}

#[test]
fn a_panic_costs_one_file() {
    let tree = wide_tree();
    for workers in [1, 4] {
        let seen = walk_acting(&tree, workers, &NeverCancel, |file| {
            assert!(!file.path_bytes().ends_with(b"/13"), "made to fail");
            ControlFlow::Continue(())
        });
        assert_eq!(seen.files.len(), 1_000);
        assert_eq!(seen.skips.len(), 40);
        assert!(seen.skips.iter().all(|(path, reason)| {
            path.ends_with("/13") && *reason == SkipReason::WorkerFailed
        }));
    }
}

struct FailsWhenTold;

impl FileVisitor for FailsWhenTold {
    fn visit(&mut self, _: &mut OpenFile) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn skipped(&mut self, _: &ObjectPath, _: SkipReason, _: Option<&io::Error>) {
        panic!("made to fail");
    }
}

#[test]
fn a_worker_that_fails_outside_of_a_file_is_an_error_and_nobody_waits_for_it() {
    let tree = wide_tree();
    std::os::unix::fs::symlink("0", tree.path("link")).unwrap();
    for workers in [1, 4] {
        let request = request(vec![tree.path("")], &WalkPolicy::default(), workers);
        let result = walk_files(&request, |_| FailsWhenTold, &NeverCancel);
        assert!(matches!(result, Err(FsError::WorkerPanicked { .. })));
        let result = walk_files(
            &request,
            |worker| {
                assert!(worker.raw() != 0, "made to fail");
                Seen::default()
            },
            &NeverCancel,
        );
        assert!(matches!(result, Err(FsError::WorkerPanicked { worker: 0 })));
    }
}
