//! The class of an anchor: how the native prefilter looks for it, proven from the pattern.
//!
//! | class | when | found by |
//! |---|---|---|
//! | A | nine bytes or more | sampled grams |
//! | B | case-sensitive, begins the match at a token's start, and the token is long | token starts |
//! | C | short, and the secret is a long run of token characters with a digit | windows around such runs |
//! | D | what is left | sampled grams, closer together; fingerprints at every byte below five bytes |
//!
//! A rule that proves nothing lands in D, never outside.

use regex_syntax::hir::{Capture, Class, Hir, HirKind, Look};

use super::{Literal, leading_literals, required_literals};

/// Bytes of a literal, at least: shorter ones stand everywhere.
pub(crate) const LITERAL_LEN_MIN: usize = 3;

/// Bytes from which an anchor is found by sampled grams.
pub(crate) const SAMPLED_LEN_MIN: usize = 9;

/// Length of run that a token of class B must have from its start.
pub(crate) const TOKEN_RUN_MIN: u32 = 12;

/// Length of run that a secret of class C must have.
pub(crate) const SECRET_RUN_MIN: u32 = 16;

/// How an anchor is found. See the module's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum AnchorClass {
    /// Sampled grams.
    Sampled,
    /// Token starts.
    TokenStart,
    /// Windows around runs; the keyword begins at most `reach` bytes before the run.
    NearRun {
        /// Bytes from the start of a match to the start of its secret, at most.
        reach: u32,
        /// Whether the secret is letters and digits only.
        alnum: bool,
    },
    /// Every byte.
    Everywhere,
}

impl AnchorClass {
    /// Index in tables by class: A, B, C, D.
    pub(crate) const fn index(self) -> usize {
        match self {
            Self::Sampled => 0,
            Self::TokenStart => 1,
            Self::NearRun { .. } => 2,
            Self::Everywhere => 3,
        }
    }

    /// The reach of an anchor near runs.
    pub(crate) const fn reach(self) -> Option<u32> {
        match self {
            Self::NearRun { reach, .. } => Some(reach),
            _ => None,
        }
    }

    /// The same class with another reach.
    pub(crate) const fn with_reach(self, reach: u32) -> Self {
        match self {
            Self::NearRun { alnum, .. } => Self::NearRun { reach, alnum },
            other => other,
        }
    }
}

/// Whether a byte continues a token for class B's boundary: what `\b{start-half}` refuses before a match.
pub(crate) const fn is_start_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a byte belongs to the runs that class C looks at.
pub(crate) const fn is_run_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Whether a byte belongs to the runs that class B looks at.
pub(crate) const fn is_token_byte(byte: u8) -> bool {
    is_run_byte(byte) || byte == b'.'
}

/// Facts of a rule beyond its pattern that a proof may rest on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunProof {
    /// The group of the secret.
    pub(crate) secret_group: u32,
    /// Digits that a gate demands of every secret.
    pub(crate) digits_min: u8,
}

/// How the prefilter finds a rule: literals of which one occurs in every match, each with its class. `None`
/// where the pattern requires no literal of at least [`LITERAL_LEN_MIN`] bytes.
pub(crate) fn plan(hir: &Hir, proof: RunProof) -> Option<Vec<(Literal, AnchorClass)>> {
    let required =
        required_literals(hir).filter(|set| set.iter().all(|l| l.bytes.len() >= LITERAL_LEN_MIN));
    let all_long =
        required.as_ref().is_some_and(|s| s.iter().all(|l| l.bytes.len() >= SAMPLED_LEN_MIN));
    if !all_long && let Some(prefixes) = token_prefixes(hir) {
        return Some(prefixes.into_iter().map(|p| (p, AnchorClass::TokenStart)).collect());
    }
    let (literals, short) = match keywords_before_run(hir, proof) {
        Some((keywords, class)) if !all_long => (keywords, class),
        _ => (required?, AnchorClass::Everywhere),
    };
    let class = |literal: &Literal| {
        if literal.bytes.len() >= SAMPLED_LEN_MIN { AnchorClass::Sampled } else { short }
    };
    Some(literals.into_iter().map(|l| (l.clone(), class(&l))).collect())
}

/// As [`plan`], without the classes that leave some literals out.
pub(crate) fn plan_plain(hir: &Hir) -> Option<Vec<(Literal, AnchorClass)>> {
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    let long_enough = |set: &Vec<Literal>| set.iter().all(|l| l.bytes.len() >= LITERAL_LEN_MIN);
    let literals = required_literals(hir)
        .filter(long_enough)
        .or_else(|| leading_literals(parts.get(1..)?).filter(long_enough))?;
    let class = |literal: &Literal| {
        if literal.bytes.len() >= SAMPLED_LEN_MIN {
            AnchorClass::Sampled
        } else {
            AnchorClass::Everywhere
        }
    };
    Some(literals.into_iter().map(|l| (l.clone(), class(&l))).collect())
}

/// The parts of a pattern in order, captures and nested concatenations dissolved.
fn flatten<'h>(hir: &'h Hir, out: &mut Vec<&'h Hir>) {
    match hir.kind() {
        HirKind::Capture(Capture { sub, .. }) => flatten(sub, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| flatten(part, out)),
        _ => out.push(hir),
    }
}

