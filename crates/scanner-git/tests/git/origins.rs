//! Attribution against what `git log` and `git ls-tree` say.

use std::collections::{BTreeMap, BTreeSet};

use scanner_git::{
    CommitInfo, ObjectKind, Oid, Origin, PathScope, Reach, Repository, attribute, attribute_among,
};

use crate::fixture::Fixture;
use crate::opening::repository;

/// Blobs of each commit: id and paths.
fn blobs_of(fixture: &Fixture, commit: &str) -> BTreeMap<Oid, BTreeSet<String>> {
    let mut blobs: BTreeMap<Oid, BTreeSet<String>> = BTreeMap::new();
    for line in fixture.lines(&["ls-tree", "-r", "--full-tree", commit]) {
        let (left, path) = line.split_once('\t').expect("a tab");
        let oid = Oid::from_hex(left.split(' ').nth(2).expect("an id").as_bytes()).expect("hex");
        blobs.entry(oid).or_default().insert(path.to_owned());
    }
    blobs
}

/// All commits, reachable or not.
fn commits_of(fixture: &Fixture, repository: &Repository) -> Vec<CommitInfo> {
    let all = ["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"];
    let mut reader = repository.store().reader();
    let objects = fixture.lines(&all).into_iter().map(|line| {
        let oid = Oid::from_hex(line.as_bytes()).expect("hex");
        (oid, reader.read(&oid).expect("it is there"))
    });
    let commits = objects.filter(|(_, object)| object.kind == ObjectKind::Commit);
    commits.filter_map(|(oid, object)| CommitInfo::parse(oid, object.bytes())).collect()
}

/// Compares all reachable blobs with a slow walk over what git lists.
fn check(fixture: &Fixture) -> Vec<Origin> {
    // Dates ascend in these histories, so that the order of `--date-order` is ours.
    let commits = fixture.lines(&["rev-list", "--all", "--date-order", "--reverse"]);
    let mut first: BTreeMap<Oid, (String, BTreeSet<String>)> = BTreeMap::new();
    let mut last: BTreeMap<Oid, String> = BTreeMap::new();
    let mut all: BTreeMap<Oid, BTreeSet<String>> = BTreeMap::new();
    for commit in &commits {
        for (oid, paths) in blobs_of(fixture, commit) {
            all.entry(oid).or_default().extend(paths.iter().cloned());
            first.entry(oid).or_insert_with(|| (commit.clone(), paths));
            last.insert(oid, commit.clone());
        }
    }
    let head = blobs_of(fixture, "HEAD");
    let repository = repository(&fixture.repo());
    let oids: Vec<_> = first.keys().copied().collect();
    let found = attribute(&repository, &oids, PathScope::First, 1);
    assert!(found.damage.is_empty() && !found.edges_cut);
    let text = |paths: &[Vec<u8>]| -> BTreeSet<String> {
        paths.iter().map(|path| String::from_utf8(path.clone()).expect("text")).collect()
    };
    for origin in &found.origins {
        let (commit, paths) = &first[&origin.oid];
        let own = origin.first.as_ref().expect("a commit");
        assert_eq!((&own.oid.to_string(), &text(&origin.paths)), (commit, paths));
        assert_eq!(origin.last.as_ref().map(|c| c.oid.to_string()), last.get(&origin.oid).cloned());
        assert_eq!(origin.in_head, head.contains_key(&origin.oid));
        assert_eq!(origin.reach, Reach::Refs);
        // The introducing commit is one that git shows as adding or changing to the blob.
        let changes =
            fixture.lines(&["show", "--raw", "--no-abbrev", "--format=", "-m", "--root", commit]);
        let hex = origin.oid.to_string();
        assert!(changes.iter().any(|line| line.contains(&hex)), "{hex} in {commit}");
    }
    for workers in [2, 4] {
        assert_eq!(attribute(&repository, &oids, PathScope::First, workers), found);
    }
    let mut known = commits_of(fixture, &repository);
    for _ in 0..2 {
        let among = attribute_among(&repository, known.clone(), &oids, PathScope::First, 2);
        assert_eq!(among, found, "whatever order commits are known in");
        known.reverse();
    }
    for origin in attribute(&repository, &oids, PathScope::All, 2).origins {
        assert_eq!(text(&origin.paths), all[&origin.oid]);
    }
    found.origins
}

