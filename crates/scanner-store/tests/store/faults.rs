//! The disk, other processes and the clock against us: what cannot be stored is counted and named, what was committed
//! stays, the next run completes.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use scanner_core::{Severity, StoreLosses, StoreProducer as _};
use scanner_store::{Keep, Store, StoreError, StoreOptions};

use super::kit::{begin, complete, emit, finding, keys, open, rule};

fn store_one(path: &Path, name: &str, started: u64) {
    let producer = begin(open(path).expect("a store"), "/r", started).expect("a store");
    emit(&producer, name, &[finding(&rule("demo-0", Severity::High), 1, name, 2)]);
    assert_eq!(producer.end_run(&complete(1)).error, None);
}

#[test]
fn a_full_store_loses_what_does_not_fit_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    store_one(&path, "before", 1000);
    let full = StoreOptions { pages_max: Some(100), ..StoreOptions::at(&path) };
    let producer = begin(Store::open(&full, keys()).unwrap(), "/r", 1001).unwrap();
    let demo = rule("demo-0", Severity::High);
    for file in 0..100 {
        let name = format!("f{file}");
        let all: Vec<_> = (0..100).map(|n| finding(&demo, file * 100 + n, &name, n + 1)).collect();
        emit(&producer, &name, &all);
    }
    let losses = producer.flush();
    assert!(losses.findings > 0 && losses.findings < 10_000, "{losses:?}");
    assert!(losses.error.as_ref().unwrap().contains("full"), "{losses:?}");
    producer.end_run(&complete(10_000));
    // What has no room as rows is read from a copy, and no longer a scan's.
    let error = Store::open_or_create(&full, keys()).unwrap_err();
    assert!(error.to_string().contains("full"), "{error}");
    let mut copy = Store::open(&full, keys()).unwrap();
    assert_eq!(copy.run(2).unwrap().lost, losses.findings);
    assert_eq!(copy.check().unwrap().occurrences, 10_001 - losses.findings);
    assert!(copy.gc(Keep::Latest(1)).is_err());
    drop(copy);
    let store = open(&path).unwrap();
    assert_eq!(store.run_data(1).unwrap().findings.len(), 1);
    assert_ne!(store.run(2).unwrap().status, "complete");
    assert!(store.check().unwrap().problems.is_empty());
    store_one(&path, "after", 1002);
    assert_eq!(open(&path).unwrap().run(3).unwrap().status, "complete");
}

#[test]
fn a_lock_that_is_held_too_long_is_named_and_a_short_one_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    store_one(&path, "before", 1000);
    let other = Connection::open(&path).unwrap();
    let hasty = StoreOptions { busy_timeout: Duration::from_millis(20), ..StoreOptions::at(&path) };
    let producer = begin(Store::open(&hasty, keys()).unwrap(), "/r", 1001).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let demo = rule("demo-0", Severity::High);
    emit(&producer, "a", &[finding(&demo, 5, "a", 2)]);
    let losses = producer.flush();
    assert_eq!(losses, StoreLosses::default());
    let losses = producer.end_run(&complete(1));
    assert!(losses.error.as_ref().unwrap().contains("locked"), "{losses:?}");
    other.execute_batch("COMMIT").unwrap();
    // The run could not say how it ended; what it found is kept.
    let store = open(&path).unwrap();
    assert_eq!(store.run(2).unwrap().status, "failed");
    assert_eq!(store.run_data(2).unwrap().findings.len(), 1);
    drop(store);
    let producer = begin(open(&path).unwrap(), "/r", 1002).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    emit(&producer, "a", &[finding(&demo, 5, "a", 2)]);
    std::thread::sleep(Duration::from_millis(50));
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(producer.flush().error, None);
    producer.end_run(&complete(1));
    assert_eq!(open(&path).unwrap().run(3).unwrap().lost, 0);
}

#[test]
fn a_newer_store_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    store_one(&path, "a", 1000);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, StoreError::NewerVersion { found: 99, .. }), "{error}");
    assert!(error.to_string().contains("use a newer scanner-rs"), "{error}");
}

