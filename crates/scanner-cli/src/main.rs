//! The `scanner-rs` command: reads the command line and the environment, calls the runtime, and turns what
//! comes back into an exit code.

mod args;
mod ci;
mod cmd;
mod config_file;
mod dates;
mod engine_choice;
mod env;
mod exit;
mod logger;
mod messages;
mod progress;
mod store_place;
mod values;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use exit::Exit;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout and are no error; a closed pipe is not our concern.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Clean.into() };
        }
    };
    let environment = env::Environment::read();
    logger::start(cli.verbose, cli.quiet, &environment);
    let outcome = match &cli.command {
        Some(Command::Scan(scan)) => cmd::scan::run(&cli, scan, &environment),
        Some(Command::Rules(rules)) => cmd::rules::run(rules),
        Some(Command::Explain(explain)) => cmd::explain::run(explain, &environment),
        Some(Command::Hook(hook)) => cmd::hook::run(&cli, hook, &environment),
        Some(Command::Store(store)) => cmd::store::run(store, &environment),
        Some(Command::Baseline(baseline)) => cmd::baseline::run(&cli, baseline, &environment),
        Some(Command::Report(report)) => cmd::report::run(&cli, report, &environment),
        Some(Command::Cache(cache)) => cmd::cache::run(cache, &environment),
        Some(Command::Completion { shell }) => cmd::completion::run(*shell),
        None if cli.version => cmd::version::run(&cli),
        None => Ok(cmd::version::usage()),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(error) => {
            messages::error(&error);
            Exit::Usage.into()
        }
    }
}
