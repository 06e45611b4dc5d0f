-- When an entry of an archive last changed (seconds since 1970), as the archive says.
ALTER TABLE occurrences ADD COLUMN modified INTEGER;
