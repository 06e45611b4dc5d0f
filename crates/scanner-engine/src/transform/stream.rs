//! `StreamDecoder`: undoes a span piece by piece, [`PIECE_BYTES`] at a time, and any part of it again.
//!
//! It remembers where pieces began, so that a part is decoded again without all that lies before it; inflated data could
//! only be made from its begin and is not.

use std::ops::Range;

use flate2::{Decompress, FlushDecompress, Status};
use scanner_core::DecodeKind;

use super::{Decoded, EncodedSpan, Origin, base64, decode_by_unit, inflate};

/// Decoded bytes of a piece. Whole groups of base64, so that each piece begins with one.
pub(crate) const PIECE_BYTES: usize = 15 * 1024;

const _: () = assert!(PIECE_BYTES.is_multiple_of(3));

/// How a span is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Base64 on one line: the place of each byte follows from its number.
    Run,
    /// Anything whose bytes have places of their own.
    ByUnit,
    /// A deflate stream.
    Deflated,
}

/// The place of a decoder in a span.
#[derive(Debug, Default)]
pub(crate) struct StreamDecoder {
    span: Option<(EncodedSpan, Form)>,
    /// The next encoded byte.
    at: usize,
    /// Decoded bytes so far.
    done: usize,
    /// Decoded bytes before a piece, and the encoded place where it begins.
    begins: Vec<(usize, usize)>,
    inflater: Option<Decompress>,
    piece: Decoded,
}

impl StreamDecoder {
    /// Begins a span of `bytes`.
    pub(crate) fn begin(&mut self, bytes: &[u8], span: &EncodedSpan) {
        let form = match span.kind {
            DecodeKind::Gzip | DecodeKind::Zlib => Form::Deflated,
            DecodeKind::Base64 if !base64::is_wrapped(&bytes[span.range()]) => Form::Run,
            _ => Form::ByUnit,
        };
        self.span = Some((*span, form));
        self.begins.clear();
        (self.at, self.done) = (span.range().start, 0);
        if let Some(inflater) = &mut self.inflater {
            inflater.reset(false);
        }
    }

    /// Decoded bytes so far.
    pub(crate) fn done(&self) -> usize {
        self.done
    }

