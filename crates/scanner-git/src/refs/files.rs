//! References as files, one each, and `packed-refs`.

use std::fs;
use std::path::Path;

use crate::mapped::read_file;
use crate::oid::Oid;
use crate::refs::{Gathered, RefStore, Value};

/// Longest file of one reference.
const REF_BYTES_MAX: u64 = 64 * 1024;

/// Folders inside folders of references.
const DEPTH_MAX: u32 = 256;

/// Reads `packed-refs`.
pub(super) fn read_packed(store: &RefStore<'_>, gathered: &mut Gathered) {
    let path = store.common_dir.join("packed-refs");
    let text = match read_file(&path, store.limits.large_file_bytes_max) {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => return gathered.warn(&path, error),
    };
    let digits = store.format.bytes() * 2;
    let mut bad = 0_u64;
    for line in text.split(|byte| *byte == b'\n') {
        if line.is_empty() || matches!(line[0], b'#' | b'^') {
            continue;
        }
        let parsed = line.split_at_checked(digits).and_then(|(hex, name)| {
            Some((Oid::from_hex(hex)?, name.strip_prefix(b" ")?.trim_ascii_end()))
        });
        match parsed {
            Some((oid, name)) if gathered.values.len() < store.limits.refs_max as usize => {
                gathered.values.insert(name.to_vec(), Value::Oid(oid));
            }
            _ => bad += 1,
        }
    }
    if bad > 0 {
        gathered.warn(&path, format!("{bad} lines not used"));
    }
}

/// Reads the files below `refs` of `dir`, and those like `HEAD` in `dir` itself; their names get `prefix`.
pub(super) fn read_loose(store: &RefStore<'_>, dir: &Path, prefix: &[u8], gathered: &mut Gathered) {
    if let Ok(entries) = fs::read_dir(dir) {
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.as_encoded_bytes();
            let is_pseudo = name == b"HEAD" || name.ends_with(b"_HEAD");
            if is_pseudo && name.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_') {
                read_one(store, &entry.path(), [prefix, name].concat(), gathered);
            }
        }
    }
    let mut open = vec![(dir.join("refs"), [prefix, b"refs"].concat(), 0)];
    while let Some((folder, name, depth)) = open.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if crate::mapped::is_absent(&error) => continue,
            Err(error) => {
                gathered.warn(&folder, error);
                continue;
            }
        };
        for entry in entries.flatten() {
            let name = [&name[..], b"/", entry.file_name().as_encoded_bytes()].concat();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEPTH_MAX => {
                    open.push((entry.path(), name, depth + 1));
                }
                Ok(kind) if kind.is_dir() => gathered.warn(&entry.path(), "too deep"),
                Ok(_) if name.ends_with(b".lock") => {}
                _ => read_one(store, &entry.path(), name, gathered),
            }
        }
    }
}

fn read_one(store: &RefStore<'_>, path: &Path, name: Vec<u8>, gathered: &mut Gathered) {
    if gathered.values.len() >= store.limits.refs_max as usize {
        return;
    }
    let text = match read_file(path, REF_BYTES_MAX) {
        Ok(Some(text)) => text,
        Ok(None) => return,
        Err(error) => return gathered.warn(path, error),
    };
    match parse(&text, store.format.bytes() * 2) {
        Some(value) => {
            gathered.values.insert(name, value);
        }
        // FETCH_HEAD may be empty, and the file of a reference while it is being written.
        None if text.trim_ascii().is_empty() => {}
        None => gathered.warn(path, "not a reference"),
    }
}

fn parse(text: &[u8], digits: usize) -> Option<Value> {
    if let Some(name) = text.strip_prefix(b"ref:") {
        return Some(Value::Symbolic(name.trim_ascii().to_vec()));
    }
    let (hex, rest) = text.split_at_checked(digits)?;
    let ends = rest.first().is_none_or(u8::is_ascii_whitespace);
    Oid::from_hex(hex).filter(|_| ends).map(Value::Oid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_files() {
        let hex = "a".repeat(40);
        let oid = Value::Oid(Oid::from_hex(hex.as_bytes()).unwrap());
        assert_eq!(parse(format!("{hex}\n").as_bytes(), 40), Some(oid.clone()));
        assert_eq!(parse(format!("{hex}\tnot-for-merge\tx").as_bytes(), 40), Some(oid));
        assert_eq!(parse(format!("{hex}a").as_bytes(), 40), None);
        assert_eq!(
            parse(b"ref: refs/heads/x\n", 40),
            Some(Value::Symbolic(b"refs/heads/x".to_vec()))
        );
        assert_eq!(parse(b"", 40), None);
    }
}
