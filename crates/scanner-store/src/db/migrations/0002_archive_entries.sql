-- How many of the objects that a run scanned were entries of archives.
ALTER TABLE runs ADD COLUMN archive_entries INTEGER NOT NULL DEFAULT 0;
