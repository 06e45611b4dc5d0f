//! GitLab routable tokens: `glpat-<payload>.01.<length><crc>` and the first form without a version.
//!
//! The layout is that of GitLab's source (`lib/authn/token_field/generator/routable_token.rb`) and
//! of its handbook ("Cells: Routable Tokens"). The payload is base64url without padding; its own
//! length follows as two base36 digits; the last seven characters are the CRC32, in base36, of
//! everything before them, prefix included. The bytes of the payload, version 1: 16 random, the
//! routing text, one byte with the length of that text. Before there were versions: routing text,
//! random bytes, one byte with the number of those. The routing text has lines `o:1` with keys of
//! [`ROUTING_KEYS`] and base36 values.
//!
//! An instance may put a prefix of its own before `glpat-`, which the checksum covers and the match
//! need not include. So a wrong checksum over a payload that decodes as it must is Unknown, not
//! Disproven. Tokens of the old kind, 20 characters without a dot, have no checksum: Unknown.

use super::base64::{Alphabet, decode_into};
use super::{Verdict, encode_radix};

const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const CRC_CHARS: usize = 7;
const LENGTH_CHARS: usize = 2;
const VERSION_CHARS: usize = 2;

/// Longest token that is read: payload and prefix are at most 300 characters each.
const TOKEN_BYTES_MAX: usize = 640;

/// Bytes of the longest payload: 16 random, 159 of routing text, the length; with room for more.
const PAYLOAD_BYTES_MAX: usize = 256;
const RANDOM_BYTES: usize = 16;

/// Cell, group, organization, project, user, and the kind of token.
const ROUTING_KEYS: &[u8] = b"cgoput"; // scanner-rs:allow: names of fields

pub(super) fn verify(secret: &[u8]) -> Verdict {
    let Some(token) = Token::split(secret) else { return Verdict::Unknown };
    if base36(token.crc) == Some(u64::from(crc32fast::hash(token.covered))) {
        Verdict::Proven
    } else if token.version.is_some_and(|version| version != b"01") || token.is_well_formed() {
        Verdict::Unknown
    } else {
        Verdict::Disproven
    }
}

pub(super) fn fill(text: &[u8]) -> Option<String> {
    let length = text.rsplit(|&byte| byte == b'.').next()?;
    if length.len() != LENGTH_CHARS
        || length.len() == text.len()
        || text.len() + CRC_CHARS > TOKEN_BYTES_MAX
    {
        return None;
    }
    encode_radix(u64::from(crc32fast::hash(text)), BASE36, CRC_CHARS)
}

struct Token<'a> {
    /// All before the checksum.
    covered: &'a [u8],
    /// Prefix and payload.
    head: &'a [u8],
    version: Option<&'a [u8]>,
    length: &'a [u8],
    crc: &'a [u8],
}

impl<'a> Token<'a> {
    /// None for another layout.
    fn split(secret: &'a [u8]) -> Option<Self> {
        if secret.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let (covered, crc) = secret.split_at_checked(secret.len().checked_sub(CRC_CHARS)?)?;
        let mut parts = covered.rsplit(|&byte| byte == b'.');
        let length = parts.next().filter(|length| length.len() == LENGTH_CHARS)?;
        let (version, head) = match (parts.next()?, parts.next()) {
            (head, None) => (None, head),
            (version, Some(head)) if version.len() == VERSION_CHARS => (Some(version), head),
            _ => return None,
        };
        (parts.next().is_none() && !crc.contains(&b'.')).then_some(Self {
            covered,
            head,
            version,
            length,
            crc,
        })
    }

    /// Whether the payload is as long as stated and holds a routing text.
    fn is_well_formed(&self) -> bool {
        let mut buffer = [0; PAYLOAD_BYTES_MAX];
        self.routing_text(&mut buffer).is_some_and(is_routing)
    }

    fn routing_text<'b>(&self, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        let payload_chars = usize::try_from(base36(self.length)?).ok()?;
        let prefix_chars = self.head.len().checked_sub(payload_chars).filter(|&chars| chars > 0)?;
        let payload = decode_into(Alphabet::UrlSafe, self.head.get(prefix_chars..)?, buffer)?;
        let (&stated, bytes) = payload.split_last()?;
        let stated = usize::from(stated);
        if self.version.is_some() {
            bytes.get(RANDOM_BYTES..).filter(|text| text.len() == stated)
        } else {
            bytes.get(..bytes.len().checked_sub(stated)?).filter(|_| stated >= RANDOM_BYTES)
        }
    }
}

fn is_routing(text: &[u8]) -> bool {
    text.split(|&byte| byte == b'\n').all(|line| match line {
        [key, b':', value @ ..] => {
            let base36 =
                value.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            ROUTING_KEYS.contains(key) && !value.is_empty() && base36
        }
        _ => false,
    })
}

