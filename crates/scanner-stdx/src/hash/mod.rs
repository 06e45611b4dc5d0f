//! `hash128`: 128-bit fingerprints of byte strings, for telling repeats apart; `keyed_mac128`: the
//! same function under a key of the caller's.
//!
//! The function is AEGIS-128L MAC with a 128-bit tag, key `"stdx.hash128.v01"`, nonce zero; the tag
//! is read as a little-endian number. A 32-byte key is absorbed in one step. Results are the same on
//! every machine: the `aegis` crate is the definition, and on `x86_64` the same function is
//! computed with AES instructions when the processor has them (`aesni.rs` says why).
//!
//! The key is fixed and public, so this is no defence against someone who builds colliding inputs on
//! purpose. Use it to skip work that was done already, never to prove identity or integrity.

#[cfg(target_arch = "x86_64")]
mod aesni;

use std::fmt;
use std::sync::LazyLock;

use aegis::aegis128l::Aegis128LMac;

/// The fixed key. Changing it changes every stored fingerprint.
const KEY: &[u8; 16] = b"stdx.hash128.v01";
const TAG_BYTES: usize = 16;

/// The portable state after absorbing key and nonce: ten rounds that every hash would repeat.
static PORTABLE_START: LazyLock<Aegis128LMac<TAG_BYTES>> = LazyLock::new(|| Aegis128LMac::new(KEY));

/// The 128-bit fingerprint of `data`. Does not allocate.
///
/// ```
/// use scanner_stdx::hash128;
/// assert_eq!(hash128(b"same"), hash128(b"same"));
/// assert_ne!(hash128(b"same"), hash128(b"other"));
/// ```
pub fn hash128(data: &[u8]) -> u128 {
    #[cfg(target_arch = "x86_64")]
    if let Some(hash) = aesni::hash(data) {
        return hash;
    }
    portable(data)
}

/// The AEGIS-128L MAC of `data` under `key`: 128-bit tag, nonce zero. Does not allocate.
///
/// What [`hash128`] computes with its own key. The tag's bytes, in the order in which AEGIS writes
/// them, are `to_le_bytes()` of the result.
///
/// ```
/// use scanner_stdx::{hash128, hash::keyed_mac128};
/// assert_eq!(keyed_mac128(b"stdx.hash128.v01", b"data"), hash128(b"data"));
/// assert_ne!(keyed_mac128(&[0; 16], b"data"), hash128(b"data"));
/// ```
pub fn keyed_mac128(key: &[u8; TAG_BYTES], data: &[u8]) -> u128 {
    #[cfg(target_arch = "x86_64")]
    if let Some(keyed) = aesni::Keyed::new(key) {
        return keyed.mac(data);
    }
    portable_keyed(key, data)
}

/// A key under which many are hashed: the ten rounds that begin every [`keyed_mac128`] are done once.
///
/// ```
/// use scanner_stdx::hash::{MacKey, keyed_mac128};
/// let key = [7; 16];
/// assert_eq!(MacKey::new(&key).mac128(b"data"), keyed_mac128(&key, b"data"));
/// ```
#[derive(Clone)]
pub struct MacKey(Start);

#[derive(Clone)]
enum Start {
    Portable(Box<Aegis128LMac<TAG_BYTES>>),
    #[cfg(target_arch = "x86_64")]
    Aes(aesni::Keyed),
}

impl MacKey {
    /// Takes a key.
    pub fn new(key: &[u8; TAG_BYTES]) -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(keyed) = aesni::Keyed::new(key) {
            return Self(Start::Aes(keyed));
        }
        Self(Start::Portable(Box::new(Aegis128LMac::new(key))))
    }

    /// [`keyed_mac128`] under this key.
    #[inline]
    pub fn mac128(&self, data: &[u8]) -> u128 {
        match &self.0 {
            Start::Portable(start) => {
                let mut mac = Aegis128LMac::clone(start);
                mac.update(data);
                u128::from_le_bytes(mac.finalize())
            }
            #[cfg(target_arch = "x86_64")]
            Start::Aes(keyed) => keyed.mac(data),
        }
    }
}

/// Shows nothing of the key.
impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MacKey").finish_non_exhaustive()
    }
}

