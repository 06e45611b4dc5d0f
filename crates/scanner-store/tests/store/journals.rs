//! Journals of large runs: what waits in one is in the store for everybody who opens it, once, and what became of a journal
//! that is not as its run left it is said.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use scanner_core::{FileState, Severity, StoreProducer as _};
use scanner_store::{
    FindingFilter, HistoryEnd, Keep, Marks, RunScope, SqliteStoreProducer, Store, StoreOptions,
};

use super::kit::{begin, complete, emit, finding, keys, open, root, rule, rule_set};

/// More than what is folded at the end of a run.
const MANY: u64 = 3000;

/// Emits so many findings of two rules, ten a file, from file `first` on.
fn emit_files(producer: &SqliteStoreProducer, first: u64, count: u64) {
    let demo = rule("demo-0", Severity::High);
    let other = rule("told-with-its-findings", Severity::Low);
    for file in first..first + count / 10 {
        let name = format!("f{file}");
        let rule = |n: u64| if (file + n / 4).is_multiple_of(2) { &demo } else { &other };
        let mut all: Vec<_> =
            (0..10).map(|n| finding(rule(n), file * 7 + n, &name, n + 1)).collect();
        all[3].modified = Some(-5);
        emit(producer, &name, &all);
    }
}

/// Ends a run of [`MANY`] findings, with marks and a file without findings.
fn large_run(path: &Path) {
    let producer = begin(open(path).expect("a store"), "/r", 1000).expect("a run");
    emit_files(&producer, 0, MANY);
    producer.remember_clean(vec![FileState([9; 16])]);
    let refs = vec![("main".to_owned(), vec![1; 20])];
    let marks = Marks { start_set: "all".to_owned(), refs, hash: [7; 32] };
    producer.set_watermarks(HistoryEnd { marks, ..HistoryEnd::default() });
    assert_eq!(producer.end_run(&complete(MANY)).error, None);
}

/// A folder, the store in it, and the journal that a large run has left beside it.
fn with_journal() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("s.db");
    large_run(&path);
    let mut journals = journals(&path);
    assert_eq!(journals.len(), 1);
    (folder, path, journals.remove(0))
}

fn journals(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().expect("a folder");
    let entries =
        fs::read_dir(folder).expect("it is read").map(|entry| entry.expect("an entry").path());
    entries.filter(|entry| entry.to_string_lossy().contains("-findings-")).collect()
}

fn listed(store: &Store, scope: RunScope) -> usize {
    let filter = FindingFilter { scope, limit: 100_000, ..FindingFilter::default() };
    store.findings(&filter).expect("a page").rows.len()
}

#[test]
fn a_large_run_waits_in_a_journal_and_is_there_for_who_opens_the_store() {
    let (_folder, path, _) = with_journal();
    let store = open(&path).unwrap();
    assert_eq!(journals(&path).len(), 0);
    assert_eq!(listed(&store, RunScope::Present), MANY as usize);
    assert_eq!(store.run(1).unwrap().status, "complete");
    let known = store.remembered(&root("/r"), &rule_set()).unwrap();
    assert_eq!(known.objects().len(), MANY as usize / 10);
    for (_, object) in known.objects() {
        let modified: Vec<_> = object.findings.iter().filter_map(|found| found.modified).collect();
        assert_eq!((object.findings.len(), modified), (10, vec![-5]));
    }
    let rules: BTreeSet<(String, Severity)> = store
        .run_data(1)
        .unwrap()
        .findings
        .iter()
        .map(|finding| (finding.rule.id.clone(), finding.rule.severity))
        .collect();
    assert_eq!(rules.len(), 2);
    assert!(rules.contains(&("told-with-its-findings".to_owned(), Severity::Low)));
    assert_eq!(store.check().unwrap().problems, [""; 0]);
}

#[test]
fn a_journal_gives_the_same_rows_as_small_runs_do() {
    let folder = tempfile::tempdir().unwrap();
    let other_folder = tempfile::tempdir().unwrap();
    let (large, small) = (folder.path().join("s.db"), other_folder.path().join("s.db"));
    large_run(&large);
    // The same in pieces, each of which is folded at its end.
    for part in 0..MANY / 500 {
        let producer = begin(open(&small).unwrap(), "/r", 1000).unwrap();
        emit_files(&producer, part * 50, 500);
        assert_eq!(producer.end_run(&complete(500)).error, None);
    }
    assert_eq!(journals(&small).len(), 0);
    let rows = |path: &Path| {
        let store = open(path).unwrap();
        let filter =
            FindingFilter { scope: RunScope::All, limit: 100_000, ..FindingFilter::default() };
        store.findings(&filter).unwrap().rows
    };
    assert_eq!(rows(&large), rows(&small));
}

