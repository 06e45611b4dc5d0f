//! The judge of generic credentials: whether `password = "…"` assigns a secret or something else.
//!
//! A candidate is described by [`Features`] (the value, the key's words, the operator, the syntax around, the
//! kind of file, the neighbours), all small whole numbers; a boosted set of decision trees (`model.rs`, trained
//! by `tools/judge`, weights in `model.txt`, described in `CARD.md`) turns them into log odds. Everything is
//! integer arithmetic on a bounded number of bytes: the same answer on every machine, and no allocation.
//!
//! What is a candidate at all is the business of the detectors (`generic*.toml`).

mod code;
mod extent;
mod features;
mod key;
mod kind;
mod model;
mod ngrams;
mod site;
mod value;
mod words;

use scanner_core::Confidence;

use crate::gate::{Candidate, Stage};

pub(crate) use extent::{REACH as WIDENED_BYTES_MAX, widen, widen_reads};
use features::Feature;
pub use features::{FEATURE_COUNT, FEATURE_NAMES, Features};
pub(crate) use key::REACH as KEY_BYTES_MAX;
pub use kind::FileKind;
pub use model::Weighed;
pub(crate) use site::REACH;

/// Bytes of a value, at least and at most.
const VALUE_BYTES: std::ops::RangeInclusive<usize> = 4..=512;

/// Describes a candidate; `None` where it is none at all.
pub(crate) fn describe(candidate: &Candidate<'_>, kind: FileKind) -> Option<Features> {
    if kind.is_translation() || !VALUE_BYTES.contains(&candidate.secret().len()) {
        return None;
    }
    let mut features = Features::default();
    value::describe(candidate.secret(), &mut features);
    let key = key::describe(candidate, &mut features);
    site::describe(candidate, key, &mut features);
    kind.describe(&mut features);
    let is_hash = features.number(Feature::IsHex) == 1 && key::names_hash(candidate, key);
    if is_hash || site::compares_code(&features) || code::tells(candidate, key) {
        return None;
    }
    site::describe_surroundings(candidate, &mut features);
    Some(features)
}

/// How sure the judge is, or its refusal.
pub(crate) fn judge(features: &Features) -> Result<Confidence, Stage> {
    model::built_in().confidence(features).ok_or(Stage::GenericValue)
}

/// What weighed how much in a judgement, the heaviest first.
pub fn weigh(features: &Features) -> Vec<Weighed> {
    model::built_in().weigh(features)
}
