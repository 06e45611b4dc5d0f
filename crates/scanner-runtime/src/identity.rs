//! Who a finding is: keyed hashes for outputs, and what is ignored by stable identity.

use std::sync::Arc;

use scanner_core::{FindingRec, NormHash, ObjectPath, RuleInfo, SourceKind};
use scanner_store::{Keys, ObjectKey, OccurrenceSpans, RuleEncoding};

/// Decides by stable identity whether a finding is ignored, and says the line that would ignore it.
pub trait Ignores: Send + Sync + std::fmt::Debug {
    /// Whether the secret, or the place, is ignored for this rule.
    fn silences(&self, rule: &str, hash: &NormHash, path: &ObjectPath, line: u64) -> bool;

    /// What to write into the ignore file.
    fn ignore_id(&self, rule: &str, hash: &NormHash) -> String;
}

/// Nothing is ignored.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoIgnores;

impl Ignores for NoIgnores {
    fn silences(&self, _: &str, _: &NormHash, _: &ObjectPath, _: u64) -> bool {
        false
    }

    fn ignore_id(&self, _: &str, _: &NormHash) -> String {
        String::new()
    }
}

/// Keys and ignores of a run.
#[derive(Clone, Debug)]
pub struct Identities {
    /// Keys of the hashes that leave the process.
    pub keys: Arc<Keys>,
    /// What is ignored.
    pub ignores: Arc<dyn Ignores>,
}

/// The hashes of a finding, in hexadecimal.
pub(crate) struct Hashes {
    pub(crate) secret: String,
    pub(crate) occurrence: String,
}

impl Identities {
    /// The hashes of a finding.
    pub(crate) fn hashes(
        &self,
        rule: &RuleInfo,
        rec: &FindingRec,
        hash: &NormHash,
        (source, path): (SourceKind, &ObjectPath),
    ) -> Hashes {
        let fingerprint = scanner_store::rule_fingerprint(&self.keys, &RuleEncoding::new(&rule.id));
        let secret = scanner_store::secret_hash(&self.keys, hash);
        let object = match source {
            SourceKind::Stdin => ObjectKey::stdin(),
            SourceKind::Git => ObjectKey::git("", &path.lossy()),
            _ => ObjectKey::fs(path.as_bytes()),
        };
        let spans = OccurrenceSpans::at_root(rec.root, rec.variant);
        let occurrence =
            scanner_store::occurrence_id(&self.keys, &object, &fingerprint, &secret, &spans);
        Hashes { secret: secret.to_hex(), occurrence: occurrence.to_hex() }
    }
}
