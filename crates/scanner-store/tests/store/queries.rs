//! Listings: each filter gives what it says, in pages that fit together.

use std::path::Path;

use scanner_core::{Severity, StoreProducer as _};
use scanner_store::{
    Change, Decision, FindingFilter, RunScope, SecretFilter, Store, StoreError, TriageState,
};

use super::kit::{begin, complete, emit, finding, open, rule};

/// Two roots, two rules, forty files with five findings each.
fn filled(path: &Path) -> Store {
    let (high, low) = (rule("demo-high", Severity::High), rule("demo-low", Severity::Low));
    for root in ["/one", "/two"] {
        let producer = begin(open(path).expect("a store"), root, 1000).expect("a store");
        for file in 0..20 {
            let name = format!("src/{}/f{file}.txt", file % 4);
            let all: Vec<_> = (0..5)
                .map(|n| finding(if n == 0 { &low } else { &high }, file * 5 + n, &name, n + 1))
                .collect();
            emit(&producer, &name, &all);
        }
        producer.end_run(&complete(100));
    }
    open(path).expect("a store")
}

fn count(store: &Store, filter: &FindingFilter) -> usize {
    let mut filter = FindingFilter { today: "2026-11-21".to_owned(), limit: 7, ..filter.clone() };
    let mut total = 0;
    loop {
        let page = store.findings(&filter).expect("a store");
        assert!(page.rows.len() <= 7 && page.rows.is_sorted_by_key(|row| row.id));
        total += page.rows.len();
        match page.next {
            Some(next) => filter.after = Some(next),
            None => return total,
        }
    }
}

#[test]
fn each_filter_gives_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(&folder.path().join("s.db"));
    let all = FindingFilter::default();
    let some = |text: &str| Some(text.to_owned());
    for (filter, want) in [
        (all.clone(), 200),
        (FindingFilter { scope: RunScope::Run(1), ..all.clone() }, 100),
        (FindingFilter { scope: RunScope::Run(9), ..all.clone() }, 0),
        (FindingFilter { scope: RunScope::All, ..all.clone() }, 200),
        (FindingFilter { root: some("/two"), ..all.clone() }, 100),
        (FindingFilter { rule: some("demo-low"), ..all.clone() }, 40),
        (FindingFilter { rule: some("demo-*"), ..all.clone() }, 200),
        (FindingFilter { severity: Some(Severity::High), ..all.clone() }, 160),
        (FindingFilter { severity: Some(Severity::Critical), ..all.clone() }, 0),
        (FindingFilter { path: some("src/1"), ..all.clone() }, 50),
        (FindingFilter { path: some("src/1/"), ..all.clone() }, 50),
        (FindingFilter { path: some("src/*/f1?.txt"), ..all.clone() }, 100),
        (FindingFilter { path: some("*f3.txt"), rule: some("demo-low"), ..all.clone() }, 2),
        (FindingFilter { state: Some(TriageState::Open), ..all.clone() }, 200),
        (FindingFilter { state: Some(TriageState::Revoked), ..all.clone() }, 0),
        (FindingFilter { secret: some("no hash"), ..all.clone() }, 0),
    ] {
        assert_eq!(count(&store, &filter), want, "{filter:?}");
    }
}

#[test]
fn decisions_filter_findings_and_secrets_until_their_day() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = filled(&folder.path().join("s.db"));
    let secret = store.findings(&FindingFilter { limit: 1, ..FindingFilter::default() }).unwrap();
    let hash = secret.rows[0].secret.clone();
    let decision = Decision {
        secret: hash[..16].to_owned(),
        state: TriageState::Accepted,
        reason: "a test".to_owned(),
        owner: "ops".to_owned(),
        expires: Some("2026-11-21".to_owned()),
        decided_at: 5,
    };
    store.decide(&decision).unwrap();
    let accepted = |today: &str| {
        let state = Some(TriageState::Accepted);
        let today = today.to_owned();
        let filter =
            FindingFilter { state, today: today.clone(), limit: 50, ..FindingFilter::default() };
        let findings = store.findings(&filter).unwrap().rows.len();
        let filter = SecretFilter { state, today, limit: 50, ..SecretFilter::default() };
        (findings, store.secrets(&filter).unwrap().rows.len())
    };
    assert_eq!(accepted("2026-11-21"), (2, 1));
    assert_eq!(accepted("2026-11-22"), (0, 0));
    assert_eq!(store.silenced_secrets("2026-11-21").unwrap().len(), 1);
    assert!(store.silenced_secrets("2026-11-22").unwrap().is_empty());
    let all = SecretFilter { limit: 1000, shared: true, ..SecretFilter::default() };
    let shared = store.secrets(&all).unwrap().rows;
    assert_eq!(shared.len(), 100);
    assert!(shared.iter().all(|row| row.roots == 2 && row.places == 2));
    let short = Decision { secret: hash[..1].to_owned(), ..decision };
    assert!(matches!(store.decide(&short), Err(StoreError::AmbiguousSecret { .. })));
}

#[test]
fn a_difference_is_about_secrets_and_not_about_places() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let demo = rule("demo-0", Severity::High);
    for (run, secrets) in [vec![1, 2, 2, 3], vec![2, 3, 4]].into_iter().enumerate() {
        let producer = begin(open(&path).unwrap(), "/r", 1000).unwrap();
        let name = format!("f{run}");
        let all: Vec<_> = (1..)
            .zip(secrets)
            .map(|(line, secret)| finding(&demo, secret, &name, line + 10 * run as u64))
            .collect();
        emit(&producer, &name, &all);
        producer.end_run(&complete(3));
    }
    let store = open(&path).unwrap();
    let rows = store.diff(1, 2).unwrap();
    let changes: Vec<Change> = rows.iter().map(|row| row.change).collect();
    assert_eq!(changes, [Change::New, Change::Resolved, Change::Unchanged, Change::Unchanged]);
    assert_eq!((rows[1].path.as_str(), rows[1].line, rows[2].places), ("f0", 1, 1));
    assert!(store.diff(1, 1).unwrap().iter().all(|row| row.change == Change::Unchanged));
    assert!(matches!(store.diff(1, 9), Err(StoreError::NoSuchRun { run: 9 })));
}
