//! Where a value ends. The detectors' patterns match only how a value begins; its end depends on the quote
//! before it, which no regular expression without back references can say.

use crate::gate::Candidate;
use crate::gate::local_context::is_quote;

/// Bytes of a value that are looked at.
pub(crate) const REACH: usize = 600;

/// The end of the value that begins where the candidate's secret does; never before the candidate's own.
pub(crate) fn widen(candidate: &Candidate<'_>) -> usize {
    let rest = &candidate.bytes[candidate.secret_start..];
    let rest = &rest[..rest.len().min(REACH)];
    let least = candidate.secret_end - candidate.secret_start;
    let len = match opening(candidate) {
        Some((quote, is_escaped)) => quoted(rest, quote, is_escaped).unwrap_or_else(|| bare(rest)),
        None => bare(rest),
    };
    candidate.secret_start + len.max(least)
}

/// One past the last byte that [`widen`] may look at: no value goes on behind a line's end that no backslash precedes.
pub(crate) fn widen_reads(candidate: &Candidate<'_>) -> usize {
    let rest = &candidate.bytes[candidate.secret_start..];
    let rest = &rest[..rest.len().min(REACH)];
    let mut ends = memchr::memchr_iter(b'\n', rest);
    let end = ends.find(|at| !rest[..*at].ends_with(b"\\"));
    candidate.secret_start + end.map_or(REACH, |at| at + 1)
}

/// The quote directly before the value, and whether it is escaped.
pub(crate) fn opening(candidate: &Candidate<'_>) -> Option<(u8, bool)> {
    let before = &candidate.bytes[..candidate.secret_start];
    let (quote, head) = before.split_last()?;
    is_quote(*quote).then(|| (*quote, head.last() == Some(&b'\\')))
}

/// Length up to the closing quote on the same line.
fn quoted(rest: &[u8], quote: u8, is_escaped: bool) -> Option<usize> {
    let mut at = 0;
    while at < rest.len() {
        match rest[at] {
            b'\n' | b'\r' => return None,
            b'\\' if is_escaped && rest.get(at + 1) == Some(&quote) => return Some(at),
            b'\\' => at += 1,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Length of a value without quotes: up to a blank, a quote or what separates values.
fn bare(rest: &[u8]) -> usize {
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace()
            || is_quote(*byte)
            || matches!(byte, b'<' | b'>' | b',' | b';' | b'&' | b'|' | b'\\')
            || byte.is_ascii_control()
    };
    let len = rest.iter().position(ends).unwrap_or(rest.len());
    let value = &rest[..len];
    let closes = |byte: &u8| match byte {
        b')' => !value.contains(&b'('),
        b']' => !value.contains(&b'['),
        b'}' => !value.contains(&b'{'),
        b'.' | b':' => true,
        _ => false,
    };
    len - value.iter().rev().take_while(|byte| closes(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::super::super::gate::tests::with;
    use super::*;

    fn value(text: &str) -> String {
        with(text, |c| String::from_utf8_lossy(&c.bytes[c.secret_start..widen(c)]).into_owned())
    }

    #[test]
    fn values_end_where_their_surroundings_say() {
        for (text, want) in [
            ("k = \"«ab»cd ef\", x", "abcd ef"),
            ("k = '«ab»c\"d'", "abc\"d"),
            ("{\\\"k\\\": \\\"«ab»cd\\\"}", "abcd"),
            ("k = \"«ab»c\\\"d\"", "abc\\\"d"),
            ("k=«ab»cd&x=1", "abcd"),
            ("k=«ab»c;", "abc"),
            ("f(k=«ab»c)", "abc"),
            ("k=«ab»c(d)", "abc(d)"),
            ("<k>«ab»c</k>", "abc"),
            ("k = \"«ab»c", "abc"),
            ("PASS=«ab»c\\n", "abc"),
            ("k: «ab»cd\r\n", "abcd"),
        ] {
            assert_eq!(value(text), want, "{text}");
        }
    }
}
