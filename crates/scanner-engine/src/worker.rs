//! What confirming changes: regex caches, the entropy histogram, counters, and the trace of `explain`.

use regex_automata::meta::Regex;
use scanner_core::{RootSpan, RuleId};

use crate::evidence::Witnesses;
use crate::gate::{EntropyScratch, Stage};
use crate::judge::{Features, FileKind};
use crate::regexes::RuleCache;

/// Events that a trace holds, at most.
const TRACE_MAX: usize = 100_000;

/// Something that happened to a window or a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceEvent {
    /// The rule.
    pub rule_id: RuleId,
    /// The stage that refused; `None` where the candidate was accepted.
    pub refused_by: Option<Stage>,
    /// The secret of the candidate, or the window where there was no candidate.
    pub place: RootSpan,
    /// What the judge of generic credentials saw, where it was asked.
    pub judged: Option<Features>,
}

/// Counts of one worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkerCounters {
    /// Windows confirmed.
    pub windows: u64,
    /// Windows given up because they held too many candidates.
    pub regex_gave_up: u64,
    /// Findings for which a chunk had no room.
    pub findings_dropped: u64,
    /// Chunks scanned.
    pub chunks: u64,
    /// Candidates refused by the safelist.
    pub safelist_suppressed: u64,
    /// Candidates refused by offline validation.
    pub offline_suppressed: u64,
    /// Bytes decoded.
    pub decoded_bytes: u64,
    /// Long spans that were decoded piece by piece.
    pub decode_streams: u64,
    /// Chunks of which not everything encoded was decoded: a budget was used up.
    pub decode_gave_up: u64,
}

/// The mutable half of confirming.
#[derive(Debug)]
pub(crate) struct Worker {
    caches: Vec<Option<Box<RuleCache>>>,
    /// The entropy histogram.
    pub(crate) entropy: EntropyScratch,
    /// Counts.
    pub(crate) counters: WorkerCounters,
    /// Candidates of the chunk at hand, for scans that later ones are derived from.
    pub(crate) witnesses: Witnesses,
    /// The kind of file that the object is, once the judge was asked.
    pub(crate) file_kind: Option<FileKind>,
    trace: Option<Vec<TraceEvent>>,
    /// The description of the candidate at hand, kept only for the trace.
    judged: Option<Features>,
    /// Whether nothing is traced for now.
    is_mute: bool,
}

impl Worker {
    /// A worker for `rules` rules.
    pub(crate) fn new(rules: usize) -> Self {
        Self {
            caches: (0..rules).map(|_| None).collect(),
            entropy: EntropyScratch::default(),
            counters: WorkerCounters::default(),
            witnesses: Witnesses::default(),
            file_kind: None,
            trace: None,
            judged: None,
            is_mute: false,
        }
    }

    /// The rule's cache; made at the rule's first window.
    pub(crate) fn cache(&mut self, rule: RuleId, regex: &Regex) -> &mut RuleCache {
        self.caches[rule.index()].get_or_insert_with(|| Box::new(RuleCache::new(regex)))
    }

    /// Notes a refusal.
    pub(crate) fn refuse(&mut self, rule_id: RuleId, stage: Stage, place: RootSpan) {
        match stage {
            Stage::Safelist => self.counters.safelist_suppressed += 1,
            Stage::Offline => self.counters.offline_suppressed += 1,
            _ => {}
        }
        self.note(rule_id, Some(stage), place);
    }

    /// Notes an acceptance.
    pub(crate) fn accept(&mut self, rule_id: RuleId, place: RootSpan) {
        self.note(rule_id, None, place);
    }

    /// Begins a chunk.
    pub(crate) fn begin_chunk(&mut self) {
        self.counters.chunks += 1;
    }

    /// Keeps the description of the candidate at hand for its event.
    pub(crate) fn describe(&mut self, features: &Features) {
        if self.trace.is_some() {
            self.judged = Some(*features);
        }
    }

    fn note(&mut self, rule_id: RuleId, refused_by: Option<Stage>, place: RootSpan) {
        let judged = self.judged.take();
        if !self.is_mute
            && let Some(trace) = &mut self.trace
            && trace.len() < TRACE_MAX
        {
            trace.push(TraceEvent { rule_id, refused_by, place, judged });
        }
    }

    /// Stops or goes on tracing: places in decoded bytes are none in the object.
    pub(crate) fn mute(&mut self, is_mute: bool) {
        self.is_mute = is_mute;
    }

    pub(crate) fn start_trace(&mut self) {
        self.trace = Some(Vec::new());
    }

    pub(crate) fn take_trace(&mut self) -> Vec<TraceEvent> {
        self.trace.take().unwrap_or_default()
    }
}
