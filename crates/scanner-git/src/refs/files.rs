//! References as files, one each, and `packed-refs`; `gix-ref` says what is in them.
//!
//! Folders are listed and files are read here: the store of `gix-ref` reads a file whole however large it is, waits for
//! named pipes, and passes over files with odd names without a word.

use std::fs;
use std::path::Path;

use gix_hash::Kind;
use gix_ref::file::loose::Reference;
use gix_ref::{FullName, Target, packed};

use crate::mapped::read_file;
use crate::oid::{ObjectFormat, Oid};
use crate::refs::{Gathered, Ref, RefStore, Value};

/// Longest file of one reference.
const REF_BYTES_MAX: u64 = 64 * 1024;

/// Folders inside folders of references.
const DEPTH_MAX: u32 = 256;

/// Bytes of a line of `packed-refs`, for a first guess at how many there are.
const PACKED_LINE_BYTES: usize = 56;

/// Reads `packed-refs`, before anything else is gathered. Its lines are sorted as a rule, and stay the list that they are.
pub(super) fn read_packed(store: &RefStore<'_>, gathered: &mut Gathered) {
    let path = store.common_dir.join("packed-refs");
    let text = match read_file(&path, store.limits.large_file_bytes_max) {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => return gathered.warn(&path, error),
    };
    let mut bad = 0_u64;
    let lines = packed::Iter::new(&text, kind(store.format)).or_else(|_| {
        // The head is not one that git writes; the rest may be.
        bad += 1;
        let head = text.iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| end + 1);
        packed::Iter::new(&text[head..], kind(store.format))
    });
    let refs_max = store.limits.refs_max as usize;
    let mut packed = Vec::with_capacity((text.len() / PACKED_LINE_BYTES).min(refs_max));
    for line in lines.into_iter().flatten() {
        match line.ok().and_then(|line| Some((line.name, Oid::from_hex(line.target)?))) {
            Some((name, target)) if packed.len() < refs_max => {
                let name = name.as_bstr().to_vec();
                if name.starts_with(b"refs/") {
                    packed.push(Ref { name, target });
                } else {
                    // Git packs nothing of the kind. A worktree may have it under another name.
                    gathered.values.insert(name, Value::Oid(target));
                }
            }
            _ => bad += 1,
        }
    }
    sort_packed(&mut packed);
    gathered.packed = packed;
    if bad > 0 {
        gathered.warn(&path, format!("{bad} lines not used"));
    }
}

/// By name; of those that have one name the last counts.
fn sort_packed(packed: &mut Vec<Ref>) {
    if packed.is_sorted_by(|a, b| a.name < b.name) {
        return;
    }
    packed.reverse();
    packed.sort_by(|a, b| a.name.cmp(&b.name));
    packed.dedup_by(|later, earlier| later.name == earlier.name);
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

/// Reads `HEAD` of the repository or worktree alone.
pub(super) fn read_head(store: &RefStore<'_>, gathered: &mut Gathered) {
    read_one(store, &store.git_dir.join("HEAD"), b"HEAD".to_vec(), gathered);
}

fn read_one(store: &RefStore<'_>, path: &Path, name: Vec<u8>, gathered: &mut Gathered) {
    if gathered.is_full(store.limits) {
        return;
    }
    let text = match read_file(path, REF_BYTES_MAX) {
        Ok(Some(text)) => text,
        Ok(None) => {
            // A link to a reference that is packed or unborn, as old versions of git made them.
            if let Ok(to) = fs::read_link(path)
                && to.starts_with("refs")
            {
                gathered
                    .values
                    .insert(name, Value::Symbolic(to.into_os_string().into_encoded_bytes()));
            }
            return;
        }
        Err(error) => return gathered.warn(path, error),
    };
    match parse(&text, store.format) {
        Some(value) => {
            gathered.values.insert(name, value);
        }
        // FETCH_HEAD may be empty, and the file of a reference while it is being written.
        None if text.trim_ascii().is_empty() => {}
        None => gathered.warn(path, "not a reference"),
    }
}

fn parse(text: &[u8], format: ObjectFormat) -> Option<Value> {
    // What stands in a file does not depend on its name, which git is less strict about than `gix-ref`.
    let name = FullName::try_from("HEAD").expect("a name that every repository has");
    Some(match Reference::try_from_path(name, text, kind(format)).ok()?.target {
        Target::Object(id) => Value::Oid(Oid::from_bytes(format, id.as_bytes())?),
        Target::Symbolic(name) => Value::Symbolic(name.as_bstr().to_vec()),
    })
}

fn kind(format: ObjectFormat) -> Kind {
    match format {
        ObjectFormat::Sha1 => Kind::Sha1,
        ObjectFormat::Sha256 => Kind::Sha256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_files() {
        let sha1 = |text: &str| parse(text.as_bytes(), ObjectFormat::Sha1);
        let hex = "a".repeat(40);
        let oid = Value::Oid(Oid::from_hex(hex.as_bytes()).unwrap());
        assert_eq!(sha1(&format!("{hex}\n")), Some(oid.clone()));
        assert_eq!(sha1(&format!("{hex}\tnot-for-merge\tx")), Some(oid));
        assert_eq!(sha1(&format!("{hex}a")), None);
        assert_eq!(sha1("ref: refs/heads/x\n"), Some(Value::Symbolic(b"refs/heads/x".to_vec())));
        assert_eq!(sha1("ref: ../../outside"), None);
        assert_eq!(sha1(""), None);
        let long = "b".repeat(64);
        let oid = Value::Oid(Oid::from_hex(long.as_bytes()).unwrap());
        assert_eq!(parse(long.as_bytes(), ObjectFormat::Sha256), Some(oid));
        assert_eq!(parse(hex.as_bytes(), ObjectFormat::Sha256), None);
    }
}
