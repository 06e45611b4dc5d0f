//! What tells at once that a value is a piece of code or a place in a list, whatever it looks like.

use super::extent::opening;
use crate::contains::contains;
use crate::gate::Candidate;
use crate::gate::local_context::is_quote;

/// Bytes of a key that are looked at before its end.
const KEY_REACH: usize = 32;

/// Bytes of a number in code, at most: `0x`, sixteen digits, separators and a suffix.
const NUMBER_BYTES_MAX: usize = 32;

/// Bytes of the name of a hash's scheme, at most, and one.
const SCHEME_BYTES_MAX: usize = 16;

/// What stands before `token` in the names of places in a list that is given page by page.
const CURSORS: [&[u8]; 10] = [
    b"next",
    b"page",
    b"paging",
    b"pagination",
    b"continuation",
    b"cursor",
    b"starting",
    b"resume",
    b"prev",
    b"previous",
];

/// Whether the candidate, whose key ends at `key_end`, is one of these.
pub(super) fn tells(candidate: &Candidate<'_>, key_end: usize) -> bool {
    let start = key_end.saturating_sub(KEY_REACH);
    let key = &candidate.bytes[start..key_end.max(start)];
    names_cursor(key)
        || names_id(key)
        || names_public(key)
        || is_of_badge(candidate)
        || is_elsewhere(candidate)
        || is_public(candidate.secret())
        || is_fingerprint(key, candidate.secret())
        || (!is_quoted(candidate)
            && (is_hex_number(candidate.secret())
                || is_expression(candidate.secret())
                || is_type(candidate)))
        || (opening(candidate).is_none() && !names_password(key) && is_decimal(candidate.secret()))
}

/// `x.token===t`, `25):u.token`, `f(x)?a:b`: a comparison or a choice of minified code.
fn is_expression(value: &[u8]) -> bool {
    [&b"==="[..], b"!==", b"):", b")?"].into_iter().any(|part| contains(value, part))
}

/// Whether a key names what people choose: that may be a number.
fn names_password(key: &[u8]) -> bool {
    let is_one = |word: &[u8]| key.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    is_one(b"pass") || is_one(b"pwd") || is_one(b"_pw") || is_one(b"-pw")
}

/// `1048576`, `-1`, `1_000`, `1e6`, `0.75`: a number of 64 bits at most, as tables and limits hold them.
fn is_decimal(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let others = value.strip_prefix(b"-").unwrap_or(value).iter().filter(|b| !b.is_ascii_digit());
    let is_number = others.clone().all(|b| matches!(b, b'_' | b'.' | b'e' | b'n' | b'u' | b'L'));
    (1..=19).contains(&digits) && is_number && others.count() <= digits
}

/// `NextToken`, `next-page-token`, `Next page token`: a place in a list, which opens nothing.
fn names_cursor(key: &[u8]) -> bool {
    let Some((front, token)) = key.split_last_chunk::<5>() else { return false };
    if !token.eq_ignore_ascii_case(b"token") {
        return false;
    }
    let front = front.strip_suffix(b"_").or(front.strip_suffix(b"-")).unwrap_or(front);
    let front = front.strip_suffix(b" ").unwrap_or(front);
    CURSORS.iter().any(|word| {
        let Some(at) = front.len().checked_sub(word.len()) else { return false };
        let (before, last) = front.split_at(at);
        // The whole word: nothing before it, no letter, or the word itself begins with a capital one.
        let is_whole =
            before.last().is_none_or(|b| !b.is_ascii_alphabetic()) || last[0].is_ascii_uppercase();
        is_whole && last.eq_ignore_ascii_case(word)
    })
}

/// `clientId`, `ACCESS_KEY_ID`: a name by which others know the credential. The `secret_id` of a Vault role is
/// one itself.
fn names_id(key: &[u8]) -> bool {
    let Some((front, id)) = key.split_last_chunk::<2>() else { return false };
    let is_apart = front.last().is_some_and(|b| matches!(b, b'_' | b'-' | b'.'));
    let is_whole = match id {
        b"Id" => true,
        b"ID" => is_apart || front.last().is_some_and(u8::is_ascii_lowercase),
        b"id" => is_apart,
        _ => false,
    };
    let front = match front.split_last() {
        Some((b'_' | b'-' | b'.', head)) => head,
        _ => front,
    };
    let before = front.last_chunk::<6>();
    is_whole && !before.is_some_and(|word| word.eq_ignore_ascii_case(b"secret"))
}

