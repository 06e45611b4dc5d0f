//! Where in the history of a git repository something stands.

use serde::{Deserialize, Serialize};

/// Who leads to an object of a repository. The order is that of interest: what is alive comes first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum GitReach {
    /// A branch, tag, stash, note or any other reference.
    Refs,
    /// Only the index: it is staged and not committed.
    Index,
    /// Only a reflog remembers it: amended, reset or rebased away.
    Reflog,
    /// Nothing leads to it; it is in the store until it is pruned.
    #[default]
    Unreachable,
}

impl GitReach {
    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refs => "refs",
            Self::Index => "index",
            Self::Reflog => "reflog",
            Self::Unreachable => "unreachable",
        }
    }
}

/// What git knows of a place. Ids are hexadecimal, times are seconds since 1970 (UTC). The order is that of telling:
/// what is alive before what is not, then the earliest.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct GitPlace {
    /// Who leads to it.
    pub reach: GitReach,
    /// Author time of the first commit.
    pub author_time: Option<i64>,
    /// The first commit that has it; none for what is only staged or dangling.
    pub commit: Option<String>,
    /// The last commit that has it, where that was asked.
    pub last_commit: Option<String>,
    /// The object that holds it.
    pub object: String,
    /// Name and address of the first commit's author, where the user asked for names.
    pub author: Option<String>,
    /// Whether the files of today still have it, where that is known.
    pub in_worktree: Option<bool>,
}
