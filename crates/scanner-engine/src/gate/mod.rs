//! What may refuse a candidate, one gate a file, cheapest first.
//!
//! The order, and the names that `explain`, the ledger and the negatives of detectors use, is [`Stage`].
//! Literal gates are looked at twice: once over the whole window, to save the regex (they can only say "it
//! is nowhere here"), and once over the candidate's own surroundings, which is what decides. So a decision
//! depends on nothing but the match and a fixed number of bytes around it, never on how windows or chunks
//! were cut.

pub(crate) mod assignment;
pub(crate) mod char_class;
pub(crate) mod companion;
pub(crate) mod confirm_all;
pub(crate) mod entropy;
mod histogram;
pub(crate) mod keywords;
pub(crate) mod local_context;
pub(crate) mod offline;
pub(crate) mod two_phase;
pub(crate) mod value_suppressor;

pub(crate) use histogram::EntropyScratch;
use std::ops::Range;

/// A stage that may refuse a candidate, in the order of evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// The rule is limited to other paths, or to text.
    Path,
    /// None of the narrow literals stands near the anchor.
    TwoPhase,
    /// A literal is missing.
    MustContain,
    /// One of several literals is missing.
    ConfirmAll,
    /// None of the words stands nearby.
    Keywords,
    /// The pattern does not match in the window.
    Regex,
    /// No assignment operator stands before the secret.
    AssignmentShape,
    /// Too regular.
    Entropy,
    /// The wrong mix of characters.
    CharClass,
    /// No quotes around it.
    LocalContext,
    /// It contains a word that no secret contains.
    ValueSuppressor,
    /// The other part of the credential is not nearby.
    Companion,
    /// The value of a generic rule does not look like a secret.
    GenericValue,
    /// Its own checksum or structure is wrong.
    Offline,
    /// A placeholder, sample or masked value.
    Safelist,
    /// Too few signals.
    Confidence,
    /// A more specific rule found the same secret.
    MoreSpecific,
}

impl Stage {
    /// The name used in outputs and detector files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::TwoPhase => "two-phase",
            Self::MustContain => "must-contain",
            Self::ConfirmAll => "confirm-all",
            Self::Keywords => "keywords",
            Self::Regex => "regex",
            Self::AssignmentShape => "assignment-shape",
            Self::Entropy => "entropy",
            Self::CharClass => "char-class",
            Self::LocalContext => "local-context",
            Self::ValueSuppressor => "value-suppressor",
            Self::Companion => "companion",
            Self::GenericValue => "generic-value",
            Self::Offline => "offline",
            Self::Safelist => "safelist",
            Self::Confidence => "confidence",
            Self::MoreSpecific => "more-specific",
        }
    }

    /// Whether what it refuses is a candidate, with a place of its own, and not only a window without the rule's form.
    pub const fn refuses_candidates(self) -> bool {
        !matches!(
            self,
            Self::Path | Self::TwoPhase | Self::MustContain | Self::ConfirmAll | Self::Regex
        )
    }

    /// One sentence for people: why the stage refuses.
    pub const fn explain(self) -> &'static str {
        match self {
            Self::Path => "the rule is limited to other paths or to text",
            Self::TwoPhase => "the words it needs are not near",
            Self::MustContain => "a literal that the rule demands is missing",
            Self::ConfirmAll => "one of the literals that the rule demands is missing",
            Self::Keywords => "none of the rule's words stands nearby",
            Self::Regex => "the text has the rule's anchor but not its form",
            Self::AssignmentShape => "nothing is assigned here",
            Self::Entropy => "the value is too regular to be random",
            Self::CharClass => "the value does not have the mix of characters that the format has",
            Self::LocalContext => "the value does not stand in quotes",
            Self::ValueSuppressor => "the value contains a word that real ones do not",
            Self::Companion => "the other part of the credential is not nearby",
            Self::GenericValue => "the value looks like code or prose, not like a secret",
            Self::Offline => "its own checksum or structure is wrong",
            Self::Safelist => "a placeholder, a documented sample or a masked value",
            Self::Confidence => "too few signals speak for it",
            Self::MoreSpecific => "a more specific rule reports the same secret",
        }
    }
}

