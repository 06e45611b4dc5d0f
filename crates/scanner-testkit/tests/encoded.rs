//! A made-up token in every encoding, in pairs and in triples of them: found with the exact place of the encoded
//! text and the chain of encodings, whatever the chunks.

use std::fmt::Write as _;
use std::io::Write as _;

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use scanner_core::{DecodeKind, Variant};
use scanner_engine::EngineOptions;
use scanner_rules::{RuleSpec, builtin};
use scanner_testkit::{Runner, engines};

/// A made-up key of a shape that needs no checksum, joined at run time.
fn token() -> String {
    ["sk_live_", "4eC39Hqw8vJt", "Yz6kLmNp2RsT"].concat()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrap {
    Base64,
    Base64Bare,
    Base64Url,
    Base64Lines,
    Percent,
    Hex,
    Unicode,
    HexEscape,
    Html,
    HtmlHex,
    Quoted,
    Gzip,
    Zlib,
}

const TEXTS: [Wrap; 11] = [
    Wrap::Base64,
    Wrap::Base64Bare,
    Wrap::Base64Url,
    Wrap::Base64Lines,
    Wrap::Percent,
    Wrap::Hex,
    Wrap::Unicode,
    Wrap::HexEscape,
    Wrap::Html,
    Wrap::HtmlHex,
    Wrap::Quoted,
];

impl Wrap {
    fn kinds(self) -> Vec<DecodeKind> {
        match self {
            Self::Base64 | Self::Base64Bare | Self::Base64Url | Self::Base64Lines => {
                vec![DecodeKind::Base64]
            }
            Self::Percent => vec![DecodeKind::Percent],
            Self::Hex => vec![DecodeKind::Hex],
            Self::Unicode | Self::HexEscape => vec![DecodeKind::Escape],
            Self::Html | Self::HtmlHex => vec![DecodeKind::HtmlEntity],
            Self::Quoted => vec![DecodeKind::QuotedPrintable],
            Self::Gzip => vec![DecodeKind::Base64, DecodeKind::Gzip],
            Self::Zlib => vec![DecodeKind::Base64, DecodeKind::Zlib],
        }
    }

    fn encode(self, text: &[u8]) -> String {
        let each = |form: &dyn Fn(&mut String, u8)| {
            let mut out = String::new();
            for byte in text {
                form(&mut out, *byte);
            }
            out
        };
        match self {
            Self::Base64 => BASE64.encode(text),
            Self::Base64Bare => BASE64_NOPAD.encode(text),
            Self::Base64Url => BASE64URL_NOPAD.encode(text),
            Self::Base64Lines => {
                let whole = BASE64.encode(text);
                let lines = whole.as_bytes().chunks(64).map(|l| String::from_utf8_lossy(l));
                lines.collect::<Vec<_>>().join("\n    ")
            }
            Self::Percent => each(&|out, byte| write!(out, "%{byte:02X}").expect("a string")),
            Self::Hex => HEXLOWER.encode(text),
            Self::Unicode => each(&|out, byte| write!(out, "\\u{byte:04x}").expect("a string")),
            Self::HexEscape => each(&|out, byte| write!(out, "\\x{byte:02x}").expect("a string")),
            Self::Html => each(&|out, byte| write!(out, "&#{byte};").expect("a string")),
            Self::HtmlHex => each(&|out, byte| write!(out, "&#x{byte:X};").expect("a string")),
            Self::Quoted => {
                each(&|out, byte| match byte {
                    b'_' | b'=' => write!(out, "={byte:02X}").expect("a string"),
                    other => out.push(char::from(other)),
                })
                .replace("=5Flive", "=5F=\r\nlive")
                    + " =3D"
            }
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(text).expect("memory");
                BASE64.encode(&encoder.finish().expect("memory"))
            }
            Self::Zlib => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(text).expect("memory");
                BASE64.encode(&encoder.finish().expect("memory"))
            }
        }
    }
}

/// The token in its surroundings, before anything is encoded.
fn inner() -> Vec<u8> {
    format!("STRIPE_KEY={}\nregion=eu-west-1\nuser=app-runner-0042\n", token()).into_bytes()
}

fn runner() -> Runner {
    Runner::new(&builtin::specs(), EngineOptions::default())
}

/// Calls it with every engine; those that compile for long have the token's rules only.
fn each_engine(mut check: impl FnMut(Runner)) {
    let is_of_token = |spec: &RuleSpec| spec.id.starts_with("stripe-");
    let specs: Vec<RuleSpec> = builtin::specs().into_iter().filter(is_of_token).collect();
    check(runner());
    engines(&specs).into_iter().skip(1).map(Runner::with).for_each(check);
}

