//! A second reading of `docs/transforms.md`: everything encoded in a text, undone recursively, slowly and plainly.
//!
//! Shares no code with the engine's `transform` and `decode`: every byte is looked at one by one, every decoded byte
//! carries its place in the outermost text, nothing is limited but the depth. What the engine finds in encoded text
//! must be what the oracle finds in these pieces.

use std::io::Read as _;
use std::ops::Range;

use scanner_core::DecodeKind;

/// Bytes around an escape that are read with it.
const SIDE: usize = 4096;

/// Bytes around a join that are read with it.
const JOIN_SIDE: usize = 320;

/// Bytes from a join on that decide whether it is one worth taking out.
const JOIN_SEEN: usize = 92;

/// Bytes between two literals that are joined, their second quote included, at most.
const JOIN_MAX: usize = 80;

/// Decoded text: its bytes and, for each, the encoded bytes it comes from.
pub type Text = Vec<(u8, Range<usize>)>;

/// A piece of decoded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The decoded bytes.
    pub bytes: Vec<u8>,
    /// For each byte its place in the outermost text.
    pub places: Vec<Range<usize>>,
    /// The encodings undone, outermost first.
    pub chain: Vec<DecodeKind>,
    /// For each time that literals were joined: how many joins there are up to where each byte begins and ends.
    pub joins: Vec<Vec<Range<usize>>>,
}

impl Piece {
    /// The place in the outermost text of a range of decoded bytes that is not empty.
    pub fn place(&self, range: Range<usize>) -> Range<usize> {
        self.places[range.start].start..self.places[range.end - 1].end
    }

    /// Whether a range of decoded bytes lies across a join each time that literals were joined.
    pub fn is_whole(&self, range: Range<usize>) -> bool {
        self.joins.iter().all(|joins| joins[range.start].start < joins[range.end - 1].end)
    }

    /// The piece that decoding gave, with places in this one's bytes.
    fn inner(&self, kind: DecodeKind, decoded: &Text) -> Self {
        let chain = [self.chain.as_slice(), &[kind]].concat();
        let places = decoded.iter().map(|(_, range)| self.place(range.clone())).collect();
        let bytes: Vec<u8> = decoded.iter().map(|(byte, _)| *byte).collect();
        let counts = |joins: &Vec<Range<usize>>| {
            let of = |range: &Range<usize>| joins[range.start].start..joins[range.end - 1].end;
            decoded.iter().map(|(_, range)| of(range)).collect()
        };
        let mut joins: Vec<Vec<Range<usize>>> = self.joins.iter().map(counts).collect();
        if kind == DecodeKind::Join {
            let (mut count, mut end) = (0, decoded.first().map_or(0, |first| first.1.start));
            let mut counted = Vec::new();
            for (_, range) in decoded {
                count += usize::from(range.start > end);
                end = range.end;
                counted.push(count..count);
            }
            joins.push(counted);
        }
        Self { bytes, places, chain, joins }
    }
}

/// All pieces that a text decodes to, `depth` encodings deep.
pub fn decode_all(text: &[u8], depth: usize) -> Vec<Piece> {
    let places = (0..text.len()).map(|at| at..at + 1).collect();
    let mut layer =
        vec![Piece { bytes: text.to_vec(), places, chain: Vec::new(), joins: Vec::new() }];
    let mut all: Vec<Piece> = Vec::new();
    for _ in 0..depth {
        let mut next: Vec<Piece> = Vec::new();
        for piece in &layer {
            for (kind, decoded) in layer_of(&piece.bytes, !piece.chain.is_empty()) {
                let piece = piece.inner(kind, &decoded);
                if !piece.bytes.is_empty() && !next.contains(&piece) {
                    next.push(piece);
                }
            }
        }
        all.extend(next.iter().cloned());
        layer = next;
    }
    all
}

