//! `hook`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Scan what a commit or a push brings, as a hook of git.
#[derive(Debug, Args)]
pub(crate) struct HookArgs {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: HookCommand,
}

/// When git runs the hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HookKind {
    /// Before a commit: what is staged
    #[value(name = "pre-commit")]
    Commit,
    /// Before a push, where it starts: the commits that the remote does not have
    #[value(name = "pre-push")]
    Push,
    /// Before a push, where it arrives: the commits that it brings
    #[value(name = "pre-receive")]
    Receive,
}

impl HookKind {
    /// The name of the file that git runs.
    pub(crate) const fn file_name(self) -> &'static str {
        match self {
            Self::Commit => "pre-commit",
            Self::Push => "pre-push",
            Self::Receive => "pre-receive",
        }
    }
}

/// What to do with hooks.
#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    /// Put a hook into a repository
    Install {
        /// When git runs it
        #[arg(value_enum, default_value = "pre-commit")]
        kind: HookKind,
        /// The repository
        #[arg(default_value = ".")]
        repository: PathBuf,
        /// Replace a hook that is there
        #[arg(long)]
        force: bool,
    },
    /// Do a hook's work: what the installed file calls
    Run {
        /// When git runs it
        #[arg(value_enum)]
        kind: HookKind,
        /// What git tells the hook, then flags for `scan git`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<OsString>,
    },
}
