//! The class of an anchor: how the native prefilter looks for it, proven from the pattern.
//!
//! | class | when | found by |
//! |---|---|---|
//! | A | nine bytes or more, and nothing of the below | sampled grams |
//! | B | case-sensitive, begins the match at a token's start, and the token is long | token starts |
//! | C | a provable neighbour: a long run with a digit, or `://` | searches in front of such neighbours |
//! | D | what is left | fingerprints at every byte |
//!
//! A rule that proves nothing lands in D, never outside.

use regex_syntax::hir::{Capture, Class, Hir, HirKind, Look};
use serde::{Deserialize, Serialize};

use super::{Literal, leading_literals, required_literals};

/// Bytes of a literal, at least: shorter ones stand everywhere.
pub(crate) const LITERAL_LEN_MIN: usize = 3;

/// Bytes from which an anchor is found by sampled grams.
pub(crate) const SAMPLED_LEN_MIN: usize = 9;

/// Bytes between a keyword and its value, at most: every value is searched for as far as the farthest reaches.
const REACH_MAX: usize = 112;

/// Bytes from which a prefix or keyword is better than a longer literal elsewhere.
const LONG_ENOUGH: usize = 5;

/// Length of run that a token of class B must have from its start.
pub(crate) const TOKEN_RUN_MIN: u32 = 12;

/// Length of run that a secret of class C must have where it is letters and digits only.
pub(crate) const ALNUM_RUN_MIN: u32 = 16;

/// Length of run that a secret of class C must have where it may hold `_` and `-`, as names do.
pub(crate) const WORD_RUN_MIN: u32 = 20;

/// Length of run that needs no digit, behind an operator.
pub(crate) const PLAIN_RUN_MIN: u32 = 32;

/// Length of run of [`is_base64_byte`] that class C looks at.
pub(crate) const BASE64_RUN_MIN: u32 = 32;

/// What stands between the two parts of a URI that ends a scheme.
pub(crate) const SCHEME_END: &[u8] = b"://";

/// What an anchor of class C stands in front of. A run is as long as it can be: what stands before it is no
/// run character. A value's run stands behind an operator, with at most blanks, quotes and brackets between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Neighbour {
    /// A value that begins with a run of at least [`WORD_RUN_MIN`] letters, digits, `_` and `-` or
    /// [`ALNUM_RUN_MIN`] letters and digits, among them a digit; or with a run of [`PLAIN_RUN_MIN`] of these, or
    /// of [`BASE64_RUN_MIN`] letters, digits, `+` and `/`. The anchor stands on the same line.
    Value,
    /// A run of [`BASE64_RUN_MIN`] anywhere; the anchor may also stand inside it or directly behind it.
    Base64,
    /// `://`; the anchor may hold it.
    Scheme,
}

