//! Vectorscan behind safe types, and what it takes to use it: the only foreign function interface of the
//! workspace.
//!
//! | need | type |
//! |---|---|
//! | an expression with its flags and number | [`Pattern`] |
//! | which patterns are compiled together | [`compile::ShardPlan`] |
//! | compiled patterns, kept between runs | [`cache::VsDbCache`] |
//! | compiled patterns | `Database<Block>`, `Database<Streaming>` |
//! | memory of one thread's scans | `Scratch` |
//! | bytes that arrive in pieces | `Stream` |
//! | how wide an expression's matches are | `ExpressionWidth` |
//!
//! The feature `vectorscan` builds the C++ library and the types in the lower half of the table; without it the
//! crate is plain Rust. Nothing here knows rules, windows or findings, reads the environment or prints.
//!
//! What the foreign code is held to: pointers are owned by one type each and freed when it is dropped; lengths
//! are checked before they are narrowed; a match handler never unwinds into C++; a scratch is used by one scan
//! at a time, of a database it was made for; only bytes that a cache has verified are deserialized.

pub mod cache;
pub mod compile;
#[cfg(feature = "vectorscan")]
mod database;
mod error;
#[cfg(feature = "vectorscan")]
mod expr_info;
mod limits;
mod pattern;
#[cfg(feature = "vectorscan")]
mod platform;
#[cfg(feature = "vectorscan")]
mod scan;
#[cfg(feature = "vectorscan")]
mod scratch;
#[cfg(feature = "vectorscan")]
mod stream;
#[cfg(feature = "vectorscan")]
mod sys;

#[cfg(feature = "vectorscan")]
pub use database::{Block, Database, Mode, Streaming};
pub use error::VsError;
#[cfg(feature = "vectorscan")]
pub use expr_info::expression_width;
pub use limits::{CACHE_FILE_BYTES_MAX, CACHE_FILES_MAX, EXPRESSION_BYTES_MAX};
pub use pattern::{ExpressionWidth, Flags, Pattern};
#[cfg(feature = "vectorscan")]
pub use platform::{Platform, version};
#[cfg(feature = "vectorscan")]
pub use scan::{Match, Scanned};
#[cfg(feature = "vectorscan")]
pub use scratch::Scratch;
#[cfg(feature = "vectorscan")]
pub use stream::Stream;
