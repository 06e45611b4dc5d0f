//! A rule's pattern in the library's syntax.
//!
//! The syntaxes look alike and differ: `\b{start-half}` is a boundary here and seven letters there. So the text is not
//! handed on; the parsed pattern is written anew, every byte as a number. What the library does not know is left
//! out where that only admits more: boundaries, line ends, how often exactly something is repeated. Every match of the
//! pattern is a match of the expression.

use std::fmt::Write as _;

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};
use scanner_rules::lint::parse_pattern;

/// A repetition that may go on for longer may go on for ever, and one that must go on for longer need not: that only
/// admits more, which a prefilter may. The library compiles all detectors in 1.6 s instead of 5.2, into 4.5 MB instead of
/// 7.4, and scans with them as fast.
const COUNTED_MAX: u32 = 7;

/// See [`COUNTED_MAX`].
const COUNTED_MIN: u32 = 16;

/// The name of a pattern, and its expression: what the build script embeds.
pub(super) type Embedded<'a> = (u128, &'a str);

/// What a pattern is found by among those that are embedded.
pub(super) fn name_of(pattern: &str) -> u128 {
    let mut name = [0; 16];
    name.copy_from_slice(&blake3::hash(pattern.as_bytes()).as_bytes()[..16]);
    u128::from_le_bytes(name)
}

/// The expression of a pattern; `None` where it cannot be read or cannot be written.
pub fn expression_of(pattern: &str) -> Option<String> {
    let hir = parse_pattern(pattern).ok()?;
    let mut out = String::with_capacity(2 * pattern.len());
    write(&hir, &mut out).then_some(out)
}

/// Whether it could be written.
fn write(hir: &Hir, out: &mut String) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            literal.0.iter().for_each(|byte| write_byte(*byte, out));
            true
        }
        HirKind::Class(class) => write_class(class, out),
        HirKind::Repetition(repetition) => write_repetition(repetition, out),
        HirKind::Capture(capture) => group(out, |out| write(&capture.sub, out)),
        HirKind::Concat(parts) => parts.iter().all(|part| write(part, out)),
        HirKind::Alternation(parts) => group(out, |out| {
            parts.iter().enumerate().all(|(index, part)| {
                if index > 0 {
                    out.push('|');
                }
                write(part, out)
            })
        }),
    }
}

fn group(out: &mut String, inside: impl FnOnce(&mut String) -> bool) -> bool {
    out.push_str("(?:");
    let done = inside(out);
    out.push(')');
    done
}

fn write_byte(byte: u8, out: &mut String) {
    if byte.is_ascii_alphanumeric() {
        out.push(char::from(byte));
    } else {
        // Writing to a string cannot fail.
        let _ = write!(out, "\\x{byte:02x}");
    }
}

fn write_class(class: &Class, out: &mut String) -> bool {
    // An alternation of ASCII letters is a class of characters even where patterns match bytes.
    let bytes = match class {
        Class::Bytes(bytes) => Some(bytes.clone()),
        Class::Unicode(characters) => characters.to_byte_class(),
    };
    let Some(bytes) = bytes else { return false };
    if bytes.ranges().is_empty() {
        return false;
    }
    out.push('[');
    for range in bytes.ranges() {
        write_byte(range.start(), out);
        if range.end() > range.start() {
            out.push('-');
            write_byte(range.end(), out);
        }
    }
    out.push(']');
    true
}

fn write_repetition(repetition: &Repetition, out: &mut String) -> bool {
    if !group(out, |out| write(&repetition.sub, out)) {
        return false;
    }
    let min = repetition.min.min(COUNTED_MIN);
    let _ = match repetition.max.filter(|max| *max <= COUNTED_MAX || *max == min) {
        None => write!(out, "{{{min},}}"),
        Some(max) if max == min => write!(out, "{{{min}}}"),
        Some(max) => write!(out, "{{{min},{max}}}"),
    };
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_written_in_the_librarys_syntax() {
        for (pattern, want) in [
            ("abc", Some("abc")),
            (r"\b{start-half}((?:a|b)[0-9]{3})\b{end-half}", Some("(?:[a-b](?:[0-9]){3})")),
            (r"a\.\x00", Some(r"a\x2e\x00")),
            ("a{2,7}b{2,8}c{9}d{40}", Some("(?:a){2,7}(?:b){2,}(?:c){9}(?:d){16,}")),
            ("(?i:k)+x", Some("(?:[Kk]){1,}x")),
            ("(?:ab|cd)?", Some("(?:(?:ab|cd)){0,1}")),
            (r"[^\n]{1,99999}", Some(r"(?:[\x00-\x09\x0b-\xff]){1,}")),
            ("(", None),
            (r"[^\x00-\xff]a", None),
        ] {
            assert_eq!(expression_of(pattern).as_deref(), want, "{pattern}");
        }
    }
}
