//! What a worker remembers of the objects before: their hits, the stretches that were prefiltered, the anchors that were
//! refused, and where nothing encoded stands.

mod encoded;
mod hit_list;
mod memo;
mod stretch;

pub(crate) use encoded::{Derivation, Known, KnownSpan};
pub(crate) use hit_list::Inherited;
pub use hit_list::{Hit, HitList};
pub(crate) use memo::Memo;
pub(crate) use stretch::Stretches;
