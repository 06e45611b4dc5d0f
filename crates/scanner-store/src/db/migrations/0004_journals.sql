-- Findings of large runs wait in a journal beside the database until somebody asks for them.
ALTER TABLE runs ADD COLUMN journal INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN journal_bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN journal_findings INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN journal_folded INTEGER NOT NULL DEFAULT 0;
CREATE INDEX runs_journal ON runs (id) WHERE journal != 0;
