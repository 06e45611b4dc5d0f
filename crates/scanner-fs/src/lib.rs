//! Files as a source of bytes: walks folders and hands each regular file, opened, to a visitor of the
//! worker that opened it.
//!
//! Who asks gives a [`FsRequest`] and makes one [`FileVisitor`] for each worker; [`walk_files`] gives the
//! visitors back when the walk is over. This crate knows no rules, no chunks and no engine: reading, cutting and
//! scanning are the visitor's. It prints nothing, reads no environment and no clock.
//!
//! Promises:
//! - Every file that the policy takes is visited exactly once, whatever the number of workers; what is not
//!   visited is reported with a reason. What ignore files leave out is the only thing that is not counted.
//! - No link is followed below a root, not even one that appears during the walk.
//! - Memory is bounded whatever lies on disk: listings come in pieces, and what waits is limited.
//!
//! ```
//! use std::io::Read;
//! use std::ops::ControlFlow;
//!
//! use scanner_core::{ObjectPath, SkipReason};
//! use scanner_fs::{FileVisitor, FsRequest, NeverCancel, OpenFile, WalkPolicy, walk_files};
//!
//! #[derive(Default)]
//! struct Bytes(u64);
//!
//! impl FileVisitor for Bytes {
//!     fn visit(&mut self, file: &mut OpenFile) -> ControlFlow<()> {
//!         self.0 += std::io::copy(file, &mut std::io::sink()).unwrap_or(0);
//!         ControlFlow::Continue(())
//!     }
//!
//!     fn skipped(&mut self, _: &ObjectPath, _: SkipReason, _: Option<&std::io::Error>) {}
//! }
//!
//! let request = FsRequest {
//!     roots: vec!["src".into()],
//!     policy: WalkPolicy::default(),
//!     workers: 2.try_into().unwrap(),
//! };
//! let visitors = walk_files(&request, |_| Bytes::default(), &NeverCancel).unwrap();
//! assert!(visitors.iter().map(|visitor| visitor.0).sum::<u64>() > 0);
//! ```

mod discover;
mod error;
mod file_table;
mod holes;
mod ignore_rules;
mod injector;
mod limits;
mod linked;
mod listing;
mod local_fs_owner;
mod mounts;
mod policy;
mod read;
mod roots;
mod visit;

pub use error::{FsError, skip_reason};
pub use injector::Colleagues;
pub use local_fs_owner::{FsRequest, walk_files};
pub use policy::{PathFilter, WalkPolicy};
pub use read::{FileFacts, Filled, OpenFile};
pub use roots::{shown_prefix, shown_root};
pub use visit::{Cancel, FileVisitor, NeverCancel};
