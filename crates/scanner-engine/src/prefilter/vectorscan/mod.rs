//! The other prefilter: Vectorscan, behind the same contract.
//!
//! | database | looks at | finds |
//! |---|---|---|
//! | [`VsPrefilterDb`] | an object's bytes | patterns of rules (too often, never too seldom) and anchors |
//! | [`VsAnchorDb`] | an object's bytes, where they hold UTF-16 text | anchors in both byte orders |
//! | [`VsGateDb`] | decoded bytes | whether they hold any anchor: the next two are asked only then |
//! | [`VsStreamDb`] | decoded bytes, piece by piece | what the first finds |
//! | [`VsUtf16StreamDb`] | decoded bytes, piece by piece | what the second finds |
//!
//! The first is there when the engine is; the others are loaded or compiled when they are first needed. A database
//! that cannot be had, or a scan that fails, costs speed and no finding: the whole buffer becomes the window.
//!
//! Where the cache has nothing and compiling takes long, scans begin on shards, compiled on all processors, each
//! one more pass over the bytes; the one database is compiled beside and takes over when it is done.

mod anchor;
mod anchors;
mod builder;
mod embedded;
mod expression;
mod gate;
mod live;
mod proof;
mod raw;
mod slots;
mod stream;
mod utf16_stream;

use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use scanner_core::RuleId;
use scanner_rules::RuleSpec;
use scanner_vectorscan::VsError;

pub use anchor::VsAnchorDb;
pub use anchors::{Anchor, AnchorTable};
pub use builder::{RefusedRule, ShardPolicy, VsDbError, VsMode, VsSettings};
pub use expression::expression_of;
pub use gate::VsGateDb;
pub use live::LiveStream;
pub use raw::{VsPrefilterDb, VsRule};
pub(crate) use slots::VsSlots;
pub use stream::{StreamRule, VsStreamDb, VsStreamWindow};
pub use utf16_stream::VsUtf16StreamDb;

use super::native::PatternTable;
use super::{
    BlockStream, BytesOf, HitSink, Prefilter, PrefilterScratch, RuleReach, StreamPiece, StreamSink,
};
use crate::anchors::{AnchorClass, Literal};
use crate::hits::SpanU32;
use crate::prefilter::Locality;
use builder::Builder;
use stream::Found;

/// Decoded bytes given to a stream at a time.
const PIECE_BYTES: usize = 16 * 1024;

/// Finds anchors and patterns with Vectorscan.
#[derive(Debug)]
pub struct VectorscanPrefilter {
    shared: Arc<Shared>,
    /// Compiles the one database while shards are scanned.
    beside: Mutex<Option<JoinHandle<()>>>,
    utf16: OnceLock<Option<VsAnchorDb>>,
    gate: OnceLock<Option<VsGateDb>>,
    stream: OnceLock<Option<VsStreamDb>>,
    utf16_stream: OnceLock<Option<VsUtf16StreamDb>>,
    locality: Locality,
    /// The same where only anchors are judged.
    judged: Locality,
}

/// What the thread beside works with, too.
#[derive(Debug)]
struct Shared {
    builder: Builder,
    rules: Vec<VsRule>,
    literals: Vec<(RuleId, Literal, AnchorClass)>,
    anchors: Vec<Anchor>,
    use_raw: Vec<bool>,
    reach: Vec<RuleReach>,
    /// What the engine starts with.
    first: VsPrefilterDb,
    /// All in one, once it is there.
    single: OnceLock<VsPrefilterDb>,
}

impl Shared {
    /// The best database there is by now.
    fn current(&self) -> &VsPrefilterDb {
        self.single.get().unwrap_or(&self.first)
    }
}

impl VectorscanPrefilter {
    /// Loads or compiles what finds the rules. `literals` has one entry for each rule and anchor. Where patterns are
    /// matched, which are reported at their ends, how far a match begins before an anchor says nothing any more.
    ///
    /// # Errors
    ///
    /// Nothing can be compiled, or the library does not run on this machine.
    pub(crate) fn new(
        specs: &[RuleSpec],
        literals: Vec<(RuleId, Literal, AnchorClass)>,
        reach: &mut [RuleReach],
        settings: VsSettings,
    ) -> Result<Self, VsDbError> {
        let use_raw = raw_rules(settings.mode, specs.len(), &literals);
        for (reach, _) in reach.iter_mut().zip(&use_raw).filter(|(_, is_raw)| **is_raw) {
            reach.before = u32::MAX;
        }
        let rules: Vec<VsRule> =
            specs.iter().zip(&use_raw).map(|(spec, raw)| VsRule::new(spec, *raw)).collect();
        let anchors: Vec<Anchor> = literals.iter().map(Anchor::raw).collect();
        let builder = Builder::new(settings);
        let (first, is_interim) = VsPrefilterDb::first(&rules, &anchors, &use_raw, &builder)?;
        let judged = locality(&literals, reach, false);
        let locality = locality(&literals, reach, use_raw.contains(&true));
        let reach = reach.to_vec();
        let single = OnceLock::new();
        let shared = Shared { builder, rules, literals, anchors, use_raw, reach, first, single };
        let shared = Arc::new(shared);
        let beside = is_interim.then(|| build_beside(&shared));
        Ok(Self {
            shared,
            beside: Mutex::new(beside),
            utf16: OnceLock::new(),
            gate: OnceLock::new(),
            stream: OnceLock::new(),
            utf16_stream: OnceLock::new(),
            locality,
            judged,
        })
    }