/// One layer: what stands encoded in `bytes`, decoded, with places in `bytes`. Compressed data is seen in what was
/// decoded only.
pub fn layer_of(bytes: &[u8], is_decoded: bool) -> Vec<(DecodeKind, Text)> {
    if is_decoded && let Some((kind, plain)) = inflated(bytes) {
        return vec![(kind, plain.into_iter().map(|byte| (byte, 0..bytes.len())).collect())];
    }
    let mut found = Vec::new();
    let (spans, texts) = base64_spans(bytes);
    for span in spans {
        found.push((DecodeKind::Base64, base64(bytes, span)));
    }
    for span in hex_spans(bytes, &texts) {
        found.push((DecodeKind::Hex, hex(bytes, span)));
    }
    let escapes: [(DecodeKind, Begins, Inside, Unit); 4] = [
        (DecodeKind::Percent, |b, at| percent(b, at).is_some_and(is_text), in_url, percent_unit),
        (
            DecodeKind::Escape,
            |b, at| escape(b, at).is_some_and(|e| is_text(e.0)),
            in_line,
            escape_unit,
        ),
        (DecodeKind::HtmlEntity, |b, at| entity(b, at).is_some(), between_tags, entity_unit),
        (DecodeKind::QuotedPrintable, begins_quoted, in_soft_line, quoted_unit),
    ];
    for (kind, begins, inside, unit) in escapes {
        for span in neighbourhoods(bytes, SIDE, begins, inside) {
            found.push((kind, undo(bytes, span, unit)));
        }
    }
    for span in neighbourhoods(bytes, JOIN_SIDE, begins_join, |_, _| true) {
        found.push((DecodeKind::Join, undo(bytes, span, join_unit)));
    }
    found
}

type Begins = fn(&[u8], usize) -> bool;
type Inside = fn(&[u8], usize) -> bool;
/// What one unit of text at a place means and how many bytes it takes; nothing where it is only taken.
type Unit = fn(&[u8], usize) -> (Option<Meaning>, usize);

/// What a unit of text means.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    Byte(u8),
    /// To be written in UTF-8.
    Character(u32),
}

/// The stretches within `side` of an escape, not beyond what `inside` allows; those that touch are one.
fn neighbourhoods(bytes: &[u8], side: usize, begins: Begins, inside: Inside) -> Vec<Range<usize>> {
    let mut is_near = vec![false; bytes.len()];
    for at in (0..bytes.len()).filter(|at| begins(bytes, *at)) {
        let mut from = at;
        while from > 0 && at - from < side && inside(bytes, from - 1) {
            from -= 1;
        }
        let mut to = at;
        while to < bytes.len() && to - at < side && inside(bytes, to) {
            to += 1;
        }
        is_near[from..to].fill(true);
    }
    // Two stretches of one line touch; two lines never do, whose break is inside neither.
    runs(bytes.len(), |at| is_near[at])
}

