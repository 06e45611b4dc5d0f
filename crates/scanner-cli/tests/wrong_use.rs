//! Wrong use of the command: every message says what is allowed or what to do, and nothing is scanned.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A made-up GitHub token with its right checksum, joined at run time.
fn token() -> String {
    scanner_testkit::tokens::github(&["q8Zr27LmX0", "Tb5Jw9Kc4H", "v6Ny1Pd3Ga"].concat())
}

fn planted() -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    fs::write(dir.path().join("a.env"), format!("\nTOKEN={}\n", token())).expect("a file");
    dir
}

fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scanner-rs"));
    command
        .args(args)
        .current_dir(dir)
        .env_remove("SCANNER_CONFIG")
        .env_remove("SCANNER_SECRET_KEY")
        .env("XDG_STATE_HOME", "/nowhere")
        .stdin(Stdio::null());
    command
}

fn run(dir: &Path, args: &[&str]) -> Output {
    command(dir, args).output().expect("the command runs")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The command is refused with all of `words` in its message, before anything is reported.
fn refused(dir: &Path, args: &[&str], words: &[&str]) {
    let output = run(dir, args);
    let said = err(&output);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    assert_eq!(out(&output), "", "{args:?}");
    for word in words {
        assert!(said.contains(word), "{args:?}: {word} is not in {said}");
    }
}

#[test]
fn flags_say_what_they_take() {
    let dir = planted();
    for (args, words) in [
        (&["scan", ".", "-j", "0"][..], &["a number from 1"][..]),
        (&["scan", ".", "--threads", "many"], &["a number from 1"]),
        (&["scan", ".", "-f", "json="], &["-f json=FILE"]),
        (&["scan", ".", "--min-confidence", "sure"], &["possible", "likely", "certain"]),
        (&["scan", ".", "--exclude-layers", "x"], &["scan image"]),
        (&["scan", "stdin", "a.env"], &["a run of its own"]),
        (&["scan", "git"], &["scan git ."]),
        (&["scan", ".", "--show-suppressed=no/folder"], &["no/folder cannot be written"]),
        (&["scan", ".", "--color", "sometimes"], &["auto", "always", "never"]),
        (&["git", "."], &["Try: scanner-rs scan git"]),
        (&["dir", "."], &["Try: scanner-rs scan <PATH>"]),
        (&["a.env"], &["Try: scanner-rs scan a.env"]),
    ] {
        refused(dir.path(), args, words);
    }
    let said = err(&run(dir.path(), &["scan", ".", "-f", "json=no/folder"]));
    assert_eq!(said.matches("cannot write").count() + said.matches("cannot be written").count(), 1);
}

#[test]
fn a_wrong_setting_names_its_file_and_line() {
    let dir = planted();
    for (text, words) in [
        ("[scan]\njobs = 0\n", &[":2", "a number from 1"][..]),
        ("[scan]\n\nmin_confidence = \"sure\"\n", &[":3", "`possible`", "`likely`"]),
        ("[scan]\ntimeout = \"soon\"\n", &[":2", "30s"]),
        ("[scan]\nmax_file_size = \"10X\"\n", &[":2", "10M"]),
        ("[scan]\nmax_decode_depth = 99\n", &[":2", "from 0 to 8"]),
        ("[scan]\nmax_archive_depth = -1\n", &[":2", "from 0 to 32"]),
        ("[scan]\nenable_rules = [\"no-such-rule\"]\n", &["no-such-rule"]),
        ("[allow]\npaths = [\"[\"]\n", &["["]),
    ] {
        fs::write(dir.path().join(".scanner.toml"), text).expect("a file");
        refused(dir.path(), &["scan", "."], &[&[".scanner.toml"], words].concat());
    }
    fs::write(dir.path().join(".scanner.toml"), "[scan]\nmax_file_size = 20\ntimeout = 60\n")
        .expect("a file");
    let output = run(dir.path(), &["scan", "."]);
    assert_eq!(output.status.code(), Some(4), "numbers need no quotes: {}", err(&output));
}

#[test]
fn verbose_says_which_settings_hold() {
    let dir = planted();
    fs::write(dir.path().join(".scanner.toml"), "[scan]\njobs = 3\nexclude = [\"*.bin\"]\n")
        .expect("a file");
    let said =
        err(&run(dir.path(), &["scan", ".", "-v", "--exclude", "x", "--max-decode-depth", "1"]));
    for word in
        [".scanner.toml", "3 threads", "\"x\", \"*.bin\"", "encodings 1 deep", "from likely"]
    {
        assert!(said.contains(word), "{word} is not in {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_configuration_that_leads_nowhere_is_no_missing_one() {
    let dir = planted();
    std::os::unix::fs::symlink("gone.toml", dir.path().join(".scanner.toml")).expect("a link");
    refused(dir.path(), &["scan", "."], &[".scanner.toml cannot be read"]);
}

#[test]
fn a_key_that_is_none_is_refused() {
    let dir = planted();
    let output = command(dir.path(), &["scan", "."]).env("SCANNER_SECRET_KEY", "abc").output();
    let output = output.expect("the command runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("SCANNER_SECRET_KEY"), "{}", err(&output));
}

#[test]
fn nothing_to_scan_is_not_called_complete() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for args in [&["scan", "."][..], &["scan", "stdin"]] {
        let output = run(dir.path(), args);
        assert_eq!(output.status.code(), Some(4), "{}", err(&output));
        let text = out(&output);
        assert!(text.starts_with("Nothing was scanned") && !text.contains("complete"), "{text}");
    }
}

#[test]
fn explain_sees_the_file_as_a_scan_does() {
    let dir = planted();
    fs::create_dir(dir.path().join("sub")).expect("a folder");
    let made_up = ["acme_live_", "q8Zr27LmX0Tb5Jw9"].concat();
    fs::write(dir.path().join("sub/own.txt"), format!("key {made_up}\n")).expect("a file");
    let rule = "[[detector]]\nid = \"acme\"\nname = \"Acme\"\n\
                token = { prefix = \"acme_live_\", body = \"[0-9A-Za-z]{16}\" }\n";
    fs::write(dir.path().join(".scanner.toml"), rule).expect("a file");
    for place in ["sub/own.txt", "sub/own.txt:1", "sub/own.txt:1:5"] {
        let output = run(dir.path(), &["explain", place]);
        assert_eq!(output.status.code(), Some(1), "{place}: {}", err(&output));
        assert!(out(&output).contains("acme"), "{}", out(&output));
    }
    refused(dir.path(), &["explain", "a.env:0"], &["no line 0", "last one is 2"]);
    refused(dir.path(), &["explain", "a.env:3"], &["no line 3"]);
    refused(dir.path(), &["explain", "a.zip!x:3"], &["cannot be read", "--show-suppressed"]);
}

#[cfg(unix)]
#[test]
fn explain_takes_names_that_are_no_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let dir = planted();
    let name = std::ffi::OsStr::from_bytes(b"a\xff.env");
    fs::rename(dir.path().join("a.env"), dir.path().join(name)).expect("renamed");
    let place = std::ffi::OsStr::from_bytes(b"a\xff.env:2");
    let output = command(dir.path(), &["explain"]).arg(place).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
}

#[test]
fn rules_of_a_configuration_are_listed_and_shown() {
    let dir = planted();
    let text = "[extend]\nuse_default = false\n[[detector]]\nid = \"acme\"\nname = \"Acme\"\n\
                token = { prefix = \"acme_live_\", body = \"[0-9A-Za-z]{16}\" }\n";
    fs::write(dir.path().join("c.toml"), text).expect("a file");
    let listed = out(&run(dir.path(), &["rules", "list", "-c", "c.toml"]));
    assert!(listed.starts_with("acme ") && listed.contains("\n1 rule ("), "{listed}");
    assert!(
        out(&run(dir.path(), &["rules", "show", "acme", "-c", "c.toml"])).contains("acme_live_")
    );
    assert_eq!(run(dir.path(), &["rules", "show", "acme"]).status.code(), Some(2));
}

#[test]
fn colours_can_be_asked_for_and_refused() {
    let dir = planted();
    let is_coloured = |args: &[&str]| out(&run(dir.path(), args)).contains('\x1b');
    assert!(!is_coloured(&["scan", "."]));
    assert!(is_coloured(&["scan", ".", "--color", "always"]));
    assert!(!is_coloured(&["scan", ".", "--color", "never"]));
    assert!(!is_coloured(&["scan", ".", "--color", "always", "--no-color"]));
}

#[test]
fn a_narrow_terminal_breaks_sentences_between_words() {
    let dir = planted();
    let output =
        command(dir.path(), &["scan", "."]).env("COLUMNS", "40").output().expect("it runs");
    for line in out(&output).lines().filter(|line| !line.contains("ignore ")) {
        assert!(line.chars().count() <= 40, "{line}");
    }
}

/// A reader that has enough is no failure of the scan.
#[test]
fn a_closed_pipe_is_silent() {
    let dir = planted();
    for format in ["text", "json", "jsonl", "csv"] {
        let mut child = command(dir.path(), &["scan", ".", "-f", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), err(&output)), (Some(1), String::new()), "{format}");
    }
}

/// Waits, at most for a minute.
#[cfg(unix)]
fn end_of(child: &mut std::process::Child) -> Option<i32> {
    let until = Instant::now() + Duration::from_mins(1);
    while Instant::now() < until {
        if let Some(status) = child.try_wait().expect("a status") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it was there");
    None
}

#[cfg(unix)]
#[test]
fn an_interruption_or_the_time_ends_a_scan_of_standard_input_that_waits() {
    let dir = planted();
    for (args, want) in [(&["scan", "stdin"][..], 130), (&["scan", "-", "--timeout", "1s"], 1)] {
        let mut child = command(dir.path(), args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut input = child.stdin.take().expect("a pipe");
        writeln!(input, "TOKEN={}", token()).expect("it reads");
        if want == 130 {
            // Long enough for the handler to stand; if not, the signal ends the process without a code and the test fails.
            std::thread::sleep(Duration::from_secs(3));
            let pid = i32::try_from(child.id()).expect("a process id");
            #[expect(unsafe_code, reason = "a signal has to be sent from outside")]
            // SAFETY: a system call on the id of a child that has not been waited for.
            let sent = unsafe { libc::kill(pid, libc::SIGINT) };
            assert_eq!(sent, 0);
        }
        let code = end_of(&mut child);
        let mut text = String::new();
        std::io::Read::read_to_string(&mut child.stdout.take().expect("a pipe"), &mut text)
            .expect("text");
        assert_eq!(code, Some(want), "{text}");
        assert!(text.contains("github-pat"), "what came until then is told: {text}");
        drop(input);
    }
}
