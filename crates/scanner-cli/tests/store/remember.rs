//! What scans remember, and that they remember no secret.

use std::fs;

use super::kit::{Place, code, err, files_below, out, settle, token};

fn planted() -> Place {
    Place::new(&[
        ("src/a.env", &format!("X=1\nGITHUB_TOKEN={}\n", token(1))),
        ("src/b.env", &format!("A={}\nB={}\n", token(1), token(2))),
        ("c.txt", "nothing\n"),
    ])
}

#[test]
fn without_a_store_a_scan_leaves_nothing_behind() {
    let place = planted();
    assert_eq!(place.scan(&[]).1, Some(1));
    assert!(!place.beside("state").exists());
    assert_eq!(files_below(&place.tree()).len(), 3);
}

#[test]
fn after_init_scans_use_the_store_and_tell_the_same() {
    let place = planted();
    let plain = place.scan(&[]).0;
    place.ok(&["store", "init"]);
    settle();
    let (first, code_of_first) = place.scan(&[]);
    let (mut second, code_of_second) = place.scan(&[]);
    assert_eq!((code_of_first, code_of_second), (Some(1), Some(1)));
    assert_eq!(first["summary"], plain["summary"]);
    let summary = second["summary"].as_object_mut().unwrap();
    assert_eq!(summary.remove("reused").unwrap(), 3);
    assert_eq!(first, second);
    let runs = place.rows(&["store", "runs"]);
    assert_eq!(runs.len(), 2);
    assert_eq!((&runs[0]["status"], &runs[0]["reused"]), (&"complete".into(), &3.into()));
    let report: serde_json::Value =
        serde_json::from_str(&place.ok(&["report", "-f", "json"])).unwrap();
    assert_eq!(report["findings"], second["findings"]);
}

#[test]
fn changed_files_are_scanned_again() {
    let place = planted();
    place.ok(&["store", "init"]);
    settle();
    place.scan(&[]);
    place.write("c.txt", &format!("T={}\n", token(3)));
    place.write("src/a.env", "X=1\n");
    let (report, _) = place.scan(&[]);
    let paths: Vec<_> = report["findings"].as_array().unwrap().iter().map(|f| &f["path"]).collect();
    assert_eq!(paths, ["c.txt", "src/b.env", "src/b.env"]);
    assert_eq!(report["summary"]["reused"], 1);
    assert_eq!(place.scan(&["--full"]).0["summary"].get("reused"), None);
    // Another rule set knows nothing of what this one has seen.
    assert_eq!(place.scan(&["--disable-rule", "stripe-*"]).0["summary"].get("reused"), None);
}

