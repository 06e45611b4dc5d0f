//! What stands directly around the secret.

use scanner_rules::LocalContextSpec;

use super::{Candidate, Stage, Verdict};

/// Whether the byte is a quote.
pub(crate) const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Whether the secret stands in quotes where the gate demands it. A backslash of an escaped quote behind the
/// secret is passed over.
pub(crate) fn passes(gate: LocalContextSpec, candidate: &Candidate<'_>) -> Verdict {
    if !gate.quoted || is_quoted(candidate) { Ok(()) } else { Err(Stage::LocalContext) }
}

/// Whether a quote stands directly before and directly behind the secret.
pub(crate) fn is_quoted(candidate: &Candidate<'_>) -> bool {
    let before = candidate.secret_start.checked_sub(1).map(|at| candidate.bytes[at]);
    let behind = &candidate.bytes[candidate.secret_end..];
    let behind = behind.strip_prefix(b"\\").unwrap_or(behind).first();
    before.is_some_and(is_quote) && behind.is_some_and(|byte| is_quote(*byte))
}

#[cfg(test)]
mod tests {
    use super::super::tests::with;
    use super::*;

    #[test]
    fn quotes_on_both_sides() {
        let gate = LocalContextSpec { quoted: true };
        for (text, ok) in [
            ("x = \"«abc»\"", true),
            ("x = '«abc»'", true),
            ("{\\\"x\\\": \\\"«abc»\\\"}", true),
            ("x = «abc»", false),
            ("\"«abc»", false),
            ("«abc»", false),
        ] {
            assert_eq!(with(text, |c| passes(gate, c)).is_ok(), ok, "{text}");
        }
    }
}
