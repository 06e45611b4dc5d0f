//! What the engine finds in encoded text is what the oracle finds in the pieces of the plain decoder, whatever the
//! chunks: random documents of secrets in nested encodings.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use proptest::prelude::*;
use scanner_core::{DecodeKind, RootSpan};
use scanner_engine::transform::peel;
use scanner_engine::{EngineOptions, SimdLevel, Tuning};
use scanner_rules::{RuleSpec, builtin};
use scanner_testkit::reference::{Text, decode_all, layer_of};
use scanner_testkit::{Runner, engines};

/// Some rules of every shape: the oracle runs each over every byte.
fn specs() -> Vec<RuleSpec> {
    let is_chosen = |id: &str| {
        ["stripe", "github-pat", "private-key", "slack", "generic"]
            .iter()
            .any(|part| id.contains(part))
    };
    builtin::specs().into_iter().filter(|spec| is_chosen(&spec.id)).collect()
}

fn secrets() -> [String; 4] {
    [
        ["STRIPE_KEY=sk_live_", "4eC39Hqw8vJt", "Yz6kLmNp2RsT"].concat(),
        ["passw", "ord: '", "Tr0ub4", "dor&3xK9q!'\n"].concat(),
        ["slack = \"xoxb-2345678", "90123-3456789012345-", "AbCdEfGhIjKlMnOpQrStUvWx\""].concat(),
        "nothing secret, only words that fill some room\n".to_owned(),
    ]
}

/// Undone by some decoder.
fn wrap(how: u8, text: &[u8]) -> Vec<u8> {
    let each =
        |form: &dyn Fn(u8) -> String| text.iter().map(|byte| form(*byte)).collect::<String>();
    match how {
        0 => BASE64.encode(text),
        1 => BASE64URL_NOPAD.encode(text),
        2 => {
            let lines: Vec<String> = BASE64
                .encode(text)
                .as_bytes()
                .chunks(60)
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect();
            lines.join("\n  ")
        }
        3 => HEXLOWER.encode(text),
        4 => HEXUPPER.encode(text),
        5 => each(&|byte| format!("%{byte:02x}")),
        6 => each(&|b| {
            if b.is_ascii_alphanumeric() { char::from(b).into() } else { format!("%{b:02X}") }
        }),
        7 => each(&|byte| format!("\\u{byte:04x}")),
        8 => each(&|byte| format!("&#{byte};")),
        9 => each(&|b| {
            if b == b'=' || b >= 127 { format!("={b:02X}") } else { char::from(b).into() }
        }),
        12..=15 => {
            let gaps = ["\" + \"", "'\n  . '", "\" \\\n \"", "\"\n\t\""];
            let cut: Vec<&[u8]> = text.chunks(7 + usize::from(how)).collect();
            return cut.join(gaps[usize::from(how) - 12].as_bytes());
        }
        10 => {
            let wide: Vec<u8> = text.iter().flat_map(|byte| [*byte, 0]).collect();
            BASE64.encode(&wide)
        }
        _ => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut encoder, text).expect("memory");
            BASE64.encode(&encoder.finish().expect("memory"))
        }
    }
    .into_bytes()
}

fn documents() -> impl Strategy<Value = Vec<u8>> {
    let planted = (prop::sample::select(secrets().to_vec()), prop::collection::vec(0u8..16, 0..4));
    let piece = prop_oneof![
        5 => planted.prop_map(|(text, wraps)| {
            wraps.iter().fold(text.into_bytes(), |text, how| wrap(*how, &text))
        }),
        2 => prop::collection::vec(prop::sample::select(b"%&=\\u41 ;#\n\"'.<>QUJD-_/+".to_vec()), 0..60),
        1 => prop::collection::vec(any::<u8>(), 0..30),
        2 => prop::sample::select(vec![b"\nvalue: \"".to_vec(), b"\" ".to_vec(), b"\n".to_vec(), b"&".to_vec()]),
    ];
    prop::collection::vec(piece, 1..7).prop_map(|pieces| pieces.concat())
}

type Place = (String, Vec<u8>, Vec<DecodeKind>, u64, u64);

/// What the oracle finds in the text and in each piece that it decodes to.
fn by_reference(text: &[u8]) -> BTreeSet<Place> {
    static SPECS: OnceLock<Vec<RuleSpec>> = OnceLock::new();
    let tuning = Tuning { decode_depth_max: 0, ..Tuning::DEFAULT };
    let options = EngineOptions { exhaustive: true, tuning, ..EngineOptions::default() };
    let mut oracle = Runner::new(SPECS.get_or_init(specs), options);
    let mut all = BTreeSet::new();
    for found in oracle.whole("a.txt", text) {
        all.insert((found.rule, found.secret, Vec::new(), found.root.start, found.root.end));
    }
    for piece in decode_all(text, Tuning::DEFAULT.decode_depth_max as usize) {
        for (found, whole_match) in oracle.whole_with_matches("a.txt", &piece.bytes) {
            let range = |span: RootSpan| span.start as usize..span.end as usize;
            if !piece.is_whole(range(whole_match)) {
                continue;
            }
            let place = piece.place(range(found.root));
            let chain = piece.chain.clone();
            all.insert((found.rule, found.secret, chain, place.start as u64, place.end as u64));
        }
    }
    all
}

