//! All examples of all built-in detectors, in every way in that needs a disk: as files, in one gzip each, in one zip and one tar,
//! as loose objects of git, in a pack, and as deltas in one. All ways tell the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use scanner_rules::builtin;
use scanner_rules::example::positives;
use scanner_testkit::archives::{Tar, Zip, gzip};
use serde_json::Value;

/// Example, rule and secret.
type Told = BTreeSet<(String, String, String)>;

/// Files by path: `<number>/<path of the example>`, and which rule is to be found in each.
fn files() -> Vec<(String, String, String)> {
    let sources = builtin::sources().expect("the built-in files load");
    let mut files = Vec::new();
    for detector in &sources {
        for example in positives(detector) {
            let path = example.path.as_deref().unwrap_or("example.txt").trim_start_matches('/');
            let path = format!("{:05}/{path}", files.len());
            files.push((path, detector.spec.id.clone(), example.text));
        }
    }
    files
}

fn write(folder: &Path, files: impl Iterator<Item = (String, Vec<u8>)>) {
    for (path, bytes) in files {
        let place = folder.join(path);
        fs::create_dir_all(place.parent().expect("a parent")).expect("folders");
        fs::write(place, bytes).expect("a file");
    }
}

/// What a scan tells; each path is cut to the number of its example.
fn told(dir: &Path, target: &[&str]) -> Told {
    let output = Command::new(env!("CARGO_BIN_EXE_scanner-rs"))
        .args(["scan"])
        .args(target)
        .args(["--no-store", "--no-ignore", "--no-dedup", "--min-confidence", "possible"])
        .args(["--ignore-inline", "off", "--format", "jsonl", "--show-secrets", "--jobs", "4"])
        .current_dir(dir)
        .env("XDG_STATE_HOME", dir)
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let findings = events.filter(|event| event["type"] == "finding");
    let one = |finding: Value| {
        let word = |key: &str| finding[key].as_str().expect("a word").to_owned();
        let path = word("path");
        let number = path.split(['/', '!']).find(|part| is_number(part)).expect("a number");
        (number.to_owned(), word("rule"), word("secret"))
    };
    findings.map(one).collect()
}

fn is_number(part: &str) -> bool {
    part.len() == 5 && part.bytes().all(|byte| byte.is_ascii_digit())
}

fn check(name: &str, got: &Told, want: &Told) {
    let missing: Vec<_> = want.difference(got).map(|(number, rule, _)| (number, rule)).collect();
    let extra: Vec<_> = got.difference(want).map(|(number, rule, _)| (number, rule)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "{name}: missing {missing:?}, more {extra:?}");
}

fn git(dir: &Path, args: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "gc.auto=0",
            "-c",
            "core.fsync=none",
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@b",
        ])
        .args(args)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_way_in_tells_the_same_of_all_examples() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let files = files();
    let plain = || files.iter().map(|(path, _, text)| (path.clone(), text.clone().into_bytes()));
    write(&dir.path().join("plain"), plain());
    let want = told(dir.path(), &["plain"]);
    for (path, rule, _) in &files {
        let is_there =
            want.iter().any(|(number, found, _)| path.starts_with(number) && found == rule);
        assert!(is_there, "{path}: {rule}");
    }
    let packed = plain().map(|(path, bytes)| (format!("{path}.gz"), gzip(&bytes)));
    write(&dir.path().join("gz"), packed);
    check("gzip", &told(dir.path(), &["gz"]), &want);
    let zip = plain().fold(Zip::new(), |zip, (path, bytes)| zip.file(&path, &bytes));
    fs::write(dir.path().join("all.zip"), zip.finish()).expect("a file");
    check("zip", &told(dir.path(), &["all.zip"]), &want);
    let tar = plain().fold(Tar::new(), |tar, (path, bytes)| tar.file(&path, &bytes));
    fs::write(dir.path().join("all.tar"), tar.finish()).expect("a file");
    check("tar", &told(dir.path(), &["all.tar"]), &want);
    in_git(dir.path(), &files, &want);
}

/// The same in a repository: loose, packed, and with another version of each, of which one is a delta of the other.
fn in_git(dir: &Path, files: &[(String, String, String)], want: &Told) {
    let repo = dir.join("repo");
    fs::create_dir(&repo).expect("a folder");
    git(&repo, &["init", "-q"]);
    // Long enough that git stores one version as a delta of the other.
    let filler = "a line of nothing in particular\n".repeat(40);
    let version = |head: &str| {
        let with = |(path, _, text): &(String, String, String)| {
            (path.clone(), format!("{head}{text}\n{filler}").into_bytes())
        };
        files.iter().map(with).collect::<Vec<_>>()
    };
    write(&repo, files.iter().map(|(path, _, text)| (path.clone(), text.clone().into_bytes())));
    git(&repo, &["add", "-A", "-f"]);
    git(&repo, &["commit", "-q", "-m", "as they are"]);
    check("git, loose", &told(dir, &["git", "repo"]), want);
    git(&repo, &["repack", "-adfq", "--window=0"]);
    check("git, packed", &told(dir, &["git", "repo"]), want);
    write(&repo, version("").into_iter());
    git(&repo, &["add", "-A", "-f"]);
    git(&repo, &["commit", "-q", "-m", "longer"]);
    write(&repo, version("one line more\n\n").into_iter());
    git(&repo, &["add", "-A", "-f"]);
    git(&repo, &["commit", "-q", "-m", "longer still"]);
    let loose = told(dir, &["git", "repo"]);
    git(&repo, &["repack", "-adfq", "--window=20", "--depth=20"]);
    check("git, deltas", &told(dir, &["git", "repo"]), &loose);
    let missing: Vec<_> = want.difference(&loose).map(|(number, rule, _)| (number, rule)).collect();
    assert!(missing.is_empty(), "git, versions: missing {missing:?}");
}
