//! Git repositories as a source of bytes.

mod damage;
mod limits;
mod oid;

pub use damage::{Damage, DamageReport};
pub use limits::{
    FileLimits, Limits, MEMORY_BYTES_DEFAULT, MEMORY_BYTES_MIN, PackLimits, StoreLimits, TreeLimits,
};
pub use oid::{KindSet, ObjectFormat, ObjectKind, Oid};
