//! What is written is read back.

use std::collections::BTreeSet;

use scanner_core::{
    FileState, Severity, SkipReason, Status, StoreLosses, StoreProducer as _, Summary,
};
use scanner_store::{FolderEntries, HistoryEnd, Keep, Marks, StoreOptions};

use super::kit::{begin, complete, emit, finding, keys, open, root, rule, rule_set};

#[test]
fn a_run_is_read_back_as_it_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let producer = begin(open(&path).unwrap(), "/r", 1000).unwrap();
    let demo = rule("demo-0", Severity::High);
    let all = [finding(&demo, 1, "a", 2), finding(&demo, 2, "a", 3), finding(&demo, 1, "b", 7)];
    emit(&producer, "a", &all[..2]);
    emit(&producer, "b", &all[2..]);
    let mut summary = complete(2);
    summary.skips.add_many(SkipReason::Symlink, 3);
    summary.warnings.push("a word".to_owned());
    assert_eq!(producer.flush(), StoreLosses::default());
    assert_eq!(producer.end_run(&summary), StoreLosses::default());
    let store = open(&path).unwrap();
    let data = store.run_data(1).unwrap();
    assert_eq!((data.info.started_unix, data.info.rules.len()), (1000, 1));
    assert_eq!(data.summary.skips, summary.skips);
    assert_eq!(
        (data.summary.status, &data.summary.warnings),
        (Status::Complete, &summary.warnings)
    );
    assert_eq!(data.findings.len(), 2);
    let first = &data.findings[0];
    assert_eq!(
        (first.places.len(), first.location, first.norm_hash),
        (1, all[0].location, all[0].norm_hash)
    );
    assert_eq!(
        (&first.secret_hash, &first.occurrence_id),
        (&all[0].secret_hash, &all[0].occurrence_id)
    );
    assert_eq!(first.secret.redacted(), all[0].secret.redacted());
    assert!(first.secret.is_empty());
    assert_eq!((&first.context, &first.rule), (&all[0].context, &demo));
}

#[test]
fn objects_and_files_are_remembered_for_their_root_and_rule_set() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let producer = begin(open(&path).unwrap(), "/r", 1000).unwrap();
    let demo = rule("demo-0", Severity::High);
    emit(&producer, "a", &[finding(&demo, 1, "a", 2)]);
    let states: Vec<FileState> = (0..=255).map(|n| FileState([n; 16])).collect();
    producer.remember_clean(states.clone());
    producer.end_run(&complete(1));
    let store = open(&path).unwrap();
    let known = store.remembered(&root("/r"), &rule_set()).unwrap();
    assert!(states.iter().all(|state| known.clean(state).is_some()));
    assert!(
        known.clean(&FileState([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])).is_none()
    );
    let object = known.object(b"a").unwrap();
    assert_eq!((object.state, object.bytes, object.findings.len()), (FileState([1; 16]), 100, 1));
    assert!(store.remembered(&root("/other"), &rule_set()).unwrap().is_empty());
    let other = scanner_store::RuleSetHash([9; 32]);
    assert!(store.remembered(&root("/r"), &other).unwrap().is_empty());
}

#[test]
fn entries_of_folders_are_remembered_sealed_and_only_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let entries = |n: u8| -> Box<[u8]> { format!("fname-{n}\0dfolder\0").into_bytes().into() };
    let remember = |numbers: std::ops::RangeInclusive<u8>| {
        let producer = begin(open(&path).unwrap(), "/r", 1000).unwrap();
        let mut all = FolderEntries::default();
        numbers.for_each(|n| all.push(&FileState([n; 16]), &entries(n)));
        producer.remember_folders(all);
        assert_eq!(producer.end_run(&complete(0)).error, None);
    };
    let known = || {
        let known = open(&path).unwrap().remembered(&root("/r"), &rule_set()).unwrap();
        (0..=255)
            .filter(|n| {
                let found = known.folder(&FileState([*n; 16]));
                assert!(found.is_none_or(|(number, told)| {
                    *told == *entries(*n)
                        && known.folders().get(number) == (FileState([*n; 16]), told)
                }));
                found.is_some()
            })
            .count()
    };
    remember(0..=255);
    assert_eq!(known(), 256);
    // Those that are not told again are forgotten, also where a row becomes empty.
    remember(3..=200);
    assert_eq!(known(), 198);
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(5).any(|window| window == b"name-"));
    let connection = rusqlite::Connection::open(&path).unwrap();
    let damage = "UPDATE folders SET entries = CAST(substr(entries, 1, length(entries) - 1) || x'00' AS BLOB) \
                  WHERE part = (SELECT min(part) FROM folders WHERE length(entries) > 100)";
    assert_eq!(connection.execute(damage, []).unwrap(), 1);
    // Four states share a row here, but for the first one.
    assert!((194..198).contains(&known()), "{}", known());
}

#[test]
fn an_incomplete_run_remembers_no_file_and_sets_no_mark() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let producer = begin(open(&path).unwrap(), "/r", 1000).unwrap();
    producer.remember_clean(vec![FileState([3; 16])]);
    let mut folders = FolderEntries::default();
    folders.push(&FileState([4; 16]), b"fa\0");
    producer.remember_folders(folders);
    let refs = vec![("main".to_owned(), vec![1; 20])];
    let marks = Marks { start_set: "all".to_owned(), refs, hash: [7; 32] };
    let history = HistoryEnd { marks, packs: vec![vec![1; 20]], ..HistoryEnd::default() };
    producer.set_watermarks(history);
    producer.end_run(&Summary { status: Status::Incomplete, ..complete(0) });
    let store = open(&path).unwrap();
    let known = store.remembered(&root("/r"), &rule_set()).unwrap();
    assert!(known.is_empty() && known.folders().is_empty());
    let history = store.history(&root("/r"), &rule_set(), "all").unwrap();
    assert!(history.marks.is_none() && history.packs.is_empty());
}

