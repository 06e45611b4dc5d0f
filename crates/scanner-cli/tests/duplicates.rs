//! One finding for each secret and rule, with all its places; the specific rule before the generic one; credentials of two
//! parts found in company only.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn token() -> String {
    ["sk_live_", "Jq4Wn8Zt2Lx6", "Rb9Kc3Vd7Ms5"].concat()
}

fn folder(files: &[(&str, String)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    dir
}

fn findings(dir: &Path, more: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_scanner-rs"))
        .args(["scan", ".", "--no-store", "--format", "json", "--min-confidence", "possible"])
        .args(more)
        .current_dir(dir)
        .env("XDG_STATE_HOME", dir)
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    report["findings"].as_array().expect("findings").clone()
}

fn rules(found: &[Value]) -> Vec<&str> {
    found.iter().filter_map(|one| one["rule"].as_str()).collect()
}

#[test]
fn a_secret_is_one_finding_with_all_its_places() {
    let token = token();
    let dir = folder(&[
        ("a.env", format!("STRIPE={token}\n")),
        ("b/c.py", format!("first = '{token}'\n\nagain = '{token}'\n")),
        ("d.txt", "nothing\n".to_owned()),
    ]);
    let found = findings(dir.path(), &[]);
    let [only] = &found[..] else { panic!("{found:?}") };
    let place = |one: &Value| (one["path"].as_str().unwrap_or("").to_owned(), one["line"].as_u64());
    let others = only["places"].as_array().expect("its other places");
    let mut places: Vec<_> = others.iter().map(place).chain([place(only)]).collect();
    places.sort();
    let line = |path: &str, line| (path.to_owned(), Some(line));
    let want = [line("a.env", 1), line("b/c.py", 1), line("b/c.py", 3)];
    assert!(
        places.iter().zip(&want).all(|(have, want)| have.0.ends_with(&want.0) && have.1 == want.1),
        "{places:?}"
    );
    assert_eq!(places.len(), 3);
    assert_eq!(findings(dir.path(), &["--no-dedup"]).len(), 3);
}

#[test]
fn the_specific_rule_is_told_and_the_generic_one_is_not() {
    let token = token();
    for text in [
        format!("api_key = \"{token}\"\n"),
        format!("password: {token}\n"),
        format!("Authorization: Bearer {token}\n"),
        format!("deploy --secret-key {token}\n"),
    ] {
        let dir = folder(&[("a.txt", text.clone())]);
        assert_eq!(rules(&findings(dir.path(), &[])), ["stripe-secret-key"], "{text}");
    }
}

#[test]
fn of_two_parts_neither_counts_alone() {
    let second = ["u7qRKw2EfdTc1Z9", "iuhPKyGdJIxZm/H", "xTznuPnPXf413", "="].concat();
    let id = ["akab-", "roj7nlp9", "psdj45l2", "-", "enuaes6n", "eq33b1fz"].concat();
    let both =
        folder(&[("a.ini", format!("[default]\nclient_secret = {second}\naccess_token = {id}\n"))]);
    let found = findings(both.path(), &[]);
    assert!(rules(&found).contains(&"akamai-edgegrid-client-secret"), "{found:?}");
    let lines: Vec<_> = found.iter().filter_map(|one| one["line"].as_u64()).collect();
    assert_eq!(lines.iter().filter(|line| **line == 2).count(), 1, "told once: {found:?}");
    let alone = folder(&[("a.ini", format!("[default]\nclient_secret = {second}\n"))]);
    let found = findings(alone.path(), &[]);
    assert!(!rules(&found).contains(&"akamai-edgegrid-client-secret"), "{found:?}");
}