fn runs(len: usize, is_in: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in (0..len).filter(|at| is_in(*at)) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Undoes a span unit by unit; numbers above ASCII become UTF-8 unless they are bytes of the text itself.
fn undo(bytes: &[u8], span: Range<usize>, unit: Unit) -> Text {
    let seen = &bytes[..span.end];
    let mut out = Text::new();
    let mut at = span.start;
    while at < span.end {
        let (meant, len) = unit(seen, at);
        match meant {
            Some(Meaning::Byte(byte)) => out.push((byte, at..at + len)),
            Some(Meaning::Character(code)) => {
                let c = char::from_u32(code).unwrap_or('\u{fffd}');
                out.extend(c.to_string().bytes().map(|byte| (byte, at..at + len)));
            }
            None => {}
        }
        at += len;
    }
    out
}

fn digit(byte: Option<&u8>) -> Option<u32> {
    char::from(*byte?).to_digit(16)
}

fn number(bytes: &[u8], places: Range<usize>) -> Option<u32> {
    let mut value = 0u32;
    for at in places {
        value = value.checked_mul(16)?.checked_add(digit(bytes.get(at))?)?;
    }
    Some(value)
}

fn is_text(code: u32) -> bool {
    (32..127).contains(&code) || [9, 10, 13].contains(&code)
}

fn percent(bytes: &[u8], at: usize) -> Option<u32> {
    if bytes[at] == b'%' { number(bytes, at + 1..at + 3) } else { None }
}

fn percent_unit(bytes: &[u8], at: usize) -> (Option<Meaning>, usize) {
    percent(bytes, at)
        .map_or((Some(Meaning::Byte(bytes[at])), 1), |byte| (Some(Meaning::Byte(byte as u8)), 3))
}

fn in_url(bytes: &[u8], at: usize) -> bool {
    (33..127).contains(&bytes[at]) && !b"\"'<>`".contains(&bytes[at])
}

/// The code and length of a numeric escape.
fn escape(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    if bytes[at] != b'\\' {
        return None;
    }
    match bytes.get(at + 1)? {
        b'x' => Some((number(bytes, at + 2..at + 4)?, 4)),
        b'U' => Some((number(bytes, at + 2..at + 10)?, 10)),
        b'u' if bytes.get(at + 2) == Some(&b'{') => {
            let digits = (1..=7).find(|count| bytes.get(at + 3 + count) == Some(&b'}'))?;
            Some((number(bytes, at + 3..at + 3 + digits)?, digits + 4))
        }
        b'u' => Some((number(bytes, at + 2..at + 6)?, 6)),
        _ => None,
    }
}

fn escape_unit(bytes: &[u8], at: usize) -> (Option<Meaning>, usize) {
    if bytes[at] != b'\\' {
        return (Some(Meaning::Byte(bytes[at])), 1);
    }
    if let Some((code, len)) = escape(bytes, at) {
        return (Some(Meaning::Character(code)), len);
    }
    match bytes.get(at + 1) {
        Some(b'n') => (Some(Meaning::Byte(b'\n')), 2),
        Some(b'r') => (Some(Meaning::Byte(b'\r')), 2),
        Some(b't') => (Some(Meaning::Byte(b'\t')), 2),
        Some(b'"' | b'\'' | b'\\' | b'/') => (Some(Meaning::Byte(bytes[at + 1])), 2),
        _ => (Some(Meaning::Byte(b'\\')), 1),
    }
}

fn in_line(bytes: &[u8], at: usize) -> bool {
    bytes[at] != b'\n'
}

fn entity(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    if bytes[at] != b'&' {
        return None;
    }
    let rest = &bytes[at + 1..];
    let len = rest.iter().take(12).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&rest[..len]).ok()?;
    let code = match name {
        "amp" => 38,
        "lt" => 60,
        "gt" => 62,
        "quot" => 34,
        "apos" => 39,
        "nbsp" => 160,
        _ => {
            let name = name.strip_prefix('#')?;
            let (digits, radix) =
                name.strip_prefix(['x', 'X']).map_or((name, 10), |digits| (digits, 16));
            if digits.starts_with('+') {
                return None;
            }
            u32::from_str_radix(digits, radix).ok()?
        }
    };
    Some((code, len + 2))
}

fn entity_unit(bytes: &[u8], at: usize) -> (Option<Meaning>, usize) {
    let meant = |(code, len)| (Some(Meaning::Character(code)), len);
    entity(bytes, at).map_or((Some(Meaning::Byte(bytes[at])), 1), meant)
}

fn between_tags(bytes: &[u8], at: usize) -> bool {
    !b"\n<>".contains(&bytes[at])
}

fn begins_quoted(bytes: &[u8], at: usize) -> bool {
    if bytes[at] != b'=' {
        return false;
    }
    if number(bytes, at + 1..at + 3) == Some(61) {
        return true;
    }
    let line = (0..at).rev().take_while(|before| bytes[*before] != b'\n').count() + 1;
    let after_operator = at > 0 && b" +-*/!=<>|&^%".contains(&bytes[at - 1]);
    break_len(bytes, at + 1) > 0 && !after_operator && (70..=76).contains(&line)
}

fn break_len(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    if rest.starts_with(b"\n") {
        1
    } else if rest.starts_with(b"\r\n") {
        2
    } else {
        0
    }
}

fn in_soft_line(bytes: &[u8], at: usize) -> bool {
    bytes[at] != b'\n' || bytes[..at].ends_with(b"=") || bytes[..at].ends_with(b"=\r")
}

fn quoted_unit(bytes: &[u8], at: usize) -> (Option<Meaning>, usize) {
    if bytes[at] == b'=' {
        let len = break_len(bytes, at + 1);
        if len > 0 {
            return (None, 1 + len);
        }
        if let Some(byte) = number(bytes, at + 1..at + 3) {
            return (Some(Meaning::Byte(byte as u8)), 3);
        }
    }
    (Some(Meaning::Byte(bytes[at])), 1)
}

