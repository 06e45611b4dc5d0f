//! Files of compiled databases: only what was written is believed.

use scanner_vectorscan::cache::format::{HEADER_LEN, MAC_LEN, encode, verify};
use scanner_vectorscan::cache::{CacheKey, CacheKeyInput, PlatformFacts};

use crate::Target;

/// The file of a compiled database.
pub(super) const VSDB: Target = Target {
    name: "vsdb-cache",
    about: "files of compiled databases",
    seeds: || vec![encode(&key(), b""), encode(&key(), &[7; 100])],
    words: &[b"VSDBCACH", &[0xff; 8]],
    bytes_max: 4096,
    run,
};

fn key() -> CacheKey {
    let platform = PlatformFacts::default();
    let patterns: &[&[u8]] = &[b"abc"];
    let (flags, ids) = (Some(&[0][..]), &[0][..]);
    let kind = "fuzz:block";
    CacheKeyInput { kind, mode: 1, platform, version: "5.4", patterns, flags, ids }.key()
}

/// What verifies is what [`encode`] makes of its payload, byte for byte.
fn run(bytes: &[u8]) {
    if verify(bytes, &key()).is_ok() {
        let payload = &bytes[HEADER_LEN..bytes.len() - MAC_LEN];
        assert_eq!(encode(&key(), payload), bytes, "another file verifies");
    }
}
