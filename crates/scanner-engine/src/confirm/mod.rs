//! Confirming: from a window to findings. One function for all encodings; the variants only make the view.
//!
//! Candidates of a rule are its leftmost matches: after an accepted one the search goes on behind its
//! secret, after a refused one a byte behind its start, so that a refused match never hides a real one. A
//! decision looks at nothing but the match and the context around it, so it is the same in whatever window
//! or chunk the match is found.

use regex_automata::{Input, meta::Regex};
use scanner_core::{Confidence, FindingRec, RuleId, Span, StepId, Validation};
use scanner_rules::{PARTS_MAX, Shape};

use crate::assignment::{self, AssignmentSearch};
use crate::confidence;
use crate::contains::contains;
use crate::engine::Engine;
use crate::findings::{FindingBuf, PartRef};
use crate::gate::{self, Candidate, Stage, Verdict};
use crate::judge;
use crate::prefilter::native::SimdLevel;
use crate::regexes::{RuleCache, compile};
use crate::rule::{NO_GATE, RuleCold, RuleCompiled};
use crate::safelist::SafelistOptions;
use crate::view::WindowView;
use crate::worker::Worker;

/// Confirms one window of a rule; findings go to `out`.
pub(crate) fn confirm_window(
    engine: &Engine,
    rule_id: RuleId,
    view: &WindowView<'_>,
    worker: &mut Worker,
    out: &mut FindingBuf,
) {
    let rule = engine.rule(rule_id);
    if let Err(stage) = window_gates(engine, rule, view) {
        worker.refuse(rule_id, stage, view.root(view.search.clone()));
        return;
    }
    let cold = engine.cold(rule_id);
    let mut found_any = false;
    let mut at = view.search.start;
    let budget = engine.tuning().candidates_per_kib_max as usize * (1 + view.search.len() / 1024);
    for _ in 0..budget {
        let found = if let Some(search) = &cold.assignment {
            next_assignment(engine.level(), search, view, at)
        } else {
            let regex = rule.re.get_or_init(|| compile(&cold.pattern));
            next_match(rule, regex, view, at, worker.cache(rule_id, regex))
        };
        let Some(mut candidate) = found else {
            if !found_any {
                worker.refuse(rule_id, Stage::Regex, view.root(view.search.clone()));
            }
            return;
        };
        if cold.shape == Shape::Assignment {
            candidate.secret_end = judge::widen(&candidate);
        }
        found_any = true;
        let sight = worker.witnesses.see(engine, rule_id, view, &candidate);
        let judged = match worker.witnesses.recall(sight.as_ref()) {
            Some(stage) => Err(stage),
            None => judge(engine, rule_id, &candidate, worker),
        };
        worker.witnesses.note(sight, judged.as_ref().err().copied());
        at = match judged {
            Ok(accepted) => {
                emit(engine, rule_id, view, &candidate, accepted, out);
                worker.accept(rule_id, view.root(candidate.secret_start..candidate.secret_end));
                candidate.secret_end.max(candidate.start + 1)
            }
            Err(stage) => {
                let place = view.root(candidate.secret_start..candidate.secret_end);
                worker.refuse(rule_id, stage, place);
                candidate.start + 1
            }
        };
    }
    worker.counters.regex_gave_up += 1;
}

/// Literals that must stand somewhere in the window, or no candidate can pass.
fn window_gates(engine: &Engine, rule: &RuleCompiled, view: &WindowView<'_>) -> Verdict {
    let gates = engine.gates();
    let window = &view.bytes[view.search.clone()];
    if rule.two_phase != NO_GATE {
        let gate = &gates.two_phase[rule.two_phase as usize];
        gate::two_phase::passes(gate, view.bytes, view.hint, view.search.end)?;
    }
    if rule.must_contain != NO_GATE {
        let literal = &gates.must_contain[rule.must_contain as usize];
        if !contains(window, literal) {
            return Err(Stage::MustContain);
        }
    }
    if rule.implied != NO_GATE && !gates.implied[rule.implied as usize].all_in(window) {
        return Err(Stage::Regex);
    }
    if rule.confirm_all != NO_GATE && !gates.confirm_all[rule.confirm_all as usize].all_in(window) {
        return Err(Stage::ConfirmAll);
    }
    Ok(())
}

