//! The text between a BEGIN and an END line as plain characters, however the file around it wrote
//! them.
//!
//! Undone here: `\n` and other escapes of JSON and program text, numeric XML entities, percent
//! encoding, a string cut into quoted pieces (`"…" +` on every line), and, when asked, what stands
//! before each line in a diff, a comment or a quotation. White space comes out as a newline or a
//! space, everything else as it is: whether a character may stand there is for the decoder to say.

/// Longest entity, `&#x` and `;` included.
const ENTITY_BYTES_MAX: usize = 8;

/// Longest prefix of a line.
const LINE_PREFIX_BYTES_MAX: usize = 64;

/// The characters of a body.
#[derive(Clone, Debug)]
pub(super) struct ArmorText<'a> {
    rest: &'a [u8],
    /// The quote that ended the first piece, once there was one.
    quote: Option<u8>,
    /// Between two quoted pieces.
    outside: bool,
    /// What to leave out at the start of every line that has it.
    line_prefix: &'a [u8],
    /// In a header line, where an apostrophe is one (`Comment: Bob's key`).
    after_colon: bool,
}

/// What the header lines (RFC 1421, RFC 9580) said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Headers {
    /// There was one.
    pub(super) any: bool,
    /// One of them was `Proc-Type`: what follows is a ciphertext.
    pub(super) encrypted: bool,
}

impl<'a> ArmorText<'a> {
    /// `line_prefix`: see [`line_prefix`]; empty to take lines as they are.
    pub(super) fn new(body: &'a [u8], line_prefix: &'a [u8]) -> Self {
        Self { rest: body, quote: None, outside: false, line_prefix, after_colon: false }
    }

    /// Moves past blank lines and lines with a colon, which base64 has not.
    pub(super) fn skip_headers(&mut self) -> Headers {
        let mut headers = Headers { any: false, encrypted: false };
        loop {
            let mut ahead = self.clone();
            match Line::read(&mut ahead) {
                Line::Blank => (),
                Line::Header { encrypted } => {
                    headers.any = true;
                    headers.encrypted |= encrypted;
                }
                Line::Body => return headers,
            }
            *self = ahead;
        }
    }

    /// What is left without white space.
    pub(super) fn base64_chars(self) -> impl Iterator<Item = u8> {
        self.filter(|byte| !byte.is_ascii_whitespace())
    }

    /// One character as it is meant, and how many bytes write it.
    fn unit(&self) -> Option<(u8, usize)> {
        let (&first, after) = self.rest.split_first()?;
        let (byte, used) = match first {
            b'\\' => backslash(self.rest),
            b'&' => entity(self.rest).unwrap_or((first, 1)),
            b'%' => after.get(..2).and_then(hex).map_or((first, 1), |byte| (byte, 3)),
            _ => (first, 1),
        };
        let byte = match byte {
            b'\r' | b'\n' | 0x0b | 0x0c => b'\n',
            b'\t' => b' ',
            _ => byte,
        };
        Some((byte, used))
    }

    /// At the start of a line. An empty line may lack the space that the prefix ends in.
    fn skip_line_prefix(&mut self) {
        let whole = self.rest.strip_prefix(self.line_prefix);
        let stripped = whole.or_else(|| self.rest.strip_prefix(self.line_prefix.trim_ascii_end()));
        self.rest = stripped.unwrap_or(self.rest);
    }

    /// Whether `byte` is a quote that ends or begins a piece.
    fn is_piece_end(&mut self, byte: u8) -> bool {
        let quote = match byte {
            b'"' | b'`' => true,
            b'\'' => self.outside || !self.after_colon,
            _ => false,
        };
        if !quote || self.quote.is_some_and(|first| first != byte) {
            return false;
        }
        self.quote = Some(byte);
        self.outside = !self.outside;
        true
    }
}

impl Iterator for ArmorText<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        loop {
            let (byte, used) = self.unit()?;
            self.rest = self.rest.get(used..).unwrap_or_default();
            if self.is_piece_end(byte) || self.outside {
                continue;
            }
            let ends_line = byte == b'\n';
            if ends_line {
                self.skip_line_prefix();
            }
            self.after_colon = !ends_line && (self.after_colon || byte == b':');
            return Some(byte);
        }
    }
}

/// What stands before the END marker on its line: `+` in a diff, `> ` in a quotation, `# ` in a
/// comment. A whole key has no other text there, so every line of it begins with the same.
pub(super) fn line_prefix(body: &[u8]) -> &[u8] {
    let start = body.iter().rposition(|&byte| byte == b'\n').map_or(body.len(), |at| at + 1);
    let prefix = body.get(start..).unwrap_or_default();
    if prefix.len() <= LINE_PREFIX_BYTES_MAX { prefix } else { &[] }
}

enum Line {
    /// Nothing but spaces, and a line follows.
    Blank,
    /// A line with a colon.
    Header { encrypted: bool },
    /// Another line, or the end of the text.
    Body,
}

impl Line {
    fn read(text: &mut ArmorText<'_>) -> Self {
        let (mut blank, mut header) = (true, false);
        let mut encrypted = true;
        let mut wanted = b"Proc-Type".iter();
        for byte in text {
            if byte == b'\n' {
                return match (header, blank) {
                    (true, _) => Self::Header { encrypted },
                    (false, true) => Self::Blank,
                    (false, false) => Self::Body,
                };
            }
            blank &= byte == b' ';
            header |= byte == b':';
            encrypted &= blank || wanted.next().is_none_or(|&next| next == byte);
        }
        if header { Self::Header { encrypted } } else { Self::Body }
    }
}

