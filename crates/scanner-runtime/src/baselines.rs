//! Baselines of a scan as ignores.

use std::sync::atomic::{AtomicU64, Ordering};

use scanner_store::{Baseline, Known, Lookup};

use crate::identity::{Candidate, Ignores};

/// All baselines of a run, and how many findings are in them no more for their day is over.
#[derive(Debug, Default)]
pub struct Baselines {
    all: Vec<Baseline>,
    expired: AtomicU64,
}

impl Baselines {
    /// These baselines; one of them is enough to silence a finding.
    pub fn new(all: Vec<Baseline>) -> Self {
        Self { all, expired: AtomicU64::new(0) }
    }

    /// The baselines.
    pub fn all(&self) -> &[Baseline] {
        &self.all
    }

    /// Findings that would be known, but that their entry's last day is over.
    pub fn expired(&self) -> u64 {
        self.expired.load(Ordering::Relaxed)
    }
}

impl Ignores for Baselines {
    fn silences(&self, candidate: &Candidate<'_>) -> bool {
        let lookup = Lookup {
            rule: candidate.rule,
            hash: candidate.hash,
            secret: candidate.secret,
            path: candidate.path.as_bytes(),
            line: candidate.line,
            commit: candidate.commit,
        };
        let mut said = Known::No;
        for baseline in &self.all {
            match baseline.knows(&lookup) {
                Known::Yes => said = Known::Yes,
                Known::Expired if said == Known::No => said = Known::Expired,
                Known::Expired | Known::No => {}
            }
        }
        if said == Known::Expired {
            self.expired.fetch_add(1, Ordering::Relaxed);
        }
        said == Known::Yes
    }

    fn needs_secrets(&self) -> bool {
        self.all.iter().any(Baseline::needs_secrets)
    }
}
