//! Made-up findings, and a store to put them into.

use std::path::Path;
use std::sync::Arc;

use scanner_core::{
    Confidence, FileState, Finding, Location, NormHash, ObjectBatch, ObjectPath, RuleInfo, RunInfo,
    SecretBytes, Severity, SourceKind, Status, StoreProducer as _, StoredFinding, Summary,
    Validation,
};
use scanner_store::{
    Keys, ObjectKey, OccurrenceSpans, RootName, RuleEncoding, RuleSetHash, RunStart,
    SqliteStoreProducer, Store, StoreError, StoreOptions, occurrence_id, rule_fingerprint,
    rule_set_hash, secret_hash,
};

/// The key of all tests.
pub(crate) fn keys() -> Arc<Keys> {
    Arc::new(Keys::from_bytes(&[7; 32]))
}

/// Opens or makes a store.
pub(crate) fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open_or_create(&StoreOptions::at(path), keys())
}

/// The rule set of all tests.
pub(crate) fn rule_set() -> RuleSetHash {
    rule_set_hash(&[RuleEncoding::new("demo")], &RuleEncoding::new("settings"))
}

/// A root.
pub(crate) fn root(name: &str) -> RootName {
    RootName { kind: "fs".to_owned(), name: name.to_owned() }
}

/// Begins a run over a root.
pub(crate) fn begin(
    store: Store,
    name: &str,
    started: u64,
) -> Result<SqliteStoreProducer, StoreError> {
    let info = RunInfo {
        version: "0".to_owned(),
        targets: vec![name.to_owned()],
        rules: vec![rule("demo-0", Severity::High)],
        started_unix: started,
        stable_identities: true,
    };
    store.begin_run(&RunStart { info: &info, root: &root(name), rule_set: &rule_set() })
}

/// A rule.
pub(crate) fn rule(id: &str, severity: Severity) -> Arc<RuleInfo> {
    Arc::new(RuleInfo {
        id: id.to_owned(),
        name: "Demo".to_owned(),
        service: "demo".to_owned(),
        description: "A demonstration.".to_owned(),
        reference: String::new(),
        severity,
        tags: vec!["a".to_owned(), "b".to_owned()],
    })
}

/// The secret `secret` at line `line` of a file, found by a rule.
pub(crate) fn finding(rule: &Arc<RuleInfo>, secret: u64, path: &str, line: u64) -> Finding {
    let keys = Keys::from_bytes(&[7; 32]);
    let text = format!("made-up-secret-number-{secret:08}");
    let norm_hash = NormHash(*blake3::hash(text.as_bytes()).as_bytes());
    let hash = secret_hash(&keys, &norm_hash);
    let fingerprint = rule_fingerprint(&keys, &RuleEncoding::new(&rule.id));
    let place = scanner_core::RootSpan { start: line * 100, end: line * 100 + 30 };
    let spans = OccurrenceSpans::at_root(place, scanner_core::Variant::Raw);
    let object = ObjectKey::fs(path.as_bytes());
    Finding {
        rule: Arc::clone(rule),
        confidence: Confidence::Certain,
        score: 0.5,
        validation: Validation::None,
        path: ObjectPath::new(path.as_bytes()),
        source: SourceKind::Fs,
        location: Location {
            line,
            column: 3,
            end_line: line,
            end_column: 33,
            offset: place.start,
            length: 30,
        },
        modified: None,
        decode: Vec::new(),
        secret: SecretBytes::new(text.as_bytes()),
        norm_hash,
        secret_hash: hash.to_hex(),
        occurrence_id: occurrence_id(&keys, &object, &fingerprint, &hash, &spans).to_hex(),
        ignore_id: String::new(),
        context: "x = made…0001".to_owned(),
        line_hash: String::new(),
        git: None,
        places: Vec::new(),
        parts: Vec::new(),
    }
}

/// Emits the findings of a file.
pub(crate) fn emit(producer: &SqliteStoreProducer, path: &str, findings: &[Finding]) {
    let object = &ObjectPath::new(path.as_bytes());
    let stored: Vec<StoredFinding<'_>> = findings
        .iter()
        .map(|finding| StoredFinding { finding, path: &finding.path, silenced: false })
        .collect();
    producer.emit_batch(&ObjectBatch {
        object,
        state: Some(FileState([1; 16])),
        bytes: 100,
        suppressed: 0,
        findings: &stored,
    });
}

/// The summary of a run that scanned everything.
pub(crate) fn complete(findings: u64) -> Summary {
    Summary {
        status: Status::Complete,
        rules: 1,
        files: 1,
        bytes: 100,
        findings,
        ..Summary::default()
    }
}
