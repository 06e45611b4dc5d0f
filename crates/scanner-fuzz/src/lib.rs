//! Fuzzing on stable Rust, without foreign libraries: targets, a mutator, and a loop that keeps inputs which reach
//! new code.
//!
//! A [`Target`] is a function of bytes that panics when something is wrong. All stand in [`targets`]; adding one is
//! a function and a line there. `cargo xtask fuzz` builds this crate with the compiler's coverage counters and runs
//! it for a while; the test of this crate runs each target over its seeds, its committed corpus
//! (`corpus/<target>/`) and a fixed number of mutations, the same in every run.
//!
//! Deliberately not here: sanitizers (the parsers are safe Rust; Miri looks at the rest).

pub mod corpus;
pub mod coverage;
pub mod mutate;
pub mod run;
pub mod targets;

/// Something that takes bytes from strangers.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name: also that of its folder in `corpus`.
    pub name: &'static str,
    /// What it takes, in a few words.
    pub about: &'static str,
    /// Inputs to begin with, made at run time.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Byte strings that mean something in such inputs.
    pub words: &'static [&'static [u8]],
    /// Bytes of an input, at most.
    pub bytes_max: usize,
    /// Runs one input; panics when something is wrong.
    pub run: fn(&[u8]),
}