    fn utf16(&self) -> Option<&VsAnchorDb> {
        let make = || {
            let anchors: Vec<Anchor> = self.wide_anchors();
            VsAnchorDb::try_new_utf16(&anchors, &self.shared.builder).ok()
        };
        self.utf16.get_or_init(make).as_ref()
    }

    fn gate(&self) -> Option<&VsGateDb> {
        let make = || VsGateDb::try_new_gate(&self.shared.anchors, &self.shared.builder).ok();
        self.gate.get_or_init(make).as_ref()
    }

    fn stream(&self) -> Option<&VsStreamDb> {
        let make = || {
            let Shared { rules, reach, anchors, use_raw, builder, .. } = &*self.shared;
            // Every rule of an engine has a greatest width.
            let rules: Vec<StreamRule<'_>> = rules
                .iter()
                .zip(reach)
                .zip(use_raw)
                .map(|((rule, reach), raw)| StreamRule {
                    expression: rule.expression.as_deref().filter(|_| *raw),
                    width: Some(reach.width),
                })
                .collect();
            VsStreamDb::try_new_stream(&rules, anchors, 0, builder).ok()
        };
        self.stream.get_or_init(make).as_ref()
    }

    fn utf16_stream(&self) -> Option<&VsUtf16StreamDb> {
        let make = || {
            let Shared { reach, builder, .. } = &*self.shared;
            VsUtf16StreamDb::try_new_utf16_stream(&self.wide_anchors(), reach, builder).ok()
        };
        self.utf16_stream.get_or_init(make).as_ref()
    }

    fn wide_anchors(&self) -> Vec<Anchor> {
        self.shared.literals.iter().flat_map(Anchor::utf16).collect()
    }

    /// Whatever went wrong: every rule may match everywhere.
    fn admit_all(&self, sink: &mut HitSink<'_>) {
        (0..self.shared.reach.len() as u32).for_each(|rule| sink.whole(RuleId::new(rule)));
    }

    /// Whether decoded bytes may hold an anchor.
    fn opens_gate(&self, bytes: &[u8], slots: &mut VsSlots) -> bool {
        let Some(gate) = self.gate() else { return true };
        gate.is_present(bytes, PIECE_BYTES, slots).unwrap_or(true)
    }

    /// Decoded bytes that are all at hand, through the stream database.
    fn scan_whole(&self, bytes: &[u8], slots: &mut VsSlots, sink: &mut HitSink<'_>) -> bool {
        let Some(database) = self.stream() else { return false };
        let VsSlots { scratch, stream, .. } = slots;
        let mut scan = || -> Result<(), VsError> {
            let stream = database.open_stream(stream, scratch)?;
            for piece in bytes.chunks(PIECE_BYTES) {
                database.scan_found(stream, piece, scratch, |found| match found {
                    Found::Pattern(meta, _) if meta.whole_buffer_on_hit => sink.whole(meta.rule_id),
                    Found::Pattern(meta, to) => {
                        sink.hit(meta.rule_id, (to as u32).saturating_sub(1), to as u32);
                    }
                    Found::Anchor(hit, to) => {
                        let from = (to as u32).saturating_sub(hit.len);
                        if proof::admits(hit.class, bytes, from as usize, to as usize) {
                            sink.hit(hit.target.rule(), from, to as u32);
                        }
                    }
                })?;
            }
            Ok(())
        };
        scan().is_ok()
    }
}

/// A window of a stream as one of the buffer that went through it.
fn file(window: &VsStreamWindow, sink: &mut HitSink<'_>) {
    let rule = RuleId::new(window.rule_id);
    if window.force_full {
        sink.whole(rule);
        return;
    }
    let narrow = |at: u64| u32::try_from(at).unwrap_or(u32::MAX);
    let span = SpanU32::new(narrow(window.lo), narrow(window.hi), narrow(window.anchor_hint));
    sink.window(rule, window.variant(), span);
}

/// Rules whose patterns are matched: those that no long literal finds.
fn raw_rules(mode: VsMode, rules: usize, literals: &[(RuleId, Literal, AnchorClass)]) -> Vec<bool> {
    let mut raw = vec![false; rules];
    if mode == VsMode::RegexAndAnchors {
        for (rule, _, class) in literals {
            raw[rule.index()] |= *class != AnchorClass::Sampled;
        }
    }
    raw
}

/// How far from a hit the bytes stand that decide about it.
fn locality(
    literals: &[(RuleId, Literal, AnchorClass)],
    reach: &[RuleReach],
    has_raw: bool,
) -> Locality {
    let longest = |(_, literal, class): &(RuleId, Literal, AnchorClass)| {
        class.reach().unwrap_or(0).max(literal.bytes.len() as u32)
    };
    let behind = literals.iter().map(longest).max().unwrap_or(0) + proof::JUDGED_BYTES;
    // A pattern is reported at its last byte, for what stands before.
    let widest = reach.iter().map(|reach| reach.width).max().filter(|_| has_raw).unwrap_or(0);
    Locality { before: widest.max(proof::JUDGED_BYTES), behind }
}

