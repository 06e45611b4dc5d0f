-- The tables of a new store: what the numbered files beside this one make, and changed with them. docs/store.md says what
-- each table is for.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Dimensions.

CREATE TABLE roots (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, name)
) STRICT;

CREATE TABLE paths (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE rules (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL UNIQUE,
    fingerprint BLOB NOT NULL,
    name TEXT NOT NULL,
    service TEXT NOT NULL,
    description TEXT NOT NULL,
    reference TEXT NOT NULL,
    severity INTEGER NOT NULL,
    tags TEXT NOT NULL
) STRICT;

CREATE TABLE rule_sets (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE secrets (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    sealed BLOB NOT NULL,
    redacted TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    root_count INTEGER NOT NULL DEFAULT 0,
    state TEXT,
    expires TEXT
) STRICT;
CREATE INDEX secrets_state ON secrets (state) WHERE state IS NOT NULL;
CREATE INDEX secrets_shared ON secrets (root_count) WHERE root_count > 1;

CREATE TABLE secret_roots (
    secret_id INTEGER NOT NULL REFERENCES secrets ON DELETE CASCADE,
    root_id INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE,
    PRIMARY KEY (secret_id, root_id)
) STRICT, WITHOUT ROWID;

-- Facts.

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL UNIQUE,
    root_id INTEGER NOT NULL REFERENCES roots,
    rule_set_id INTEGER NOT NULL REFERENCES rule_sets,
    status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'limited', 'incomplete', 'failed')),
    version TEXT NOT NULL,
    targets TEXT NOT NULL,
    started INTEGER NOT NULL,
    elapsed_ms INTEGER NOT NULL DEFAULT 0,
    rules INTEGER NOT NULL DEFAULT 0,
    files INTEGER NOT NULL DEFAULT 0,
    git_objects INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    findings INTEGER NOT NULL DEFAULT 0,
    suppressed INTEGER NOT NULL DEFAULT 0,
    history_suppressed INTEGER NOT NULL DEFAULT 0,
    reused INTEGER NOT NULL DEFAULT 0,
    lost INTEGER NOT NULL DEFAULT 0,
    interrupted INTEGER NOT NULL DEFAULT 0,
    skips TEXT NOT NULL DEFAULT '{}',
    warnings TEXT NOT NULL DEFAULT '[]',
    archive_entries INTEGER NOT NULL DEFAULT 0,
    journal INTEGER NOT NULL DEFAULT 0,
    journal_bytes INTEGER NOT NULL DEFAULT 0,
    journal_findings INTEGER NOT NULL DEFAULT 0,
    journal_folded INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_root ON runs (root_id, id);
CREATE INDEX runs_status ON runs (status, started);
CREATE INDEX runs_journal ON runs (id) WHERE journal != 0;

CREATE TABLE run_rules (
    rule_set_id INTEGER NOT NULL REFERENCES rule_sets ON DELETE CASCADE,
    rule_id INTEGER NOT NULL REFERENCES rules,
    PRIMARY KEY (rule_set_id, rule_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE occurrences (
    id INTEGER PRIMARY KEY,
    root_id INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE,
    occurrence BLOB NOT NULL,
    rule_id INTEGER NOT NULL REFERENCES rules,
    secret_id INTEGER NOT NULL REFERENCES secrets,
    path_id INTEGER NOT NULL REFERENCES paths,
    object_id INTEGER NOT NULL REFERENCES paths,
    source TEXT NOT NULL,
    line INTEGER NOT NULL,
    col INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    end_col INTEGER NOT NULL,
    start INTEGER NOT NULL,
    length INTEGER NOT NULL,
    confidence INTEGER NOT NULL,
    score REAL NOT NULL,
    validation TEXT NOT NULL,
    decode TEXT NOT NULL,
    context TEXT NOT NULL,
    line_hash TEXT NOT NULL,
    origin TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    modified INTEGER,
    parts TEXT NOT NULL DEFAULT '',
    UNIQUE (root_id, occurrence, path_id)
) STRICT;
CREATE INDEX occurrences_rule ON occurrences (rule_id);
CREATE INDEX occurrences_secret ON occurrences (secret_id);
CREATE INDEX occurrences_path ON occurrences (path_id);

CREATE TABLE observations (
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    occurrence_id INTEGER NOT NULL REFERENCES occurrences ON DELETE CASCADE,
    silenced INTEGER NOT NULL,
    PRIMARY KEY (run_id, occurrence_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX observations_occurrence ON observations (occurrence_id, run_id);

-- What later runs need not look at again.

CREATE TABLE objects (
    root_id INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE,
    rule_set_id INTEGER NOT NULL REFERENCES rule_sets ON DELETE CASCADE,
    path_id INTEGER NOT NULL REFERENCES paths,
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    state BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    suppressed INTEGER NOT NULL,
    PRIMARY KEY (root_id, rule_set_id, path_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX objects_run ON objects (run_id);

CREATE TABLE clean_files (
    root_id INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE,
    rule_set_id INTEGER NOT NULL REFERENCES rule_sets ON DELETE CASCADE,
    part INTEGER NOT NULL,
    states BLOB NOT NULL,
    PRIMARY KEY (root_id, rule_set_id, part)
) STRICT;

CREATE TABLE folders (
    root_id INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE,
    rule_set_id INTEGER NOT NULL REFERENCES rule_sets ON DELETE CASCADE,
    part INTEGER NOT NULL,
    entries BLOB NOT NULL,
    PRIMARY KEY (root_id, rule_set_id, part)
) STRICT;

CREATE TABLE seen_blobs (
    root_id INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE,
    rule_set_id INTEGER NOT NULL REFERENCES rule_sets ON DELETE CASCADE,
    part INTEGER NOT NULL,
    run_id INTEGER NOT NULL,
    found INTEGER NOT NULL,
    oid_bytes INTEGER NOT NULL,
    oids BLOB NOT NULL,
    PRIMARY KEY (root_id, rule_set_id, part)
) STRICT;

CREATE TABLE watermarks (
    root_id INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE,
    rule_set_id INTEGER NOT NULL REFERENCES rule_sets ON DELETE CASCADE,
    start_set TEXT NOT NULL,
    ref TEXT NOT NULL,
    oid BLOB NOT NULL,
    PRIMARY KEY (root_id, rule_set_id, start_set, ref)
) STRICT, WITHOUT ROWID;

CREATE TABLE histories (
    root_id INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE,
    rule_set_id INTEGER NOT NULL REFERENCES rule_sets ON DELETE CASCADE,
    start_set TEXT NOT NULL,
    run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    marks BLOB NOT NULL DEFAULT x'',
    packs BLOB NOT NULL DEFAULT x'',
    PRIMARY KEY (root_id, rule_set_id, start_set)
) STRICT, WITHOUT ROWID;
CREATE INDEX histories_run ON histories (run_id);

-- Decisions; nothing here is ever changed or deleted, the last one of a secret counts.

CREATE TABLE triage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    secret_id INTEGER NOT NULL REFERENCES secrets,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    owner TEXT NOT NULL,
    expires TEXT,
    decided_at INTEGER NOT NULL
) STRICT;
CREATE INDEX triage_secret ON triage (secret_id, id);
