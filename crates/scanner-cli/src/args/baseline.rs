//! `baseline`.

use clap::{Args, Subcommand};

use super::ScanArgs;

/// Keep a list of known findings in the repository.
#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: BaselineCommand,
}

/// What new entries say.
#[derive(Clone, Debug, Args)]
pub(crate) struct EntryArgs {
    /// Any word [default: what was decided in the store, else open]
    #[arg(long, value_name = "WORD")]
    pub(crate) state: Option<String>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    /// Who decided
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,

    /// The last day on which they hold, as in 2027-01-31
    #[arg(long, value_name = "DATE")]
    pub(crate) expires: Option<String>,
}

/// What to do with a baseline; all scan first, with the flags of `scan`.
#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Scan, and write everything that is found into a new file
    #[command(override_usage = "scanner-rs baseline create [OPTIONS] <PATH>... -b <FILE>")]
    Create {
        #[command(flatten)]
        entry: EntryArgs,
        #[command(flatten)]
        scan: Box<ScanArgs>,
    },
    /// Scan, and add what is not in the file yet
    #[command(override_usage = "scanner-rs baseline update [OPTIONS] <PATH>... -b <FILE>")]
    Update {
        #[command(flatten)]
        entry: EntryArgs,
        #[command(flatten)]
        scan: Box<ScanArgs>,
    },
    /// Scan, and drop entries that fit nothing any more
    #[command(override_usage = "scanner-rs baseline prune [OPTIONS] <PATH>... -b <FILE>")]
    Prune {
        /// Only list them
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        scan: Box<ScanArgs>,
    },
    /// Scan, and say of each entry what it stands for
    #[command(override_usage = "scanner-rs baseline explain [OPTIONS] <PATH>... -b <FILE>")]
    Explain {
        #[command(flatten)]
        scan: Box<ScanArgs>,
    },
}
