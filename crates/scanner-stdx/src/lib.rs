//! Containers without domain words: what the scanner keeps its working memory in.
//!
//! Everything here takes its memory when it is made, says so when that is used up, and never grows
//! by itself. That is how the scan path stays free of allocations and hostile input stays bounded.
//! Where `unsafe` pays it lives in this crate, each site with the reason it is sound; users of the
//! crate need none.
//!
//! | need | type | when it is full |
//! |---|---|---|
//! | a reusable list of plain items | [`ScratchVec`] | [`Full`], nothing changes |
//! | "seen this 128-bit key?", cleared often | [`FixedSet128`] | [`Inserted::Full`] |
//! | one bit per index | [`DynamicBitSet`] | fixed length |
//! | one bit per index, several threads | [`AtomicBitSet`] | fixed length |
//! | many byte strings, small references | [`ByteArena`] | [`Full`], nothing changes |
//! | the last bytes of a stream, by offset | [`ByteRing`] | the oldest bytes fall out |
//! | items that wait for a stream offset | [`TimingWheel`] | [`Refused`] gives the item back |
//! | equal I/O buffers, returned by dropping | [`BufferPool`] | `None` |
//! | recently used byte strings by key, pinned while read | [`SetAssocCache`] | evicts, never what is pinned |
//! | a 128-bit fingerprint of bytes | [`hash128`], [`Hash128`] | |
//! | narrowing integers, powers of two | [`num`] | |
//!
//! A violated contract of ours (an index out of bounds, a node released twice) panics in every
//! build. What input can cause is a return value. `Debug` shows sizes, never contents, wherever the
//! contents may be a secret.
//!
//! What is not here: names of the domain, I/O, threads, clocks, and containers that the standard
//! library has.

pub mod atomic_bitset;
pub mod bitset;
pub mod byte_arena;
pub mod byte_ring;
pub mod fixed_set;
pub mod hash;
pub mod num;
mod pages;
pub mod pool;
pub mod scratch_vec;
pub mod set_assoc_cache;
pub mod timing_wheel;

pub use atomic_bitset::AtomicBitSet;
pub use bitset::DynamicBitSet;
pub use byte_arena::{ByteArena, ByteRef};
pub use byte_ring::ByteRing;
pub use fixed_set::{FixedSet128, Inserted};
pub use hash::{Hash128, hash128};
pub use pool::{BufferHandle, BufferPool, NodePool, PoolError};
pub use scratch_vec::{Full, ScratchVec};
pub use set_assoc_cache::{CacheError, CacheKey, CacheStats, Insertion, Pinned, SetAssocCache};
pub use timing_wheel::{Refused, TimingWheel};
