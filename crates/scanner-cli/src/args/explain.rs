//! `explain`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

/// Say which stage accepted or dropped a text, and why.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A file, or one line of it: `src/main.rs:12`
    #[arg(value_name = "FILE[:LINE]", required_unless_present = "text")]
    pub(crate) place: Option<OsString>,

    /// A text to look at instead of a file
    #[arg(long, value_name = "TEXT", conflicts_with = "place")]
    pub(crate) text: Option<String>,

    /// Configuration file [default: `$SCANNER_CONFIG`, then the .scanner.toml of the folder or of one above it]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Also list the rules whose anchor is there but whose pattern does not match
    #[arg(long)]
    pub(crate) all: bool,
}
