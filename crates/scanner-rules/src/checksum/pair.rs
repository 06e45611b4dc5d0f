//! A private key beside its own public half: a public key, a certificate or a line of
//! `authorized_keys` in the same text.
//!
//! The public half is a run of bytes (modulus, point, DSA's `y`) that stands in all of these as it is, so
//! a pair is told by finding it there: no signature is checked, no arithmetic done. What shares 20 random
//! bytes with a key belongs to it. Of a certificate only its end is read.

use super::base64::Alphabet;
use super::base64::digit;
use super::certificate;
use super::key::PUBLIC_BYTES_MIN;
use super::pem::{with_key, with_material};

/// Public keys and certificates of a text that are looked at, at most.
const BLOCKS_MAX: usize = 64;

/// Bytes of one of them, at most.
const BLOCK_BYTES_MAX: usize = 16 * 1024;

/// What a private key shares with its public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicHalf(Vec<u8>);

/// The public half that a private key says of itself; `None` for what is no key, for encrypted ones, and
/// for kinds that do not repeat it.
pub fn public_half(private_key: &[u8]) -> Option<PublicHalf> {
    with_key(private_key, |key| PublicHalf(key.public.to_vec()))
        .filter(|half| half.0.len() >= PUBLIC_BYTES_MIN)
}

/// Whether `text` has a public key or a certificate with this half.
pub fn holds_public_half(text: &[u8], half: &PublicHalf) -> bool {
    let holds = |body: &[u8]| {
        let has = |bytes: &[u8]| bytes.windows(half.0.len()).any(|window| window == half.0);
        with_material(body, has).unwrap_or(false)
    };
    blocks(text).take(BLOCKS_MAX).any(holds) || lines(text).take(BLOCKS_MAX).any(holds)
}

/// When the last of the certificates in `text` that have this half ends, in seconds since 1970; `None` where there is none.
pub fn certificate_end(text: &[u8], half: &PublicHalf) -> Option<u64> {
    let end = |body: &[u8]| {
        let end = |bytes: &[u8]| {
            let has = bytes.windows(half.0.len()).any(|window| window == half.0);
            has.then(|| certificate::not_after(bytes)).flatten()
        };
        with_material(body, end).flatten()
    };
    blocks(text).take(BLOCKS_MAX).filter_map(end).max()
}

/// The bodies of armored blocks that hold no private key.
fn blocks(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    starts(text, b"-----BEGIN ").filter_map(|rest| {
        let rest = rest.get(..BLOCK_BYTES_MAX).unwrap_or(rest);
        let label_end = position(rest, b"-----")?;
        let (label, body) = rest.split_at_checked(label_end)?;
        let body = body.strip_prefix(b"-----")?;
        let body = body.get(..position(body, b"-----END ")?)?;
        position(label, b"PRIVATE").is_none().then_some(body)
    })
}

/// The base64 of keys as `authorized_keys` and `.pub` files have them.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = [
        b"ssh-rsa ".as_slice(),
        b"ssh-dss ",
        b"ssh-ed25519 ",
        b"nistp256 ",
        b"nistp384 ",
        b"nistp521 ",
    ];
    words.into_iter().flat_map(|word| starts(text, word)).filter_map(|rest| {
        let is_base64 = |byte: &u8| *byte == b'=' || digit(Alphabet::Standard, *byte).is_some();
        let end = rest.iter().position(|byte| !is_base64(byte)).unwrap_or(rest.len());
        rest.get(..end.min(BLOCK_BYTES_MAX))
    })
}

/// What stands behind each occurrence of a marker.
fn starts<'a>(text: &'a [u8], marker: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let at = position(rest, marker)?;
        rest = rest.get(at + marker.len()..)?;
        Some(rest)
    })
}

fn position(text: &[u8], marker: &[u8]) -> Option<usize> {
    text.windows(marker.len()).position(|window| window == marker)
}

#[cfg(test)]
mod tests {
    use super::super::base64::encode;
    use super::super::pem::random_bytes;
    use super::*;

    fn armored(label: &str, bytes: &[u8]) -> String {
        let body = encode(Alphabet::Standard, bytes);
        let padding = "=".repeat((4 - body.len() % 4) % 4);
        format!("-----BEGIN {label}-----\n{body}{padding}\n-----END {label}-----\n")
    }

    /// An EC key of P-256 as OpenSSL writes it, and the point of its public half.
    fn key() -> (Vec<u8>, Vec<u8>) {
        let point = [&[4], random_bytes(64).as_slice()].concat();
        let curve = [0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        let scalar =
            [&[0x02, 0x01, 0x01, 0x04, 0x20], random_bytes(99).split_off(67).as_slice()].concat();
        let public = [&[0xa1, 0x44, 0x03, 0x42, 0x00], point.as_slice()].concat();
        let content = [scalar, curve.to_vec(), public].concat();
        ([&[0x30, content.len() as u8], content.as_slice()].concat(), point)
    }

    #[test]
    fn a_key_is_known_by_its_public_half() {
        let (key, point) = key();
        let private = armored("EC PRIVATE KEY", &key);
        let half = public_half(private.as_bytes()).expect("it repeats its public half");
        let mut other = point.clone();
        other[64] ^= 1;
        let around = |point: &[u8]| [b"0\x10subject, extensions", point, b"signature"].concat();
        let line = |point: &[u8]| {
            encode(Alphabet::Standard, &around(point)).trim_end_matches('=').to_owned()
        };
        for (text, want) in [
            (armored("CERTIFICATE", &around(&point)), true),
            (armored("PUBLIC KEY", &around(&point)), true),
            (armored("CERTIFICATE", &around(&other)), false),
            (armored("EC PRIVATE KEY", &key), false),
            (format!("ecdsa-sha2-nistp256 {} me@host", line(&point)), true),
            (format!("ecdsa-sha2-nistp256 {} me@host", line(&other)), false),
            ("-----BEGIN CERTIFICATE-----\nnothing".to_owned(), false),
            ("ssh-rsa ".to_owned(), false),
            (String::new(), false),
        ] {
            let text = format!("{private}\n{text}");
            assert_eq!(holds_public_half(text.as_bytes(), &half), want, "{text}");
        }
    }

    #[test]
    fn the_last_certificate_of_a_key_tells_when_it_ends() {
        let (key, point) = key();
        let half = public_half(armored("EC PRIVATE KEY", &key).as_bytes()).expect("it has one");
        let end = |times: &[&str], point: &[u8]| {
            let one = |time: &&str| armored("CERTIFICATE", &certificate::made(time, point));
            let text: String = times.iter().map(one).collect();
            certificate_end(text.as_bytes(), &half)
        };
        assert_eq!(end(&["240301000000Z", "000229235959Z"], &point), Some(1_709_251_200));
        assert_eq!(end(&["240301000000Z"], &[4; 65]), None);
        assert_eq!(end(&[], &point), None);
    }

    #[test]
    fn what_is_no_key_has_no_half() {
        for text in ["", "-----BEGIN EC PRIVATE KEY-----", "words and words"] {
            assert_eq!(public_half(text.as_bytes()), None, "{text}");
        }
    }
}
