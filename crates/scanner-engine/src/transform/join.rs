//! Literals that program code puts together: `"abc" + "def"`, `'abc' . 'def'`, literals that stand side by side, and
//! words or literals that a backslash carries over the end of a line.
//!
//! A join is what stands between the two parts: the closing quote, blanks, at most one operator, blanks, the opening
//! quote. It counts where the parts touch without a blank, as those of a secret do and those of prose do not. Decoding
//! takes the joins out and leaves all other text as it is. What is found is of interest only where a join lies in it
//! (`decode/joined.rs`): everything else stands in the text itself.

use std::ops::Range;

use super::Sink;

/// Bytes between two parts, at most: less than decides about any other encoding.
const GAP_MAX: usize = 80;

/// Bytes from a join's first on that decide whether it is worth taking out: along a delta no more is looked at again
/// (`delta/encoded.rs`).
const SEEN_MAX: usize = 92;

/// Bytes to either side of a join that are read with it: the key and what a judgement looks at.
pub(super) const SIDE: usize = 320;

/// What puts literals together, by language: `+`, `.` (PHP, Perl), `..` (Lua), `&` (Visual Basic), `~` (Raku, Twig),
/// `<>` (Elixir), `++` (Haskell, Erlang), `||` (SQL), `^` (OCaml).
const OPERATORS: [&[u8]; 9] = [b"+", b".", b"..", b"&", b"~", b"<>", b"++", b"||", b"^"];

/// Headers whose value is often a literal of its own.
const SCHEMES: [&[u8]; 2] = [b"bearer ", b"basic "];

/// Characters around a join that a part of a secret would have at least, and those that are looked at to either side.
const RUN: (usize, usize) = (8, 16);

/// Whether a literal that is joined may end with this byte, which may be the backslash of an escaped quote or the blank
/// behind a scheme.
pub(super) const fn may_end(byte: u8) -> bool {
    is(byte, PART) || matches!(byte, b' ' | b'\\')
}

/// Whether a join may have this byte behind the first blank or operator; a letter belongs to the quote behind it.
pub(super) const fn may_go_on(byte: u8) -> bool {
    let opens = matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b'_');
    opens || byte.is_ascii_alphabetic() || is(byte, BLANK | OPERATOR)
}

/// Whether the join that may begin at `at` is worth taking out: the characters around it, those of further literals
/// included, are eight or more, and a digit or letters of both cases are among them.
pub(super) fn begins(bytes: &[u8], at: usize) -> bool {
    let bytes = &bytes[..bytes.len().min(at + SEEN_MAX)];
    let Some(mut next) = end(bytes, at) else { return false };
    let before = bytes[..at].strip_suffix(b"\\").unwrap_or(&bytes[..at]);
    let (mut run, mut kinds) = (0, 0);
    for byte in before.iter().rev().take(RUN.1).take_while(|byte| is_part(**byte)) {
        (run, kinds) = (run + 1, kinds | kind(*byte));
    }
    for _ in 0..RUN.1 {
        next = taken_out(bytes, next).unwrap_or(next);
        let Some(byte) = bytes.get(next).filter(|byte| is_part(**byte)) else { break };
        (run, kinds, next) = (run + 1, kinds | kind(*byte), next + 1);
    }
    run >= RUN.0 && (kinds & 1 != 0 || kinds == 6)
}

/// A bit for digits, for capitals and for small letters.
fn kind(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 1,
        b'A'..=b'Z' => 2,
        b'a'..=b'z' => 4,
        _ => 0,
    }
}

/// Behind the join that begins at `at`, with a closing quote or with a backslash.
fn end(bytes: &[u8], at: usize) -> Option<usize> {
    let (before, rest) = (&bytes[..at], &bytes[at + 1..]);
    let (quote, end) = match bytes[at] {
        b'\\' => (None, at + 1 + line_break(rest)?),
        quote => {
            let (before, is_escaped) =
                before.strip_suffix(b"\\").map_or((before, false), |before| (before, true));
            let end = is_cut(before).then(|| behind_gap(rest, quote, is_escaped))??;
            (Some(quote), at + 1 + end)
        }
    };
    let goes_on = bytes.get(end).is_some_and(|byte| is_part(*byte));
    (goes_on && (quote.is_some() || before.last().is_some_and(|byte| is_part(*byte))))
        .then_some(end)
}

