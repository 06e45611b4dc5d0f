//! Baselines and ignore files of other tools: `.gitleaksignore`, JSON reports of gitleaks, `.secrets.baseline` of
//! detect-secrets.
//!
//! Where an entry tells the secret, or a hash of it, it is held by that and survives moves. Where it tells a place only,
//! it is held by the place, as in the tool that wrote it. Rules of other tools have other names: an entry counts for
//! every rule, unless it names one that takes part in the scan.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

use scanner_core::NormHash;
use serde::Deserialize;
use sha1::{Digest as _, Sha1};

use super::{BaselineError, Lookup, count_unused};

/// What gitleaks writes where it redacts a whole secret.
const REDACTED: &str = "REDACTED";

/// An entry that is held by its place.
#[derive(Debug)]
struct Place {
    entry: usize,
    /// Only of this rule; `None` where the rule is unknown here.
    rule: Option<String>,
    /// Only in this commit; `None` for files.
    commit: Option<String>,
}

/// Entries of another tool.
#[derive(Debug, Default)]
pub(super) struct Foreign {
    secrets: HashMap<[u8; 32], usize>,
    hashed: HashMap<(Vec<u8>, [u8; 20]), usize>,
    places: HashMap<(Vec<u8>, u64), Vec<Place>>,
    used: Vec<AtomicBool>,
    positional: usize,
    ignored: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Leak {
    #[serde(rename = "RuleID")]
    rule: String,
    file: String,
    start_line: u64,
    #[serde(default)]
    commit: String,
    #[serde(default)]
    secret: String,
}

#[derive(Deserialize)]
struct SecretsBaseline {
    results: BTreeMap<String, Vec<HashedSecret>>,
}

#[derive(Deserialize)]
struct HashedSecret {
    hashed_secret: String,
}

impl Foreign {
    /// Reads a file, told by its content.
    pub(super) fn parse(
        file: &str,
        text: &str,
        rules: &HashSet<String>,
    ) -> Result<Self, BaselineError> {
        let json = |source| BaselineError::Json { file: file.to_owned(), source };
        let mut this = Self::default();
        match text.trim_start().chars().next() {
            Some('[') => {
                let leaks: Vec<Leak> = serde_json::from_str(text).map_err(json)?;
                for leak in &leaks {
                    this.add_leak(leak, rules);
                }
            }
            Some('{') => {
                let baseline: SecretsBaseline = serde_json::from_str(text).map_err(json)?;
                this.add_hashed(&baseline);
            }
            _ => {
                for line in text.lines() {
                    this.add_fingerprint(line.trim(), rules);
                }
                if this.used.is_empty() && this.ignored > 0 {
                    return Err(BaselineError::Unknown { file: file.to_owned() });
                }
            }
        }
        Ok(this)
    }

    /// Whether an entry fits. Every entry that does is marked as needed.
    pub(super) fn knows(&self, lookup: &Lookup<'_>) -> bool {
        let by_secret = self.secrets.get(&lookup.hash.0).copied();
        let by_hash = self.by_hash(lookup);
        let places = self.places.get(&(lookup.path.to_vec(), lookup.line));
        let fits = |place: &&Place| {
            place.rule.as_deref().is_none_or(|rule| rule == lookup.rule)
                && place.commit.as_deref().is_none_or(|commit| Some(commit) == lookup.commit)
        };
        let by_place = places.into_iter().flatten().filter(fits).map(|place| place.entry);
        let mut is_known = false;
        for entry in by_secret.into_iter().chain(by_hash).chain(by_place) {
            self.used[entry].store(true, Ordering::Relaxed);
            is_known = true;
        }
        is_known
    }

    fn by_hash(&self, lookup: &Lookup<'_>) -> Option<usize> {
        if self.hashed.is_empty() || lookup.secret.is_empty() {
            return None;
        }
        // Exposed because detect-secrets knows secrets by their SHA-1.
        let hash: [u8; 20] = Sha1::digest(lookup.secret.expose()).into();
        self.hashed.get(&(lookup.path.to_vec(), hash)).copied()
    }

    pub(super) fn needs_secrets(&self) -> bool {
        !self.hashed.is_empty()
    }

    pub(super) fn stale(&self) -> usize {
        count_unused(&self.used)
    }

    pub(super) fn positional(&self) -> usize {
        self.positional
    }

    pub(super) fn ignored(&self) -> usize {
        self.ignored
    }

    fn entry(&mut self) -> usize {
        self.used.push(AtomicBool::new(false));
        self.used.len() - 1
    }

    fn add_leak(&mut self, leak: &Leak, rules: &HashSet<String>) {
        let entry = self.entry();
        let is_whole =
            !leak.secret.is_empty() && leak.secret != REDACTED && !leak.secret.ends_with("...");
        if is_whole {
            let hash = NormHash(*blake3::hash(leak.secret.as_bytes()).as_bytes());
            self.secrets.insert(hash.0, entry);
            return;
        }
        self.positional += 1;
        let commit = (!leak.commit.is_empty()).then(|| leak.commit.clone());
        let place = Place { entry, rule: rules.get(&leak.rule).cloned(), commit };
        self.places.entry((path(&leak.file), leak.start_line)).or_default().push(place);
    }

