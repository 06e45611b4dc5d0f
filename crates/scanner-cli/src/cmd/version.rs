//! `--version`, and what is printed when no command is given.

use clap::CommandFactory as _;
use scanner_runtime::engine::SimdLevel;
use scanner_runtime::rules::builtin;
use std::fmt::Write as _;

use super::output::print;
use crate::args::Cli;
use crate::engine_choice::others;
use crate::exit::Exit;

/// The version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Prints the version; with `--verbose` what is built in.
pub(crate) fn run(cli: &Cli) -> anyhow::Result<Exit> {
    let mut text = format!("scanner-rs {VERSION}\n");
    if cli.verbose > 0 {
        let _ = writeln!(
            text,
            "engines: native ({}){}\nrules:   {} built in",
            SimdLevel::detect().name(),
            others().iter().map(|name| format!(", {name}")).collect::<Vec<_>>().concat(),
            builtin::specs().len()
        );
    }
    print(&text)?;
    Ok(Exit::Clean)
}

/// Prints the help, for a call without a command.
pub(crate) fn usage() -> Exit {
    let help = Cli::command().render_help();
    crate::messages::note(&help.to_string());
    Exit::Usage
}
