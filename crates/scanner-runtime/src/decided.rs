//! Decisions of the store as ignores: secrets that are no secrets, or that were accepted.

use std::collections::HashSet;
use std::sync::Arc;

use scanner_store::{Keys, SecretHash, secret_hash};

use crate::identity::{Candidate, Ignores};

/// Secrets about which scans keep quiet, for every rule and place.
#[derive(Debug)]
pub struct Decided {
    keys: Arc<Keys>,
    secrets: HashSet<SecretHash>,
}

impl Decided {
    /// Keeps quiet about these secrets, whose hashes were made with these keys.
    pub fn new(keys: Arc<Keys>, secrets: HashSet<SecretHash>) -> Self {
        Self { keys, secrets }
    }
}

impl Ignores for Decided {
    fn silences(&self, candidate: &Candidate<'_>) -> bool {
        !self.secrets.is_empty() && self.secrets.contains(&secret_hash(&self.keys, candidate.hash))
    }
}