#[test]
fn files_of_others_are_left_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(
        &text,
        "hello, these are my notes and they are longer than a header of a database file\n"
            .repeat(9),
    )
    .unwrap();
    let database = folder.path().join("theirs.db");
    Connection::open(&database).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    for path in [&text, &database] {
        let before = fs::read(path).unwrap();
        let error = open(path).unwrap_err();
        assert!(matches!(error, StoreError::NotAStore { .. }), "{error}");
        assert_eq!(fs::read(path).unwrap(), before);
    }
    let missing = Store::open(&StoreOptions::at(&folder.path().join("no.db")), keys()).unwrap_err();
    assert!(matches!(missing, StoreError::Missing { .. }), "{missing}");
    let below_a_file = text.join("s.db");
    assert!(matches!(open(&below_a_file), Err(StoreError::File { .. })));
}

#[test]
fn damage_is_found_by_check_and_named_by_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let demo = rule("demo-0", Severity::High);
    let producer = begin(open(&path).unwrap(), "/r", 1000).unwrap();
    let all: Vec<_> = (0..2000).map(|n| finding(&demo, n, "a", n + 1)).collect();
    emit(&producer, "a", &all);
    producer.end_run(&complete(2000));
    drop(open(&path).unwrap());
    let connection = Connection::open(&path).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(connection);
    let mut bytes = fs::read(&path).unwrap();
    // Pages in the middle, so that head and schema can be read.
    let from = bytes.len() / 2 / 4096 * 4096;
    bytes[from..from + 20 * 4096].fill(0xa5);
    fs::write(&path, bytes).unwrap();
    let store = open(&path).unwrap();
    assert!(!store.check().unwrap().problems.is_empty());
    let outcome = begin(store, "/r", 1001).map(|producer| {
        let all: Vec<_> = (5000..5500).map(|n| finding(&demo, n, "b", n)).collect();
        emit(&producer, "b", &all);
        producer.end_run(&complete(1)).error.unwrap_or_default()
    });
    let told = outcome.unwrap_or_else(|error| error.to_string());
    assert!(told.contains("malformed") || told.contains("damaged"), "{told}");
}

#[test]
fn two_runs_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    std::thread::scope(|scope| {
        for run in 0..4_u64 {
            let path = &path;
            scope.spawn(move || {
                let producer = begin(open(path).unwrap(), &format!("/r{run}"), 1000).unwrap();
                let demo = rule("demo-0", Severity::High);
                for file in 0..50 {
                    let name = format!("f{file}");
                    let all: Vec<_> = (0..10).map(|n| finding(&demo, n, &name, n + 1)).collect();
                    emit(&producer, &name, &all);
                }
                assert_eq!(producer.end_run(&complete(10)).error, None);
            });
        }
    });
    let store = open(&path).unwrap();
    let runs = store.runs(None, None, 10).unwrap();
    assert_eq!(runs.iter().filter(|run| run.status == "complete").count(), 4);
    let check = store.check().unwrap();
    assert_eq!((check.problems.len(), check.secrets, check.occurrences), (0, 10, 2000));
}

#[test]
fn a_run_in_progress_is_not_taken_for_dead() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let producer = begin(open(&path).unwrap(), "/r", 1000).unwrap();
    assert_eq!(open(&path).unwrap().run(1).unwrap().status, "running");
    drop(producer);
    assert_eq!(open(&path).unwrap().run(1).unwrap().status, "failed");
    assert!(matches!(open(&path).unwrap().latest_run(None), Err(StoreError::NoRuns)));
}

#[test]
fn a_clock_that_goes_backwards_changes_no_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    store_one(&path, "a", 9_000_000);
    store_one(&path, "b", 5);
    let store = open(&path).unwrap();
    assert_eq!(store.latest_run(None).unwrap(), 2);
    let runs: Vec<(i64, u64)> =
        store.runs(None, None, 10).unwrap().iter().map(|run| (run.run, run.started)).collect();
    assert_eq!(runs, [(2, 5), (1, 9_000_000)]);
    assert_eq!(store.diff(1, 2).unwrap().len(), 1);
}

#[test]
fn a_store_of_zero_bytes_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    fs::write(&path, "").unwrap();
    store_one(&path, "a", 1000);
    assert_eq!(open(&path).unwrap().run(1).unwrap().status, "complete");
}
