//! What a decision about a candidate has looked at: while that stays as it is, so does the decision.
//!
//! A worker that is watched writes down each candidate of the object's own text with the bytes that its gates may have
//! read. An anchor whose candidates were all refused is *quiet*; it stays so in another object if everything between
//! its own window's ends, and everything that those candidates were judged by, was copied in one piece.

mod refusal;

use scanner_core::{RuleId, Variant};
use scanner_rules::Shape;

use crate::engine::{BOUNDARY_BYTES, Engine};
use crate::gate::{Candidate, Stage};
use crate::judge;
use crate::prefilter::{RADIUS, RuleReach};
use crate::rule::NO_GATE;
use crate::view::WindowView;

use refusal::{Likeness, Refusals};

/// Bytes of the secret's line that gates and the safelist look at, on either side.
const LINE_BYTES: usize = 96;

/// A candidate that was judged. Places may lie beyond the text: what is not there was looked for too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Witness {
    rule: RuleId,
    is_accepted: bool,
    /// The candidate.
    start: u32,
    end: u32,
    /// What it was judged by.
    from: i64,
    to: i64,
}

/// The candidates of the chunk at hand.
#[derive(Debug, Default)]
pub(crate) struct Witnesses {
    list: Vec<Witness>,
    is_watching: bool,
    /// What is known of the object.
    facts: u64,
    refusals: Refusals,
}

/// A candidate before it is judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight {
    witness: Witness,
    /// Where it is worth remembering.
    likeness: Option<Likeness>,
}

impl Witnesses {
    /// Begins to write down candidates.
    pub(crate) fn watch(&mut self, facts: u64) {
        self.list.clear();
        self.is_watching = true;
        self.facts = facts;
    }

    /// Ends it; candidates can be asked about from now on.
    pub(crate) fn close(&mut self) {
        self.is_watching = false;
        self.list.sort_unstable_by_key(|witness| (witness.rule, witness.start));
    }

    /// What a candidate's judgement will depend on, where candidates are watched.
    #[inline]
    pub(crate) fn see(
        &mut self,
        engine: &Engine,
        rule: RuleId,
        view: &WindowView<'_>,
        candidate: &Candidate<'_>,
    ) -> Option<Sight> {
        if !self.is_watching || view.variant != Variant::Raw {
            return None;
        }
        let (from, to) = looked_at(engine, rule, candidate);
        let end = candidate.end.max(candidate.secret_end) as u32;
        let start = candidate.start.min(candidate.secret_start) as u32;
        let witness = Witness { rule, is_accepted: false, start, end, from, to };
        let likeness = if is_judged(engine, rule) {
            self.refusals.likeness(rule, self.facts, candidate, (from, to))
        } else {
            None
        };
        Some(Sight { witness, likeness })
    }

    /// The stage that refused the same candidate before.
    #[inline]
    pub(crate) fn recall(&self, sight: Option<&Sight>) -> Option<Stage> {
        self.refusals.recall(sight?.likeness.as_ref()?)
    }

    /// Writes down what was decided: by whom the candidate was refused, or that it was accepted.
    #[inline]
    pub(crate) fn note(&mut self, sight: Option<Sight>, refused_by: Option<Stage>) {
        let Some(Sight { witness, likeness }) = sight else { return };
        if let (Some(likeness), Some(stage)) = (likeness, refused_by) {
            self.refusals.learn(likeness, stage);
        }
        self.list.push(Witness { is_accepted: refused_by.is_none(), ..witness });
    }

    /// How far before and behind the anchor of `rule` at `from..to` the bytes stand that decided that nothing there is
    /// a finding; `None` if something is, or if that is too far.
    pub(crate) fn evidence(
        &self,
        rule: RuleId,
        RuleReach { width, before }: RuleReach,
        (from, to): (u32, u32),
    ) -> Option<(u16, u16)> {
        let wide = |width: u32| i64::from(width) + i64::from(RADIUS);
        let first = (i64::from(to) - wide(width)).max(i64::from(from) - wide(before));
        let last = i64::from(from) + wide(width);
        let boundary = i64::from(BOUNDARY_BYTES);
        let (mut low, mut high) = (first - boundary, last + boundary);
        // No candidate is longer than its pattern's width and what the judge widens it by.
        let longest = i64::from(width.saturating_add(judge::WIDENED_BYTES_MAX as u32));
        let begin = u32::try_from(first - longest).unwrap_or(0);
        let known = self.list.partition_point(|w| (w.rule, w.start) < (rule, begin));
        let candidates = self.list[known..].iter().take_while(|w| w.rule == rule);
        for witness in candidates.take_while(|w| i64::from(w.start) < last) {
            if i64::from(witness.end) <= first {
                continue;
            }
            if witness.is_accepted {
                return None;
            }
            low = low.min(witness.from);
            high = high.max(witness.to);
        }
        let before = u16::try_from(i64::from(from) - low).ok()?;
        let behind = u16::try_from(high - i64::from(from)).ok()?;
        Some((before, behind))
    }
}