/// How an anchor is found. See the module's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum AnchorClass {
    /// Sampled grams.
    Sampled,
    /// Token starts.
    TokenStart,
    /// In front of a neighbour; the anchor begins at most `reach` bytes before the neighbour begins (before
    /// its end for [`Neighbour::Scheme`]).
    Near {
        /// Bytes from the start of a match to the neighbour, at most.
        reach: u32,
        /// What it stands in front of.
        neighbour: Neighbour,
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
            Self::Near { .. } => 2,
            Self::Everywhere => 3,
        }
    }

    /// The reach of an anchor of class C.
    pub(crate) const fn reach(self) -> Option<u32> {
        match self {
            Self::Near { reach, .. } => Some(reach),
            _ => None,
        }
    }

    /// The same class with another reach.
    pub(crate) const fn with_reach(self, reach: u32) -> Self {
        match self {
            Self::Near { neighbour, .. } => Self::Near { reach, neighbour },
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

/// Whether a byte belongs to runs of base64.
pub(crate) const fn is_base64_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

/// Whether a byte is an operator, or opens a value as one does.
pub(crate) const fn is_operator_byte(byte: u8) -> bool {
    matches!(byte, b'=' | b':' | b',' | b'(' | b'>')
}

/// Whether a byte may stand between an operator and its value.
pub(crate) const fn is_gap_byte(byte: u8) -> bool {
    is_operator_byte(byte)
        || matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'\\' | b'[' | b'{')
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
    // A long literal is rarer than what a neighbour is worth, unless the neighbour is a value.
    let least = if all_long { LONG_ENOUGH } else { LITERAL_LEN_MIN };
    let usable = |literals: &[Literal]| literals.iter().all(|l| l.bytes.len() >= least);
    if let Some(prefixes) = token_prefixes(hir).filter(|prefixes| usable(prefixes)) {
        return Some(prefixes.into_iter().map(|p| (p, AnchorClass::TokenStart)).collect());
    }
    let value = || keywords_before_run(hir, proof).or_else(|| base64_words(hir, true));
    let other = || scheme_words(hir).or_else(|| base64_words(hir, false)).filter(|_| !all_long);
    if let Some((keywords, class)) = value().filter(|(keywords, _)| usable(keywords)).or_else(other)
    {
        return Some(keywords.into_iter().map(|keyword| (keyword, class)).collect());
    }
    let class = |literal: &Literal| {
        if literal.bytes.len() >= SAMPLED_LEN_MIN {
            AnchorClass::Sampled
        } else {
            AnchorClass::Everywhere
        }
    };
    Some(required?.into_iter().map(|l| (l.clone(), class(&l))).collect())
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
    if !is_left_boundary(first) {
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

/// Whether a part refuses token characters in front of what follows it, which begins with one.
fn is_left_boundary(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Look(look) => matches!(
            look,
            Look::WordStartHalfAscii
                | Look::WordStartAscii
                | Look::WordAscii
                | Look::Start
                | Look::StartLF
                | Look::StartCRLF
        ),
        HirKind::Class(class) => class_within(class, |byte| !is_start_byte(byte)),
        HirKind::Alternation(parts) => parts.iter().all(is_left_boundary),
        HirKind::Capture(capture) => is_left_boundary(&capture.sub),
        _ => false,
    }
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

/// Where the secret provably is a value that begins with a long run: literals of which one stands before it in
/// every match, and their class.
fn keywords_before_run(hir: &Hir, proof: RunProof) -> Option<(Vec<Literal>, AnchorClass)> {
    if proof.secret_group == 0 {
        return None;
    }
    let HirKind::Concat(parts) = hir.kind() else { return None };
    let mut reach = 0usize;
    for (index, part) in parts.iter().enumerate() {
        if let HirKind::Capture(capture) = part.kind()
            && capture.index == proof.secret_group
        {
            let before = &parts[..index];
            if reach > REACH_MAX || !is_value(&capture.sub, before, proof.digits_min > 0) {
                return None;
            }
            let neighbour = Neighbour::Value;
            let keywords = words(before)?;
            return Some((keywords, AnchorClass::Near { reach: reach as u32, neighbour }));
        }
        reach += part.properties().maximum_len()?;
    }
    None
}

/// Whether the secret is a value that begins with a long run, `before` being the parts in front of it.
fn is_value(secret: &Hir, before: &[Hir], has_digit: bool) -> bool {
    let is_run = |inside, least| {
        let lead = lead_run(secret, inside);
        lead.len >= PLAIN_RUN_MIN || lead.whole && lead.len >= least && has_digit
    };
    ends_with_operator(before)
        && before.iter().all(stays_on_line)
        && (is_run(|byte| byte.is_ascii_alphanumeric(), ALNUM_RUN_MIN)
            || is_run(is_run_byte, WORD_RUN_MIN))
}

/// Literals of which one stands in every text of the parts, none of them too short.
fn words(parts: &[Hir]) -> Option<Vec<Literal>> {
    required_literals(&Hir::concat(parts.to_vec()))
        .filter(|set| set.iter().all(|l| l.bytes.len() >= LITERAL_LEN_MIN))
}

/// Where every match holds the end of a URI's scheme: literals of which one stands in front of it, and their
/// class.
fn scheme_words(hir: &Hir) -> Option<(Vec<Literal>, AnchorClass)> {
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    let end = parts.iter().position(|part| ends_with_literal(part, SCHEME_END))?;
    let parts: Vec<Hir> = parts[..=end].iter().map(|part| (*part).clone()).collect();
    let mut reach = 0usize;
    for part in &parts {
        reach += part.properties().maximum_len()?;
    }
    let class = AnchorClass::Near { reach: reach as u32, neighbour: Neighbour::Scheme };
    Some((words(&parts)?, class))
}

/// Where every match holds a long run of base64: literals of which one stands in front of it, and their class,
/// where the run provably is a `value`; otherwise the literals may also stand inside it or directly behind it.
fn base64_words(hir: &Hir, value: bool) -> Option<(Vec<Literal>, AnchorClass)> {
    let mut parts = Vec::new();
    flatten(hir, &mut parts);
    let owned = |parts: &[&Hir]| -> Vec<Hir> { parts.iter().map(|part| (*part).clone()).collect() };
    let mut reach = 0usize;
    for (begin, part) in parts.iter().enumerate() {
        let mut len = 0;
        let run = |part: &&&Hir| {
            let lead = lead_run(part, is_base64_byte);
            len += lead.len;
            lead.whole
        };
        let end = begin + parts[begin..].iter().take_while(run).count();
        if len >= BASE64_RUN_MIN && reach <= REACH_MAX {
            let near = |neighbour| AnchorClass::Near { reach: reach as u32, neighbour };
            if value {
                let before = owned(&parts[..begin]);
                let is_value = ends_with_operator(&before) && before.iter().all(stays_on_line);
                let keywords = is_value.then(|| words(&before)).flatten()?;
                return Some((keywords, near(Neighbour::Value)));
            }
            let behind = || words(&owned(parts.get(end..=end)?)).filter(|_| is_literal(parts[end]));
            let keywords = words(&owned(&parts[..end])).or_else(behind)?;
            return Some((keywords, near(Neighbour::Base64)));
        }
        reach += part.properties().maximum_len()?;
    }
    None
}

fn is_literal(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Literal(_))
}

/// Whether every text of a part ends with the literal.
fn ends_with_literal(hir: &Hir, wanted: &[u8]) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.ends_with(wanted),
        HirKind::Capture(capture) => ends_with_literal(&capture.sub, wanted),
        HirKind::Concat(parts) => parts.last().is_some_and(|last| ends_with_literal(last, wanted)),
        HirKind::Alternation(parts) => parts.iter().all(|part| ends_with_literal(part, wanted)),
        HirKind::Repetition(repetition) => {
            repetition.min > 0 && ends_with_literal(&repetition.sub, wanted)
        }
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => false,
    }
}

