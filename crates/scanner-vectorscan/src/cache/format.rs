//! The file of a compiled database.
//!
//! ```text
//! magic        8 bytes   VSDBCACH
//! payload_len  8 bytes   little-endian
//! key_hash    32 bytes   BLAKE3 of the key's digits
//! payload                what the library serialized
//! tag         16 bytes   AEGIS-128L MAC over everything before
//! ```

use scanner_stdx::hash::keyed_mac128;

use super::CacheKey;

/// How a file begins.
pub const MAGIC: &[u8; 8] = b"VSDBCACH";

/// Bytes in front of the payload.
pub const HEADER_LEN: usize = 8 + 8 + 32;

/// Bytes behind it.
pub const MAC_LEN: usize = 16;

/// Keeps the MAC's key apart from the cache's.
const MAC_KEY_TAG: &[u8] = b"vsdb-mac-key";

const _: () = assert!(HEADER_LEN + MAC_LEN == 64);

/// Why a file is not believed, in the order in which it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// It begins with something else.
    #[error("no file of this cache")]
    Magic,
    /// It is longer or shorter than it says.
    #[error("the length is wrong")]
    Length,
    /// It was written for something else.
    #[error("written for another key")]
    Key,
    /// It was changed.
    #[error("the checksum is wrong")]
    Mac,
}

/// The bytes of the file.
pub fn encode(key: &CacheKey, payload: &[u8]) -> Vec<u8> {
    let key_hash = key_hash(key);
    let mut bytes = Vec::with_capacity(HEADER_LEN + payload.len() + MAC_LEN);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&key_hash);
    bytes.extend_from_slice(payload);
    let tag = tag(&key_hash, &bytes);
    bytes.extend_from_slice(&tag);
    bytes
}

/// Whether the bytes are what [`encode`] made for this key: magic, length, key, MAC.
///
/// # Errors
///
/// The first that does not hold.
pub fn verify(bytes: &[u8], key: &CacheKey) -> Result<(), FormatError> {
    if !bytes.starts_with(MAGIC) {
        return Err(FormatError::Magic);
    }
    let stated = bytes.get(8..16).and_then(|len| len.try_into().ok()).map(u64::from_le_bytes);
    let found = bytes.len().checked_sub(HEADER_LEN + MAC_LEN).map(|len| len as u64);
    if stated.is_none() || stated != found {
        return Err(FormatError::Length);
    }
    let key_hash = key_hash(key);
    if bytes[16..HEADER_LEN] != key_hash {
        return Err(FormatError::Key);
    }
    let (body, found) = bytes.split_at(bytes.len() - MAC_LEN);
    if tag(&key_hash, body) != found {
        return Err(FormatError::Mac);
    }
    Ok(())
}

/// The payload of bytes that were verified.
pub(super) fn payload(bytes: &[u8]) -> &[u8] {
    bytes.get(HEADER_LEN..bytes.len().saturating_sub(MAC_LEN)).unwrap_or_default()
}

fn key_hash(key: &CacheKey) -> [u8; 32] {
    *blake3::hash(key.as_str().as_bytes()).as_bytes()
}

fn tag(key_hash: &[u8; 32], body: &[u8]) -> [u8; MAC_LEN] {
    let derived = blake3::Hasher::new().update(MAC_KEY_TAG).update(key_hash).finalize();
    let mut mac_key = [0; 16];
    mac_key.copy_from_slice(&derived.as_bytes()[..16]);
    keyed_mac128(&mac_key, body).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::{CacheKeyInput, PlatformFacts};
    use super::*;
    use proptest::prelude::*;

    fn key(kind: &str) -> CacheKey {
        let platform = PlatformFacts::default();
        let input = CacheKeyInput {
            kind,
            mode: 1,
            platform,
            version: "1",
            patterns: &[],
            flags: None,
            ids: &[],
        };
        input.key()
    }

    #[test]
    fn what_was_encoded_verifies_for_its_key_only() {
        let bytes = encode(&key("a"), b"payload");
        assert_eq!(bytes.len(), 7 + 64);
        assert_eq!(&bytes[..8], b"VSDBCACH");
        assert_eq!(verify(&bytes, &key("a")), Ok(()));
        assert_eq!(payload(&bytes), b"payload");
        assert_eq!(verify(&bytes, &key("b")), Err(FormatError::Key));
        assert_eq!(verify(&encode(&key("a"), b""), &key("a")), Ok(()));
    }

    #[test]
    fn the_first_thing_that_is_wrong_is_told() {
        let bytes = encode(&key("a"), b"payload");
        let with = |at: usize| {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            verify(&changed, &key("a"))
        };
        assert_eq!(verify(b"", &key("a")), Err(FormatError::Magic));
        assert_eq!(verify(MAGIC, &key("a")), Err(FormatError::Length));
        assert_eq!(with(0), Err(FormatError::Magic));
        assert_eq!(with(8), Err(FormatError::Length));
        assert_eq!(with(16), Err(FormatError::Key));
        assert_eq!(with(HEADER_LEN), Err(FormatError::Mac));
        assert_eq!(with(bytes.len() - 1), Err(FormatError::Mac));
        // A length that overflows when the frame is added.
        let mut huge = bytes.clone();
        huge[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(verify(&huge, &key("a")), Err(FormatError::Length));
    }

    proptest! {
        #[test]
        fn no_cut_and_no_changed_bit_verifies(
            payload in prop::collection::vec(any::<u8>(), 0..200),
            cut in any::<prop::sample::Index>(),
            bit in any::<prop::sample::Index>(),
        ) {
            let bytes = encode(&key("a"), &payload);
            prop_assert!(verify(&bytes[..cut.index(bytes.len())], &key("a")).is_err());
            let mut changed = bytes.clone();
            let bit = bit.index(bytes.len() * 8);
            changed[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(verify(&changed, &key("a")).is_err());
        }

        #[test]
        fn any_bytes_are_refused_without_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(verify(&bytes, &key("a")).is_err());
        }
    }
}
