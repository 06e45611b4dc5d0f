//! The same findings however objects are stored and scanned, and the same as a scan of every object as a file.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use scanner_rules::builtin;
use scanner_testkit::Runner;
use serde_json::Value;

use crate::fixture::{Fixture, code, err, scan, token};

/// What is found in an object: rule, object, line, column, secret.
type Occurrence = (String, String, u64, u64, String);

fn occurrences(output: &std::process::Output) -> BTreeSet<Occurrence> {
    let text = String::from_utf8_lossy(&output.stdout);
    let report: Value =
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text} {}", err(output)));
    let text = |value: &Value| value.as_str().map(str::to_owned).unwrap_or_default();
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let findings = report["findings"].as_array().expect("findings").iter();
    findings
        .map(|f| {
            // A file is named after the object that it was written from.
            let object =
                if f["object"].is_string() { text(&f["object"]) } else { text(&f["path"]) };
            let object = object.rsplit('/').next().unwrap_or_default().to_owned();
            (text(&f["rule"]), object, number(&f["line"]), number(&f["column"]), text(&f["secret"]))
        })
        .collect()
}

fn run(fixture: &Fixture, args: &[&str]) -> BTreeSet<Occurrence> {
    let all = [
        &["scan"],
        args,
        &["--no-dedup", "--min-confidence", "possible", "-f", "json", "--show-secrets"],
    ]
    .concat();
    let output = scan(fixture.root(), &all);
    assert_eq!(code(&output), Some(1), "{}", err(&output));
    occurrences(&output)
}

/// A secret of many lines: the head of an encrypted file and hexadecimal digits.
fn block(round: usize) -> String {
    let mut body = ["$ANSIBLE_", "VAULT;1.1;AES256\n"].concat();
    let mut state = round as u64 + 1;
    for _ in 0..14 {
        for _ in 0..5 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            write!(body, "{state:016x}").expect("text");
        }
        body.push('\n');
    }
    body
}

/// Some files with many versions; secrets of several kinds come, move and go.
fn versions() -> Fixture {
    let fixture = Fixture::new(&[]);
    for round in 0..30_usize {
        for file in 0..3_usize {
            let mut text = String::new();
            for line in 0..250_usize {
                match (line * 7 + round + file * 13) % 97 {
                    0 => writeln!(text, "token: {}", token(&format!("{}", (line + round) % 9))),
                    1 if line % 3 == 0 => write!(text, "{}", block(round / 5)),
                    2 => writeln!(
                        text,
                        "password = \"{}\"",
                        token(&format!("p{line}"))[5..25].to_owned()
                    ),
                    3 => writeln!(text, "value {}", round * 31 + line),
                    4 => writeln!(
                        text,
                        "url = postgres://user{line}:{}@db.internal/x",
                        &token("u")[6..20]
                    ),
                    _ => writeln!(text, "file {file} line {line} is not of interest"),
                }
                .expect("text");
            }
            fixture.write(&format!("dir{file}/file{file}.txt"), text);
        }
        fixture.commit(&format!("round {round}"));
    }
    fixture
}

#[test]
fn findings_are_those_of_every_object_as_a_file() {
    let fixture = versions();
    let folder = fixture.root().join("objects");
    std::fs::create_dir(&folder).expect("a folder");
    let listed = fixture.git(&["cat-file", "--batch-all-objects", "--batch-check"]);
    for line in listed.lines() {
        let mut words = line.split(' ');
        let (id, kind) = (words.next().expect("an id"), words.next().expect("a kind"));
        if kind != "tree" {
            let text = fixture.git_bytes(&["cat-file", kind, id]);
            std::fs::write(folder.join(id), text).expect("a file");
        }
    }
    let want = run(&fixture, &["fs", "objects"]);
    let rules: BTreeSet<&str> = want.iter().map(|found| found.0.as_str()).collect();
    assert!(want.len() > 300 && rules.len() > 3, "{} {rules:?}", want.len());
    assert_same(&by_oracle(&folder), &want, "every pattern over every byte");
    let scans = [
        ["1", "on", "1M", "odb-blob"],
        ["2", "on", "1M", "odb-blob"],
        ["4", "on", "1M", "odb-blob"],
        ["8", "on", "1M", "odb-blob"],
        ["1", "off", "1M", "odb-blob"],
        ["3", "on", "1M", "odb-blob"],
        ["16", "on", "1M", "odb-blob"],
        ["4", "off", "4K", "odb-blob"],
        ["2", "on", "8K", "odb-blob"],
        ["5", "on", "1M", "diff-history"],
        ["1", "off", "64K", "diff-history"],
    ];
    let check = |stored: &str| {
        for [workers, delta, chunk, mode] in scans {
            let flags = ["-j", workers, "--delta", delta, "--chunk-size", chunk, "--mode", mode];
            let got = run(&fixture, &[&["git", "repo"], &flags[..]].concat());
            assert_same(&got, &want, &format!("{stored} {flags:?}"));
        }
    };
    for depth in ["--depth=0", "--depth=50", "--depth=250"] {
        fixture.git(&["repack", "-q", "-a", "-d", "-f", "-k", depth]);
        check(depth);
    }
    fixture.git(&["multi-pack-index", "write"]);
    check("a multi-pack index");
    fixture.unpack();
    check("loose objects");
}

/// What the exhaustive scanner finds in each file of a folder: every pattern over every byte.
fn by_oracle(folder: &Path) -> BTreeSet<Occurrence> {
    let mut oracle = Runner::oracle(&builtin::specs());
    let mut all = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let (id, text) = (entry.file_name(), std::fs::read(entry.path()).expect("a file"));
        let id = id.to_string_lossy().into_owned();
        for found in oracle.whole(&id, &text) {
            let before = &text[..found.root.start as usize];
            let line = before.split(|byte| *byte == b'\n').count() as u64;
            let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() as u64 + 1;
            let secret = String::from_utf8(found.secret).expect("text");
            all.insert((found.rule, id.clone(), line, column, secret));
        }
    }
    all
}

fn assert_same(got: &BTreeSet<Occurrence>, want: &BTreeSet<Occurrence>, what: &str) {
    let missing: Vec<_> = want.difference(got).take(3).collect();
    let extra: Vec<_> = got.difference(want).take(3).collect();
    assert!(missing.is_empty() && extra.is_empty(), "{what}: {missing:?} {extra:?}");
}
