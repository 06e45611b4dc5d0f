//! PGP armor of a private key (RFC 9580): whole packets, and the CRC24 at the end where there is
//! one.
//!
//! The packets must end exactly where the body does and begin with a secret key packet. The
//! checksum is optional since RFC 9580: without it a block is Structured, with it Proven or
//! Disproven.

use super::Verdict;
use super::base64::{Alphabet, Decoder, decode_into};
use super::pem::Tally;

/// Packet type of a secret key (RFC 9580, section 5).
const SECRET_KEY: u8 = 5;

/// `chars`: the body without headers and white space.
pub(super) fn verify(chars: impl Iterator<Item = u8>) -> Verdict {
    let mut armor = Armor { chars, group: 0, checksum_follows: false };
    let mut sum = Crc24::default();
    let decoder = Decoder::new(Alphabet::Standard, &mut armor);
    let mut bytes = Tally::new(decoder);
    let whole = packets(&mut bytes.by_ref().inspect(|&byte| sum.push(byte))).is_some();
    if !whole || !bytes.inner.is_strict() || !bytes.looks_like_a_key() {
        return Verdict::Disproven;
    }
    if !armor.checksum_follows {
        return Verdict::Structured;
    }
    if armor.checksum() == Some(sum.0) { Verdict::Proven } else { Verdict::Disproven }
}

/// The data of an armor: ends before the `=` that announces the checksum, the one at the start of a
/// group.
struct Armor<I> {
    chars: I,
    /// Characters of the current group of four.
    group: u8,
    checksum_follows: bool,
}

impl<I: Iterator<Item = u8>> Armor<I> {
    /// The four characters after the data.
    fn checksum(mut self) -> Option<u32> {
        let mut text = [0; 4];
        for slot in &mut text {
            *slot = self.chars.next()?;
        }
        if self.chars.next().is_some() {
            return None;
        }
        let mut buffer = [0; 3];
        let bytes = decode_into(Alphabet::Standard, &text, &mut buffer)?;
        (bytes.len() == 3)
            .then(|| bytes.iter().fold(0, |value, &byte| value << 8 | u32::from(byte)))
    }
}

impl<I: Iterator<Item = u8>> Iterator for Armor<I> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        if self.checksum_follows {
            return None;
        }
        let byte = self.chars.next()?;
        if byte == b'=' && self.group == 0 {
            self.checksum_follows = true;
            return None;
        }
        self.group = (self.group + 1) % 4;
        Some(byte)
    }
}

/// CRC24 of RFC 9580, section 6.1.1.
struct Crc24(u32);

impl Default for Crc24 {
    fn default() -> Self {
        Self(0x00b7_04ce)
    }
}

impl Crc24 {
    fn push(&mut self, byte: u8) {
        self.0 ^= u32::from(byte) << 16;
        for _ in 0..8 {
            self.0 <<= 1;
            if self.0 & 0x0100_0000 != 0 {
                self.0 ^= 0x0186_4cfb;
            }
        }
    }
}

/// Reads packets to the end; None unless they end with the bytes and the first is a secret key.
fn packets(bytes: &mut impl Iterator<Item = u8>) -> Option<()> {
    let first = bytes.next()?;
    if packet_type(first)? != SECRET_KEY {
        return None;
    }
    skip_packet(first, bytes)?;
    while let Some(header) = bytes.next() {
        packet_type(header)?;
        skip_packet(header, bytes)?;
    }
    Some(())
}

/// The type in a packet's first byte, old form or new; None if it is no such byte.
fn packet_type(header: u8) -> Option<u8> {
    match header {
        0x80..=0xbf => Some(header >> 2 & 0x0f),
        0xc0..=0xff => Some(header & 0x3f),
        _ => None,
    }
}

/// The rest of a packet. Only data packets may have a partial or open length; keys have none.
fn skip_packet(header: u8, bytes: &mut impl Iterator<Item = u8>) -> Option<()> {
    let len = if header & 0x40 == 0 {
        match header & 3 {
            0 => big_endian(1, bytes)?,
            1 => big_endian(2, bytes)?,
            2 => big_endian(4, bytes)?,
            _ => return None,
        }
    } else {
        match bytes.next()? {
            short @ 0..192 => u32::from(short),
            first @ 192..224 => ((u32::from(first) - 192) << 8) + u32::from(bytes.next()?) + 192,
            255 => big_endian(4, bytes)?,
            _ => return None,
        }
    };
    for _ in 0..len {
        bytes.next()?;
    }
    Some(())
}

