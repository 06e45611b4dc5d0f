//! The crate against the `git` command: repositories are made by it in temporary folders, and it is the oracle.

mod fixture;
mod hostile;
mod objects;
mod opening;
mod origins;
mod range;
