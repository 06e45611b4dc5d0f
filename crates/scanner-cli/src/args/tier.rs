//! How sure a finding has to be: the same words on the command line and in configuration files.

use clap::ValueEnum;
use scanner_core::Confidence;
use serde::Deserialize;

/// The least sure findings that are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Tier {
    /// Everything
    Possible,
    /// Likely and certain ones
    Likely,
    /// Certain ones only
    Certain,
}

impl From<Tier> for Confidence {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Possible => Self::Possible,
            Tier::Likely => Self::Likely,
            Tier::Certain => Self::Certain,
        }
    }
}