/// Whether the token is found in `text` with the chain of encodings, inside the encoded text.
fn is_found(
    runner: &mut Runner,
    text: &str,
    place: std::ops::Range<usize>,
    chain: &[DecodeKind],
) -> bool {
    let found = runner.whole_with_chains("a.txt", text.as_bytes());
    found.iter().any(|(found, decoded)| {
        let root = found.root.start as usize..found.root.end as usize;
        found.secret == token().as_bytes()
            && decoded == chain
            && place.start <= root.start
            && root.end <= place.end
            && !root.is_empty()
    })
}

fn wrapped(wraps: &[Wrap]) -> (String, Vec<DecodeKind>) {
    let mut text = inner();
    let mut chain = Vec::new();
    for wrap in wraps {
        text = wrap.encode(&text).into_bytes();
        chain.splice(0..0, wrap.kinds());
    }
    (String::from_utf8(text).expect("encodings are text"), chain)
}

#[test]
fn every_encoding_is_seen_through() {
    each_engine(|mut runner| {
        for wrap in TEXTS.into_iter().chain([Wrap::Gzip, Wrap::Zlib]) {
            let (encoded, chain) = wrapped(&[wrap]);
            let text = format!("first line\nvalue: \"{encoded}\"\nlast line\n");
            let from = text.find(&encoded).expect("it is inside");
            assert!(
                is_found(&mut runner, &text, from..from + encoded.len(), &chain),
                "{wrap:?}: {text}"
            );
        }
    });
}

#[test]
fn pairs_and_triples_are_seen_through() {
    each_engine(|mut runner| {
        let outer =
            [Wrap::Base64, Wrap::Base64Lines, Wrap::Percent, Wrap::Hex, Wrap::Unicode, Wrap::Html];
        let mut count = 0;
        for first in TEXTS.into_iter().chain([Wrap::Gzip, Wrap::Zlib]) {
            for second in outer {
                let (encoded, chain) = wrapped(&[first, second]);
                let text = format!("k: '{encoded}'\n");
                if chain.len() <= 3 {
                    count += 1;
                    let place = 0..text.len();
                    assert!(
                        is_found(&mut runner, &text, place, &chain),
                        "{first:?} in {second:?}: {text}"
                    );
                }
                for third in [Wrap::Base64, Wrap::Percent] {
                    let (encoded, chain) = wrapped(&[first, second, third]);
                    let text = format!("k: '{encoded}'\n");
                    let place = 0..text.len();
                    let want = chain.len() <= 3;
                    count += usize::from(want);
                    let found = is_found(&mut runner, &text, place, &chain);
                    assert_eq!(found, want, "{first:?} in {second:?} in {third:?}");
                }
            }
        }
        assert!(count > 150, "{count}");
    });
}

#[test]
fn the_place_is_exactly_that_of_the_encoded_secret() {
    let mut runner = runner();
    let secret = token();
    for wrap in [Wrap::Percent, Wrap::Hex, Wrap::Unicode, Wrap::HexEscape, Wrap::Html] {
        let (before, middle) = (wrap.encode(b"STRIPE_KEY="), wrap.encode(secret.as_bytes()));
        let text = format!("v = {before}{middle}{};\n", wrap.encode(b" # end of it"));
        let from = 4 + before.len();
        let found = runner.whole("a.txt", text.as_bytes());
        let place = found.iter().find(|f| f.secret == secret.as_bytes()).expect("it is found").root;
        assert_eq!(
            (place.start as usize, place.end as usize),
            (from, from + middle.len()),
            "{wrap:?}"
        );
    }
    // Three bytes are four characters: the secret begins with the tenth byte, in the fourth group.
    let text = BASE64.encode(format!("abcdefgh {secret} ").as_bytes());
    let found = runner.whole("a.txt", text.as_bytes());
    let place = found.iter().find(|f| f.secret == secret.as_bytes()).expect("it is found").root;
    assert_eq!((place.start, place.end), (12, 12 + (secret.len() as u64 * 4).div_ceil(3)));
}

#[test]
fn chunk_edges_inside_encoded_text_change_nothing() {
    let mut runner = runner();
    let mut text = String::new();
    let filler = "the quick brown fox, and then some more of it; \n".repeat(60);
    for round in 0..6 {
        for wrap in TEXTS.into_iter().chain([Wrap::Gzip, Wrap::Zlib]) {
            let _ = writeln!(text, "v{round} = '{}'", wrapped(&[wrap]).0);
            text.push_str(&filler[..(text.len() * 7 + round) % filler.len()]);
            text.push('\n');
        }
    }
    let whole = runner.whole("a.txt", text.as_bytes());
    assert!(whole.len() >= 6 * 12, "{}", whole.len());
    for payload in [4096, 10_007, 65_536] {
        assert_eq!(runner.chunks("a.txt", text.as_bytes(), payload), whole, "{payload}");
    }
}

