//! Who a finding is, what was decided about it, and what earlier runs have seen.
//!
//! | file | what it holds |
//! |---|---|
//! | `keys.rs`, `identity.rs` | keys, and the stable identities that are made with them |
//! | `db/` | the database: opening, the writer of a run, reading back, checking, forgetting |
//! | `query/` | listings with filters and pages, and the difference of two runs |
//! | `triage.rs` | decisions about secrets, and their history |
//! | `baseline/` | lists of known findings in a repository, ours and those of other tools |
//!
//! Nothing here ever holds a secret: what is stored is a keyed hash, a hash that only the key opens, and the redacted
//! form that reports show.

mod baseline;
mod db;
mod error;
mod identity;
mod keys;
mod limits;
mod query;
mod triage;

pub use baseline::{Baseline, BaselineEntry, BaselineError, Known, Lookup, NativeBaseline};
pub use db::{
    BUSY_TIMEOUT_DEFAULT, CheckReport, CleanObjects, FolderEntries, GcReport, History, HistoryEnd,
    Keep, Marks, Remembered, RememberedObject, RootName, RunStart, SeenSet, SqliteStoreProducer,
    Store, StoreOptions, StoredRun, StoredRunData,
};
pub use error::StoreError;
pub use identity::{
    IdentityError, ObjectKey, OccurrenceFlags, OccurrenceId, OccurrenceSpans, PAYLOAD_VERSION,
    RuleEncoding, RuleFingerprint, RuleSetHash, SecretHash, occurrence_id, rule_fingerprint,
    rule_set_hash, secret_hash,
};
pub use keys::{KEY_BYTES, KeyError, KeyMode, KeyProblem, Keys, containing_root, create_key_file};
pub use limits::FOLDER_BYTES_MAX;
pub use query::{
    Change, DiffRow, FindingFilter, FindingRow, Page, RunScope, SecretFilter, SecretRow,
};
pub use triage::{Decision, TriageState, UnknownState};
