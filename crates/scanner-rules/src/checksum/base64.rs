//! Strict base64 (RFC 4648) as an iterator: nothing is stored, so the input has no length limit
//! here.
//!
//! Strict: only the alphabet, leftover bits zero, padding either absent or exactly right, nothing
//! after it. Whether the text was strict is known once the decoder has returned None: ask
//! [`Decoder::is_strict`]. White space is the caller's: filter it out before.

/// Which two characters stand for 62 and 63.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// `+` and `/` (RFC 4648, section 4).
    Standard,
    /// `-` and `_` (section 5).
    UrlSafe,
}

/// The value of one character.
pub(super) fn digit(alphabet: Alphabet, byte: u8) -> Option<u8> {
    match (byte, alphabet) {
        (b'A'..=b'Z', _) => Some(byte - b'A'),
        (b'a'..=b'z', _) => Some(byte - b'a' + 26),
        (b'0'..=b'9', _) => Some(byte - b'0' + 52),
        (b'+', Alphabet::Standard) | (b'-', Alphabet::UrlSafe) => Some(62),
        (b'/', Alphabet::Standard) | (b'_', Alphabet::UrlSafe) => Some(63),
        _ => None,
    }
}

/// Decoded bytes of an iterator of characters. Ends at the first character that is not strict.
#[derive(Clone, Debug)]
pub(super) struct Decoder<I> {
    chars: I,
    alphabet: Alphabet,
    /// Bits not yet returned, the lowest `bit_count`.
    bits: u32,
    bit_count: u32,
    /// Characters of the current group of four, padding included.
    group: u32,
    padding: u32,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Reading,
    EndedStrict,
    /// Strict but for leftover bits that are not zero.
    EndedLoose,
    EndedWrong,
}

impl<I: Iterator<Item = u8>> Decoder<I> {
    pub(super) fn new(alphabet: Alphabet, chars: I) -> Self {
        Self { chars, alphabet, bits: 0, bit_count: 0, group: 0, padding: 0, state: State::Reading }
    }

    /// Whether the whole text was read and strict; false while characters remain.
    pub(super) fn is_strict(&self) -> bool {
        self.state == State::EndedStrict
    }

    /// As [`Self::is_strict`], where bits that the last character has to spare may be set: no encoder writes such text, but
    /// somebody who altered a character does.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.state, State::EndedStrict | State::EndedLoose)
    }

    /// Reads what remains and returns how many bytes that was; None if the text is not strict.
    pub(super) fn count_rest(&mut self) -> Option<usize> {
        let count = self.by_ref().count();
        self.is_strict().then_some(count)
    }

    fn end(&mut self) {
        let whole = self.group == 0 || (self.padding == 0 && self.group != 1);
        self.state = match (whole, self.bits) {
            (true, 0) => State::EndedStrict,
            (true, _) => State::EndedLoose,
            (false, _) => State::EndedWrong,
        };
    }

    /// Takes one character; false if it must not stand here.
    fn take(&mut self, byte: u8) -> bool {
        self.group = (self.group + 1) % 4;
        if byte == b'=' {
            self.padding += 1;
            // Third or fourth of its group, and no group of nothing but padding.
            return matches!((self.group, self.padding), (3, 1) | (0, 1 | 2));
        }
        let Some(value) = digit(self.alphabet, byte) else { return false };
        self.bits = self.bits << 6 | u32::from(value);
        self.bit_count += 6;
        self.padding == 0
    }
}

impl<I: Iterator<Item = u8>> Iterator for Decoder<I> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        while self.state == State::Reading {
            let Some(byte) = self.chars.next() else {
                self.end();
                return None;
            };
            if !self.take(byte) {
                self.state = State::EndedWrong;
            } else if self.bit_count >= 8 {
                self.bit_count -= 8;
                let decoded = (self.bits >> self.bit_count & 0xff) as u8;
                self.bits &= (1 << self.bit_count) - 1;
                return Some(decoded);
            }
        }
        None
    }
}

/// Decodes `text` into the front of `buffer`; None if it is not strict or does not fit.
pub(super) fn decode_into<'b>(
    alphabet: Alphabet,
    text: &[u8],
    buffer: &'b mut [u8],
) -> Option<&'b [u8]> {
    let mut decoder = Decoder::new(alphabet, text.iter().copied());
    let mut count = 0;
    for byte in decoder.by_ref() {
        *buffer.get_mut(count)? = byte;
        count += 1;
    }
    if decoder.is_strict() { buffer.get(..count) } else { None }
}

/// For tests: unpadded base64 of `bytes`.
#[cfg(test)]
pub(super) fn encode(alphabet: Alphabet, bytes: &[u8]) -> String {
    let letters: Vec<char> = (0..64_u8)
        .map(|value| (0..=127).find(|&byte| digit(alphabet, byte) == Some(value)).unwrap().into())
        .collect();
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte));
        let bits = bits << (8 * (3 - group.len()));
        for at in 0..=group.len() {
            text.push(letters[(bits >> (18 - 6 * at) & 63) as usize]);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: Option<&str>) {
        let mut buffer = [0; 64];
        let decoded = decode_into(Alphabet::Standard, text.as_bytes(), &mut buffer);
        assert_eq!(decoded, expected.map(str::as_bytes), "{text}");
    }

    #[test]
    fn vectors_of_rfc_4648() {
        for (text, plain) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
        ] {
            check(text, Some(plain));
            check(text.trim_end_matches('='), Some(plain));
            assert_eq!(encode(Alphabet::Standard, plain.as_bytes()), text.trim_end_matches('='));
        }
    }

    #[test]
    fn what_is_not_strict() {
        for text in [
            "Z", "Zm9vY", "Zg=", "Zg===", "Zm8==", "Zm9v=", "Zm9v====", "=", "====", "Z===",
            "Zh==", "Zm9=", "Zg==Zg==", "Zg=a", "Zm 9v", "Zm9v\n", "Zm9-", "Zm9_", "Zm9v.",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn alphabets_differ_in_two_characters() {
        for byte in 0..=u8::MAX {
            let (standard, url) = (digit(Alphabet::Standard, byte), digit(Alphabet::UrlSafe, byte));
            assert_eq!(standard != url, b"+/-_".contains(&byte), "{byte}");
        }
        assert_eq!(decode_into(Alphabet::UrlSafe, b"-_8", &mut [0; 2]), Some(&[0xfb, 0xff][..]));
        assert_eq!(decode_into(Alphabet::UrlSafe, b"-_8", &mut [0; 1]), None);
    }

    proptest! {
        #[test]
        fn decodes_what_was_encoded(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            for alphabet in [Alphabet::Standard, Alphabet::UrlSafe] {
                let text = encode(alphabet, &bytes);
                let mut buffer = [0; 100];
                let decoded = decode_into(alphabet, text.as_bytes(), &mut buffer);
                prop_assert_eq!(decoded, Some(bytes.as_slice()));
                let mut decoder = Decoder::new(alphabet, text.bytes());
                prop_assert_eq!(decoder.count_rest(), Some(bytes.len()));
                prop_assert_eq!(decoder.next(), None);
            }
        }
    }
}
