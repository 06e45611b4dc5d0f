//! The detection engine: bytes in, findings out.
//!
//! ```text
//! bytes ─► prefilter ─► HitAccPool (rule, variant) ─► merge ─► confirm a window:
//!    literals → regex → shape, entropy, characters, context → offline proof → safelist → score
//!    ─► FindingBuf {record, secret, hash, drop hint} ─► finish (duplicates, specific before generic, own)
//! ```
//!
//! [`Engine`] is immutable and shared; [`ScanScratch`] belongs to one worker and is reused; after warm-up a
//! scan allocates nothing. A decision about a candidate depends on the match and a bounded context, never on
//! how windows and chunks were cut, so findings are the same for every chunk size.

mod anchors;
mod assignment;
mod build;
mod confidence;
mod confirm;
mod contains;
mod counters;
mod decode;
mod dedupe;
mod delta;
mod engine;
mod error;
mod evidence;
mod findings;
mod finish;
pub mod gate;
pub mod hits;
pub mod judge;
mod memory;
mod packed;
mod pass;
pub mod prefilter;
mod regexes;
pub mod rule;
mod safelist;
mod scan;
pub mod scratch;
mod secret_key;
pub mod transform;
mod tuning;
mod view;
mod worker;

pub use confidence::rescore;
pub use counters::EngineStats;
pub use delta::CopyRange;
pub use engine::{Engine, EngineOptions};
pub use error::EngineError;
pub use findings::{FindingBuf, FindingRef, PartRef};
pub use gate::Stage;
pub use memory::{Hit, HitList};
pub use prefilter::Locality;
pub use prefilter::native::SimdLevel;
#[cfg(feature = "vectorscan")]
pub use prefilter::vectorscan::{ShardPolicy, VsMode, VsSettings};
pub use safelist::SafelistFilter;
#[cfg(feature = "vectorscan")]
pub use scanner_vectorscan as vectorscan;
pub use scratch::{ObjectFacts, ScanScratch};
pub use tuning::Tuning;
pub use worker::{TraceEvent, WorkerCounters};
