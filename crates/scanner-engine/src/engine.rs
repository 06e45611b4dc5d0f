//! `Engine`: the compiled rules, immutable and shared by all workers. What is done with them stands above: one pass over a
//! text in `pass.rs`, the scan of a chunk in `scan.rs`.

use std::sync::Arc;

use scanner_core::{RuleId, RuleInfo};
use scanner_rules::RuleSpec;

use crate::build::{Built, build};
use crate::error::EngineError;
use crate::prefilter::native::{NativePrefilter, SimdLevel};
#[cfg(feature = "vectorscan")]
use crate::prefilter::vectorscan::VectorscanPrefilter;
use crate::prefilter::{Everywhere, Exhaustive, Prefilter, RuleReach};
use crate::rule::{GatePools, RuleCold, RuleCompiled};
use crate::safelist::SafelistFilter;
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

    /// Whether the rule looks at objects of this path.
    pub fn applies_to_path(&self, rule: RuleId, path: &[u8]) -> bool {
        let Some(paths) = &self.cold(rule).paths else { return true };
        paths.admits(path)
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
