//! Baselines: findings that are known, in a file that stands in the repository.
//!
//! Ours are told by rule and secret, under a salt of the file, so that they need no shared key, reveal nothing, and hold
//! wherever the secret is moved to. Those of other tools are read as they are: by the secret where they tell it, else by
//! its place.

mod foreign;
mod native;

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use scanner_core::{NormHash, SecretBytes};

pub use native::{BaselineEntry, NativeBaseline};

use foreign::Foreign;

/// A baseline that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BaselineError {
    /// The system refuses.
    #[error("the baseline {file}: {source}")]
    File {
        /// The file.
        file: String,
        /// What it says.
        source: std::io::Error,
    },
    /// It is larger than any baseline.
    #[error("the baseline {file} is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        file: String,
        /// The limit.
        limit: u64,
    },
    /// A line of ours that cannot be read.
    #[error(
        "{file}:{line}: expected `hash rule state expires owner # reason`, with - for what is not known"
    )]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// A date that is none.
    #[error("{file}:{line}: `{date}` is no date; write it as in 2027-01-31, or -")]
    Date {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The date.
        date: String,
    },
    /// More salts than merging makes.
    #[error("{file} has more than {limit} salts; make it anew with `baseline create`")]
    Salts {
        /// The file.
        file: String,
        /// The limit.
        limit: usize,
    },
    /// JSON that is none.
    #[error("the baseline {file} is no JSON that is read here: {source}")]
    Json {
        /// The file.
        file: String,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// Nothing that is known.
    #[error(
        "{file} is no baseline that is read here; known are those of scanner-rs, gitleaks and detect-secrets"
    )]
    Unknown {
        /// The file.
        file: String,
    },
    /// The system gave no randomness for a salt.
    #[error("the system gave no random bytes: {0}")]
    NoRandomness(getrandom::Error),
}

/// A finding that is looked up.
#[derive(Clone, Copy, Debug)]
pub struct Lookup<'a> {
    /// The rule.
    pub rule: &'a str,
    /// The secret.
    pub hash: &'a NormHash,
    /// Its bytes; withheld where they are not known.
    pub secret: &'a SecretBytes,
    /// The path below the repository.
    pub path: &'a [u8],
    /// The line, from 1.
    pub line: u64,
    /// The commit, in history.
    pub commit: Option<&'a str>,
}

/// What a baseline says of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    No,
    /// It is known.
    Yes,
    /// It was known until a day that is over.
    Expired,
}

/// A baseline of any kind, and which of its entries were needed.
#[derive(Debug)]
pub struct Baseline {
    file: String,
    today: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Native { baseline: NativeBaseline, used: Vec<AtomicBool> },
    Foreign(Foreign),
}

impl Baseline {
    /// Reads a baseline of any kind, told by its content. `rules` are the rules of the scan: an entry of another tool
    /// that names one of them is for that rule only.
    ///
    /// # Errors
    ///
    /// It cannot be read, and where.
    pub fn read(path: &Path, today: &str, rules: &HashSet<String>) -> Result<Self, BaselineError> {
        let file = path.display().to_string();
        let text = native::read_text(path)?;
        let kind = if native::is_native(&text) {
            let baseline = NativeBaseline::parse(&file, &text)?;
            let used = baseline.entries().iter().map(|_| AtomicBool::new(false)).collect();
            Kind::Native { baseline, used }
        } else {
            Kind::Foreign(Foreign::parse(&file, &text, rules)?)
        };
        Ok(Self { file, today: today.to_owned(), kind })
    }

    /// What is known of a finding. Marks the entry as needed.
    pub fn knows(&self, lookup: &Lookup<'_>) -> Known {
        match &self.kind {
            Kind::Native { baseline, used } => {
                let Some(index) = baseline.find(lookup.rule, lookup.hash) else { return Known::No };
                used[index].store(true, Ordering::Relaxed);
                let expires = baseline.entries()[index].expires.as_deref();
                if expires.is_some_and(|day| *day < *self.today) {
                    Known::Expired
                } else {
                    Known::Yes
                }
            }
            Kind::Foreign(foreign) if foreign.knows(lookup) => Known::Yes,
            Kind::Foreign(_) => Known::No,
        }
    }

    /// The file, as it was named.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Whether secrets have to be known to look them up.
    pub fn needs_secrets(&self) -> bool {
        matches!(&self.kind, Kind::Foreign(foreign) if foreign.needs_secrets())
    }

    /// Entries that were not needed.
    pub fn stale(&self) -> usize {
        match &self.kind {
            Kind::Native { used, .. } => count_unused(used),
            Kind::Foreign(foreign) => foreign.stale(),
        }
    }

    /// Entries that are held by their place alone, so that a moved line makes them void.
    pub fn positional(&self) -> usize {
        match &self.kind {
            Kind::Native { .. } => 0,
            Kind::Foreign(foreign) => foreign.positional(),
        }
    }

    /// Lines or entries that could not be understood.
    pub fn ignored(&self) -> usize {
        match &self.kind {
            Kind::Native { .. } => 0,
            Kind::Foreign(foreign) => foreign.ignored(),
        }
    }
}

fn count_unused(used: &[AtomicBool]) -> usize {
    used.iter().filter(|used| !used.load(Ordering::Relaxed)).count()
}