/// A run of backslashes and what it escapes; text that was escaped twice has several.
fn backslash(text: &[u8]) -> (u8, usize) {
    let run = text.iter().take_while(|&&byte| byte == b'\\').count();
    let after = text.get(run..).unwrap_or_default();
    match after {
        [b'n' | b'r' | b'f' | b'\n' | b'\r', ..] => (b'\n', run + 1),
        [b't', ..] => (b' ', run + 1),
        [byte @ (b'/' | b'"' | b'\'' | b'='), ..] => (*byte, run + 1),
        [b'u', b'0', b'0', digits @ ..] => match digits.get(..2).and_then(hex) {
            Some(byte) => (byte, run + 5),
            None => (b'\\', run),
        },
        _ => (b'\\', run),
    }
}

/// `&#10;` and `&#x2B;`; None for anything else.
fn entity(text: &[u8]) -> Option<(u8, usize)> {
    let end = text.iter().take(ENTITY_BYTES_MAX).position(|&byte| byte == b';')?;
    let number = text.get(..end)?.strip_prefix(b"&#")?;
    let (radix, digits) = match number {
        [b'x' | b'X', digits @ ..] => (16, digits),
        _ => (10, number),
    };
    let mut value = None;
    for &byte in digits {
        let digit = char::from(byte).to_digit(radix)?;
        value = Some(value.unwrap_or(0_u32) * radix + digit);
    }
    value.and_then(|value| u8::try_from(value).ok()).map(|byte| (byte, end + 1))
}

fn hex(digits: &[u8]) -> Option<u8> {
    digits.iter().try_fold(0_u8, |value, &byte| {
        let digit = char::from(byte).to_digit(16)?;
        u8::try_from(u32::from(value) << 4 | digit).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &str) {
        let text: Vec<u8> = ArmorText::new(body.as_bytes(), b"").base64_chars().collect();
        assert_eq!(String::from_utf8_lossy(&text), expected, "{body}");
    }

    #[test]
    fn escapes() {
        check("\r\nab\n\tcd\n", "abcd");
        check(r"\nab\r\ncd\n", "abcd");
        check(r"\\nab\\\\ncd\\n", "abcd");
        check(r"ab\/cd\u002b\u003D\u000a\=", "ab/cd+==");
        check("ab\\\ncd\\\r\nef", "abcdef");
        check("&#10;ab&#xA;cd&#x2B;&#13;", "abcd+");
        check("ab%0Acd%2B%2f%3D", "abcd+/=");
        for (odd, expected) in [
            (r"a\qb", r"a\qb"),
            (r"a\u1234", r"a\u1234"),
            ("a&b;c", "a&b;c"),
            ("&#;", "&#;"),
            ("a%zz%", "a%zz%"),
        ] {
            check(odd, expected);
        }
        check(r"\u00", r"\u00");
        check("&#99999;", "&#99999;");
        check("\\", "\\");
    }

    #[test]
    fn quoted_pieces() {
        check("\\n\" +\n   \"ab\\n\" +\n   \"cd\\n\" +\n   \"", "abcd");
        check("', 'ab', 'cd', '", "abcd");
        check("\\n\\\" . \\\"ab", "ab");
        check("ab'c\"d'e\"", "abe\"");
    }

    #[test]
    fn line_prefixes() {
        for (body, prefix, expected) in [
            ("\n+ab+\n++c+d\n+", "+", "ab++c+d"),
            ("\n  # ab\n  # cd\n  #\n  # ", "  # ", "abcd"),
            ("\r\n> ab\r\n> cd\r\n> ", "> ", "abcd"),
            ("\n// /ab\n//cd\n// ", "// ", "/abcd"),
            ("\n+ab\n", "", "+ab"),
            ("ab\\n", "", "ab"),
        ] {
            assert_eq!(line_prefix(body.as_bytes()), prefix.as_bytes(), "{body}");
            let text = ArmorText::new(body.as_bytes(), prefix.as_bytes()).base64_chars();
            assert_eq!(text.map(char::from).collect::<String>(), expected, "{body}");
        }
        assert_eq!(line_prefix(&[b"\n".as_slice(), &[b'#'; 65]].concat()), b"");
    }

    #[test]
    fn header_lines() {
        let check = |body: &str, any: bool, encrypted: bool, rest: &str| {
            let mut text = ArmorText::new(body.as_bytes(), b"");
            assert_eq!(text.skip_headers(), Headers { any, encrypted }, "{body}");
            assert_eq!(text.base64_chars().map(char::from).collect::<String>(), rest, "{body}");
        };
        check(
            "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nabcd\nef\n",
            true,
            true,
            "abcdef",
        );
        check(r"\nProc-Type: 4,ENCRYPTED\nDEK-Info: A,0\n\nabcd\n", true, true, "abcd");
        check("\nVersion: GnuPG v2\nComment: Proc-Type\n\nabcd", true, false, "abcd");
        check("\n\n  \nabcd\n", false, false, "abcd");
        check("\n", false, false, "");
        check("", false, false, "");
        check("\n  Proc-Type: 4,ENCRYPTED\n\n  abcd", true, true, "abcd");
        check(" Proc-Type: 4,ENCRYPTED abcd", true, true, "");
        check("\nProcedure: x\nabcd", true, false, "abcd");
        check("\nComment: Bob's key\n\nabcd\n", true, false, "abcd");
        check("\n' + 'Comment: a\n' + '\n' + 'abcd\n' + '", true, false, "abcd");
        check("\\n' + 'Comment: a\\n' + '\\n' + 'abcd\\n' + '", true, false, "abcd");
    }
}
