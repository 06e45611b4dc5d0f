//! `VsPrefilterDb`: patterns and anchors of all rules, over an object's bytes.
//!
//! Numbers: patterns of rules from 0 on, anchors behind them. A pattern is compiled as a prefilter, so it may match too
//! much; it is reported at its last byte. A rule whose pattern the library refuses is named and found by its anchors,
//! in a database of their own.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

use scanner_core::{RuleId, Variant};
use scanner_rules::RuleSpec;
use scanner_vectorscan::cache::CacheKey;
use scanner_vectorscan::compile::{Built, Refused};
use scanner_vectorscan::{Block, Database, Flags, Match, Pattern, Scratch, VsError};

use super::anchors::{Anchor, AnchorTable};
use super::builder::{Builder, RefusedRule, VsDbError};
use super::embedded::expression;
use crate::prefilter::HitSink;

/// The kind in the cache.
const KIND: &str = "vs-prefilter-db:block";

/// The same for anchors of rules that were refused.
const KIND_REROUTED: &str = "vs-prefilter-db:block:rerouted";

/// A rule, as far as this prefilter is concerned.
#[derive(Clone, Debug)]
pub struct VsRule {
    /// Its id.
    pub name: String,
    /// Its pattern, for messages.
    pub pattern: String,
    /// Its pattern in the library's syntax; `None` where it has none or none is wanted.
    pub expression: Option<Cow<'static, str>>,
}

impl VsRule {
    /// The rule; its expression is made only where it is wanted.
    pub fn new(spec: &RuleSpec, with_expression: bool) -> Self {
        Self {
            name: spec.id.clone(),
            pattern: spec.pattern.clone(),
            expression: with_expression.then(|| expression(&spec.pattern)).flatten(),
        }
    }
}

/// Patterns and anchors in one database, or in shards of it.
#[derive(Debug)]
pub struct VsPrefilterDb {
    databases: Vec<Database<Block>>,
    /// Rules by the numbers of their patterns.
    raw: Vec<RuleId>,
    anchors: AnchorTable,
    /// Anchors of rules that were refused.
    rerouted: Option<(Vec<Database<Block>>, AnchorTable)>,
    refused: Vec<RefusedRule>,
    keys: Vec<CacheKey>,
    is_from_cache: bool,
    is_unkept: bool,
}

/// What is to be compiled, and what its numbers mean.
struct Plan {
    patterns: Vec<Pattern>,
    raw: Vec<RuleId>,
    anchors: AnchorTable,
    /// Refused before the library saw them.
    refused: Vec<RefusedRule>,
}

impl VsPrefilterDb {
    /// One database: patterns of the rules for which `use_raw` says so, anchors of the others, and all anchors of
    /// UTF-16 text.
    ///
    /// # Errors
    ///
    /// Nothing is left to compile.
    pub fn try_new(
        rules: &[VsRule],
        anchors: &[Anchor],
        use_raw: &[bool],
        builder: &Builder,
    ) -> Result<Self, VsDbError> {
        Self::single(rules, anchors, use_raw, builder)
    }

    /// All in one database.
    pub(super) fn single(
        rules: &[VsRule],
        anchors: &[Anchor],
        use_raw: &[bool],
        builder: &Builder,
    ) -> Result<Self, VsDbError> {
        let plan = Plan::new(rules, anchors, use_raw)?;
        let built = builder.single(KIND, &plan.patterns)?;
        Self::finish(plan, built, (rules, anchors), builder)
    }

    /// What there is to begin with, and whether something better should be built beside.
    pub(super) fn first(
        rules: &[VsRule],
        anchors: &[Anchor],
        use_raw: &[bool],
        builder: &Builder,
    ) -> Result<(Self, bool), VsDbError> {
        let plan = Plan::new(rules, anchors, use_raw)?;
        let (built, is_interim) = builder.first(KIND, &plan.patterns, plan.raw.len())?;
        Ok((Self::finish(plan, built, (rules, anchors), builder)?, is_interim))
    }

    fn finish(
        plan: Plan,
        built: Built<Block>,
        (rules, anchors): (&[VsRule], &[Anchor]),
        builder: &Builder,
    ) -> Result<Self, VsDbError> {
        let Plan { raw, anchors: table, mut refused, .. } = plan;
        refused.extend(built.refused.iter().filter_map(|one| named(one, &raw, rules)));
        refused.sort_by_key(|refused| refused.rule);
        let mut keys = built.keys;
        let mut is_from_cache = built.is_from_cache;
        let mut is_unkept = built.is_unkept;
        let mut rerouted = None;
        if !refused.is_empty() {
            let is_refused = |anchor: &&Anchor| {
                anchor.variant() == Variant::Raw
                    && refused.iter().any(|refused| refused.rule == anchor.rule())
            };
            let anchors = AnchorTable::new(0, anchors.iter().filter(is_refused));
            let built = builder.single(KIND_REROUTED, &anchors.patterns(Flags::NONE)?)?;
            keys.extend(built.keys);
            is_from_cache &= built.is_from_cache;
            is_unkept |= built.is_unkept;
            rerouted = Some((built.databases, anchors));
        }
        let databases = built.databases;
        let count = databases.len() + rerouted.as_ref().map_or(0, |(more, _)| more.len());
        if count == 0 {
            return Err(VsDbError::Nothing { kind: "raw", refused });
        }
        let anchors = table;
        Ok(Self { databases, raw, anchors, rerouted, refused, keys, is_from_cache, is_unkept })
    }