/// `publicKey`, `PUBLIC_KEY_PEM`, `publicKeyToken`: what everybody may see.
fn names_public(key: &[u8]) -> bool {
    let from = key.iter().rposition(|b| !is_name(*b)).map_or(0, |at| at + 1);
    let name = &key[from..];
    let has = |word: &[u8]| name.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    [&b"publickey"[..], b"public_key", b"public-key", b"public.key", b"pubkey", b"pub_key"]
        .into_iter()
        .any(has)
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// An address (`https://…`, `//…`), something left out (`AbCd...XyZ`), a hash or ciphertext that says so
/// (`{SHA}…`, `ENC(…)`): what was the secret stands elsewhere.
fn is_elsewhere(candidate: &Candidate<'_>) -> bool {
    let value = candidate.secret();
    let begins =
        |head: &[u8]| value.get(..head.len()).is_some_and(|v| v.eq_ignore_ascii_case(head));
    let is_address = [&b"//"[..], b"http://", b"https://", b"file://"].into_iter().any(begins);
    let behind = candidate.bytes.get(candidate.secret_end..).unwrap_or_default();
    let is_cut = contains(value, b"...")
        || behind.starts_with(b"...")
        || contains(value, "\u{2026}".as_bytes());
    let is_cipher = [&b"ENC("[..], b"ENC["].into_iter().any(|head| value.starts_with(head));
    is_address || is_cut || is_cipher || names_scheme(candidate)
}

/// How public keys and certificates begin in base64: OpenSSH's, X.509's for RSA, P-256, P-384 and Ed25519.
const PUBLIC_HEADS: [&[u8]; 11] = [
    b"AAAAB3NzaC1yc2E",
    b"AAAAB3NzaC1kc3M",
    b"AAAAC3NzaC1lZDI1NTE5",
    b"AAAAE2VjZHNhLXNoYTIt",
    b"MFwwDQYJKoZI",
    b"MIGfMA0GCSqG",
    b"MIIBIjANBgkq",
    b"MIICIjANBgkq",
    b"MFkwEwYHKoZI",
    b"MHYwEAYHKoZI",
    b"MCowBQYDK2Vw",
];

/// A public key, or a certificate: a sequence in a sequence, `30 82 … 30 82 …`.
fn is_public(value: &[u8]) -> bool {
    let is_certificate =
        value.starts_with(b"MII") && value.get(6..9).is_some_and(|inner| inner == b"CCA");
    is_certificate || PUBLIC_HEADS.iter().any(|head| value.starts_with(head))
}

/// The fingerprint or id of an `OpenPGP` key (40 or 16 hexadecimal digits), by which keys are fetched and named:
/// in capitals, or behind a name that says so.
fn is_fingerprint(key: &[u8], value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"0x").unwrap_or(value);
    if !matches!(digits.len(), 16 | 40) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    let names = |word: &[u8]| key.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    let is_key = key.last_chunk::<3>().is_some_and(|word| word.eq_ignore_ascii_case(b"key"));
    let is_upper =
        !digits.iter().any(u8::is_ascii_lowercase) && digits.iter().any(u8::is_ascii_uppercase);
    names(b"gpg") || names(b"pgp") || names(b"signing key") || is_key && is_upper
}

/// `{SSHA}…`: a hash of the scheme that stands in braces.
fn names_scheme(candidate: &Candidate<'_>) -> bool {
    let value = candidate.secret();
    let is_name = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    let end = value.iter().take(SCHEME_BYTES_MAX).position(|b| !is_name(b));
    candidate.bytes[..candidate.secret_start].last() == Some(&b'{')
        && end.is_some_and(|end| end > 1 && value[end] == b'}')
}

/// `badge.svg?token=…`: what a page shows to everybody.
fn is_of_badge(candidate: &Candidate<'_>) -> bool {
    let before = candidate.line_before(KEY_REACH);
    before.split_last_chunk::<7>().is_some_and(|(path, last)| {
        last.eq_ignore_ascii_case(b"?token=") && path.ends_with(b".svg")
    })
}

fn is_quoted(candidate: &Candidate<'_>) -> bool {
    let before = candidate.bytes[..candidate.secret_start].last();
    let behind = candidate.bytes[candidate.secret_end..].first();
    before.is_some_and(|byte| is_quote(*byte)) || behind.is_some_and(|byte| is_quote(*byte))
}

/// `0xC000_019Au32`: a number of at most eight bytes.
fn is_hex_number(value: &[u8]) -> bool {
    let Some(digits) = value.strip_prefix(b"0x").or(value.strip_prefix(b"0X")) else {
        return false;
    };
    if value.len() > NUMBER_BYTES_MAX {
        return false;
    }
    let end =
        digits.iter().position(|b| !b.is_ascii_hexdigit() && *b != b'_').unwrap_or(digits.len());
    let (digits, suffix) = digits.split_at(end);
    let count = digits.iter().filter(|b| b.is_ascii_hexdigit()).count();
    let is_suffix = suffix
        .iter()
        .all(|b| matches!(b, b'u' | b'U' | b'l' | b'L' | b'i' | b's' | b'z' | b'e' | b'0'..=b'9'));
    (1..=16).contains(&count) && is_suffix
}

