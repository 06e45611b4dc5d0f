//! Rules and configurations that cannot be used, through the command: each is named with its file, its line and what to do,
//! by `rules check` and by `scan --config` alike, and nothing is scanned.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn run(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_scanner-rs"))
        .args(args)
        .current_dir(dir)
        .env_remove("SCANNER_CONFIG")
        .env("XDG_STATE_HOME", dir)
        .stdin(Stdio::null())
        .output()
        .expect("the command runs")
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn folder(config: &str) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    fs::write(dir.path().join("c.toml"), config).expect("a file");
    fs::write(dir.path().join("a.txt"), "x = 1\n").expect("a file");
    dir
}

/// What is wrong, the keys of a detector behind its name, the line that is named, what is said, and what is advised.
const BAD: &[(&str, &str, u32, &str, &str)] = &[
    (
        "catastrophic repetition",
        "regex = { pattern = '(?:a+)+acme_b' }",
        3,
        "no greatest width",
        "bound its repetitions",
    ),
    (
        "repetition of repetition",
        "regex = { pattern = 'acme(?:(?:x{1,1000}){1,1000}){1,1000}' }",
        3,
        "1000000004 bytes",
        "4096 is the most",
    ),
    (
        "repetition that takes no memory in the text but all in the machine",
        "regex = { pattern = 'acme_(?:(?:a{0,90}){0,90}){0,90}b' }\nunbounded = 'x'",
        3,
        "too large once its repetitions are written out",
        "lower their counts",
    ),
    (
        "invalid class",
        "regex = { pattern = 'acme[(' }",
        3,
        "unclosed character class",
        "close it with `]`",
    ),
    ("invalid group", "regex = { pattern = 'acme(' }", 3, "unclosed group", "close it with `)`"),
    (
        "backreference",
        "regex = { pattern = '(acme)\\1x' }",
        3,
        "backreferences",
        "write the text out",
    ),
    ("look-ahead", "regex = { pattern = 'acme(?=x)' }", 3, "look-around", "\\b{end-half}"),
    ("empty", "regex = { pattern = '' }", 3, "matches the empty text", "write out"),
    (
        "matches nothing",
        "regex = { pattern = '(?:acme)?' }",
        3,
        "matches the empty text",
        "write out",
    ),
    (
        "no such group",
        "regex = { pattern = 'acme_([0-9]{9})', group = 3 }",
        3,
        "no group 3",
        "count",
    ),
    (
        "no group",
        "regex = { pattern = 'acme_[0-9]{9}', group = 1 }",
        3,
        "no group 1",
        "put brackets",
    ),
    (
        "no anchor",
        "regex = { pattern = '[0-9a-f]{32}' }",
        3,
        "must contain a literal",
        "3 characters",
    ),
    (
        "an anchor that cannot occur: no such byte",
        "regex = { pattern = 'acme_[^\\x00-\\xff]' }",
        3,
        "can never match",
        "\\b{start-half}",
    ),
    (
        "an anchor that cannot occur: the start in the middle",
        "regex = { pattern = 'acme_^[0-9]{20}' }",
        3,
        "can never match",
        "\\b{start-half}",
    ),
    (
        "an anchor that cannot occur: a literal beside the pattern",
        "token = { prefix = 'acme_', body = '[0-9a-f]{32}' }\nall_of = ['ZZZ']",
        3,
        "no match of the pattern holds",
        "write it into the pattern",
    ),
    (
        "an anchor that cannot occur: a word beside the pattern",
        "token = { prefix = 'acme_', body = '[0-9a-f]{32}' }\nmust_contain = '-x-'",
        3,
        "no match of the pattern holds",
        "take it out",
    ),
    (
        "a class that cannot occur",
        "token = { prefix = 'acme_', body = '[0-9a-f]{32}' }\nclasses = ['upper']",
        3,
        "demands `upper`",
        "widen the pattern",
    ),
    (
        "an entropy that cannot be",
        "token = { prefix = 'acme_', body = '[0-9a-f]{6}' }\nentropy = 4.0",
        3,
        "at most 3.5 bits",
        "lower it",
    ),
    (
        "a checksum that has no room",
        "token = { prefix = 'acme_', body = '[0-9A-Za-z]{20}' }\nchecksum = { kind = 'crc32-base62', payload = 30, check = 6 }",
        3,
        "needs 36 characters",
        "widen it",
    ),
    (
        "a misspelt key",
        "sevirity = 'high'\ntoken = { prefix = 'acme_', body = '[0-9]{20}' }",
        6,
        "`sevirity`",
        "did you mean `severity`?",
    ),
    ("no shape", "severity = 'high'", 3, "0 shapes", "exactly one of token, keyed"),
    (
        "two shapes",
        "token = { prefix = 'acme_', body = '[0-9]{20}' }\nuri = { schemes = ['acme'] }",
        3,
        "2 shapes",
        "exactly one",
    ),
    (
        "an empty keyword list",
        "keyed = { keywords = [], value = '[0-9]{20}' }",
        3,
        "must not be empty",
        "keywords",
    ),
    (
        "two of one name",
        "token = { prefix = 'acme_', body = '[0-9]{20}' }\n[[detector]]\nid = 'acme-key'\nname = 'n'\ntoken = { prefix = 'acmf_', body = '[0-9]{20}' }",
        7,
        "used twice, first at",
        "rename one of them",
    ),
];

