//! What can never be: patterns that match nothing, and gates that no match of their pattern passes. A rule of that
//! kind finds nothing and says nothing, so the lint refuses it.
//!
//! Told by what bytes a pattern may match at all and by its widths: what is refused is impossible; what is
//! impossible for finer reasons is not seen.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use crate::checksum::ChecksumSpec;
use crate::spec::{CharClasses, RuleSpec};

/// A gate that no match passes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Impossible {
    #[error(
        "`{gate}` demands `{literal}`, which no match of the pattern holds; take it out, or write it into the pattern"
    )]
    Literal { gate: &'static str, literal: String },
    #[error(
        "`{gate}` demands {what}, and the pattern has none; widen the pattern or take `{gate}` out"
    )]
    Characters { gate: &'static str, what: String },
    #[error(
        "`entropy = {wanted}` is more than a match can have: {width} characters have at most {most:.1} bits each; lower it"
    )]
    Entropy { wanted: f32, width: usize, most: f32 },
    #[error(
        "the checksum needs {needed} characters, and the pattern matches at most {width}; widen it"
    )]
    Checksum { needed: usize, width: usize },
}

/// Whether a pattern matches no text whatever.
pub(crate) fn matches(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => false,
        HirKind::Class(Class::Bytes(class)) => class.ranges().is_empty(),
        HirKind::Class(Class::Unicode(class)) => class.ranges().is_empty(),
        HirKind::Repetition(repetition) => repetition.min > 0 && matches(&repetition.sub),
        HirKind::Capture(capture) => matches(&capture.sub),
        HirKind::Alternation(parts) => parts.iter().all(matches),
        HirKind::Concat(parts) => parts.iter().any(matches) || is_torn(parts),
    }
}

/// Whether a sequence demands the start of the input behind something, or its end before something.
fn is_torn(parts: &[Hir]) -> bool {
    let has_bytes = |part: &Hir| part.properties().minimum_len().unwrap_or(0) > 0;
    let starts = |part: &Hir| part.properties().look_set_prefix().contains(Look::Start);
    let ends = |part: &Hir| part.properties().look_set_suffix().contains(Look::End);
    let behind = |at: usize| parts[..at].iter().any(has_bytes);
    let before = |at: usize| parts[at + 1..].iter().any(has_bytes);
    (0..parts.len())
        .any(|at| (starts(&parts[at]) && behind(at)) || (ends(&parts[at]) && before(at)))
}

/// Checks the gates of a rule against its pattern.
///
/// # Errors
///
/// The first gate that no match passes.
pub(crate) fn passes(spec: &RuleSpec, hir: &Hir) -> Result<(), Impossible> {
    let mut bytes = [false; 256];
    collect(hir, &mut bytes);
    let holds =
        |is: &dyn Fn(u8) -> bool| (0..=u8::MAX).any(|byte| bytes[usize::from(byte)] && is(byte));
    let must = spec.gates.must_contain.iter().map(|literal| ("must_contain", literal));
    let all = spec.gates.confirm_all.iter().map(|literal| ("all_of", literal));
    for (gate, literal) in must.chain(all) {
        if !literal.bytes().all(|byte| bytes[usize::from(byte)]) {
            return Err(Impossible::Literal { gate, literal: literal.clone() });
        }
    }
    let class = spec.gates.char_class;
    if class.digits_min > 0 && !holds(&|byte| byte.is_ascii_digit()) {
        let what = format!("{} digits", class.digits_min);
        return Err(Impossible::Characters { gate: "digits", what });
    }
    let names = [
        (CharClasses::DIGIT, "digit"),
        (CharClasses::LOWER, "lower"),
        (CharClasses::UPPER, "upper"),
        (CharClasses::SPECIAL, "special"),
    ];
    for (bit, name) in names {
        if class.required.0 & bit != 0 && !holds(&|byte| CharClasses::of(byte) & bit != 0) {
            return Err(Impossible::Characters { gate: "classes", what: format!("`{name}`") });
        }
    }
    let Some(width) = hir.properties().maximum_len() else { return Ok(()) };
    let most = f32::from(u16::try_from(width.max(1)).unwrap_or(u16::MAX)).log2();
    if let Some(wanted) = spec.gates.entropy_min.filter(|wanted| *wanted > most) {
        return Err(Impossible::Entropy { wanted, width, most });
    }
    if let Some(ChecksumSpec::Crc32Base62 { payload, check, .. }) =
        spec.gates.checksum.map(|proof| proof.checksum)
    {
        let needed = usize::from(payload) + usize::from(check);
        if needed > width {
            return Err(Impossible::Checksum { needed, width });
        }
    }
    Ok(())
}

/// Marks every byte that may stand in a match.
fn collect(hir: &Hir, bytes: &mut [bool; 256]) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            literal.0.iter().for_each(|byte| bytes[usize::from(*byte)] = true);
        }
        HirKind::Class(Class::Bytes(class)) => {
            for range in class.ranges() {
                bytes[usize::from(range.start())..=usize::from(range.end())].fill(true);
            }
        }
        // Patterns are over bytes: none has such a class.
        HirKind::Class(Class::Unicode(_)) => bytes.fill(true),
        HirKind::Repetition(repetition) => collect(&repetition.sub, bytes),
        HirKind::Capture(capture) => collect(&capture.sub, bytes),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            for part in parts {
                collect(part, bytes);
            }
        }
    }
}
