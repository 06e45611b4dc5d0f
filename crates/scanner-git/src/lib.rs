//! Git repositories as a source of bytes: every object of the database, decoded along its deltas and handed to a
//! [`BlobSink`] of the worker that decoded it; and where the objects come from.
//!
//! This crate reads the object database itself. It runs no program, reads no clock, of the environment only what `gix-sec`
//! asks for (`SUDO_UID`, when a repository is another user's), and knows no rules: what is in the bytes is the sink's
//! business.
//!
//! | question | answer |
//! |---|---|
//! | what is this path? | [`Repository::open`]: work trees, linked worktrees, submodules, bare, bundles |
//! | every unique object once | [`scan_objects`], with a [`SeenBlobs`] to leave out what an earlier run saw |
//! | what a range, the index or a push brings | [`parse_range`], [`introduced`], [`staged`], [`pre_push`], [`scan_listed`] |
//! | who introduced a blob, and where it lies | [`attribute`] |
//! | one object | [`ObjectStore::reader`] |
//!
//! Promises:
//! - Each object is given out exactly once, or is in the [`DamageReport`] with a reason; no input makes it panic.
//! - Objects, damage, order of commits and attribution are the same for every number of workers.
//! - Memory is bounded by [`Limits`]: bases are owned depth-first, at most log2(objects) of them; what is too large lies
//!   in mapped temporary files. The plan of a pack takes 25 bytes an object.
//! - Ids are those of the pack indexes. Objects are not hashed unless something was damaged; who needs certainty about
//!   one object asks [`ObjectFormat::hash_object`].
//!
//! ```no_run
//! use std::ops::ControlFlow;
//!
//! use scanner_git::{
//!     Blob, BlobSink, KindSet, Limits, NothingSeen, OdbRequest, OpenOptions, Overlay,
//!     Repository, Trust, scan_objects,
//! };
//!
//! #[derive(Default)]
//! struct Bytes(u64);
//!
//! impl BlobSink for Bytes {
//!     type Carry = ();
//!
//!     fn blob(&mut self, blob: &Blob<'_>) -> ControlFlow<()> {
//!         self.0 += blob.bytes.len() as u64;
//!         ControlFlow::Continue(())
//!     }
//! }
//!
//! # fn main() -> Result<(), scanner_git::OpenError> {
//! let options = OpenOptions {
//!     limits: Limits::default(),
//!     spill_dir: "/tmp".into(),
//!     trust: Trust::Listed(Vec::new()),
//!     home: None,
//!     config_files: Vec::new(),
//!     overlay: Overlay::default(),
//! };
//! let repository = Repository::open(".".as_ref(), &options)?;
//! let request = OdbRequest { kinds: KindSet::CONTENT, seen: &NothingSeen };
//! let sinks = vec![Bytes::default(), Bytes::default()];
//! let (sinks, report) = scan_objects(repository.store(), &request, sinks);
//! assert_eq!(sinks.iter().map(|sink| sink.0).sum::<u64>(), report.counters.bytes);
//! # Ok(())
//! # }
//! ```

mod attribution;
mod counters;
mod damage;
mod delta;
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

pub use attribution::{Origin, Origins, PathScope, attribute, attribute_among};
pub use counters::{ChanceCounters, GitCounters};
pub use damage::{Damage, DamageReport};
pub use delta::{DeltaOp, DeltaOps, LISTED_BYTES_MIN, LongCopy};
pub use error::{OpenError, Warning};
pub use graph::{CommitInfo, Reach};
pub use history::{
    Introduced, Introductions, ProtocolError, RefUpdate, RevisionError, Selection, commit_of,
    introduced, parse_range, pre_push, pre_receive, resolve, scan_listed, select, staged,
};
pub use index_file::IndexEntry;
pub use limits::{
    FileLimits, Limits, MEMORY_BYTES_DEFAULT, MEMORY_BYTES_MIN, PackLimits, StoreLimits, TreeLimits,
};
pub use odb_blob::{OdbReport, OdbRequest, is_all_seen, missing_objects, scan_objects};
pub use oid::{KindSet, ObjectFormat, ObjectKind, Oid};
pub use open::{OpenOptions, Overlay, Repository, Trust, safe_directories};
pub use pack::idx::{Idx, IdxError};
pub use pack::{Pack, PackError};
pub use refs::Ref;
pub use sink::{BaseSlot, Blob, BlobSink, Delta, NothingSeen, SeenBlobs};
pub use store::{Object, ObjectStore, Reader};
pub use tree::{EntryMode, TreeEntries, TreeEntry};
