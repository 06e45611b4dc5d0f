//! The decoders of encoded text, each alone, and the search for encoded text.

use std::io::Write as _;
use std::ops::Range;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use scanner_core::DecodeKind;
use scanner_engine::SimdLevel;
use scanner_engine::transform::{Peeled, peel, undo};
use scanner_testkit::reference::layer_of;

use crate::Target;

/// Bytes that an input may decode to.
const ROOM: usize = 1 << 20;

const WORDS: &[&[u8]] = &[
    b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo",
    b"54686520717569636b2062726f776e20666f78",
    b"H4sI",
    b"eJy",
    b"%41",
    b"%25",
    b"\\u0041",
    b"\\u{41}",
    b"\\U00000041",
    b"\\x41",
    b"\\ud83d\\ude00",
    b"&#65;",
    b"&#x41;",
    b"&amp;",
    b"=3D",
    b"=\r\n",
    b"\\n",
    b"\r\n    ",
    b"==",
    b"\" + \"",
    b"' . '",
    b"\" \\\n\"",
    b"\\\" + \\\"",
    b"a\\\nb",
];

const fn target(name: &'static str, about: &'static str, run: fn(&[u8])) -> Target {
    Target { name, about, seeds: texts, words: WORDS, bytes_max: 8192, run }
}

pub(super) const BASE64: Target = target("base64", "all of the input is base64", base64);
pub(super) const HEX: Target = target("hex", "all of the input is hex", hex);
pub(super) const PERCENT: Target = target("percent", "percent escapes", percent);
pub(super) const ESCAPE: Target = target("escape", "escapes with a backslash", escape);
pub(super) const HTML: Target = target("html", "HTML entities", html);
pub(super) const QUOTED: Target = target("quoted", "quoted-printable", quoted);
pub(super) const GZIP: Target =
    Target { seeds: gzips, ..target("gzip", "gzip inside an encoding", gzip) };
pub(super) const ZLIB: Target =
    Target { seeds: zlibs, ..target("zlib", "zlib inside an encoding", zlib) };
pub(super) const FIND: Target =
    target("find", "finds encoded text, undoes it, looks again", find_nested);

pub(super) const REFERENCE: Target = Target {
    bytes_max: 2048,
    ..target(
        "reference",
        "one layer of encodings against the plain decoder of the tests",
        reference,
    )
};

fn base64(input: &[u8]) {
    alone(input, DecodeKind::Base64);
}

fn hex(input: &[u8]) {
    alone(input, DecodeKind::Hex);
}

fn percent(input: &[u8]) {
    alone(input, DecodeKind::Percent);
}

fn escape(input: &[u8]) {
    alone(input, DecodeKind::Escape);
}

fn html(input: &[u8]) {
    alone(input, DecodeKind::HtmlEntity);
}

fn quoted(input: &[u8]) {
    alone(input, DecodeKind::QuotedPrintable);
}

fn gzip(input: &[u8]) {
    alone(input, DecodeKind::Gzip);
}

fn zlib(input: &[u8]) {
    alone(input, DecodeKind::Zlib);
}

/// All of the input as one encoding, with room for everything and with little room.
fn alone(input: &[u8], kind: DecodeKind) {
    let whole = undo(input, kind, ROOM);
    check(input, &whole);
    let room = whole.bytes.len() / 2;
    let part = undo(input, kind, room);
    check(input, &part);
    assert!(part.bytes.len() <= room, "a decoder takes no more room than there is");
    assert!(whole.bytes.starts_with(&part.bytes), "with less room there is less of the same");
    assert!(whole.origin.starts_with(&part.origin), "places do not depend on the room");
}

