//! Git repositories as a source of bytes.

mod counters;
mod damage;
mod error;
mod limits;
mod mapped;
mod odb_blob;
mod oid;
mod pack;
mod sink;
mod spill;
mod store;

pub use counters::{ChanceCounters, GitCounters};
pub use damage::{Damage, DamageReport};
pub use error::{OpenError, Warning};
pub use limits::{
    FileLimits, Limits, MEMORY_BYTES_DEFAULT, MEMORY_BYTES_MIN, PackLimits, StoreLimits, TreeLimits,
};
pub use odb_blob::{OdbReport, OdbRequest, scan_objects};
pub use oid::{KindSet, ObjectFormat, ObjectKind, Oid};
pub use pack::delta::{DeltaOp, DeltaOps};
pub use pack::idx::{Idx, IdxError};
pub use pack::{Pack, PackError};
pub use sink::{BaseSlot, Blob, BlobSink, Delta, NothingSeen, SeenBlobs};
pub use store::{Object, ObjectStore, Reader};
