//! Our own baseline: one line an entry, sorted, so that git merges two people's lines by union.
//!
//! ```text
//! # scanner-rs baseline v1 salt=0f…
//! 3c9f… github-pat accepted 2027-01-31 ops # rotated, kept for the audit
//! ```
//!
//! A line is the secret's hash under the file's salt, the rule, a state, the last day on which it holds, an owner and a
//! reason. Two baselines that were begun apart and merged have two salts; each entry is looked up under both.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::Path;

use data_encoding::HEXLOWER;
use scanner_core::NormHash;

use super::BaselineError;
use crate::keys::random_bytes;
use crate::limits::{BASELINE_BYTES_MAX, BASELINE_SALTS_MAX};

const HEADER: &str = "# scanner-rs baseline v1 salt=";

/// Context of the key that is derived from a salt.
const KEY_CONTEXT: &str = "scanner-rs baseline v1 file key";

/// Bytes of a hash that an entry shows.
const HASH_BYTES: usize = 16;

/// Stands for what is not known.
const NOTHING: &str = "-";

/// A known finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaselineEntry {
    /// The secret's hash under the file's salt, hexadecimal.
    pub hash: String,
    /// The rule.
    pub rule: String,
    /// What was decided; any word.
    pub state: String,
    /// The last day on which it holds, as in 2027-01-31.
    pub expires: Option<String>,
    /// Who decided.
    pub owner: Option<String>,
    /// Why; may be empty.
    pub reason: String,
}

impl BaselineEntry {
    fn line(&self) -> String {
        let word = |text: Option<&str>| match text.map(one_word).filter(|text| !text.is_empty()) {
            Some(text) => text,
            None => NOTHING.to_owned(),
        };
        let mut line = format!(
            "{} {} {} {} {}",
            self.hash,
            self.rule,
            word(Some(&self.state)),
            word(self.expires.as_deref()),
            word(self.owner.as_deref())
        );
        let reason = self.reason.split_whitespace().collect::<Vec<_>>().join(" ");
        if !reason.is_empty() {
            let _ = write!(line, " # {reason}");
        }
        line
    }
}

/// The entries of a file.
#[derive(Clone, Debug)]
pub struct NativeBaseline {
    salts: Vec<(String, [u8; 32])>,
    entries: Vec<BaselineEntry>,
    by_key: BTreeMap<(String, String), usize>,
}

impl NativeBaseline {
    /// No entries, and a new salt.
    ///
    /// # Errors
    ///
    /// The system gives no random bytes.
    pub fn create() -> Result<Self, BaselineError> {
        let salt = random_bytes::<16>().map_err(BaselineError::NoRandomness)?;
        let mut this = Self { salts: Vec::new(), entries: Vec::new(), by_key: BTreeMap::new() };
        this.add_salt(&HEXLOWER.encode(&salt));
        Ok(this)
    }

    /// Reads a file of ours.
    ///
    /// # Errors
    ///
    /// The first line that cannot be read.
    pub fn read(path: &Path) -> Result<Self, BaselineError> {
        let file = path.display().to_string();
        let text = read_text(path)?;
        if !is_native(&text) {
            return Err(BaselineError::Unknown { file });
        }
        Self::parse(&file, &text)
    }

