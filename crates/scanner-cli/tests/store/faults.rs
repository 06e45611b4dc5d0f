//! Stores that cannot be used: the scan goes on, its findings are reported, and the summary counts and names the fault.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use super::kit::{Place, code, err, out, token};

fn planted() -> Place {
    Place::new(&[("a.env", &format!("T={}\n", token(1)))])
}

/// The report has the finding, the run is incomplete, and the fault is named on both ways.
fn assert_told(output: &Output, named: &str) {
    assert_eq!(code(output), Some(1), "{}{}", out(output), err(output));
    let report: serde_json::Value = serde_json::from_str(&out(output)).expect("JSON");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1), "{report}");
    let summary = &report["summary"];
    assert_eq!(summary["status"], "incomplete", "{summary}");
    assert!(summary["failed"]["store_failed"].as_u64() > Some(0), "{summary}");
    let warnings = summary["warnings"].to_string();
    assert!(warnings.contains(named), "{warnings}");
    assert!(err(output).contains(named), "{}", err(output));
}

fn scan_with(place: &Place, store: &Path) -> Output {
    let store = store.to_str().expect("text");
    place.run(&["scan", ".", "-f", "json", "--store", store])
}

#[test]
fn a_foreign_file_is_named_and_left_as_it_is() {
    let place = planted();
    let path = place.beside("notes");
    fs::write(&path, "my notes, which are no database at all\n".repeat(40)).expect("a file");
    let before = fs::read(&path).expect("a file");
    assert_told(&scan_with(&place, &path), "is not a store of scanner-rs");
    assert_eq!(fs::read(&path).expect("a file"), before);
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let place = planted();
    assert_told(&scan_with(&place, Path::new("/proc/no/store.db")), "the store /proc/no/store.db");
}

/// Runs the command as a user whom modes stop: as we are, or where we are root as nobody; `None` where the system cannot.
#[cfg(unix)]
fn run_unprivileged(place: &Place, args: &[&str]) -> Option<Output> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let key = fs::read_to_string(place.beside("state/scanner-rs/key")).expect("a key");
    let is_root = fs::metadata(place.tree()).expect("a folder").uid() == 0;
    let mut command = if is_root {
        // Where the tests were built nobody may not be let in.
        let program = place.beside("program");
        if !program.exists() {
            fs::copy(env!("CARGO_BIN_EXE_scanner-rs"), &program).expect("a copy");
        }
        for open in [place.beside(""), place.beside("state"), program.clone()] {
            fs::set_permissions(open, fs::Permissions::from_mode(0o755)).expect("a mode");
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(env!("CARGO_BIN_EXE_scanner-rs"))
    };
    command.args(args).current_dir(place.tree()).env_remove("SCANNER_CONFIG");
    command.env("XDG_STATE_HOME", place.beside("state")).env("SCANNER_SECRET_KEY", key.trim());
    match command.output() {
        Err(error) if is_root && error.kind() == std::io::ErrorKind::NotFound => None,
        output => Some(output.expect("it runs")),
    }
}

#[cfg(unix)]
#[test]
fn a_store_that_may_only_be_read_is_named_by_scans_and_read_by_listings() {
    use std::os::unix::fs::PermissionsExt as _;
    // Few findings are rows, many wait in a journal beside them.
    for count in [1, 1200] {
        let lines: Vec<_> = (0..count).map(|seed| format!("T={}\n", token(seed))).collect();
        let text = lines.concat();
        let place = Place::new(&[("a.env", &text)]);
        place.ok(&["store", "init"]);
        assert_eq!(place.scan(&[]).1, Some(1));
        let folder = place.store().parent().expect("a folder").to_owned();
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
        let files: Vec<_> = fs::read_dir(&folder)
            .expect("a folder")
            .map(|entry| entry.expect("one").path())
            .collect();
        assert_eq!(
            files.iter().any(|file| file.to_string_lossy().contains("-findings-")),
            count > 1
        );
        for file in &files {
            mode(file, 0o444).expect("a mode");
        }
        mode(&folder, 0o555).expect("a mode");
        let Some(listing) =
            run_unprivileged(&place, &["store", "findings", "-f", "json", "--limit", "5000"])
        else {
            return;
        };
        assert_eq!(code(&listing), Some(0), "{}", err(&listing));
        let rows: serde_json::Value = serde_json::from_str(&out(&listing)).expect("JSON");
        assert_eq!(rows["rows"].as_array().map(|rows| rows.len() as u64), Some(count));
        let scan = run_unprivileged(&place, &["scan", ".", "-f", "json"]).expect("it ran before");
        assert_eq!(code(&scan), Some(1), "{}", err(&scan));
        let report: serde_json::Value = serde_json::from_str(&out(&scan)).expect("JSON");
        assert_eq!(report["findings"].as_array().map(|all| all.len() as u64), Some(count));
        assert_eq!(report["summary"]["status"], "incomplete");
        assert!(err(&scan).contains("findings.db"), "{}", err(&scan));
        mode(&folder, 0o755).expect("a mode");
        for file in &files {
            mode(file, 0o600).expect("a mode");
        }
        let runs = place.rows(&["store", "runs"]);
        assert_eq!((runs.len(), &runs[0]["status"]), (1, &"complete".into()));
    }
}

