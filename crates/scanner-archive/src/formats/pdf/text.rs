//! The strings of a page: what its operators draw, joined as they stand on a line.

use crate::decoded::{Codec, give};
use crate::outcome::Fault;
use crate::source::Source;

/// A gap in thousandths of the letter height from which on it is a space.
const GAP: i32 = 200;
/// Bytes kept of an operator or number.
const WORD_BYTES: usize = 16;

/// Takes the text out of a page's operators.
#[derive(Debug)]
pub(crate) struct PdfText {
    state: State,
    /// Brackets open inside a string.
    nested: u32,
    /// An escape's digits so far.
    octal: Option<(u8, u8)>,
    hex: Option<u8>,
    in_array: bool,
    word: Vec<u8>,
    /// The last two numbers.
    numbers: [i32; 2],
    pending: Vec<u8>,
    at_line_start: bool,
}

impl Default for PdfText {
    fn default() -> Self {
        Self {
            state: State::Operators,
            nested: 0,
            octal: None,
            hex: None,
            in_array: false,
            word: Vec::new(),
            numbers: [0; 2],
            pending: Vec::new(),
            at_line_start: true,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Operators,
    String,
    Escape,
    Hex,
    Comment,
    Name,
}

impl Codec for PdfText {
    fn read(&mut self, input: &mut dyn Source, output: &mut [u8]) -> Result<usize, Fault> {
        loop {
            if let Some(count) = give(&mut self.pending, output) {
                return Ok(count);
            }
            let lent = input.fill(1)?;
            if lent.is_empty() {
                self.word_ends();
                if self.pending.is_empty() {
                    return Ok(0);
                }
                continue;
            }
            // What is pending is never longer than what it was made of, and a few bytes.
            let count = lent.len().min(4096);
            for &byte in &lent[..count] {
                self.take(byte);
            }
            input.consume(count);
        }
    }
}

impl PdfText {
    fn put(&mut self, byte: u8) {
        self.pending.push(byte);
        self.at_line_start = byte == b'\n';
    }

    fn take(&mut self, byte: u8) {
        match self.state {
            State::Operators => self.operator(byte),
            State::String => self.string(byte),
            State::Escape => self.escape(byte),
            State::Hex => self.hex(byte),
            State::Comment => {
                if matches!(byte, b'\n' | b'\r') {
                    self.state = State::Operators;
                }
            }
            State::Name => {
                if byte.is_ascii_whitespace() || b"()<>[]/%".contains(&byte) {
                    self.state = State::Operators;
                    self.operator(byte);
                }
            }
        }
    }

    fn operator(&mut self, byte: u8) {
        if byte.is_ascii_alphanumeric() || b"+-.*'\"".contains(&byte) {
            if self.word.len() < WORD_BYTES {
                self.word.push(byte);
            }
            return;
        }
        self.word_ends();
        match byte {
            b'(' => (self.state, self.nested) = (State::String, 0),
            b'<' => (self.state, self.hex) = (State::Hex, None),
            b'%' => self.state = State::Comment,
            b'/' => self.state = State::Name,
            b'[' => self.in_array = true,
            b']' => self.in_array = false,
            _ => {}
        }
    }

    fn word_ends(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let word = std::mem::take(&mut self.word);
        if let Some(number) = number(&word) {
            self.numbers = [self.numbers[1], number];
            if self.in_array && number <= -GAP {
                self.put(b' ');
            }
        } else {
            let moves_line = match &word[..] {
                // Along the line only: what follows belongs to it.
                b"Td" | b"TD" => self.numbers[1] != 0,
                b"T*" | b"'" | b"\"" | b"ET" | b"Tm" => true,
                _ => false,
            };
            if moves_line && !self.at_line_start {
                self.put(b'\n');
            }
        }
        self.word = word;
        self.word.clear();
    }

    fn string(&mut self, byte: u8) {
        match byte {
            b'\\' => self.state = State::Escape,
            b')' if self.nested == 0 => self.state = State::Operators,
            b')' => {
                self.nested -= 1;
                self.put(byte);
            }
            b'(' => {
                self.nested = self.nested.saturating_add(1);
                self.put(byte);
            }
            _ => self.put(byte),
        }
    }

    fn escape(&mut self, byte: u8) {
        if let b'0'..=b'7' = byte {
            let (value, digits) = self.octal.unwrap_or((0, 0));
            let value = value.wrapping_mul(8).wrapping_add(byte - b'0');
            if digits == 2 {
                self.octal = None;
                self.state = State::String;
                self.put(value);
            } else {
                self.octal = Some((value, digits + 1));
            }
            return;
        }
        self.state = State::String;
        if let Some((value, _)) = self.octal.take() {
            self.put(value);
            return self.string(byte);
        }
        match byte {
            b'n' => self.put(b'\n'),
            b'r' => self.put(b'\r'),
            b't' => self.put(b'\t'),
            b'b' | b'f' | b'\n' | b'\r' => {}
            _ => self.put(byte),
        }
    }

    fn hex(&mut self, byte: u8) {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            b'>' => {
                if let Some(high) = self.hex.take() {
                    self.put(high << 4);
                }
                self.state = State::Operators;
                return;
            }
            b'<' => {
                // A dictionary, not a string.
                self.state = State::Operators;
                return;
            }
            _ => return,
        };
        match self.hex.take() {
            Some(high) => self.put(high << 4 | digit),
            None => self.hex = Some(digit),
        }
    }
}

/// The whole part of a number.
fn number(word: &[u8]) -> Option<i32> {
    let (negative, digits) = match word {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, word),
    };
    let whole = digits.split(|&byte| byte == b'.').next()?;
    let is_number = digits.iter().all(|&byte| byte.is_ascii_digit() || byte == b'.');
    if !is_number || digits.is_empty() {
        return None;
    }
    let value = whole.iter().fold(0_i32, |value, &digit| {
        value.saturating_mul(10).saturating_add(i32::from(digit - b'0'))
    });
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Buffers, ReaderSource};

    fn check(page: &str, expected: &str) {
        let buffers = Buffers::default();
        let mut reader: &[u8] = page.as_bytes();
        let mut source = ReaderSource::new(b"", &mut reader, buffers.take());
        let (mut codec, mut buffer, mut all) = (PdfText::default(), [0; 7], Vec::new());
        loop {
            let count = codec.read(&mut source, &mut buffer).expect("memory");
            if count == 0 {
                break;
            }
            all.extend_from_slice(&buffer[..count]);
        }
        assert_eq!(String::from_utf8_lossy(&all), expected);
    }

    #[test]
    fn strings_of_a_line_are_joined() {
        check(
            "BT /F1 12 Tf 72 720 Td (tok) Tj (en=) Tj [(A) -20 (B) -300 (C)] TJ ET",
            "token=AB C\n",
        );
        check("BT (one) Tj 0 -14 Td (two) Tj 5 0 Td (2) Tj T* (three) ' ET", "one\ntwo2\nthree\n");
        check("BT <746f6B> Tj (e\\156\\) \\(x\\)) Tj % note\nET", "token) (x)\n");
        check("<< /A (b) >> BDC BT (a(b)c) Tj ET EMC", "ba(b)c\n");
    }
}
