//! `cargo xtask fuzz`: builds `scanner-fuzz` with the compiler's coverage counters, in a folder of its own, and runs
//! it. Options go to it as they are, but for `--blind`, which builds it like any program.
//!
//! All flags are stable: the counters are a pass of LLVM, and what they call is Rust of that crate.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::place;

/// Coverage of edges, counted in a byte each.
const FLAGS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=3",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cdebug-assertions=yes",
    "-Coverflow-checks=yes",
];

/// Runs the chore.
///
/// # Errors
/// Cargo cannot be started, or does not say where it builds or for what machine.
pub(crate) fn command(arguments: &[String]) -> Result<ExitCode> {
    let (blind, passed): (Vec<&String>, Vec<&String>) =
        arguments.iter().partition(|word| *word == "--blind");
    let mut command = Command::new("cargo");
    command.current_dir(place::repository());
    if blind.is_empty() {
        // With a target named, build scripts and macros are built without the flags.
        let machine = machine()?;
        command.args(["run", "--quiet", "--release", "-p", "scanner-fuzz", "--target", &machine]);
        command.args(["--config", "profile.release.lto=false"]);
        command.env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"));
        command.env("CARGO_TARGET_DIR", place::target()?.join("fuzz"));
    } else {
        command.args(["run", "--quiet", "-p", "scanner-fuzz"]);
    }
    let status = command.arg("--").args(passed).status().context("cargo could not be started")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The name of this machine's kind, as the compiler calls it.
fn machine() -> Result<String> {
    let mut command = Command::new("rustc");
    let told = crate::tool::answer_text(command.arg("-vV"))?;
    let line = told.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).context("rustc does not tell its host")
}
