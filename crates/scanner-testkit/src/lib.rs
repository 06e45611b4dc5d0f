//! What tests of several crates share: the oracle, ways to hand a text to the engine, a counting allocator,
//! repositories, made-up credentials, and archives of every kind.
//!
//! Used as a development dependency only.

mod alloc;
pub mod archives;
pub mod git;
pub mod reference;
mod runner;
pub mod tokens;

pub use alloc::{CountingAllocator, allocations_of, bytes_of, peak_of};
pub use runner::{Found, Runner, engines};
