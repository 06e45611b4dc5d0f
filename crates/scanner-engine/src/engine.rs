//! `Engine`: immutable, shared by all workers. [`Engine::scan_chunk_into`] reads as a table of contents.

use std::sync::Arc;

use scanner_core::{Chunk, RuleId, RuleInfo, Variant};
use scanner_rules::RuleSpec;

use crate::build::{Built, build};
use crate::confirm::{confirm_window, decode_window, raw_view, utf16_view};
use crate::counters::EngineStats;
use crate::decode;
use crate::error::EngineError;
use crate::finish;
use crate::gate::Stage;
use crate::hits::SpanU32;
use crate::judge::FileKind;
use crate::prefilter::native::{NativePrefilter, SimdLevel};
#[cfg(feature = "vectorscan")]
use crate::prefilter::vectorscan::VectorscanPrefilter;
use crate::prefilter::{BytesOf, Everywhere, Exhaustive, HitSink, Prefilter, RuleReach, utf16};
use crate::rule::{GatePools, RuleCold, RuleCompiled};
use crate::safelist::SafelistFilter;
use crate::scratch::ScanScratch;
use crate::tuning::Tuning;

/// Bytes beyond a match that its pattern's boundaries may look at, and slack for rounding.
pub(crate) const BOUNDARY_BYTES: u32 = 16;

/// How an engine is built.
#[derive(Clone, Copy, Debug)]
pub struct EngineOptions {
    /// Limits.
    pub tuning: Tuning,
    /// Instructions of the native prefilter.
    pub level: SimdLevel,
    /// Whether the prefilter may leave out anchors that provably cannot lead to a finding. Without, every
    /// anchor becomes a window and the stage that refuses it can be named (`explain`).
    pub shortcuts: bool,
    /// Whether every pattern runs over every byte, as the oracle of tests.
    pub exhaustive: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            tuning: Tuning::DEFAULT,
            level: SimdLevel::detect(),
            shortcuts: true,
            exhaustive: false,
        }
    }
}

/// The compiled rules.
#[derive(Debug)]
pub struct Engine {
    rules_hot: Vec<RuleCompiled>,
    rules_cold: Vec<RuleCold>,
    gates: GatePools,
    reach: Vec<RuleReach>,
    prefilter: Box<dyn Prefilter>,
    class_counts: [usize; 4],
    safelist: SafelistFilter,
    tuning: Tuning,
    level: SimdLevel,
    context_bytes: u32,
    required_overlap: u32,
}

impl Engine {
    /// Compiles the rules, in the order given.
    ///
    /// # Errors
    ///
    /// A rule cannot be used; the error names it.
    pub fn new(specs: &[RuleSpec], options: EngineOptions) -> Result<Self, EngineError> {
        let EngineOptions { tuning, level, shortcuts, exhaustive } = options;
        if !tuning.is_valid() {
            return Err(EngineError::Tuning);
        }
        let mut built = build(specs, shortcuts)?;
        let native = NativePrefilter::new(&built.anchors, level);
        let class_counts = native.class_counts();
        let prefilter: Box<dyn Prefilter> = if exhaustive {
            Box::new(Exhaustive::new(specs.len()))
        } else {
            Everywhere::beside(Box::new(native), std::mem::take(&mut built.everywhere))
        };
        Ok(Self::assemble(built, (prefilter, class_counts), options))
    }

    /// Compiles the rules, in the order given, for a scan with Vectorscan. It finds what [`Engine::new`]'s finds.
    ///
    /// # Errors
    ///
    /// A rule cannot be used, or the library fails. Patterns that only the library refuses are no error:
    /// [`Engine::refused_rules`].
    #[cfg(feature = "vectorscan")]
    pub fn with_vectorscan(
        specs: &[RuleSpec],
        options: EngineOptions,
        settings: crate::VsSettings,
    ) -> Result<Self, EngineError> {
        if !options.tuning.is_valid() {
            return Err(EngineError::Tuning);
        }
        let mut built = build(specs, options.shortcuts)?;
        let anchors = std::mem::take(&mut built.anchors);
        let everywhere = std::mem::take(&mut built.everywhere);
        let prefilter = VectorscanPrefilter::new(specs, anchors, &mut built.reach, settings)?;
        let prefilter = Everywhere::beside(Box::new(prefilter), everywhere);
        Ok(Self::assemble(built, (prefilter, [0; 4]), options))
    }

