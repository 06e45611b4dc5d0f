//! Damaged and odd repositories: counted by kind, everything else scanned, exit 3 where something is missing.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::fixture::{Fixture, code, command, err, found, scan, token};

fn summary(dir: &Path, args: &[&str]) -> (Option<i32>, Value) {
    let output = scan(dir, &[&["scan"], args, &["-f", "json"]].concat());
    let text = String::from_utf8_lossy(&output.stdout);
    let report: Value =
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text} {}", err(&output)));
    assert!(!err(&output).contains("panicked"), "{}", err(&output));
    (code(&output), report["summary"].clone())
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.extension().is_some_and(|known| known == extension)).collect()
}

fn overwrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("a file");
    change(&mut bytes);
    fs::remove_file(path).expect("a file");
    fs::write(path, bytes).expect("a file");
}

/// A clean repository of some commits, packed.
fn clean() -> Fixture {
    let fixture = Fixture::new(&[]);
    for round in 0..10 {
        fixture.write("a.txt", format!("round {round}\n").repeat(50));
        fixture.write(&format!("dir/{round}.txt"), format!("only {round}\n").repeat(30));
        fixture.commit(&format!("round {round}"));
    }
    fixture.git(&["repack", "-q", "-a", "-d"]);
    fixture
}

#[test]
fn nothing_to_scan() {
    let empty = Fixture::new(&[]);
    assert_eq!(summary(empty.root(), &["git", "repo"]).0, Some(4));
    assert_eq!(code(&scan(empty.root(), &["scan", "git", "."])), Some(2));
    let fixture = clean();
    let (exit, summary) = summary(fixture.root(), &["git", "repo"]);
    assert_eq!((exit, summary["status"].as_str()), (Some(0), Some("complete")));
}

#[test]
fn damaged_packs_and_indexes() {
    for damage in ["pack-middle", "pack-end", "idx-fanout", "idx-offsets", "idx-gone", "midx"] {
        let fixture = clean();
        fixture.write("late.txt", format!("x {}\n", token("loose")));
        fixture.commit("a loose secret beside the pack");
        let packs = fixture.repo().join(".git/objects/pack");
        let pack = files(&packs, "pack").remove(0);
        let idx = files(&packs, "idx").remove(0);
        match damage {
            "pack-middle" => overwrite(&pack, |bytes| {
                let middle = bytes.len() / 2;
                bytes[middle..middle + 200].fill(0xff);
            }),
            "pack-end" => overwrite(&pack, |bytes| bytes.truncate(bytes.len() * 2 / 3)),
            "idx-fanout" => overwrite(&idx, |bytes| bytes[8..1032].reverse()),
            "idx-offsets" => overwrite(&idx, |bytes| {
                let end = bytes.len() - 40;
                bytes[end - 100..end].fill(0x55);
            }),
            "idx-gone" => fs::remove_file(&idx).expect("an index"),
            _ => fs::write(packs.join("multi-pack-index"), b"MIDX nonsense").expect("a file"),
        }
        let (exit, summary) = summary(fixture.root(), &["git", "repo"]);
        // The secret is found whatever happened to the rest; a pack without its index is indexed again.
        assert_eq!((exit, &summary["findings"]), (Some(1), &Value::from(1)), "{damage}");
        let whole = matches!(damage, "idx-gone" | "idx-fanout" | "idx-offsets");
        let expected = if whole { "complete" } else { "incomplete" };
        assert_eq!(summary["status"], expected, "{damage} {summary}");
        let failed = summary["failed"].as_object().expect("counts");
        assert_eq!(failed.is_empty(), whole, "{damage} {summary}");
        assert!(failed.keys().all(|key| key.starts_with("git_")), "{damage} {summary}");
    }
}

#[test]
fn an_incomplete_scan_without_findings_is_3() {
    let fixture = clean();
    let pack = files(&fixture.repo().join(".git/objects/pack"), "pack").remove(0);
    overwrite(&pack, |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle..middle + 50].fill(0);
    });
    let (exit, summary) = summary(fixture.root(), &["git", "repo"]);
    assert_eq!((exit, summary["status"].as_str()), (Some(3), Some("incomplete")));
    let warned = summary["warnings"].as_array().expect("warnings");
    assert!(warned.iter().any(|text| text.as_str().is_some_and(|text| text.contains("object "))));
}

