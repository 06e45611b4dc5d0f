-- The other parts of a credential beside this place: JSON, redacted where a part is secret; empty where there are none.
ALTER TABLE occurrences ADD COLUMN parts TEXT NOT NULL DEFAULT '';
