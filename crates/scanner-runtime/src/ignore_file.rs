//! `.scannerignore`: findings that someone has decided about, by stable identity.
//!
//! One entry a line, sorted, so that git merges two people's lines by union:
//!
//! ```text
//! # scanner-rs ignore v1 salt=0f…
//! github-pat:3c9f… expires=2027-01-31 owner=ops # rotated, kept for the audit
//! ```
//!
//! The hash is keyed with the file's salt over rule and secret, so an entry survives moving and reformatting
//! the line, says nothing about the secret, and a changed secret on the same line is a new finding. A file
//! without a salt line uses [`DEFAULT_SALT`], so that the id a report prints can be pasted into a new file.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use scanner_core::NormHash;

use crate::identity::{Candidate, Ignores};

/// The salt of files that name none. It is public: against guessing of weak secrets a file needs its own.
pub(crate) const DEFAULT_SALT: &str = "5ca99e12000000000000000000000001";

/// Context of the key that is derived from a salt.
const KEY_CONTEXT: &str = "scanner-rs ignore v1 file key";

/// Bytes of a hash that an entry shows.
const HASH_BYTES: usize = 16;

/// An ignore file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {kind}")]
pub struct IgnoreError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub kind: IgnoreErrorKind,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IgnoreErrorKind {
    /// Neither a comment nor an entry.
    #[error("expected `rule:hash` with a hash of 32 hexadecimal digits, as a report prints it")]
    Entry,
    /// A date that is none.
    #[error("`expires` needs a date as in 2027-01-31")]
    Date,
    /// A key that is not known.
    #[error("`{0}` is not known here; known are expires and owner")]
    Key(String),
}

/// An entry.
#[derive(Debug)]
struct Entry {
    line: usize,
    expires: Option<String>,
    used: AtomicBool,
}

/// The entries of a file.
#[derive(Debug)]
pub struct IgnoreFile {
    key: [u8; 32],
    entries: BTreeMap<String, Entry>,
    today: String,
}

impl IgnoreFile {
    /// No entries, and the default salt.
    pub fn empty(today: &str) -> Self {
        Self {
            key: blake3::derive_key(KEY_CONTEXT, DEFAULT_SALT.as_bytes()),
            entries: BTreeMap::new(),
            today: today.to_owned(),
        }
    }

    /// Reads a file. `today` is a date as in `2027-01-31`; entries that expired before it are void.
    ///
    /// # Errors
    ///
    /// The first line that cannot be read.
    pub fn parse(file: &str, text: &str, today: &str) -> Result<Self, IgnoreError> {
        let mut this = Self::empty(today);
        for (index, line) in text.lines().enumerate() {
            let fail = |kind| IgnoreError { file: file.to_owned(), line: index + 1, kind };
            if let Some(salt) = salt_of(line) {
                this.key = blake3::derive_key(KEY_CONTEXT, salt.as_bytes());
            }
            let entry = line.split('#').next().unwrap_or_default().trim();
            if entry.is_empty() {
                continue;
            }
            let (id, expires) = parse_entry(entry).map_err(fail)?;
            let entry = Entry { line: index + 1, expires, used: AtomicBool::new(false) };
            this.entries.insert(id, entry);
        }
        Ok(this)
    }

    /// The entries that silenced nothing, by line.
    pub fn stale(&self) -> Vec<(usize, String)> {
        let mut stale: Vec<(usize, String)> = self
            .entries
            .iter()
            .filter(|(_, entry)| !entry.used.load(Ordering::Relaxed))
            .map(|(id, entry)| (entry.line, id.clone()))
            .collect();
        stale.sort();
        stale
    }

    fn id(&self, rule: &str, hash: &NormHash) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(rule.as_bytes()).update(&[0]).update(&hash.0);
        let hex = hasher.finalize().to_hex();
        format!("{rule}:{}", &hex[..2 * HASH_BYTES])
    }
}

impl Ignores for IgnoreFile {
    fn silences(&self, candidate: &Candidate<'_>) -> bool {
        if self.entries.is_empty() {
            return false;
        }
        let id = self.id(candidate.rule, candidate.hash);
        let Some(entry) = self.entries.get(&id) else { return false };
        entry.used.store(true, Ordering::Relaxed);
        entry.expires.as_ref().is_none_or(|expires| *expires >= self.today)
    }