    fn assemble(
        built: Built,
        (prefilter, class_counts): (Box<dyn Prefilter>, [usize; 4]),
        options: EngineOptions,
    ) -> Self {
        let EngineOptions { tuning, level, .. } = options;
        let Built { rules_hot, rules_cold, gates, reach, .. } = built;
        let context_bytes = context_bytes(&gates, tuning);
        let required_overlap = required_overlap(&rules_hot, context_bytes);
        Self {
            rules_hot,
            rules_cold,
            gates,
            reach,
            class_counts,
            prefilter,
            safelist: SafelistFilter::default(),
            tuning,
            level,
            context_bytes,
            required_overlap,
        }
    }

    /// How many rules there are.
    pub fn rule_count(&self) -> usize {
        self.rules_hot.len()
    }

    /// What outputs need to know of a rule.
    pub fn rule_info(&self, rule: RuleId) -> &Arc<RuleInfo> {
        &self.cold(rule).info
    }

    /// The other parts of a rule's credential, in the order of [`PartRef`](crate::PartRef)s.
    pub fn rule_parts(&self, rule: RuleId) -> &[scanner_rules::PartSpec] {
        let companion = self.rule(rule).companion;
        self.gates().companion.get(companion as usize).map_or(&[], |gate| &gate.parts)
    }

    /// All rules, in order.
    pub fn rule_infos(&self) -> impl Iterator<Item = &Arc<RuleInfo>> {
        self.rules_cold.iter().map(|cold| &cold.info)
    }

    /// Distinct anchors of the classes A, B, C, D.
    pub fn class_counts(&self) -> [usize; 4] {
        self.class_counts
    }

    /// Every anchor with its class (`A` to `D`) and the ids of its rules, sorted; what `rules check --cost`
    /// and people who write detectors look at.
    pub fn anchors(&self) -> Vec<(char, String, Vec<String>)> {
        let id = |rule: &RuleId| self.rule_info(*rule).id.clone();
        let mut all: Vec<_> = self
            .prefilter
            .anchors()
            .into_iter()
            .map(|(class, text, rules)| (class, text, rules.iter().map(id).collect()))
            .collect();
        all.sort();
        all
    }