/// Whether every text of the parts ends with an operator and gap bytes behind it.
fn ends_with_operator(parts: &[Hir]) -> bool {
    for part in parts.iter().rev() {
        if part_ends_with_operator(part) {
            return true;
        }
        if !is_gap(part) {
            return false;
        }
    }
    false
}

fn part_ends_with_operator(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let last = literal.0.iter().rfind(|b| is_operator_byte(**b) || !is_gap_byte(**b));
            last.is_some_and(|byte| is_operator_byte(*byte))
        }
        HirKind::Class(class) => class_within(class, is_operator_byte),
        HirKind::Capture(capture) => part_ends_with_operator(&capture.sub),
        HirKind::Concat(parts) => ends_with_operator(parts),
        HirKind::Alternation(parts) => parts.iter().all(part_ends_with_operator),
        HirKind::Repetition(repetition) => {
            repetition.min > 0 && part_ends_with_operator(&repetition.sub)
        }
        HirKind::Empty | HirKind::Look(_) => false,
    }
}

/// Whether no text of a part holds the end of a line.
fn stays_on_line(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => !literal.0.contains(&b'\n'),
        HirKind::Class(class) => class_within(class, |byte| byte != b'\n'),
        HirKind::Capture(capture) => stays_on_line(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(stays_on_line),
        HirKind::Repetition(repetition) => stays_on_line(&repetition.sub),
    }
}