    /// Files a window for each match; whether an anchor of UTF-16 text was among them.
    ///
    /// # Errors
    ///
    /// The bytes are 4 GiB or more, or the library fails; what was filed so far may not be all.
    pub fn scan_raw(
        &self,
        bytes: &[u8],
        scratch: &mut Scratch,
        sink: &mut HitSink<'_>,
    ) -> Result<bool, VsError> {
        self.scan_places(bytes, 0..bytes.len(), scratch, sink)
    }

    /// As [`Self::scan_raw`], of what ends at `places`.
    pub(super) fn scan_places(
        &self,
        bytes: &[u8],
        places: Range<usize>,
        scratch: &mut Scratch,
        sink: &mut HitSink<'_>,
    ) -> Result<bool, VsError> {
        let (base, part) = (places.start as u64, &bytes[places]);
        let mut saw_utf16 = false;
        let raw_count = self.raw.len();
        for database in &self.databases {
            scratch.fit(database)?;
            database.scan(part, scratch, |Match { id, to }| {
                let to = base + to;
                if (id as usize) < raw_count {
                    let to = to as u32;
                    sink.hit(self.raw[id as usize], to.saturating_sub(1), to);
                } else {
                    saw_utf16 |= self.anchors.report(id, to, bytes, sink);
                }
                ControlFlow::Continue(())
            })?;
        }
        if let Some((databases, anchors)) = &self.rerouted {
            for database in databases {
                scratch.fit(database)?;
                database.scan(part, scratch, |Match { id, to }| {
                    anchors.report(id, base + to, bytes, sink);
                    ControlFlow::Continue(())
                })?;
            }
        }
        Ok(saw_utf16)
    }

    /// Makes a scratch large enough for scans.
    ///
    /// # Errors
    ///
    /// There is no memory.
    pub fn fit(&self, scratch: &mut Scratch) -> Result<(), VsError> {
        let rerouted = self.rerouted.iter().flat_map(|(databases, _)| databases);
        self.databases.iter().chain(rerouted).try_for_each(|database| scratch.fit(database))
    }

    /// The first number of an anchor: how many patterns of rules there are.
    pub fn anchor_id_base(&self) -> u32 {
        self.raw.len() as u32
    }

    /// Rules whose patterns the library does not take.
    pub fn refused(&self) -> &[RefusedRule] {
        &self.refused
    }

    /// Whether nothing had to be compiled.
    pub fn is_from_cache(&self) -> bool {
        self.is_from_cache
    }

    pub(super) fn keys(&self) -> &[CacheKey] {
        &self.keys
    }

    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let rerouted = || self.rerouted.iter().flat_map(|(databases, _)| databases);
        let all = || self.databases.iter().chain(rerouted());
        let bytes: usize = all().filter_map(|database| database.bytes().ok()).sum();
        vec![
            ("databases", all().count().to_string()),
            ("from-cache", self.is_from_cache.to_string()),
            ("cannot-be-kept", self.is_unkept.to_string()),
            ("patterns", self.raw.len().to_string()),
            ("anchors", self.anchors.len().to_string()),
            ("database-bytes", bytes.to_string()),
            ("refused", self.refused.len().to_string()),
        ]
    }
}

impl Plan {
    fn new(rules: &[VsRule], anchors: &[Anchor], use_raw: &[bool]) -> Result<Self, VsError> {
        let mut plan = Self {
            patterns: Vec::new(),
            raw: Vec::new(),
            anchors: AnchorTable::default(),
            refused: Vec::new(),
        };
        let mut has_raw = vec![false; rules.len()];
        for (index, rule) in rules.iter().enumerate() {
            let wanted = use_raw.get(index).copied().unwrap_or(true);
            let Some(expression) = rule.expression.as_ref().filter(|_| wanted) else { continue };
            has_raw[index] = true;
            let id = RuleId::new(index as u32);
            match Pattern::new(plan.raw.len() as u32, Flags::PREFILTER, expression.as_ref()) {
                Ok(pattern) => {
                    plan.raw.push(id);
                    plan.patterns.push(pattern);
                }
                Err(error) => plan.refused.push(refused(id, rule, error.to_string())),
            }
        }
        let is_wanted = |anchor: &&Anchor| {
            anchor.variant() != Variant::Raw
                || !has_raw.get(anchor.rule().index()).copied().unwrap_or(false)
        };
        plan.anchors = AnchorTable::new(plan.raw.len() as u32, anchors.iter().filter(is_wanted));
        plan.patterns.extend(plan.anchors.patterns(Flags::NONE)?);
        Ok(plan)
    }
}

fn refused(rule: RuleId, facts: &VsRule, message: String) -> RefusedRule {
    RefusedRule { rule, name: facts.name.clone(), pattern: facts.pattern.clone(), message }
}

/// The rule of a pattern that was refused.
fn named(one: &Refused, raw: &[RuleId], rules: &[VsRule]) -> Option<RefusedRule> {
    let rule = *raw.get(one.id as usize)?;
    Some(refused(rule, rules.get(rule.index())?, one.message.clone()))
}