fn big_endian(count: u8, bytes: &mut impl Iterator<Item = u8>) -> Option<u32> {
    (0..count).try_fold(0, |value, _| bytes.next().map(|byte| value << 8 | u32::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::super::base64::encode;
    use super::super::pem::{self, random_bytes};
    use super::*;
    use proptest::prelude::*;

    fn crc(bytes: &[u8]) -> u32 {
        let mut sum = Crc24::default();
        for &byte in bytes {
            sum.push(byte);
        }
        sum.0
    }

    fn padded(bytes: &[u8]) -> String {
        let mut text = encode(Alphabet::Standard, bytes);
        while !text.len().is_multiple_of(4) {
            text.push('=');
        }
        text
    }

    fn packet(header: &[u8], content: usize) -> Vec<u8> {
        [header, &random_bytes(content)].concat()
    }

    /// `sum`: what is added to the right checksum; None leaves it out.
    fn block(bytes: &[u8], sum: Option<u32>) -> String {
        let check = sum.map_or_else(String::new, |added| {
            let value = (crc(bytes) + added) & 0x00ff_ffff;
            format!("={}\n", padded(&value.to_be_bytes()[1..]))
        });
        let lines: String = padded(bytes)
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8_lossy(line).into_owned() + "\n")
            .collect();
        let label = "PGP PRIVATE KEY BLOCK";
        format!("-----BEGIN {label}-----\nComment: made up\n\n{lines}{check}-----END {label}-----")
    }

    fn check(bytes: &[u8], sum: Option<u32>, expected: Verdict) {
        let block = block(bytes, sum);
        assert_eq!(pem::verify(block.as_bytes()), expected, "{block}");
    }

    #[test]
    fn known_checksums() {
        // The check value of CRC-24/OPENPGP in the CRC catalogue, and the empty message of RFC
        // 9580.
        assert_eq!(crc(b"123456789"), 0x0021_cf02);
        assert_eq!(crc(b""), 0x00b7_04ce);
    }

    #[test]
    fn keys_of_all_length_forms() {
        let user_id = packet(&[0xcd, 20], 20);
        for key in [
            packet(&[0x94, 88], 88),
            packet(&[0x95, 0x03, 0x98], 0x398),
            packet(&[0x96, 0, 0, 3, 0], 0x300),
            packet(&[0xc5, 89], 89),
            packet(&[0xc5, 193, 8], 456),
            packet(&[0xc5, 255, 0, 0, 1, 1], 257),
        ] {
            let bytes = [key, user_id.clone()].concat();
            check(&bytes, Some(0), Verdict::Proven);
            check(&bytes, None, Verdict::Structured);
            check(&bytes, Some(1), Verdict::Disproven);
            check(&bytes[..bytes.len() - 1], Some(0), Verdict::Disproven);
        }
    }

    #[test]
    fn what_is_no_key() {
        for bytes in [
            packet(&[0xc6, 89], 89),
            packet(&[0x97], 89),
            packet(&[0xc5, 230], 89),
            packet(&[0x45, 89], 89),
            packet(&[0xc5, 20], 20),
            [packet(&[0xc5, 89], 89), vec![0x10]].concat(),
            [vec![0xc5, 89], vec![7; 89]].concat(),
        ] {
            check(&bytes, Some(0), Verdict::Disproven);
        }
    }

    #[test]
    fn checksum_line_must_be_whole() {
        let bytes = packet(&[0xc5, 90], 90);
        let right = block(&bytes, Some(0));
        assert_eq!(pem::verify(right.replace('\n', "\\n").as_bytes()), Verdict::Proven);
        for (from, to) in [("\n-----END", "A\n-----END"), ("\n-----END", "=\n-----END")] {
            assert_eq!(pem::verify(right.replace(from, to).as_bytes()), Verdict::Disproven);
        }
        let end = right.rfind("\n-----END").unwrap();
        let cut = [&right[..end - 1], &right[end..]].concat();
        assert_eq!(pem::verify(cut.as_bytes()), Verdict::Disproven);
    }

    proptest! {
        #[test]
        fn one_changed_bit_is_disproven(at in 2_usize..91, bit in 0_u8..8) {
            let bytes = packet(&[0xc5, 89], 89);
            let mut altered = bytes.clone();
            altered[at] ^= 1 << bit;
            let right = block(&bytes, Some(0));
            let sum = right.rfind("\n=").unwrap();
            let wrong = block(&altered, None);
            let end = wrong.rfind("\n-----END").unwrap();
            let mixed = [&wrong[..end], &right[sum..]].concat();
            prop_assert_eq!(pem::verify(mixed.as_bytes()), Verdict::Disproven);
        }
    }
}