#[test]
fn loose_objects_of_garbage_and_odd_files() {
    let fixture = clean();
    fixture.write("late.txt", format!("x {}\n", token("loose")));
    fixture.commit("loose");
    let git = fixture.repo().join(".git");
    fs::create_dir_all(git.join("objects/00")).expect("a folder");
    fs::write(git.join("objects/00").join("1".repeat(38)), b"no zlib").expect("a file");
    fs::write(git.join("objects/00/not-an-object"), b"x").expect("a file");
    fs::write(git.join("refs/heads/broken"), b"nonsense\n").expect("a file");
    fs::write(git.join("refs/heads/circle"), b"ref: refs/heads/circle\n").expect("a file");
    fs::write(git.join("index"), b"DIRC nonsense").expect("a file");
    let (exit, summary) = summary(fixture.root(), &["git", "repo"]);
    assert_eq!((exit, summary["status"].as_str()), (Some(1), Some("incomplete")), "{summary}");
    assert!(summary["failed"]["git_object_damaged"].as_u64() >= Some(1), "{summary}");
    // The index alone is what --staged is about: it cannot go on.
    assert_eq!(code(&scan(fixture.root(), &["scan", "git", "repo", "--staged"])), Some(2));
}

/// Settings that name a program which git runs sooner or later.
const PROGRAMS: [&str; 24] = [
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.gitProxy",
    "core.askPass",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.x.command",
    "diff.x.textconv",
    "filter.x.clean",
    "filter.x.smudge",
    "filter.x.process",
    "merge.x.driver",
    "credential.helper",
    "gpg.program",
    "gpg.ssh.defaultKeyCommand",
    "uploadpack.packObjectsHook",
    "remote.x.uploadpack",
    "remote.x.vcs",
    "sequence.editor",
    "trailer.x.command",
    "pager.log",
    "interactive.diffFilter",
];

#[test]
fn programs_that_a_repository_names_are_never_run() {
    let fixture = clean();
    fixture.write(".gitattributes", "* filter=x diff=x merge=x\n");
    fixture.write("late.txt", format!("x {}\n", token("x")));
    fixture.git(&["add", "-A"]);
    let marker = fixture.root().join("was-run");
    let program = fixture.root().join("program.sh");
    fs::write(&program, format!("#!/bin/sh\ntouch {}\n", marker.display())).expect("a file");
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("rights");
    let name = program.to_string_lossy();
    let hooks = fixture.root().join("hooks");
    fs::create_dir_all(&hooks).expect("a folder");
    for hook in [
        "post-checkout",
        "pre-commit",
        "pre-push",
        "pre-auto-gc",
        "reference-transaction",
        "post-index-change",
        "fsmonitor-watchman",
        "proc-receive",
    ] {
        fs::copy(&program, fixture.repo().join(".git/hooks").join(hook)).expect("a hook");
        fs::copy(&program, hooks.join(hook)).expect("a hook");
    }
    let mut config = fs::read_to_string(fixture.repo().join(".git/config")).expect("a file");
    for key in PROGRAMS {
        let (section, key) = key.rsplit_once('.').expect("a section");
        let section = section
            .split_once('.')
            .map_or(section.to_owned(), |(section, name)| format!("{section} \"{name}\""));
        writeln!(config, "[{section}]\n{key} = {name}").expect("a string");
    }
    // A promised object could be asked for, if anybody ran what the address names.
    writeln!(
        config,
        "[core]\nhooksPath = {}\n[alias]\nscan = !{name}\n[remote \"x\"]\nurl = ext::{name}\npromisor = true\n\
         [protocol \"ext\"]\nallow = always\n[extensions]\npartialClone = x",
        hooks.display()
    )
    .expect("a string");
    fs::write(fixture.repo().join(".git/config"), &config).expect("a file");
    let dir = fixture.root();
    assert!(found(dir, &["repo"]).contains_key(&token("x")));
    assert!(found(dir, &["git", "repo", "--staged"]).contains_key(&token("x")));
    for args in [
        &["git", "repo"][..],
        &["git", "repo", "--range", "HEAD~3..HEAD"],
        &["git", "repo", "--mode", "diff-history"],
        &["git", "repo", "--branch", "main", "--all-paths", "--show-authors"],
    ] {
        let output = scan(dir, &[&["scan"], args].concat());
        assert!(matches!(code(&output), Some(0 | 1)), "{args:?} {}", err(&output));
    }
    assert!(!marker.exists());
}

