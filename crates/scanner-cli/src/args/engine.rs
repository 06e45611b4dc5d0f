//! Which engine looks for secrets, and `cache`: what the second one keeps between runs.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;

/// What looks for the places where secrets may stand. What is found is the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EngineName {
    /// The native one
    #[default]
    Auto,
    /// Pure Rust, always there
    Native,
    /// Vectorscan, where it was built in
    Vectorscan,
}

/// What Vectorscan matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum VectorscanMode {
    /// Literals that every match holds
    AnchorsOnly,
    /// Patterns of rules whose literals are short, and literals
    #[default]
    RegexAndAnchors,
}

/// Which engine a scan uses.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct EngineUse {
    /// What looks for the places where secrets may stand; what is found is the same [default: auto, which is native]
    #[arg(long, value_enum, value_name = "ENGINE")]
    pub(crate) engine: Option<EngineName>,

    /// What Vectorscan matches [default: regex-and-anchors]
    #[arg(long, value_enum, value_name = "MODE", hide = true)]
    pub(crate) vectorscan_mode: Option<VectorscanMode>,

    /// Databases that Vectorscan's patterns are compiled in; 0 for as many as it deems right
    #[arg(long, value_name = "N", hide = true)]
    pub(crate) vectorscan_shards: Option<u16>,
}

/// Look at, fill or empty the folder in which Vectorscan's compiled rules are kept.
#[derive(Debug, Args)]
pub(crate) struct CacheArgs {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: CacheCommand,
}

/// What to do with the cache.
#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// Say where it is and what it holds
    Info,
    /// Delete what it holds
    Clear,
    /// Compile the rules now, so that the first scan need not
    Warm {
        /// Configuration file, for its rules
        #[arg(short, long, value_name = "FILE")]
        config: Option<PathBuf>,

        /// What Vectorscan matches [default: regex-and-anchors]
        #[arg(long, value_enum, value_name = "MODE", hide = true)]
        vectorscan_mode: Option<VectorscanMode>,
    },
}