/// Whether a part may end here: with a character of a secret that is not the letter of an escape.
fn is_cut(before: &[u8]) -> bool {
    match before {
        [.., b'\\', letter] if letter.is_ascii_alphabetic() => false,
        [.., b' '] => SCHEMES.iter().any(|scheme| {
            let tail = before.len().checked_sub(scheme.len()).map(|from| &before[from..]);
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(scheme))
        }),
        [.., last] => is_part(*last),
        [] => false,
    }
}

/// What a byte may be at a join; asked of every literal's end.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        kinds[byte as usize] = PART;
        byte += 1;
    }
    enter(&mut kinds, b"\"'`()[]{}<>,;\\", 0);
    enter(&mut kinds, b"<>", OPERATOR);
    enter(&mut kinds, b"+.&~|^", PART | OPERATOR);
    enter(&mut kinds, b" \t\r\n", BLANK);
    kinds
};

/// A character that a secret may hold where it is cut.
const PART: u8 = 1;
/// A character of [`OPERATORS`].
const OPERATOR: u8 = 2;
/// What may stand around an operator.
const BLANK: u8 = 4;

const fn enter(kinds: &mut [u8; 256], members: &[u8], kind: u8) {
    let mut index = 0;
    while index < members.len() {
        kinds[members[index] as usize] = kind;
        index += 1;
    }
}

const fn is(byte: u8, kind: u8) -> bool {
    KINDS[byte as usize] & kind != 0
}

/// Whether a secret may hold this character where it is cut.
fn is_part(byte: u8) -> bool {
    is(byte, PART)
}

/// Behind the opening quote of the second part; `rest` begins behind the closing one of the first.
fn behind_gap(rest: &[u8], quote: u8, is_escaped: bool) -> Option<usize> {
    let rest = &rest[..rest.len().min(GAP_MAX)];
    // What `masks.rs` notices: a blank, or one of the operators that are written without.
    rest.first().filter(|byte| b" \t\r\n+.&\\".contains(byte))?;
    let first = blanks(rest);
    let len = rest[first..].iter().take_while(|byte| is(**byte, OPERATOR)).count();
    let operator = &rest[first..first + len];
    let mut at = first + len + blanks(&rest[first + len..]);
    if rest.get(at).is_some_and(u8::is_ascii_alphabetic) {
        at += 1;
    }
    if is_escaped {
        at += usize::from(rest.get(at) == Some(&b'\\'));
    }
    let opening = rest.get(at)?;
    let is_escaped_too = rest[..at].last() == Some(&b'\\');
    let holds = if operator.is_empty() {
        first > 0 && *opening == quote && is_beside(&rest[..first])
    } else {
        OPERATORS.contains(&operator) && matches!(opening, b'"' | b'\'' | b'`')
    };
    (holds && is_escaped == is_escaped_too).then_some(at + 1)
}

/// Whether literals with these blanks between them are one, without an operator: the second stands on the line of the
/// first, or indented on the next one. One at the front of a line, or behind an empty one, begins something new.
fn is_beside(blanks: &[u8]) -> bool {
    let lines = memchr::memchr_iter(b'\n', blanks).count();
    lines == 0 || (lines == 1 && !blanks.ends_with(b"\n"))
}

/// Blanks at the front, ends of lines among them, also those that a backslash or an underscore carries over.
fn blanks(text: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match text.get(at) {
            Some(byte) if is(*byte, BLANK) => at += 1,
            Some(b'\\' | b'_') => match line_break(&text[at + 1..]) {
                Some(len) => at += 1 + len,
                None => return at,
            },
            _ => return at,
        }
    }
}

/// The length of the line break at the front.
fn line_break(text: &[u8]) -> Option<usize> {
    match text {
        [b'\n', ..] => Some(1),
        [b'\r', b'\n', ..] => Some(2),
        _ => None,
    }
}

/// Takes the joins out; everything else stays.
pub(super) fn decode(bytes: &[u8], range: Range<usize>, out: &mut impl Sink) -> bool {
    let seen = &bytes[..range.end];
    let mut from = range.start;
    let mut at = from;
    while let Some(next) = next_candidate(seen, at) {
        match taken_out(seen, next) {
            Some(end) => {
                if !out.copy(&seen[from..next], from) {
                    return false;
                }
                (from, at) = (end, end);
            }
            None => at = next + 1,
        }
    }
    from >= range.end || out.copy(&seen[from..range.end], from)
}

