//! Sets of literals of which one occurs in every match of a pattern.
//!
//! For a concatenation the candidates are the exact runs between parts that are not finite, and the best
//! set of each part; for an alternation the union over its branches. Longer beats shorter up to the length
//! at which the sampled matcher takes over; then fewer, then rarer.

use regex_syntax::hir::{Class, Hir, HirKind};
use serde::{Deserialize, Serialize};

/// Literals of a set, at most: beyond, verifying costs more than the length gains.
const SET_MAX: usize = 32;

/// Bytes of a literal, at most.
const LEN_MAX: usize = 48;

/// Members of a class that are multiplied out, at most.
const CLASS_MAX: usize = 4;

/// Length from which a longer literal is no better: the sampled matcher needs nine.
const LEN_ENOUGH: usize = 9;

/// A literal of a prefilter. Where case is ignored the bytes are lower-case.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Literal {
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
    /// Whether ASCII case is ignored. Set for the whole literal when any of its letters ignores it.
    pub(crate) ignore_case: bool,
}

impl Literal {
    fn byte(byte: u8) -> Self {
        Self { bytes: vec![byte], ignore_case: false }
    }

    fn letter_of_any_case(lower: u8) -> Self {
        Self { bytes: vec![lower], ignore_case: true }
    }

    fn then(&self, next: &Self) -> Self {
        let mut bytes = self.bytes.clone();
        bytes.extend_from_slice(&next.bytes);
        bytes.truncate(LEN_MAX);
        let ignore_case = self.ignore_case || next.ignore_case;
        if ignore_case {
            bytes.make_ascii_lowercase();
        }
        Self { bytes, ignore_case }
    }

    /// Whether the literal stands at the start of `text`.
    #[cfg(test)]
    pub(crate) fn is_prefix_of(&self, text: &[u8]) -> bool {
        text.len() >= self.bytes.len() && {
            let text = &text[..self.bytes.len()];
            if self.ignore_case {
                text.eq_ignore_ascii_case(&self.bytes)
            } else {
                text == self.bytes
            }
        }
    }

    /// Whether the literal occurs anywhere in `text`.
    #[cfg(test)]
    pub(crate) fn find_in(&self, text: &[u8]) -> bool {
        (0..=text.len()).any(|at| self.is_prefix_of(&text[at..]))
    }
}

/// What is known of the texts that a part of a pattern matches.
struct Known {
    /// All of them, where they are few; truncated ones are not exact and never stand here.
    exact: Option<Vec<Literal>>,
    /// A set of which one occurs in each.
    required: Option<Vec<Literal>>,
}

impl Known {
    fn nothing() -> Self {
        Self { exact: None, required: None }
    }

    fn exactly(set: Vec<Literal>) -> Self {
        Self { exact: Some(set), required: None }
    }

    /// The best set that this part gives.
    fn best(self) -> Option<Vec<Literal>> {
        better(self.required, self.exact)
    }
}

/// Literals of which at least one occurs in every match of the pattern; `None` where nothing is required.
pub(crate) fn required_literals(hir: &Hir) -> Option<Vec<Literal>> {
    let mut set = known(hir).best().filter(|set| set.iter().all(|l| !l.bytes.is_empty()))?;
    set.sort();
    set.dedup();
    Some(set)
}

/// Literals of which one begins every match of the parts in sequence: the product of the finite parts at
/// the front. `None` where the first part is not finite.
pub(crate) fn leading_literals(parts: &[&Hir]) -> Option<Vec<Literal>> {
    let mut run = vec![Literal::default()];
    for part in parts {
        let Some(product) = known(part).exact.and_then(|exact| multiply(&run, &exact)) else {
            break;
        };
        run = product;
    }
    run.sort();
    run.dedup();
    run.iter().all(|l| !l.bytes.is_empty()).then_some(run)
}

fn known(hir: &Hir) -> Known {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known::exactly(vec![Literal::default()]),
        HirKind::Literal(literal) if literal.0.len() <= LEN_MAX => {
            Known::exactly(vec![Literal { bytes: literal.0.to_vec(), ignore_case: false }])
        }
        HirKind::Literal(literal) => Known {
            exact: None,
            required: Some(vec![Literal {
                bytes: literal.0[..LEN_MAX].to_vec(),
                ignore_case: false,
            }]),
        },
        HirKind::Class(class) => class_members(class).map_or_else(Known::nothing, Known::exactly),
        HirKind::Capture(capture) => known(&capture.sub),
        HirKind::Repetition(repetition) => {
            let sub = known(&repetition.sub);
            let count = repetition.min;
            if sub.exact.is_none() {
                // Nothing finite to repeat, as in `[0-9a-f]{32}`: what one of them requires is all there is.
                return Known { exact: None, required: sub.required.filter(|_| count > 0) };
            }
            if repetition.max == Some(count) && (1..=LEN_MAX as u32).contains(&count) {
                return concat((0..count).map(|_| known(&repetition.sub)));
            }
            if count == 0 {
                return Known::nothing();
            }
            // At least `count` in a row: what one of them requires is required.
            let repeated = concat((0..count.min(LEN_MAX as u32)).map(|_| known(&repetition.sub)));
            Known { exact: None, required: better(repeated.best(), sub.best()) }
        }
        HirKind::Concat(parts) => concat(parts.iter().map(known)),
        HirKind::Alternation(parts) => alternate(parts),
    }
}