fn portable_keyed(key: &[u8; TAG_BYTES], data: &[u8]) -> u128 {
    let mut mac = Aegis128LMac::<TAG_BYTES>::new(key);
    mac.update(data);
    u128::from_le_bytes(mac.finalize())
}

fn portable(data: &[u8]) -> u128 {
    let mut mac = PORTABLE_START.clone();
    mac.update(data);
    u128::from_le_bytes(mac.finalize())
}

/// [`hash128`] of bytes that arrive in pieces. Does not allocate.
///
/// How the bytes are cut makes no difference to the result.
///
/// ```
/// use scanner_stdx::{Hash128, hash128};
/// let mut hash = Hash128::new();
/// hash.update(b"in ");
/// hash.update(b"pieces");
/// assert_eq!(hash.finish(), hash128(b"in pieces"));
/// ```
#[derive(Clone)]
pub struct Hash128(Backend);

#[derive(Clone)]
enum Backend {
    Portable(Aegis128LMac<TAG_BYTES>),
    #[cfg(target_arch = "x86_64")]
    Aes(aesni::Mac),
}

impl Hash128 {
    /// The hash of no bytes yet.
    pub fn new() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(mac) = aesni::Mac::new() {
            return Self(Backend::Aes(mac));
        }
        Self(Backend::Portable(PORTABLE_START.clone()))
    }

    /// Adds `data` after everything added before.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            Backend::Portable(mac) => mac.update(data),
            #[cfg(target_arch = "x86_64")]
            Backend::Aes(mac) => mac.update(data),
        }
    }

    /// The fingerprint of all bytes added.
    pub fn finish(self) -> u128 {
        match self.0 {
            Backend::Portable(mac) => u128::from_le_bytes(mac.finalize()),
            #[cfg(target_arch = "x86_64")]
            Backend::Aes(mac) => mac.finish(),
        }
    }
}

impl Default for Hash128 {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows nothing of the bytes, which may be a secret.
impl fmt::Debug for Hash128 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hash128").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// Every length around the 32-byte block, so padding and the empty message are covered.
    #[test]
    fn backends_agree_on_every_short_length() {
        let bytes: Vec<u8> = (0..200_u8).map(|i| i.wrapping_mul(37)).collect();
        for len in 0..bytes.len() {
            assert_eq!(hash128(&bytes[..len]), portable(&bytes[..len]), "{len} bytes");
        }
    }

    #[test]
    fn trailing_zeros_change_the_hash() {
        let hashes: HashSet<u128> = (0..100).map(|len| hash128(&vec![0; len])).collect();
        assert_eq!(hashes.len(), 100);
    }

    /// The value is stored nowhere, yet it must not drift between versions unnoticed.
    #[test]
    fn value_is_pinned() {
        let expected = Aegis128LMac::<16>::new_with_nonce(KEY, &[0; 16]);
        assert_eq!(hash128(b""), u128::from_le_bytes(expected.finalize()));
        assert_eq!(hash128(b"stdx"), PINNED_STDX);
    }

    const PINNED_STDX: u128 = 269_674_580_633_388_651_605_164_862_767_259_805_785;

    proptest! {
        #[test]
        fn backends_agree(data in prop::collection::vec(any::<u8>(), 0..600)) {
            prop_assert_eq!(hash128(&data), portable(&data));
        }

        #[test]
        fn keyed_backends_agree(
            key: [u8; 16],
            data in prop::collection::vec(any::<u8>(), 0..600),
        ) {
            prop_assert_eq!(keyed_mac128(&key, &data), portable_keyed(&key, &data));
            prop_assert_eq!(MacKey::new(&key).mac128(&data), portable_keyed(&key, &data));
            let portable = MacKey(Start::Portable(Box::new(Aegis128LMac::new(&key))));
            prop_assert_eq!(portable.mac128(&data), portable_keyed(&key, &data));
        }

        #[test]
        fn pieces_do_not_matter(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..8),
        ) {
            let mut hash = Hash128::new();
            for piece in &pieces {
                hash.update(piece);
            }
            prop_assert_eq!(hash.finish(), hash128(&pieces.concat()));
        }
    }
}
