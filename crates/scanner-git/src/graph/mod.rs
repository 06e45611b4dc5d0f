//! Commits: parsing, who reaches them, and the one order in which "first" and "last" are meant.

mod commit;
mod rank;

pub use commit::CommitInfo;
pub use rank::Reach;
pub(crate) use rank::{CommitGraph, peel};
