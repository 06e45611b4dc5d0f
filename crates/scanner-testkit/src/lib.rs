//! What tests of several crates share: the oracle, ways to hand a text to the engine, and a counting allocator.
//!
//! Used as a development dependency only.

mod alloc;
mod runner;

pub use alloc::{CountingAllocator, allocations_of};
pub use runner::{Found, Runner};