#[test]
fn ids_of_git_objects_are_found_in_many_small_rows_and_few_large_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let id = |n: u32| *blake3::hash(&n.to_le_bytes()).as_bytes();
    for run in 0..3_u32 {
        let producer = begin(open(&path).unwrap(), "/r", 1000).unwrap();
        for row in 0..20 {
            let oids: Vec<u8> = (0..10).flat_map(|n| id(run * 200 + row * 10 + n)).collect();
            producer.emit_seen(32, oids, false);
        }
        producer.emit_seen(32, id(9_000 + run).to_vec(), true);
        let refs = vec![("main".to_owned(), vec![1; 20])];
        let marks = Marks { start_set: "all".to_owned(), refs, hash: [run as u8; 32] };
        let packs = vec![vec![run as u8; 20], vec![9; 32]];
        let is_same = run == 1;
        producer.set_watermarks(HistoryEnd { marks, packs, suppressed: 5, is_same });
        producer.end_run(&complete(0));
    }
    let store = open(&path).unwrap();
    let history = store.history(&root("/r"), &rule_set(), "all").unwrap();
    assert_eq!((history.clean.len(), history.suppressed), (600, 5));
    assert_eq!(
        (history.marks, history.packs.clone()),
        (Some([2; 32]), vec![vec![2; 20], vec![9; 32]])
    );
    assert!((0..600).all(|n| history.clean.contains(&id(n))));
    assert!(!history.clean.contains(&id(600)) && !history.clean.contains(&[0; 20]));
    // The third run looked at everything again, so only what it told stands.
    let found: BTreeSet<u32> = (9_000..9_003).filter(|n| history.found.contains(&id(*n))).collect();
    assert_eq!(found, [9_002].into());
    assert_eq!(store.history(&root("/r"), &rule_set(), "else").unwrap().clean.len(), 600);
}

#[test]
fn rules_that_a_killed_run_did_not_write_down_are_written_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    begin(open(&path).unwrap(), "/r", 1000).unwrap().end_run(&complete(0));
    let connection = rusqlite::Connection::open(&path).unwrap();
    let all = "DELETE FROM run_rules; DELETE FROM rules;";
    connection.execute_batch(all).unwrap();
    drop(connection);
    begin(open(&path).unwrap(), "/r", 1001).unwrap().end_run(&complete(0));
    let store = open(&path).unwrap();
    for run in 1..=2 {
        let rules = store.run_data(run).unwrap().info.rules;
        assert_eq!(rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["demo-0"]);
    }
}

#[test]
fn many_findings_of_one_object_are_all_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let producer = begin(open(&path).unwrap(), "/r", 1000).unwrap();
    let demo = rule("demo-0", Severity::High);
    let all: Vec<_> = (0..2500).map(|n| finding(&demo, n, "a", n + 1)).collect();
    emit(&producer, "a", &all);
    producer.end_run(&complete(2500));
    let store = open(&path).unwrap();
    assert_eq!(store.run_data(1).unwrap().findings.len(), 2500);
    let known = store.remembered(&root("/r"), &rule_set()).unwrap();
    assert_eq!(known.object(b"a").map(|object| object.findings.len()), Some(2500));
}

#[test]
fn forgetting_leaves_no_loose_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let demo = rule("demo-0", Severity::High);
    for run in 0..5 {
        let producer = begin(open(&path).unwrap(), "/r", 1000 + run).unwrap();
        let name = format!("f{run}");
        let all: Vec<_> = (0..500).map(|n| finding(&demo, run * 500 + n, &name, n + 1)).collect();
        emit(&producer, &name, &all);
        producer.end_run(&complete(500));
    }
    let mut store = open(&path).unwrap();
    let report = store.gc(Keep::Latest(2)).unwrap();
    assert_eq!((report.runs, report.occurrences, report.secrets), (3, 1500, 1500));
    assert!(report.bytes > 0);
    let check = store.check().unwrap();
    assert_eq!((check.problems.as_slice(), check.runs, check.secrets), (&[][..], 2, 1000));
    let report = store.gc(Keep::Since(5000)).unwrap();
    assert_eq!((report.runs, store.runs(None, None, 10).unwrap().len()), (1, 1));
}

#[test]
fn a_store_without_a_lasting_key_or_with_another_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    let options = StoreOptions::at(&path);
    let ephemeral = std::sync::Arc::new(scanner_store::Keys::from_secret_key(None).unwrap());
    let error = scanner_store::Store::open_or_create(&options, ephemeral).unwrap_err();
    assert!(error.to_string().contains("needs a key that lasts"), "{error}");
    drop(open(&path).unwrap());
    let other = std::sync::Arc::new(scanner_store::Keys::from_bytes(&[8; 32]));
    let error = scanner_store::Store::open(&options, other).unwrap_err();
    assert!(error.to_string().contains("another key"), "{error}");
    assert!(scanner_store::Store::open(&options, keys()).is_ok());
}
