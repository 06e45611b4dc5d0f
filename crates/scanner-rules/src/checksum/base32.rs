//! The digits of base32 (RFC 4648), and the CRC-16 that key formats put into it.

/// The alphabet, by value.
pub(super) const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The value of one character.
pub(super) fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
}

/// The bytes that `text` stands for, exactly as many as `N` and with no bit of theirs missing. Bits that the
/// last character has to spare are not looked at.
pub(super) fn decode<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let (mut bits, mut count, mut at) = (0_u32, 0, 0);
    let mut bytes = [0; N];
    for character in text {
        bits = bits << 5 | u32::from(digit(*character)?);
        count += 5;
        if count >= 8 {
            count -= 8;
            *bytes.get_mut(at)? = (bits >> count & 0xff) as u8;
            at += 1;
        }
    }
    (at == N).then_some(bytes)
}

/// The text of `bytes`. Makes examples, so it may allocate.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(char::from(ALPHABET[(bits >> count & 31) as usize]));
        }
    }
    if count > 0 {
        text.push(char::from(ALPHABET[(bits << (5 - count) & 31) as usize]));
    }
    text
}

/// CRC-16 as XMODEM has it: polynomial 0x1021, no reflection, begins with zero.
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte) << 8, |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors() {
        // RFC 4648, section 10; the catalogue's check value of CRC-16/XMODEM.
        assert_eq!(encode(b"foobar"), "MZXW6YTBOI");
        assert_eq!(decode::<6>(b"MZXW6YTBOI"), Some(*b"foobar"));
        assert_eq!(decode::<6>(b"MZXW6YTB1I"), None);
        assert_eq!(decode::<5>(b"MZXW6YTBOI"), None);
        assert_eq!(decode::<7>(b"MZXW6YTBOI"), None);
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }
}