/// One layer, against the decoder of the tests, which looks at every byte by itself.
fn reference(input: &[u8]) {
    let sorted = |mut all: Vec<(DecodeKind, Vec<u8>, Vec<Range<usize>>)>| {
        all.retain(|(_, bytes, _)| !bytes.is_empty());
        all.sort_by(|left, right| {
            let key = |one: &(DecodeKind, Vec<u8>, Vec<Range<usize>>)| {
                (one.0 as u8, one.2[0].start, one.2[one.2.len() - 1].end, one.1.clone())
            };
            key(left).cmp(&key(right))
        });
        all.dedup();
        all
    };
    let engine = peel(input, SimdLevel::detect(), ROOM);
    let engine = sorted(engine.into_iter().map(|p| (p.kind, p.bytes, p.origin)).collect());
    let plain = layer_of(input, true).into_iter().map(|(kind, text)| {
        let (bytes, places) = text.into_iter().unzip();
        (kind, bytes, places)
    });
    let plain = sorted(plain.collect());
    let is_compressed = |kind| matches!(kind, DecodeKind::Gzip | DecodeKind::Zlib);
    if let [(kind, bytes, _)] = &engine[..]
        && is_compressed(*kind)
    {
        // How much of a damaged stream can be read depends on the buffers.
        let other = plain.first().map_or(&b""[..], |(_, other, _)| other);
        assert!(bytes.starts_with(other) || other.starts_with(bytes), "the same as far as both go");
    } else if !plain.iter().any(|(kind, ..)| is_compressed(*kind)) {
        let only = |these: &Vec<_>, those: &Vec<_>| -> Vec<_> {
            these.iter().filter(|one| !those.contains(*one)).cloned().collect()
        };
        let (more, less) = (only(&engine, &plain), only(&plain, &engine));
        assert!(engine == plain, "the engine alone finds {more:?}, the reference alone {less:?}");
    }
}

/// Layers of encodings, each found with vectors and without.
fn find_nested(input: &[u8]) {
    let mut texts = vec![input.to_vec()];
    for _ in 0..3 {
        let mut inner = Vec::new();
        for text in &texts {
            let found = peel(text, SimdLevel::detect(), ROOM);
            assert!(found == peel(text, SimdLevel::Scalar, ROOM), "vectors see the same");
            for peeled in found {
                check(text, &peeled);
                inner.push(peeled.bytes);
            }
        }
        inner.truncate(64);
        texts = inner;
    }
}

/// What holds of everything decoded: it comes from inside the encoded bytes, in their order, and is not larger
/// than the encoding allows.
fn check(text: &[u8], peeled: &Peeled) {
    let Peeled { kind, range, bytes, origin } = peeled;
    assert!(range.start <= range.end && range.end <= text.len(), "the span lies inside the text");
    assert_eq!(bytes.len(), origin.len(), "each byte comes from somewhere");
    let mut last = range.start;
    for place in origin {
        assert!(last <= place.start && place.start < place.end && place.end <= range.end);
        last = place.start;
    }
    let is_compressed = matches!(kind, DecodeKind::Gzip | DecodeKind::Zlib);
    assert!(is_compressed || bytes.len() <= range.len(), "only compressed data grows");
}

fn texts() -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = vec![
        b"key = \"VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZw==\"".to_vec(),
        b"VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBs\n    YXp5IGRvZyBhbmQgcnVucyBhd2F5IGFnYWlu\n"
            .to_vec(),
        b"54686520717569636b2062726f776e20666f78206a756d7073206f766572".to_vec(),
        b"https://example.com/?q=%61%62%63%20%64&x=%2525".to_vec(),
        b"a = '\\u0061\\x62\\U00000063 \\n \\u{64}' # \\ud83d\\ude00".to_vec(),
        b"<b>&#97;&#x62;&amp;amp;&lt;&quot;&nope;</b>".to_vec(),
        b"a=3Db and a line that goes on for as long as a line of mail is to go on=\r\nhere".to_vec(),
        Vec::new(),
    ];
    texts.push(b"%25".repeat(100));
    texts.push(b"&amp;".repeat(100));
    texts
}

const PLAIN: &[u8] =
    b"The quick brown fox jumps over the lazy dog, and again, and again, and again.";

fn gzips() -> Vec<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(PLAIN).expect("memory");
    let plain = encoder.finish().expect("memory");
    // All optional fields: extra, name, comment, checksum of the header.
    let mut fields = vec![0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, b'x', b'y'];
    fields.extend_from_slice(b"name\0comment\0hc");
    fields.extend_from_slice(&plain[10..]);
    vec![plain, fields]
}

fn zlibs() -> Vec<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(PLAIN).expect("memory");
    vec![encoder.finish().expect("memory")]
}