fn by_engine(runner: &mut Runner, text: &[u8]) -> BTreeSet<Place> {
    let found = runner.whole_with_chains("a.txt", text);
    found
        .into_iter()
        .map(|(f, chain)| (f.rule, f.secret, chain, f.root.start, f.root.end))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn decoded_findings_are_those_of_the_plain_decoder(text in documents(), payload in 600usize..9000) {
        let mut runner = Runner::new(&specs(), EngineOptions::default());
        let (engine, plain) = (by_engine(&mut runner, &text), by_reference(&text));
        for found in &engine {
            prop_assert!(plain.contains(found), "only the engine finds {:?}", found);
        }
        // Of findings that overlap the most specific one is kept.
        for want in &plain {
            let is_covered = engine.iter().any(|have| have.3 < want.4 && want.3 < have.4);
            prop_assert!(is_covered, "the engine finds nothing at {:?}", want);
        }
        let whole = runner.whole("a.txt", &text);
        prop_assert_eq!(runner.chunks("a.txt", &text, payload), whole);
    }
}

/// Runs of base64 and hex glued to each other, of text and of none.
fn glued() -> impl Strategy<Value = Vec<u8>> {
    let encoded = |text: &[u8]| wrap(1, text);
    let piece = prop_oneof![
        3 => "[ -~]{10,60}|[A-Z]{10,90}|[A,;CE]{10,90}|[é-ö -~]{10,60}".prop_map(move |text| encoded(text.as_bytes())),
        1 => prop::collection::vec(any::<u8>(), 18..60).prop_map(move |bytes| encoded(&bytes)),
        1 => "[ -~]{16,40}".prop_map(|text| wrap(3, text.as_bytes())),
        1 => "A{1,80}|Q{1,80}|[A-Da-d0-3+/_-]{1,7}|eJxLTEpOAQ|H4sIAAAA".prop_map(String::into_bytes),
        1 => "[\n =;]|\\\\n".prop_map(String::into_bytes),
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_layer_is_that_of_the_plain_decoder(text in glued()) {
        let mut engine: Vec<(DecodeKind, Vec<u8>)> =
            peel(&text, SimdLevel::detect(), usize::MAX).into_iter().map(|p| (p.kind, p.bytes)).collect();
        let bytes = |decoded: Text| decoded.into_iter().map(|(byte, _)| byte).collect();
        let mut plain: Vec<(DecodeKind, Vec<u8>)> =
            layer_of(&text, false).into_iter().map(|(kind, decoded)| (kind, bytes(decoded))).collect();
        for all in [&mut engine, &mut plain] {
            all.retain(|(kind, bytes)| !bytes.is_empty() && !matches!(kind, DecodeKind::Gzip | DecodeKind::Zlib));
            all.sort();
            all.dedup();
        }
        prop_assert_eq!(engine, plain);
    }
}

/// A long text with `count` secrets far apart, the same for the same `seed`.
fn long_text(seed: usize, count: usize) -> Vec<u8> {
    let filler = "the quick brown fox jumps over the lazy dog, and then some more of it; \n";
    let mut text = String::new();
    for number in 0..count {
        let lines = 500 + (seed * 7919 + number * 104_729) % 400;
        text.push_str(&filler.repeat(lines));
        text.push_str(&filler[..(seed * 31 + number * 17) % 70]);
        text.push_str(&secrets()[(seed + number) % 3]);
        if number % 2 == 1 {
            let inner = format!("a: {}\n", secrets()[(seed + number + 1) % 3]);
            let wrapped = wrap(((seed + number) % 12) as u8, inner.as_bytes());
            let wrapped = String::from_utf8_lossy(&wrapped);
            text.extend(["\n\nnested \"", &*wrapped, "\"\n"]);
        }
    }
    text.push_str(&filler.repeat(700));
    text.into_bytes()
}

#[test]
fn long_spans_are_decoded_in_pieces_and_show_the_same() {
    engines(&specs()).into_iter().map(Runner::with).for_each(check_long_spans);
}

fn check_long_spans(mut runner: Runner) {
    let facts = runner.engine().prefilter_facts();
    let name = facts.into_iter().find(|fact| fact.0 == "mode").map_or("native".to_owned(), |f| f.1);
    let mut streams = Vec::new();
    for how in [0, 2, 3, 5, 7, 11] {
        let text = long_text(usize::from(how), 2);
        let text = [b"x = \"".to_vec(), wrap(how, &text), b"\"\n".to_vec()].concat();
        let before = runner.counters().decode_streams;
        let (engine, plain) = (by_engine(&mut runner, &text), by_reference(&text));
        assert!(!plain.is_empty(), "{how}");
        for found in &engine {
            assert!(plain.contains(found), "{name} {how}: only the engine finds {found:?}");
        }
        for want in &plain {
            let is_covered = engine.iter().any(|have| have.3 < want.4 && want.3 < have.4);
            assert!(is_covered, "{name} {how}: the engine finds nothing at {want:?}");
        }
        streams.push(runner.counters().decode_streams - before);
        assert_eq!(runner.counters().decode_gave_up, 0, "{name} {how}");
    }
    let streamed = streams.iter().filter(|count| **count > 0).count();
    assert!(streamed >= 4, "{name}: {streams:?}");
}
