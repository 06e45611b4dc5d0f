//! `kill -9` at a hundred random moments of a storing run: the database opens, no row that was said to be committed is
//! lost, the next run completes.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::kit::{begin, complete, emit, finding, open, rule};
use scanner_core::{Severity, StoreProducer as _};
use scanner_store::{FindingFilter, Keep, RunScope};

const STORES: u64 = 4;
const KILLS_PER_STORE: u64 = 25;

/// The example that writes until it is killed.
fn writer() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let folder = test.parent().and_then(Path::parent).expect("tests are built in `deps`");
    let program = folder.join("examples").join("store_writer");
    assert!(program.is_file(), "{} is built with the tests", program.display());
    program
}

/// Starts the writer, kills it after a while, and gives the number of findings that it said were committed.
fn killed(path: &Path, seed: u64) -> u64 {
    let mut child = Command::new(writer())
        .arg(path)
        .arg(seed.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the writer starts");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    if !seed.is_multiple_of(5) {
        // Most are killed while they write; one in five while it starts.
        output.read_line(&mut line).expect("it says that it has begun");
    }
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    state ^= state >> 29;
    std::thread::sleep(Duration::from_micros(state % 25_000));
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("text");
    rest.lines().filter_map(|line| line.parse().ok()).next_back().unwrap_or(0)
}

fn stored(path: &Path, run: i64) -> u64 {
    let store = open(path).expect("the database opens");
    let filter =
        FindingFilter { scope: RunScope::Run(run), limit: 100_000, ..FindingFilter::default() };
    store.findings(&filter).expect("it is read").rows.len() as u64
}

fn torment(path: &Path, first_seed: u64) -> u64 {
    let mut killed_while_writing = 0;
    for seed in first_seed..first_seed + KILLS_PER_STORE {
        let before = open(path).expect("it opens").runs(None, None, 1).expect("a list");
        let last = before.first().map_or(0, |run| run.run);
        let said = killed(path, seed);
        let store = open(path).expect("the database opens");
        for run in store.runs(None, None, 10).expect("a list") {
            assert_eq!(run.status, "failed", "{run:?}");
        }
        let newest = store.runs(None, None, 1).expect("a list").first().map_or(0, |run| run.run);
        drop(store);
        if newest > last {
            let kept = stored(path, newest);
            assert!(kept >= said, "{kept} of {said}");
            killed_while_writing += u64::from(kept > 0);
        } else {
            assert_eq!(said, 0);
        }
    }
    let check = open(path).expect("it opens").check().expect("it is read");
    assert_eq!(check.problems, [""; 0]);
    killed_while_writing
}

#[test]
fn nothing_that_was_committed_is_lost_and_the_next_run_completes() {
    let folder = tempfile::tempdir().unwrap();
    let tormented: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..STORES)
            .map(|store| {
                let path = folder.path().join(format!("{store}.db"));
                scope.spawn(move || torment(&path, 1 + store * KILLS_PER_STORE))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    // Otherwise the test would have missed what it is for.
    assert!(tormented > STORES * KILLS_PER_STORE / 4, "{tormented}");
    for store in 0..STORES {
        let path = folder.path().join(format!("{store}.db"));
        open(&path).unwrap().gc(Keep::Latest(1000)).unwrap();
        let producer = begin(open(&path).unwrap(), "/r", 1000).unwrap();
        let run = producer.run();
        emit(&producer, "last", &[finding(&rule("demo-0", Severity::High), 1, "last", 2)]);
        assert_eq!(producer.end_run(&complete(1)).error, None);
        assert_eq!(open(&path).unwrap().run(run).unwrap().status, "complete");
    }
    let locks = std::fs::read_dir(folder.path()).unwrap();
    let left = locks.filter(|entry| {
        entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().contains("-run-"))
    });
    assert_eq!(left.count(), 0);
}

#[test]
fn rows_are_made_once_of_a_journal_though_who_makes_them_is_killed() {
    const FINDINGS: u64 = 20_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let producer = begin(open(&path).unwrap(), "/r", 1000).unwrap();
    let demo = rule("demo-0", Severity::High);
    for file in 0..FINDINGS / 10 {
        let name = format!("f{file}");
        let all: Vec<_> = (0..10).map(|n| finding(&demo, file * 10 + n, &name, n + 1)).collect();
        emit(&producer, &name, &all);
    }
    assert_eq!(producer.end_run(&complete(FINDINGS)).error, None);
    for kill in 0..12 {
        let mut child = Command::new(writer())
            .args([path.as_os_str(), "0".as_ref(), "open".as_ref()])
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_millis(kill * 12));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }
    assert_eq!(stored(&path, 1), FINDINGS);
    let check = open(&path).unwrap().check().unwrap();
    assert_eq!((check.problems, check.occurrences), (Vec::new(), FINDINGS));
    let left = std::fs::read_dir(folder.path()).unwrap().filter(|entry| {
        entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().contains("-findings-"))
    });
    assert_eq!(left.count(), 0);
}