/// Renames, copies, a revert, a branch that adds the same blob twice, and a merge with content of its own.
fn tangled() -> Fixture {
    let fixture = Fixture::new(&[]);
    fixture.write("a/one.txt", "one\n");
    fixture.write("b/one.txt", "one\n");
    fixture.write("top.txt", "top\n");
    fixture.commit("first");
    fixture.git(&["mv", "a/one.txt", "renamed.txt"]);
    fixture.commit("rename");
    fixture.write("top.txt", "changed\n");
    fixture.commit("change");
    fixture.git(&["checkout", "-q", "-b", "left", "HEAD~1"]);
    fixture.write("deep/er/than/that.txt", "deep\n");
    fixture.commit("left");
    fixture.git(&["checkout", "-q", "-b", "right", "main"]);
    fixture.write("elsewhere/that.txt", "deep\n");
    fixture.write("elsewhere/own.txt", "right\n");
    fixture.commit("right");
    fixture.tick();
    fixture.git(&["merge", "-q", "--no-commit", "left"]);
    fixture.write("top.txt", "evil merge\n");
    fixture.commit("merge with its own content");
    fixture.tick();
    fixture.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    fixture.git(&["checkout", "-q", "main"]);
    fixture.tick();
    fixture.git(&["merge", "-q", "--no-ff", "-m", "join", "right"]);
    fixture.git(&["rm", "-q", "elsewhere/own.txt"]);
    fixture.commit("delete");
    fixture
}

#[test]
fn tangled_histories() {
    let fixture = tangled();
    check(&fixture);
    fixture.git(&["repack", "-q", "-a", "-d", "-f", "--depth=50"]);
    check(&fixture);
}

#[test]
fn long_histories() {
    let fixture = Fixture::new(&[]).with_history();
    check(&fixture);
    fixture.git(&["repack", "-q", "-a", "-d", "-f", "-k"]);
    fixture.git(&["commit-graph", "write", "--reachable"]);
    check(&fixture);
}

#[test]
fn what_no_reference_reaches() {
    let fixture = tangled();
    let hash = |text: &str| {
        let output =
            fixture.run_bytes(&fixture.repo(), &["hash-object", "-w", "--stdin"], text.as_bytes());
        Oid::from_hex(output.trim_ascii()).expect("an id")
    };
    fixture.write("gone.txt", "amended away\n");
    let amended = fixture.commit("to be amended");
    fixture.git(&["reset", "-q", "--hard", "HEAD~1"]);
    fixture.write("staged.txt", "staged only\n");
    fixture.git(&["add", "staged.txt"]);
    fixture.write("top.txt", "stashed\n");
    fixture.tick();
    fixture.git(&["stash", "-q", "--keep-index"]);
    fixture.git(&["tag", "blob-tag", &hash("tagged blob\n").to_string()]);
    let head = fixture.oid("HEAD");
    let oids = [
        hash("amended away\n"),
        hash("staged only\n"),
        hash("stashed\n"),
        hash("dangling\n"),
        hash("tagged blob\n"),
        head,
    ];
    let found = attribute(&repository(&fixture.repo()), &oids, PathScope::First, 2).origins;
    let first = |n: usize| found[n].first.as_ref().map(|commit| commit.oid);
    assert_eq!((first(0), found[0].reach), (Some(amended), Reach::Reflog));
    assert_eq!(found[1].staged, [b"staged.txt".to_vec()]);
    assert_eq!((found[2].reach, found[2].in_head), (Reach::Refs, false));
    assert_eq!((first(3), found[3].reach, found[3].paths.len()), (None, Reach::Nothing, 0));
    assert_eq!((first(4), found[4].reach), (None, Reach::Refs));
    assert_eq!(first(5), Some(head));
    fixture.git(&["reflog", "expire", "--expire=now", "--all"]);
    let again = attribute(&repository(&fixture.repo()), &oids[..1], PathScope::First, 2).origins;
    assert_eq!(again[0].reach, Reach::Nothing);
    assert_eq!(again[0].first.as_ref().map(|commit| commit.oid), Some(amended));
}
