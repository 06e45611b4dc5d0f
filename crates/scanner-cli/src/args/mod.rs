//! The command line. Words are those that people already type.

mod archive;
mod baseline;
mod engine;
mod explain;
mod git;
mod hook;
mod report;
mod rules;
mod scan;
mod store;
mod tier;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use archive::ArchiveArgs;
pub(crate) use baseline::{BaselineArgs, BaselineCommand, EntryArgs};
pub(crate) use engine::{CacheArgs, CacheCommand, EngineName, EngineUse, VectorscanMode};
pub(crate) use explain::ExplainArgs;
pub(crate) use git::{GitArgs, Mode};
pub(crate) use hook::{HookArgs, HookCommand, HookKind};
pub(crate) use report::{OutputArgs, ReportArgs};
pub(crate) use rules::{RulesArgs, RulesCommand, RulesFormat};
pub(crate) use scan::{OnOff, ScanArgs, StoreUse};
pub(crate) use store::{
    FilterArgs, ListArgs, ListFormat, StoreArgs, StoreCommand, TriageCommand, TriageSet,
};
pub(crate) use tier::Tier;

/// Encodings one inside the other that can be undone, at most.
pub(crate) const DECODE_DEPTH_MAX: u32 = 8;

/// Archives one inside the other that can be opened, at most.
pub(crate) const ARCHIVE_DEPTH_MAX: u32 = 32;

/// Where flags of all commands stand in help: behind those of the command.
const LAST: usize = 900;

/// Finds leaked credentials in files, folders and git repositories, offline.
#[derive(Debug, Parser)]
#[command(
    name = "scanner-rs",
    about = "Finds leaked credentials in files, folders and git repositories, offline.",
    disable_version_flag = true,
    subcommand_required = false,
    after_help = "Exit codes: 0 clean, 1 findings (--exit-code), 2 wrong use or configuration, \
                  3 incomplete, 4 nothing was scanned, 130 interrupted."
)]
pub(crate) struct Cli {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Say more on stderr; repeat for more
    #[arg(short, long, global = true, action = clap::ArgAction::Count, display_order = LAST)]
    pub(crate) verbose: u8,

    /// Say nothing on stderr but errors, and no progress
    #[arg(short, long, global = true, display_order = LAST)]
    pub(crate) quiet: bool,

    /// When to use colours: auto (on a terminal, unless `NO_COLOR` is set), always or never
    #[arg(
        long,
        global = true,
        display_order = LAST,
        value_enum,
        default_value = "auto",
        hide_possible_values = true,
        value_name = "WHEN"
    )]
    pub(crate) color: When,

    /// As --color never
    #[arg(long, global = true, display_order = LAST)]
    pub(crate) no_color: bool,

    /// Version; with --verbose also rules, engines and instructions
    #[arg(short = 'V', long)]
    pub(crate) version: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan files, folders, git repositories or standard input
    Scan(Box<ScanArgs>),
    /// List, show, check and test detectors
    Rules(RulesArgs),
    /// Say which stage accepted or dropped a text, and why
    Explain(ExplainArgs),
    /// Scan what a commit or a push brings, as a hook of git
    Hook(HookArgs),
    /// Look at what earlier scans found, and decide about it
    Store(StoreArgs),
    /// Keep a list of known findings in the repository
    Baseline(BaselineArgs),
    /// Write a report of an earlier scan, without scanning
    Report(ReportArgs),
    /// Look at, fill or empty what the engine vectorscan keeps between runs
    Cache(CacheArgs),
    /// Print completions for a shell
    Completion {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

/// When to do something that depends on a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal
    #[default]
    Auto,
    /// In any case
    Always,
    /// In no case
    Never,
}
