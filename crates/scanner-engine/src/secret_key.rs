//! Keys that nobody can know beforehand, for fingerprints by which bytes are told to be known: no repository can be made
//! in which a secret passes for something else.

use std::hash::{BuildHasher, RandomState};

use scanner_stdx::hash::MacKey;

/// A key drawn when it is made.
#[derive(Debug)]
pub(crate) struct SecretKey(MacKey);

impl SecretKey {
    /// The fingerprint of some bytes.
    #[inline]
    pub(crate) fn fingerprint(&self, bytes: &[u8]) -> u128 {
        self.0.mac128(bytes)
    }
}

impl Default for SecretKey {
    fn default() -> Self {
        let random = |number: u64| RandomState::new().hash_one(number).to_le_bytes();
        let (low, high) = (random(0), random(1));
        let key = std::array::from_fn(|at| if at < 8 { low[at] } else { high[at - 8] });
        Self(MacKey::new(&key))
    }
}
