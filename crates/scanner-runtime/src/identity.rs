//! Who a finding is: keyed hashes for outputs, and what is ignored by stable identity.

use std::sync::Arc;

use scanner_core::{
    DecodeKind, Finding, FindingRec, NormHash, ObjectPath, Place, RootSpan, RuleInfo, SecretBytes,
    SourceKind, Variant,
};
use scanner_store::{Keys, ObjectKey, OccurrenceSpans, RuleEncoding};

use crate::key_paths::KeyPaths;

/// A finding about which something may have been decided.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The rule.
    pub rule: &'a str,
    /// The secret.
    pub hash: &'a NormHash,
    /// Its bytes; withheld where the finding comes from a store.
    pub secret: &'a SecretBytes,
    /// The object, as identities see it.
    pub path: &'a ObjectPath,
    /// The line, from 1.
    pub line: u64,
    /// The first commit that has it, for what stands in history.
    pub commit: Option<&'a str>,
}

/// Decides by stable identity whether a finding is ignored, and says the line that would ignore it.
pub trait Ignores: Send + Sync + std::fmt::Debug {
    /// Whether the secret, or the place, is ignored for this rule.
    fn silences(&self, candidate: &Candidate<'_>) -> bool;

    /// What to write into the ignore file; empty where this is none.
    fn ignore_id(&self, rule: &str, hash: &NormHash) -> String {
        let _ = (rule, hash);
        String::new()
    }

    /// Whether the bytes of secrets have to be known, so that stored findings cannot be judged.
    fn needs_secrets(&self) -> bool {
        false
    }
}

/// Nothing is ignored.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoIgnores;

impl Ignores for NoIgnores {
    fn silences(&self, _: &Candidate<'_>) -> bool {
        false
    }
}

/// Several, of which one is enough. All are asked, so that each knows which of its entries are still needed.
#[derive(Clone, Debug, Default)]
pub struct IgnoreChain(pub Vec<Arc<dyn Ignores>>);

impl Ignores for IgnoreChain {
    fn silences(&self, candidate: &Candidate<'_>) -> bool {
        self.0.iter().filter(|one| one.silences(candidate)).count() > 0
    }

    fn ignore_id(&self, rule: &str, hash: &NormHash) -> String {
        let ids = self.0.iter().map(|one| one.ignore_id(rule, hash));
        ids.into_iter().find(|id| !id.is_empty()).unwrap_or_default()
    }

    fn needs_secrets(&self) -> bool {
        self.0.iter().any(|one| one.needs_secrets())
    }
}

/// Keys and ignores of a run.
#[derive(Clone, Debug)]
pub struct Identities {
    /// Keys of the hashes that leave the process.
    pub keys: Arc<Keys>,
    /// What is ignored.
    pub ignores: Arc<dyn Ignores>,
    /// Paths as identities see them.
    pub paths: KeyPaths,
}

/// The hashes of a finding, in hexadecimal.
pub(crate) struct Hashes {
    pub(crate) secret: String,
    pub(crate) occurrence: String,
}

impl Identities {
    /// A finding of a history as it stands at another of its places.
    pub(crate) fn at_place(&self, finding: &Finding, place: &Place) -> Finding {
        let location = place.location;
        let root = RootSpan {
            start: location.offset,
            end: location.offset.saturating_add(location.length),
        };
        let variant = Variant::ALL.into_iter().find(|variant| {
            variant.decode_kind().is_some_and(|kind| finding.decode.contains(&kind))
        });
        let spans = OccurrenceSpans::at_root(root, variant.unwrap_or_default());
        let object = place.git.as_ref().map(|git| git.object.as_str()).unwrap_or_default();
        let object = ObjectKey::git("", object);
        let rule = RuleEncoding::new(&finding.rule.id);
        let rule = scanner_store::rule_fingerprint(&self.keys, &rule);
        let secret = scanner_store::secret_hash(&self.keys, &finding.norm_hash);
        let id = scanner_store::occurrence_id(&self.keys, &object, &rule, &secret, &spans);
        Finding {
            path: place.path.clone(),
            location,
            modified: place.modified,
            git: place.git.clone(),
            occurrence_id: id.to_hex(),
            // They stand beside the place that is told first.
            parts: Vec::new(),
            ..finding.clone()
        }
    }

    /// The hashes of a finding.
    pub(crate) fn hashes(
        &self,
        rule: &RuleInfo,
        (rec, decode): (&FindingRec, &[DecodeKind]),
        hash: &NormHash,
        (source, path): (SourceKind, &ObjectPath),
    ) -> Hashes {
        let fingerprint = scanner_store::rule_fingerprint(&self.keys, &RuleEncoding::new(&rule.id));
        let secret = scanner_store::secret_hash(&self.keys, hash);
        let object = match source {
            SourceKind::Stdin => ObjectKey::stdin(),
            SourceKind::Git => ObjectKey::git("", &path.lossy()),
            _ => ObjectKey::fs(self.paths.of(path).as_bytes()),
        };
        let spans = OccurrenceSpans::of_record(rec, decode);
        let occurrence =
            scanner_store::occurrence_id(&self.keys, &object, &fingerprint, &secret, &spans);
        Hashes { secret: secret.to_hex(), occurrence: occurrence.to_hex() }
    }
}
