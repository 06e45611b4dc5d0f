//! Entries of a journal: an object, its findings, and what a later run recognises it by.
//!
//! A record holds whole entries and begins with an object. The secret itself does not come along: only its keyed hash, its
//! sealed hash and its redacted form do. Numbers are LEB128, texts carry their length in front; nothing is ordered by the
//! numbers that enums happen to have, because a later version of the program may read it.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use scanner_core::{Finding, Location, ObjectBatch, RuleInfo};

use crate::Keys;
use crate::db::records::{origin_of, severity_of, text_of_parts};

const OBJECT: u8 = 1;
const FINDING: u8 = 2;
const STATE: u8 = 3;
/// As [`FINDING`], with the other parts of the credential behind it.
const FINDING_WITH_PARTS: u8 = 4;

/// Bits of a finding that say what follows.
const SILENCED: u8 = 1;
const OWN_PATH: u8 = 1 << 1;
const RULE_TOLD: u8 = 1 << 2;
const DECODED: u8 = 1 << 3;
const LINE_HASH: u8 = 1 << 4;
const ORIGIN: u8 = 1 << 5;
const MODIFIED: u8 = 1 << 6;
/// Rule, source and validation are those of the finding before it in the same object.
const AS_BEFORE: u8 = 1 << 7;

/// Rules that the database knows since the run began; others are told with each finding.
#[derive(Debug, Default)]
pub(crate) struct KnownRules(HashSet<String>);

impl KnownRules {
    pub(crate) fn of(rules: &[Arc<RuleInfo>]) -> Self {
        Self(rules.iter().map(|rule| rule.id.clone()).collect())
    }
}

/// A finding as it stands in a journal.
#[derive(Debug)]
pub(crate) struct PendingFinding<'a> {
    pub(crate) rule: &'a str,
    /// Where the database may not know the rule.
    pub(crate) rule_told: Option<RuleInfo>,
    pub(crate) occurrence: [u8; 32],
    pub(crate) secret: [u8; 32],
    pub(crate) sealed: [u8; 32],
    pub(crate) redacted: &'a str,
    pub(crate) path: &'a [u8],
    pub(crate) source: &'a str,
    pub(crate) location: Location,
    pub(crate) confidence: u8,
    pub(crate) score: f32,
    pub(crate) validation: &'a str,
    pub(crate) decode: &'a str,
    pub(crate) context: &'a str,
    pub(crate) line_hash: &'a str,
    pub(crate) origin: &'a str,
    pub(crate) modified: Option<i64>,
    /// As [`text_of_parts`] writes them.
    pub(crate) parts: &'a str,
    pub(crate) silenced: bool,
}

/// An entry, read back.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, on the stack, and nearly all are findings"
)]
pub(crate) enum Entry<'a> {
    /// A finding of the object at `object`.
    Finding {
        /// The outermost object.
        object: &'a [u8],
        /// What was found.
        finding: PendingFinding<'a>,
    },
    /// All findings of an object have been told.
    State {
        /// The object.
        object: &'a [u8],
        /// What it is recognised by.
        state: &'a [u8],
        /// Bytes that were scanned.
        bytes: u64,
        /// Findings that the rules silenced.
        suppressed: u64,
    },
}

/// Which findings of an object are written as one piece.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) findings: Range<usize>,
    /// Whether nothing is missing and they are the last.
    pub(crate) closes: bool,
}

/// Writes findings of an object, and its state behind the last of them. Returns the number of findings without an identity,
/// which are left out; then the state is left out too.
pub(crate) fn write_object(
    out: &mut Vec<u8>,
    batch: &ObjectBatch<'_>,
    part: &Part,
    (keys, known): (&Keys, &KnownRules),
) -> u64 {
    out.push(OBJECT);
    put_bytes(out, batch.object.as_bytes());
    let mut lost = 0;
    let mut before: Option<&Finding> = None;
    for at in part.findings.clone() {
        let start = out.len();
        let finding = &batch.findings[at];
        let is_as_before = before.is_some_and(|before| same_kind(before, finding.finding));
        if put_finding(out, batch, (at, is_as_before), (keys, known)).is_some() {
            before = Some(finding.finding);
        } else {
            out.truncate(start);
            lost += 1;
        }
    }
    if let Some(state) = batch.state.filter(|_| part.closes && lost == 0) {
        out.push(STATE);
        out.extend_from_slice(&state.0);
        put_number(out, batch.bytes);
        put_number(out, batch.suppressed);
    }
    lost
}

fn same_kind(before: &Finding, finding: &Finding) -> bool {
    (Arc::ptr_eq(&before.rule, &finding.rule) || before.rule.id == finding.rule.id)
        && before.source == finding.source
        && before.validation == finding.validation
}