/// The first match at or behind `at`, as a candidate. Bytes before and behind the searched range are seen by
/// the pattern's boundaries but never matched.
fn next_match<'a>(
    rule: &RuleCompiled,
    regex: &Regex,
    view: &WindowView<'a>,
    at: usize,
    rule_cache: &mut RuleCache,
) -> Option<Candidate<'a>> {
    if at >= view.search.end {
        return None;
    }
    let input = Input::new(view.bytes).range(at..view.search.end);
    let RuleCache { cache, captures } = rule_cache;
    regex.search_captures_with(cache, &input, captures);
    let whole = captures.get_match()?;
    let group = match rule.rule_meta.secret_group() {
        Some(group) => captures.get_group(usize::from(group)),
        None if rule.rule_meta.is_as_written() => {
            captures.iter().skip(1).flatten().find(|span| !span.is_empty())
        }
        None => captures.get_group(1),
    };
    let secret =
        group.filter(|span| !span.is_empty()).map_or(whole.range(), |span| span.start..span.end);
    Some(Candidate {
        bytes: view.bytes,
        start: whole.start(),
        end: whole.end(),
        secret_start: secret.start,
        secret_end: secret.end,
    })
}

/// As [`next_match`], where the pattern is that of a generic assignment.
fn next_assignment<'a>(
    level: SimdLevel,
    search: &AssignmentSearch,
    view: &WindowView<'a>,
    at: usize,
) -> Option<Candidate<'a>> {
    let found = search.find(level, view.bytes, at..view.search.end)?;
    let value_end = found.value + assignment::VALUE_LEN;
    Some(Candidate {
        bytes: view.bytes,
        start: found.start,
        end: value_end,
        secret_start: found.value,
        secret_end: value_end,
    })
}

/// What an accepted candidate is worth.
#[derive(Clone, Copy, Debug)]
struct Accepted {
    confidence: Confidence,
    validation: Validation,
    score: u8,
}

/// All gates behind the regex, in order.
fn judge(
    engine: &Engine,
    rule_id: RuleId,
    candidate: &Candidate<'_>,
    worker: &mut Worker,
) -> Result<Accepted, Stage> {
    let rule = engine.rule(rule_id);
    let cold = engine.cold(rule_id);
    let mut signals = literal_gates(engine, rule, candidate)?;
    if rule.rule_meta.needs_assignment_shape_check() {
        gate::assignment::passes(candidate)?;
        signals += confidence::ASSIGNMENT_SHAPE;
    }
    signals += value_gates(engine, rule, candidate, worker)?;
    let mut base = cold.confidence;
    if cold.is_judged {
        base = judged(cold, base, candidate, worker)?;
    }
    let mut validation = Validation::None;
    if rule.offline_validation != NO_GATE {
        let gate = engine.gates().offline[rule.offline_validation as usize];
        validation = gate::offline::passes(gate, candidate.secret())?;
    }
    let options = SafelistOptions {
        uuid_secret: rule.rule_meta.uuid_format_secret(),
        context: validation != Validation::ChecksumOk,
    };
    if !rule.rule_meta.is_as_written() {
        engine.safelist().passes(candidate, options)?;
    }
    if signals < cold.min_confidence {
        return Err(Stage::Confidence);
    }
    let tier = confidence::tier(base, validation);
    Ok(Accepted {
        confidence: tier,
        validation,
        score: confidence::score(tier, cold.shape, signals),
    })
}

/// How sure the judge of generic credentials makes a rule. It refuses only what is found by the words of no
/// service; what a form of its own speaks for becomes possible instead.
fn judged(
    cold: &RuleCold,
    base: Confidence,
    candidate: &Candidate<'_>,
    worker: &mut Worker,
) -> Result<Confidence, Stage> {
    let verdict = judge::describe(candidate, worker.file_kind.unwrap_or_default())
        .ok_or(Stage::GenericValue)
        .and_then(|features| {
            worker.describe(&features);
            judge::judge(&features)
        });
    match cold.shape {
        // Begins as possible, and the judge may raise it.
        Shape::Assignment => verdict,
        _ if cold.is_generic => verdict.map(|confidence| confidence.min(base)),
        _ => Ok(verdict.unwrap_or(Confidence::Possible).min(base)),
    }
}

