//! Where rules might match: spans per (rule, variant), collected by a prefilter, merged before confirming.

mod merge;
mod pool;
mod span;

pub use merge::merge_windows;
pub use pool::{HitAccPool, PairMeta, PoolError};
pub use span::SpanU32;