fn put_finding(
    out: &mut Vec<u8>,
    batch: &ObjectBatch<'_>,
    (at, is_as_before): (usize, bool),
    (keys, known): (&Keys, &KnownRules),
) -> Option<()> {
    let stored = &batch.findings[at];
    let finding = stored.finding;
    let (occurrence, secret) = (hash_of(&finding.occurrence_id)?, hash_of(&finding.secret_hash)?);
    let has_own_path = stored.path.as_bytes() != batch.object.as_bytes();
    let is_rule_told = !is_as_before && !known.0.contains(&finding.rule.id);
    let flag = |is_set: bool, bit: u8| if is_set { bit } else { 0 };
    let parts = text_of_parts(&finding.parts);
    out.push(if parts.is_empty() { FINDING } else { FINDING_WITH_PARTS });
    out.push(
        flag(stored.silenced, SILENCED)
            | flag(has_own_path, OWN_PATH)
            | flag(is_rule_told, RULE_TOLD)
            | flag(!finding.decode.is_empty(), DECODED)
            | flag(!finding.line_hash.is_empty(), LINE_HASH)
            | flag(finding.git.is_some(), ORIGIN)
            | flag(finding.modified.is_some(), MODIFIED)
            | flag(is_as_before, AS_BEFORE),
    );
    out.extend_from_slice(&occurrence);
    out.extend_from_slice(&secret);
    out.extend_from_slice(&keys.seal(&finding.norm_hash.0, &secret));
    if !is_as_before {
        put_text(out, &finding.rule.id);
        put_text(out, finding.source.name());
        put_text(out, finding.validation.name());
    }
    if is_rule_told {
        put_rule(out, &finding.rule);
    }
    if has_own_path {
        put_bytes(out, stored.path.as_bytes());
    }
    out.push(finding.confidence as u8);
    out.extend_from_slice(&finding.score.to_le_bytes());
    let Location { line, column, end_line, end_column, offset, length } = finding.location;
    for number in [line, column, end_line, end_column, offset, length] {
        put_number(out, number);
    }
    put_text(out, &finding.secret.redacted());
    put_text(out, &finding.context);
    if !finding.decode.is_empty() {
        let names: Vec<_> = finding.decode.iter().map(|kind| kind.name()).collect();
        put_text(out, &names.join(","));
    }
    if !finding.line_hash.is_empty() {
        put_text(out, &finding.line_hash);
    }
    if let Some(git) = finding.git.as_deref() {
        put_text(out, &origin_of(git, at));
    }
    if let Some(time) = finding.modified {
        out.extend_from_slice(&time.to_le_bytes());
    }
    if !parts.is_empty() {
        put_text(out, &parts);
    }
    Some(())
}

fn put_rule(out: &mut Vec<u8>, rule: &RuleInfo) {
    for text in [&rule.name, &rule.service, &rule.description, &rule.reference] {
        put_text(out, text);
    }
    out.push(rule.severity as u8);
    put_text(out, &rule.tags.join(","));
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, text.as_bytes());
}

/// A hash from its 64 digits. There are two for each finding, so what is no digit is looked at once for all.
fn hash_of(hex: &str) -> Option<[u8; 32]> {
    let (pairs, []) = hex.as_bytes().as_chunks::<2>() else { return None };
    let pairs: &[[u8; 2]; 32] = pairs.try_into().ok()?;
    let mut wrong = 0;
    let hash = pairs.map(|pair| {
        let [high, low] = pair.map(|digit| HEX_DIGITS[usize::from(digit)]);
        wrong |= high | low;
        high << 4 | low
    });
    (wrong < 16).then_some(hash)
}