/// Where the second of two literals begins that are joined, of which the first is closed at `at`.
fn join(bytes: &[u8], at: usize) -> Option<usize> {
    let is_escaped = at > 0 && bytes[at - 1] == b'\\';
    let first = &bytes[..at - usize::from(is_escaped)];
    let ends_header = |word: &str| {
        let tail = first.len().checked_sub(word.len()).map(|from| &first[from..]);
        tail.is_some_and(|tail| String::from_utf8_lossy(tail).to_lowercase() == word)
    };
    let is_letter_of_escape =
        first.len() > 1 && first[first.len() - 2] == b'\\' && first.ends_with_letter();
    let is_cut = first.last().is_some_and(|byte| is_joinable(*byte)) && !is_letter_of_escape;
    if !is_cut && !ends_header("bearer ") && !ends_header("basic ") {
        return None;
    }
    let closed = bytes[at];
    if !bytes.get(at + 1).is_some_and(|byte| b" \t\r\n+.&\\".contains(byte)) {
        return None;
    }
    for end in at + 2..=(at + 1 + JOIN_MAX).min(bytes.len().saturating_sub(1)) {
        let opened = bytes[end - 1];
        let between = &bytes[at + 1..end - 1];
        if !b"\"'`".contains(&opened) {
            continue;
        }
        // The first quote decides: none stands in what may be between literals.
        let between = if is_escaped { between.strip_suffix(b"\\")? } else { between };
        let operator = operator(between)?;
        let known = ["+", ".", "..", "&", "~", "<>", "++", "||", "^"].map(str::as_bytes);
        let blanks = &between[..skip_blanks(between)];
        let lines: Vec<&[u8]> = blanks.split(|byte| *byte == b'\n').collect();
        let is_indented = lines.len() == 1 || (lines.len() == 2 && !lines[1].is_empty());
        let is_beside =
            operator.is_empty() && opened == closed && !blanks.is_empty() && is_indented;
        let joins = is_beside || known.contains(&operator);
        return (joins && is_joinable(bytes[end])).then_some(end);
    }
    None
}

/// Whether a join begins at `at` that is taken out together with all others around it.
fn begins_join(bytes: &[u8], at: usize) -> bool {
    let bytes = &bytes[..bytes.len().min(at + JOIN_SEEN)];
    let joined =
        if b"\"'`".contains(&bytes[at]) { join(bytes, at) } else { carried_over(bytes, at) };
    let Some(mut next) = joined else { return false };
    let first = if at > 0 && bytes[at - 1] == b'\\' { at - 1 } else { at };
    let mut run: Vec<u8> = Vec::new();
    while run.len() < 16 && run.len() < first && is_joinable(bytes[first - 1 - run.len()]) {
        run.push(bytes[first - 1 - run.len()]);
    }
    for _ in 0..16 {
        if next < bytes.len() && join_unit(bytes, next).0.is_none() {
            next += join_unit(bytes, next).1;
        }
        if next >= bytes.len() || !is_joinable(bytes[next]) {
            break;
        }
        run.push(bytes[next]);
        next += 1;
    }
    let any = |is: fn(&u8) -> bool| run.iter().any(is);
    let is_mixed = any(u8::is_ascii_uppercase) && any(u8::is_ascii_lowercase);
    run.len() >= 8 && (any(u8::is_ascii_digit) || is_mixed)
}

/// What stands between two literals but blanks and the prefix of the second; nothing where it is no operator.
fn operator(between: &[u8]) -> Option<&[u8]> {
    let rest = &between[skip_blanks(between)..];
    let len = rest.iter().position(|byte| !b"+.&~<>|^".contains(byte)).unwrap_or(rest.len());
    let (operator, rest) = rest.split_at(len);
    let rest = &rest[skip_blanks(rest)..];
    let has_prefix = rest.len() == 1 && rest.ends_with_letter();
    (rest.is_empty() || has_prefix).then_some(operator)
}

fn skip_blanks(text: &[u8]) -> usize {
    let mut at = 0;
    while at < text.len() {
        if b" \t\r\n".contains(&text[at]) {
            at += 1;
        } else if b"\\_".contains(&text[at]) && break_len(text, at + 1) > 0 {
            at += 1 + break_len(text, at + 1);
        } else {
            break;
        }
    }
    at
}

