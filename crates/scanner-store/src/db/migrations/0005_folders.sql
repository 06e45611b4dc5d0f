-- Entries of folders, so that a folder that has not changed need not be read again.
CREATE TABLE folders (
    root_id INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE,
    rule_set_id INTEGER NOT NULL REFERENCES rule_sets ON DELETE CASCADE,
    part INTEGER NOT NULL,
    entries BLOB NOT NULL,
    PRIMARY KEY (root_id, rule_set_id, part)
) STRICT;
