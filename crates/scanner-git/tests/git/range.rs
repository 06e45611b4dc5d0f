//! Ranges, the index and pushes, compared with what git lists.

use std::collections::{BTreeMap, BTreeSet};

use scanner_git::{
    Introductions, NothingSeen, Oid, SeenBlobs, Selection, introduced, parse_range, pre_push,
    resolve, scan_listed, select, staged,
};

use crate::fixture::Fixture;
use crate::objects::Collect;
use crate::opening::repository;

fn selected(fixture: &Fixture, range: &str) -> BTreeSet<String> {
    let repository = repository(&fixture.repo());
    let selection = parse_range(&repository, range).expect("a range");
    let (commits, damage) = select(&repository, &selection);
    assert!(damage.is_empty());
    commits.iter().map(|commit| commit.oid.to_string()).collect()
}

fn listed(fixture: &Fixture, args: &[&str]) -> BTreeSet<String> {
    fixture.lines(&[&["rev-list"], args].concat()).into_iter().collect()
}

/// Blobs that `git log --raw` shows as new at a path that no parent has them at.
fn by_git(fixture: &Fixture, range: &str) -> BTreeSet<String> {
    let args = ["log", "--raw", "--no-abbrev", "--format=", "--no-renames", "-c", "--root", range];
    let mut blobs = BTreeSet::new();
    for line in fixture.lines(&args) {
        let fields: Vec<_> = line.split('\t').next().expect("fields").split(' ').collect();
        // `::` lines of merges have one mode and id more for each parent.
        let parents = line.bytes().take_while(|byte| *byte == b':').count();
        if fields.len() > 2 * parents + 1 {
            let new = fields[2 * parents + 1];
            if !new.bytes().all(|byte| byte == b'0') {
                blobs.insert(new.to_owned());
            }
        }
    }
    blobs
}

fn blobs(found: &Introductions) -> BTreeSet<String> {
    found.blobs.iter().map(|blob| blob.oid.to_string()).collect()
}

#[test]
fn ranges_select_what_git_selects() {
    let fixture = Fixture::new(&[]).with_history();
    for range in
        ["main", "side", "side..main", "main..side", "main~5..main^", "v1..main", "HEAD~3.."]
    {
        assert_eq!(selected(&fixture, range), listed(&fixture, &[range]), "{range}");
    }
    assert_eq!(selected(&fixture, "side...main~2"), listed(&fixture, &["side...main~2"]));
    let repository = repository(&fixture.repo());
    for name in ["HEAD", "@", "main~1^2~1", "v1", "v1^{commit}", "refs/heads/side", "HEAD^0"] {
        let expected = fixture.oid(&format!("{name}^{{commit}}"));
        assert_eq!(resolve(&repository, name), Ok(expected), "{name}");
        let short = &expected.to_string()[..12];
        assert_eq!(resolve(&repository, short), Ok(expected));
    }
    for name in [
        "nothing",
        "HEAD~9999",
        "HEAD^7",
        "HEAD^x",
        "",
        "~",
        "^",
        "abc",
        "HEAD^{",
        "ä~",
        "HEAD^{}ä",
    ] {
        assert!(resolve(&repository, name).is_err(), "{name}");
    }
    assert!(parse_range(&repository, "a..b..c").is_err());
    assert!(parse_range(&repository, "").is_err());
}

#[test]
fn ranges_bring_what_git_shows() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.git(&["repack", "-q", "-a", "-d", "-f", "-k"]);
    let repository = repository(&fixture.repo());
    for range in ["main", "side..main", "main~7..main~1", "main~12..side"] {
        let found = introduced(&repository, &parse_range(&repository, range).unwrap(), 1);
        for workers in [2, 5] {
            let selection = parse_range(&repository, range).unwrap();
            assert_eq!(introduced(&repository, &selection, workers), found);
        }
        assert!(found.damage.is_empty());
        assert_eq!(blobs(&found), by_git(&fixture, range), "{range}");
        let oids: Vec<_> = found.blobs.iter().map(|blob| blob.oid).collect();
        let sinks = vec![Collect::default(), Collect::default()];
        let (sinks, damage, counters) = scan_listed(repository.store(), &oids, sinks);
        let given: usize = sinks.iter().map(|sink| sink.objects.len()).sum();
        assert_eq!((given, counters.objects), (oids.len(), oids.len() as u64));
        assert!(damage.is_empty());
    }
    let since = 1_600_000_000 + 60 * 20;
    let all =
        Selection { include: vec![fixture.oid("HEAD")], exclude: Vec::new(), since: Some(since) };
    let own: BTreeSet<_> = select(&repository, &all).0.iter().map(|c| c.oid.to_string()).collect();
    assert_eq!(own, listed(&fixture, &["HEAD", &format!("--since={since} +0000")]));
}

#[test]
fn staged_blobs_are_those_of_the_index() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.write("dir0/sub/file0.txt", "staged\n");
    fixture.write("brand/new.txt", "new\n");
    fixture.git(&["add", "-A"]);
    fixture.write("brand/new.txt", "changed after staging\n");
    fixture.git(&["mv", "side.txt", "moved.txt"]);
    let found = staged(&repository(&fixture.repo())).unwrap();
    let own: BTreeMap<_, _> = found
        .blobs
        .iter()
        .map(|blob| (String::from_utf8(blob.path.clone()).unwrap(), blob.oid.to_string()))
        .collect();
    let lines = fixture.lines(&[
        "diff",
        "--cached",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "--diff-filter=AM",
    ]);
    let expected: BTreeMap<_, _> = lines
        .iter()
        .map(|line| {
            let (left, path) = line.split_once('\t').expect("a tab");
            (path.to_owned(), left.split(' ').nth(3).expect("an id").to_owned())
        })
        .collect();
    assert_eq!(own, expected);
    let unborn = Fixture::new(&[]);
    unborn.write("a", "first\n");
    unborn.git(&["add", "a"]);
    assert_eq!(staged(&repository(&unborn.repo())).unwrap().blobs.len(), 1);
}

#[test]
fn pushes_bring_what_the_remote_does_not_have() {
    let fixture = Fixture::new(&[]).with_history();
    let (old, new) = (fixture.oid("main~4"), fixture.oid("main"));
    let updates =
        pre_push(format!("refs/heads/main {new} refs/heads/main {old}\n").as_bytes()).unwrap();
    let repository = repository(&fixture.repo());
    let known = repository.targets_under(b"refs/heads/side");
    let selection = Selection::of_updates(&updates, known);
    let own: BTreeSet<_> =
        select(&repository, &selection).0.iter().map(|c| c.oid.to_string()).collect();
    assert_eq!(own, listed(&fixture, &["main", "^main~4", "^side"]));
    let stranger = Oid::from_hex(&[b'7'; 40]).unwrap();
    assert!(!NothingSeen.contains(&stranger));
    let unknown = Selection { include: vec![new], exclude: vec![stranger], since: None };
    assert_eq!(select(&repository, &unknown).0.len(), listed(&fixture, &["main"]).len());
    let missing = Selection { include: vec![stranger], exclude: Vec::new(), since: None };
    assert_eq!(select(&repository, &missing).1.len(), 1);
}
