//! The native prefilter: pure Rust, nothing to build, nothing to cache.
//!
//! A chunk is walked in strips that stay in the first-level cache, and each strip is looked at in turn by:
//!
//! 1. `grams.rs`: every fourth byte, for anchors of nine bytes and more (class A);
//! 2. `tokens.rs`: masks of 64 bytes, for prefixes at the start of long tokens (class B) and for keywords in
//!    front of what the build has proven to follow them (class C, `near.rs`);
//! 3. `stems.rs`: fingerprints at every byte, for what is left (class D).
//!
//! Passes over a strip in cache cost little more than one fused loop, and each can be read, tested and
//! measured alone. Each has an AVX2 and a scalar form that must report the same (property-tested).

mod buckets;
mod embedded;
mod fingerprints;
mod grams;
mod layout;
mod near;
mod places;
mod runs;
mod simd;
mod stems;
mod table;
mod tokens;

use std::ops::Range;

use scanner_core::RuleId;

use super::{HitSink, Prefilter, PrefilterScratch};
use crate::anchors::{AnchorClass, BASE64_RUN_MIN, Literal, PLAIN_RUN_MIN};
use crate::prefilter::Locality;
pub(crate) use fingerprints::Fingerprints;
use grams::Grams;
pub use simd::SimdLevel;
use stems::{StemPlaces, Stems};
pub(crate) use table::PatternTable;
use tokens::{StripBuffers, TokenMemory, TokenState, Tokens};

/// Bytes of a strip. Small enough for a first-level cache of 32 KiB beside the tables, large enough that
/// starting a pass does not show.
const STRIP_BYTES: usize = 8 * 1024;

/// Memory that the passes write to, kept from scan to scan.
#[derive(Debug)]
pub(crate) struct NativeBuffers {
    tokens: StripBuffers,
    stems: StemPlaces,
}

impl Default for NativeBuffers {
    fn default() -> Self {
        Self { tokens: StripBuffers::default(), stems: StemPlaces::new() }
    }
}

/// Finds anchors without any foreign library.
#[derive(Debug)]
pub struct NativePrefilter {
    table: PatternTable,
    grams: Grams,
    tokens: Tokens,
    stems: Stems,
    level: SimdLevel,
    locality: Locality,
    /// Whether an anchor may begin with a zero byte.
    has_zeros: bool,
}

/// Bytes that a neighbour or a token start is judged by; more than any of them needs.
const JUDGED_BYTES: u32 = 48;

const _: () = assert!(JUDGED_BYTES > PLAIN_RUN_MIN && JUDGED_BYTES > BASE64_RUN_MIN);

/// An anchor is judged by its own bytes and, in front of a neighbour, by those up to the neighbour and its first ones;
/// before it a run or an operator may decide.
fn locality_of(anchors: &[(RuleId, Literal, AnchorClass)]) -> Locality {
    let reach = anchors
        .iter()
        .map(|(_, literal, class)| class.reach().unwrap_or(0).max(literal.bytes.len() as u32))
        .max()
        .unwrap_or(0);
    Locality { before: JUDGED_BYTES, behind: reach + JUDGED_BYTES }
}

/// Whether there is nothing but zero bytes.
fn is_zero(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<16>();
    words.iter().all(|word| u128::from_ne_bytes(*word) == 0) && rest.iter().all(|byte| *byte == 0)
}

impl NativePrefilter {
    /// Builds the tables. `anchors` has one entry per rule and literal.
    pub(crate) fn new(anchors: &[(RuleId, Literal, AnchorClass)], level: SimdLevel) -> Self {
        let table = PatternTable::new(anchors);
        let sampled = table.of_class(|class| class == AnchorClass::Sampled);
        let everywhere = table.of_class(|class| class == AnchorClass::Everywhere);
        Self {
            grams: Grams::new(&table, &sampled),
            tokens: Tokens::new(&table, level),
            stems: Stems::new(&table, &everywhere),
            table,
            level,
            locality: locality_of(anchors),
            has_zeros: anchors.iter().any(|(_, literal, _)| literal.bytes.first() == Some(&0)),
        }
    }

    /// How many distinct anchors each class has, in the order A, B, C, D.
    pub fn class_counts(&self) -> [usize; 4] {
        self.table.class_counts()
    }

    /// Which instructions are used.
    pub fn level(&self) -> SimdLevel {
        self.level
    }
}

impl Prefilter for NativePrefilter {
    fn scan_block(&self, bytes: &[u8], scratch: &mut PrefilterScratch, sink: &mut HitSink<'_>) {
        self.scan_places(bytes, 0..bytes.len(), scratch, sink);
    }

    /// The bytes behind `places` are read too, so that vectors need not end there.
    fn scan_places(
        &self,
        bytes: &[u8],
        places: Range<usize>,
        scratch: &mut PrefilterScratch,
        sink: &mut HitSink<'_>,
    ) {
        let mut state = TokenState::default();
        let (notes, buffers) = (&mut scratch.runs, &mut *scratch.native);
        notes.forget();
        if places == (0..bytes.len()) && !self.tokens.is_empty() {
            notes.begin(bytes.len());
        }
        let mut at = places.start;
        while at < places.end {
            let end = (at + STRIP_BYTES).min(places.end);
            // Disk images and holes of files are full of them.
            if !self.has_zeros && is_zero(&bytes[at..end]) {
                at = end;
                continue;
            }
            self.grams.scan(bytes, at..end, self.level, &mut |pattern, from| {
                self.table.report(pattern, from, sink);
            });
            let (state, tokens) = (&mut state, &mut buffers.tokens);
            let memory = TokenMemory { state, notes: &mut *notes, buffers: tokens };
            self.tokens.scan(bytes, at..end, self.level, memory, &mut |pattern, from| {
                self.table.report(pattern, from, sink);
            });
            let places = &mut buffers.stems;
            self.stems.scan(bytes, at..end, self.level, places, &mut |pattern, from| {
                self.table.report(pattern, from, sink);
            });
            at = end;
        }
    }

    fn locality(&self) -> Option<Locality> {
        Some(self.locality)
    }

    fn name(&self) -> &'static str {
        "native"
    }

    fn anchors(&self) -> Vec<(char, String, Vec<RuleId>)> {
        self.table.describe()
    }
}

#[cfg(test)]
mod tests;