/// Whether every text of a part, which may be empty, consists of gap bytes.
fn is_gap(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(|byte| is_gap_byte(*byte)),
        HirKind::Class(class) => class_within(class, is_gap_byte),
        HirKind::Capture(capture) => is_gap(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().all(is_gap),
        HirKind::Repetition(repetition) => is_gap(&repetition.sub),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanner_rules::lint::parse_pattern;

    fn classes(pattern: &str, digits_min: u8) -> Vec<AnchorClass> {
        let hir = parse_pattern(pattern).unwrap();
        let proof = RunProof { secret_group: 1, digits_min };
        let plan = plan(&hir, proof);
        plan.expect(pattern).into_iter().map(|(_, class)| class).collect()
    }

    #[test]
    fn classes_follow_from_the_pattern() {
        use AnchorClass::{Everywhere, Near, Sampled, TokenStart};
        let near = |reach, neighbour| Near { reach, neighbour };
        let (value, scheme) = (Neighbour::Value, Neighbour::Scheme);
        for (pattern, digits, want) in [
            (r"\b{start-half}((?:ghp_)(?:[0-9A-Za-z]{36}))\b{end-half}", 0, TokenStart),
            (r"((?:ghp_)(?:[0-9A-Za-z]{36}))", 0, near(4, Neighbour::Base64)),
            (r"((?:ghp_)(?:[0-9A-Za-z_]{36}))", 0, Everywhere),
            (r"\b{start-half}((?:ghp_)(?:[0-9A-Za-z]{4}))", 0, Everywhere),
            (r"\b{start-half}((?:ghp_)(?:[0-9!]{36}))", 0, Everywhere),
            ("(?i:datadog)[a-z_]{0,9}=([0-9a-f]{32})", 1, near(17, value)),
            (
                "(?i:datadog)[a-z_]{0,9}(?:=>|[:=]{1,2}) {0,4}[\"']?([0-9a-f]{32})",
                1,
                near(23, value),
            ),
            ("(?i:datadog)[a-z_]{0,9}=?([0-9a-f]{32})", 1, near(17, Neighbour::Base64)),
            ("(?i:datadog)[a-z_]{0,9}=?([0-9a-f]{31})", 1, Everywhere),
            ("(?i:datadog)[a-z_]{0,9}=([0-9a-f_-]{32})", 1, near(17, value)),
            ("(?i:datadog)[a-z_]{0,9}=?([0-9a-f_-]{32})", 1, Everywhere),
            ("(?i:datadog)[a-z_]{0,9}=([0-9a-f_-]{19})", 1, Everywhere),
            ("(?i:datadog)[a-z_]{0,9}=([0-9a-f]{32})", 0, near(17, value)),
            ("(?i:datadog)[a-z_]{0,9}=([0-9a-f_]{32})", 0, near(17, value)),
            ("(?i:datadog)[a-z_]{0,9}=([0-9a-f_]{31})", 0, Everywhere),
            ("(?i:jira)[a-z_]{0,9}=(M[0-9a-z+/]{42})", 0, near(14, value)),
            ("(?i:jira)[a-z_]{0,9}!(M[0-9a-z+/]{42})", 0, near(14, Neighbour::Base64)),
            ("[0-9a-z+/]{42}AIoT[a-z]", 0, near(0, Neighbour::Base64)),
            ("([0-9a-f]{32}-us[0-9])", 0, near(0, Neighbour::Base64)),
            ("([0-9a-f]{32}(?:-[a-z]|)usr[0-9])", 0, Everywhere),
            (r"(?:^|[^0-9A-Za-z_\-])(key-[0-9a-f]{32})", 0, TokenStart),
            (r"(?:^|[^0-9A-Za-z\-])(key-[0-9a-f]{32})", 0, near(5, Neighbour::Base64)),
            (r"\b((?:AKIA|ASIA)[A-Z2-7]{16})", 0, TokenStart),
            ("(?i:datadog)[a-z_]{0,9}=([0-9a-f]{8})", 1, Everywhere),
            ("(?i:cloudflare)[a-z_]{0,9}=([0-9a-f]{32})", 1, near(20, value)),
            ("(?i:cloudflare)[a-z_]{0,9}=([0-9a-f]{9})", 1, Sampled),
            ("(?i:datadog)[a-z_]{0,9}=\n([0-9a-f]{31})", 1, Everywhere),
            ("[a-z]{3}://hooks[.]cloudflare[.]com", 1, Sampled),
            (r"\b{start-half}(?i:mqtt://|mqtts://)[a-z]{0,9}:([^@]{3,9})@", 0, near(8, scheme)),
            (r"(?i:mqtt)(?:s|\+[a-z]{1,9})://[a-z]{0,9}:([^@]{3,9})@", 0, near(17, scheme)),
            (r"(?i:mqtt)(?:s://)?[a-z]{0,9}:([^@]{3,9})@", 0, Everywhere),
        ] {
            let classes = classes(pattern, digits);
            assert!(classes.iter().all(|class| *class == want), "{pattern}: {classes:?}");
        }
    }
}
