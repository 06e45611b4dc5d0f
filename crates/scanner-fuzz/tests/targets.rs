//! Every target over its seeds, its corpus and a fixed number of mutations: the same inputs in every run.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use scanner_fuzz::Target;
use scanner_fuzz::run::{Plan, Until, run};
use scanner_fuzz::targets::TARGETS;

/// Enough to notice what is plainly wrong; `cargo xtask fuzz` looks longer and sees where it gets.
const MUTATIONS: u64 = 500;

#[test]
fn no_target_fails() {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, NonZeroUsize::get) {
            scope.spawn(|| {
                while let Some(target) = TARGETS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    failed.lock().unwrap().extend(failure(target));
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Which input failed, if one did.
fn failure(target: &Target) -> Option<String> {
    let plan = Plan { until: Until::Count(MUTATIONS), seed: 1, keep: false };
    let outcome = run(target, &plan).expect("the corpus can be read");
    if outcome.failed.is_none() && outcome.runs >= MUTATIONS {
        return None;
    }
    Some(format!("{}: {outcome:?}", target.name))
}

#[test]
fn each_target_has_a_name_of_its_own_and_seeds() {
    let names: BTreeSet<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names.len(), TARGETS.len());
    for target in TARGETS {
        assert!(!(target.seeds)().is_empty(), "{}", target.name);
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(target.name.bytes().all(is_plain), "{}", target.name);
    }
}
