//! Paths as URI references: relative to the repository's root where they lie below it.

use std::fmt::Write;
use std::path::Path;

use scanner_core::ObjectPath;

use crate::PathBase;

/// A path as a URI reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathUri {
    /// Percent-encoded; of bytes that are no text, each byte.
    pub(crate) text: String,
    /// Whether it counts from the root; otherwise it is a `file:` URI.
    pub(crate) relative: bool,
}

/// The reference for an object's path.
pub(crate) fn path_uri(path: &ObjectPath, base: &PathBase) -> PathUri {
    let (resolved, relative) = resolved(path, base);
    if relative {
        return PathUri { text: encoded_relative(&resolved), relative };
    }
    let slash = if resolved.starts_with(b"/") { "" } else { "/" };
    PathUri { text: format!("file://{slash}{}", encoded(&resolved)), relative }
}

/// The path itself, from the root where it lies below it; control characters are escaped.
pub(crate) fn path_text(path: &ObjectPath, base: &PathBase) -> String {
    ObjectPath::new(&resolved(path, base).0).to_string()
}

/// The path from the root, and whether it lies below it; otherwise the absolute path.
fn resolved(path: &ObjectPath, base: &PathBase) -> (Vec<u8>, bool) {
    let bytes = path.as_bytes();
    let mut full = bytes.to_vec();
    let root = base.root.as_deref().map(path_bytes);
    if let (false, Some(_), Some(dir)) = (is_absolute(bytes), &root, &base.working_dir) {
        full = path_bytes(dir);
        full.push(b'/');
        full.extend_from_slice(bytes);
    }
    let full = normalized(&full);
    if !is_absolute(&full) {
        return (full, true);
    }
    let below = root.as_deref().map(normalized).and_then(|root| {
        let rest = full.strip_prefix(root.as_slice())?;
        if root.ends_with(b"/") { Some(rest) } else { rest.strip_prefix(b"/") }
    });
    match below {
        Some(rest) if !rest.is_empty() => (rest.to_vec(), true),
        _ => (full, false),
    }
}

fn path_bytes(path: &Path) -> Vec<u8> {
    ObjectPath::from_path(path).as_bytes().to_vec()
}

/// `/…`, or `C:/…` where paths have drives.
fn is_absolute(path: &[u8]) -> bool {
    path.starts_with(b"/")
        || (cfg!(windows) && path.len() > 2 && path[0].is_ascii_alphabetic() && path[1] == b':')
}

/// Resolves `.` and `..` by name, in the part of the path that is a file's; entries of archives are named
/// by their makers and stay as they are.
fn normalized(path: &[u8]) -> Vec<u8> {
    let file_len = memchr::memchr(b'!', path).unwrap_or(path.len());
    let last_slash = memchr::memrchr(b'/', &path[..file_len]);
    // The component that the `!` is in belongs to both; it is a name, so it only moves.
    let (folders, name) = if file_len == path.len() {
        (path, &[][..])
    } else {
        path.split_at(last_slash.map_or(0, |at| at + 1))
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in folders.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|last| *last != b"..") => {
                parts.pop();
            }
            b".." if folders.starts_with(b"/") => {}
            part => parts.push(part),
        }
    }
    if !name.is_empty() {
        parts.push(name);
    }
    let mut out = if path.starts_with(b"/") { b"/".to_vec() } else { Vec::new() };
    out.extend_from_slice(&parts.join(&b'/'));
    out
}

/// As [`encoded`], and with nothing in the first component that would read as a scheme.
fn encoded_relative(path: &[u8]) -> String {
    let text = encoded(path);
    match text.split_once('/') {
        None => text.replace(':', "%3A"),
        Some((first, rest)) => format!("{}/{rest}", first.replace(':', "%3A")),
    }
}

/// Percent-encodes everything that may not stand in the path of a URI.
fn encoded(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path {
        match byte {
            b if b.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=:@".contains(b) => {
                out.push(char::from(*b));
            }
            byte => write!(out, "%{byte:02X}").expect("a string takes every character"),
        }
    }
    out
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn check(path: &[u8], root: Option<&str>, dir: Option<&str>, expected: &str) {
        let base = PathBase { root: root.map(Into::into), working_dir: dir.map(Into::into) };
        let uri = path_uri(&ObjectPath::new(path), &base);
        assert_eq!(uri.text, expected);
        assert_eq!(uri.relative, !expected.starts_with("file:"));
    }

    #[test]
    fn relative_paths_stay() {
        check(b"src/a b.rs", None, None, "src/a%20b.rs");
        check(b"./src//x/../main.rs", None, None, "src/main.rs");
        check(b"../other/x", None, None, "../other/x");
    }

    #[test]
    fn paths_count_from_the_root() {
        check(b"/repo/src/main.rs", Some("/repo"), None, "src/main.rs");
        check(b"/repo/src/main.rs", Some("/repo/"), None, "src/main.rs");
        check(b"./main.rs", Some("/repo"), Some("/repo/src"), "src/main.rs");
        check(b"../x", Some("/repo"), Some("/repo/src"), "x");
        check(b"/x", Some("/"), None, "x");
    }

    #[test]
    fn what_is_not_below_the_root_is_absolute() {
        check(b"/repository/x", Some("/repo"), None, "file:///repository/x");
        check(b"../x", Some("/repo"), Some("/repo"), "file:///x");
        check(b"/etc/x", None, None, "file:///etc/x");
    }

    #[test]
    fn every_byte_is_encoded() {
        check(b"a:b/c:d", None, None, "a%3Ab/c:d");
        check(b"a#b?c%d\\e\n\xff\"<>", None, None, "a%23b%3Fc%25d%5Ce%0A%FF%22%3C%3E");
    }

    #[test]
    fn names_in_archives_stay_as_they_are() {
        check(b"./x/../a.zip!../../etc/x", None, None, "a.zip!../../etc/x");
    }
}
