//! `rules`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// List, show, check, test and import detectors.
#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
}

/// How a list is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulesFormat {
    /// Columns
    #[default]
    Table,
    /// JSON
    Json,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the built-in rules, or those of a configuration
    List {
        /// Configuration file: list the rules of scans with it, the built-in ones included where they take part
        #[arg(short, long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Columns or JSON
        #[arg(short, long, value_enum, default_value = "table")]
        format: RulesFormat,
    },
    /// Show one rule
    Show {
        /// Its id
        id: String,
        /// Configuration file, for its rules
        #[arg(short, long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Check a file of detectors or a configuration file
    Check {
        /// The file [default: the built-in ones]
        #[arg(required_unless_present = "cost")]
        file: Option<PathBuf>,
        /// Show what each detector costs, and refuse those that are dearer than the budget they declare
        #[arg(long)]
        cost: bool,
    },
    /// Turn a configuration of gitleaks or betterleaks into one of ours, and say what could not be taken over
    Import {
        /// The file
        file: PathBuf,
        /// Write the configuration to this file
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Run the examples of a file of detectors, or of the built-in ones
    Test {
        /// The file
        file: Option<PathBuf>,
    },
}