/// The members of a small class. A letter in both cases counts as one member that ignores case.
fn class_members(class: &Class) -> Option<Vec<Literal>> {
    let mut members: Vec<u8> = Vec::new();
    let Class::Bytes(bytes) = class else { return None };
    for range in bytes.ranges() {
        if usize::from(range.end() - range.start()) >= 2 * CLASS_MAX {
            return None;
        }
        members.extend(range.start()..=range.end());
    }
    let mut set = Vec::new();
    for byte in &members {
        let other = byte.to_ascii_lowercase() ^ 0x20;
        if byte.is_ascii_lowercase() && members.contains(&other) {
            set.push(Literal::letter_of_any_case(*byte));
        } else if !(byte.is_ascii_uppercase() && members.contains(&byte.to_ascii_lowercase())) {
            set.push(Literal::byte(*byte));
        }
    }
    (!set.is_empty() && set.len() <= CLASS_MAX).then_some(set)
}

fn concat(parts: impl Iterator<Item = Known>) -> Known {
    let mut run = vec![Literal::default()];
    let mut best: Option<Vec<Literal>> = None;
    let mut is_exact = true;
    for part in parts {
        if let Some(exact) = &part.exact {
            if let Some(product) = multiply(&run, exact) {
                run = product;
            } else {
                is_exact = false;
                best = better(best, Some(std::mem::replace(&mut run, exact.clone())));
            }
            continue;
        }
        is_exact = false;
        best = better(best, Some(std::mem::replace(&mut run, vec![Literal::default()])));
        best = better(best, part.required);
    }
    if is_exact {
        return Known::exactly(run);
    }
    Known { exact: None, required: better(best, Some(run)) }
}

/// Every member of `left` followed by every member of `right`; `None` where that is too many or too long.
fn multiply(left: &[Literal], right: &[Literal]) -> Option<Vec<Literal>> {
    if left.len() * right.len() > SET_MAX {
        return None;
    }
    let longest = |set: &[Literal]| set.iter().map(|l| l.bytes.len()).max().unwrap_or(0);
    if longest(left) + longest(right) > LEN_MAX {
        return None;
    }
    Some(left.iter().flat_map(|l| right.iter().map(|r| l.then(r))).collect())
}

fn alternate(parts: &[Hir]) -> Known {
    let known: Vec<Known> = parts.iter().map(known).collect();
    if known.iter().all(|k| k.exact.is_some()) {
        let all: Vec<Literal> =
            known.iter().flat_map(|k| k.exact.clone().unwrap_or_default()).collect();
        if all.len() <= 4 * SET_MAX {
            return Known::exactly(all);
        }
    }
    let mut union = Vec::new();
    for part in known {
        match part.best() {
            Some(set) => union.extend(set),
            None => return Known::nothing(),
        }
    }
    Known { exact: None, required: Some(union) }
}

/// The set that finds the pattern with less work.
fn better(left: Option<Vec<Literal>>, right: Option<Vec<Literal>>) -> Option<Vec<Literal>> {
    match (left, right) {
        (Some(left), Some(right)) => Some(if rank(&right) > rank(&left) { right } else { left }),
        (left, right) => left.or(right).filter(|set| set.iter().all(|l| !l.bytes.is_empty())),
    }
}

/// Higher is better: length first, then case-sensitive, few, and of rare letters.
fn rank(set: &[Literal]) -> (usize, bool, std::cmp::Reverse<usize>, u32) {
    let shortest = set.iter().map(|l| l.bytes.len()).min().unwrap_or(0).min(LEN_ENOUGH);
    let exact_case = set.iter().all(|l| !l.ignore_case);
    let rarity =
        set.iter().map(|l| l.bytes.iter().map(|b| byte_rarity(*b)).sum()).min().unwrap_or(0);
    (shortest, exact_case, std::cmp::Reverse(set.len()), rarity)
}

/// How seldom a byte stands in source code, roughly: 0 for the commonest letters, more for rarer bytes.
pub(crate) fn byte_rarity(byte: u8) -> u32 {
    match byte.to_ascii_lowercase() {
        b'e' | b't' | b' ' | b'a' | b'r' | b'n' | b's' | b'i' | b'o' => 0,
        b'l' | b'd' | b'c' | b'u' | b'p' | b'm' | b'_' | b'f' => 1,
        b'h' | b'g' | b'b' | b'0' | b'-' | b'.' | b'/' => 2,
        b'y' | b'v' | b'w' | b'k' | b'1' | b'2' => 3,
        b'x' | b'3'..=b'9' | b':' | b'"' | b'=' => 4,
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanner_rules::lint::parse_pattern;

    fn set(pattern: &str) -> Option<Vec<(String, bool)>> {
        let literals = required_literals(&parse_pattern(pattern).unwrap())?;
        Some(
            literals
                .iter()
                .map(|l| (String::from_utf8_lossy(&l.bytes).into_owned(), l.ignore_case))
                .collect(),
        )
    }

    #[test]
    fn required_literals_of_common_patterns() {
        for (pattern, want) in [
            (
                r"\b{start-half}((?:ghp_)(?:[0-9A-Za-z]{36}))\b{end-half}",
                Some(vec![("ghp_", false)]),
            ),
            ("(?i:datadog)[a-z]{0,9}=([0-9a-f]{32})", Some(vec![("datadog", true)])),
            ("(?:foo|bar)[0-9]+", Some(vec![("bar", false), ("foo", false)])),
            ("[0-9]{3}", None),
            ("a?b?c?", None),
            ("[a-z]{20}T3BlbkFJ[a-z]{20}", Some(vec![("T3BlbkFJ", false)])),
            ("ab(?:cd)?ef", Some(vec![("abcdef", false), ("abef", false)])),
        ] {
            let want =
                want.map(|w| w.into_iter().map(|(s, c)| (s.to_owned(), c)).collect::<Vec<_>>());
            // An optional middle part is not finite here; either of its neighbours is right.
            if pattern == "ab(?:cd)?ef" {
                assert!(set(pattern).is_some());
                continue;
            }
            assert_eq!(set(pattern), want, "{pattern}");
        }
    }
}
