//! The `scanner-rs` command: reads the command line and the environment, calls the runtime, and turns what
//! comes back into an exit code.
//!
//! It is a library so that its reader of configurations can be given made-up ones; the program calls [`main`] and nothing else.

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
mod ruleset;
mod stdin;
mod store_place;
mod values;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use exit::Exit;

/// What to type for words that other scanners have as commands, and for a path in a command's place.
fn tip(error: &clap::Error) -> Option<String> {
    use clap::error::{ContextKind, ContextValue};
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let instead = match word.as_str() {
        "dir" | "directory" | "files" | "file" | "filesystem" | "detect" => "scan <PATH>",
        "fs" => "scan fs <PATH>",
        "git" => "scan git <REPOSITORY>",
        "image" | "docker" => "scan image <IMAGE>",
        "stdin" | "-" => "scan stdin",
        "protect" | "pre-commit" => "scan git . --staged",
        "version" => "--version",
        path if Path::new(path).exists() => {
            return Some(format!("\nTry: scanner-rs scan {path}"));
        }
        _ => return None,
    };
    Some(format!("\nTry: scanner-rs {instead}"))
}

/// Reads the text of a configuration file as a scan does, with its allow lists and without files that it extends.
///
/// # Errors
///
/// What a user is told of it, file and line in front.
pub fn check_config(name: &str, text: &str) -> anyhow::Result<()> {
    let config = config_file::parse(Path::new(name), text)?;
    cmd::judge_lists(&config)
}

/// Runs the command, whose arguments are those of the process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout and are no error; a closed pipe is not our concern.
            let _ = error.print();
            if let Some(tip) = tip(&error) {
                messages::note(&tip);
            }
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
