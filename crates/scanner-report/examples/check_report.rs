//! Checks a JSON report against a schema: `cargo run -p scanner-report --example check_report -- SCHEMA REPORT`.
//!
//! The schemas that others publish are not ours to keep here; `make gitlab-schema` runs this with one that you have.

#![expect(clippy::print_stderr, reason = "it is for who runs it")]

use std::error::Error;
use std::process::ExitCode;

use serde_json::Value;

/// Faults that are shown.
const SHOWN_MAX: usize = 20;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let mut read = |what: &str| -> Result<Value, Box<dyn Error>> {
        let path = arguments.next().ok_or(what)?;
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    };
    let schema = read("say which schema")?;
    let report = read("say which report")?;
    let validator = jsonschema::options().should_validate_formats(true).build(&schema)?;
    let faults: Vec<String> = validator
        .iter_errors(&report)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .take(SHOWN_MAX)
        .collect();
    for fault in &faults {
        eprintln!("{fault}");
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
