//! Generated histories with merges, renames and reverts: the walk and the attribution are those of
//! `git log --all --diff-filter=A`, the blobs those of `git rev-list --objects --all` and what nothing reaches.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use scanner_git::{Oid, PathScope, Reach, Selection, attribute, introduced, select};

use crate::fixture::Fixture;
use crate::objects::scanned;
use crate::opening::repository;

/// Small numbers that look random; the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// The files of a commit, as paths and contents.
type Files = BTreeMap<String, String>;

/// A history for `git fast-import`: each commit changes, adds, renames, copies or removes some files, merges another,
/// or goes back to the files of an earlier one. Some branches end without a name.
fn history(seed: u64, commits: usize) -> String {
    let mut dice = Dice(seed);
    let mut states: Vec<Files> = Vec::new();
    let mut stream = String::new();
    for number in 0..commits {
        let mut parents: Vec<usize> = Vec::new();
        if number > 0 && dice.roll(12) > 0 {
            // Mostly the last commit, sometimes an old one: a branch begins.
            let back = if dice.roll(4) == 0 { dice.roll(number.min(15)) } else { 0 };
            parents.push(number - 1 - back);
            if dice.roll(5) == 0 {
                parents.push(dice.roll(number));
            }
            parents.dedup();
        }
        let mut files = parents.first().map_or_else(Files::new, |parent| states[*parent].clone());
        for parent in parents.iter().skip(1) {
            for (path, text) in &states[*parent] {
                if dice.roll(3) > 0 {
                    files.insert(path.clone(), text.clone());
                }
            }
        }
        if number > 0 && dice.roll(8) == 0 {
            // A revert: the files of some commit before.
            files.clone_from(&states[dice.roll(number)]);
        }
        for _ in 0..dice.roll(4) {
            change(&mut dice, &mut files, number);
        }
        write_commit(&mut stream, number, &parents, &files);
        states.push(files);
    }
    for (name, commit) in [("main", commits - 1), ("old", commits / 2), ("side", commits / 3)] {
        writeln!(stream, "reset refs/heads/{name}\nfrom :{}\n", commit + 1).expect("text");
    }
    // All others hang on a tag, so that everything is reachable.
    for number in 0..commits {
        writeln!(stream, "reset refs/tags/t{number}\nfrom :{}\n", number + 1).expect("text");
    }
    stream
}

fn change(dice: &mut Dice, files: &mut Files, number: usize) {
    let path = format!("d{}/e{}/f{}", dice.roll(3), dice.roll(3), dice.roll(6));
    let known: Vec<String> = files.keys().cloned().collect();
    let any = (!known.is_empty()).then(|| known[dice.roll(known.len())].clone());
    match (dice.roll(6), any) {
        (0, Some(any)) => {
            // A rename; the blob stays.
            if let Some(text) = files.remove(&any) {
                files.insert(path, text);
            }
        }
        (1, Some(any)) => {
            files.insert(path, files[&any].clone());
        }
        (2, Some(any)) => {
            files.remove(&any);
        }
        // The same few texts come again and again, at other paths and in other commits.
        (3, _) => {
            files.insert(path, format!("text {}\n", dice.roll(7)));
        }
        _ => {
            files.insert(path, format!("only in {number}: {}\n", dice.roll(1000)));
        }
    }
}

fn write_commit(stream: &mut String, number: usize, parents: &[usize], files: &Files) {
    // Dates ascend and no two are alike, so that every order by date is the same.
    let date = 1_600_000_000 + 60 * number;
    let text = &mut *stream;
    let name = if parents.is_empty() {
        format!("refs/heads/root{number}")
    } else {
        "refs/heads/work".to_owned()
    };
    writeln!(
        text,
        "commit {name}\nmark :{}\nauthor A <a@b> {date} +0000\ncommitter C <c@d> {date} +0000",
        number + 1
    )
    .expect("text");
    let message = format!("commit {number}\n");
    writeln!(text, "data {}\n{message}", message.len()).expect("text");
    for (index, parent) in parents.iter().enumerate() {
        let word = if index == 0 { "from" } else { "merge" };
        writeln!(text, "{word} :{}", parent + 1).expect("text");
    }
    writeln!(text, "deleteall").expect("text");
    for (path, content) in files {
        writeln!(text, "M 100644 inline {path}\ndata {}\n{content}", content.len()).expect("text");
    }
    writeln!(text).expect("text");
}

fn generated(seed: u64) -> Fixture {
    let fixture = Fixture::new(&[]);
    let stream = history(seed, 90);
    fixture.run_bytes(&fixture.repo(), &["fast-import", "--quiet", "--force"], stream.as_bytes());
    fixture.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
    fixture
}

