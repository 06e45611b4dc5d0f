//! Text that is safe and sized for a terminal: nothing moves the cursor or turns the direction of writing,
//! and widths count columns, not bytes.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// Shows text with everything escaped that a terminal would act on or not show.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| write_char(f, c))
    }
}

/// Writes a character, or its escape.
pub(crate) fn write_char(out: &mut impl Write, c: char) -> fmt::Result {
    if !acts_on_terminal(c) {
        return out.write_char(c);
    }
    match u32::from(c) {
        code @ 0..=0xff => write!(out, "\\x{code:02x}"),
        code => write!(out, "\\u{{{code:x}}}"),
    }
}

/// Control characters, and those without a glyph that change how the rest is shown: marks and overrides of
/// direction, zero-width characters, line and paragraph separators, tags.
fn acts_on_terminal(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff
            | 0xfff9..=0xfffb | 0xe_0000..=0xe_0fff)
}

/// Columns that a printable text takes.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(char_columns).sum()
}

fn char_columns(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Stands for what was cut.
pub(crate) const CUT: char = '…';

/// Cuts `text` at both ends until it has at most `width` columns, so that the bytes `keep` stay. Of what
/// stands before `keep` more is kept than of what follows: names stand before values. Where `keep` alone
/// is too wide, its end is cut.
pub(crate) fn fit(text: &str, keep: Range<usize>, width: usize) -> Cow<'_, str> {
    if columns(text) <= width {
        return Cow::Borrowed(text);
    }
    let (before, kept, after) = (&text[..keep.start], &text[keep.clone()], &text[keep.end..]);
    let (before_columns, after_columns) = (columns(before), columns(after));
    let room = width.saturating_sub(columns(kept));
    let for_after = after_columns.min((room / 3).max(room.saturating_sub(before_columns)));
    let for_before = before_columns.min(room - for_after);
    let mut out = String::with_capacity(width + 8);
    if for_before < before_columns {
        push_tail(&mut out, before, for_before);
    } else {
        out.push_str(before);
    }
    push_head(&mut out, kept, width - for_before.min(width));
    if columns(kept) <= width {
        push_head(&mut out, after, for_after);
    }
    Cow::Owned(out)
}

/// Appends the start of `text`, with the sign for a cut where it does not fit.
fn push_head(out: &mut String, text: &str, width: usize) {
    if columns(text) <= width {
        out.push_str(text);
        return;
    }
    let mut left = width.saturating_sub(1);
    for c in text.chars() {
        let Some(rest) = left.checked_sub(char_columns(c)) else { break };
        left = rest;
        out.push(c);
    }
    if width > 0 {
        out.push(CUT);
    }
}

/// Appends the end of `text` behind the sign for a cut.
fn push_tail(out: &mut String, text: &str, width: usize) {
    if width == 0 {
        return;
    }
    out.push(CUT);
    let mut left = width - 1;
    let mut start = text.len();
    for (at, c) in text.char_indices().rev() {
        let Some(rest) = left.checked_sub(char_columns(c)) else { break };
        left = rest;
        start = at;
    }
    out.push_str(&text[start..]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_escaped() {
        let hostile = "a\x1b[2J\r\u{202e}b\u{200b}\u{9b}é";
        assert_eq!(Printable(hostile).to_string(), "a\\x1b[2J\\x0d\\u{202e}b\\u{200b}\\x9bé");
    }

    #[test]
    fn the_kept_part_stays_in_view() {
        let text = "0123456789KEEP0123456789";
        assert_eq!(fit(text, 10..14, 24), text);
        assert_eq!(fit(text, 10..14, 13), "…56789KEEP01…");
        assert_eq!(fit(text, 10..14, 4), "KEEP");
        assert_eq!(fit(text, 10..14, 3), "KE…");
        assert_eq!(fit("KEEP0123456789", 0..4, 8), "KEEP012…");
        assert_eq!(fit("0123456789KEEP", 10..14, 8), "…789KEEP");
    }

    #[test]
    fn wide_characters_count_two() {
        assert_eq!(columns("日本"), 4);
        assert_eq!(fit("日本日本", 0..3, 5), "日本…");
    }

    proptest! {
        #[test]
        fn never_wider_than_asked(before in "\\PC{0,30}", kept in "\\PC{0,10}", after in "\\PC{0,30}",
                                  width in 0_usize..60) {
            let text = format!("{before}{kept}{after}");
            let keep = before.len()..before.len() + kept.len();
            let cut = fit(&text, keep, width);
            prop_assert!(columns(&cut) <= width, "{} in {width}", columns(&cut));
            if columns(&kept) <= width {
                prop_assert!(cut.contains(&kept));
            }
        }
    }
}
