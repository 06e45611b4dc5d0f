//! The crate against the `git` command: repositories are made by it in temporary folders, and it is the oracle.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod beside;
mod config;
mod fixture;
mod generated;
mod hostile;
mod large;
mod objects;
mod opening;
mod origins;
mod range;
