//! The same findings whatever the prefilter, the chunks, the instructions and the encoding; the oracle decides.

use proptest::prelude::*;
use scanner_core::Variant;
use scanner_engine::{EngineOptions, SimdLevel};
use scanner_rules::example::{Example, positives};
use scanner_rules::{builtin, example};
use scanner_testkit::{Found, Runner};

fn examples() -> Vec<Example> {
    let sources = builtin::sources().expect("the built-in files load");
    sources.iter().flat_map(|d| positives(d).collect::<Vec<_>>()).collect()
}

fn path(example: &Example) -> &str {
    example.path.as_deref().unwrap_or("example.txt")
}

fn native() -> Runner {
    Runner::new(&builtin::specs(), EngineOptions::default())
}

#[test]
fn every_example_is_what_the_oracle_says() {
    let specs = builtin::specs();
    let mut oracle = Runner::oracle(&specs);
    let scalar = EngineOptions { level: SimdLevel::Scalar, ..EngineOptions::default() };
    let plain = EngineOptions { shortcuts: false, ..EngineOptions::default() };
    let mut others = [
        Runner::new(&specs, EngineOptions::default()),
        Runner::new(&specs, scalar),
        Runner::new(&specs, plain),
    ];
    let sources = builtin::sources().expect("the built-in files load");
    for detector in &sources {
        for example in positives(detector).chain(example::negatives(detector)) {
            let want = oracle.whole(path(&example), example.text.as_bytes());
            for other in &mut others {
                let got = other.whole(path(&example), example.text.as_bytes());
                assert_eq!(got, want, "{}: {}", detector.spec.id, example.text);
            }
        }
    }
}

#[test]
fn chunk_edges_inside_examples_change_nothing() {
    let mut runner = native();
    let filler = "the quick brown fox, and then some more of it; \n".repeat(40);
    let mut text = String::new();
    for example in examples().iter().filter(|e| e.path.is_none()) {
        text.push_str(&example.text);
        text.push('\n');
        // Paragraphs of different lengths let the edges of chunks fall everywhere.
        text.push_str(&filler[..(text.len() * 7) % filler.len()]);
        text.push('\n');
    }
    let whole = runner.whole("a.txt", text.as_bytes());
    assert!(whole.len() > 1000, "{} findings", whole.len());
    for payload in [4096, 10_007, 65_536, 1 << 20] {
        let chunked = runner.chunks("a.txt", text.as_bytes(), payload);
        let missing: Vec<&Found> = whole.iter().filter(|f| !chunked.contains(f)).collect();
        let extra: Vec<&Found> = chunked.iter().filter(|f| !whole.contains(f)).collect();
        assert!(missing.is_empty() && extra.is_empty(), "{payload}: {missing:?} {extra:?}");
    }
}

#[test]
fn utf16_of_either_order_and_alignment_shows_the_same_secrets() {
    let mut runner = native();
    let secrets = |found: &[Found]| {
        let mut all: Vec<_> = found.iter().map(|f| (f.rule.clone(), f.secret.clone())).collect();
        all.sort();
        all
    };
    for example in examples().iter().filter(|e| e.text.is_ascii() && e.path.is_none()) {
        let want = secrets(&runner.whole("a.txt", example.text.as_bytes()));
        let units = || example.text.encode_utf16();
        for (variant, bytes) in [
            (Variant::Utf16Le, units().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
            (Variant::Utf16Be, units().flat_map(u16::to_be_bytes).collect()),
        ] {
            let found = runner.whole("a.txt", &bytes);
            assert_eq!(secrets(&found), want, "{variant:?}: {}", example.text);
            assert!(found.iter().all(|f| f.variant == variant), "{variant:?}: {}", example.text);
            let shifted = [b"\x01".as_slice(), &bytes].concat();
            assert_eq!(
                secrets(&runner.whole("a.txt", &shifted)),
                want,
                "shifted: {}",
                example.text
            );
        }
    }
}

#[test]
fn utf16_in_a_binary_is_found_wherever_it_begins() {
    let mut runner = native();
    for example in examples().iter().filter(|e| e.text.is_ascii() && e.path.is_none()).step_by(60) {
        let wide: Vec<u8> = example.text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for shift in 0..256 {
            let noise = vec![1; 512 + shift];
            let found = runner.whole("a.bin", &[noise.as_slice(), &wide, &noise].concat());
            assert!(!found.is_empty(), "{shift} bytes further: {}", example.text);
        }
    }
}

/// Documents of examples, parts of them and noise.
fn documents() -> impl Strategy<Value = Vec<u8>> {
    let examples: Vec<Vec<u8>> = examples()
        .into_iter()
        .filter(|e| e.path.is_none())
        .step_by(5)
        .map(|e| e.text.into_bytes())
        .collect();
    let piece = prop_oneof![
        3 => prop::sample::select(examples.clone()),
        2 => (prop::sample::select(examples), any::<prop::sample::Index>())
            .prop_map(|(text, cut)| text[..cut.index(text.len().max(1)).min(text.len())].to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => prop::collection::vec(prop::sample::select(b"abcdef0123456789_-= :\"\n".to_vec()), 0..90),
        1 => Just(b"\n".to_vec()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Binary files: stretches of numbers and noise with text of either width between, cut anywhere.
fn binaries() -> impl Strategy<Value = Vec<u8>> {
    let examples: Vec<Vec<u8>> = examples()
        .into_iter()
        .filter(|e| e.path.is_none() && e.text.is_ascii())
        .step_by(3)
        .map(|e| e.text.into_bytes())
        .collect();
    let wide = |text: &[u8], is_big: bool| -> Vec<u8> {
        text.iter().flat_map(|b| if is_big { [0, *b] } else { [*b, 0] }).collect()
    };
    let piece = prop_oneof![
        4 => (prop::sample::select(examples), any::<bool>(), any::<prop::sample::Index>())
            .prop_map(move |(text, is_big, cut)| {
                // Now and then a part in the middle that is no ASCII.
                let (front, back) = text.split_at(cut.index(2 * text.len() + 1).min(text.len()));
                [wide(front, is_big), vec![7; 2 * usize::from(!back.is_empty())], wide(back, is_big)].concat()
            }),
        1 => (1u8..4, 0usize..1500).prop_map(|(byte, len)| vec![byte; len]),
        1 => (0usize..1500).prop_map(|len| vec![0; len]),
        1 => prop::collection::vec(any::<u8>(), 0..300),
        1 => Just(b"a\0b\0c\0".to_vec()),
        1 => Just(vec![1]),
    ];
    prop::collection::vec(piece, 1..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_binary_is_what_the_oracle_says(bytes in binaries()) {
        let specs = builtin::specs();
        let want = Runner::oracle(&specs).whole("a.bin", &bytes);
        let mut native = Runner::new(&specs, EngineOptions::default());
        prop_assert_eq!(&native.whole("a.bin", &bytes), &want);
        let half = bytes.len() / 2 + 1;
        prop_assert_eq!(&native.chunks("a.bin", &bytes, half), &want);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_document_is_what_the_oracle_says(bytes in documents()) {
        let specs = builtin::specs();
        let want = Runner::oracle(&specs).whole("a.txt", &bytes);
        let mut native = Runner::new(&specs, EngineOptions::default());
        prop_assert_eq!(&native.whole("a.txt", &bytes), &want);
        let half = bytes.len() / 2 + 1;
        prop_assert_eq!(&native.chunks("a.txt", &bytes, half), &want);
    }
}
