//! Who a finding is, and what was decided about it.
mod identity;
mod keys;

pub use identity::{
    IdentityError, ObjectKey, OccurrenceFlags, OccurrenceId, OccurrenceSpans, PAYLOAD_VERSION,
    RuleEncoding, RuleFingerprint, RuleSetHash, SecretHash, occurrence_id, rule_fingerprint,
    rule_set_hash, secret_hash,
};
pub use keys::{KEY_BYTES, KeyError, KeyMode, KeyProblem, Keys, containing_root, create_key_file};
