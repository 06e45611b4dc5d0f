//! Shortcuts of a second scan of a packed history, each held to what a scan of everything tells: a pack that was seen whole,
//! marks that are one hash, ids that are read when they are asked for, an engine that is made when it is needed.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use super::kit::{Place, code, err, git, out, token};

/// A bare-looking history: all of it in one pack, with two secrets of which one is gone from the work tree.
fn packed() -> Place {
    let place = Place::new(&[
        ("a.env", &format!("T={}\n", token(1))),
        ("b.txt", "acmx_83927164059318264705\n"),
    ]);
    git(&place, &["init", "-q", "-b", "main"]);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-q", "-m", "first"]);
    place.write("a.env", &format!("U={}\n", token(2)));
    git(&place, &["commit", "-qam", "second"]);
    git(&place, &["tag", "one"]);
    git(&place, &["gc", "-q", "--prune=now"]);
    place.ok(&["store", "init"]);
    place
}

/// A scan of the history that has to be complete.
fn scan(place: &Place, args: &[&str]) -> Value {
    let output = place.run(&[&["scan", "git", ".", "-f", "json"], args].concat());
    let report: Value = serde_json::from_str(&out(&output))
        .unwrap_or_else(|error| panic!("{error}: {}{}", out(&output), err(&output)));
    assert_eq!(report["summary"]["status"], "complete", "{report}");
    report
}

fn reused(report: &Value) -> u64 {
    report["summary"]["reused"].as_u64().unwrap_or(0)
}

/// The one file of packs with this ending.
fn pack_file(place: &Place, ending: &str) -> PathBuf {
    let folder = place.tree().join(".git/objects/pack");
    let files =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let found: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|found| found == ending)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// Changes bytes of a file that git made read-only.
fn alter(path: &PathBuf, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("a file");
    change(&mut bytes);
    fs::remove_file(path).expect("it goes");
    fs::write(path, bytes).expect("a file");
}

/// Runs a statement on the store, behind its back.
fn execute(place: &Place, sql: &str) -> usize {
    Connection::open(place.store()).and_then(|store| store.execute(sql, [])).expect("a statement")
}

#[test]
fn a_pack_that_was_seen_whole_is_not_looked_into_but_by_a_full_scan() {
    let place = packed();
    let first = scan(&place, &[]);
    // What is in the pack cannot be read any more; its checksum, and its index, say that it is the same.
    alter(&pack_file(&place, "pack"), |pack| {
        let end = pack.len() - 20;
        pack[12..end].fill(0);
    });
    for _ in 0..2 {
        let again = scan(&place, &[]);
        assert_eq!(again["findings"], first["findings"]);
        assert_eq!(again["summary"]["git_objects"], first["summary"]["git_objects"]);
        assert_eq!(again["summary"]["git_objects"].as_u64(), Some(reused(&again)));
    }
    let full = place.run(&["scan", "git", ".", "--full", "-f", "json"]);
    let report: Value = serde_json::from_str(&out(&full)).expect("JSON");
    assert_eq!((&report["summary"]["status"], reused(&report)), (&"incomplete".into(), 0));
}

#[test]
fn an_index_that_lies_is_told_as_by_a_scan_of_everything() {
    let place = packed();
    let first = scan(&place, &[]);
    // Two ids change places.
    alter(&pack_file(&place, "idx"), |idx| {
        let ids = 8 + 4 * 256;
        let (left, right) = idx[ids..ids + 40].split_at_mut(20);
        left.swap_with_slice(right);
    });
    let whole = place.run(&["scan", "git", ".", "--no-store", "-f", "json"]);
    let next = place.run(&["scan", "git", ".", "-f", "json"]);
    let report = |output| serde_json::from_str::<Value>(&out(output)).expect("JSON");
    let (whole_told, next_told) = (report(&whole), report(&next));
    assert_eq!(whole_told["findings"], first["findings"]);
    assert_eq!(next_told["findings"], first["findings"]);
    assert_eq!(next_told["summary"]["status"], whole_told["summary"]["status"]);
    assert_eq!(next_told["summary"]["warnings"], whole_told["summary"]["warnings"]);
    assert_eq!(code(&next), code(&whole));
}

#[test]
fn another_pack_is_looked_into_and_one_of_the_same_objects_costs_no_scan() {
    let place = packed();
    let first = scan(&place, &[]);
    // The same objects, packed otherwise.
    git(&place, &["repack", "-q", "-a", "-d", "-f", "--depth=0"]);
    let same = scan(&place, &[]);
    assert_eq!(same["findings"], first["findings"]);
    assert_eq!(
        (&same["summary"]["bytes"], reused(&same)),
        (&0.into(), first["summary"]["git_objects"].as_u64().unwrap_or(0))
    );
    place.write("d.env", &format!("V={}\n", token(3)));
    git(&place, &["add", "."]);
    git(&place, &["commit", "-q", "-m", "third"]);
    git(&place, &["repack", "-q", "-a", "-d"]);
    let whole = scan(&place, &["--no-store"]);
    let next = scan(&place, &[]);
    assert_eq!(next["findings"].as_array().map(Vec::len), Some(3));
    assert_eq!(next["findings"], whole["findings"]);
    assert!(reused(&next) > 0, "{next}");
}

