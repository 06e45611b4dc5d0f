//! NATS seeds (nkeys): base32 of a byte that says "seed" and the kind of account, 32 random bytes, and a CRC-16 of these.
//!
//! A right checksum proves the seed. A wrong one leaves it Unknown: people alter a character to take a seed out of use, and
//! what is left is most of one.

use super::Verdict;
use super::base32::{self, crc16, encode};

/// Characters of a seed.
const CHARS: usize = 58;

/// Bytes of a seed: two of prefix, 32 of key, two of checksum.
const BYTES: usize = 36;

/// The upper five bits of a seed's first byte: `S`.
const SEED: u8 = 18;

pub(super) fn verify(secret: &[u8]) -> Verdict {
    let Some(bytes) = decode(secret) else { return Verdict::Unknown };
    let (body, check) = bytes.split_at(BYTES - 2);
    let is_seed = bytes[0] >> 3 == SEED;
    if is_seed && crc16(body).to_le_bytes() == check { Verdict::Proven } else { Verdict::Unknown }
}

/// The two bytes of checksum that a body needs, in the characters that end its text.
pub(super) fn fill(text: &[u8]) -> Option<String> {
    // 34 bytes are 54 characters and two bits: the last character of the body belongs to the checksum as well.
    let first = *text.first()?;
    if text.len() != CHARS - 4 || first != b'S' {
        return None;
    }
    let mut whole = text.to_vec();
    whole.extend_from_slice(b"AAAA");
    let mut bytes = decode(&whole)?;
    let check = crc16(&bytes[..BYTES - 2]).to_le_bytes();
    bytes[BYTES - 2..].copy_from_slice(&check);
    let encoded = encode(&bytes);
    encoded.starts_with(std::str::from_utf8(text).ok()?).then(|| encoded[CHARS - 4..].to_owned())
}

fn decode(text: &[u8]) -> Option<[u8; BYTES]> {
    if text.len() == CHARS { base32::decode(text) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A made-up user seed: the first byte says seed and user, then random bytes.
    fn seed() -> String {
        let mut bytes = [0; BYTES];
        bytes[..2].copy_from_slice(&[SEED << 3 | 5, 0]);
        for (at, byte) in bytes[2..BYTES - 2].iter_mut().enumerate() {
            *byte = (at as u8).wrapping_mul(73).wrapping_add(41);
        }
        let check = crc16(&bytes[..BYTES - 2]).to_le_bytes();
        bytes[BYTES - 2..].copy_from_slice(&check);
        encode(&bytes)
    }

    #[test]
    fn crc16_of_the_standard_check_text() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn a_seed_is_proven_and_an_altered_one_is_not() {
        let seed = seed();
        assert!(seed.starts_with("SUA"), "{seed}");
        assert_eq!(decode(seed.as_bytes()).map(|bytes| encode(&bytes)).as_deref(), Some(&*seed));
        assert_eq!(verify(seed.as_bytes()), Verdict::Proven);
        for at in 0..CHARS - 1 {
            let mut altered = seed.clone().into_bytes();
            altered[at] = if altered[at] == b'Q' { b'R' } else { b'Q' };
            assert_eq!(verify(&altered), Verdict::Unknown, "{at}");
        }
        for other in [&seed[1..], "", &seed.to_lowercase()] {
            assert_eq!(verify(other.as_bytes()), Verdict::Unknown, "{other}");
        }
    }

    #[test]
    fn the_check_of_examples() {
        let seed = seed();
        let filled = fill(&seed.as_bytes()[..CHARS - 4]);
        let whole = filled.map(|check| format!("{}{check}", &seed[..CHARS - 4]));
        assert_eq!(whole.map(|whole| verify(whole.as_bytes())), Some(Verdict::Proven));
        assert_eq!(fill(b"SU"), None);
    }
}