/// Gates that look for literals in and around the match; returns the signals won.
fn literal_gates(
    engine: &Engine,
    rule: &RuleCompiled,
    candidate: &Candidate<'_>,
) -> Result<i8, Stage> {
    let gates = engine.gates();
    let mut signals = 0;
    let len = (candidate.end - candidate.start) as u32;
    if len < rule.width_min || len > rule.width_max {
        return Err(Stage::Regex);
    }
    if rule.must_contain != NO_GATE {
        gate::confirm_all::must_contain(
            &gates.must_contain[rule.must_contain as usize],
            candidate,
        )?;
    }
    if rule.confirm_all != NO_GATE {
        gate::confirm_all::passes(&gates.confirm_all[rule.confirm_all as usize], candidate)?;
    }
    if rule.keywords != NO_GATE {
        gate::keywords::passes(&gates.keywords[rule.keywords as usize], candidate)?;
        signals += confidence::KEYWORD_PRESENT;
    }
    Ok(signals)
}

/// Gates that look at the secret and what stands next to it; returns the signals won.
fn value_gates(
    engine: &Engine,
    rule: &RuleCompiled,
    candidate: &Candidate<'_>,
    worker: &mut Worker,
) -> Result<i8, Stage> {
    let gates = engine.gates();
    let mut signals = 0;
    if rule.entropy != NO_GATE {
        let gate = gates.entropy[rule.entropy as usize];
        gate::entropy::passes(gate, candidate.secret(), &mut worker.entropy)?;
        signals += confidence::ENTROPY_PASS;
    }
    if rule.char_class != NO_GATE {
        gate::char_class::passes(gates.char_class[rule.char_class as usize], candidate.secret())?;
    }
    if rule.local_context != NO_GATE {
        gate::local_context::passes(gates.local_context[rule.local_context as usize], candidate)?;
    }
    if rule.value_suppressors != NO_GATE {
        let words = &gates.value_suppressors[rule.value_suppressors as usize];
        gate::value_suppressor::passes(words, candidate.secret())?;
    }
    if rule.companion != NO_GATE {
        gate::companion::passes(&gates.companion[rule.companion as usize], candidate)?;
    }
    Ok(signals)
}

/// Writes the record. The drop hint is where the evidence ends: behind the match and the context that a gate
/// or a marker may look at.
fn emit(
    engine: &Engine,
    rule_id: RuleId,
    view: &WindowView<'_>,
    candidate: &Candidate<'_>,
    accepted: Accepted,
    out: &mut FindingBuf,
) {
    let root = view.root(candidate.secret_start..candidate.secret_end);
    let root_match = view.root(candidate.start..candidate.end.max(candidate.secret_end));
    let context = u64::from(engine.context_bytes() * view.variant.scale());
    let rec = FindingRec {
        file_id: view.file_id,
        rule_id,
        span: Span::new(candidate.secret_start as u32, candidate.secret_end as u32),
        root,
        root_match,
        step_id: StepId::ROOT,
        variant: view.variant,
        confidence: accepted.confidence,
        validation: accepted.validation,
        score: accepted.score,
    };
    let mut parts: [Option<PartRef<'_>>; PARTS_MAX] = [None; PARTS_MAX];
    let rule = engine.rule(rule_id);
    if rule.companion != NO_GATE {
        let gate = &engine.gates().companion[rule.companion as usize];
        for (slot, part) in parts.iter_mut().zip(gate::companion::parts(gate, candidate)) {
            *slot = part.map(|part| PartRef {
                root: view.root(part.clone()),
                bytes: &candidate.bytes[part],
            });
        }
    }
    out.push(rec, root_match.end + context, candidate.secret(), parts);
}
