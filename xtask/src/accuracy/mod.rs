//! `cargo xtask accuracy`: how right the scanner is, on text whose secrets are known.
//!
//! Three kinds of text. The labelled half of a public data set, assembled outside the repository
//! ([`creddata`]); our own corpus of made-up lines ([`corpus`]); and sources of well-known packages, in
//! which by inspection nothing is secret ([`clean`]). The scanner is run as its users run it ([`scanner`]),
//! with every occurrence reported. Figures are printed and kept under `benchmarks/accuracy/` ([`record`]).
//! Nothing of the data set is written there: counts only.

mod clean;
mod corpus;
mod creddata;
mod record;
mod scanner;
mod score;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};

use self::record::{Bar, Record};
use self::scanner::Scanner;
use crate::options::Options;
use crate::place;

/// Runs the chore; the exit code is 1 when a bar is missed and `--strict` is given.
///
/// # Errors
/// The command line cannot be understood, or the scanner cannot be run.
pub(crate) fn command(arguments: &[String]) -> Result<ExitCode> {
    let valued = ["data", "program", "record", "date", "worst"];
    let options = Options::parse(arguments, &valued, &["strict", "no-record"])?;
    ensure!(options.operands.is_empty(), "what is {}?", options.operands.join(" "));
    let root = place::repository();
    let data = place::data(options.value("data"))?;
    let worst: usize = options.value("worst").unwrap_or("20").parse()?;
    let scanner = Scanner::find(options.value("program"))?;
    let mut record = Record::new(&scanner, options.value("date"))?;
    if data.join("creddata/meta").is_dir() {
        creddata::measure(&scanner, &data.join("creddata"), worst, &mut record)?;
    } else {
        record.absent("creddata", "assemble the development half below the data folder");
    }
    corpus::measure(&scanner, &root.join("benchmarks/accuracy/corpus"), worst, &mut record)?;
    clean::measure(&scanner, &data, &mut record)?;
    print!("{}", record.page());
    if !options.has("no-record") {
        let usual = root.join("benchmarks/accuracy");
        record.write(&options.value("record").map_or(usual, PathBuf::from))?;
    }
    let missed = record.bars.iter().any(Bar::is_missed);
    Ok(if missed && options.has("strict") { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