/// The first commit that `git log` shows as adding or changing each blob, with the paths at which it does.
fn first_by_log(fixture: &Fixture, filter: &str) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let lines = fixture.lines(&[
        "log",
        "--all",
        "--date-order",
        "--reverse",
        "-m",
        "--root",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        filter,
        "--format=%H",
    ]);
    let mut first: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    let mut commit = String::new();
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let Some(raw) = line.strip_prefix(':') else {
            commit.clone_from(line);
            continue;
        };
        let (fields, path) = raw.split_once('\t').expect("a path");
        let blob = fields.split(' ').nth(3).expect("an id").to_owned();
        let entry = first.entry(blob).or_insert_with(|| (commit.clone(), BTreeSet::new()));
        if entry.0 == commit {
            entry.1.insert(path.to_owned());
        }
    }
    first
}

fn check(fixture: &Fixture) {
    let repository = repository(&fixture.repo());
    let added = first_by_log(fixture, "--diff-filter=A");
    let first = first_by_log(fixture, "--diff-filter=AM");
    let oids: Vec<Oid> =
        first.keys().map(|hex| Oid::from_hex(hex.as_bytes()).expect("hex")).collect();
    let found = attribute(&repository, &oids, PathScope::First, 2);
    assert!(found.damage.is_empty() && !found.edges_cut);
    let mut by_addition = 0;
    for origin in &found.origins {
        let hex = origin.oid.to_string();
        let commit = origin.first.as_ref().expect("a commit").oid.to_string();
        assert_eq!((&commit, origin.reach), (&first[&hex].0, Reach::Refs), "{hex}");
        if added.get(&hex).is_some_and(|(by, _)| *by == commit) {
            by_addition += 1;
        }
        let text = |path: &Vec<u8>| String::from_utf8(path.clone()).expect("text");
        let paths: BTreeSet<String> = origin.paths.iter().map(text).collect();
        assert!(first[&hex].1.is_subset(&paths), "{hex}");
    }
    assert!(by_addition > found.origins.len() / 3, "{by_addition}");
    walk(fixture, &repository, &first);
}

/// The commit walk, and what it brings, against the same.
fn walk(
    fixture: &Fixture,
    repository: &scanner_git::Repository,
    first: &BTreeMap<String, (String, BTreeSet<String>)>,
) {
    let mut include: Vec<Oid> = repository.refs().iter().map(|known| known.target).collect();
    include.sort_unstable();
    include.dedup();
    let all = Selection { include, ..Selection::default() };
    let (commits, damage) = select(repository, &all);
    assert!(damage.is_empty());
    let own: Vec<String> = commits.iter().map(|commit| commit.oid.to_string()).collect();
    assert_eq!(own, fixture.lines(&["rev-list", "--all", "--date-order", "--reverse"]));
    let brought = introduced(repository, &all, 3);
    assert_eq!(introduced(repository, &all, 1), brought);
    for blob in &brought.blobs {
        let commit = &brought.commits[blob.commit.expect("a commit") as usize];
        let (by, paths) = &first[&blob.oid.to_string()];
        assert_eq!(*by, commit.oid.to_string(), "{}", blob.oid);
        assert!(paths.contains(&String::from_utf8(blob.path.clone()).expect("text")));
    }
    assert_eq!(brought.blobs.len(), first.len());
}

#[test]
fn generated_histories_are_told_as_git_log_tells_them() {
    for seed in 1..=6 {
        let fixture = generated(seed);
        check(&fixture);
        fixture.git(&["repack", "-q", "-a", "-d", "-f", "--depth=50"]);
        fixture.git(&["commit-graph", "write", "--reachable"]);
        check(&fixture);
    }
}

#[test]
fn the_objects_are_what_is_listed_and_what_nothing_reaches() {
    let fixture = generated(11);
    fixture.git(&["branch", "-q", "-D", "side"]);
    for tag in fixture.lines(&["tag", "--list", "t1*"]) {
        fixture.git(&["tag", "-d", &tag]);
    }
    fixture.run_bytes(&fixture.repo(), &["hash-object", "-w", "--stdin"], b"nobody knows me");
    let listed = fixture.lines(&["rev-list", "--objects", "--all", "--no-object-names"]);
    let mut expected: BTreeSet<String> = listed.into_iter().collect();
    let reachable = expected.len();
    let lost = fixture.lines(&["fsck", "--unreachable", "--no-reflogs", "--no-progress"]);
    expected.extend(lost.iter().map(|line| line.rsplit(' ').next().expect("an id").to_owned()));
    assert!(expected.len() > reachable);
    let (objects, _, report) = scanned(repository(&fixture.repo()).store(), 3);
    assert!(report.damage.is_empty());
    assert_eq!(objects.into_keys().collect::<BTreeSet<_>>(), expected);
}
