//! Scans of a repository that remember: nothing new costs nothing, a new commit costs what it brings, and what is told
//! is what a scan of everything tells.

use std::fs;

use super::kit::{Place, git, token};

fn repository() -> Place {
    let place = Place::new(&[
        ("a.env", &format!("T={}\n", token(1))),
        ("b.txt", "nothing\n"),
        ("c.env", &format!("# gitleaks:allow\nT={} # gitleaks:allow\n", token(9))),
    ]);
    git(&place, &["init", "-q", "-b", "main"]);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-q", "-m", "first"]);
    place.write("a.env", &format!("T={}\nU={}\n", token(1), token(2)));
    git(&place, &["commit", "-qam", "second"]);
    place.write("a.env", "T=\n");
    git(&place, &["commit", "-qam", "third"]);
    place.ok(&["store", "init"]);
    place
}

/// The findings, and how many objects were known.
fn scan(place: &Place, args: &[&str]) -> (serde_json::Value, u64, u64) {
    let output = place.run(&[&["scan"], args, &["-f", "json"]].concat());
    let report: serde_json::Value =
        serde_json::from_str(&super::kit::out(&output)).expect("a JSON report");
    assert_eq!(report["summary"]["status"], "complete", "{report}");
    let count = |key: &str| report["summary"][key].as_u64().unwrap_or(0);
    (report["findings"].clone(), count("reused"), count("suppressed"))
}

#[test]
fn a_second_scan_tells_the_same_and_looks_at_nothing() {
    let place = repository();
    let plain = scan(&place, &["git", ".", "--no-store"]);
    let first = scan(&place, &["git", "."]);
    let second = scan(&place, &["git", "."]);
    assert_eq!(plain.0.as_array().map(Vec::len), Some(2));
    assert_eq!((&first.0, &second.0), (&plain.0, &plain.0));
    assert_eq!((first.1, first.2, second.2), (0, plain.2, plain.2));
    assert!(second.1 > 6, "{}", second.1);
    let third = scan(&place, &["git", "."]);
    assert_eq!((third.0, third.1), (plain.0, second.1));
}

#[test]
fn a_new_commit_is_scanned_and_older_findings_are_told_anew() {
    let place = repository();
    scan(&place, &["git", "."]);
    for name in ["d.env", "the/same.env"] {
        place.write(name, &format!("T={}\nV={}\n", token(2), token(3)));
    }
    git(&place, &["add", "."]);
    git(&place, &["commit", "-q", "-m", "fourth"]);
    let whole = scan(&place, &["git", ".", "--no-store"]);
    let next = scan(&place, &["git", "."]);
    assert_eq!(whole.0.as_array().map(Vec::len), Some(3));
    assert_eq!(next.0, whole.0);
    assert!(next.1 > 0);
    let last = scan(&place, &["git", "."]);
    assert_eq!(last.0, whole.0);
    assert!(last.1 > next.1);
}

#[test]
fn an_object_that_only_lies_there_is_found_though_no_reference_moved() {
    let place = repository();
    scan(&place, &["git", "."]);
    let path = place.beside("loose");
    fs::write(&path, format!("T={}\n", token(4))).expect("a file");
    git(&place, &["hash-object", "-w", path.to_str().expect("text")]);
    let whole = scan(&place, &["git", ".", "--no-store"]);
    let next = scan(&place, &["git", "."]);
    assert_eq!(next.0, whole.0);
    assert_eq!(next.0.as_array().map(Vec::len), Some(3));
}

#[test]
fn packing_and_pruning_change_nothing_that_is_told() {
    let place = repository();
    scan(&place, &["git", "."]);
    let path = place.beside("loose");
    fs::write(&path, format!("T={}\n", token(4))).expect("a file");
    git(&place, &["hash-object", "-w", path.to_str().expect("text")]);
    assert_eq!(scan(&place, &["git", "."]).0.as_array().map(Vec::len), Some(3));
    git(&place, &["gc", "-q", "--prune=now"]);
    let whole = scan(&place, &["git", ".", "--no-store"]);
    assert_eq!(whole.0.as_array().map(Vec::len), Some(2));
    for _ in 0..2 {
        assert_eq!(scan(&place, &["git", "."]).0, whole.0);
    }
}

#[test]
fn files_and_history_of_a_work_tree_are_remembered_together() {
    let place = repository();
    place.write("e.env", &format!("T={}\n", token(5)));
    let whole = scan(&place, &[".", "--no-store"]);
    super::kit::settle();
    for _ in 0..2 {
        assert_eq!(scan(&place, &["."]).0, whole.0);
    }
    let runs = place.rows(&["store", "runs"]);
    assert_eq!((&runs[0]["kind"], &runs[0]["findings"]), (&"worktree".into(), &3.into()));
    let report: serde_json::Value =
        serde_json::from_str(&place.ok(&["report", "-f", "json"])).expect("JSON");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(3));
    let rows = place.rows(&["store", "findings", "--path", "a.env"]);
    let secret = rows[0]["secret"].as_str().expect("a hash");
    place.ok(&["store", "triage", "set", &secret[..10], "--state", "false-positive"]);
    assert_eq!(scan(&place, &["."]).0.as_array().map(Vec::len), Some(2));
    place.ok(&["store", "triage", "set", &secret[..10], "--state", "open"]);
    assert_eq!(scan(&place, &["."]).0, whole.0);
}

#[test]
fn a_clean_history_stays_clean_when_nothing_is_looked_at() {
    let place = Place::new(&[("b.txt", "nothing\n")]);
    git(&place, &["init", "-q", "-b", "main"]);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-q", "-m", "first"]);
    place.ok(&["store", "init"]);
    for _ in 0..3 {
        place.ok(&["scan", "git", ".", "-q"]);
    }
    let runs = place.rows(&["store", "runs"]);
    assert_eq!((&runs[0]["bytes"], &runs[0]["reused"]), (&0.into(), &runs[2]["files"]));
}

#[test]
fn a_part_of_history_is_no_run() {
    let place = repository();
    scan(&place, &["git", ".", "--range", "HEAD~1..HEAD"]);
    assert!(place.rows(&["store", "runs"]).is_empty());
}