/// Where the next byte stands, from `at` on, that a join may begin with.
fn next_candidate(seen: &[u8], at: usize) -> Option<usize> {
    let may_begin = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b'\\');
    seen.get(at..)?.iter().position(may_begin).map(|next| at + next)
}

/// Behind the join of which the byte at `at` is the first.
fn taken_out(seen: &[u8], at: usize) -> Option<usize> {
    match seen.get(at..)? {
        [b'\\', b'"' | b'\'' | b'`', ..] => end(seen, at + 1),
        [b'"' | b'\'' | b'`', ..] | [b'\\', b'\r' | b'\n', ..] => end(seen, at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Decoded;
    use super::*;

    fn joined(text: &str) -> String {
        let mut out = Decoded { room: usize::MAX, ..Decoded::default() };
        assert!(decode(text.as_bytes(), 0..text.len(), &mut out));
        String::from_utf8(out.bytes).expect("text")
    }

    #[test]
    fn parts_are_put_together() {
        for (text, want) in [
            ("a = \"abc\" + \"def\";", "a = \"abcdef\";"),
            ("$a = 'abc' . 'def';", "$a = 'abcdef';"),
            ("a = \"abc\"+\"def\"+'gh'", "a = \"abcdefgh'"),
            ("a = \"abc\" \\\n    \"def\"", "a = \"abcdef\""),
            ("a = (\"abc\"\r\n     \"def\")", "a = (\"abcdef\")"),
            ("a = \"abc\" +\n  \"def\"", "a = \"abcdef\""),
            ("a = \"abc\"\n  + \"def\"", "a = \"abcdef\""),
            ("a = 'abc' .. 'def'", "a = 'abcdef'"),
            ("a = \"abc\" <> \"def\"", "a = \"abcdef\""),
            ("a = 'abc' || 'def'", "a = 'abcdef'"),
            ("a = \"abc\" & _\r\n  \"def\"", "a = \"abcdef\""),
            ("a = b\"abc\" b\"def\"", "a = b\"abcdef\""),
            ("a = `abc` + `def`", "a = `abcdef`"),
            ("\"a = \\\"abc\\\" + \\\"def\\\"\"", "\"a = \\\"abcdef\\\"\""),
            ("\"Bearer \" + \"abc\"", "\"Bearer abc\""),
            ("export A=abc\\\ndef", "export A=abcdef"),
            ("a = 'abc\\\r\ndef'", "a = 'abcdef'"),
        ] {
            assert_eq!(joined(text), want, "{text}");
        }
    }

    #[test]
    fn only_what_may_be_of_a_secret_is_worth_it() {
        for (text, want) in [
            ("'abcd1' + 'efg'", true),
            ("'abcD' + 'efgh'", true),
            ("'abcd' + 'efgh'", false),
            ("'ab1' + 'efg'", false),
            ("'a' + 'B' + 'c' + 'd' + 'e' + 'f' + 'g' + 'h'", true),
            ("'one two1' + 'a'", false),
            ("\\'abcd1\\' + \\'efg\\'", true),
        ] {
            let at = text.find("' +").or_else(|| text.find("\\' +").map(|at| at + 1));
            assert_eq!(begins(text.as_bytes(), at.expect("a join")), want, "{text}");
        }
    }

    #[test]
    fn what_does_not_touch_stays() {
        for text in [
            "a = \"some \" + \"prose\"",
            "a = \"some\" + \" prose\"",
            "a = \"abc\" + b + \"def\"",
            "a = \"abc\", \"def\"",
            "a = \"abc\" - \"def\"",
            "a = \"abc\" + + \"def\"",
            "a = 'it''s'",
            "a = \"abc\" 'def'",
            "a = \"abc\"\n\"def\" = 1",
            "a = \"abc\"\n\n  \"def\"",
            "printf(\"one\\n\"\n  \"two\")",
            "a = \"abc\" + \\\"def\"",
            "a = 'abc'||'def'",
            "make abc \\\n  def",
            "a = \"abc\" +",
        ] {
            assert_eq!(joined(text), text);
        }
        let far = format!("\"abc\" +{}\"def\"", " ".repeat(GAP_MAX));
        assert_eq!(joined(&far), far);
    }
}