/// What a gate says.
pub type Verdict = Result<(), Stage>;

/// A candidate in its surroundings: offsets into `bytes`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'a> {
    /// The text around it: a chunk, or a decoded window.
    pub(crate) bytes: &'a [u8],
    /// The whole match.
    pub(crate) start: usize,
    /// One past the whole match.
    pub(crate) end: usize,
    /// The secret.
    pub(crate) secret_start: usize,
    /// One past the secret.
    pub(crate) secret_end: usize,
}

impl<'a> Candidate<'a> {
    /// The bytes of the secret.
    pub(crate) fn secret(&self) -> &'a [u8] {
        &self.bytes[self.secret_start..self.secret_end]
    }

    /// The bytes of the match.
    pub(crate) fn matched(&self) -> &'a [u8] {
        &self.bytes[self.start..self.end]
    }

    /// The match with `distance` bytes on either side.
    pub(crate) fn around(&self, distance: usize) -> Range<usize> {
        self.start.saturating_sub(distance)..self.end.saturating_add(distance).min(self.bytes.len())
    }

    /// The part of the secret's line before it, at most `limit` bytes.
    pub(crate) fn line_before(&self, limit: usize) -> &'a [u8] {
        let from = self.secret_start.saturating_sub(limit);
        let before = &self.bytes[from..self.secret_start];
        memchr::memrchr(b'\n', before).map_or(before, |at| &before[at + 1..])
    }

    /// The part of the secret's last line behind it, at most `limit` bytes.
    pub(crate) fn line_behind(&self, limit: usize) -> &'a [u8] {
        let to = self.secret_end.saturating_add(limit).min(self.bytes.len());
        let behind = &self.bytes[self.secret_end..to];
        memchr::memchr(b'\n', behind).map_or(behind, |at| &behind[..at])
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A candidate whose secret is the part between `«` and `»` of the text.
    pub(crate) fn candidate(text: &str) -> (Vec<u8>, Range<usize>) {
        let start = text.find('«').expect("a start mark");
        let rest = &text[start + '«'.len_utf8()..];
        let len = rest.find('»').expect("an end mark");
        let bytes = text.replace(['«', '»'], "").into_bytes();
        (bytes, start..start + len)
    }

    /// Calls `check` with the candidate marked in `text`.
    pub(crate) fn with<T>(text: &str, check: impl FnOnce(&Candidate<'_>) -> T) -> T {
        let (bytes, secret) = candidate(text);
        check(&Candidate {
            bytes: &bytes,
            start: secret.start,
            end: secret.end,
            secret_start: secret.start,
            secret_end: secret.end,
        })
    }

    /// As [`with`], for a match that begins at `‹`.
    pub(crate) fn with_match<T>(text: &str, check: impl FnOnce(&Candidate<'_>) -> T) -> T {
        let start = text.find('‹').expect("a mark of the match");
        with(&text.replace('‹', ""), |c| check(&Candidate { start, ..*c }))
    }

    #[test]
    fn every_stage_of_the_lint_has_a_name_here() {
        use Stage::*;
        let ours = [
            Path,
            MustContain,
            ConfirmAll,
            Keywords,
            TwoPhase,
            Regex,
            AssignmentShape,
            Entropy,
            CharClass,
            LocalContext,
            ValueSuppressor,
            Companion,
            GenericValue,
            Offline,
            Safelist,
            Confidence,
        ];
        let names: Vec<&str> = ours.iter().map(|stage| stage.name()).collect();
        assert_eq!(names, scanner_rules::lint::STAGES);
    }

    #[test]
    fn the_line_is_bounded() {
        with("a\nkey = «secret» # note\nb", |c| {
            assert_eq!(c.line_before(100), b"key = ");
            assert_eq!(c.line_before(2), b"= ");
            assert_eq!(c.line_behind(100), b" # note");
            assert_eq!(c.around(1), 7..15);
        });
    }
}