#[test]
fn utf16_inside_base64_is_read() {
    let units: Vec<u8> = String::from_utf8(inner())
        .expect("text")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let text = format!("powershell -enc {}\n", BASE64.encode(&units));
    each_engine(|mut runner| {
        let found = runner.whole("a.txt", text.as_bytes());
        let hit = found.iter().find(|f| f.secret == token().as_bytes()).expect("it is found");
        assert_eq!(hit.variant, Variant::Utf16Le);
    });
}

#[test]
fn pairs_and_triples_are_found_in_chunks_of_every_size() {
    let mut runner = runner();
    let filler = "nothing of interest stands in this line of text, only words; \n".repeat(14);
    let (mut text, mut count) = (String::new(), 0);
    for (number, first) in TEXTS.into_iter().chain([Wrap::Gzip, Wrap::Zlib]).enumerate() {
        for second in [Wrap::Base64, Wrap::Percent, Wrap::Hex] {
            let third = [Wrap::Base64Bare, Wrap::Unicode][number % 2];
            for chain in [&[first, second][..], &[first, second, third]] {
                let (encoded, kinds) = wrapped(chain);
                if kinds.len() <= 3 && encoded.len() < 4000 {
                    let _ = write!(text, "k = '{encoded}'\n{}", &filler[..(count * 97) % 700]);
                    count += 1;
                }
            }
        }
    }
    let whole = runner.whole("a.txt", text.as_bytes());
    let planted = whole.iter().filter(|found| found.secret == token().as_bytes()).count();
    assert!(count > 60 && planted >= count, "{planted} of {count}");
    each_engine(|mut runner| {
        let whole = runner.whole("a.txt", text.as_bytes());
        for shift in [12, 14, 16, 18, 20, 23] {
            assert_eq!(runner.chunks("a.txt", text.as_bytes(), 1 << shift), whole, "{shift}");
        }
    });
}

/// Bytes that are the same decoded once or twice, or nest deeper than anything is followed, or are nothing but alphabet.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let mut nested = inner();
    for _ in 0..40 {
        nested = BASE64.encode(&nested[..nested.len().min(1 << 20)]).into_bytes();
    }
    vec![
        ("base64 forty deep", nested),
        ("percent of percent", "%25".repeat(300_000).into_bytes()),
        ("percent of percent of percent", "%252525".repeat(150_000).into_bytes()),
        ("only alphabet", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo".repeat(60_000).into_bytes()),
        ("one letter", vec![b'A'; 2 << 20]),
        ("zero digits", vec![b'0'; 2 << 20]),
        ("escapes", "\\u0041".repeat(100_000).into_bytes()),
        ("escaped backslashes", "\\u005cu0041".repeat(60_000).into_bytes()),
        ("entities of entities", "&amp;amp;".repeat(100_000).into_bytes()),
        ("soft breaks", "=3D=\n".repeat(100_000).into_bytes()),
        ("bomb", wrapped_zeros()),
    ]
}

/// Base64 of gzip of 32 MiB of zeros.
fn wrapped_zeros() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..32 {
        encoder.write_all(&vec![0; 1 << 20]).expect("memory");
    }
    BASE64.encode(&encoder.finish().expect("memory")).into_bytes()
}

#[test]
fn hostile_encodings_cost_no_more_than_the_budget() {
    for (name, text) in hostile() {
        for payload in [65_536, 1 << 20] {
            let mut runner = runner();
            runner.chunks("a.txt", &text, payload);
            let counters = runner.counters();
            let chunk = (payload + runner.overlap()) as u64;
            // A stream notices that there is no room when it has decoded a piece too much.
            let allowed = counters.chunks * ((2 * chunk).max(512 * 1024) + 16 * 1024);
            let decoded = counters.decoded_bytes;
            assert!(decoded <= allowed, "{name}: {decoded} of {allowed} bytes");
            // Each piece is scanned once: windows are bounded by what there is to scan.
            let windows_max = (text.len() as u64 + decoded) / 8 + 1000;
            assert!(counters.windows <= windows_max, "{name}: {} windows", counters.windows);
        }
    }
}

#[test]
fn a_bomb_inside_base64_is_told() {
    let mut runner = runner();
    runner.whole("a.txt", &wrapped_zeros());
    assert_eq!(runner.counters().decode_gave_up, 1);
}
