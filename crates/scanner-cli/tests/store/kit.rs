//! A folder to scan, a user's own state folder, and the command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use scanner_testkit::tokens;
use tempfile::TempDir;

/// A made-up GitHub token with its right checksum; `seed` tells one from another.
pub(crate) fn token(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut body = String::new();
    for _ in 0..30 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        body.push(tokens::letter(state));
    }
    tokens::github(&body)
}

/// A folder to scan beside a state folder.
pub(crate) struct Place {
    dir: TempDir,
}

impl Place {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let place = Self { dir: tempfile::tempdir().expect("a temporary folder") };
        fs::create_dir_all(place.tree()).expect("a folder");
        for (name, text) in files {
            place.write(name, text);
        }
        place
    }

    /// What is scanned.
    pub(crate) fn tree(&self) -> PathBuf {
        self.dir.path().join("tree")
    }

    /// Beside it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The default store.
    pub(crate) fn store(&self) -> PathBuf {
        self.beside("state/scanner-rs/findings.db")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.tree().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_scanner-rs"));
        command
            .args(args)
            .current_dir(self.tree())
            .env_remove("SCANNER_CONFIG")
            .env_remove("SCANNER_SECRET_KEY")
            .env("XDG_STATE_HOME", self.beside("state"))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the command runs")
    }

    /// Runs a command that is expected to end with 0.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(code(&output), Some(0), "{args:?}: {}{}", out(&output), err(&output));
        out(&output)
    }

    /// The rows of a listing.
    pub(crate) fn rows(&self, args: &[&str]) -> Vec<serde_json::Value> {
        let text = self.ok(&[args, &["-f", "json"]].concat());
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        value["rows"].as_array().cloned().expect("rows")
    }

    /// Scans the tree and gives the report without what tells time, and the exit code.
    pub(crate) fn scan(&self, args: &[&str]) -> (serde_json::Value, Option<i32>) {
        let output = self.run(&[&["scan", ".", "-f", "json"], args].concat());
        let mut report: serde_json::Value = serde_json::from_str(&out(&output))
            .unwrap_or_else(|error| panic!("{error}: {}{}", out(&output), err(&output)));
        if let Some(summary) = report["summary"].as_object_mut() {
            summary.remove("elapsed_ms");
        }
        (report, code(&output))
    }
}

/// Waits until what was written before is told by its times from what will be written.
pub(crate) fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(2_100));
}

/// Every file of a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

pub(crate) fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs git in the tree, without what this machine has configured.
pub(crate) fn git(place: &Place, args: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(place.tree())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}