/// Literals of which one begins every match, where a match begins with a boundary that refuses token
/// characters and goes on with at least [`TOKEN_RUN_MIN`] token characters.
fn token_prefixes(hir: &Hir) -> Option<Vec<Literal>> {
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    let (first, rest) = parts.split_first()?;
    if !matches!(first.kind(), HirKind::Look(Look::WordStartHalfAscii)) {
        return None;
    }
    let mut run = 0;
    for part in rest {
        let lead = lead_run(part, is_token_byte);
        run += lead.len;
        if !lead.whole {
            break;
        }
    }
    let prefixes = leading_literals(rest)?;
    let usable = prefixes.iter().all(|literal| {
        !literal.ignore_case
            && literal.bytes.len() >= LITERAL_LEN_MIN
            && is_start_byte(literal.bytes[0])
    });
    (run >= TOKEN_RUN_MIN && usable).then_some(prefixes)
}

/// A run at the start of what a part matches.
struct LeadRun {
    /// Run characters at the start of every text, at least.
    len: u32,
    /// Whether every text consists of run characters only, so that the run goes on behind it.
    whole: bool,
}

fn lead_run(hir: &Hir, inside: fn(u8) -> bool) -> LeadRun {
    const NONE: LeadRun = LeadRun { len: 0, whole: false };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => LeadRun { len: 0, whole: true },
        HirKind::Literal(literal) => {
            let len = literal.0.iter().take_while(|b| inside(**b)).count();
            LeadRun { len: len as u32, whole: len == literal.0.len() }
        }
        HirKind::Class(class) if class_within(class, inside) => LeadRun { len: 1, whole: true },
        HirKind::Class(_) => NONE,
        HirKind::Repetition(repetition) => {
            let sub = lead_run(&repetition.sub, inside);
            if sub.whole {
                LeadRun { len: sub.len.saturating_mul(repetition.min), whole: true }
            } else if repetition.min > 0 {
                LeadRun { len: sub.len, whole: false }
            } else {
                NONE
            }
        }
        HirKind::Capture(capture) => lead_run(&capture.sub, inside),
        HirKind::Concat(parts) => {
            let mut len = 0;
            for part in parts {
                let lead = lead_run(part, inside);
                len += lead.len;
                if !lead.whole {
                    return LeadRun { len, whole: false };
                }
            }
            LeadRun { len, whole: true }
        }
        HirKind::Alternation(parts) => {
            let leads: Vec<LeadRun> = parts.iter().map(|part| lead_run(part, inside)).collect();
            LeadRun {
                len: leads.iter().map(|l| l.len).min().unwrap_or(0),
                whole: leads.iter().all(|l| l.whole),
            }
        }
    }
}

fn class_within(class: &Class, inside: impl Fn(u8) -> bool) -> bool {
    match class {
        Class::Bytes(bytes) => bytes.ranges().iter().all(|r| (r.start()..=r.end()).all(&inside)),
        Class::Unicode(_) => false,
    }
}

/// Where the secret is provably a run of at least [`SECRET_RUN_MIN`] run characters with a digit: literals of
/// which one stands before it in every match, and their class.
fn keywords_before_run(hir: &Hir, proof: RunProof) -> Option<(Vec<Literal>, AnchorClass)> {
    if proof.digits_min == 0 || proof.secret_group == 0 {
        return None;
    }
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let mut reach = 0usize;
    for (index, part) in parts.iter().enumerate() {
        if let HirKind::Capture(capture) = part.kind()
            && capture.index == proof.secret_group
        {
            let is_run = |inside| {
                let lead = lead_run(&capture.sub, inside);
                lead.whole && lead.len >= SECRET_RUN_MIN
            };
            let alnum = is_run(|byte| byte.is_ascii_alphanumeric());
            let before = Hir::concat(parts[..index].to_vec());
            let keywords = required_literals(&before)
                .filter(|set| set.iter().all(|l| l.bytes.len() >= LITERAL_LEN_MIN))?;
            let class = AnchorClass::NearRun { reach: reach as u32, alnum };
            return (alnum || is_run(is_run_byte)).then_some((keywords, class));
        }
        reach += part.properties().maximum_len()?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanner_rules::lint::parse_pattern;

    fn classes(pattern: &str, digits_min: u8) -> Vec<AnchorClass> {
        let hir = parse_pattern(pattern).unwrap();
        let proof = RunProof { secret_group: 1, digits_min };
        plan(&hir, proof).unwrap().into_iter().map(|(_, class)| class).collect()
    }

    #[test]
    fn classes_follow_from_the_pattern() {
        use AnchorClass::{Everywhere, NearRun, Sampled, TokenStart};
        for (pattern, digits, want) in [
            (r"\b{start-half}((?:ghp_)(?:[0-9A-Za-z]{36}))\b{end-half}", 0, TokenStart),
            (r"((?:ghp_)(?:[0-9A-Za-z]{36}))", 0, Everywhere),
            (r"\b{start-half}((?:ghp_)(?:[0-9A-Za-z]{4}))", 0, Everywhere),
            (r"\b{start-half}((?:ghp_)(?:[0-9+]{36}))", 0, Everywhere),
            ("(?i:datadog)[a-z_]{0,9}=([0-9a-f]{32})", 1, NearRun { reach: 17, alnum: true }),
            ("(?i:datadog)[a-z_]{0,9}=([0-9a-f]{32})", 0, Everywhere),
            ("(?i:datadog)[a-z_]{0,9}=([0-9a-f]{8})", 1, Everywhere),
            ("(?i:cloudflare)[a-z_]{0,9}=([0-9a-f]{32})", 1, Sampled),
        ] {
            assert_eq!(classes(pattern, digits), [want], "{pattern}");
        }
    }
}
