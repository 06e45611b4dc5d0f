//! Containers without domain words.

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
pub mod timing_wheel;

pub use atomic_bitset::AtomicBitSet;
pub use bitset::DynamicBitSet;
pub use byte_arena::{ByteArena, ByteRef};
pub use byte_ring::ByteRing;
pub use fixed_set::{FixedSet128, Inserted};
pub use hash::{Hash128, hash128};
pub use pool::{BufferHandle, BufferPool, NodePool, PoolError};
pub use scratch_vec::{Full, ScratchVec};
pub use timing_wheel::{Refused, TimingWheel};
