//! What tells at once that a value is a piece of code or a place in a list, whatever it looks like.

use super::extent::opening;
use crate::contains::contains;
use crate::gate::Candidate;
use crate::gate::local_context::is_quote;

/// Bytes of a key that are looked at before its end.
const KEY_REACH: usize = 32;

/// Bytes of a number in code, at most: `0x`, sixteen digits, separators and a suffix.
const NUMBER_BYTES_MAX: usize = 32;

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
    names_cursor(&candidate.bytes[start..key_end.max(start)])
        || is_of_badge(candidate)
        || (!is_quoted(candidate)
            && (is_hex_number(candidate.secret())
                || is_expression(candidate.secret())
                || is_type(candidate)))
        || (opening(candidate).is_none()
            && !names_password(&candidate.bytes[start..key_end.max(start)])
            && is_decimal(candidate.secret()))
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
            ("SECRET = «0xC000_019Au32» as _;", true),
            ("SECRET = \"«0xC000019A»\";", false),
            ("SECRET = «0x0123456789abcdef01»", false),
            ("KEY: «__u32» = 2;", true),
            ("[cover]: https://ci.dev/shop/graph/badge.svg?token=«mDP3mQJNnn»", true),
            ("[api]: https://ci.dev/shop/orders.json?token=«mDP3mQJNnn»", false),
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