#[test]
fn a_git_file_that_points_away() {
    let fixture = clean();
    let away = fixture.root().join("away");
    fs::create_dir(&away).expect("a folder");
    fs::write(away.join("a.txt"), "nothing\n").expect("a file");
    fs::write(away.join(".git"), "gitdir: ../repo/.git\n").expect("a file");
    assert_eq!(code(&scan(&away, &["scan", "git", "."])), Some(0));
    for nowhere in ["/nowhere/at/all", "a.txt", ".git", ".", "../repo/a.txt", "/dev/zero", ""] {
        fs::write(away.join(".git"), format!("gitdir: {nowhere}\n")).expect("a file");
        let output = scan(&away, &["scan", "git", "."]);
        assert_eq!(code(&output), Some(2), "{nowhere} {}", err(&output));
        // The files of such a folder are scanned all the same, and the missing history is told.
        assert_eq!(summary(&away, &["."]).0, Some(3), "{nowhere}");
    }
    // Only the administrator can give files away.
    if std::os::unix::fs::chown(fixture.repo().join(".git"), Some(12345), None).is_ok() {
        fs::write(away.join(".git"), "gitdir: ../repo/.git\n").expect("a file");
        let output = scan(&away, &["scan", "git", "."]);
        assert_eq!(code(&output), Some(2), "{}", err(&output));
        assert!(err(&output).contains("safe.directory"), "{}", err(&output));
        // As after `sudo`: the repository is that of the user who was there before.
        let sudo = command(&away, &["scan", "git", "."]).env("SUDO_UID", "12345").output();
        assert_eq!(code(&sudo.expect("it runs")), Some(0));
    }
}

#[test]
fn a_partial_clone_misses_what_it_misses() {
    let fixture = clean();
    fixture.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", fixture.repo().display());
    let args = ["clone", "-q", "--filter=blob:none", "--no-checkout", &url, "partial"];
    fixture.run(fixture.root(), &args, b"");
    let (exit, summary) = summary(fixture.root(), &["git", "partial"]);
    assert_eq!(exit, Some(3), "{summary}");
    // Twenty blobs: ten versions of one file, and ten files.
    assert_eq!(summary["failed"]["git_object_missing"], 20, "{summary}");
}

#[test]
fn paths_decide_what_is_told() {
    let fixture = Fixture::new(&[]);
    fixture.write("docs/a.txt", format!("x {}\n", token("docs")));
    fixture.write("src/a.txt", format!("x {}\n", token("src")));
    fixture.write("src/allowed.txt", format!("x {} # gitleaks:allow\n", token("marked")));
    fixture.write("big.txt", format!("{}{}\n", "line\n".repeat(4000), token("big")));
    fixture.commit("all");
    let names = |args: &[&str]| {
        let found = found(&fixture.repo(), &[&["git", "."], args].concat());
        let all = ["docs", "src", "marked", "big"];
        all.into_iter().filter(|name| found.contains_key(&token(name))).collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["docs", "src", "big"]);
    assert_eq!(names(&["--exclude", "docs/"]), ["src", "big"]);
    assert_eq!(names(&["--include", "docs/**"]), ["docs"]);
    assert_eq!(names(&["--max-file-size", "10K"]), ["docs", "src"]);
    assert_eq!(names(&["--ignore-inline", "off"]), ["docs", "src", "marked", "big"]);
    let config = fixture.root().join("config.toml");
    fs::write(&config, "[allow]\npaths = [\"src/**\"]\n").expect("a file");
    assert_eq!(names(&["--config", &config.to_string_lossy()]), ["docs", "big"]);
    let (exit, summary) = summary(&fixture.repo(), &["git", ".", "--max-memory", "64M"]);
    assert_eq!((exit, &summary["findings"]), (Some(1), &Value::from(3)));
    assert_eq!(summary["suppressed"], 1);
}

#[test]
fn rules_of_some_paths_and_findings_that_they_hide() {
    let fixture = Fixture::new(&[]);
    let line = format!("password = {}\n", &token("pypi")[4..30]);
    fixture.write(".pypirc", format!("[pypi]\nusername = someone\n{line}"));
    fixture.write("notes.txt", format!("[pypi]\nusername = someone\n{line}"));
    fixture.commit("the same text, told by different rules");
    // Both files are one object: each path is told what a scan of that file tells.
    let told = |source: &str| {
        let args =
            ["scan", source, ".", "--no-dedup", "--min-confidence", "possible", "-f", "json"];
        let output = scan(&fixture.repo(), &args);
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        let findings = report["findings"].as_array().expect("findings").clone();
        let mut told: Vec<(String, String)> =
            findings.iter().map(|f| (f["rule"].to_string(), f["path"].to_string())).collect();
        told.sort();
        told
    };
    let files = told("fs");
    assert!(files.iter().any(|(rule, _)| rule.contains("pypirc")), "{files:?}");
    assert_eq!(told("git"), files);
}
