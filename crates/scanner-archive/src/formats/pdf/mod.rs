//! Text out of PDF: the streams that are deflated, and the strings of their text operators joined.
//!
//! The file as it is comes first, under its own path: names, links and forms often stand there in clear. Then each
//! deflated stream that is no picture, named after its object, and if it draws text, that text. Strings are taken as
//! they stand: fonts with an encoding of their own give none that can be read.

mod text;

use self::text::PdfText;
use crate::codec::Stepped;
use crate::codec::inflate::Inflate;
use crate::decoded::Decoded;
use crate::outcome::Fault;
use crate::source::{Random, Source, Window};
use crate::walker::{Meta, Walker};

/// How far in front of `stream` its dictionary is looked for.
const DICTIONARY_BYTES: usize = 2048;
/// How much of a stream is looked at for operators that draw text.
const LOOK_BYTES: usize = 1000;

/// Reads a document.
pub(crate) fn read(walker: &mut Walker<'_>, source: &mut dyn Source) -> Result<(), Fault> {
    walker.with_random(source, |walker, random, cut| {
        let mut whole = Window::new(random, 0, random.len(), walker.buffers.take());
        walker.itself(&mut whole)?;
        drop(whole);
        if let Some(fault) = cut {
            walker.fault(fault);
        }
        let mut finder = Finder::new(Window::new(random, 0, random.len(), walker.buffers.take()));
        let mut number = 0;
        while let Some(found) = finder.next()? {
            number += 1;
            let name = match found.object {
                Some(object) => format!("object-{object}"),
                None => format!("stream-{number}"),
            };
            stream(walker, random, found.at, name.as_bytes())?;
        }
        Ok(())
    })
}

/// Hands over a stream and its text.
fn stream(walker: &mut Walker<'_>, random: &dyn Random, at: u64, name: &[u8]) -> Result<(), Fault> {
    let (budget, buffers) = (walker.budget, walker.buffers);
    let inflated =
        |window| Decoded::new(window, Stepped::new(Inflate::zlib()), budget, buffers.take());
    let mut window = Window::new(random, at, random.len(), buffers.take());
    let mut decoded = inflated(&mut window);
    let draws = decoded.fill(LOOK_BYTES).is_ok_and(draws_text);
    walker.text(&Meta { name, ..Meta::default() }, &mut decoded)?;
    drop(decoded);
    if draws {
        let mut window = Window::new(random, at, random.len(), buffers.take());
        let mut decoded = inflated(&mut window);
        let mut text =
            Decoded::new(&mut decoded, PdfText::default(), budget, buffers.take()).uncounted();
        let name = [name, b"!text"].concat();
        walker.text(&Meta { name: &name, ..Meta::default() }, &mut text)?;
    }
    Ok(())
}

/// Whether a page's stream begins a block of text.
fn draws_text(stream: &[u8]) -> bool {
    stream.windows(3).any(|three| &three[..2] == b"BT" && three[2].is_ascii_whitespace())
}

/// A deflated stream.
struct Found {
    at: u64,
    object: Option<u64>,
}

/// Looks for deflated streams from front to back.
struct Finder<'a> {
    window: Window<'a>,
    /// The bytes seen last, for the dictionary.
    before: Vec<u8>,
}

impl<'a> Finder<'a> {
    fn new(window: Window<'a>) -> Self {
        Self { window, before: Vec::new() }
    }

    fn next(&mut self) -> Result<Option<Found>, Fault> {
        const WORD: &[u8] = b"stream";
        loop {
            let lent = self.window.fill(WORD.len() + 2)?;
            if lent.len() < WORD.len() + 2 {
                return Ok(None);
            }
            let Some(found) = lent.windows(WORD.len()).position(|word| word == WORD) else {
                let count = lent.len() - (WORD.len() - 1);
                self.pass(count)?;
                continue;
            };
            self.pass(found)?;
            let is_deflated = self.is_deflated();
            let object = self.object();
            self.pass(WORD.len())?;
            if !is_deflated {
                continue;
            }
            let line_end = match self.window.fill(2)? {
                [b'\r', b'\n', ..] => 2,
                [b'\r' | b'\n', ..] => 1,
                _ => 0,
            };
            self.window.consume(line_end);
            let at = self.window.position();
            return Ok(Some(Found { at, object }));
        }
    }

    /// Steps forward and keeps what was there.
    fn pass(&mut self, count: usize) -> Result<(), Fault> {
        let lent = self.window.fill(count.min(1))?;
        let kept = &lent[..count.min(lent.len())];
        self.before.extend_from_slice(&kept[kept.len().saturating_sub(DICTIONARY_BYTES)..]);
        let surplus = self.before.len().saturating_sub(DICTIONARY_BYTES);
        self.before.drain(..surplus);
        self.window.consume(count);
        Ok(())
    }

    /// The dictionary of the stream at hand: from where its object begins.
    fn dictionary(&self) -> &[u8] {
        let begins = self.before.windows(4).rposition(|word| word == b" obj");
        &self.before[begins.map_or(0, |at| at + 4)..]
    }

    /// Whether a stream begins here, deflated and nothing else, and is no picture or font.
    fn is_deflated(&self) -> bool {
        let dictionary = self.dictionary();
        let has = |word: &[u8]| dictionary.windows(word.len()).any(|at| at == word);
        dictionary.trim_ascii_end().ends_with(b">>")
            && (has(b"/FlateDecode") || has(b"/Fl "))
            && !["/ASCII85Decode", "/ASCIIHexDecode", "/LZWDecode", "/DCTDecode", "/Crypt"]
                .iter()
                .any(|other| has(other.as_bytes()))
            && !(has(b"/Image") || has(b"/FontFile") || has(b"/XRef"))
    }

    /// The number in front of ` 0 obj`.
    fn object(&self) -> Option<u64> {
        let begins = self.before.windows(4).rposition(|word| word == b" obj")?;
        let mut words = self.before[..begins].rsplit(|byte| !byte.is_ascii_digit());
        words.next()?;
        crate::formats::tar::decimal(words.next()?)
    }
}