#[test]
fn no_secret_is_in_any_file_of_the_store() {
    let place = planted();
    place.ok(&["store", "init"]);
    assert_eq!(place.scan(&["--show-secrets"]).1, Some(1));
    place.ok(&["store", "secrets"]);
    let mut needles: Vec<Vec<u8>> = Vec::new();
    for secret in [token(1), token(2)] {
        let bytes = secret.as_bytes();
        needles.push(bytes.to_vec());
        needles.push(secret.encode_utf16().flat_map(u16::to_le_bytes).collect());
        needles.push(bytes.iter().flat_map(|b| format!("{b:02x}").into_bytes()).collect());
        needles.push(base64(bytes).trim_end_matches('=').as_bytes()[..40].to_vec());
        needles.push(bytes[4..30].to_vec());
    }
    let files = files_below(&place.beside("state"));
    assert!(files.contains(&place.store()));
    for file in files {
        let content = fs::read(&file).unwrap();
        for needle in &needles {
            let found = content.windows(needle.len()).any(|window| window == needle);
            assert!(!found, "{}: {}", file.display(), String::from_utf8_lossy(needle));
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let number =
            group.iter().fold(0u32, |n, b| n << 8 | u32::from(*b)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let index = (number >> (18 - 6 * place) & 63) as usize;
            text.push(if place > group.len() { '=' } else { char::from(ALPHABET[index]) });
        }
    }
    text
}

#[test]
fn the_store_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let place = planted();
    place.ok(&["store", "init"]);
    place.scan(&[]);
    for file in files_below(&place.beside("state")) {
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}

#[test]
fn decisions_hold_in_every_root_and_have_a_history() {
    let place = planted();
    place.ok(&["store", "init"]);
    place.scan(&[]);
    let other = ["scan", "src/b.env", "-q", "-f", "json"];
    assert_eq!(code(&place.run(&other)), Some(1));
    let shared = place.rows(&["store", "secrets", "--shared"]);
    assert_eq!(shared.len(), 2);
    let hash = shared.iter().find(|row| row["places"] == 3).unwrap()["secret"].as_str().unwrap();
    let places = place.rows(&["store", "secrets", hash]);
    assert_eq!(places.len(), 3);
    let set = |state: &str, more: &[&str]| {
        place.ok(&[&["store", "triage", "set", &hash[..10], "--state", state], more].concat())
    };
    set("confirmed", &["--owner", "ops"]);
    assert_eq!(place.scan(&[]).0["summary"]["suppressed"], 0);
    set("accepted", &["--reason", "a test value", "--until", "2999-12-31"]);
    assert_eq!(place.scan(&[]).0["summary"]["suppressed"], 2);
    set("accepted", &["--until", "2001-01-01"]);
    assert_eq!(place.scan(&[]).0["summary"]["suppressed"], 0);
    set("false-positive", &[]);
    let (report, _) = place.scan(&[]);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!(place.rows(&["store", "triage", "list"]).len(), 1);
    let history = place.rows(&["store", "triage", "list", hash, "--history"]);
    let states: Vec<_> = history.iter().map(|row| row["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["false-positive", "accepted", "accepted", "confirmed"]);
    let open = place.rows(&["store", "findings", "--state", "open", "--all"]);
    assert!(open.iter().all(|row| row["secret"] != *hash) && !open.is_empty());
    let unknown = place.run(&["store", "triage", "set", "ffffffffffff", "--state", "open"]);
    assert_eq!(code(&unknown), Some(2), "{}", out(&unknown));
    assert!(err(&unknown).contains("no secret of the store"), "{}", err(&unknown));
}

#[test]
fn listings_have_filters_pages_and_csv() {
    let place = planted();
    place.ok(&["store", "init"]);
    place.scan(&[]);
    let count = |args: &[&str]| place.rows(&[&["store", "findings"], args].concat()).len();
    assert_eq!(count(&[]), 3);
    assert_eq!(count(&["--path", "src/a"]), 1);
    assert_eq!(count(&["--path", "*.env"]), 3);
    assert_eq!(count(&["--rule", "github-*"]), 3);
    assert_eq!(count(&["--rule", "stripe-*"]), 0);
    assert_eq!(count(&["--severity", "critical", "--path", "src/b.env"]), 2);
    assert_eq!(count(&["--severity", "low"]), 0);
    assert_eq!(count(&["--run", "1"]), 3);
    assert_eq!(count(&["--root", "/elsewhere"]), 0);
    let first = place.ok(&["store", "findings", "--limit", "2"]);
    assert!(first.ends_with("there is more: --after 2\n"), "{first}");
    let rest = place.rows(&["store", "findings", "--limit", "2", "--after", "2"]);
    assert_eq!((rest.len(), &rest[0]["id"]), (1, &3.into()));
    let csv = place.ok(&["store", "findings", "-f", "csv"]);
    assert!(csv.starts_with("row,severity,") && csv.lines().count() == 4, "{csv}");
    let none = place.run(&["store", "findings", "--run", "99"]);
    assert!(err(&none).contains("there is no run 99"), "{}", err(&none));
}

#[test]
fn old_runs_are_forgotten_and_the_latest_of_each_root_stays() {
    let place = planted();
    place.ok(&["store", "init"]);
    for _ in 0..3 {
        place.scan(&[]);
    }
    place.run(&["scan", "src", "-q"]);
    place.write("src/a.env", "\n");
    place.write("src/b.env", "\n");
    place.scan(&[]);
    let text = place.ok(&["store", "gc", "--keep", "1"]);
    assert!(text.starts_with("forgot 3 runs"), "{text}");
    let kept: Vec<_> =
        place.rows(&["store", "runs"]).iter().map(|row| row["run"].clone()).collect();
    assert_eq!(kept, [5, 4]);
    assert_eq!(place.rows(&["store", "findings", "--all"]).len(), 3);
    place.ok(&["store", "gc", "--older", "0s"]);
    assert_eq!(place.rows(&["store", "runs"]).len(), 2);
    place.ok(&["store", "check"]);
}