trait EndsWithLetter {
    fn ends_with_letter(&self) -> bool;
}

impl EndsWithLetter for [u8] {
    fn ends_with_letter(&self) -> bool {
        self.last().is_some_and(u8::is_ascii_alphabetic)
    }
}

fn is_joinable(byte: u8) -> bool {
    (33..127).contains(&byte) && !b"\"'`()[]{}<>,;\\".contains(&byte)
}

/// Where a word goes on that a backslash carries over the end of a line.
fn carried_over(bytes: &[u8], at: usize) -> Option<usize> {
    let len = break_len(bytes, at + 1);
    let next = bytes.get(at + 1 + len)?;
    let is_word = at > 0 && is_joinable(bytes[at - 1]) && is_joinable(*next);
    (bytes[at] == b'\\' && len > 0 && is_word).then_some(at + 1 + len)
}

fn join_unit(bytes: &[u8], at: usize) -> (Option<Meaning>, usize) {
    let is_quote = |at: usize| bytes.get(at).is_some_and(|byte| b"\"'`".contains(byte));
    let quote = if bytes[at] == b'\\' { at + 1 } else { at };
    let joined = if is_quote(quote) { join(bytes, quote) } else { carried_over(bytes, at) };
    joined.map_or((Some(Meaning::Byte(bytes[at])), 1), |end| (None, end - at))
}

/// Runs of digits; none is noticed in `texts`.
fn hex_spans(bytes: &[u8], texts: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let is_hex = |at: &usize| bytes[*at].is_ascii_hexdigit();
    for run in runs(bytes.len(), |at| is_hex(&at)) {
        for parity in 0..2 {
            let first = run.start + parity;
            let high = |pair: usize| (b'2'..=b'7').contains(&bytes[first + 2 * pair]);
            let pairs = (run.end.saturating_sub(first)) / 2;
            let is_free =
                |pair: usize| texts.iter().all(|text| !text.contains(&(first + 2 * pair)));
            let spells = (0..pairs.saturating_sub(15))
                .any(|pair| (pair..pair + 16).all(high) && is_free(pair));
            if spells {
                spans.push(first..first + 2 * pairs);
            }
        }
    }
    spans
}

fn hex(bytes: &[u8], span: Range<usize>) -> Text {
    let pairs = span.step_by(2);
    pairs.filter_map(|at| Some((number(bytes, at..at + 2)? as u8, at..at + 2))).collect()
}

const STANDARD: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The six bits of a character of the standard alphabet.
fn standard(byte: u8) -> Option<u32> {
    STANDARD.iter().position(|known| *known == byte).map(|place| place as u32)
}

/// As [`standard`], of the URL-safe alphabet too.
fn sixbits(byte: u8) -> Option<u32> {
    match byte {
        b'-' => Some(62),
        b'_' => Some(63),
        other => standard(other),
    }
}

/// Whether base64 is noticed at `at`: 24 characters of the standard alphabet that decode to ASCII, or that begin as
/// compressed data does and stand at the front of their run.
fn is_noticed(bytes: &[u8], at: usize) -> bool {
    let Some(run) = bytes.get(at..at + 24) else { return false };
    let Some(bits) = run.iter().map(|byte| standard(*byte)).collect::<Option<Vec<u32>>>() else {
        return false;
    };
    let is_ascii = bits.chunks(4).all(|group| {
        let three = group[0] << 18 | group[1] << 12 | group[2] << 6 | group[3];
        three & 0x80_8080 == 0
    });
    let zlib = [b"eJw", b"eJx", b"eJy", b"eJz", b"eNo", b"eNp", b"eNq", b"eNr"];
    let is_zipped = run.starts_with(b"H4sI") || zlib.iter().any(|magic| run.starts_with(*magic));
    let is_first = at == 0 || sixbits(bytes[at - 1]).is_none();
    is_ascii || (is_zipped && is_first)
}