/// None for another character. Seven digits of base36 need 37 bits.
fn base36(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |value, &byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' => byte - b'a' + 10,
            _ => return None,
        };
        Some(value * 36 + u64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::super::base64::encode;
    use super::super::pem::random_bytes;
    use super::*;
    use proptest::prelude::*;

    fn payload_1(routing: &str) -> String {
        let bytes = [&random_bytes(16), routing.as_bytes(), &[routing.len() as u8]].concat();
        encode(Alphabet::UrlSafe, &bytes)
    }

    fn payload_0(routing: &str) -> String {
        let bytes = [routing.as_bytes(), &random_bytes(16), &[16]].concat();
        encode(Alphabet::UrlSafe, &bytes)
    }

    fn length(payload: &str) -> String {
        encode_radix(payload.len() as u64, BASE36, LENGTH_CHARS).unwrap()
    }

    fn finish(text: &str) -> String {
        format!("{text}{}", fill(text.as_bytes()).unwrap())
    }

    fn check(token: &str, expected: Verdict) {
        assert_eq!(verify(token.as_bytes()), expected, "{token}");
    }

    #[test]
    fn both_forms() {
        for routing in ["o:1", "c:1\no:1\nu:4xq", "o:2n9c\np:zzzzzzzz"] {
            let payload = payload_1(routing);
            let whole = finish(&format!("glpat-{payload}.01.{}", length(&payload)));
            check(&whole, Verdict::Proven);
            // The prefix of an instance, left out by the match: the checksum covers what is not
            // seen.
            let longer = finish(&format!("corp-glpat-{payload}.01.{}", length(&payload)));
            check(&longer, Verdict::Proven);
            check(&longer["corp-".len()..], Verdict::Unknown);
            let payload = payload_0(routing);
            let whole = finish(&format!("glrt-t3_{payload}.{}", length(&payload)));
            check(&whole, Verdict::Proven);
            check(&whole["glrt-".len()..], Verdict::Unknown);
        }
    }

    #[test]
    fn wrong_checksum_over_no_payload() {
        let random = encode(Alphabet::UrlSafe, &random_bytes(30));
        let good = payload_1("o:1");
        for text in [
            format!("glpat-{random}.01.{}", length(&random)),
            format!("glpat-{random}.{}", length(&random)),
            format!("glpat-{good}.01.zz"),
            format!("glpat-{good}.01.0a"),
            format!("glpat-{}.01.{}", payload_1("x:1"), length(&good)),
            format!("glpat-{}.01.{}", payload_1("o:"), length(&payload_1("o:"))),
            format!("glpat-{}.01.{}", payload_1("o:A"), length(&good)),
            format!("{good}.01.{}", length(&good)),
            format!("glpat-{good}.01.--"),
        ] {
            check(&format!("{text}0000000"), Verdict::Disproven);
            check(&finish(&text), Verdict::Proven);
        }
        check(&format!("glpat-{random}.01.{}zzzzzzz", length(&random)), Verdict::Disproven);
        check(&format!("glpat-{random}.01.{}AAAAAAA", length(&random)), Verdict::Disproven);
    }

    #[test]
    fn other_layouts() {
        check("", Verdict::Unknown);
        check(&["glpat-", "a1B2c3D4e5F6g7H8i9J0"].concat(), Verdict::Unknown);
        check("glpat-abc.01.1o123456", Verdict::Unknown);
        check("glpat-abc.001.1o1234567", Verdict::Unknown);
        check("glpat-a.bc.01.1o1234567", Verdict::Unknown);
        check("glpat-abc.02.1o1234567", Verdict::Unknown);
        check(&"a".repeat(TOKEN_BYTES_MAX + 1), Verdict::Unknown);
        for text in ["", "1o", "glpat-abc", "glpat-abc.01.1", "glpat-abc.01."] {
            assert_eq!(fill(text.as_bytes()), None, "{text}");
        }
        assert_eq!(fill(format!("{}.01.1o", "a".repeat(TOKEN_BYTES_MAX)).as_bytes()), None);
    }

    #[test]
    fn checksum_of_a_known_text() {
        // CRC32 of "123456789" is cbf43926 in every catalogue; base36 of that, seven digits.
        assert_eq!(encode_radix(0xcbf4_3926, BASE36, CRC_CHARS).unwrap(), "1kl8mjq");
        assert_eq!(base36(b"1kl8mjq"), Some(0xcbf4_3926));
        assert_eq!(crc32fast::hash(b"123456789"), 0xcbf4_3926);
    }

    proptest! {
        #[test]
        fn one_changed_character_is_not_proven(at in 0_usize..64, other in "[0-9a-z]") {
            let payload = payload_1("c:1\no:1\nu:4xq");
            let mut token = finish(&format!("glpat-{payload}.01.{}", length(&payload))).into_bytes();
            let at = at % token.len();
            let other = other.as_bytes()[0];
            prop_assume!(token[at] != other);
            token[at] = other;
            prop_assert_ne!(verify(&token), Verdict::Proven);
        }
    }
}
