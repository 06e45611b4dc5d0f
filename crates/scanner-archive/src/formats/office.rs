//! The text of office documents: parts of a zip whose XML cuts words into runs.
//!
//! A token that was typed in two formats stands in two elements. Here tags go away, runs are joined, and paragraphs,
//! cells and breaks become line ends, so that it is found. The parts as they are have been handed over before.

use crate::decoded::{Codec, give};
use crate::outcome::Fault;
use crate::source::Source;

/// What is added to the name of a part.
pub(crate) const TEXT_SUFFIX: &[u8] = b"!text";

/// The longest tag name and entity that is looked at.
const WORD_BYTES: usize = 24;

/// Whether a part holds text. `is_office` is kept from part to part: the manifest of a document comes first in those
/// that offices write, but nothing depends on it.
pub(crate) fn is_text_part(name: &[u8], is_office: &mut bool) -> bool {
    *is_office |= matches!(name, b"[Content_Types].xml" | b"mimetype" | b"content.xml");
    let folders: [&[u8]; 3] = [b"word/", b"xl/", b"ppt/"];
    name.ends_with(b".xml")
        && (folders.iter().any(|folder| name.starts_with(folder))
            || (*is_office && matches!(name, b"content.xml" | b"styles.xml" | b"meta.xml")))
}

/// Takes the tags out of XML.
#[derive(Debug)]
pub(crate) struct OfficeText {
    state: State,
    word: Vec<u8>,
    /// What the last tag or entity became, given out next.
    pending: Vec<u8>,
    /// Whether the text ends with a line end, so that no empty lines come.
    at_line_start: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Text,
    Name,
    Tag,
    Quoted(u8),
    Entity,
}

impl Default for OfficeText {
    fn default() -> Self {
        Self { state: State::Text, word: Vec::new(), pending: Vec::new(), at_line_start: true }
    }
}

impl Codec for OfficeText {
    fn read(&mut self, input: &mut dyn Source, output: &mut [u8]) -> Result<usize, Fault> {
        loop {
            if let Some(count) = give(&mut self.pending, output) {
                return Ok(count);
            }
            let lent = input.fill(1)?;
            if lent.is_empty() {
                return Ok(0);
            }
            let (taken, given) = self.step(lent, output);
            input.consume(taken);
            if given > 0 {
                return Ok(given);
            }
        }
    }
}

impl OfficeText {
    /// Consumes until something is pending or the output is full.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> (usize, usize) {
        let mut given = 0;
        for (index, &byte) in input.iter().enumerate() {
            if given == output.len() || !self.pending.is_empty() {
                return (index, given);
            }
            match self.state {
                State::Text => match byte {
                    b'<' => self.begin(State::Name),
                    b'&' => self.begin(State::Entity),
                    _ => {
                        output[given] = byte;
                        given += 1;
                        self.at_line_start = byte == b'\n';
                    }
                },
                State::Name => self.name(byte),
                State::Tag => match byte {
                    b'>' => self.state = State::Text,
                    b'"' | b'\'' => self.state = State::Quoted(byte),
                    _ => {}
                },
                State::Quoted(quote) if byte == quote => self.state = State::Tag,
                State::Quoted(_) => {}
                State::Entity => self.entity(byte),
            }
        }
        (input.len(), given)
    }

    fn begin(&mut self, state: State) {
        self.state = state;
        self.word.clear();
    }

    fn name(&mut self, byte: u8) {
        let is_close = byte == b'/' && self.word.is_empty();
        if !is_close && !matches!(byte, b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r') {
            if self.word.len() < WORD_BYTES {
                self.word.push(byte);
            }
            return;
        }
        if is_close {
            self.word.push(byte);
            return;
        }
        self.tag_ends();
        self.state = if byte == b'>' { State::Text } else { State::Tag };
    }

    /// What a tag stands for in text.
    fn tag_ends(&mut self) {
        let (closes, name) = match self.word.split_first() {
            Some((b'/', name)) => (true, name),
            _ => (false, &self.word[..]),
        };
        let local = name.rsplit(|&byte| byte == b':').next().unwrap_or(name);
        let text: &[u8] = match (closes, local) {
            (true, b"p" | b"h" | b"si" | b"row" | b"table-row" | b"c" | b"comment" | b"title")
            | (false, b"br" | b"cr" | b"line-break") => b"\n",
            (false, b"tab") | (true, b"table-cell" | b"tc") => b"\t",
            (false, b"s") => b" ",
            _ => b"",
        };
        if text != b"\n" || !self.at_line_start {
            self.pending.extend_from_slice(text);
        }
        if !text.is_empty() {
            self.at_line_start = text == b"\n";
        }
    }

    fn entity(&mut self, byte: u8) {
        if byte != b';' && byte != b'<' && self.word.len() < WORD_BYTES {
            self.word.push(byte);
            return;
        }
        self.state = State::Text;
        self.at_line_start = false;
        let numeric = self.word.strip_prefix(b"#").and_then(|digits| {
            let (digits, radix) = match digits.strip_prefix(b"x") {
                Some(hex) => (hex, 16),
                None => (digits, 10),
            };
            let number = u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()?;
            char::from_u32(number)
        });
        let letter = match (&self.word[..], numeric) {
            (_, Some(letter)) => Some(letter),
            (b"amp", _) => Some('&'),
            (b"lt", _) => Some('<'),
            (b"gt", _) => Some('>'),
            (b"quot", _) => Some('"'),
            (b"apos", _) => Some('\''),
            _ => None,
        };
        if let Some(letter) = letter.filter(|_| byte == b';') {
            self.pending.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            return;
        }
        self.pending.push(b'&');
        self.pending.append(&mut self.word);
        if byte == b'<' {
            self.begin(State::Name);
        } else {
            self.pending.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Buffers, ReaderSource};

    fn text(xml: &str) -> String {
        let mut out = Vec::new();
        for room in [1, 3, 4096] {
            let buffers = Buffers::default();
            let mut reader: &[u8] = xml.as_bytes();
            let mut source = ReaderSource::new(b"", &mut reader, buffers.take());
            let (mut codec, mut buffer, mut all) =
                (OfficeText::default(), vec![0; room], Vec::new());
            loop {
                let count = codec.read(&mut source, &mut buffer).expect("memory");
                if count == 0 {
                    break;
                }
                all.extend_from_slice(&buffer[..count]);
            }
            assert!(out.is_empty() || out == all);
            out = all;
        }
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn runs_are_joined_and_paragraphs_are_lines() {
        let xml = r#"<?xml version="1.0"?><w:p a="x>y"><w:r><w:t>tok</w:t></w:r><w:r><w:rPr/>
<w:t>en</w:t></w:r></w:p><w:p/><w:p><w:t>a&amp;b&#65;&#x42;&unknown;&</w:t><w:br/>c<w:tab/>d</w:p>"#;
        assert_eq!(text(xml), "tok\nen\na&bAB&unknown;&\nc\td\n");
    }

    #[test]
    fn parts_with_text() {
        let mut office = false;
        assert!(is_text_part(b"word/document.xml", &mut office));
        assert!(!is_text_part(b"content.xml.rels", &mut office));
        assert!(is_text_part(b"content.xml", &mut office));
        assert!(!is_text_part(b"word/media/image.png", &mut office));
    }
}
