//! What a store remembers of a repository: later runs scan what is new, and tell everything all the same.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::fixture::{Fixture, by_secret, code, err, scan, token};

fn run(dir: &Path) -> Output {
    scan(dir, &["scan", "git", "repo", "--store", "store.db", "-f", "json", "--show-secrets"])
}

/// Objects that were looked at, without those that were known.
fn objects(output: &Output) -> u64 {
    let text = String::from_utf8_lossy(&output.stdout);
    let report: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
    let known = report["summary"]["reused"].as_u64().unwrap_or(0);
    report["summary"]["git_objects"].as_u64().expect("a number") - known
}

#[test]
fn a_second_run_scans_what_is_new_and_tells_everything() {
    let fixture = Fixture::new(&[]);
    for round in 0..20 {
        fixture.write("clean.txt", format!("round {round}\n"));
        fixture.commit(&format!("round {round}"));
    }
    fixture.write("secret.txt", format!("x {}\n", token("old")));
    fixture.commit("a secret");
    let first = run(fixture.root());
    assert_eq!(code(&first), Some(1), "{}", err(&first));
    assert_eq!(by_secret(&first).len(), 1);
    let second = run(fixture.root());
    assert_eq!(code(&second), Some(1), "{}", err(&second));
    assert_eq!(by_secret(&second), by_secret(&first));
    // Only what has findings is looked at again, because secrets are shown.
    assert_eq!(objects(&second), 1);

    fixture.write("new.txt", format!("x {}\n", token("new")));
    fixture.commit("another");
    let third = run(fixture.root());
    assert!(by_secret(&third).contains_key(&token("new")));
    let old = |output: &Output| by_secret(output)[&token("old")]["commit"].clone();
    assert_eq!(old(&third), old(&first));
    // The new blob and its commit.
    assert_eq!(objects(&third), objects(&second) + 2);

    // Other rules know nothing of what these have seen.
    let other = scan(
        fixture.root(),
        &[
            "scan",
            "git",
            "repo",
            "--store",
            "store.db",
            "-f",
            "json",
            "--disable-rule",
            "github-oauth*",
        ],
    );
    assert_eq!(objects(&other), objects(&first) + 2, "{}", err(&other));
    let listed =
        scan(fixture.root(), &["store", "--store", "store.db", "findings", "--format", "json"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned() + &err(&listed);
    assert!(listed.contains("secret.txt") && listed.contains("new.txt"), "{listed}");
}

#[test]
fn the_other_part_of_a_credential_is_remembered() {
    let fixture = Fixture::new(&[]);
    let id = ["AKIA", "SAOK6FD7", "LF4DBQRJ"].concat();
    let made_up = ["1Q+p4ckAZs0OaVtu0vCi", "FSQEut/vWfar5vbJn7hx"].concat();
    let pair = format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {made_up}\n");
    fixture.write("a.ini", &pair);
    fixture.commit("a pair");
    fixture.write("b.ini", format!("# moved\n{pair}"));
    fixture.commit("twice");
    let told = || {
        let output =
            scan(fixture.root(), &["scan", "git", "repo", "--store", "store.db", "-f", "json"]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let report: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
        report["findings"].clone()
    };
    let first = told();
    let own = |findings: &Value| {
        let all = findings.as_array().unwrap().clone();
        all.into_iter().find(|finding| finding["rule"] == "aws-secret-access-key").unwrap()
    };
    assert_eq!(own(&first)["parts"][0]["line"], 2, "{first}");
    assert_eq!(told(), first);
}

#[test]
fn what_is_none_under_its_path_is_silent_and_no_failure() {
    let fixture = Fixture::new(&[]);
    // A history is looked at before paths are known; what a program says in one of its languages is no secret.
    let value = ["kPz0q7", "Rw3Nt8", "Lm2Vx5"].concat();
    fixture.write("config/locales/pl.yml", format!("password: \"{value}\"\n"));
    fixture.commit("words");
    for _ in 0..2 {
        let output = run(fixture.root());
        assert_eq!(code(&output), Some(0), "{}", err(&output));
        assert!(by_secret(&output).is_empty());
    }
    fixture.write("config/settings.yml", format!("user: shop\npassword: \"{value}\"\n"));
    fixture.commit("a setting");
    let output = run(fixture.root());
    assert_eq!(code(&output), Some(1), "{}", err(&output));
    assert!(by_secret(&output).contains_key(&value));
}
