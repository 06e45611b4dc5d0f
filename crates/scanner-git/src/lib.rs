//! Git repositories as a source of bytes.

mod attribution;
mod counters;
mod damage;
mod error;
mod graph;
mod history;
mod index_file;
mod limits;
mod mapped;
mod midx;
mod odb_blob;
mod oid;
mod open;
mod pack;
mod refs;
mod sink;
mod spill;
mod store;
mod tree;

pub use attribution::{Origin, Origins, PathScope, attribute};
pub use counters::{ChanceCounters, GitCounters};
pub use damage::{Damage, DamageReport};
pub use error::{OpenError, Warning};
pub use graph::{CommitInfo, Reach};
pub use history::{
    Introduced, Introductions, ProtocolError, RefUpdate, RevisionError, Selection, introduced,
    parse_range, pre_push, pre_receive, resolve, scan_listed, select, staged,
};
pub use index_file::IndexEntry;
pub use limits::{
    FileLimits, Limits, MEMORY_BYTES_DEFAULT, MEMORY_BYTES_MIN, PackLimits, StoreLimits, TreeLimits,
};
pub use odb_blob::{OdbReport, OdbRequest, scan_objects};
pub use oid::{KindSet, ObjectFormat, ObjectKind, Oid};
pub use open::{OpenOptions, Repository, Trust};
pub use pack::delta::{DeltaOp, DeltaOps};
pub use pack::idx::{Idx, IdxError};
pub use pack::{Pack, PackError};
pub use refs::Ref;
pub use sink::{BaseSlot, Blob, BlobSink, Delta, NothingSeen, SeenBlobs};
pub use store::{Object, ObjectStore, Reader};
pub use tree::{EntryMode, TreeEntries, TreeEntry};
