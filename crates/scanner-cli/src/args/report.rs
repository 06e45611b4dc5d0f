//! `report`, and the flags about reports that it shares with `scan`.

use std::path::PathBuf;

use clap::Args;

/// Which reports are written, and where.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// text, json, jsonl, sarif, gitlab, csv, junit or html; `FORMAT=FILE` writes to a file; repeat for several
    #[arg(short, long, value_name = "FORMAT[=FILE]")]
    pub(crate) format: Vec<String>,

    /// Write the (single) report to this file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Keep sarif within what code scanning takes of an upload, and say what was cut
    #[arg(long)]
    pub(crate) upload_ready: bool,
}

/// Write a report of an earlier scan, without scanning.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The run [default: the latest]
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Option<i64>,

    /// The latest run of this root, as `store runs` names it
    #[arg(long, value_name = "ROOT", conflicts_with = "run")]
    pub(crate) root: Option<String>,

    /// Which reports are written
    #[command(flatten)]
    pub(crate) reports: OutputArgs,

    /// The store [default: $XDG_STATE_HOME/scanner-rs/findings.db]
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
}
