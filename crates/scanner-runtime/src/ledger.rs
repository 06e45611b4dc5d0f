//! The ledger of what was dropped: every candidate that some stage refused and every finding that the user's decisions took,
//! with its place and why. Secrets are redacted before they come here.
//!
//! It is kept only where somebody asked for it. What never became a candidate (a window without the rule's form) is no part
//! of it; `explain` tells that.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use scanner_core::{Chunk, ObjectPath, RootSpan, RuleId, SecretBytes};
use scanner_engine::{Stage, TraceEvent};

use crate::object::in_chunk;

/// Lines of a ledger, at most; what is beyond is counted.
pub(crate) const LINES_MAX: usize = 200_000;

/// Bytes of a dropped candidate that are shown, redacted.
const SHOWN_BYTES_MAX: usize = 512;

/// Who dropped it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DroppedBy {
    /// A stage of the engine.
    Stage(Stage),
    /// It is less sure than what is reported.
    MinConfidence,
    /// An allow list.
    AllowList,
    /// A marker on its line.
    Marker,
    /// The ignore file, a baseline or a decision.
    Decision,
}

impl DroppedBy {
    /// The name used in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stage(stage) => stage.name(),
            Self::MinConfidence => "min-confidence",
            Self::AllowList => "allow-list",
            Self::Marker => "marker",
            Self::Decision => "decision",
        }
    }

    /// One sentence for people: why.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Stage(stage) => stage.explain(),
            Self::MinConfidence => "it is less sure than --min-confidence asks for",
            Self::AllowList => "an allow list of the configuration takes it",
            Self::Marker => "a marker on its line allows it",
            Self::Decision => "the ignore file, a baseline or a decision in the store says so",
        }
    }
}

/// Something that was dropped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dropped {
    /// The object.
    pub path: ObjectPath,
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1.
    pub column: u64,
    /// The rule.
    pub rule: String,
    /// Who dropped it.
    pub by: DroppedBy,
    /// What was dropped, redacted.
    pub redacted: String,
}

/// What all workers dropped.
#[derive(Debug, Default)]
pub struct Ledger {
    lines: Mutex<(Vec<Dropped>, u64)>,
}

/// The candidates of a chunk that the engine refused, by place. As with findings, each belongs to the one chunk that holds all
/// its evidence: `context` bytes behind it.
pub(crate) fn refused(
    mut trace: Vec<TraceEvent>,
    chunk: &Chunk<'_>,
    context: u32,
) -> Vec<(RootSpan, RuleId, Stage)> {
    let is_own = |place: RootSpan| {
        let end = place.end + u64::from(context);
        (chunk.prefix_len == 0 || end > chunk.payload_offset())
            && (chunk.is_last || end <= chunk.end_offset())
    };
    let accepted: HashSet<(RootSpan, RuleId)> = trace
        .iter()
        .filter(|event| event.refused_by.is_none())
        .map(|event| (event.place, event.rule_id))
        .collect();
    trace.sort_by_key(|event| event.place);
    let refusal = |event: TraceEvent| {
        let stage = event.refused_by.filter(|stage| stage.refuses_candidates())?;
        let is_later = stage == Stage::MoreSpecific;
        let was_accepted = accepted.contains(&(event.place, event.rule_id));
        let counts = is_own(event.place) && (is_later || !was_accepted);
        counts.then_some((event.place, event.rule_id, stage))
    };
    trace.into_iter().filter_map(refusal).collect()
}

/// What stands at a place of a chunk, for people.
pub(crate) fn redacted(chunk: &Chunk<'_>, place: RootSpan) -> String {
    let place = in_chunk(chunk, place);
    let shown = place.start..place.end.min(place.start + SHOWN_BYTES_MAX);
    SecretBytes::new(&chunk.data[shown]).redacted()
}

impl Ledger {
    /// Counts what nobody had room for.
    pub(crate) fn add_beyond(&self, count: u64) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).1 += count;
    }

    /// Adds what was dropped of an object. A rule that was refused several times on one line by one stage has one line.
    pub(crate) fn add(&self, mut dropped: Vec<Dropped>) {
        dropped.sort();
        dropped.dedup_by(|later, first| {
            (&later.path, later.line, &later.rule, later.by)
                == (&first.path, first.line, &first.rule, first.by)
        });
        let mut kept = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let room = LINES_MAX.saturating_sub(kept.0.len());
        kept.1 += dropped.len().saturating_sub(room) as u64;
        dropped.truncate(room);
        kept.0.append(&mut dropped);
    }

    /// Everything, sorted by place, and how many lines there was no room for.
    pub fn take(&self) -> (Vec<Dropped>, u64) {
        let mut kept = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut lines, beyond) = std::mem::take(&mut *kept);
        lines.sort();
        lines.dedup();
        (lines, beyond)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(line: u64, column: u64) -> Dropped {
        Dropped {
            path: ObjectPath::new(b"a"),
            line,
            column,
            rule: "r".to_owned(),
            by: DroppedBy::Marker,
            redacted: "…".to_owned(),
        }
    }

    #[test]
    fn one_line_for_a_rule_on_a_line_and_never_more_than_there_is_room_for() {
        let ledger = Ledger::default();
        ledger.add(vec![line(2, 1), line(1, 9), line(1, 3)]);
        ledger.add((0..LINES_MAX as u64).map(|n| line(n + 10, 1)).collect());
        let (lines, beyond) = ledger.take();
        assert_eq!((lines.len(), beyond), (LINES_MAX, 2));
        assert_eq!((lines[0].line, lines[0].column, lines[1].line), (1, 3, 2));
    }
}
