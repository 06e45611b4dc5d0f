//! Baselines from outside: ours, and those of other tools.

use std::fs;

use super::kit::{Place, code, err, out, token};

fn planted() -> Place {
    Place::new(&[
        ("src/a.env", &format!("X=1\nGITHUB_TOKEN={}\n", token(1))),
        ("src/b.env", &format!("A={}\n", token(2))),
    ])
}

fn count(place: &Place, args: &[&str]) -> (usize, u64) {
    let (report, _) = place.scan(args);
    let findings = report["findings"].as_array().map_or(0, Vec::len);
    (findings, report["summary"]["suppressed"].as_u64().expect("a count"))
}

#[test]
fn an_entry_holds_wherever_the_secret_moves_and_for_no_other_secret() {
    let place = planted();
    let made = place.ok(&["baseline", "create", ".", "-b", "known", "--owner", "ops"]);
    assert_eq!(made, "known: 2 added, 2 entries\n");
    assert_eq!(count(&place, &["-b", "known"]), (0, 2));
    fs::rename(place.tree().join("src/a.env"), place.tree().join("moved.txt")).unwrap();
    place.write("src/b.env", &format!("# a line more\n\n  export  A='{}'\n", token(2)));
    assert_eq!(count(&place, &["-b", "known"]), (0, 2));
    place.write("src/b.env", &format!("A={}\n", token(3)));
    assert_eq!(count(&place, &["-b", "known"]), (1, 1));
    let twice = place.run(&["baseline", "create", ".", "-b", "known"]);
    assert_eq!(code(&twice), Some(2), "{}", out(&twice));
    let text = fs::read_to_string(place.tree().join("known")).unwrap();
    assert!(text.lines().count() == 3 && text.lines().skip(1).is_sorted(), "{text}");
    assert!(!text.contains(&token(1)) && !text.contains(&token(1)[4..20]), "{text}");
}

#[test]
fn update_adds_explain_tells_and_prune_drops() {
    let place = planted();
    place.ok(&["baseline", "create", ".", "--reason", "from the start"]);
    let first = fs::read_to_string(place.tree().join(".scanner-baseline")).unwrap();
    place.write("src/b.env", &format!("A={}\n", token(3)));
    let explained = place.ok(&["baseline", "explain", "."]);
    assert!(explained.contains("src/a.env:2 ghp_"), "{explained}");
    assert!(explained.contains("fits nothing any more; `baseline prune`"), "{explained}");
    assert!(
        explained.ends_with("2 entries, 1 fit nothing, 1 findings are in none\n"),
        "{explained}"
    );
    let updated = place.ok(&["baseline", "update", ".", "--reason", "later"]);
    assert_eq!(updated, ".scanner-baseline: 1 added, 3 entries\n");
    let second = fs::read_to_string(place.tree().join(".scanner-baseline")).unwrap();
    assert!(first.lines().all(|line| second.contains(line)), "{first}{second}");
    let dry = place.ok(&["baseline", "prune", ".", "--dry-run"]);
    assert!(
        dry.contains("1 would be dropped, 2 kept") && dry.contains("(from the start)"),
        "{dry}"
    );
    let pruned = place.ok(&["baseline", "prune", "."]);
    assert!(pruned.ends_with("1 dropped, 2 kept\n"), "{pruned}");
    assert_eq!(count(&place, &["-b", ".scanner-baseline"]), (0, 2));
    assert_eq!(count(&place, &[]), (2, 0));
}

#[test]
fn an_entry_that_is_over_counts_again_and_says_so() {
    let place = planted();
    place.ok(&["baseline", "create", ".", "-b", "known", "--expires", "2001-12-31"]);
    let output = place.run(&["scan", ".", "-b", "known"]);
    assert_eq!(code(&output), Some(1));
    assert!(err(&output).contains("2 findings count again"), "{}", err(&output));
    let explained = place.ok(&["baseline", "explain", ".", "-b", "known"]);
    assert!(explained.contains("over: it counts again"), "{explained}");
    let bad = place.run(&["baseline", "update", ".", "-b", "known", "--expires", "soon"]);
    assert_eq!(code(&bad), Some(2), "{}", err(&bad));
}

#[test]
fn files_of_other_tools_silence_what_they_name() {
    let place = planted();
    place.write(".gitleaksignore", "# theirs\nsrc/a.env:github-pat:2\n");
    assert_eq!(count(&place, &[]), (1, 1));
    fs::remove_file(place.tree().join(".gitleaksignore")).unwrap();
    let report = serde_json::json!([
        { "RuleID": "github-pat", "File": "gone.env", "StartLine": 7, "Secret": token(2) }
    ]);
    place.write("gitleaks.txt", &report.to_string().replace(&token(2), "REDACTED"));
    assert_eq!(count(&place, &["-b", "gitleaks.txt"]), (2, 0));
    let path = place.beside("gitleaks.json");
    fs::write(&path, report.to_string()).unwrap();
    assert_eq!(count(&place, &["-b", path.to_str().unwrap()]), (1, 1));
    let missing = place.run(&["scan", ".", "-b", "nowhere"]);
    assert_eq!(code(&missing), Some(2), "{}", err(&missing));
}

#[test]
fn a_baseline_of_detect_secrets_is_heeded_also_with_a_store() {
    let place = planted();
    // What sha1sum says of the second token.
    let hash = sha1_of(&token(2));
    let baseline = serde_json::json!({
        "version": "1.5.0", "plugins_used": [], "generated_at": "2026-01-01T00:00:00Z",
        "results": { "src/b.env": [{
            "type": "GitHub Token", "filename": "src/b.env", "hashed_secret": hash,
            "is_verified": false, "line_number": 1
        }] }
    });
    place.write(".secrets.baseline", &baseline.to_string());
    place.ok(&["store", "init"]);
    super::kit::settle();
    assert_eq!(count(&place, &[]), (1, 1));
    assert_eq!(count(&place, &[]), (1, 1));
}

/// Asks the system, so that the test does not share our own code's mistakes.
fn sha1_of(text: &str) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new("sha1sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sha1sum is part of coreutils");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(text.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8_lossy(&output.stdout)[..40].to_owned()
}
