//! `store`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::values;

/// Look at what earlier scans found, and decide about it.
#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: StoreCommand,

    /// The store [default: $XDG_STATE_HOME/scanner-rs/findings.db]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
}

/// How a listing is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// Columns
    #[default]
    Table,
    /// JSON
    Json,
    /// CSV
    Csv,
}

/// How a listing is printed, and which piece of it.
#[derive(Clone, Debug, Args)]
pub(crate) struct ListArgs {
    /// Columns, JSON or CSV
    #[arg(short, long, value_enum, default_value = "table")]
    pub(crate) format: ListFormat,

    /// Rows at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: u32,

    /// Go on behind this row, as the page before says at its end
    #[arg(long, value_name = "ROW")]
    pub(crate) after: Option<i64>,
}

/// Which findings are listed.
#[derive(Clone, Debug, Args)]
pub(crate) struct FilterArgs {
    /// Of this run [default: the latest of each root]
    #[arg(long, value_name = "RUN", conflicts_with = "all")]
    pub(crate) run: Option<i64>,

    /// Of all runs, also what is gone
    #[arg(long)]
    pub(crate) all: bool,

    /// Of this root, as `store runs` names it
    #[arg(long, value_name = "ROOT")]
    pub(crate) root: Option<String>,

    /// Of this rule; globs work
    #[arg(long, value_name = "RULE")]
    pub(crate) rule: Option<String>,

    /// Of this severity: low, medium, high or critical
    #[arg(long, value_name = "SEVERITY")]
    pub(crate) severity: Option<String>,

    /// In files whose path begins so; globs work
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<String>,

    /// Of the secret whose hash begins so
    #[arg(long, value_name = "HASH")]
    pub(crate) secret: Option<String>,

    /// In this state: open, confirmed, false-positive, revoked or accepted
    #[arg(long, value_name = "STATE")]
    pub(crate) state: Option<String>,
}

/// What to do with the store.
#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Make the store and its key; from then on scans use it
    Init,
    /// Check the whole store
    Check,
    /// Forget old runs
    #[command(group = clap::ArgGroup::new("which").args(["keep", "older"]).required(true))]
    Gc {
        /// Keep so many runs of each root
        #[arg(long, value_name = "N")]
        keep: Option<u32>,
        /// Forget runs older than this, as in 90d
        #[arg(long, value_name = "TIME", value_parser = values::duration)]
        older: Option<Duration>,
    },
    /// List runs, the latest first
    Runs {
        /// Of this root only
        #[arg(long, value_name = "ROOT")]
        root: Option<String>,
        #[command(flatten)]
        list: ListArgs,
    },
    /// List findings
    Findings {
        #[command(flatten)]
        filter: FilterArgs,
        #[command(flatten)]
        list: ListArgs,
    },
    /// List secrets, each once
    Secrets {
        /// Only the one whose hash begins so, with all its places
        #[arg(value_name = "HASH")]
        secret: Option<String>,
        /// Only those that stand in more than one root
        #[arg(long)]
        shared: bool,
        /// In this state: open, confirmed, false-positive, revoked or accepted
        #[arg(long, value_name = "STATE")]
        state: Option<String>,
        #[command(flatten)]
        list: ListArgs,
    },
    /// Say what is new, resolved and unchanged from one run to another
    Diff {
        /// The earlier run
        from: i64,
        /// The later run [default: the latest of the same root]
        to: Option<i64>,
        /// Leave out what is unchanged
        #[arg(long)]
        changes: bool,
        #[command(flatten)]
        list: ListArgs,
    },
    /// Decide about secrets
    Triage {
        /// What to do
        #[command(subcommand)]
        command: TriageCommand,
    },
}

/// A decision.
#[derive(Clone, Debug, Args)]
pub(crate) struct TriageSet {
    /// The beginnings of the hashes of secrets, as listings show them
    #[arg(required = true, value_name = "HASH")]
    pub(crate) secrets: Vec<String>,

    /// open, confirmed, false-positive, revoked or accepted
    #[arg(long, value_name = "STATE")]
    pub(crate) state: String,

    /// Why
    #[arg(long, default_value = "")]
    pub(crate) reason: String,

    /// Who decided
    #[arg(long, default_value = "")]
    pub(crate) owner: String,

    /// The last day on which it holds, as in 2027-01-31
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<String>,
}

/// What to do about decisions.
#[derive(Debug, Subcommand)]
pub(crate) enum TriageCommand {
    /// Decide about secrets, wherever they stand
    Set(TriageSet),
    /// List decisions, the latest first
    List {
        /// About the secret whose hash begins so
        #[arg(value_name = "HASH")]
        secret: Option<String>,
        /// Also those that were replaced
        #[arg(long)]
        history: bool,
        /// Columns, JSON or CSV
        #[arg(short, long, value_enum, default_value = "table")]
        format: ListFormat,
    },
}