/// Compiles everything into one database, which replaces the shards in the cache and, as soon as it is there, in the
/// scan.
fn build_beside(shared: &Arc<Shared>) -> JoinHandle<()> {
    let shared = Arc::clone(shared);
    std::thread::spawn(move || {
        let Shared { builder, rules, anchors, use_raw, first, single, .. } = &*shared;
        if let Ok(built) = VsPrefilterDb::single(rules, anchors, use_raw, builder) {
            builder.forget(first.keys());
            let _ = single.set(built);
        }
    })
}

impl Prefilter for VectorscanPrefilter {
    fn scan_block(&self, bytes: &[u8], scratch: &mut PrefilterScratch, sink: &mut HitSink<'_>) {
        let current = self.shared.current();
        if current.scan_raw(bytes, &mut scratch.vs.scratch, sink).is_err() {
            self.admit_all(sink);
        }
    }

    fn scan_places(
        &self,
        bytes: &[u8],
        places: Range<usize>,
        scratch: &mut PrefilterScratch,
        sink: &mut HitSink<'_>,
    ) {
        let current = self.shared.current();
        if current.scan_places(bytes, places, &mut scratch.vs.scratch, sink).is_err() {
            self.admit_all(sink);
        }
    }

    fn scan_decoded(&self, bytes: &[u8], scratch: &mut PrefilterScratch, sink: &mut HitSink<'_>) {
        if self.opens_gate(bytes, &mut scratch.vs) && !self.scan_whole(bytes, &mut scratch.vs, sink)
        {
            self.scan_block(bytes, scratch, sink);
        }
    }

    fn scan_utf16(
        &self,
        bytes: &[u8],
        of: BytesOf,
        scratch: &mut PrefilterScratch,
        sink: &mut HitSink<'_>,
    ) -> bool {
        let slots = &mut scratch.vs;
        if of == BytesOf::Object {
            let Some(database) = self.utf16() else { return false };
            return database.scan_utf16(bytes, &mut slots.scratch, sink).is_ok();
        }
        let Some(database) = self.utf16_stream() else { return false };
        let VsSlots { scratch, utf16_stream, .. } = slots;
        let mut scan = || -> Result<(), VsError> {
            let stream = database.open_stream(utf16_stream, scratch)?;
            for piece in bytes.chunks(PIECE_BYTES) {
                database.scan_stream((stream, 0), piece, scratch, |window| file(&window, sink))?;
            }
            Ok(())
        };
        scan().is_ok()
    }

    fn scan_stream(
        &self,
        piece: StreamPiece<'_>,
        (stream, scratch): (&mut BlockStream, &mut PrefilterScratch),
        sink: &mut StreamSink<'_>,
    ) {
        let Some(database) = self.stream() else {
            let scan =
                &mut |bytes: &[u8], hits: &mut HitSink<'_>| self.scan_block(bytes, scratch, hits);
            return stream.scan(piece, self.locality(), scan, sink);
        };
        let memory = (self.judged, &mut scratch.vs.scratch);
        let scanned = stream.live.scan(piece, (database, || self.utf16_stream()), memory, sink);
        if scanned.is_err() {
            sink.force_full();
        }
    }

    fn locality(&self) -> Option<Locality> {
        Some(self.locality)
    }

    fn name(&self) -> &'static str {
        "vectorscan"
    }

    fn anchors(&self) -> Vec<(char, String, Vec<RuleId>)> {
        PatternTable::new(&self.shared.literals).describe()
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let Shared { builder, .. } = &*self.shared;
        let current = self.shared.current();
        let mut facts = vec![
            ("library", scanner_vectorscan::version().to_owned()),
            ("mode", builder.mode().name().to_owned()),
        ];
        facts.extend(current.facts());
        let mut slots = VsSlots::default();
        if current.fit(&mut slots.scratch).is_ok() {
            facts.push(("scratch-bytes", slots.scratch.bytes().to_string()));
        }
        if let Some(utf16) = self.utf16.get().and_then(Option::as_ref) {
            facts.extend(utf16.facts());
        }
        facts
    }

    fn refused(&self) -> Vec<(RuleId, String)> {
        let refused = self.shared.current().refused().iter();
        refused.map(|refused| (refused.rule, refused.to_string())).collect()
    }

    fn join(&self) {
        let mut beside = self.beside.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = beside.take() {
            // A thread that panicked has built nothing, and the shards go on.
            let _ = thread.join();
        }
    }

    fn settle(&self) {
        self.join();
        self.utf16();
        self.gate();
        self.stream();
        self.utf16_stream();
    }
}

impl Drop for VectorscanPrefilter {
    /// The C++ library must not run on while the program ends.
    fn drop(&mut self) {
        self.join();
    }
}

#[cfg(test)]
mod tests;