/// What each byte stands for as a lower-case hexadecimal digit; [`u8::MAX`] for what is none.
const HEX_DIGITS: [u8; 256] = {
    let mut digits = [u8::MAX; 256];
    let mut digit = 0;
    while digit < 16 {
        digits[b"0123456789abcdef"[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
};

/// Reads the entries of a payload, each once; `None` where it holds something else.
pub(crate) fn read_entries<E>(
    payload: &[u8],
    mut each: impl FnMut(&Entry<'_>) -> Result<(), E>,
) -> Result<Option<()>, E> {
    let mut reader = Reader(payload);
    let mut object: Option<&[u8]> = None;
    let mut before: Option<[&str; 3]> = None;
    while !reader.0.is_empty() {
        let entry = match (reader.byte(), object) {
            (Some(OBJECT), _) => {
                let Some(path) = reader.bytes() else { return Ok(None) };
                object = Some(path);
                before = None;
                continue;
            }
            (Some(kind @ (FINDING | FINDING_WITH_PARTS)), Some(object)) => {
                let Some(mut finding) = reader.finding(object, before) else { return Ok(None) };
                if kind == FINDING_WITH_PARTS {
                    let Some(parts) = reader.text() else { return Ok(None) };
                    finding.parts = parts;
                }
                before = Some([finding.rule, finding.source, finding.validation]);
                Entry::Finding { object, finding }
            }
            (Some(STATE), Some(object)) => {
                let Some(state) = reader.state(object) else { return Ok(None) };
                state
            }
            _ => return Ok(None),
        };
        each(&entry)?;
    }
    Ok(Some(()))
}

/// Takes a payload to pieces from its front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn finding(
        &mut self,
        object: &'a [u8],
        before: Option<[&'a str; 3]>,
    ) -> Option<PendingFinding<'a>> {
        let flags = self.byte()?;
        let has = |bit: u8| flags & bit != 0;
        let (occurrence, secret, sealed) = (self.hash()?, self.hash()?, self.hash()?);
        let [rule, source, validation] =
            if has(AS_BEFORE) { before? } else { [self.text()?, self.text()?, self.text()?] };
        let rule_told = if has(RULE_TOLD) { Some(self.rule(rule)?) } else { None };
        let path = if has(OWN_PATH) { self.bytes()? } else { object };
        let confidence = self.byte()?;
        let score = f32::from_le_bytes(self.take(4)?.try_into().ok()?);
        let location = Location {
            line: self.number()?,
            column: self.number()?,
            end_line: self.number()?,
            end_column: self.number()?,
            offset: self.number()?,
            length: self.number()?,
        };
        let (redacted, context) = (self.text()?, self.text()?);
        let mut text_if = |bit: u8| if has(bit) { self.text() } else { Some("") };
        let (decode, line_hash, origin) =
            (text_if(DECODED)?, text_if(LINE_HASH)?, text_if(ORIGIN)?);
        let modified = if has(MODIFIED) { Some(self.time()?) } else { None };
        Some(PendingFinding {
            rule,
            rule_told,
            occurrence,
            secret,
            sealed,
            redacted,
            path,
            source,
            location,
            confidence,
            score,
            validation,
            context,
            decode,
            line_hash,
            origin,
            modified,
            parts: "",
            silenced: has(SILENCED),
        })
    }

    fn rule(&mut self, id: &str) -> Option<RuleInfo> {
        let [name, service, description, reference] =
            [self.text()?, self.text()?, self.text()?, self.text()?].map(str::to_owned);
        let severity = severity_of(i64::from(self.byte()?));
        let tags = self.text()?.split(',').filter(|tag| !tag.is_empty());
        let tags = tags.map(str::to_owned).collect();
        Some(RuleInfo { id: id.to_owned(), name, service, description, reference, severity, tags })
    }

    fn state(&mut self, object: &'a [u8]) -> Option<Entry<'a>> {
        let state = self.take(16)?;
        Some(Entry::State { object, state, bytes: self.number()?, suppressed: self.number()? })
    }

    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn hash(&mut self) -> Option<[u8; 32]> {
        self.take(32)?.try_into().ok()
    }

    fn time(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).ok()?)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_back() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            let mut bytes = Vec::new();
            put_number(&mut bytes, number);
            assert_eq!(Reader(&bytes).number(), Some(number));
            assert_eq!(Reader(&bytes[..bytes.len() - 1]).number(), None);
        }
        assert_eq!(Reader(&[0xff; 11]).number(), None);
    }

    #[test]
    fn hashes_are_read_from_64_digits_and_nothing_else() {
        let hash: [u8; 32] = std::array::from_fn(|at| (at * 37) as u8);
        let hex = data_encoding::HEXLOWER.encode(&hash);
        assert_eq!(hash_of(&hex), Some(hash));
        for wrong in [&hex[1..], &hex[2..], "", &hex.replace('a', "A"), &hex.replace('a', "\u{e9}")]
        {
            assert_eq!(hash_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let each = |_: &Entry<'_>| Ok::<(), ()>(());
        let as_before_nothing = [&[OBJECT, 0, FINDING, AS_BEFORE][..], &[0; 200]].concat();
        for payload in
            [&[9][..], &[FINDING], &[OBJECT, 5, 1], &[OBJECT, 0, FINDING, 0], &as_before_nothing]
        {
            assert_eq!(read_entries(payload, each), Ok(None), "{payload:?}");
        }
        assert_eq!(read_entries(&[OBJECT, 1, b'a'], each), Ok(Some(())));
    }
}
