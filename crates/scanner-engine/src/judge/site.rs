//! The syntax around a value: operator, quotes, line, neighbours.

use super::extent;
use super::features::{Feature, Features};
use super::words::{self, Text};
use crate::contains::contains;
use crate::gate::Candidate;
use crate::gate::local_context::is_quote;

/// Bytes of the line that are looked at on either side of the value.
const LINE_REACH: usize = 240;

/// Bytes of the lines around that are looked at on either side.
const NEAR_REACH: usize = 240;

/// Bytes of the line, and of the lines around it, that are looked at on either side.
pub(crate) const REACH: (usize, usize) = (LINE_REACH, NEAR_REACH);

/// Kinds of operators, from 1, the first that stands between key and value; 0 is none.
const OPERATORS: [&[u8]; 10] = [b"=>", b":=", b"==", b"!=", b"||", b"??", b"=", b":", b"(", b","];

/// Writes the features of what stands next to the value; `key_end` is where the key ends.
pub(crate) fn describe(candidate: &Candidate<'_>, key_end: usize, features: &mut Features) {
    operator(
        &candidate.bytes[key_end.min(candidate.secret_start)..candidate.secret_start],
        features,
    );
    quotes(candidate, features);
    behind(candidate, features);
}

/// Writes the features of the line and of the lines around.
pub(crate) fn describe_surroundings(candidate: &Candidate<'_>, features: &mut Features) {
    line(candidate, features);
    near(candidate, features);
}

/// Whether the value is compared without quotes, as `token === 1074790415` in program code is: a number or a
/// name, whatever it looks like.
pub(crate) fn compares_code(features: &Features) -> bool {
    let compares = [b"==", b"!="].map(|text| OPERATORS.iter().position(|one| one == text));
    let kind = usize::try_from(features.number(Feature::OperatorKind)).ok();
    compares.iter().any(|at| at.map(|at| at + 1) == kind) && features.number(Feature::Quote) == 0
}

fn operator(between: &[u8], features: &mut Features) {
    let has = |text: &[u8]| contains(between, text);
    let kind = OPERATORS.iter().position(|operator| has(operator)).map_or(0, |at| at + 1);
    features.set(Feature::OperatorKind, kind);
    let count = |is: fn(&u8) -> bool| between.iter().filter(|byte| is(byte)).count();
    features.set(Feature::OperatorBlanks, count(|byte| matches!(byte, b' ' | b'\t')));
    features.set(Feature::OperatorLetters, count(u8::is_ascii_alphanumeric));
    features.set_if(Feature::OperatorNewline, has(b"\n"));
    features.set(Feature::OperatorCall, count(|byte| matches!(byte, b'(' | b'[' | b'{')));
}

fn quotes(candidate: &Candidate<'_>, features: &mut Features) {
    let (kind, is_closed, prefix) = match extent::opening(candidate) {
        None => (0, false, false),
        Some((quote, is_escaped)) => {
            let behind = &candidate.bytes[candidate.secret_end..];
            let behind = behind.strip_prefix(b"\\").unwrap_or(behind);
            let kind = match quote {
                b'"' => 1,
                b'\'' => 2,
                _ => 3,
            };
            let at = candidate.secret_start.checked_sub(2).map(|at| candidate.bytes[at]);
            let prefix = at.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'@');
            (kind + if is_escaped { 3 } else { 0 }, behind.first() == Some(&quote), prefix)
        }
    };
    features.set(Feature::Quote, kind);
    features.set_if(Feature::QuoteClosed, is_closed);
    features.set_if(Feature::QuotePrefix, prefix);
}

/// The first byte behind the value and its quote, by kind.
fn behind(candidate: &Candidate<'_>, features: &mut Features) {
    let rest = candidate.line_behind(LINE_REACH);
    let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
    let rest = match rest.split_first() {
        Some((first, tail)) if is_quote(*first) => tail,
        _ => rest,
    };
    let kind = match rest.first() {
        None | Some(b'\r') => 0,
        Some(b',') => 1,
        Some(b';') => 2,
        Some(b')') => 3,
        Some(b']') => 4,
        Some(b'}') => 5,
        Some(b' ' | b'\t') => 6,
        Some(b'<') => 7,
        Some(b'.') => 8,
        Some(b'+') => 9,
        Some(b'(' | b'[') => 10,
        Some(b'&') => 11,
        Some(b'"' | b'\'' | b'`') => 12,
        Some(b':') => 13,
        Some(b'\\') => 14,
        Some(_) => 15,
    };
    features.set(Feature::Behind, kind);
    features.set(Feature::BehindRest, rest.len());
}

