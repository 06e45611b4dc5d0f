//! The whole way, as a team goes it: first scan, decisions, a baseline in the repository, code that moves, one secret
//! rotated, one added, CI that fails for the new ones only, what changed, reports, pruning.

use std::fs;

use super::kit::{Place, code, err, out, settle, token};

fn hash_of(place: &Place, path: &str) -> String {
    let rows = place.rows(&["store", "findings", "--path", path]);
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows[0]["secret"].as_str().expect("a hash").to_owned()
}

fn decide(place: &Place) {
    let fixture = hash_of(place, "tests/fixture.env");
    place.ok(&[
        "store",
        "triage",
        "set",
        &fixture[..12],
        "--state",
        "false-positive",
        "--owner",
        "ana",
        "--reason",
        "a made-up value",
    ]);
    let old = hash_of(place, "deploy/old.env");
    place.ok(&[
        "store",
        "triage",
        "set",
        &old[..12],
        "--state",
        "accepted",
        "--owner",
        "ops",
        "--reason",
        "goes with the old host",
        "--until",
        "2999-01-31",
    ]);
    let live = hash_of(place, "src/app.env");
    place.ok(&["store", "triage", "set", &live[..12], "--state", "confirmed", "--owner", "ana"]);
}

fn baseline(place: &Place) -> String {
    let text = place.ok(&["baseline", "create", ".", "-b", ".scanner-baseline"]);
    assert!(text.contains("3 added, 3 entries"), "{text}");
    let text = fs::read_to_string(place.tree().join(".scanner-baseline")).expect("a baseline");
    for part in [
        "github-pat false-positive - ana # a made-up value",
        "github-pat accepted 2999-01-31 ops # goes with the old host",
        "github-pat confirmed - ana",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    text
}

fn change_the_code(place: &Place) {
    // Moved and reformatted.
    fs::remove_file(place.tree().join("deploy/old.env")).expect("a file");
    place.write("infra/hosts/old.cfg", &format!("# hosts\n\n   old_token = \"{}\"\n", token(2)));
    // Rotated.
    place.write("src/app.env", &format!("X=1\nGITHUB_TOKEN={}\n", token(4)));
    // Added.
    place.write("src/new.env", &format!("OTHER={}\n", token(5)));
}

/// CI has neither the store nor the key, only the repository.
fn ci_fails_for_the_new_ones_only(place: &Place) {
    let mut command = place.command(&["scan", ".", "-b", ".scanner-baseline", "-f", "json"]);
    let output = command.env("XDG_STATE_HOME", place.beside("ci")).output().expect("runs");
    assert_eq!(code(&output), Some(1), "{}", err(&output));
    let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    let paths: Vec<_> =
        report["findings"].as_array().expect("findings").iter().map(|f| &f["path"]).collect();
    assert_eq!(paths, ["src/app.env", "src/new.env"]);
    assert_eq!(report["summary"]["suppressed"], 2);
    assert!(!place.beside("ci").exists());
}

fn the_difference_is_told(place: &Place) {
    let rows = place.rows(&["store", "diff", "1"]);
    let told: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{} {}",
                row["change"].as_str().expect("a word"),
                row["path"].as_str().expect("a path")
            )
        })
        .collect();
    // What was silenced by a decision before the second run is resolved in it, for nobody has to look any more.
    assert_eq!(
        told,
        [
            "new src/app.env",
            "new src/new.env",
            "resolved deploy/old.env",
            "resolved src/app.env",
            "resolved tests/fixture.env"
        ]
    );
}

fn reports_in_all_formats(place: &Place) {
    for format in ["text", "json", "jsonl", "sarif", "gitlab", "csv", "junit", "html"] {
        let text = place.ok(&["report", "-f", format]);
        assert!(text.contains("src/new.env"), "{format}: {text}");
        for seed in 1..=5 {
            assert!(!text.contains(&token(seed)), "{format}");
        }
    }
}

#[test]
fn from_the_first_scan_to_a_clean_baseline() {
    let place = Place::new(&[
        ("src/app.env", &format!("GITHUB_TOKEN={}\n", token(1))),
        ("deploy/old.env", &format!("old={}\n", token(2))),
        ("tests/fixture.env", &format!("fixture={}\n", token(3))),
        ("README", "nothing here\n"),
    ]);
    place.ok(&["store", "init"]);
    settle();
    assert_eq!(place.scan(&[]).1, Some(1));
    decide(&place);
    baseline(&place);
    change_the_code(&place);
    ci_fails_for_the_new_ones_only(&place);
    let (report, _) = place.scan(&[]);
    assert_eq!(report["findings"].as_array().unwrap().len(), 2);
    // The README and the fixture; the baseline itself is new.
    assert_eq!(report["summary"]["reused"], 2);
    the_difference_is_told(&place);
    reports_in_all_formats(&place);
    place.ok(&["baseline", "update", ".", "-b", ".scanner-baseline", "--state", "open"]);
    let pruned = place.ok(&["baseline", "prune", ".", "-b", ".scanner-baseline"]);
    assert!(pruned.contains("1 dropped, 4 kept"), "{pruned}");
    let clean = place.run(&["scan", ".", "-b", ".scanner-baseline", "-q", "--no-store"]);
    assert_eq!(code(&clean), Some(0), "{}", out(&clean));
    place.ok(&["store", "check"]);
}

#[test]
fn listings_without_rows_and_wrong_flags_are_answered_in_words() {
    let place = Place::new(&[("a.txt", "nothing\n")]);
    place.ok(&["store", "init"]);
    let listing = place.run(&["store", "findings"]);
    assert_eq!((code(&listing), err(&listing).trim()), (Some(0), "nothing fits"));
    let json = place.run(&["store", "findings", "-f", "json"]);
    assert_eq!((code(&json), err(&json)), (Some(0), String::new()));
    for (args, words) in [
        (&["store", "gc"][..], "--keep <N>|--older <TIME>"),
        (&["store", "gc", "--keep", "1", "--older", "1d"], "cannot be used with"),
        (&["store", "gc", "--older", "soon"], "as in 30s, 5m, 2h or 90d"),
        (&["store", "runs", "--limit", "0"], "not in 1.."),
        (&["store", "secrets", "abcd"], "no secret of the store begins with `abcd`"),
        (&["store", "diff", "1"], "there is no run 1"),
    ] {
        let output = place.run(args);
        assert_eq!(code(&output), Some(2), "{args:?}");
        assert!(err(&output).contains(words), "{args:?}: {}", err(&output));
    }
    place.scan(&[]);
    place.scan(&[]);
    let forgotten = place.ok(&["store", "gc", "--keep", "1"]);
    assert!(forgotten.starts_with("forgot 1 run, 0 places, 0 secrets; "), "{forgotten}");
}
