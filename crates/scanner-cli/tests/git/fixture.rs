//! Tokens made up at run time, and the command under test.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use scanner_testkit::git::git_command;
use scanner_testkit::tokens;
use serde_json::Value;

pub(crate) use scanner_testkit::git::GitFixture as Fixture;

/// A made-up GitHub token of its own for each name, with its right checksum, joined at run time.
pub(crate) fn token(name: &str) -> String {
    let mut state = name.bytes().fold(0x9e37_79b9_7f4a_7c15_u64, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut body = String::new();
    for _ in 0..30 {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        body.push(tokens::letter(state >> 33));
    }
    tokens::github(&body)
}

/// The command, without anything that the machine's environment says.
pub(crate) fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scanner-rs"));
    command.args(args).current_dir(dir).env_clear();
    // Hashes that can be compared from run to run: 32 bytes of zero.
    command.env("SCANNER_SECRET_KEY", ["A".repeat(43), "=".to_owned()].concat());
    command
}

pub(crate) fn scan(dir: &Path, args: &[&str]) -> Output {
    command(dir, args).stdin(Stdio::null()).output().expect("the command runs")
}

pub(crate) fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Findings of a `json` report with secrets shown, by secret.
pub(crate) fn by_secret(output: &Output) -> BTreeMap<String, Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    let report: Value =
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text} {}", err(output)));
    let findings = report["findings"].as_array().expect("findings").iter();
    findings
        .map(|finding| (finding["secret"].as_str().expect("a secret").to_owned(), finding.clone()))
        .collect()
}

/// Findings of `scan` with these arguments, by secret.
pub(crate) fn found(dir: &Path, args: &[&str]) -> BTreeMap<String, Value> {
    by_secret(&scan(dir, &[&["scan"], args, &["-f", "json", "--show-secrets"]].concat()))
}
pub(crate) fn scan_with_input(dir: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut child = command(dir, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    child.stdin.take().expect("piped").write_all(input).expect("it reads its input");
    child.wait_with_output().expect("it ends")
}

/// A folder with the command under its name, for the `PATH` of hooks.
pub(crate) fn program_folder(fixture: &Fixture) -> PathBuf {
    let folder = fixture.root().join("bin");
    std::fs::create_dir_all(&folder).expect("a folder");
    let link = folder.join("scanner-rs");
    if !link.exists() {
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_scanner-rs"), link).expect("a link");
    }
    folder
}

/// Runs git with hooks able to find the command; whether it went well, and what it said.
pub(crate) fn git_with_hooks(fixture: &Fixture, dir: &Path, args: &[&str]) -> (bool, String) {
    let path = std::env::join_paths(
        std::iter::once(program_folder(fixture))
            .chain(["/usr/local/bin", "/usr/bin", "/bin"].map(PathBuf::from)),
    )
    .expect("a path");
    let output = git_command(dir)
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "gc.auto=0"])
        .args(args)
        .env("PATH", path)
        .output()
        .expect("git runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}
