//! Bech32 (BIP-173): a name, a `1`, characters of 32 values, the last six of which are a checksum of name and
//! value. Keys of age, Nostr (NIP-19) and Cardano (CIP-5) are written so; these allow more than the 90
//! characters of an address.

use super::Verdict;

/// The alphabet, by value.
const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

const CHECK_CHARS: usize = 6;

/// What is longer is not read.
const TEXT_BYTES_MAX: usize = 1024;

/// What the checksum of a right text comes to.
const RIGHT: u32 = 1;

pub(super) fn verify(secret: &[u8]) -> Verdict {
    if secret.len() > TEXT_BYTES_MAX {
        return Verdict::Unknown;
    }
    let Some((name, values)) = split(secret) else { return Verdict::Unknown };
    let mixed =
        secret.iter().any(u8::is_ascii_lowercase) && secret.iter().any(u8::is_ascii_uppercase);
    let sum = values.iter().try_fold(begin(name), |sum, byte| Some(step(sum, digit(*byte)?)));
    let is_right = !mixed && values.len() >= CHECK_CHARS && sum == Some(RIGHT);
    if is_right { Verdict::Proven } else { Verdict::Disproven }
}

/// The six characters of the checksum, in the case of the text.
pub(super) fn fill(text: &[u8]) -> Option<String> {
    let (name, values) = split(text)?;
    let sum = values.iter().try_fold(begin(name), |sum, byte| Some(step(sum, digit(*byte)?)))?;
    let sum = (0..CHECK_CHARS).fold(sum, |sum, _| step(sum, 0)) ^ RIGHT;
    let is_upper = text.iter().any(u8::is_ascii_uppercase);
    let character = |at: usize| {
        let byte = ALPHABET[(sum >> (5 * at) & 31) as usize];
        char::from(if is_upper { byte.to_ascii_uppercase() } else { byte })
    };
    Some((0..CHECK_CHARS).rev().map(character).collect())
}

/// Name and values: the last `1` parts them, which is no character of a value.
fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.iter().rposition(|byte| *byte == b'1').filter(|at| *at > 0)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn digit(byte: u8) -> Option<u8> {
    let byte = byte.to_ascii_lowercase();
    ALPHABET.iter().position(|one| *one == byte).map(|at| at as u8)
}

/// The checksum of the name: the upper bits of all characters, a zero, the lower bits.
fn begin(name: &[u8]) -> u32 {
    let lower = |byte: &u8| byte.to_ascii_lowercase();
    let upper_bits = name.iter().fold(1, |sum, byte| step(sum, lower(byte) >> 5));
    name.iter().fold(step(upper_bits, 0), |sum, byte| step(sum, lower(byte) & 31))
}

/// One more value in the polynomial remainder.
fn step(sum: u32, value: u8) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let shifted = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
    GENERATOR.iter().enumerate().fold(shifted, |sum, (bit, generator)| {
        if top >> bit & 1 == 1 { sum ^ generator } else { sum }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_bip_173() {
        let long = "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs";
        for text in [
            "A12UEL5L",
            "a12uel5l",
            long,
            "?1ezyfcl",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
        ] {
            assert_eq!(verify(text.as_bytes()), Verdict::Proven, "{text}");
            let (body, check) = text.split_at(text.len() - 6);
            if !body.ends_with('1') || body.bytes().any(|byte| byte.is_ascii_lowercase()) {
                assert_eq!(fill(body.as_bytes()).as_deref(), Some(check), "{text}");
            }
        }
        for text in [
            "x1b4n0q5v",
            "li1dgmt3",
            "A1G7SGD8",
            "A12uEL5L",
            "a1",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxx",
        ] {
            assert_eq!(verify(text.as_bytes()), Verdict::Disproven, "{text}");
        }
        for text in ["", "1qzzfhee", "pzry9x0s0muk"] {
            assert_eq!(verify(text.as_bytes()), Verdict::Unknown, "{text}");
        }
    }

    #[test]
    fn the_example_of_nip_19() {
        let key = ["nsec1", "vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laq", "snlfe5"];
        assert_eq!(verify(key.concat().as_bytes()), Verdict::Proven);
    }
}
