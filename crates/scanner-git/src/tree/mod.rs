//! Trees: entries in git's order, and the difference of two trees.

mod diff;
mod entry;

pub(crate) use diff::TreeDiff;
pub use entry::{EntryMode, TreeEntries, TreeEntry};