    fn ignore_id(&self, rule: &str, hash: &NormHash) -> String {
        self.id(rule, hash)
    }
}

/// The salt that a header line names.
fn salt_of(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("# scanner-rs ignore v1 salt=")?;
    rest.split_whitespace().next()
}

fn parse_entry(entry: &str) -> Result<(String, Option<String>), IgnoreErrorKind> {
    let mut words = entry.split_whitespace();
    let id = words.next().ok_or(IgnoreErrorKind::Entry)?;
    let (rule, hash) = id.rsplit_once(':').ok_or(IgnoreErrorKind::Entry)?;
    let is_hash = hash.len() == 2 * HASH_BYTES && hash.bytes().all(|b| b.is_ascii_hexdigit());
    if rule.is_empty() || !is_hash {
        return Err(IgnoreErrorKind::Entry);
    }
    let mut expires = None;
    for word in words {
        match word.split_once('=') {
            Some(("expires", date)) if is_date(date) => expires = Some(date.to_owned()),
            Some(("expires", _)) => return Err(IgnoreErrorKind::Date),
            Some(("owner", _)) => {}
            _ => return Err(IgnoreErrorKind::Key(word.to_owned())),
        }
    }
    Ok((format!("{rule}:{}", hash.to_ascii_lowercase()), expires))
}

/// Whether a text is a date as in 2027-01-31.
pub fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanner_core::{ObjectPath, SecretBytes};

    const TODAY: &str = "2027-02-01";

    fn silences(file: &IgnoreFile, rule: &str, secret: u8) -> bool {
        let (hash, path) = (NormHash([secret; 32]), ObjectPath::new(b"x"));
        let secret = SecretBytes::withheld("…");
        file.silences(&Candidate {
            rule,
            hash: &hash,
            secret: &secret,
            path: &path,
            line: 1,
            commit: None,
        })
    }

    #[test]
    fn an_id_that_was_printed_silences_its_rule_and_secret_only() {
        let printed = IgnoreFile::empty(TODAY).ignore_id("a-rule", &NormHash([1; 32]));
        let file = IgnoreFile::parse("f", &format!("{printed} owner=me # why\n"), TODAY).unwrap();
        assert!(silences(&file, "a-rule", 1));
        assert!(!silences(&file, "a-rule", 2) && !silences(&file, "b-rule", 1));
        assert!(file.stale().is_empty());
    }

    #[test]
    fn expired_entries_are_void_and_unused_ones_stale() {
        let id = IgnoreFile::empty(TODAY).ignore_id("r", &NormHash([1; 32]));
        for (date, want) in [("2027-01-31", false), ("2027-02-01", true)] {
            let text = format!("# a comment\n{id} expires={date}\n");
            let file = IgnoreFile::parse("f", &text, TODAY).unwrap();
            assert_eq!(file.stale(), [(2, id.clone())]);
            assert_eq!(silences(&file, "r", 1), want, "{date}");
        }
    }

    #[test]
    fn another_salt_gives_other_ids() {
        let text = "# scanner-rs ignore v1 salt=00112233445566778899aabbccddeeff\n";
        let salted = IgnoreFile::parse("f", text, TODAY).unwrap();
        let hash = NormHash([1; 32]);
        assert_ne!(salted.ignore_id("r", &hash), IgnoreFile::empty(TODAY).ignore_id("r", &hash));
    }

    #[test]
    fn bad_lines_are_named() {
        let hash = "0".repeat(32);
        for (text, want) in [
            ("\nnonsense\n".to_owned(), "f:2: expected `rule:hash`"),
            (format!("r:{hash} expires=soon"), "f:1: `expires` needs a date"),
            (format!("r:{hash} until=x"), "f:1: `until=x` is not known"),
        ] {
            let error = IgnoreFile::parse("f", &text, TODAY).unwrap_err().to_string();
            assert!(error.starts_with(want), "{error}");
        }
    }
}
