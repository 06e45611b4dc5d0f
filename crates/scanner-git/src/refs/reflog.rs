//! Reflogs as files: every line has the id before and the id after.
//!
//! `gix-ref` gives neither id of a line whose author it cannot read. Those two are all that is wanted here, so its lines
//! are not used.

use std::fs;
use std::path::Path;

use crate::mapped::{is_absent, read_file};
use crate::oid::Oid;
use crate::refs::{Gathered, RefStore};

/// Folders inside folders of logs.
const DEPTH_MAX: u32 = 256;

/// Gathers the ids of all logs below `dir`.
pub(super) fn read_logs(store: &RefStore<'_>, dir: &Path, gathered: &mut Gathered) {
    let mut open = vec![(dir.join("logs"), 0)];
    while let Some((folder, depth)) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if is_absent(&error) => continue,
            Err(error) => {
                gathered.warn(&folder, error);
                continue;
            }
        };
        for entry in entries.flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEPTH_MAX => open.push((path, depth + 1)),
                Ok(kind) if kind.is_dir() => gathered.warn(&path, "too deep"),
                _ => match read_file(&path, store.limits.large_file_bytes_max) {
                    Ok(text) => read_lines(&path, &text.unwrap_or_default(), store, gathered),
                    Err(error) => gathered.warn(&path, error),
                },
            }
        }
    }
}

fn read_lines(path: &Path, text: &[u8], store: &RefStore<'_>, gathered: &mut Gathered) {
    let digits = store.format.bytes() * 2;
    for line in text.split(|byte| *byte == b'\n') {
        let before = line.get(..digits).and_then(Oid::from_hex);
        let after = line.get(digits + 1..2 * digits + 1).and_then(Oid::from_hex);
        for oid in [before, after].into_iter().flatten() {
            if !gathered.log(oid, store.limits) {
                return gathered.warn(path, "more ids than the limit");
            }
        }
    }
}
