//! Runs the scanner over a folder and reads its findings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::{place, tool};

/// The scanner's command, built for release.
#[derive(Debug)]
pub(crate) struct Scanner {
    program: PathBuf,
}

/// A finding, as far as accuracy goes. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Relative to the folder that was scanned.
    pub(crate) path: String,
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) rule: String,
    /// Whether the scanner reports it unless told otherwise.
    pub(crate) likely: bool,
}

/// What a scan gave.
#[derive(Debug, Default)]
pub(crate) struct Scanned {
    pub(crate) found: Vec<Found>,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

/// A line of the scanner's JSON Lines: a finding or the summary, others are passed over.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Event {
    Finding {
        path: String,
        line: u32,
        end_line: u32,
        rule: String,
        confidence: String,
    },
    Summary {
        status: String,
        files: u64,
        bytes: u64,
        #[serde(default)]
        failed: BTreeMap<String, u64>,
    },
    #[serde(other)]
    Other,
}

impl Scanner {
    /// The program given, or one built now.
    ///
    /// # Errors
    /// It cannot be built, or is not there.
    pub(crate) fn find(given: Option<&str>) -> Result<Self> {
        let program = if let Some(given) = given {
            std::fs::canonicalize(given).with_context(|| given.to_owned())?
        } else {
            let mut build = Command::new("cargo");
            build.args(["build", "--release", "-q", "-p", "scanner-cli"]);
            tool::answer(build.current_dir(place::repository()))?;
            place::target()?.join("release/scanner-rs")
        };
        ensure!(program.is_file(), "{} is not there", program.display());
        Ok(Self { program })
    }

    /// What the program says of its version.
    pub(crate) fn version(&self) -> Result<String> {
        tool::answer_text(Command::new(&self.program).arg("--version"))
    }

    /// Scans `targets`, relative to `folder`; every occurrence, down to `possible`.
    ///
    /// # Errors
    /// The scanner cannot be started, fails, or does not read everything.
    pub(crate) fn scan(&self, folder: &Path, targets: &[&str]) -> Result<Scanned> {
        let output = Command::new(&self.program)
            .current_dir(folder)
            .arg("scan")
            .args(targets)
            .args(["--no-ignore", "--no-dedup", "--ignore-inline", "off", "--quiet"])
            .args(["--min-confidence", "possible", "--format", "jsonl", "--exit-code", "0"])
            // What stands inside archives is not labelled.
            .args(["--max-archive-depth", "0", "--no-store"])
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("{} could not be started", self.program.display()))?;
        ensure!(
            output.status.success(),
            "the scanner ended with {}: {}",
            output.status,
            tool::last_lines(&output.stderr, 3)
        );
        read(&String::from_utf8_lossy(&output.stdout))
    }
}

/// Reads the scanner's output.
fn read(text: &str) -> Result<Scanned> {
    let mut scanned = Scanned::default();
    let mut is_complete = false;
    for line in text.lines() {
        match serde_json::from_str(line).with_context(|| format!("not understood: {line}"))? {
            Event::Finding { path, line, end_line, rule, confidence } => {
                let likely = confidence != "possible";
                scanned.found.push(Found { path, first: line, last: end_line, rule, likely });
            }
            Event::Summary { status, files, bytes, failed } => {
                // What is encoded beyond the budgets of decoding is not labelled.
                let only_decoding = failed.keys().all(|kind| kind == "decode_budget");
                is_complete = status == "complete"
                    || (status == "incomplete" && !failed.is_empty() && only_decoding);
                (scanned.files, scanned.bytes) = (files, bytes);
            }
            Event::Other => {}
        }
    }
    ensure!(is_complete, "the scan is not complete");
    Ok(scanned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_and_the_summary_are_read() {
        let text = r#"{"type":"run","schema":1}
{"type":"finding","rule":"r","confidence":"possible","path":"a/b","line":3,"end_line":4,"x":0}
{"type":"summary","status":"complete","files":2,"bytes":10}"#;
        let scanned = read(text).unwrap();
        assert_eq!((scanned.files, scanned.bytes), (2, 10));
        let found = &scanned.found[0];
        assert_eq!((&*found.path, found.first, found.last, found.likely), ("a/b", 3, 4, false));
        assert!(read("{\"type\":\"run\"}").is_err(), "a scan without a summary is not whole");
    }
}