    /// The prefilter's name.
    pub fn prefilter_name(&self) -> &'static str {
        self.prefilter.name()
    }

    /// What the prefilter tells of itself, as name and value.
    pub fn prefilter_facts(&self) -> Vec<(&'static str, String)> {
        self.prefilter.facts()
    }

    /// Ids of rules whose patterns the prefilter does not take, each with what it says. They are found by their anchors.
    pub fn refused_rules(&self) -> Vec<(String, String)> {
        let id = |(rule, why): (RuleId, String)| (self.rule_info(rule).id.clone(), why);
        self.prefilter.refused().into_iter().map(id).collect()
    }

    /// Has the prefilter make now what it would make when it is first needed, and waits for what is made beside.
    pub fn settle(&self) {
        self.prefilter.settle();
    }

    /// Waits for what is compiled beside the scan, for the next start: before a process ends without dropping the engine.
    pub fn join(&self) {
        self.prefilter.join();
    }

    /// The limits in force.
    pub fn tuning(&self) -> Tuning {
        self.tuning
    }

    /// Bytes of the chunk before that a chunk must begin with, so that everything a decision looks at lies
    /// inside one chunk.
    pub fn required_overlap(&self) -> usize {
        self.required_overlap as usize
    }

    /// Bytes of text on either side of a match that a decision, or a reader of the findings, may look at.
    pub fn context_bytes(&self) -> u32 {
        self.context_bytes
    }

    pub(crate) fn rule(&self, rule: RuleId) -> &RuleCompiled {
        &self.rules_hot[rule.index()]
    }

    pub(crate) fn cold(&self, rule: RuleId) -> &RuleCold {
        &self.rules_cold[rule.index()]
    }

    pub(crate) fn gates(&self) -> &GatePools {
        &self.gates
    }

    pub(crate) fn safelist(&self) -> &SafelistFilter {
        &self.safelist
    }

    /// Scans a chunk. Findings whose evidence was complete in the chunk before, or is not complete in this
    /// one, are left to that one: each is reported by exactly one chunk.
    ///
    /// # Panics
    ///
    /// The chunk has 4 GiB or more; the reader's chunks are far smaller.
    pub fn scan_chunk_into(&self, chunk: &Chunk<'_>, scratch: &mut ScanScratch) {
        let bytes = scratch.begin_scan(chunk);
        let mut sink = HitSink::raw(&mut scratch.hits, &self.reach, bytes);
        scratch.prefilter.runs.forget();
        self.prefilter.scan_block(chunk.data, &mut scratch.prefilter, &mut sink);
        std::mem::swap(&mut scratch.runs, &mut scratch.prefilter.runs);
        self.seed_utf16(chunk.data, BytesOf::Object, scratch);
        self.finish_scan(chunk, scratch);
    }

    /// Everything behind the prefilter.
    fn finish_scan(&self, chunk: &Chunk<'_>, scratch: &mut ScanScratch) {
        let windows_before = scratch.worker.counters.windows;
        self.confirm_windows(chunk, scratch);
        decode::scan_encoded(self, chunk, scratch);
        self.conclude(chunk, scratch, windows_before);
    }

    /// Everything behind confirming and decoding.
    pub(crate) fn conclude(
        &self,
        chunk: &Chunk<'_>,
        scratch: &mut ScanScratch,
        windows_before: u64,
    ) {
        EngineStats::record(&EngineStats {
            chunks: 1,
            bytes: chunk.data.len() as u64,
            pairs: scratch.hits.touched().len() as u64,
            windows: scratch.worker.counters.windows - windows_before,
        });
        finish::finish(self, chunk, scratch);
    }

    /// Prefilter of UTF-16 text, where there is any.
    pub(crate) fn seed_utf16(&self, bytes: &[u8], of: BytesOf, scratch: &mut ScanScratch) {
        let ScanScratch { hits, narrowing, prefilter, .. } = scratch;
        let memory = (hits, narrowing, prefilter);
        utf16::scan_block(&*self.prefilter, (bytes, of), &self.reach, memory);
    }

    /// Scans decoded bytes; what is found stands in their coordinates.
    pub(crate) fn scan_decoded(&self, text: &Chunk<'_>, scratch: &mut ScanScratch) {
        scratch.hits.reset();
        let mut sink = HitSink::raw(&mut scratch.hits, &self.reach, text.data.len() as u32);
        scratch.prefilter.runs.forget();
        self.prefilter.scan_decoded(text.data, &mut scratch.prefilter, &mut sink);
        std::mem::swap(&mut scratch.runs, &mut scratch.prefilter.runs);
        self.seed_utf16(text.data, BytesOf::Decoded, scratch);
        self.confirm_windows(text, scratch);
    }

    /// The instructions in use.
    pub(crate) fn level(&self) -> SimdLevel {
        self.level
    }

    /// The prefilter alone.
    pub fn prefilter(&self) -> &dyn Prefilter {
        &*self.prefilter
    }

    pub(crate) fn reach(&self) -> &[RuleReach] {
        &self.reach
    }

    /// Confirms the windows of each touched (rule, variant), in order.
    pub(crate) fn confirm_windows(&self, chunk: &Chunk<'_>, scratch: &mut ScanScratch) {
        scratch.hits.sort_touched();
        for index in 0..scratch.hits.touched().len() {
            let pair = scratch.hits.touched()[index];
            let rule = RuleId::new(pair / 3);
            let variant = Variant::ALL[(pair % 3) as usize];
            scratch.hits.take_into(pair, &mut scratch.windows);
            if !self.applies(rule, scratch) {
                let place = scratch.windows.first().copied().unwrap_or_default();
                let place =
                    scanner_core::Span::new(place.start, place.end).to_root(chunk.base_offset);
                scratch.worker.refuse(rule, Stage::Path, place);
                continue;
            }
            if self.cold(rule).is_judged && scratch.worker.file_kind.is_none() {
                scratch.worker.file_kind = Some(FileKind::of(&scratch.path));
            }
            for window_index in 0..scratch.windows.len() {
                let window = scratch.windows[window_index];
                scratch.worker.counters.windows += 1;
                if variant == Variant::Raw {
                    let view = raw_view(chunk, window);
                    confirm_window(self, rule, &view, &mut scratch.worker, &mut scratch.findings);
                } else {
                    self.confirm_utf16(chunk, (rule, variant), window, scratch);
                }
            }
        }
    }

    /// Whether the rule applies to the object at all.
    fn applies(&self, rule: RuleId, scratch: &ScanScratch) -> bool {
        let cold = self.cold(rule);
        if cold.text_only && scratch.is_binary {
            return false;
        }
        !scratch.has_path || self.applies_to_path(rule, &scratch.path)
    }

    /// Whether the rule looks at objects of this path.
    pub fn applies_to_path(&self, rule: RuleId, path: &[u8]) -> bool {
        let Some(paths) = &self.cold(rule).paths else { return true };
        paths.admits(path)
    }

    /// A window of UTF-16 text, in overlapping pieces where it is long. Windows of strings that begin at even
    /// and at odd places may have been merged, so both are decoded.
    fn confirm_utf16(
        &self,
        chunk: &Chunk<'_>,
        (rule, variant): (RuleId, Variant),
        window: SpanU32,
        scratch: &mut ScanScratch,
    ) {
        let context = 2 * (self.context_bytes + BOUNDARY_BYTES) as usize;
        let overlap = 2 * (self.rule(rule).width_max + BOUNDARY_BYTES) as usize;
        let piece = (self.tuning.utf16_window_bytes_max as usize).max(2 * overlap);
        let (mut at, end) = (window.start as usize, window.end as usize);
        loop {
            let search = at..(at + piece).min(end);
            for parity in 0..2 {
                let from = search.start.saturating_sub(context);
                // Units begin at places of this parity in the object, not in the chunk.
                let misaligned = (chunk.base_offset as usize + from + parity) & 1;
                let span = from + misaligned..(search.end + context).min(chunk.data.len());
                if span.is_empty() {
                    continue;
                }
                let text = &mut scratch.utf16_text;
                decode_window(&chunk.data[span.clone()], variant == Variant::Utf16Be, text);
                let view = utf16_view(chunk, variant, span, search.clone(), text);
                confirm_window(self, rule, &view, &mut scratch.worker, &mut scratch.findings);
            }
            if search.end == end {
                return;
            }
            at = search.end - overlap;
        }
    }
}

/// The farthest that any gate looks, and at least what readers of findings need of a line.
fn context_bytes(gates: &GatePools, tuning: Tuning) -> u32 {
    let near = gates.keywords.iter().map(|gate| gate.distance);
    let companions = gates.companion.iter().map(|gate| gate.distance);
    near.chain(companions).max().unwrap_or(0).max(tuning.context_bytes)
}

/// Evidence of a decision: the match, context on either side, in the widest encoding. One more match of the
/// widest bounded pattern lets the search fall into step with what the chunk before has found.
fn required_overlap(rules: &[RuleCompiled], context: u32) -> u32 {
    let widest = rules.iter().map(|rule| rule.width_max).max().unwrap_or(0);
    let step = rules
        .iter()
        .map(|rule| rule.width_max)
        .filter(|width| *width as usize <= scanner_rules::lint::WIDTH_MAX)
        .max()
        .unwrap_or(0);
    2 * (widest + step + 2 * (context + BOUNDARY_BYTES))
}
