//! `Base58Check`: base58 whose last four bytes are the start of SHA-256(SHA-256(the bytes before)).
//!
//! Bitcoin's wallet import format, extended private keys (BIP 32), and others. The alphabet and the
//! checksum are those of "`Base58Check` encoding" (Bitcoin wiki). Decoding is quadratic, so the
//! input is bounded: [`TEXT_BYTES_MAX`] covers an extended key (111 characters).

use sha2::{Digest, Sha256};

use super::{Verdict, encode_radix};

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Longest text; what is longer is Unknown.
const TEXT_BYTES_MAX: usize = 128;
const CHECK_BYTES: usize = 4;

/// Characters that [`fill`] appends: 58⁶ > 2·2³², so some number with these last six digits has the
/// right checksum whatever stands before them.
const FILL_CHARS: usize = 6;

pub(super) fn verify(secret: &[u8]) -> Verdict {
    if secret.len() > TEXT_BYTES_MAX {
        return Verdict::Unknown;
    }
    let mut number = Number::default();
    let Some(bytes) = number.decode(secret) else { return Verdict::Disproven };
    match bytes.split_last_chunk::<CHECK_BYTES>() {
        Some((payload, check)) if !payload.is_empty() && checksum(payload) == *check => {
            Verdict::Proven
        }
        _ => Verdict::Disproven,
    }
}

/// The checksum is a part of the number, not of the text, so the end of the text is solved for: the
/// first number past `text` followed by zeros that is a payload and its checksum.
pub(super) fn fill(text: &[u8]) -> Option<String> {
    if text.len() + FILL_CHARS > TEXT_BYTES_MAX {
        return None;
    }
    let mut padded = text.to_vec();
    padded.resize(text.len() + FILL_CHARS, ALPHABET[0]);
    let mut number = Number::default();
    let start = low_64(number.decode(&padded)?);
    let end = number.bytes.len() - CHECK_BYTES;
    if number.bytes.iter().skip(end).any(|&byte| byte != 0) {
        number.increment(end);
    }
    let (payload, _) = number.significant()?.split_last_chunk::<CHECK_BYTES>()?;
    let check = checksum(payload);
    number.bytes[end..].copy_from_slice(&check);
    let filled = low_64(&number.bytes).wrapping_sub(start);
    let tail = encode_radix(filled, ALPHABET, FILL_CHARS)?;
    (verify(&[text, tail.as_bytes()].concat()) == Verdict::Proven).then_some(tail)
}

fn checksum(payload: &[u8]) -> [u8; CHECK_BYTES] {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(Sha256::digest(payload)).into();
    [a, b, c, d]
}

fn low_64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

/// A big-endian number on the stack. 58 < 2⁶, so 128 characters need 96 bytes; a leading zero byte
/// of the payload is written as a leading `1`, so zeros fit as well: one character a byte, 128 in
/// all.
struct Number {
    bytes: [u8; TEXT_BYTES_MAX],
    zeros: usize,
}

impl Default for Number {
    fn default() -> Self {
        Self { bytes: [0; TEXT_BYTES_MAX], zeros: 0 }
    }
}

impl Number {
    /// The decoded bytes; None for another character or a text without any value.
    fn decode(&mut self, text: &[u8]) -> Option<&[u8]> {
        self.zeros = text.iter().take_while(|&&byte| byte == ALPHABET[0]).count();
        for &byte in text {
            let mut carry = u32::from(digit(byte)?);
            for slot in self.bytes.iter_mut().rev() {
                carry += u32::from(*slot) * 58;
                *slot = (carry & 0xff) as u8;
                carry >>= 8;
            }
        }
        self.significant()
    }

    /// The leading zeros that the text stated, then the number without any.
    fn significant(&self) -> Option<&[u8]> {
        let first = self.bytes.iter().position(|&byte| byte != 0)?;
        self.bytes.get(first.checked_sub(self.zeros)?..)
    }

    /// Adds one to the number that ends before `end`.
    fn increment(&mut self, end: usize) {
        for slot in self.bytes.iter_mut().take(end).rev() {
            *slot = slot.wrapping_add(1);
            if *slot != 0 {
                return;
            }
        }
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'1'..=b'9' => Some(byte - b'1'),
        b'A'..=b'H' => Some(byte - b'A' + 9),
        b'J'..=b'N' => Some(byte - b'J' + 17),
        b'P'..=b'Z' => Some(byte - b'P' + 22),
        b'a'..=b'k' => Some(byte - b'a' + 33),
        b'm'..=b'z' => Some(byte - b'm' + 44),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digits_follow_the_alphabet() {
        for byte in 0..=u8::MAX {
            let expected = ALPHABET.iter().position(|&letter| letter == byte);
            assert_eq!(digit(byte).map(usize::from), expected, "{byte}");
        }
    }

    #[test]
    fn published_vectors() {
        // Bitcoin wiki, "Wallet import format"; BIP 32, test vector 1, chain m; the genesis
        // address.
        let wif = ["5HueCGU8rMjxEXxiPuD5BDku", "4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"].concat();
        let extended = [
            "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2",
            "nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxW",
            "Utg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
        ]
        .concat();
        let address = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
        for text in [wif.as_str(), extended.as_str(), address] {
            assert_eq!(verify(text.as_bytes()), Verdict::Proven, "{text}");
            let swapped: Vec<u8> = text.bytes().rev().collect();
            assert_eq!(verify(&swapped), Verdict::Disproven);
            let cut = &text.as_bytes()[..text.len() - 1];
            assert_eq!(verify(cut), Verdict::Disproven);
        }
    }

    #[test]
    fn ends_and_limits() {
        assert_eq!(verify(b""), Verdict::Disproven);
        assert_eq!(verify(b"1"), Verdict::Disproven);
        assert_eq!(verify(b"0OIl"), Verdict::Disproven);
        assert_eq!(verify(&[b'1'; TEXT_BYTES_MAX]), Verdict::Disproven);
        assert_eq!(verify(&[b'z'; TEXT_BYTES_MAX]), Verdict::Disproven);
        assert_eq!(verify(&[b'z'; TEXT_BYTES_MAX + 1]), Verdict::Unknown);
        assert_eq!(fill(b"111"), None);
        assert_eq!(fill(b"0"), None);
        assert_eq!(fill(&[b'z'; TEXT_BYTES_MAX]), None);
    }

    proptest! {
        #[test]
        fn one_changed_character_is_disproven(
            text in "1{0,3}[2-9A-HJ-NP-Z][1-9A-HJ-NP-Za-km-z]{20,60}",
            at in 0_usize..70,
            other in 0_usize..58,
        ) {
            let tail = fill(text.as_bytes()).unwrap();
            let mut whole = [text.as_bytes(), tail.as_bytes()].concat();
            prop_assert_eq!(verify(&whole), Verdict::Proven);
            let at = at % whole.len();
            prop_assume!(whole[at] != ALPHABET[other]);
            whole[at] = ALPHABET[other];
            prop_assert_eq!(verify(&whole), Verdict::Disproven);
        }
    }
}
