//! Trees: entries in git's order, and the difference of two trees.

mod cache;
mod diff;
mod entry;

pub(crate) use cache::TreeCache;
pub(crate) use diff::{Change, TreeDiff};
pub use entry::{EntryMode, TreeEntries, TreeEntry};
