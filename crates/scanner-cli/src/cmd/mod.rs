//! The commands, one file each.

pub(crate) mod baseline;
mod beside;
pub(crate) mod cache;
pub(crate) mod completion;
pub(crate) mod explain;
pub(crate) mod git;
pub(crate) mod hook;
pub(crate) mod output;
pub(crate) mod report;
pub(crate) mod rules;
pub(crate) mod scan;
mod settings;
mod silencers;
pub(crate) mod sinks;
pub(crate) mod store;
mod storing;
mod suppressed;
mod table;
mod target;
pub(crate) mod version;

pub(crate) use settings::judge_lists;
