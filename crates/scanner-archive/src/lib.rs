//! Archives as a source of entries: found by content, read as streams, nested, within budgets.
//!
//! [`detect()`] says whether bytes begin an archive; [`ArchiveScanner::scan`] hands every entry, at any depth, to an
//! [`EntrySink`] and returns an [`ArchiveReport`]. Nothing is written except a bounded copy of what has to be read
//! out of order, in a file without a name. Foreign bytes never cause an error or a panic: what cannot be read is
//! a counted [`Fault`].
//!
//! ```text
//! bytes ─► detect ─► Walker::container ─► formats/* ─► Walker::entry ─┬─► EntrySink
//!                         ▲                                          │
//!                         └──── the entry is a container itself ─────┘
//! ```
//!
//! - `driver.rs`, `walker.rs`: the way in, and what formats give their entries to
//! - `budget.rs`: every limit, and the accounts that hold one archive to them
//! - `outcome.rs`: the closed list of what can go wrong
//! - `time.rs`: times of entries, and which of them say nothing
//! - `source.rs`, `decoded.rs`: how bytes travel, without copies where that can be
//! - `path.rs`: virtual paths
//! - `formats/`: one file or folder a format
//! - `image/`: the manifests of container images

mod budget;
mod codec;
mod decoded;
mod detect;
mod driver;
mod formats;
pub mod image;
mod outcome;
mod path;
mod source;
mod spool;
mod time;
mod walker;

pub use budget::{Halt, Limits, NoWatch, RunBudget, Watch};
pub use detect::{Format, HEAD_BYTES, detect};
pub use driver::{Allowance, ArchiveScanner, Input, Outer};
pub use outcome::{ArchiveReport, Fault};
pub use source::ReadSeek;
pub use walker::{Entry, EntryReader, EntrySink};