    pub(super) fn parse(file: &str, text: &str) -> Result<Self, BaselineError> {
        let mut this = Self { salts: Vec::new(), entries: Vec::new(), by_key: BTreeMap::new() };
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if let Some(rest) = line.strip_prefix(HEADER) {
                this.add_salt(rest.split_whitespace().next().unwrap_or_default());
                if this.salts.len() > BASELINE_SALTS_MAX {
                    let limit = BASELINE_SALTS_MAX;
                    return Err(BaselineError::Salts { file: file.to_owned(), limit });
                }
            } else if !line.is_empty() && !line.starts_with('#') {
                this.insert(parse_line(file, index + 1, line)?);
            }
        }
        Ok(this)
    }

    /// All entries.
    pub fn entries(&self) -> &[BaselineEntry] {
        &self.entries
    }

    /// The entry of a secret and rule.
    pub fn find(&self, rule: &str, hash: &NormHash) -> Option<usize> {
        self.salts
            .iter()
            .find_map(|(_, key)| self.by_key.get(&(salted(key, hash), rule.to_owned())).copied())
    }

    /// The hash of a secret under the salt that new entries take.
    pub fn hash(&self, hash: &NormHash) -> String {
        self.salts.first().map(|(_, key)| salted(key, hash)).unwrap_or_default()
    }

    /// Adds an entry; one of the same secret and rule is replaced.
    pub fn insert(&mut self, entry: BaselineEntry) {
        let key = (entry.hash.clone(), entry.rule.clone());
        if let Some(index) = self.by_key.get(&key) {
            self.entries[*index] = entry;
        } else {
            self.by_key.insert(key, self.entries.len());
            self.entries.push(entry);
        }
    }

    /// Keeps the entries for which `keep` says so, and gives the others back.
    pub fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) -> Vec<BaselineEntry> {
        let mut dropped = Vec::new();
        let all = std::mem::take(&mut self.entries);
        self.by_key.clear();
        for (index, entry) in all.into_iter().enumerate() {
            if keep(index) { self.insert(entry) } else { dropped.push(entry) }
        }
        dropped
    }

    /// The file's text: salts, then entries, both sorted.
    pub fn to_text(&self) -> String {
        let mut salts: Vec<&str> = self.salts.iter().map(|(salt, _)| salt.as_str()).collect();
        salts.sort_unstable();
        let mut lines: Vec<String> = self.entries.iter().map(BaselineEntry::line).collect();
        lines.sort();
        let heads = salts.iter().map(|salt| format!("{HEADER}{salt}"));
        heads.chain(lines).fold(String::new(), |text, line| text + &line + "\n")
    }

    /// Puts the text in the place of the file as a whole.
    ///
    /// # Errors
    ///
    /// The system refuses; then the old file is as it was.
    pub fn write(&self, path: &Path) -> Result<(), BaselineError> {
        let fail = |source| BaselineError::File { file: path.display().to_string(), source };
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(name);
        let written = std::fs::File::create(&part)
            .and_then(|mut file| {
                file.write_all(self.to_text().as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| std::fs::rename(&part, &path));
        written.map_err(|source| {
            let _ = std::fs::remove_file(&part);
            fail(source)
        })
    }

    fn add_salt(&mut self, salt: &str) {
        if self.salts.iter().all(|(known, _)| known != salt) {
            self.salts.push((salt.to_owned(), blake3::derive_key(KEY_CONTEXT, salt.as_bytes())));
        }
    }
}

/// Whether a text is a baseline of ours.
pub(super) fn is_native(text: &str) -> bool {
    text.lines().any(|line| line.starts_with(HEADER))
}

/// The text of a file, if it is not absurdly long.
pub(super) fn read_text(path: &Path) -> Result<String, BaselineError> {
    let file = path.display().to_string();
    let fail = |source| BaselineError::File { file: file.clone(), source };
    let mut bytes = Vec::new();
    let open = std::fs::File::open(path).map_err(fail)?;
    open.take(BASELINE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > BASELINE_BYTES_MAX {
        return Err(BaselineError::TooLarge { file, limit: BASELINE_BYTES_MAX });
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

fn salted(key: &[u8; 32], hash: &NormHash) -> String {
    HEXLOWER.encode(&blake3::keyed_hash(key, &hash.0).as_bytes()[..HASH_BYTES])
}

fn parse_line(file: &str, line: usize, text: &str) -> Result<BaselineEntry, BaselineError> {
    let fail = || BaselineError::Line { file: file.to_owned(), line };
    let (fields, reason) = match text.split_once(" # ") {
        Some((fields, reason)) => (fields, reason.trim()),
        None => (text.trim_end_matches(" #"), ""),
    };
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let &[hash, rule, state, expires, owner] = fields.as_slice() else { return Err(fail()) };
    if hash.len() != 2 * HASH_BYTES || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(fail());
    }
    if expires != NOTHING && !is_date(expires) {
        let (file, date) = (file.to_owned(), expires.to_owned());
        return Err(BaselineError::Date { file, line, date });
    }
    let known = |text: &str| (text != NOTHING).then(|| text.to_owned());
    Ok(BaselineEntry {
        hash: hash.to_ascii_lowercase(),
        rule: rule.to_owned(),
        state: state.to_owned(),
        expires: known(expires),
        owner: known(owner),
        reason: reason.to_owned(),
    })
}

fn is_date(text: &str) -> bool {
    let is_digit = |at: usize, byte: u8| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 10 && text.bytes().enumerate().all(|(at, byte)| is_digit(at, byte))
}

/// The text as one word.
fn one_word(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(baseline: &NativeBaseline, rule: &str, secret: u8) -> BaselineEntry {
        BaselineEntry {
            hash: baseline.hash(&NormHash([secret; 32])),
            rule: rule.to_owned(),
            state: "accepted".to_owned(),
            expires: Some("2027-01-31".to_owned()),
            owner: Some("the ops".to_owned()),
            reason: "kept for\nthe audit".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_back_sorted() {
        let mut baseline = NativeBaseline::create().unwrap();
        for secret in [3, 1, 2, 1] {
            baseline.insert(entry(&baseline, "r", secret));
        }
        let text = baseline.to_text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].starts_with(HEADER) && lines[1..].is_sorted());
        assert!(lines[1].ends_with("r accepted 2027-01-31 the_ops # kept for the audit"), "{text}");
        let read = NativeBaseline::parse("f", &text).unwrap();
        assert_eq!(read.to_text(), text);
        assert!(read.find("r", &NormHash([1; 32])).is_some());
        assert!(read.find("s", &NormHash([1; 32])).is_none());
        assert!(read.find("r", &NormHash([4; 32])).is_none());
    }

    #[test]
    fn two_baselines_merge_by_union() {
        let (mut a, mut b) = (NativeBaseline::create().unwrap(), NativeBaseline::create().unwrap());
        a.insert(entry(&a, "r", 1));
        b.insert(entry(&b, "r", 2));
        let merged = NativeBaseline::parse("f", &(a.to_text() + &b.to_text())).unwrap();
        for secret in [1, 2] {
            assert!(merged.find("r", &NormHash([secret; 32])).is_some());
        }
        assert_eq!(merged.to_text().lines().count(), 4);
    }

    #[test]
    fn two_files_show_different_hashes_of_the_same_secret() {
        let (a, b) = (NativeBaseline::create().unwrap(), NativeBaseline::create().unwrap());
        assert_ne!(a.hash(&NormHash([1; 32])), b.hash(&NormHash([1; 32])));
    }

    #[test]
    fn bad_lines_are_named() {
        let head = format!("{HEADER}00\n");
        let hash = "0".repeat(32);
        for (line, want) in [
            ("nonsense", "f:2: expected"),
            (&*format!("{hash} r accepted"), "f:2: expected"),
            (&*format!("{} r accepted - -", &hash[1..]), "f:2: expected"),
            (&*format!("{hash} r accepted soon -"), "f:2: `soon` is no date"),
        ] {
            let error = NativeBaseline::parse("f", &format!("{head}{line}\n")).unwrap_err();
            assert!(error.to_string().starts_with(want), "{error}");
        }
        let salts =
            (0..=BASELINE_SALTS_MAX).fold(String::new(), |t, n| t + &format!("{HEADER}{n}\n"));
        assert!(matches!(NativeBaseline::parse("f", &salts), Err(BaselineError::Salts { .. })));
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b");
        let baseline = NativeBaseline::create().unwrap();
        baseline.write(&path).unwrap();
        baseline.write(&path).unwrap();
        assert_eq!(NativeBaseline::read(&path).unwrap().to_text(), baseline.to_text());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        std::fs::write(&path, "hello").unwrap();
        assert!(matches!(NativeBaseline::read(&path), Err(BaselineError::Unknown { .. })));
    }
}
