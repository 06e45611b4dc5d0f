//! Stellar secret seeds (SEP-23, "strkey"): base32 of a byte that says "seed", 32 random bytes, and a CRC-16 of
//! these, low byte first.

use super::Verdict;
use super::base32::{crc16, decode, encode};

/// Characters of a seed: 35 bytes without bits to spare.
const CHARS: usize = 56;

const BYTES: usize = 35;

/// The first byte: `S` in base32.
const SEED: u8 = 18 << 3;

pub(super) fn verify(secret: &[u8]) -> Verdict {
    if secret.len() != CHARS {
        return Verdict::Unknown;
    }
    let Some(bytes) = decode::<BYTES>(secret) else { return Verdict::Disproven };
    let (body, check) = bytes.split_at(BYTES - 2);
    let is_seed = body.first() == Some(&SEED);
    if is_seed && crc16(body).to_le_bytes() == check { Verdict::Proven } else { Verdict::Disproven }
}

/// The characters that end a seed whose text has 52: the last of them belongs half to the checksum, so it must
/// be one whose lower bits are zero (`A`, `Q`) and may come back as another.
pub(super) fn fill(text: &[u8]) -> Option<String> {
    let mut whole = text.to_vec();
    whole.extend_from_slice(b"AAAA");
    let mut bytes = decode::<BYTES>(&whole).filter(|bytes| bytes.first() == Some(&SEED))?;
    // 52 characters are 32 bytes and a half: the key's last half byte is made up as zero.
    let check = crc16(&bytes[..BYTES - 2]).to_le_bytes();
    bytes[BYTES - 2..].copy_from_slice(&check);
    let encoded = encode(&bytes);
    encoded.starts_with(std::str::from_utf8(text).ok()?).then(|| encoded[CHARS - 4..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_published_address() {
        // SEP-23: a valid address; it differs from a seed in its first byte only.
        let address = b"GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ";
        let bytes = decode::<BYTES>(address).unwrap();
        assert_eq!(crc16(&bytes[..33]).to_le_bytes(), bytes[33..]);
        assert_eq!(verify(address), Verdict::Disproven);
        let mut seed = [SEED; 33];
        seed[1..].copy_from_slice(&bytes[1..33]);
        let whole = encode(&[&seed[..], &crc16(&seed).to_le_bytes()].concat());
        assert_eq!(verify(whole.as_bytes()), Verdict::Proven);
        assert_eq!(verify(whole.replace('3', "4").as_bytes()), Verdict::Disproven);
        assert_eq!(verify(&whole.as_bytes()[1..]), Verdict::Unknown);
    }

    #[test]
    fn filled_seeds_are_proven() {
        let text = ["S", &"B4KVWLTJJ".repeat(5), "FC7MGX"].concat();
        assert_eq!(text.len(), 52);
        let check = fill(text.as_bytes()).unwrap();
        assert_eq!(verify([text, check].concat().as_bytes()), Verdict::Proven);
        assert_eq!(fill(b"SB4K"), None);
        assert_eq!(fill(&b"G".repeat(52)), None);
    }
}
