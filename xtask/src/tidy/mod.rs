//! `cargo xtask tidy`: the rules of the repository that no compiler and no linter checks.
//!
//! Each rule is a function from text to [`Complaint`]s, so that it can be tested on small made
//! inputs; this file only feeds them the real repository. The same run is a test of this crate.
//! It reads and never mends.

mod arrows;
mod manifest;
mod modules;
mod sources;
mod text;

use std::fmt;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::options::Options;
use crate::{place, tool};

/// The page that holds the table of arrows.
const MAP: &str = "ARCHITECTURE.md";

/// A broken rule: where, which, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Complaint {
    /// Relative to the root of the repository.
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: usize,
    /// What is wrong and what to do.
    pub(crate) message: String,
}

impl Complaint {
    pub(crate) fn new(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// Runs the chore; the exit code is 1 when a rule is broken.
///
/// # Errors
/// The repository cannot be read.
pub(crate) fn command(arguments: &[String]) -> Result<ExitCode> {
    Options::parse(arguments, &[], &[])?;
    let complaints = check(place::repository())?;
    for complaint in &complaints {
        println!("{complaint}");
    }
    if complaints.is_empty() {
        println!("tidy");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} to mend", complaints.len());
    Ok(ExitCode::FAILURE)
}

/// Every complaint about the repository at `root`, sorted by place.
///
/// # Errors
/// `git` or `cargo` cannot answer, or a file vanished while it was read.
pub(crate) fn check(root: &Path) -> Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    let mut modules = modules::Modules::default();
    for file in files(root)? {
        let path = root.join(&file);
        if !path.is_file() {
            continue; // deleted, and not yet committed so
        }
        let bytes = std::fs::read(&path).with_context(|| format!("{file} cannot be read"))?;
        complaints.extend(sources::name(&file));
        let Ok(text) = String::from_utf8(bytes) else { continue };
        complaints.extend(text::machine_paths(&file, &text));
        complaints.extend(text::registry_hosts(&file, &text));
        if sources::is_ours(&file) {
            complaints.extend(sources::header(&file, &text));
            complaints.extend(sources::length(&file, &text));
            complaints.extend(sources::environment(&file, &text));
            modules.add(&file, &text);
        }
    }
    complaints.extend(modules.check());
    complaints.extend(check_map(root)?);
    complaints.sort();
    Ok(complaints)
}

/// What git tracks, and what it would track if asked, relative to `root`.
fn files(root: &Path) -> Result<Vec<String>> {
    let mut command = Command::new("git");
    command.current_dir(root).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let names = tool::answer(&mut command)?;
    let mut files: Vec<String> = names
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    files.sort();
    files.dedup();
    Ok(files)
}

/// Compares the table of arrows with the manifests.
fn check_map(root: &Path) -> Result<Vec<Complaint>> {
    let Ok(page) = std::fs::read_to_string(root.join(MAP)) else {
        return Ok(vec![Complaint::new(MAP, 1, "is missing: write the table of arrows")]);
    };
    let crates = manifest::crates(root)?;
    let table = match arrows::Table::parse(&page) {
        Ok(table) => table,
        Err((line, message)) => return Ok(vec![Complaint::new(MAP, line, message)]),
    };
    let mut complaints = table.check(&crates);
    complaints.extend(arrows::unnamed(MAP, &page, &crates));
    Ok(complaints)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let complaints = check(place::repository()).unwrap();
        let lines: Vec<String> = complaints.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "\n{}", lines.join("\n"));
    }

    #[test]
    fn a_complaint_reads_as_a_place_and_an_advice() {
        assert_eq!(Complaint::new("a/b.rs", 3, "split it").to_string(), "a/b.rs:3: split it");
    }
}