    /// The next piece; empty at the end.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> &[u8] {
        self.piece.bytes.clear();
        self.piece.marks.clear();
        self.piece.room = PIECE_BYTES;
        let Some((span, form)) = self.span else { return &[] };
        let (kind, range) = (span.kind, span.range());
        if self.at < range.end && form == Form::ByUnit {
            self.begins.push((self.done, self.at));
        }
        match form {
            Form::Deflated => self.inflate(&bytes[range]),
            Form::Run => {
                let end = range.end.min(self.at + PIECE_BYTES / 3 * 4);
                base64::decode_run(&bytes[self.at..end], &mut self.piece);
                self.at = end;
            }
            Form::ByUnit => {
                self.piece.begin();
                let whole = decode_by_unit(bytes, (kind, self.at..range.end), &mut self.piece);
                self.at = if whole { range.end } else { self.cut_last() };
            }
        }
        self.done += self.piece.bytes.len();
        &self.piece.bytes
    }

    /// Where a full piece ends: what did not fit as a whole is left to the next one.
    fn cut_last(&mut self) -> usize {
        let (place, before) = self.piece.unit;
        self.piece.bytes.truncate(before);
        place
    }

    /// The next piece of a deflate stream; `data` begins with its header.
    fn inflate(&mut self, data: &[u8]) {
        let Some((_, header)) = inflate::detect(data) else { return };
        let inflater = self.inflater.get_or_insert_with(|| Decompress::new(false));
        let out = &mut self.piece.bytes;
        out.resize(PIECE_BYTES, 0);
        let mut made = 0;
        while made < out.len() {
            let (read, before) = (inflater.total_in(), inflater.total_out());
            let rest = data.get(header + read as usize..).unwrap_or_default();
            let status = inflater.decompress(rest, &mut out[made..], FlushDecompress::None);
            made += (inflater.total_out() - before) as usize;
            let moved = inflater.total_out() > before || inflater.total_in() > read;
            if !matches!(status, Ok(Status::Ok)) || !moved {
                break;
            }
        }
        out.truncate(made);
    }

    /// Decodes `part` of the decoded bytes again, to the end of `out`, and tells where they come from; the stream goes
    /// on where it was. Nothing where that would take all that lies before the part. The part begins with a group.
    pub(crate) fn again(
        &self,
        bytes: &[u8],
        part: Range<usize>,
        out: &mut Decoded,
    ) -> Option<Origin> {
        let (span, form) = self.span?;
        let (kind, range) = (span.kind, span.range());
        let from = out.bytes.len();
        match form {
            Form::Deflated => None,
            Form::Run => {
                let at = range.start + part.start / 3 * 4;
                let end = range.end.min(at + part.len().div_ceil(3) * 4);
                let room = std::mem::replace(&mut out.room, usize::MAX);
                base64::decode_run(&bytes[at..end], out);
                out.room = room;
                out.bytes.truncate(from + part.len());
                Some(Origin::Base64(at))
            }
            Form::ByUnit => {
                let known = self.begins.partition_point(|begin| begin.0 <= part.start);
                let (before, at) = self.begins[..known].last().copied().unwrap_or((0, range.start));
                let first = out.marks.len();
                let room = std::mem::replace(&mut out.room, from + part.end - before);
                out.begin();
                decode_by_unit(bytes, (kind, at..range.end), out);
                out.room = room;
                let skipped = (part.start - before).min(out.bytes.len() - from);
                out.bytes.drain(from..from + skipped);
                Some(out.marked(kind, range.end, (first, skipped)))
            }
        }
    }

    /// Whether the places of bytes follow from the part's begin, so that they need not be decoded again for them; and
    /// what they are then.
    pub(crate) fn origin_of(&self, part: &Range<usize>) -> Option<Origin> {
        let (span, form) = self.span.as_ref()?;
        match form {
            Form::Run => Some(Origin::Base64(span.range().start + part.start / 3 * 4)),
            Form::Deflated => Some(Origin::All(span.range().len())),
            Form::ByUnit => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All of a span in pieces, and then parts of it again.
    fn check(bytes: &[u8], kind: DecodeKind, parts: &[(usize, usize)]) {
        let span = EncodedSpan::new(kind, 0..bytes.len());
        let whole = super::super::undo(bytes, kind, usize::MAX);
        let mut decoder = StreamDecoder::default();
        decoder.begin(bytes, &span);
        let mut all = Vec::new();
        loop {
            let piece = decoder.next(bytes);
            if piece.is_empty() {
                break;
            }
            all.extend_from_slice(piece);
        }
        assert_eq!(decoder.done(), all.len());
        assert!(all == whole.bytes, "{kind:?}: pieces are the whole");
        for (from, len) in parts {
            let from = (*from).min(all.len()) / 3 * 3;
            let part = from..(from + len).min(all.len());
            let mut out = Decoded { bytes: b"before".to_vec(), ..Decoded::default() };
            let Some(origin) = decoder.again(bytes, part.clone(), &mut out) else {
                assert!(kind == DecodeKind::Zlib, "{kind:?}");
                continue;
            };
            assert!(out.bytes[6..] == all[part.clone()], "{kind:?}: {part:?}");
            let places = (0..part.len()).map(|at| origin.of(at, &out, bytes)).map(|(a, b)| a..b);
            assert!(places.eq(whole.origin[part].iter().cloned()), "{kind:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn pieces_and_parts_are_the_whole(
            units in prop::collection::vec(prop::sample::select(vec![
                "abcdefgh", "%41", "\\u00e4", "\\ud83d", "&#228;", "&amp;", "=3D", "=\n", "QUJD", "41", "\n",
            ]), 0..9000),
            parts in prop::collection::vec((0usize..60_000, 0usize..40_000), 3),
        ) {
            let text = units.concat();
            for kind in [DecodeKind::Percent, DecodeKind::Escape, DecodeKind::HtmlEntity, DecodeKind::QuotedPrintable] {
                check(text.as_bytes(), kind, &parts);
            }
            let run: Vec<u8> = text.bytes().filter(|b| base64::value(*b).is_some()).collect();
            check(&run, DecodeKind::Base64, &parts);
            let wrapped: Vec<u8> = run.chunks(61).flat_map(|line| [line, b"\n "].concat()).collect();
            check(&wrapped, DecodeKind::Base64, &parts);
            let digits: Vec<u8> = text.bytes().map(|b| b"0123456789abcdef"[usize::from(b & 15)]).collect();
            check(&digits[..digits.len() / 2 * 2], DecodeKind::Hex, &parts);
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            std::io::Write::write_all(&mut encoder, text.as_bytes()).expect("memory");
            check(&encoder.finish().expect("memory"), DecodeKind::Zlib, &parts);
        }
    }
}