#[test]
fn bad_rules_are_named_with_file_line_and_advice() {
    let mut wrong = Vec::new();
    for (name, keys, line, what, advice) in BAD {
        let config = format!("[scan]\n\n[[detector]]\nid = 'acme-key'\nname = 'n'\n{keys}\n");
        let dir = folder(&config);
        for args in [&["rules", "check", "c.toml"][..], &["scan", "--config", "c.toml", "a.txt"]] {
            let output = run(dir.path(), args);
            let told = said(&output);
            let place = format!("c.toml:{line}:");
            let is_right = output.status.code() == Some(2)
                && [place.as_str(), what, advice].iter().all(|part| told.contains(part));
            if !is_right {
                wrong.push(format!("{name}: {args:?} {:?}: {told}", output.status.code()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), BAD.len(), wrong.join("\n"));
}

#[test]
fn what_disables_everything_is_said_and_is_no_success() {
    for (config, says) in [
        ("[extend]\nuse_default = false\n", "no rule is left"),
        ("[scan]\ndisable_rules = ['*']\n", "no rule is left"),
        ("[allow]\npaths = ['**']\n", "allow lists take every finding"),
        ("[allow]\nvalues = ['.*']\n", "allow lists take every finding"),
        ("[[allow.lists]]\npaths = ['.']\n", "allow lists take every finding"),
        ("[scan]\nexclude = ['**']\n", "everything is left out"),
        ("[extend]\nuseDefault = false\n[[rules]]\nid = 'x'\npath = 'never'\n", "no rule is left"),
        (
            "[extend]\nuseDefault = true\n[allowlist]\nregexes = ['.*']\n",
            "allow lists take every finding",
        ),
    ] {
        let dir = folder(config);
        let output = run(dir.path(), &["scan", "--config", "c.toml", "."]);
        assert_eq!(output.status.code(), Some(4), "{config}: {}", said(&output));
        assert!(said(&output).contains(says), "{config}: {}", said(&output));
    }
}

#[test]
fn a_configuration_of_ten_megabytes_is_refused_at_once() {
    let rule = |index: usize| {
        format!(
            "[[detector]]\nid = 'acme-{index}'\nname = 'n'\ntoken = {{ prefix = 'acme{index}_', body = '[0-9]{{20}}' }}\n"
        )
    };
    let rules: String = (0..110_000).map(rule).collect();
    assert!(rules.len() > 10 << 20);
    for config in [rules, "#".repeat(10 << 20)] {
        let dir = folder(&config);
        for args in [&["rules", "check", "c.toml"][..], &["scan", "--config", "c.toml", "a.txt"]] {
            let output = run(dir.path(), args);
            let told = said(&output);
            assert_eq!(output.status.code(), Some(2), "{told}");
            assert!(told.contains("c.toml") && told.contains("4194304 bytes"), "{told}");
            assert!(told.contains("Split"), "{told}");
        }
    }
}
