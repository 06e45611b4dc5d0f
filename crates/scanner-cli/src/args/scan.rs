//! `scan`.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{ArchiveArgs, DECODE_DEPTH_MAX, EngineUse, GitArgs, OutputArgs, Tier, When};
use crate::values;

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnOff {
    /// On
    On,
    /// Off
    Off,
}

/// Where a scan keeps its findings.
#[derive(Debug, Args)]
pub(crate) struct StoreUse {
    /// Keep findings in this store, and leave out what it knows [default: the one that `store init` made]
    #[arg(long, value_name = "FILE", conflicts_with = "no_store")]
    pub(crate) store: Option<PathBuf>,

    /// Use no store
    #[arg(long)]
    pub(crate) no_store: bool,

    /// Scan unchanged files again, too
    #[arg(long)]
    pub(crate) full: bool,
}

/// Scan files, folders, git repositories or standard input.
#[derive(Debug, Args)]
#[command(
    override_usage = "scanner-rs scan <PATH>...\n       scanner-rs scan fs <PATH>...\n       \
                            scanner-rs scan git <REPOSITORY|BUNDLE>...\n       scanner-rs scan image <IMAGE>...\n       scanner-rs scan stdin"
)]
pub(crate) struct ScanArgs {
    /// Files and folders (a git work tree with its history), or what the word before them says
    #[arg(required = true, value_name = "PATH")]
    pub(crate) targets: Vec<OsString>,

    /// Configuration file [default: `$SCANNER_CONFIG`, then .scanner.toml in the scanned root]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Which reports are written
    #[command(flatten)]
    pub(crate) reports: OutputArgs,

    /// Report nothing less sure than this: possible, likely or certain [default: likely]
    #[arg(long, value_name = "TIER", value_enum, hide_possible_values = true)]
    pub(crate) min_confidence: Option<Tier>,

    /// Exit code when something was found
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) exit_code: u8,

    /// Threads [default: one for each processor]
    #[arg(short, long, visible_alias = "threads", value_name = "N", value_parser = values::threads)]
    pub(crate) jobs: Option<NonZeroUsize>,

    /// Leave larger files out, as in 10M
    #[arg(long, value_name = "SIZE", value_parser = values::bytes)]
    pub(crate) max_file_size: Option<u64>,

    /// Undo so many encodings one inside the other: base64, percent, hex, escapes; 0 for none [default: 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=i64::from(DECODE_DEPTH_MAX)))]
    pub(crate) max_decode_depth: Option<u32>,

    /// How archives are read
    #[command(flatten)]
    pub(crate) archives: ArchiveArgs,

    /// Use only these rules (ids or globs); repeat for several
    #[arg(long, value_name = "RULE")]
    pub(crate) enable_rule: Vec<String>,

    /// Do not use these rules (ids or globs); repeat for several
    #[arg(long, value_name = "RULE")]
    pub(crate) disable_rule: Vec<String>,

    /// Scan only paths that match, as in a .gitignore; repeat for several
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,

    /// Leave out paths that match, as in a .gitignore; repeat for several
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,

    /// Scan what .gitignore and .ignore leave out, and .git folders
    #[arg(long)]
    pub(crate) no_ignore: bool,

    /// Whether markers such as `gitleaks:allow` silence their line
    #[arg(long, value_enum, default_value = "on", value_name = "WHEN")]
    pub(crate) ignore_inline: OnOff,

    /// Which engine looks
    #[command(flatten)]
    pub(crate) engine: EngineUse,

    /// Stop after this time, as in 30s or 5m
    #[arg(long, value_name = "TIME", value_parser = values::duration)]
    pub(crate) timeout: Option<Duration>,

    /// Memory ceiling, as in 200M
    #[arg(long, value_name = "SIZE", value_parser = values::bytes)]
    pub(crate) max_memory: Option<u64>,

    /// Print secrets in clear
    #[arg(long, conflicts_with = "redact")]
    pub(crate) show_secrets: bool,

    /// Say what was dropped, where and by which stage, on stderr or as JSON Lines in a file
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "-", value_name = "FILE")]
    pub(crate) show_suppressed: Option<PathBuf>,

    /// Redact secrets; they always are unless --show-secrets is given
    #[arg(
        long,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "100",
        value_name = "PERCENT",
        hide = true
    )]
    pub(crate) redact: Option<u8>,

    /// Report every place of a secret as a finding of its own
    #[arg(long)]
    pub(crate) no_dedup: bool,

    /// Leave out what this baseline knows: one of ours, a report of gitleaks, a .secrets.baseline; repeat for several
    #[arg(short, long, value_name = "FILE")]
    pub(crate) baseline: Vec<PathBuf>,

    /// Where findings are kept
    #[command(flatten)]
    pub(crate) store: StoreUse,

    /// Whether to draw a progress bar
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) progress: When,

    /// Bytes read at a time, for tests
    #[arg(long, value_name = "SIZE", value_parser = values::bytes, hide = true)]
    pub(crate) chunk_size: Option<u64>,

    #[command(flatten)]
    pub(crate) git: GitArgs,
}
