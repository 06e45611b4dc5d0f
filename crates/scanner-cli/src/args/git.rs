//! What `scan git` adds to `scan`.

use clap::{Args, ValueEnum};

use super::OnOff;

/// How objects are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Every object of the store, once, reachable or not
    OdbBlob,
    /// What commits bring, one after the other
    DiffHistory,
}

/// Which part of a repository.
#[derive(Debug, Args)]
#[command(next_help_heading = "With `scan git`")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct GitArgs {
    /// Scan only what is staged
    #[arg(long, group = "part")]
    pub(crate) staged: bool,

    /// Scan only what these commits bring: A..B, A...B or one name
    #[arg(long, value_name = "RANGE", group = "part")]
    pub(crate) range: Option<String>,

    /// Scan only what is newer than a commit or a date, as in v1.2, 2027-01-31 or 14d
    #[arg(long, value_name = "REV|DATE", conflicts_with = "part")]
    pub(crate) since: Option<String>,

    /// Scan only the history of this branch
    #[arg(long, value_name = "BRANCH", conflicts_with = "part")]
    pub(crate) branch: Option<String>,

    /// Scan what a push brings; reads what git tells a pre-push hook on standard input
    #[arg(long, group = "part")]
    pub(crate) pre_push: bool,

    /// Scan what a push brings; reads what git tells a pre-receive hook on standard input
    #[arg(long, group = "part")]
    pub(crate) pre_receive: bool,

    /// Scan what this job of a hosted CI brings, by its environment variables
    #[arg(long, group = "part")]
    pub(crate) ci: bool,

    /// The remote that --pre-push pushes to
    #[arg(long, value_name = "NAME", hide = true)]
    pub(crate) remote: Option<String>,

    /// How objects are found [default: odb-blob]
    #[arg(long, value_enum, value_name = "MODE")]
    pub(crate) mode: Option<Mode>,

    /// Tell names and addresses of authors
    #[arg(long)]
    pub(crate) show_authors: bool,

    /// Tell every path that ever had a secret, not only those of its first commit
    #[arg(long)]
    pub(crate) all_paths: bool,

    /// Whether versions of an object are scanned only where they differ, for tests
    #[arg(long, value_enum, default_value = "on", value_name = "WHEN", hide = true)]
    pub(crate) delta: OnOff,
}

impl GitArgs {
    /// Whether anything but the whole of a repository was asked for.
    pub(crate) fn is_partial(&self) -> bool {
        self.staged
            || self.range.is_some()
            || self.since.is_some()
            || self.branch.is_some()
            || self.pre_push
            || self.pre_receive
            || self.ci
    }
}
