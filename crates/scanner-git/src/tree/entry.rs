//! Entries of a tree object.

use crate::oid::{ObjectFormat, Oid};

/// The mode of an entry: what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryMode(pub u32);

impl EntryMode {
    /// Whether the entry is a folder.
    pub const fn is_tree(self) -> bool {
        self.0 & 0o170_000 == 0o040_000
    }

    /// Whether it is the commit of a submodule, whose objects are elsewhere.
    pub const fn is_submodule(self) -> bool {
        self.0 & 0o170_000 == 0o160_000
    }

    /// Whether it is a file or link. Unknown modes count as files, as git takes them.
    pub const fn is_blob(self) -> bool {
        !self.is_tree() && !self.is_submodule()
    }
}

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeEntry<'a> {
    /// What it is.
    pub mode: EntryMode,
    /// Its name: any bytes but NUL.
    pub name: &'a [u8],
    /// The bytes of its id.
    pub id: &'a [u8],
    format: ObjectFormat,
}

impl TreeEntry<'_> {
    /// The id.
    pub fn oid(&self) -> Oid {
        Oid::from_bytes(self.format, self.id).expect("cut to the format's length")
    }
}

/// Walks over the bytes of a tree; what comes behind damage is left out.
#[derive(Clone, Debug)]
pub struct TreeEntries<'a> {
    rest: &'a [u8],
    format: ObjectFormat,
    damaged: bool,
}

impl<'a> TreeEntries<'a> {
    /// The entries of a tree of that format.
    pub fn new(bytes: &'a [u8], format: ObjectFormat) -> Self {
        Self { rest: bytes, format, damaged: false }
    }

    /// Whether the walk ended at bytes that are no entry.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// The bytes not yet walked over.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn read(&mut self) -> Option<TreeEntry<'a>> {
        let mut mode = 0_u32;
        let mut at = 0;
        loop {
            match *self.rest.get(at)? {
                digit @ b'0'..=b'7' if at < 7 => mode = mode << 3 | u32::from(digit - b'0'),
                b' ' if at > 0 => break,
                _ => return None,
            }
            at += 1;
        }
        let rest = &self.rest[at + 1..];
        let end = memchr::memchr(0, rest)?;
        let (name, rest) = rest.split_at(end);
        let (id, rest) = rest[1..].split_at_checked(self.format.bytes())?;
        if name.is_empty() {
            return None;
        }
        self.rest = rest;
        Some(TreeEntry { mode: EntryMode(mode), name, id, format: self.format })
    }
}

impl<'a> Iterator for TreeEntries<'a> {
    type Item = TreeEntry<'a>;

    fn next(&mut self) -> Option<TreeEntry<'a>> {
        if self.rest.is_empty() || self.damaged {
            return None;
        }
        let entry = self.read();
        self.damaged = entry.is_none();
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_until_damage() {
        let mut bytes = b"100644 a b\0".to_vec();
        bytes.extend_from_slice(&[1; 20]);
        bytes.extend_from_slice(b"40000 dir\0");
        bytes.extend_from_slice(&[2; 20]);
        let mut entries = TreeEntries::new(&bytes, ObjectFormat::Sha1);
        let file = entries.next().unwrap();
        assert_eq!((file.name, file.mode.is_blob()), (&b"a b"[..], true));
        assert!(entries.next().unwrap().mode.is_tree());
        assert!(entries.next().is_none() && !entries.is_damaged());
        for end in 1..bytes.len() {
            let mut entries = TreeEntries::new(&bytes[..end], ObjectFormat::Sha1);
            assert!(entries.by_ref().count() < 2);
            assert_eq!(entries.is_damaged(), end != 31);
        }
        assert!(TreeEntries::new(b"x y\0", ObjectFormat::Sha1).next().is_none());
        assert!(TreeEntries::new(b" a\0", ObjectFormat::Sha1).next().is_none());
    }
}