#[test]
fn packing_references_changes_nothing_and_moving_one_does() {
    let place = packed();
    let first = scan(&place, &[]);
    git(&place, &["tag", "two", "one"]);
    git(&place, &["tag", "-d", "two"]);
    git(&place, &["pack-refs", "--all"]);
    let objects = first["summary"]["git_objects"].as_u64();
    assert_eq!(Some(reused(&scan(&place, &[]))), objects);
    git(&place, &["tag", "early", "main~1"]);
    let next = scan(&place, &[]);
    assert_eq!(next["findings"], scan(&place, &["--no-store"])["findings"]);
    assert!(Some(reused(&next)) < objects, "what was found is looked at again");
    assert_eq!(Some(reused(&scan(&place, &[]))), objects);
}

#[test]
fn other_rules_look_at_everything() {
    let place = packed();
    let first = scan(&place, &[]);
    let rule =
        "[[detector]]\nid = 'acme'\nname = 'n'\ntoken = { prefix = 'acmx_', body = '[0-9]{20}' }\n";
    fs::write(place.beside("rules.toml"), rule).expect("a file");
    let rules = place.beside("rules.toml");
    let rules = ["--config", rules.to_str().expect("text")];
    let other = scan(&place, &rules);
    assert_eq!(reused(&other), 0);
    assert_eq!(other["findings"].as_array().map(Vec::len), Some(3));
    // Both are known from now on, each for itself, and say which rules they are.
    for (args, findings) in [(&rules[..], &other), (&[], &first)] {
        let again = scan(&place, args);
        assert_eq!(again["findings"], findings["findings"]);
        assert_eq!(again["summary"]["rules"], findings["summary"]["rules"]);
        assert!(reused(&again) > 0);
    }
    // A secret that is shown, or told otherwise, has to be looked for: the engine that was put off is made.
    let shown = scan(&place, &["--show-secrets"]);
    assert_eq!(shown["findings"].as_array().map(Vec::len), Some(2));
    assert_eq!(reused(&scan(&place, &["--full"])), 0);
}

#[test]
fn whatever_is_damaged_in_the_store_the_findings_are_the_same() {
    let place = packed();
    let first = scan(&place, &[]);
    for damage in [
        "UPDATE histories SET marks = x'00'",
        "UPDATE histories SET marks = zeroblob(32)",
        "UPDATE histories SET packs = zeroblob(21)",
        "UPDATE histories SET packs = substr(packs, 1, 9)",
        "UPDATE histories SET packs = x''",
        "UPDATE seen_blobs SET oids = substr(oids, 1, length(oids) - 20)",
        "UPDATE seen_blobs SET oids = substr(oids, 1, length(oids) - 7)",
        "UPDATE seen_blobs SET oids = zeroblob(length(oids))",
        "UPDATE seen_blobs SET oid_bytes = 32",
        "DELETE FROM seen_blobs",
        "DELETE FROM histories",
    ] {
        assert!(execute(&place, damage) > 0, "{damage}");
        // Ids are read only where packs are not known.
        if !damage.contains("histories") {
            execute(&place, "UPDATE histories SET packs = x''");
        }
        for _ in 0..2 {
            assert_eq!(scan(&place, &[])["findings"], first["findings"], "{damage}");
        }
        scan(&place, &["--full"]);
        let objects = first["summary"]["git_objects"].as_u64();
        assert!(Some(reused(&scan(&place, &[]))) >= objects, "{damage}");
    }
}

#[test]
fn a_scan_of_a_history_may_be_killed_at_any_moment() {
    let place = packed();
    let whole = scan(&place, &["--no-store"]);
    for moment in 0..12_u64 {
        // Every third begins with nothing known.
        let args: &[&str] = if moment % 3 == 0 { &["--full"] } else { &[] };
        let args = [&["scan", "git", ".", "-q", "-f", "json=/dev/null"], args].concat();
        let mut child = place.command(&args).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(moment * 3));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        if moment % 4 == 3 {
            assert_eq!(scan(&place, &[])["findings"], whole["findings"], "{moment}");
        }
    }
    place.ok(&["store", "check"]);
}

#[test]
fn two_first_scans_at_once_count_each_object_once() {
    let place = packed();
    let children: Vec<_> = (0..3)
        .map(|_| {
            let mut command = place.command(&["scan", "git", ".", "-q", "-f", "json=/dev/null"]);
            command.spawn().expect("it starts")
        })
        .collect();
    for mut child in children {
        assert_eq!(child.wait().expect("it ends").code(), Some(1));
    }
    let again = scan(&place, &[]);
    let whole = scan(&place, &["--no-store"]);
    assert_eq!(again["findings"], whole["findings"]);
    assert_eq!(Some(reused(&again)), whole["summary"]["git_objects"].as_u64());
}