/// The type in `key: Type = value`: a name with an assignment behind it.
fn is_type(candidate: &Candidate<'_>) -> bool {
    let is_name =
        |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'<' | b'>' | b'&');
    let Some(rest) = candidate.line_behind(4).strip_prefix(b" =") else { return false };
    !matches!(rest.first(), Some(b'=' | b'~' | b'>')) && candidate.secret().iter().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::super::super::gate::tests::with;
    use super::*;

    #[test]
    fn cursors_are_known_by_their_names() {
        for key in [
            "NextToken",
            "nextToken",
            "\"nextPageToken",
            "--next-page-token",
            "--starting-token",
            "Next page token",
            "CONTINUATION_TOKEN",
            "pageToken",
        ] {
            assert!(names_cursor(key.as_bytes()), "{key}");
        }
        for key in [
            "token",
            "NEXT_PUBLIC_TOKEN",
            "NEXTAUTH_SECRET",
            "homepage",
            "homepageToken",
            "apiToken",
            "page_secret",
            "next",
        ] {
            assert!(!names_cursor(key.as_bytes()), "{key}");
        }
    }

    #[test]
    fn ids_are_known_by_their_names() {
        for key in ["clientId", "OAUTH_CLIENT_ID", "access-key-id", "appID", "user.id"] {
            assert!(names_id(key.as_bytes()), "{key}");
        }
        for key in ["secret_id", "secretId", "SECRET_ID", "valid", "userid", "APIKEYVALID", "key"] {
            assert!(!names_id(key.as_bytes()), "{key}");
        }
    }

    #[test]
    fn public_keys_are_known_by_their_names() {
        for key in ["publicKey", "RSA_PUBLIC_KEY_PEM", "\"publicKeyToken", "ssh_pubkey"] {
            assert!(names_public(key.as_bytes()), "{key}");
        }
        for key in ["public_api_key", "public static final String KEY", "key"] {
            assert!(!names_public(key.as_bytes()), "{key}");
        }
    }

    #[test]
    fn public_keys_and_fingerprints_are_no_secrets() {
        for (value, want) in [
            ("AAAAC3NzaC1lZDI1NTE5AAAAIDq8Zt4Lw0Xc7Nv2Bs9Hk3Rm", true),
            ("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A", true),
            ("MIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG", true),
            ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", false),
            ("q8Zt4Lw0Xc7Nv2Bs9Hk3Rm6Yp1", false),
        ] {
            assert_eq!(is_public(value.as_bytes()), want, "{value}");
        }
        let fingerprint = ["0D96DF4D4110E5C43FBF", "B17F2D347EA6AA65421D"].concat();
        let lower = fingerprint.to_ascii_lowercase();
        for (key, value, want) in [
            ("GPG_KEY", &fingerprint, true),
            ("kernel signing key", &lower, true),
            ("key", &fingerprint, true),
            ("key", &lower, false),
            ("client_secret", &fingerprint, false),
        ] {
            assert_eq!(is_fingerprint(key.as_bytes(), value.as_bytes()), want, "{key} {value}");
        }
    }

    #[test]
    fn what_stands_elsewhere_is_no_value() {
        for (text, want) in [
            ("password = \"{«SSHA}kPz0q7Rw3N»\"", true),
            ("password = \"{«kPz0q7}Rw3N»\"", false),
            ("password = «ENC(kPz0q7Rw3N)»", true),
            ("credential: «https://vault.internal/v1/kPz0q7Rw3N»", true),
            ("credential: «//vault.internal/v1/kPz0q7Rw3N»", true),
            ("secret = «fPk/Gya[...]4/j5bSuhDQ»", true),
            ("secret = «fPk/Gya»...", true),
            ("secret = «fPk/Gya..4/j5bSuhDQ»", false), // gitleaks:allow
        ] {
            with(text, |c| assert_eq!(is_elsewhere(c), want, "{text}"));
        }
    }

    #[test]
    fn a_password_may_be_a_number() {
        for (text, want) in [("pwd=«48151623»", false), ("my_pass: «48151623»", false)] {
            let key = text.find(['=', ':']).expect("an operator");
            with(text, |c| assert_eq!(tells(c, key), want, "{text}"));
        }
    }

    #[test]
    fn numbers_and_types_of_code_are_told_from_values() {
        for (text, want) in [
            ("SECRET: «0x00000002»;", true),
            ("SECRET = «0xC000_019Au32» as _;", true), // gitleaks:allow
            ("SECRET = \"«0xC000019A»\";", false),
            ("SECRET = «0x0123456789abcdef01»", false),
            ("KEY: «__u32» = 2;", true),
            ("[cover]: https://ci.dev/shop/graph/badge.svg?token=«mDP3mQJNnn»", true),
            ("[api]: https://ci.dev/shop/orders.json?token=«mDP3mQJNnn»", false), // gitleaks:allow
            ("tok:«1048576»,comma:8", true),
            ("key=«604800.5»", true),
            ("`tok:«1048576»` in prose", true),
            ("key=\"«1048576»\"", false),
            ("tok=«12345678901234567890»", false),
            ("tok=«12345a78»", false),
            ("tok?«dX.token===t»:0", true),
            ("tok=«ia(S)?C:L»", true),
            ("tok=\"«dX.token===t»\"", false),
            ("KEY: «NTSTATUS» = 2;", true),
            ("key = «NTSTATUS» == 2;", false),
            ("key = «hunter2» # = x", false),
            ("key = «correct!horse» = x", false),
        ] {
            with(text, |c| assert_eq!(tells(c, 3), want, "{text}"));
        }
    }
}
