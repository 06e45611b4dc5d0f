//! What the syntax of a rule's pattern says: all that is needed of it until its first window.
//!
//! Reading a pattern takes 40 microseconds, which a thousand of them make the longest part of a start. So the
//! build script includes this file and reads the patterns of the built-in detectors beforehand
//! ([`super::embedded`]); only rules of the user's own are read at run time.

use regex_syntax::hir::{Hir, HirKind};
use scanner_rules::RuleSpec;
use scanner_rules::lint::parse_pattern;
use serde::{Deserialize, Serialize};

use crate::anchors::{self, AnchorClass, LITERAL_LEN_MIN, Literal, RunProof};

/// Implied literals kept per rule, at most: each is one search of the window.
const IMPLIED_MAX: usize = 3;

/// What is known of a rule's pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Analysis {
    /// Bytes of the shortest match.
    pub(crate) width_min: u32,
    /// Bytes of the widest match.
    pub(crate) width_max: u32,
    /// How the prefilter finds it.
    pub(crate) anchors: Vec<(Literal, AnchorClass)>,
    /// Literals that every match holds.
    pub(crate) implied: Vec<Vec<u8>>,
    /// Bytes between a match and its anchor, at most: 0 where every match holds one.
    pub(crate) aside: u32,
    /// About how many states its patterns have.
    pub(crate) states: u64,
}

/// States beyond which a pattern is compiled when an engine is built, to see whether it can be.
pub(crate) const STATES_PLAIN: u64 = 20_000;

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It cannot be read; what the parser says.
    Pattern(String),
    /// It requires no literal.
    NoAnchor,
    /// It has no greatest width and states none.
    Unbounded,
}

/// Reads the pattern of a rule. Without `shortcuts` no anchor is left out because of what its class proves.
pub(crate) fn analyse(spec: &RuleSpec, shortcuts: bool) -> Result<Analysis, Refusal> {
    let hir = read(&spec.pattern)?;
    let mut states = states_of(&hir);
    for pattern in spec.gates.companion.iter().flat_map(|companion| &companion.patterns) {
        states = states.max(states_of(&read(pattern)?));
    }
    let (width_min, width_max) = widths(spec, &hir)?;
    let proof = RunProof {
        secret_group: u32::from(spec.secret_group.unwrap_or(1)),
        digits_min: spec.gates.char_class.digits_min,
    };
    let plan = if shortcuts { anchors::plan(&hir, proof) } else { anchors::plan_plain(&hir) };
    let implied = implied(&hir);
    let (anchors, aside) = match plan {
        Some(anchors) => (anchors, 0),
        None if spec.as_written => beside(spec),
        None => return Err(Refusal::NoAnchor),
    };
    Ok(Analysis { width_min, width_max, anchors, implied, aside, states })
}

/// About how many states a pattern has: what is repeated counts as often as it is written out.
fn states_of(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Capture(capture) => states_of(&capture.sub) + 2,
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1));
            states_of(&repetition.sub).saturating_mul(u64::from(times))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(states_of).fold(0, u64::saturating_add)
        }
    }
}

/// The anchors of a rule that is taken as it is written and whose pattern has none: the words of which one must stand
/// nearby. Where these are too short as well there are no anchors: the rule is tried everywhere.
fn beside(spec: &RuleSpec) -> (Vec<(Literal, AnchorClass)>, u32) {
    let Some(near) = &spec.gates.near else { return (Vec::new(), 0) };
    let word = |word: &String| Literal { bytes: word.as_bytes().to_vec(), ignore_case: true };
    let words: Vec<Literal> = near.any.iter().map(word).collect();
    if words.iter().any(|word| word.bytes.len() < LITERAL_LEN_MIN) {
        return (Vec::new(), 0);
    }
    let anchors = words.into_iter().map(|word| (word, AnchorClass::Everywhere)).collect();
    (anchors, near.distance)
}

fn read(pattern: &str) -> Result<Hir, Refusal> {
    parse_pattern(pattern).map_err(|error| Refusal::Pattern(error.to_string()))
}

/// Shortest and widest match.
fn widths(spec: &RuleSpec, hir: &Hir) -> Result<(u32, u32), Refusal> {
    if let Some(cap) = spec.width_cap {
        return Ok((cap.min, cap.max));
    }
    let properties = hir.properties();
    let narrow = |width: usize| u32::try_from(width).ok();
    let min = properties.minimum_len().and_then(narrow).unwrap_or(0);
    let max = properties.maximum_len().and_then(narrow);
    Ok((min, max.ok_or(Refusal::Unbounded)?))
}

/// Literals that the pattern itself demands, as the parts of a sequence: the longest few. They cost a search
/// of the window each and save the regex on most windows of a short anchor (a URI without an `@`).
fn implied(hir: &Hir) -> Vec<Vec<u8>> {
    fn collect<'h>(hir: &'h Hir, out: &mut Vec<&'h [u8]>) {
        match hir.kind() {
            HirKind::Literal(literal) => out.push(&literal.0),
            HirKind::Capture(capture) => collect(&capture.sub, out),
            HirKind::Concat(parts) => parts.iter().for_each(|part| collect(part, out)),
            HirKind::Repetition(repetition) if repetition.min > 0 => collect(&repetition.sub, out),
            _ => {}
        }
    }
    let mut literals = Vec::new();
    collect(hir, &mut literals);
    literals.sort_by_key(|literal| std::cmp::Reverse(literal.len()));
    literals.dedup();
    literals.truncate(IMPLIED_MAX);
    literals.into_iter().map(<[u8]>::to_vec).collect()
}

/// Names an analysis.
pub(crate) type Key = [u8; 16];

/// A hash of everything that [`analyse`] reads of a spec, with shortcuts. Each part has its length before it.
pub(crate) fn key(spec: &RuleSpec) -> Key {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(spec.pattern.as_bytes());
    part(&spec.secret_group.unwrap_or(1).to_le_bytes());
    part(&[spec.gates.char_class.digits_min, u8::from(spec.as_written)]);
    if let Some(cap) = spec.width_cap {
        part(&cap.min.to_le_bytes());
        part(&cap.max.to_le_bytes());
    }
    for near in spec.gates.near.iter().filter(|_| spec.as_written) {
        part(&near.distance.to_le_bytes());
        near.any.iter().for_each(|word| part(word.as_bytes()));
    }
    for pattern in spec.gates.companion.iter().flat_map(|companion| &companion.patterns) {
        part(pattern.as_bytes());
    }
    let mut key = Key::default();
    key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    key
}
