//! The shape of an assignment before the secret: `key = value`, `key: value`, `key => value`, `<key>value`.

use super::{Candidate, Stage, Verdict};

/// Bytes before the secret in which the operator must stand.
const LOOK_BACK: usize = 96;

/// Whether something is assigned to a name where the secret stands.
pub(crate) fn passes(candidate: &Candidate<'_>) -> Verdict {
    if has_shape(candidate.line_before(LOOK_BACK)) { Ok(()) } else { Err(Stage::AssignmentShape) }
}

/// Whether the text before a value ends in a name, an operator, and nothing but blanks, quotes and opening
/// brackets behind it.
pub(crate) fn has_shape(before: &[u8]) -> bool {
    let skip = |bytes: &[u8], what: fn(u8) -> bool| {
        bytes.iter().rposition(|byte| !what(*byte)).map_or(0, |at| at + 1)
    };
    let end = skip(before, |b| {
        matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'(' | b'[' | b'{' | b'\\')
    });
    let head = &before[..end];
    let end = skip(head, |b| matches!(b, b'=' | b':' | b'>' | b','));
    if end == head.len() {
        return false;
    }
    let name = &head[..end];
    let end = skip(name, |b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`' | b']' | b')' | b'\\'));
    name[..end].last().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_assignments() {
        for (text, ok) in [
            ("key = ", true),
            ("\"key\": \"", true),
            ("key => '", true),
            ("<key>", true),
            ("cfg['key'] = \"", true),
            ("KEY=", true),
            ("see ", false),
            ("== ", false),
            ("", false),
            ("call(", false),
        ] {
            assert_eq!(has_shape(text.as_bytes()), ok, "{text}");
        }
    }
}
