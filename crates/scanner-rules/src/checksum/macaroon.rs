//! `PyPI` API tokens: `pypi-`, then the base64url of a version 2 macaroon for pypi.org.
//!
//! The binary format is libmacaroons' `doc/format.txt`: a version byte, then fields of type, length
//! and content, both numbers variable-length; sections end with a zero byte. That `PyPI` tokens are
//! macaroons is told by its documentation ("API tokens") and by Warehouse's source. The signature's
//! key is not known, so a token is Structured at best; that the whole text parses to the last byte,
//! with location, identifier and a 32-byte signature, leaves no room for chance.

use super::Verdict;
use super::base64::{Alphabet, Decoder};

const PREFIX: &[u8] = b"pypi-";

/// Longest token that is read; `PyPI`'s own have some 200 characters, caveats may be added.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

const VERSION: u8 = 2;
const LOCATION: u64 = 1;
const IDENTIFIER: u64 = 2;
const VERIFICATION_ID: u64 = 4;
const SIGNATURE: u64 = 6;
const END: u64 = 0;
const SIGNATURE_BYTES: u64 = 32;

/// The service and its test instance.
const LOCATIONS: [&[u8]; 2] = [b"pypi.org", b"test.pypi.org"];

pub(super) fn verify(secret: &[u8]) -> Verdict {
    if secret.len() > TOKEN_BYTES_MAX {
        return Verdict::Unknown;
    }
    let Some(text) = secret.strip_prefix(PREFIX) else { return Verdict::Unknown };
    let mut fields = Fields { bytes: Decoder::new(Alphabet::UrlSafe, text.iter().copied()) };
    if fields.macaroon().is_some() && fields.bytes.count_rest() == Some(0) {
        Verdict::Structured
    } else {
        Verdict::Disproven
    }
}

/// Reads the format; every method is None where the bytes do not follow it.
struct Fields<I> {
    bytes: I,
}

impl<I: Iterator<Item = u8>> Fields<I> {
    fn macaroon(&mut self) -> Option<()> {
        self.bytes.next().filter(|&version| version == VERSION)?;
        self.kind(LOCATION)?;
        self.location()?;
        self.kind(IDENTIFIER)?;
        self.content()?;
        self.kind(END)?;
        while self.caveat()? {}
        self.kind(SIGNATURE)?;
        (self.content()? == SIGNATURE_BYTES).then_some(())
    }

    /// One caveat: perhaps a location, an identifier, perhaps a verification id. False at the end
    /// of all.
    fn caveat(&mut self) -> Option<bool> {
        let mut kind = self.number()?;
        if kind == END {
            return Some(false);
        }
        if kind == LOCATION {
            self.content()?;
            kind = self.number()?;
        }
        if kind != IDENTIFIER {
            return None;
        }
        self.content()?;
        match self.number()? {
            END => Some(true),
            VERIFICATION_ID => {
                self.content()?;
                self.kind(END)?;
                Some(true)
            }
            _ => None,
        }
    }

    fn kind(&mut self, wanted: u64) -> Option<()> {
        (self.number()? == wanted).then_some(())
    }

    fn location(&mut self) -> Option<()> {
        let len = self.number()?;
        let wanted = LOCATIONS.into_iter().find(|location| location.len() as u64 == len)?;
        wanted.iter().all(|&byte| self.bytes.next() == Some(byte)).then_some(())
    }

    /// Skips a field's content and returns its length. Ends with the bytes, whatever the length
    /// says.
    fn content(&mut self) -> Option<u64> {
        let len = self.number()?;
        for _ in 0..len {
            self.bytes.next()?;
        }
        Some(len)
    }

    /// A variable-length number: seven bits a byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.bytes.next()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::base64::encode;
    use super::*;
    use proptest::prelude::*;

    fn field(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind];
        let mut len = content.len();
        while len > 0x7f {
            bytes.push((len & 0x7f) as u8 | 0x80);
            len >>= 7;
        }
        bytes.push(len as u8);
        bytes.extend_from_slice(content);
        bytes
    }

    /// Version, head, caveats and signature, joined.
    fn macaroon(location: &str, caveats: &[Vec<u8>], signature: &[u8]) -> Vec<u8> {
        [
            vec![2],
            field(1, location.as_bytes()),
            field(2, &[7; 36]),
            vec![0],
            caveats.concat(),
            vec![0],
            field(6, signature),
        ]
        .concat()
    }

    fn token(bytes: &[u8]) -> Vec<u8> {
        format!("pypi-{}", encode(Alphabet::UrlSafe, bytes)).into_bytes()
    }

    fn check(bytes: &[u8], expected: Verdict) {
        assert_eq!(verify(&token(bytes)), expected, "{bytes:?}");
    }

    #[test]
    fn whole_macaroons() {
        let plain = [field(2, br#"{"version": 1, "permissions": "user"}"#), vec![0]].concat();
        let third_party =
            [field(1, b"elsewhere"), field(2, &[1; 200]), field(4, &[2; 48]), vec![0]].concat();
        for location in ["pypi.org", "test.pypi.org"] {
            check(&macaroon(location, &[], &[9; 32]), Verdict::Structured);
            check(&macaroon(location, std::slice::from_ref(&plain), &[9; 32]), Verdict::Structured);
            check(
                &macaroon(location, &[plain.clone(), third_party.clone()], &[9; 32]),
                Verdict::Structured,
            );
        }
        // The start that every token of pypi.org has.
        assert!(token(&macaroon("pypi.org", &[], &[9; 32])).starts_with(b"pypi-AgEIcHlwaS5vcmc"));
    }

    #[test]
    fn what_is_none() {
        check(&macaroon("example.org", &[], &[9; 32]), Verdict::Disproven);
        check(&macaroon("pypi.com", &[], &[9; 32]), Verdict::Disproven);
        check(&macaroon("pypi.org", &[], &[9; 31]), Verdict::Disproven);
        check(&macaroon("pypi.org", &[vec![4, 0, 0]], &[9; 32]), Verdict::Disproven);
        check(&macaroon("pypi.org", &[vec![1, 0, 0]], &[9; 32]), Verdict::Disproven);
        let mut longer = macaroon("pypi.org", &[], &[9; 32]);
        longer.push(0);
        check(&longer, Verdict::Disproven);
        let mut huge = macaroon("pypi.org", &[], &[9; 32]);
        huge.splice(12..13, [0xff; 8]);
        check(&huge, Verdict::Disproven);
        assert_eq!(verify(b"pypi-"), Verdict::Disproven);
        assert_eq!(verify(b"pypi-AgEIcHlwaS5vcmc"), Verdict::Disproven);
        assert_eq!(verify(b"something-else"), Verdict::Unknown);
        assert_eq!(
            verify(&[b"pypi-".as_slice(), &[b'A'; TOKEN_BYTES_MAX]].concat()),
            Verdict::Unknown
        );
    }

    proptest! {
        #[test]
        fn a_cut_token_is_disproven(cut in 1_usize..100) {
            let whole = token(&macaroon("pypi.org", &[], &[9; 32]));
            let end = whole.len().saturating_sub(cut).max(5);
            prop_assert_eq!(verify(&whole[..end]), Verdict::Disproven);
        }
    }
}
