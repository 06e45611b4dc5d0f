//! JSON Web Tokens (RFC 7519): three parts for a signed one (RFC 7515), five for an encrypted one
//! (RFC 7516).
//!
//! A token is Structured when its header is a JSON object with a string `alg` and its payload is a
//! JSON object; `"alg":"none"` is no exception. The signature's key is not known, so nothing is
//! Proven here. Unknown, because cut short or detached: an empty payload, and a signature shorter
//! than the shortest of RFC 7518 (32 bytes) unless `alg` is `none`.

use super::Verdict;
use super::base64::{Alphabet, Decoder, digit};
use super::json::{Fault, Text, Value, scan_object};

/// Longest token that is read; what is longer is Unknown.
const TOKEN_BYTES_MAX: usize = 64 * 1024;

/// Characters of a 32-byte signature (HS256) in base64url.
const SIGNATURE_CHARS_MIN: usize = 43;

pub(super) fn verify(secret: &[u8]) -> Verdict {
    if secret.len() > TOKEN_BYTES_MAX {
        return Verdict::Unknown;
    }
    let mut parts = secret.split(|&byte| byte == b'.');
    let (Some(header), Some(second), Some(third)) = (parts.next(), parts.next(), parts.next())
    else {
        return Verdict::Unknown;
    };
    let header = match Header::read(header) {
        Ok(header) if header.has_alg => header,
        Err(Fault::TooDeep) => return Verdict::Unknown,
        Ok(_) | Err(Fault::Malformed) => return Verdict::Disproven,
    };
    match (parts.next(), parts.next(), parts.next()) {
        (None, None, None) => signed(header, second, third),
        (Some(fourth), Some(fifth), None) if header.has_enc => {
            encrypted([second, third, fourth, fifth])
        }
        _ => Verdict::Disproven,
    }
}

/// When the token expires, in seconds since 1970: the whole part of the payload's `exp`.
///
/// None for what is no JWT, for an encrypted one, and for an `exp` that is absent, negative, not a
/// number or written with an exponent. The caller has the clock.
pub fn jwt_exp(secret: &[u8]) -> Option<u64> {
    if verify(secret) != Verdict::Structured {
        return None;
    }
    let payload = secret.split(|&byte| byte == b'.').nth(1)?;
    let mut exp = None;
    let on_member = |name: &Text, value| match value {
        Value::Number(number) if name.is("exp") => exp = number,
        _ => (),
    };
    scan_part(payload, on_member).ok()?;
    exp
}

/// Whether a token says what those of tutorials say, whoever signed it: subject `1234567890`, `John Doe`,
/// `{"foo": "bar"}`, `{"some": "payload"}`.
pub(super) fn is_sample(secret: &[u8]) -> bool {
    let Some(payload) = secret.split(|&byte| byte == b'.').nth(1) else { return false };
    if !secret.starts_with(b"eyJ") || secret.len() > TOKEN_BYTES_MAX {
        return false;
    }
    let samples =
        [("sub", "1234567890"), ("name", "John Doe"), ("foo", "bar"), ("some", "payload")];
    let mut found = false;
    let on_member = |name: &Text, value| {
        if let Value::Text(text) = value {
            found |= samples.iter().any(|(key, sample)| name.is(key) && text.is(sample));
        }
    };
    scan_part(payload, on_member).is_ok() && found
}

#[derive(Clone, Copy, Default)]
struct Header {
    has_alg: bool,
    alg_is_none: bool,
    has_enc: bool,
}

impl Header {
    fn read(part: &[u8]) -> Result<Self, Fault> {
        let mut header = Self::default();
        scan_part(part, |name, value| match value {
            Value::Text(text) if name.is("alg") => {
                header.has_alg = !text.is("");
                header.alg_is_none = text.is("none");
            }
            Value::Text(_) if name.is("enc") => header.has_enc = true,
            _ => (),
        })?;
        Ok(header)
    }
}

fn signed(header: Header, payload: &[u8], signature: &[u8]) -> Verdict {
    if !is_base64url(signature) {
        return Verdict::Disproven;
    }
    if payload.is_empty() {
        return Verdict::Unknown;
    }
    match scan_part(payload, |_, _| ()) {
        Ok(()) if header.alg_is_none || signature.len() >= SIGNATURE_CHARS_MIN => {
            Verdict::Structured
        }
        Ok(()) | Err(Fault::TooDeep) => Verdict::Unknown,
        Err(Fault::Malformed) => Verdict::Disproven,
    }
}

/// Key (may be empty), initialization vector, ciphertext, tag: opaque, so only the alphabet is
/// checked.
fn encrypted([key, vector, ciphertext, tag]: [&[u8]; 4]) -> Verdict {
    let filled = |part: &[u8]| !part.is_empty() && is_base64url(part);
    if is_base64url(key) && filled(vector) && filled(ciphertext) && filled(tag) {
        Verdict::Structured
    } else {
        Verdict::Disproven
    }
}

/// Some writers leave the padding that RFC 7515 strips.
fn is_base64url(part: &[u8]) -> bool {
    let unpadded = part.strip_suffix(b"==").or_else(|| part.strip_suffix(b"=")).unwrap_or(part);
    unpadded.iter().all(|&byte| digit(Alphabet::UrlSafe, byte).is_some())
}