/// Whether the judge of generic credentials is asked about candidates of `rule`.
fn is_judged(engine: &Engine, rule: RuleId) -> bool {
    let cold = engine.cold(rule);
    cold.is_judged || cold.shape == Shape::Assignment
}

/// The bytes that the gates of `rule` may read about a candidate.
fn looked_at(engine: &Engine, rule_id: RuleId, candidate: &Candidate<'_>) -> (i64, i64) {
    let (rule, gates) = (engine.rule(rule_id), engine.gates());
    let mut near = BOUNDARY_BYTES;
    if rule.keywords != NO_GATE {
        near = near.max(gates.keywords[rule.keywords as usize].distance + BOUNDARY_BYTES);
    }
    if rule.companion != NO_GATE {
        near = near.max(gates.companion[rule.companion as usize].distance + BOUNDARY_BYTES);
    }
    let is_judged = is_judged(engine, rule_id);
    let (line, beyond) = if is_judged { judge::REACH } else { (LINE_BYTES, 0) };
    if is_judged {
        near = near.max(judge::KEY_BYTES_MAX as u32 + BOUNDARY_BYTES);
    }
    let place = |at: usize| i64::try_from(at).unwrap_or(i64::MAX);
    let beyond = place(beyond) + i64::from(BOUNDARY_BYTES);
    let before = place(candidate.secret_start - candidate.line_before(line).len()) - beyond;
    let behind = place(candidate.secret_end + candidate.line_behind(line).len()) + beyond;
    let widened = if is_judged { judge::widen_reads(candidate) } else { candidate.secret_end };
    let from = before.min(place(candidate.start) - i64::from(near));
    let to = behind.max(place(candidate.end) + i64::from(near)).max(place(widened));
    (from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn witnesses(list: &[(u32, bool, u32, u32, i64, i64)]) -> Witnesses {
        let mut all = Witnesses::default();
        all.watch(0);
        all.list.extend(list.iter().map(|(rule, is_accepted, start, end, from, to)| Witness {
            rule: RuleId::new(*rule),
            is_accepted: *is_accepted,
            start: *start,
            end: *end,
            from: *from,
            to: *to,
        }));
        all.close();
        all
    }

    #[test]
    fn evidence_is_the_window_and_what_its_candidates_were_judged_by() {
        let all = witnesses(&[
            (1, false, 990, 1020, 700, 1300),
            (1, true, 3000, 3010, 2900, 3100),
            (1, false, 5, 20, -300, 400),
            (2, true, 1000, 1010, 0, 2000),
        ]);
        let reach = |width| RuleReach { width, before: u32::MAX };
        let one = |from, to| all.evidence(RuleId::new(1), reach(40), (from, to));
        // No candidate is near: the window, from 8 + 40 bytes before its end on, and 16 around.
        assert_eq!(one(2000, 2005), Some((59, 64)));
        let begins = RuleReach { width: 40, before: 3 };
        assert_eq!(all.evidence(RuleId::new(1), begins, (2000, 2005)), Some((27, 64)));
        assert_eq!(one(1000, 1005), Some((300, 300)));
        assert_eq!(one(3000, 3005), None);
        assert_eq!(one(3058, 3060), Some((62, 64)));
        assert_eq!(one(3056, 3057), None, "its window touches a finding");
        // What would stand before the text's begin was looked for.
        assert_eq!(one(10, 15), Some((310, 390)));
        let three = |width| all.evidence(RuleId::new(3), reach(width), (70_000, 70_004));
        assert_eq!(three(60_000), Some((60_020, 60_024)));
        assert_eq!(three(66_000), None);
    }
}
