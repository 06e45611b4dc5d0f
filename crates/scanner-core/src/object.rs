//! Where bytes came from: the path of an object, as bytes, and the kind of source.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use serde::Serialize;

/// The kind of source that an object came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// A file on disk.
    Fs,
    /// An entry of an archive on disk.
    Archive,
    /// An object of a git repository.
    Git,
    /// A layer or the configuration of a container image.
    Image,
    /// Standard input.
    Stdin,
}

impl SourceKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Fs, Self::Archive, Self::Git, Self::Image, Self::Stdin];

    /// The word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fs => "fs",
            Self::Archive => "archive",
            Self::Git => "git",
            Self::Image => "image",
            Self::Stdin => "stdin",
        }
    }
}

/// A path as the system gave it: bytes that need not be text. It is stored exactly and shown lossily, with
/// control characters escaped so that a hostile name cannot move a terminal's cursor.
///
/// Entries of archives stand behind a `!`: `outer.tar.gz!inner.zip!dir/file`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectPath(Box<[u8]>);

impl ObjectPath {
    /// The path with exactly these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The path of a file. On systems where paths are not bytes the lossy text is taken.
    pub fn from_path(path: &Path) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            Self::new(path.as_os_str().as_bytes())
        }
        #[cfg(not(unix))]
        {
            Self::new(path.to_string_lossy().replace('\\', "/").as_bytes())
        }
    }

    /// The exact bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As text for people and reports: what is not UTF-8 becomes U+FFFD, nothing is escaped.
    pub fn lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The path of an entry inside this object.
    #[must_use]
    pub fn entry(&self, name: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(self.0.len() + 1 + name.len());
        bytes.extend_from_slice(&self.0);
        bytes.push(b'!');
        bytes.extend_from_slice(name);
        Self(bytes.into_boxed_slice())
    }
}

impl fmt::Display for ObjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.lossy().chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                fmt::Write::write_char(f, c)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for ObjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectPath({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_escapes_control_characters() {
        let path = ObjectPath::new(b"a\x1b[2Jb\nc");
        assert_eq!(path.to_string(), "a\\u{1b}[2Jb\\nc");
    }

    #[test]
    fn bytes_are_kept_exactly() {
        let path = ObjectPath::new(b"a\xffb");
        assert_eq!(path.as_bytes(), b"a\xffb");
        assert_eq!(path.lossy(), "a\u{fffd}b");
    }

    #[test]
    fn entries_stand_behind_a_bang() {
        assert_eq!(ObjectPath::new(b"a.zip").entry(b"x/y").as_bytes(), b"a.zip!x/y");
    }
}