/// The JSON object that one part holds.
fn scan_part(part: &[u8], on_member: impl FnMut(&Text, Value)) -> Result<(), Fault> {
    let mut decoder = Decoder::new(Alphabet::UrlSafe, part.iter().copied());
    scan_object(decoder.by_ref(), on_member)?;
    if decoder.is_strict() { Ok(()) } else { Err(Fault::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::super::base64::encode;
    use super::*;
    use proptest::prelude::*;

    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    fn token(header: &str, payload: &str, signature: &str) -> String {
        let part = |text: &str| encode(Alphabet::UrlSafe, text.as_bytes());
        format!("{}.{}.{signature}", part(header), part(payload))
    }

    fn signature() -> String {
        encode(Alphabet::UrlSafe, &[0xa7; 32])
    }

    fn check(token: &str, expected: Verdict) {
        assert_eq!(verify(token.as_bytes()), expected, "{token}");
    }

    #[test]
    fn headers_and_payloads() {
        for (header, payload, expected) in [
            (HEADER, r#"{"sub":"1"}"#, Verdict::Structured),
            (HEADER, "{}", Verdict::Structured),
            (
                r#"{"typ":"JWT","alg":"RS256","kid":"x"}"#,
                r#"{"a":[1,{"b":null}]}"#,
                Verdict::Structured,
            ),
            (r#"{"typ":"JWT"}"#, "{}", Verdict::Disproven),
            (r#"{"alg":5}"#, "{}", Verdict::Disproven),
            (r#"{"alg":""}"#, "{}", Verdict::Disproven),
            (r#"{"in":{"alg":"HS256"}}"#, "{}", Verdict::Disproven),
            (r#"["alg"]"#, "{}", Verdict::Disproven),
            (HEADER, "[]", Verdict::Disproven),
            (HEADER, "some words", Verdict::Disproven),
            (HEADER, "{\"a\":1", Verdict::Disproven),
            (HEADER, "", Verdict::Unknown),
        ] {
            check(&token(header, payload, &signature()), expected);
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(40), "]".repeat(40));
        check(&token(HEADER, &deep, &signature()), Verdict::Unknown);
    }

    #[test]
    fn signatures() {
        for (signature, expected) in [
            (signature(), Verdict::Structured),
            (format!("{}=", signature()), Verdict::Structured),
            (String::from("signature"), Verdict::Unknown),
            (String::new(), Verdict::Unknown),
            (format!("{}+", signature()), Verdict::Disproven),
            (format!("{}.x", signature()), Verdict::Disproven),
        ] {
            check(&token(HEADER, "{}", &signature), expected);
        }
        check(&token(r#"{"alg":"none"}"#, "{}", ""), Verdict::Structured);
    }

    #[test]
    fn other_numbers_of_parts() {
        let part = |text: &str| encode(Alphabet::UrlSafe, text.as_bytes());
        check("", Verdict::Unknown);
        check(&part(HEADER), Verdict::Unknown);
        check(&format!("{}.{}", part(HEADER), part("{}")), Verdict::Unknown);
        check("not.a.token", Verdict::Disproven);
        check("..", Verdict::Disproven);
        let header = part(r#"{"alg":"dir","enc":"A256GCM"}"#);
        check(&format!("{header}..vector.cipher.tag"), Verdict::Structured);
        check(&format!("{header}..vector..tag"), Verdict::Disproven);
        check(&format!("{header}..vec+tor.cipher.tag"), Verdict::Disproven);
        check(&format!("{}.a.b.c.d", part(HEADER)), Verdict::Disproven);
        check(&format!("{header}.a.b.c.d.e"), Verdict::Disproven);
    }

    #[test]
    fn example_of_rfc_7515() {
        // Appendix A.1: line breaks inside the JSON.
        let text = [
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
            ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9",
            "leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
            ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ]
        .concat();
        check(&text, Verdict::Structured);
        assert_eq!(jwt_exp(text.as_bytes()), Some(1_300_819_380));
    }

    #[test]
    fn expiry() {
        for (payload, expected) in [
            (r#"{"exp":1700000000}"#, Some(1_700_000_000)),
            (r#"{"exp":1700000000.75}"#, Some(1_700_000_000)),
            (r#"{"exp":"1700000000"}"#, None),
            (r#"{"exp":-1}"#, None),
            (r#"{"in":{"exp":1700000000}}"#, None),
            (r#"{"expires":1700000000}"#, None),
            ("{}", None),
        ] {
            assert_eq!(
                jwt_exp(token(HEADER, payload, &signature()).as_bytes()),
                expected,
                "{payload}"
            );
        }
        assert_eq!(jwt_exp(b"not.a.token"), None);
    }

    #[test]
    fn longest_token() {
        let text = |bytes: usize| {
            let fixed = token(HEADER, "{}", "").len();
            token(HEADER, "{}", &"A".repeat(bytes - fixed))
        };
        assert_eq!(verify(text(TOKEN_BYTES_MAX).as_bytes()), Verdict::Structured);
        assert_eq!(verify(text(TOKEN_BYTES_MAX + 1).as_bytes()), Verdict::Unknown);
    }

    proptest! {
        #[test]
        fn a_cut_header_is_never_structured(cut in 1_usize..36) {
            let whole = token(HEADER, "{}", &signature());
            prop_assert_ne!(verify(&whole.as_bytes()[cut..]), Verdict::Structured);
        }
    }
}
