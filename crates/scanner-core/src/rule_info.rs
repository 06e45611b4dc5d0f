//! What an output needs to know of a rule; the rule itself lives in `scanner-rules`.

use serde::{Deserialize, Serialize};

/// How bad it is when the secret is out.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Hardly matters by itself.
    Low,
    /// Gives some access.
    #[default]
    Medium,
    /// Gives access to data or money.
    High,
    /// Gives control.
    Critical,
}

impl Severity {
    /// All of them, the least bad first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A rule as outputs show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// Unique, kebab-case.
    pub id: String,
    /// For people.
    pub name: String,
    /// The service that the secret belongs to.
    pub service: String,
    /// One or two sentences: what it is, what to do.
    pub description: String,
    /// The vendor's page that states the format; may be empty.
    pub reference: String,
    /// How bad a leak is.
    pub severity: Severity,
    /// Words to select rules by.
    pub tags: Vec<String>,
}
