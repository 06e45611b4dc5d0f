//! `completion`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::output::print;
use crate::args::Cli;
use crate::exit::Exit;

/// Prints the completions.
pub(crate) fn run(shell: Shell) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "scanner-rs", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}
