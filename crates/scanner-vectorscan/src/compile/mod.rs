//! From patterns to databases: all together, or in shards on several threads; what is refused is named, never
//! lost.

#[cfg(feature = "vectorscan")]
mod build;
#[cfg(feature = "vectorscan")]
mod fallback;
mod shard;

#[cfg(feature = "vectorscan")]
pub use build::{Built, build, load};
#[cfg(feature = "vectorscan")]
pub use fallback::{Compiled, Refused, compile_or_name};
pub use shard::ShardPlan;
