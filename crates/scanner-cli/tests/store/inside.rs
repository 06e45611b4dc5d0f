//! Text recovered from documents and entries of archives obeys what files obey: ignores, markers, baselines, identity.

use std::fs;

use scanner_testkit::archives::{Tar, docx, gzip};
use serde_json::Value;

use super::kit::{Place, err, out, token};

/// One secret plainly, in a document whose runs cut it, and in an archive inside an archive.
fn planted() -> Place {
    let secret = token(1);
    let place = Place::new(&[("plain.env", &format!("X=1\nGITHUB_TOKEN={secret}\n"))]);
    let document = docx(&["the key is ", &secret[..9], &secret[9..]]);
    let entry = format!("GITHUB_TOKEN={secret}\n");
    let inner = gzip(&Tar::new().file("conf/.env", entry.as_bytes()).finish());
    let outer = Tar::new().file("in.tgz", &inner).finish();
    fs::write(place.tree().join("letter.docx"), document).expect("a file");
    fs::write(place.tree().join("outer.tar"), outer).expect("a file");
    place
}

const PATHS: [&str; 3] =
    ["letter.docx!word/document.xml!text", "outer.tar!in.tgz!conf/.env", "plain.env"];

/// Each finding by its path, and how many were silenced.
fn found(place: &Place, args: &[&str]) -> (Vec<(String, Value)>, u64) {
    let (report, _) = place.scan(&[args, &["--no-dedup"]].concat());
    let findings = report["findings"].as_array().expect("findings").iter();
    let mut all: Vec<(String, Value)> = findings
        .map(|one| (one["path"].as_str().expect("a path").to_owned(), one.clone()))
        .collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    (all, report["summary"]["suppressed"].as_u64().expect("a count"))
}

fn paths(found: &[(String, Value)]) -> Vec<&str> {
    found.iter().map(|(path, _)| path.as_str()).collect()
}

#[test]
fn one_secret_has_one_identity_wherever_it_lies() {
    let (all, _) = found(&planted(), &[]);
    assert_eq!(paths(&all), PATHS);
    let key = |name: &str| all.iter().map(|(_, one)| one[name].clone()).collect::<Vec<_>>();
    let hashes = key("secret_hash");
    assert!(hashes[0].is_string() && hashes.iter().all(|hash| *hash == hashes[0]), "{hashes:?}");
    let places = key("occurrence_id");
    assert!(places[0] != places[1] && places[1] != places[2] && places[0] != places[2]);
}

#[test]
fn a_line_of_the_ignore_file_silences_it_everywhere() {
    let place = planted();
    let shown = place.run(&["scan", ".", "--no-color"]);
    let text = out(&shown);
    let line = text.lines().find_map(|line| line.trim().strip_prefix("ignore "));
    let line = line.unwrap_or_else(|| panic!("{text}{}", err(&shown))).trim();
    place.write(".scannerignore", &format!("{line}\n"));
    assert_eq!(found(&place, &[]), (vec![], 3));
}

#[test]
fn a_baseline_holds_for_it_and_not_for_another_secret() {
    let place = planted();
    place.ok(&["baseline", "create", ".", "-b", "known"]);
    assert_eq!(found(&place, &["-b", "known"]), (vec![], 3));
    let other = token(2);
    let document = docx(&["the key is ", &other[..20], &other[20..]]);
    fs::write(place.tree().join("letter.docx"), document).expect("a file");
    let (left, silenced) = found(&place, &["-b", "known"]);
    assert_eq!((paths(&left), silenced), (vec![PATHS[0]], 2));
}

#[test]
fn globs_and_markers_reach_entries() {
    let place = planted();
    let excluded = ["--exclude", "letter.docx", "--exclude", "**/conf/.env"];
    assert_eq!(paths(&found(&place, &excluded).0), ["plain.env"]);
    let entry = format!("GITHUB_TOKEN={} # gitleaks:allow\n", token(1));
    let outer = Tar::new().file("conf/.env", entry.as_bytes()).finish();
    fs::write(place.tree().join("outer.tar"), outer).expect("a file");
    let (left, silenced) = found(&place, &[]);
    assert_eq!((paths(&left), silenced), (vec![PATHS[0], PATHS[2]], 1));
}