fn line(candidate: &Candidate<'_>, features: &mut Features) {
    let (before, behind) = (candidate.line_before(LINE_REACH), candidate.line_behind(LINE_REACH));
    let both = |is: fn(&u8) -> bool| {
        before.iter().filter(|byte| is(byte)).count()
            + behind.iter().filter(|byte| is(byte)).count()
    };
    let indent = before.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let text = &before[indent..];
    let comments: [&[u8]; 7] = [b"//", b"#", b"/*", b"*", b"--", b"<!--", b";"];
    features.set(Feature::LineLength, before.len() + candidate.secret().len() + behind.len());
    features.set(Feature::LineIndent, indent);
    features.set_if(Feature::LineComment, comments.iter().any(|mark| text.starts_with(mark)));
    features.set(Feature::LineQuotes, both(|byte| is_quote(*byte)));
    features.set(Feature::LineParentheses, both(|byte| matches!(byte, b'(' | b')')));
    let texts = [Text::new(before), Text::new(behind)];
    let count = |all: &[&[u8]]| texts.iter().map(|text| text.count(all)).sum();
    features.set(Feature::LineStandIns, count(words::STAND_INS));
    features.set(Feature::LineUser, count(words::USERS));
    features.set(Feature::LineCode, count(words::CODE));
    features.set_if(Feature::LineUrl, contains(before, b"://"));
    let end = behind.trim_ascii_end().last();
    features.set_if(Feature::LineSemicolon, end == Some(&b';'));
}

/// What stands in the lines around.
fn near(candidate: &Candidate<'_>, features: &mut Features) {
    let bytes = candidate.bytes;
    let start = candidate.secret_start - candidate.line_before(LINE_REACH).len();
    let end = candidate.secret_end + candidate.line_behind(LINE_REACH).len();
    let above = &bytes[start.saturating_sub(NEAR_REACH)..start];
    let below = &bytes[end..end.saturating_add(NEAR_REACH).min(bytes.len())];
    let texts = [Text::new(above), Text::new(below)];
    let count = |all: &[&[u8]]| texts.iter().map(|text| text.count(all)).sum();
    features.set(Feature::NearUser, count(words::USERS));
    features.set(Feature::NearCredential, count(words::CREDENTIALS));
    features.set(Feature::NearStandIns, count(words::STAND_INS));
    let assigns = |text: &[u8]| text.iter().filter(|byte| matches!(byte, b'=' | b':')).count();
    features.set(Feature::NearAssigned, assigns(above) + assigns(below));
}

#[cfg(test)]
mod tests {
    use super::super::super::gate::tests::with;
    use super::*;

    fn of(text: &str) -> Features {
        let mut features = Features::default();
        let key_end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(0);
        with(text, |c| {
            describe(c, key_end, &mut features);
            describe_surroundings(c, &mut features);
        });
        features
    }

    #[test]
    fn surroundings_are_described() {
        for (text, feature, want) in [
            ("key = \"«abcd»\";", Feature::OperatorKind, 7),
            ("key := '«abcd»'", Feature::OperatorKind, 2),
            ("key = \"«abcd»\";", Feature::QuoteClosed, 1),
            ("key = \"«abcd»\";", Feature::LineSemicolon, 1),
            ("key = \"«abcd»\";", Feature::Behind, 2),
            ("key = «abcd»(x)", Feature::Behind, 10),
            ("key: \\\"«abcd»\\\"", Feature::Quote, 4),
            ("key:\n  \"«abcd»\"", Feature::OperatorNewline, 1),
            ("key = b'«abcd»'", Feature::QuotePrefix, 1),
            ("key = «abcd»\nusername = x", Feature::NearUser, 2),
        ] {
            assert_eq!(of(text).number(feature), want, "{text}");
        }
    }
}
