//! Makes the line that a person sees of a finding, without the secret.
//!
//! Every secret of the line has to be handed in, not only the one that is shown: what is not marked is
//! printed. Further copies of a marked secret on the same line are found and redacted here.

use std::ops::Range;

use memchr::memmem;
use scanner_core::{SecretBytes, Variant};

use crate::printable::{fit, write_char};

/// A secret on the line.
#[derive(Clone, Debug)]
pub struct Mark<'a> {
    /// Where the secret (or what encodes it) stands, in bytes of the line; may reach beyond it.
    pub range: Range<usize>,
    /// The secret, of which the redacted form is shown.
    pub secret: &'a SecretBytes,
}

/// Copies of a secret shorter than this are not looked for: they would blank out half the line.
const COPY_BYTES_MIN: usize = 4;

/// One printable line of at most `width` columns with every secret redacted and the first mark's secret in
/// view. Control characters and bytes that are no text are shown as escapes, tabs as one blank; indentation
/// and the line's end are left out.
///
/// `line` is the line or a part of it, as [`line_window`] gives it.
///
/// ```
/// use scanner_core::{SecretBytes, Variant};
/// use scanner_report::{Mark, context_line};
///
/// let secret = SecretBytes::new(b"correct-horse-battery");
/// let line = b"\tpassword = correct-horse-battery\r\n";
/// let marks = [Mark { range: 12..33, secret: &secret }];
/// assert_eq!(context_line(line, &marks, Variant::Raw, 40), "password = co…ry");
/// ```
pub fn context_line(line: &[u8], marks: &[Mark<'_>], encoding: Variant, width: usize) -> String {
    let line = without_end(line, encoding);
    let hidden = hidden_ranges(line, marks, encoding);
    let focus = marks.first().map(|m| m.range.start.min(line.len()));
    let mut text = String::with_capacity(line.len().min(4096));
    let mut keep = 0..0;
    let mut at = 0;
    for (range, mark) in &hidden {
        push_printable(&mut text, &line[at..range.start], encoding);
        let start = text.len();
        for c in marks[*mark].secret.redacted().chars() {
            write_char(&mut text, c).expect("a string takes every character");
        }
        if focus.is_some_and(|f| range.start <= f && f <= range.end) && keep.is_empty() {
            keep = start..text.len();
        }
        at = range.end;
    }
    push_printable(&mut text, &line[at..], encoding);
    trim(&text, keep, width)
}

/// The bytes of `data` that hold the first line of `range`, at most `reach` bytes to either side of it.
/// The line's end is not part of it. UTF-16 is cut between units, where `data` begins at one.
pub fn line_window(
    data: &[u8],
    range: &Range<usize>,
    encoding: Variant,
    reach: usize,
) -> Range<usize> {
    let step = encoding.scale() as usize;
    let start = range.start.min(data.len());
    let end = range.end.clamp(start, data.len());
    let mut from = start.saturating_sub(reach);
    let mut to = end.saturating_add(reach).min(data.len());
    if step == 2 {
        from += from % 2;
        to -= to % 2;
        (from, to) = (from.min(start), to.max(start));
    } else {
        // Not into the middle of a character: that would look like a byte that is no text.
        while from < start && is_continuation(data[from]) {
            from += 1;
        }
        while to > end && to < data.len() && is_continuation(data[to]) {
            to -= 1;
        }
    }
    let from = line_start(&data[from..start], encoding, from);
    let to = line_end(&data[start..to], encoding, start).unwrap_or(to);
    from..to
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// The line without its LF or CRLF.
fn without_end(line: &[u8], encoding: Variant) -> &[u8] {
    let (feed, back): (&[u8], &[u8]) = match encoding {
        Variant::Raw => (b"\n", b"\r"),
        Variant::Utf16Le => (b"\n\0", b"\r\0"),
        Variant::Utf16Be => (b"\0\n", b"\0\r"),
    };
    let line = line.strip_suffix(feed).unwrap_or(line);
    line.strip_suffix(back).unwrap_or(line)
}

/// Offset past the last line feed of `before`, which begins at `base`.
fn line_start(before: &[u8], encoding: Variant, base: usize) -> usize {
    match encoding {
        Variant::Raw => memchr::memrchr(b'\n', before).map_or(base, |at| base + at + 1),
        _ => unit_line_feeds(before, encoding, base).last().map_or(base, |at| at + 2),
    }
}

/// Offset of the first line feed of `after`, which begins at `base`.
fn line_end(after: &[u8], encoding: Variant, base: usize) -> Option<usize> {
    match encoding {
        Variant::Raw => memchr::memchr(b'\n', after).map(|at| base + at),
        _ => unit_line_feeds(after, encoding, base).next(),
    }
}

/// Offsets of line feeds in UTF-16 text whose units begin at even offsets of the data.
fn unit_line_feeds(
    bytes: &[u8],
    encoding: Variant,
    base: usize,
) -> impl Iterator<Item = usize> + '_ {
    let feed: [u8; 2] = if encoding == Variant::Utf16Be { [0, b'\n'] } else { [b'\n', 0] };
    let skip = base % 2;
    bytes
        .get(skip..)
        .unwrap_or_default()
        .chunks_exact(2)
        .enumerate()
        .filter(move |(_, pair)| *pair == feed)
        .map(move |(index, _)| base + skip + index * 2)
}

/// The ranges to hide, sorted, without overlap, within the line, each with the mark it shows: all marks and
/// all copies of their secrets.
fn hidden_ranges(line: &[u8], marks: &[Mark<'_>], encoding: Variant) -> Vec<(Range<usize>, usize)> {
    let mut all: Vec<(Range<usize>, usize)> = Vec::with_capacity(marks.len());
    for (index, mark) in marks.iter().enumerate() {
        let start = mark.range.start.min(line.len());
        all.push((start..mark.range.end.clamp(start, line.len()), index));
        if mark.secret.len() < COPY_BYTES_MIN {
            continue;
        }
        // The secret is looked for as it is to be compared with the text: in its clear bytes.
        let needle = encoded(mark.secret.expose(), encoding);
        all.extend(memmem::find_iter(line, &needle).map(|at| (at..at + needle.len(), index)));
    }
    all.retain(|(range, _)| !range.is_empty());
    all.sort_by_key(|(range, index)| (range.start, *index));
    let mut merged: Vec<(Range<usize>, usize)> = Vec::with_capacity(all.len());
    for (range, index) in all {
        match merged.last_mut() {
            Some((last, shown)) if range.start < last.end => {
                last.end = last.end.max(range.end);
                *shown = index.min(*shown);
            }
            _ => merged.push((range, index)),
        }
    }
    merged
}

/// The bytes of a secret as they stand in text of this encoding.
fn encoded(secret: &[u8], encoding: Variant) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(secret) else { return secret.to_vec() };
    match encoding {
        Variant::Raw => secret.to_vec(),
        Variant::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Variant::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    }
}

/// Appends bytes as printable text.
fn push_printable(out: &mut String, bytes: &[u8], encoding: Variant) {
    const TAKES_ALL: &str = "a string takes every character";
    let mut push = |c: char| match c {
        '\t' => out.push(' '),
        c => write_char(out, c).expect(TAKES_ALL),
    };
    if encoding == Variant::Raw {
        for chunk in bytes.utf8_chunks() {
            chunk.valid().chars().for_each(&mut push);
            // The escapes of bytes and of the characters of the same number look alike on purpose.
            for byte in chunk.invalid() {
                format!("\\x{byte:02x}").chars().for_each(&mut push);
            }
        }
        return;
    }
    let units = bytes.chunks_exact(2).map(|pair| match encoding {
        Variant::Utf16Be => u16::from_be_bytes([pair[0], pair[1]]),
        _ => u16::from_le_bytes([pair[0], pair[1]]),
    });
    for unit in char::decode_utf16(units) {
        match unit {
            Ok(c) => push(c),
            Err(e) => {
                format!("\\u{{{:x}}}", e.unpaired_surrogate()).chars().for_each(&mut push);
            }
        }
    }
}

/// Leaves out indentation and blanks at the end, and cuts to the width.
fn trim(text: &str, keep: Range<usize>, width: usize) -> String {
    let end = keep.end + text[keep.end..].trim_end().len();
    let head = &text[..keep.start];
    let indent = head.len() - head.trim_start().len();
    fit(&text[indent..end], keep.start - indent..keep.end - indent, width).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(line: &[u8], ranges: &[(usize, usize)], width: usize, expected: &str) {
        let secrets: Vec<SecretBytes> =
            ranges.iter().map(|(start, end)| SecretBytes::new(&line[*start..*end])).collect();
        let marks: Vec<Mark<'_>> = ranges
            .iter()
            .zip(&secrets)
            .map(|((start, end), secret)| Mark { range: *start..*end, secret })
            .collect();
        assert_eq!(context_line(line, &marks, Variant::Raw, width), expected);
    }

    #[test]
    fn the_secret_is_redacted_and_the_rest_kept() {
        check(b"  key = 0123456789abcdef; // old\r\n", &[(8, 24)], 80, "key = 01…ef; // old");
    }

    #[test]
    fn a_second_secret_does_not_leak() {
        check(
            b"a=0123456789abcdef b=fedcba9876543210",
            &[(21, 37), (2, 18)],
            80,
            "a=01…ef b=fe…10",
        );
    }

    #[test]
    fn overlapping_secrets_become_one() {
        check(b"x=0123456789abcdefghij!", &[(2, 18), (10, 22)], 80, "x=01…ef!");
    }

    #[test]
    fn copies_of_a_secret_are_redacted() {
        check(b"0123456789abcdef or 0123456789abcdef", &[(0, 16)], 80, "01…ef or 01…ef");
    }

    #[test]
    fn control_characters_and_bytes_that_are_no_text_are_shown() {
        check(
            b"a\tb\x1b[1m\xff=0123456789abcdef\x07",
            &[(9, 25)],
            80,
            "a b\\x1b[1m\\xff=01…ef\\x07",
        );
    }

    #[test]
    fn the_secret_stays_in_view() {
        let line = format!("{}=0123456789abcdef;{}", "n".repeat(200), "t".repeat(200));
        check(line.as_bytes(), &[(201, 217)], 30, "…nnnnnnnnnnnnnnn=01…ef;tttttt…");
    }

    #[test]
    fn a_secret_over_several_lines_is_cut_at_the_line() {
        let data = b"k: -----BEGIN-----\nabcdefghijklmnop\n-----END-----\n";
        let secret = SecretBytes::new(&data[3..49]);
        let window = line_window(data, &(3..49), Variant::Raw, 100);
        assert_eq!(window, 0..18);
        let marks = [Mark { range: 3..49, secret: &secret }];
        let line = context_line(&data[window], &marks, Variant::Raw, 80);
        assert_eq!(line, format!("k: {}", secret.redacted()));
    }

    #[test]
    fn utf16_is_shown_as_text() {
        let text = "prev\r\nkey=0123456789abcdef é\r\nnext";
        for (encoding, data) in [
            (Variant::Utf16Le, text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
            (Variant::Utf16Be, text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        ] {
            let secret = SecretBytes::new(b"0123456789abcdef");
            let window = line_window(&data, &(20..52), encoding, 64);
            let range = 20 - window.start..52 - window.start;
            let marks = [Mark { range, secret: &secret }];
            let line = context_line(&data[window], &marks, encoding, 80);
            assert_eq!(line, "key=01…ef é");
        }
    }

    #[test]
    fn a_window_does_not_cut_characters() {
        let data = "ééééSECRETéééé".as_bytes();
        assert_eq!(line_window(data, &(8..14), Variant::Raw, 3), 6..16);
    }

    proptest! {
        #[test]
        fn no_secret_gets_through(
            parts in prop::collection::vec(("[ -~\t\r\u{80}-\u{ff}]{0,20}", "[a-zA-Z0-9]{12,40}"), 1..5),
            width in 0_usize..200,
        ) {
            let (mut line, mut marks) = (String::new(), Vec::new());
            let secrets: Vec<SecretBytes> =
                parts.iter().map(|(_, s)| SecretBytes::new(s.as_bytes())).collect();
            for ((between, text), secret) in parts.iter().zip(&secrets) {
                line.push_str(between);
                marks.push(Mark { range: line.len()..line.len() + text.len(), secret });
                line.push_str(text);
            }
            let shown = context_line(line.as_bytes(), &marks, Variant::Raw, width);
            for (_, secret) in &parts {
                prop_assert!(!shown.contains(secret.as_str()), "{shown}");
            }
            prop_assert!(crate::printable::columns(&shown) <= width);
        }

        #[test]
        fn any_bytes_and_ranges_are_taken(
            line in prop::collection::vec(any::<u8>(), 0..100),
            ranges in prop::collection::vec((0_usize..120, 0_usize..120), 0..4),
            encoding in prop::sample::select(&Variant::ALL),
            reach in 0_usize..50,
        ) {
            let secret = SecretBytes::new(b"something-not-there");
            let marks: Vec<Mark<'_>> = ranges
                .iter()
                .map(|(a, b)| Mark { range: *a.min(b)..*a.max(b), secret: &secret })
                .collect();
            let shown = context_line(&line, &marks, encoding, 50);
            prop_assert!(!shown.chars().any(char::is_control));
            for (a, b) in ranges {
                let window = line_window(&line, &(a.min(b)..a.max(b)), encoding, reach);
                prop_assert!(window.start <= window.end && window.end <= line.len());
            }
        }
    }
}
