//! What a compiled database depends on, as a name.

use std::fmt;

/// Says what the file looks like and how it is protected. Another text makes all files of before unknown.
const DOMAIN_TAG: &[u8] = b"scanner-rs-vsdb-v2:blake3+aegis128l-mac";

/// Stands for "no flags were given", which is not the same as an empty list of them.
const NO_FLAGS: u64 = u64::MAX;

/// Characters of a key.
const KEY_CHARS: usize = 64;

/// The name of a compiled database: 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CacheKey(String);

impl CacheKey {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a text may be a key.
    pub(super) fn is_key(text: &str) -> bool {
        text.len() == KEY_CHARS
            && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }
}

impl fmt::Display for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CacheKey({})", self.0)
    }
}

/// What the library compiles for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlatformFacts {
    /// The family of processors.
    pub tune: u32,
    /// Instructions beyond the common ones.
    pub cpu_features: u64,
    /// Not used by the library yet.
    pub reserved1: u64,
    /// Not used by the library yet.
    pub reserved2: u64,
}

/// Everything that goes into a database. Parts of any length have it in front of them, so that no two inputs are
/// the same bytes.
#[derive(Clone, Copy, Debug)]
pub struct CacheKeyInput<'a> {
    /// What it is for, as in `vs-prefilter-db:block`; shards say which one of how many they are.
    pub kind: &'a str,
    /// Block or stream, as the library numbers them.
    pub mode: u32,
    /// What it is compiled for.
    pub platform: PlatformFacts,
    /// The library's version.
    pub version: &'a str,
    /// The expressions, without the zero byte that C puts behind them.
    pub patterns: &'a [&'a [u8]],
    /// Flags of each; `None` where the library is given none.
    pub flags: Option<&'a [u32]>,
    /// Numbers of each.
    pub ids: &'a [u32],
}

impl CacheKeyInput<'_> {
    /// The name.
    pub fn key(&self) -> CacheKey {
        let mut hasher = blake3::Hasher::new();
        prefixed(&mut hasher, DOMAIN_TAG);
        prefixed(&mut hasher, self.kind.as_bytes());
        hasher.update(&self.mode.to_le_bytes());
        hasher.update(&self.platform.tune.to_le_bytes());
        hasher.update(&self.platform.cpu_features.to_le_bytes());
        hasher.update(&self.platform.reserved1.to_le_bytes());
        hasher.update(&self.platform.reserved2.to_le_bytes());
        prefixed(&mut hasher, self.version.as_bytes());
        hasher.update(&(self.patterns.len() as u64).to_le_bytes());
        for pattern in self.patterns {
            hasher.update(&(pattern.len() as u64 + 1).to_le_bytes());
            hasher.update(pattern);
            hasher.update(&[0]);
        }
        let flags = self.flags.map_or(NO_FLAGS, |flags| flags.len() as u64);
        hasher.update(&flags.to_le_bytes());
        for flag in self.flags.unwrap_or_default() {
            hasher.update(&flag.to_le_bytes());
        }
        hasher.update(&(self.ids.len() as u64).to_le_bytes());
        for id in self.ids {
            hasher.update(&id.to_le_bytes());
        }
        CacheKey(hasher.finalize().to_hex().to_string())
    }
}

fn prefixed(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const PLAIN: CacheKeyInput<'static> = CacheKeyInput {
        kind: "vs-prefilter-db:block",
        mode: 1,
        platform: PlatformFacts { tune: 0, cpu_features: 4, reserved1: 0, reserved2: 0 },
        version: "5.4.11",
        patterns: &[b"ab", b"c"],
        flags: Some(&[1, 2]),
        ids: &[0, 1],
    };

    #[test]
    fn every_part_changes_the_key() {
        let platform = PLAIN.platform;
        let inputs = [
            PLAIN,
            CacheKeyInput { kind: "vs-prefilter-db:stream", ..PLAIN },
            CacheKeyInput { mode: 2, ..PLAIN },
            CacheKeyInput { platform: PlatformFacts { tune: 7, ..platform }, ..PLAIN },
            CacheKeyInput { platform: PlatformFacts { cpu_features: 8, ..platform }, ..PLAIN },
            CacheKeyInput { platform: PlatformFacts { reserved1: 1, ..platform }, ..PLAIN },
            CacheKeyInput { platform: PlatformFacts { reserved2: 1, ..platform }, ..PLAIN },
            CacheKeyInput { version: "5.4.12", ..PLAIN },
            // The same bytes, cut elsewhere.
            CacheKeyInput { patterns: &[b"a", b"bc"], ..PLAIN },
            CacheKeyInput { patterns: &[b"abc"], ..PLAIN },
            CacheKeyInput { flags: None, ..PLAIN },
            CacheKeyInput { flags: Some(&[]), ..PLAIN },
            CacheKeyInput { flags: Some(&[2, 1]), ..PLAIN },
            CacheKeyInput { ids: &[1, 0], ..PLAIN },
        ];
        let keys: BTreeSet<CacheKey> = inputs.iter().map(CacheKeyInput::key).collect();
        assert_eq!(keys.len(), inputs.len());
        assert!(keys.iter().all(|key| CacheKey::is_key(key.as_str())));
        assert_eq!(PLAIN.key(), PLAIN.key());
    }

    #[test]
    fn the_layout_of_the_hashed_bytes_is_the_seeds() {
        let mut bytes = Vec::new();
        for part in [DOMAIN_TAG, b"vs-prefilter-db:block".as_slice()] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        bytes.extend(1u32.to_le_bytes());
        bytes.extend(0u32.to_le_bytes());
        for word in [4u64, 0, 0, 6] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(b"5.4.11");
        bytes.extend(2u64.to_le_bytes());
        for pattern in [b"ab\0".as_slice(), b"c\0"] {
            bytes.extend((pattern.len() as u64).to_le_bytes());
            bytes.extend(pattern);
        }
        bytes.extend(2u64.to_le_bytes());
        bytes.extend([1u32, 2].iter().flat_map(|n| n.to_le_bytes()));
        bytes.extend(2u64.to_le_bytes());
        bytes.extend([0u32, 1].iter().flat_map(|n| n.to_le_bytes()));
        assert_eq!(PLAIN.key().as_str(), blake3::hash(&bytes).to_hex().as_str());
    }
}
