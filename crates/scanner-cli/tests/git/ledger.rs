//! `--show-suppressed` tells what was dropped of git objects: under their paths, by every stage and decision, without a secret,
//! whatever form the object is stored in.

use std::collections::BTreeSet;

use scanner_testkit::archives::gzip;
use serde_json::Value;

use crate::fixture::{Fixture, code, err, scan, token};

/// Path, line, rule and stage of each line, and the ledger's text.
fn ledger(fixture: &Fixture, args: &[&str]) -> (BTreeSet<(String, u64, String, String)>, String) {
    let file = fixture.root().join("ledger.jsonl");
    let show = format!("--show-suppressed={}", file.display());
    let output = scan(&fixture.repo(), &[args, &[show.as_str()]].concat());
    assert!(code(&output) == Some(1) || code(&output) == Some(0), "{}", err(&output));
    let text = std::fs::read_to_string(&file).expect("a ledger");
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let word = |key: &str| line[key].as_str().expect("a word").to_owned();
        (word("path"), line["line"].as_u64().expect("a line"), word("rule"), word("stage"))
    };
    (text.lines().map(line).collect(), text)
}

#[test]
fn what_was_dropped_of_history_is_told_with_its_path() {
    let fixture = Fixture::new(&[]);
    let masked = format!("ghp_{}", "x".repeat(36));
    let mut wrong = token("wrong");
    wrong.replace_range(39.., if wrong.ends_with('a') { "b" } else { "a" });
    let filler = "a line of nothing\n".repeat(200);
    fixture.write(".scanner.toml", "[allow]\npaths = [\"taken/**\"]\n");
    fixture.write(
        "a.env",
        format!("A={masked}\nB={wrong}\nC={} # gitleaks:allow\n{filler}", token("m")),
    );
    fixture.write("taken/b.env", format!("A={}\n", token("allowed")));
    fixture.write("logs.gz", gzip(format!("\nT={masked}\n").as_bytes()));
    fixture.commit("first");
    // Versions and messages: another line of the same, a secret that is gone, one in a message.
    fixture.write("a.env", format!("new\nA={masked}\nB={wrong}\n{filler}"));
    fixture.commit(&format!("message\n\n{masked}"));
    std::fs::remove_file(fixture.repo().join("a.env")).expect("a file");
    let last = fixture.commit("gone");
    let message = fixture.git(&["rev-parse", &format!("{last}~1")]);
    let wanted = [
        ("a.env".to_owned(), 1, "entropy"),
        ("a.env".to_owned(), 2, "offline"),
        ("a.env".to_owned(), 3, "marker"),
        ("taken/b.env".to_owned(), 1, "allow-list"),
        ("logs.gz!content".to_owned(), 2, "entropy"),
        (format!(".git/commit/{message}"), 8, "entropy"),
    ];
    let check = |args: &[&str]| {
        let (lines, text) = ledger(&fixture, args);
        for (path, line, stage) in &wanted {
            let one = (path.clone(), *line, "github-pat".to_owned(), (*stage).to_owned());
            assert!(lines.contains(&one), "{args:?}: {one:?}\n{text}");
        }
        for secret in [&wrong, &token("m"), &token("allowed")] {
            assert!(!text.contains(secret.as_str()), "{text}");
        }
        let github = lines.iter().filter(|line| line.2 == "github-pat").count();
        assert_eq!(github, wanted.len(), "{text}");
    };
    check(&["scan", "git", "."]);
    check(&["scan", "git", ".", "--jobs", "1"]);
    // In packs, one version is a delta of the other.
    fixture.git(&["repack", "-adfq", "--window=50"]);
    check(&["scan", "git", "."]);
}
