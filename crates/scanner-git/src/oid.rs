//! Object ids, formats and kinds.
//!
//! An [`Oid`] owns its bytes inline, whatever the hash of the repository. Hashing objects is done here and
//! nowhere else; it is needed only where no index tells the ids (bundles, damaged indexes) and to check one object.

use std::fmt;
use std::hash::{Hash, Hasher};

use sha1::Digest;

/// The hash function that names the objects of a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectFormat {
    /// SHA-1, 20 bytes.
    #[default]
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
}

impl ObjectFormat {
    /// Length of an id in bytes.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The name that git's configuration uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"sha1" => Some(Self::Sha1),
            b"sha256" => Some(Self::Sha256),
            _ => None,
        }
    }

    /// The id of an object: the hash of its header and bytes.
    pub fn hash_object(self, kind: ObjectKind, bytes: &[u8]) -> Oid {
        let header = format!("{} {}\0", kind.name(), bytes.len());
        match self {
            Self::Sha1 => {
                let hash = sha1::Sha1::new().chain_update(header.as_bytes()).chain_update(bytes);
                Oid::from_array(self, &hash.finalize())
            }
            Self::Sha256 => {
                let hash = sha2::Sha256::new().chain_update(header.as_bytes()).chain_update(bytes);
                Oid::from_array(self, &hash.finalize())
            }
        }
    }
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// The content of a file.
    Blob,
    /// An annotated tag.
    Tag,
}

impl ObjectKind {
    /// The word in object headers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }

    /// The kind of that word.
    pub fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"commit" => Some(Self::Commit),
            b"tree" => Some(Self::Tree),
            b"blob" => Some(Self::Blob),
            b"tag" => Some(Self::Tag),
            _ => None,
        }
    }
}

/// A set of object kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindSet(u8);

impl KindSet {
    /// All four kinds.
    pub const ALL: Self = Self(0b1111);
    /// What carries text of people: blobs, commits and tags.
    pub const CONTENT: Self = Self(0b1101);
    /// Trees only.
    pub const TREES: Self = Self(0b0010);

    /// The set of the given kinds.
    pub fn of(kinds: &[ObjectKind]) -> Self {
        Self(kinds.iter().fold(0, |set, kind| set | 1 << *kind as u8))
    }

    /// Whether `kind` is in the set.
    pub const fn contains(self, kind: ObjectKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}

/// What each byte stands for as a hexadecimal digit; [`u8::MAX`] for what is none.
const HEX_DIGITS: [u8; 256] = {
    let mut digits = [u8::MAX; 256];
    let mut byte = 0;
    while byte < 256 {
        if let Some(digit) = (byte as u8 as char).to_digit(16) {
            digits[byte] = digit as u8;
        }
        byte += 1;
    }
    digits
};

/// The id of an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Oid {
    bytes: [u8; 32],
    format: ObjectFormat,
}

impl Oid {
    /// The id with these bytes; `None` if their number is not that of the format.
    pub fn from_bytes(format: ObjectFormat, bytes: &[u8]) -> Option<Self> {
        (bytes.len() == format.bytes()).then(|| Self::from_array(format, bytes))
    }

    fn from_array(format: ObjectFormat, bytes: &[u8]) -> Self {
        let mut own = [0; 32];
        own[..bytes.len()].copy_from_slice(bytes);
        Self { bytes: own, format }
    }

    /// The id written in hexadecimal digits; the length tells the format.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        let format = match hex.len() {
            40 => ObjectFormat::Sha1,
            64 => ObjectFormat::Sha256,
            _ => return None,
        };
        let mut bytes = [0; 32];
        // What is no digit sets high bits; looking at them once is sooner than looking at each.
        let mut wrong = 0;
        for (byte, pair) in bytes.iter_mut().zip(hex.as_chunks::<2>().0) {
            let [high, low] = pair.map(|digit| HEX_DIGITS[usize::from(digit)]);
            wrong |= high | low;
            *byte = high << 4 | low;
        }
        (wrong < 16).then_some(Self { bytes, format })
    }

    /// The bytes, as many as the format has.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.format.bytes()]
    }

    /// The hash function it belongs to.
    pub const fn format(&self) -> ObjectFormat {
        self.format
    }

    /// Whether all bytes are zero: git's way to say "no object".
    pub fn is_zero(&self) -> bool {
        self.bytes == [0; 32]
    }

    /// The first eight bytes as a number: well distributed unless someone made it otherwise.
    pub fn prefix64(&self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.bytes[..8]);
        u64::from_be_bytes(first)
    }
}

impl Hash for Oid {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.bytes[..20]);
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_git() {
        let sha1 = ObjectFormat::Sha1.hash_object(ObjectKind::Blob, b"hello\n");
        assert_eq!(sha1.to_string(), "ce013625030ba8dba906f756967f9e9ca394464a");
        let sha256 = ObjectFormat::Sha256.hash_object(ObjectKind::Blob, b"");
        assert_eq!(
            sha256.to_string(),
            "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"
        );
    }

    #[test]
    fn hex_goes_both_ways() {
        let oid = ObjectFormat::Sha1.hash_object(ObjectKind::Tree, b"");
        assert_eq!(Oid::from_hex(oid.to_string().as_bytes()), Some(oid));
        assert_eq!(Oid::from_hex(b"4b825d"), None);
        assert_eq!(Oid::from_hex(&[b'x'; 40]), None);
        assert!(Oid::from_hex(&[b'0'; 64]).is_some_and(|zero| zero.is_zero()));
    }

    #[test]
    fn sets_of_kinds() {
        assert!(KindSet::CONTENT.contains(ObjectKind::Tag));
        assert!(!KindSet::CONTENT.contains(ObjectKind::Tree));
        assert_eq!(KindSet::of(&[ObjectKind::Tree]), KindSet::TREES);
    }
}
