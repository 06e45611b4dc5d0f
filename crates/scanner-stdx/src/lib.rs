//! Containers without domain words.

pub mod hash;
pub mod num;

pub use hash::{Hash128, hash128};
