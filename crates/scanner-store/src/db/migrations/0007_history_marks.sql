-- A history that is as it was is known by one hash of all its marks, and packs of which every object was looked at by their
-- checksums, so that neither the marks nor the ids need be read for it.
ALTER TABLE histories ADD COLUMN marks BLOB NOT NULL DEFAULT x'';
ALTER TABLE histories ADD COLUMN packs BLOB NOT NULL DEFAULT x'';
