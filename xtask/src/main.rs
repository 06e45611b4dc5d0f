//! Chores of the repository, run as `cargo xtask <chore>`.
//!
//! One folder a chore: [`tidy`] holds the rules that no compiler checks, [`mod@bench`] measures against
//! floors and peers, [`corpora`] provides what is measured, [`accuracy`] scores what is found, [`foreign`] compares other tools' rule files with what they
//! say, [`fuzz`] throws
//! made-up bytes at every parser. Nothing
//! here is shipped, nothing of the scanner's crates is linked: the chores see the scanner as its users
//! do, as a command.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command that talks to a terminal"
)]

mod accuracy;
mod bench;
mod corpora;
mod foreign;
mod fuzz;
mod options;
mod place;
mod tidy;
mod tool;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask tidy
    check what the compiler does not: arrows between crates, file headers, names, lengths
cargo xtask bench [--definition NAME]... [--quick] [--record DIR] [--date YYYY-MM-DD]
                  [--data DIR] [--profile NAME] [--program NAME=PATH]...
    measure every definition of benchmarks/definitions (or the named ones)
cargo xtask accuracy [--data DIR] [--program FILE] [--record DIR] [--no-record] [--date YYYY-MM-DD]
                     [--worst N] [--strict]
    score the scanner on labelled text and on clean code
cargo xtask corpora [--data DIR] [NAME]...
    provide corpora and peers outside the repository
cargo xtask foreign --configs DIR --tree DIR --program FILE
    hold configurations of gitleaks and betterleaks against their own patterns, run naively over a tree
cargo xtask fuzz [--seconds N] [--target NAME]... [--seed N|random] [--keep] [--list] [--blind]
    run the fuzz targets of crates/scanner-fuzz, with coverage counters unless --blind";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.split_first() {
        Some((chore, rest)) => match chore.as_str() {
            "tidy" => tidy::command(rest),
            "accuracy" => accuracy::command(rest),
            "bench" => bench::command(rest),
            "corpora" => corpora::command(rest),
            "foreign" => foreign::command(rest),
            "fuzz" => fuzz::command(rest),
            bench::measure::CHORE => bench::measure::command(rest),
            "help" | "--help" | "-h" => {
                println!("{USAGE}");
                Ok(ExitCode::SUCCESS)
            }
            other => Err(anyhow::anyhow!("no chore is called {other}\n{USAGE}")),
        },
        None => Err(anyhow::anyhow!("which chore?\n{USAGE}")),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::from(2)
    })
}