#[test]
fn several_large_runs_are_folded_together_and_by_several_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let runs: Vec<_> =
        (0..3).map(|run| begin(open(&path).unwrap(), &format!("/r{run}"), 1000).unwrap()).collect();
    let demo = rule("demo-0", Severity::High);
    for (run, producer) in runs.iter().enumerate() {
        for file in 0..MANY / 10 {
            let name = format!("{run}/f{file}");
            let all: Vec<_> =
                (0..10).map(|n| finding(&demo, file * 10 + n, &name, n + 1)).collect();
            emit(producer, &name, &all);
        }
    }
    for producer in runs {
        assert_eq!(producer.end_run(&complete(MANY)).error, None);
    }
    assert_eq!(journals(&path).len(), 3);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let store = open(&path).unwrap();
                assert_eq!(listed(&store, RunScope::All), 3 * MANY as usize);
            });
        }
    });
    let store = open(&path).unwrap();
    let check = store.check().unwrap();
    assert_eq!((check.problems.as_slice(), check.secrets), (&[][..], MANY));
    assert_eq!(journals(&path).len(), 0);
}

#[test]
fn a_journal_that_is_cut_or_gone_is_said_and_nothing_is_taken_for_scanned() {
    for kept in [None, Some(0), Some(100), Some(200_000)] {
        let (_folder, path, journal) = with_journal();
        match kept {
            None => fs::remove_file(&journal).unwrap(),
            Some(bytes) => {
                let whole = fs::read(&journal).unwrap();
                assert!(bytes < whole.len());
                fs::write(&journal, &whole[..bytes]).unwrap();
            }
        }
        let store = open(&path).unwrap();
        let run = store.run(1).unwrap();
        let stored = listed(&store, RunScope::Run(1)) as u64;
        assert_eq!((run.status.as_str(), run.lost), ("incomplete", MANY - stored), "{kept:?}");
        assert_eq!(stored > 0, kept == Some(200_000));
        let data = store.run_data(1).unwrap();
        assert!(data.summary.warnings[0].contains("damaged"), "{:?}", data.summary.warnings);
        assert!(store.remembered(&root("/r"), &rule_set()).unwrap().is_empty());
        assert!(store.history(&root("/r"), &rule_set(), "all").unwrap().marks.is_none());
        assert_eq!(store.check().unwrap().problems, [""; 0]);
        assert_eq!(journals(&path).len(), 0);
    }
}

#[test]
fn an_altered_journal_is_read_up_to_there() {
    let (_folder, path, journal) = with_journal();
    let mut bytes = fs::read(&journal).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&journal, bytes).unwrap();
    let store = open(&path).unwrap();
    let run = store.run(1).unwrap();
    assert_eq!(run.status, "incomplete");
    assert!(run.lost > 0 && run.lost < MANY, "{run:?}");
    assert_eq!(store.check().unwrap().problems, [""; 0]);
}

#[test]
fn a_run_that_has_just_ended_tells_nothing_before_its_journal_is_folded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let early = open(&path).unwrap();
    large_run(&path);
    assert_eq!(listed(&early, RunScope::Present), 0);
    assert!(early.latest_run(None).is_err());
    // Marks without findings would have a scan tell of none.
    let history = |store: &Store| store.history(&root("/r"), &rule_set(), "all").unwrap();
    assert!(history(&early).marks.is_none());
    assert_eq!(history(&open(&path).unwrap()).marks, Some([7; 32]));
    assert_eq!(listed(&early, RunScope::Present), MANY as usize);
}

#[test]
fn no_secret_is_in_a_journal() {
    let (_folder, _, journal) = with_journal();
    let bytes = fs::read(&journal).unwrap();
    let demo = rule("demo-0", Severity::High);
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    // All secrets of these tests begin alike.
    assert!(!holds(b"made-up-secret"));
    for number in 0..20 {
        assert!(!holds(&finding(&demo, number * 7, "a", 1).norm_hash.0), "{number}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(journal).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn what_nobody_waits_for_is_swept_and_what_waits_is_kept() {
    let (folder, path, _) = with_journal();
    fs::write(folder.path().join("s.db-findings-0000"), "litter").unwrap();
    let report = open(&path).unwrap().gc(Keep::Latest(5)).unwrap();
    assert_eq!((report.runs, journals(&path).len()), (0, 0));
    assert_eq!(listed(&open(&path).unwrap(), RunScope::Present), MANY as usize);
}

#[test]
fn a_store_that_cannot_be_written_is_read_with_what_waits_beside_it() {
    let (_folder, path, journal) = with_journal();
    // Tests may run as a user whom no mode stops: here there is no room.
    let full = StoreOptions { pages_max: Some(100), ..StoreOptions::at(&path) };
    let store = Store::open(&full, keys()).unwrap();
    assert_eq!(listed(&store, RunScope::Present), MANY as usize);
    assert!(journal.is_file());
    drop(store);
    assert_eq!(listed(&open(&path).unwrap(), RunScope::Present), MANY as usize);
    assert!(!journal.exists());
}