#[test]
fn every_format_has_the_findings_where_the_store_cannot_be_used() {
    let place = planted();
    let names = ["text", "json", "jsonl", "sarif", "gitlab", "csv", "junit", "html"];
    let files: Vec<String> = names.iter().map(|name| format!("{name}=../r.{name}")).collect();
    let mut args = vec!["scan", ".", "--store", "/proc/no/store.db"];
    args.extend(files.iter().flat_map(|file| ["-f", file.as_str()]));
    let output = place.run(&args);
    assert_eq!(code(&output), Some(1), "{}", err(&output));
    for name in names {
        let report = fs::read_to_string(place.beside(&format!("r.{name}"))).expect("a report");
        assert!(report.contains("github-pat"), "{name} lacks the finding");
        // Rows of csv are findings; the exit code tells of the run.
        assert!(name == "csv" || report.contains("/proc/no/store.db"), "{name} lacks the fault");
    }
}

#[test]
fn another_key_is_named() {
    let place = planted();
    let path = place.beside("s.db");
    assert_eq!(code(&scan_with(&place, &path)), Some(1));
    let text = path.to_str().expect("text");
    let mut command = place.command(&["scan", ".", "-f", "json", "--store", text]);
    let key = ["QUFBQUFBQUFBQUFB", "QUFBQUFBQUFBQUFB", "QUFBQUFBQUE="].concat();
    let output = command.env("SCANNER_SECRET_KEY", key).output().expect("it runs");
    assert_told(&output, "was made with another key");
}

#[test]
fn a_store_of_a_newer_version_is_named_and_left_as_it_is() {
    let place = planted();
    let path = place.beside("s.db");
    assert_eq!(code(&scan_with(&place, &path)), Some(1));
    let mut bytes = fs::read(&path).expect("a file");
    // Where a database of SQLite keeps the number of its schema.
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&path, &bytes).expect("a file");
    assert_told(&scan_with(&place, &path), "use a newer scanner-rs");
    assert_eq!(fs::read(&path).expect("a file"), bytes);
}

#[test]
fn damaged_pages_are_named_by_scans_and_by_check() {
    let place = Place::new(&[]);
    for file in 0..300 {
        place.write(&format!("{file}.env"), &format!("T={}\n", token(file)));
    }
    let path = place.beside("s.db");
    let text = path.to_str().expect("text");
    assert_eq!(code(&scan_with(&place, &path)), Some(1));
    let mut bytes = fs::read(&path).expect("a file");
    // All but the pages of head and schema.
    let from = 4 * 4096;
    bytes[from..].fill(0xa5);
    fs::write(&path, &bytes).expect("a file");
    let output = scan_with(&place, &path);
    assert_eq!(code(&output), Some(1), "{}", err(&output));
    let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(300));
    assert_eq!(report["summary"]["status"], "incomplete");
    assert!(err(&output).contains("malformed"), "{}", err(&output));
    let check = place.run(&["store", "check", "--store", text]);
    assert_ne!(code(&check), Some(0), "{}", out(&check));
}

#[test]
fn a_full_disk_is_named_and_the_next_run_completes() {
    let place = planted();
    place.ok(&["store", "init"]);
    let program = env!("CARGO_BIN_EXE_scanner-rs");
    // Files may not grow beyond a few blocks; the signal that says so is ignored, as on a full disk.
    let script = format!("trap '' XFSZ; ulimit -f 2; exec '{program}' scan . -f json --full");
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(place.tree())
        .env_remove("SCANNER_SECRET_KEY")
        .env_remove("SCANNER_CONFIG")
        .env("XDG_STATE_HOME", place.beside("state"))
        .output()
        .expect("sh runs");
    assert_told(&output, "findings.db");
    assert_eq!(place.scan(&[]).0["summary"]["status"], "complete");
    place.ok(&["store", "check"]);
}

#[test]
fn two_scans_at_once_are_both_kept() {
    let place = planted();
    place.ok(&["store", "init"]);
    let children: Vec<_> = (0..4)
        .map(|_| {
            let mut command = place.command(&["scan", ".", "-q", "-f", "json=/dev/null"]);
            command.spawn().expect("it starts")
        })
        .collect();
    for mut child in children {
        assert_eq!(child.wait().expect("it ends").code(), Some(1));
    }
    let runs = place.rows(&["store", "runs"]);
    assert_eq!(runs.len(), 4);
    assert!(runs.iter().all(|run| run["status"] == "complete" && run["findings"] == 1), "{runs:?}");
}

#[test]
fn a_scan_that_is_killed_leaves_a_store_that_works() {
    let place = Place::new(&[]);
    for file in 0..300 {
        place.write(&format!("{file}.env"), &format!("T={}\n", token(file)));
    }
    place.ok(&["store", "init"]);
    for moment in 0..10_u64 {
        let mut command = place.command(&["scan", ".", "-q", "-j", "1", "-f", "json=/dev/null"]);
        let mut child = command.spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(moment * 9));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }
    let (report, _) = place.scan(&[]);
    assert_eq!(report["summary"]["status"], "complete");
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(300));
    let runs = place.rows(&["store", "runs"]);
    assert_eq!(runs[0]["status"], "complete");
    assert!(runs.iter().all(|run| run["status"] != "running"), "{runs:?}");
    place.ok(&["store", "check"]);
}