    fn add_hashed(&mut self, baseline: &SecretsBaseline) {
        for (file, secrets) in &baseline.results {
            for secret in secrets {
                let digits = secret.hashed_secret.as_bytes();
                let hash = data_encoding::HEXLOWER_PERMISSIVE.decode(digits).ok();
                match hash.and_then(|hash| <[u8; 20]>::try_from(hash).ok()) {
                    Some(hash) => {
                        let entry = self.entry();
                        self.hashed.insert((path(file), hash), entry);
                    }
                    None => self.ignored += 1,
                }
            }
        }
    }

    /// `file:rule:line` or `commit:file:rule:line`; the file may hold colons itself.
    fn add_fingerprint(&mut self, line: &str, rules: &HashSet<String>) {
        let text = line.split(" #").next().unwrap_or_default().trim();
        if text.is_empty() || text.starts_with('#') {
            return;
        }
        let mut parts = text.rsplitn(3, ':');
        let number = parts.next().and_then(|number| number.parse::<u64>().ok());
        let (rule, rest) = (parts.next(), parts.next());
        let (Some(number), Some(rule), Some(rest)) = (number, rule, rest) else {
            self.ignored += 1;
            return;
        };
        let (commit, file) = match rest.split_once(':') {
            Some((commit, file)) if is_commit(commit) => (Some(commit.to_owned()), file),
            _ => (None, rest),
        };
        let entry = self.entry();
        self.positional += 1;
        let place = Place { entry, rule: rules.get(rule).cloned(), commit };
        self.places.entry((path(file), number)).or_default().push(place);
    }
}

/// A path as identities see it: below the repository, with forward slashes.
fn path(text: &str) -> Vec<u8> {
    let text = text.replace('\\', "/");
    let text = text.trim_start_matches("./");
    text.as_bytes().to_vec()
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanner_core::SecretBytes;

    fn rules() -> HashSet<String> {
        ["github-pat".to_owned()].into()
    }

    fn knows(
        foreign: &Foreign,
        rule: &str,
        secret: &str,
        place: (&str, u64, Option<&str>),
    ) -> bool {
        let (path, line, commit) = place;
        let hash = NormHash(*blake3::hash(secret.as_bytes()).as_bytes());
        let secret = SecretBytes::new(secret.as_bytes());
        let path = path.as_bytes();
        foreign.knows(&Lookup { rule, hash: &hash, secret: &secret, path, line, commit })
    }

    #[test]
    fn gitleaksignore_is_held_by_place_and_by_rule_where_it_is_ours() {
        let commit = "a".repeat(40);
        let text = format!(
            "# a comment\n\nsrc/a.env:github-pat:3\nc:d.txt:aws-key-of-theirs:7 # why\n{commit}:e.py:github-pat:1\n"
        );
        let foreign = Foreign::parse("f", &text, &rules()).unwrap();
        assert_eq!(
            (foreign.positional(), foreign.ignored(), foreign.needs_secrets()),
            (3, 0, false)
        );
        assert!(knows(&foreign, "github-pat", "x", ("src/a.env", 3, None)));
        assert!(!knows(&foreign, "other", "x", ("src/a.env", 3, None)));
        assert!(!knows(&foreign, "github-pat", "x", ("src/a.env", 4, None)));
        assert!(knows(&foreign, "whatever", "x", ("c:d.txt", 7, None)));
        assert!(!knows(&foreign, "github-pat", "x", ("e.py", 1, None)));
        assert_eq!(foreign.stale(), 1);
        assert!(knows(&foreign, "github-pat", "x", ("e.py", 1, Some(&commit))));
        assert_eq!(foreign.stale(), 0);
    }

    #[test]
    fn reports_of_gitleaks_are_held_by_the_secret_where_they_tell_it() {
        let text = r#"[{"RuleID":"x","File":"./a.py","StartLine":3,"Secret":"first-one","Commit":""},
                       {"RuleID":"x","File":"b.py","StartLine":9,"Secret":"REDACTED"}]"#;
        let foreign = Foreign::parse("f", text, &rules()).unwrap();
        assert!(knows(&foreign, "any", "first-one", ("moved/far.py", 99, None)));
        assert!(!knows(&foreign, "any", "second-one", ("a.py", 3, None)));
        assert!(knows(&foreign, "any", "whatever", ("b.py", 9, None)));
        assert_eq!((foreign.positional(), foreign.stale()), (1, 0));
    }

    #[test]
    fn detect_secrets_is_held_by_file_and_hash() {
        let hash = data_encoding::HEXLOWER.encode(&Sha1::digest(b"the-secret"));
        let text = format!(
            r#"{{"version":"1.5.0","plugins_used":[],"results":{{"a.py":[
                {{"type":"Secret Keyword","filename":"a.py","hashed_secret":"{hash}","line_number":4}},
                {{"type":"Broken","hashed_secret":"zz","line_number":5}}]}}}}"#
        );
        let foreign = Foreign::parse("f", &text, &rules()).unwrap();
        assert!(foreign.needs_secrets());
        assert!(knows(&foreign, "any", "the-secret", ("a.py", 400, None)));
        assert!(!knows(&foreign, "any", "the-secret", ("b.py", 4, None)));
        assert!(!knows(&foreign, "any", "another", ("a.py", 4, None)));
        assert_eq!((foreign.ignored(), foreign.stale()), (1, 0));
    }

    #[test]
    fn what_is_none_of_them_is_an_error() {
        for text in ["hello\nworld\n", "[1, 2]", "{\"a\": 1}", "[{\"RuleID\": 3}]"] {
            assert!(Foreign::parse("f", text, &rules()).is_err(), "{text}");
        }
        assert!(Foreign::parse("f", "", &rules()).is_ok());
    }
}
