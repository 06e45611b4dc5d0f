//! `objects/info/alternates`: other object folders that a repository borrows from.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use crate::error::Warning;
use crate::limits::FileLimits;
use crate::mapped::read_file;

/// `objects` (the first is the repository's own) and all folders reached through alternates, in the order git asks them.
pub(crate) fn object_folders(
    objects: &[PathBuf],
    limits: &FileLimits,
    warnings: &mut Vec<Warning>,
) -> Vec<PathBuf> {
    let mut known = HashSet::new();
    let mut folders = Vec::new();
    for folder in objects {
        // One that cannot be resolved is kept: whoever lists it says what is wrong.
        if fs::canonicalize(folder).map_or(true, |real| known.insert(real)) {
            folders.push((folder.clone(), 0));
        }
    }
    let mut at = 0;
    while let Some((folder, depth)) = folders.get(at).cloned() {
        at += 1;
        let list = folder.join("info/alternates");
        let lines = match read_file(&list, limits.small_file_bytes_max) {
            Ok(lines) => lines.unwrap_or_default(),
            Err(error) => {
                warnings.push(Warning::Unreadable { path: list, reason: error.to_string() });
                continue;
            }
        };
        for line in lines.split(|byte| *byte == b'\n') {
            if line.is_empty() || line[0] == b'#' {
                continue;
            }
            let line = unquoted(line).unwrap_or_else(|| line.to_vec());
            let path = folder.join(OsStr::from_bytes(&line));
            let Ok(real) = fs::canonicalize(&path) else {
                warnings.push(Warning::Alternate { path });
                continue;
            };
            let full = depth >= limits.alternates_depth_max
                || folders.len() >= limits.alternates_max as usize;
            if known.contains(&real) {
                continue;
            }
            if full || !real.is_dir() {
                warnings.push(Warning::Alternate { path });
                continue;
            }
            known.insert(real.clone());
            folders.push((real, depth + 1));
        }
    }
    folders.into_iter().map(|(folder, _)| folder).collect()
}

/// A path written as a string of C.
pub(crate) fn unquoted(line: &[u8]) -> Option<Vec<u8>> {
    let inner = line.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut path = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(byte) = bytes.next() {
        if *byte != b'\\' {
            path.push(*byte);
            continue;
        }
        match bytes.next()? {
            b'n' => path.push(b'\n'),
            b't' => path.push(b'\t'),
            b'r' => path.push(b'\r'),
            b'a' => path.push(7),
            b'b' => path.push(8),
            b'v' => path.push(11),
            b'f' => path.push(12),
            digit @ b'0'..=b'3' => {
                let mut value = digit - b'0';
                for _ in 0..2 {
                    let digit = bytes.next().filter(|digit| (b'0'..=b'7').contains(digit))?;
                    value = value << 3 | (digit - b'0');
                }
                path.push(value);
            }
            other => path.push(*other),
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    #[test]
    fn quoted_paths() {
        assert_eq!(unquoted(b"\"a\\\"b\\303\\244\\n\"").unwrap(), b"a\"b\xc3\xa4\n");
        assert_eq!(unquoted(b"plain"), None);
        assert_eq!(unquoted(b"\"\\9\""), Some(b"9".to_vec()));
        assert_eq!(unquoted(b"\"\\0\""), None);
    }

    #[test]
    fn chains_and_circles() {
        let dir = tempfile::tempdir().unwrap();
        for (name, alternates) in
            [("a", "../b\n# no\n\n../gone\n"), ("b", "../c\n"), ("c", "../a\n../b\n")]
        {
            let info = dir.path().join(name).join("info");
            fs::create_dir_all(&info).unwrap();
            fs::write(info.join("alternates"), alternates).unwrap();
        }
        let mut warnings = Vec::new();
        let limits = Limits::default().file;
        let folders = object_folders(&[dir.path().join("a")], &limits, &mut warnings);
        let names: Vec<_> = folders.iter().map(|f| f.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(warnings.len(), 1);
        let mut one = limits;
        one.alternates_depth_max = 1;
        let mut cut = Vec::new();
        assert_eq!(object_folders(&[dir.path().join("a")], &one, &mut cut).len(), 2);
        assert_eq!(cut.len(), 2);
    }
}
