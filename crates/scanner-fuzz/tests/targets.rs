//! Every target over its seeds, its corpus and a fixed number of mutations: the same inputs in every run.

use std::collections::BTreeSet;

use scanner_fuzz::run::{Plan, Until, run};
use scanner_fuzz::targets::TARGETS;

/// Enough to notice what is plainly wrong; `cargo xtask fuzz` looks longer and sees where it gets.
const MUTATIONS: u64 = 3000;

#[test]
fn no_target_fails() {
    let mut failed = Vec::new();
    for target in TARGETS {
        let plan = Plan { until: Until::Count(MUTATIONS), seed: 1, keep: false };
        let outcome = run(target, &plan).expect("the corpus can be read");
        assert!(outcome.runs >= MUTATIONS, "{}: {outcome:?}", target.name);
        failed.extend(outcome.failed.map(|path| format!("{}: {}", target.name, path.display())));
    }
    assert!(failed.is_empty(), "{failed:#?}");
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
