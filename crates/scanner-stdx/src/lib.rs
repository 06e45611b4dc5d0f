//! Containers without domain words.

pub mod atomic_bitset;
pub mod bitset;
pub mod fixed_set;
pub mod hash;
pub mod num;
mod pages;
pub mod pool;
pub mod scratch_vec;

pub use atomic_bitset::AtomicBitSet;
pub use bitset::DynamicBitSet;
pub use fixed_set::{FixedSet128, Inserted};
pub use hash::{Hash128, hash128};
pub use pool::{BufferHandle, BufferPool, NodePool, PoolError};
pub use scratch_vec::{Full, ScratchVec};