/// What is noticed as base64; and from where on runs are text to their end, in which nothing else is noticed.
fn base64_spans(bytes: &[u8]) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut spans, mut texts) = (Vec::new(), Vec::new());
    let mut taken = [0; 4];
    for at in 0..bytes.len() {
        if at < taken[at % 4] || !is_noticed(bytes, at) {
            continue;
        }
        let mut line = at;
        while line > 0 && sixbits(bytes[line - 1]).is_some() {
            line -= 1;
        }
        let start = line + (at - line) % 4;
        let end_of = |from: usize| {
            (from..bytes.len()).find(|at| sixbits(bytes[*at]).is_none()).unwrap_or(bytes.len())
        };
        let mut end = end_of(at);
        let mut is_wrapped = false;
        while end - line >= 40
            && let Some(next) = next_line(bytes, end)
        {
            (line, end, is_wrapped) = (next, end_of(next), true);
        }
        let whole_groups = at..end - (end - at) % 4;
        if is_wrapped {
            taken = [end; 4];
        } else if reads_as_text(&base64(bytes, whole_groups)) {
            taken = [end; 4];
            texts.push(at..end);
        } else {
            taken[at % 4] = end;
        }
        spans.push(start..end);
    }
    (spans, texts)
}

/// UTF-8 whose last character may be cut, without control characters but tabs and ends of lines.
fn reads_as_text(decoded: &Text) -> bool {
    let bytes: Vec<u8> = decoded.iter().map(|(byte, _)| *byte).collect();
    let is_utf8 =
        std::str::from_utf8(&bytes).map_or_else(|bad| bad.error_len().is_none(), |_| true);
    is_utf8 && bytes.iter().all(|byte| *byte >= 32 || [9, 10, 13].contains(byte))
}

/// Where base64 goes on behind a line break, real or written out, and an indent.
fn next_line(bytes: &[u8], end: usize) -> Option<usize> {
    let breaks: [&[u8]; 4] = [b"\r\n", b"\n", b"\\r\\n", b"\\n"];
    let line_break = breaks.into_iter().find(|text| bytes[end..].starts_with(text))?;
    let mut next = end + line_break.len();
    for _ in 0..64 {
        if matches!(bytes.get(next), Some(b' ' | b'\t')) {
            next += 1;
        }
    }
    let goes_on = (next..next + 2).all(|at| bytes.get(at).is_some_and(|b| sixbits(*b).is_some()));
    goes_on.then_some(next)
}

fn base64(bytes: &[u8], span: Range<usize>) -> Text {
    let mut characters = Vec::new();
    let mut at = span.start;
    while at < span.end {
        if bytes[at] == b'\\' {
            at += 1;
        } else if let Some(bits) = sixbits(bytes[at]) {
            characters.push((bits, at));
        }
        at += 1;
    }
    let mut out = Text::new();
    for group in characters.chunks(4) {
        for pair in 0..group.len() - 1 {
            let ((left, from), (right, to)) = (group[pair], group[pair + 1]);
            let byte = (left << (2 * pair + 2) | right >> (4 - 2 * pair)) & 255;
            out.push((byte as u8, from..to + 1));
        }
    }
    out
}

/// Compressed data that is all of `bytes`, as far as it can be read.
fn inflated(bytes: &[u8]) -> Option<(DecodeKind, Vec<u8>)> {
    let (kind, header) = match bytes {
        [0x1f, 0x8b, 8, flags, ..] => (DecodeKind::Gzip, gzip_header(bytes, *flags)?),
        [0x78, second, ..] if (0x7800 + u32::from(*second)) % 31 == 0 && second & 32 == 0 => {
            (DecodeKind::Zlib, 2)
        }
        _ => return None,
    };
    let mut plain = Vec::new();
    let mut reader = flate2::read::DeflateDecoder::new(bytes.get(header..)?);
    let mut byte = [0];
    // Byte by byte, so that what comes before damage is kept.
    while let Ok(1) = reader.read(&mut byte) {
        plain.push(byte[0]);
    }
    Some((kind, plain))
}

fn gzip_header(bytes: &[u8], flags: u8) -> Option<usize> {
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(*bytes.get(at)?) + 256 * usize::from(*bytes.get(at + 1)?);
    }
    for name in [8, 16] {
        if flags & name != 0 {
            at += bytes.get(at..)?.iter().position(|byte| *byte == 0)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    (bytes.len() >= at.max(10)).then_some(at)
}
