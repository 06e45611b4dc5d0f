//! A delta-aware scan finds what a full scan finds, for any chain of edits.

use data_encoding::{BASE64, HEXLOWER};
use proptest::prelude::*;
use scanner_engine::{CopyRange, EngineOptions, HitList, SimdLevel};
use scanner_rules::builtin;
use scanner_rules::example::positives;
use scanner_testkit::Runner;

/// What an edit does at a place of the text before it.
#[derive(Clone, Debug)]
enum Edit {
    /// Puts bytes in.
    Insert(usize, Vec<u8>),
    /// Takes bytes away.
    Cut(usize, usize),
    /// Moves bytes to the end.
    Move(usize, usize),
    /// Changes one byte.
    Change(usize, u8),
}

/// The text after `edit`, and the copies that it is made of.
fn apply(text: &[u8], edit: &Edit) -> (Vec<u8>, Vec<CopyRange>) {
    let mut made = Vec::new();
    let mut copies = Vec::new();
    let mut copy = |made: &mut Vec<u8>, from: usize, to: usize| {
        if from < to {
            let (base_offset, offset, len) = (from as u64, made.len() as u64, (to - from) as u64);
            copies.push(CopyRange { base_offset, offset, len });
            made.extend_from_slice(&text[from..to]);
        }
    };
    let place = |at: usize| at % (text.len() + 1);
    let range = |at: usize, len: usize| (place(at), (place(at) + len).min(text.len()));
    match edit {
        Edit::Insert(at, bytes) => {
            let at = place(*at);
            copy(&mut made, 0, at);
            made.extend_from_slice(bytes);
            copy(&mut made, at, text.len());
        }
        Edit::Cut(at, len) => {
            let (from, to) = range(*at, *len);
            copy(&mut made, 0, from);
            copy(&mut made, to, text.len());
        }
        Edit::Move(at, len) => {
            let (from, to) = range(*at, *len);
            copy(&mut made, 0, from);
            copy(&mut made, to, text.len());
            copy(&mut made, from, to);
        }
        Edit::Change(at, byte) => {
            let (from, to) = range(*at, 1);
            copy(&mut made, 0, from);
            made.push(*byte);
            copy(&mut made, to, text.len());
        }
    }
    (made, copies)
}

/// The detectors' examples, a third of them encoded.
fn examples() -> Vec<Vec<u8>> {
    let sources = builtin::sources().expect("the built-in files load");
    let all = sources.iter().flat_map(|d| positives(d).collect::<Vec<_>>());
    let plain = all.filter(|example| example.path.is_none());
    let texts = plain.map(|example| example.text.into_bytes()).enumerate();
    texts
        .map(|(number, text)| if number % 3 == 0 { encoded(number / 3, &text) } else { text })
        .collect()
}

/// The text in one of several encodings, or in two.
fn encoded(number: usize, text: &[u8]) -> Vec<u8> {
    let escaped = |mark: char, every: usize| {
        text.iter().enumerate().fold(String::new(), |all, (at, byte)| {
            if at % every == 0 {
                all + &format!("{mark}{byte:02X}")
            } else {
                all + &char::from(*byte).to_string()
            }
        })
    };
    let base64 = BASE64.encode(text);
    let made = match number % 9 {
        0 => base64,
        1 => base64
            .as_bytes()
            .chunks(60)
            .fold(String::new(), |all, line| all + "  " + &String::from_utf8_lossy(line) + "\n"),
        2 => BASE64.encode(base64.as_bytes()),
        3 => HEXLOWER.encode(text),
        4 => escaped('%', 1),
        5 => escaped('%', 7),
        6 => escaped('=', 5) + "=3D",
        7 => literals(number, text),
        _ => text.iter().fold(String::new(), |all, byte| all + &format!("\\u{byte:04x}")),
    };
    [b"data: ".as_slice(), made.as_bytes(), b" end"].concat()
}

/// The text in literals of two bytes that a reader puts together, far apart: what decides about the first of them must
/// not lie beyond what is looked at again.
fn literals(number: usize, text: &[u8]) -> String {
    let gap = " ".repeat(number % 70);
    text.chunks(2).fold(String::from("\""), |all, part| {
        all + &String::from_utf8_lossy(part) + "\" +" + &gap + "\""
    })
}

/// A text of examples with lines of no interest between them.
fn document(examples: &[Vec<u8>], picks: &[prop::sample::Index]) -> Vec<u8> {
    let line = "let total = items.iter().map(|item| item.price).sum::<u64>();\n";
    // Blank lines are where known stretches begin and end.
    let filler =
        format!("{line}\n{line}{line}\n\n{line}{line}{line}{line}{line}\n{line}{line}{line}{line}");
    let mut text = Vec::new();
    for pick in picks {
        let example = pick.get(examples);
        text.extend_from_slice(example);
        text.push(b'\n');
        text.extend_from_slice(&filler.as_bytes()[..example.len() * 31 % filler.len()]);
    }
    text
}

fn edits(examples: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<Edit>> {
    let at = 0..40_000_usize;
    let noise =
        prop::collection::vec(prop::sample::select(b"abcXYZ0189_-=+/.:\"' \n".to_vec()), 0..80);
    let wide: Vec<Vec<u8>> =
        examples.iter().map(|text| text.iter().flat_map(|byte| [*byte, 0]).collect()).collect();
    let one = prop_oneof![
        1 => (at.clone(), prop::sample::select(wide)).prop_map(|(at, text)| Edit::Insert(at, text)),
        2 => (at.clone(), prop::sample::select(examples)).prop_map(|(at, text)| Edit::Insert(at, text)),
        2 => (at.clone(), noise).prop_map(|(at, noise)| Edit::Insert(at, noise)),
        3 => (at.clone(), 1..60_usize).prop_map(|(at, len)| Edit::Cut(at, len)),
        1 => (at.clone(), 1..9000_usize).prop_map(|(at, len)| Edit::Cut(at, len)),
        1 => (at.clone(), 1..3000_usize).prop_map(|(at, len)| Edit::Move(at, len)),
        3 => (at, any::<u8>()).prop_map(|(at, byte)| Edit::Change(at, byte)),
    ];
    prop::collection::vec(one, 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_chain_of_edits_is_found_as_a_whole_text_is(
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..90),
        edits in edits(examples()),
        scalar in any::<bool>(),
    ) {
        let level = if scalar { SimdLevel::Scalar } else { SimdLevel::detect() };
        let options = EngineOptions { level, ..EngineOptions::default() };
        let mut runner = Runner::new(&builtin::specs(), options);
        let mut text = document(&examples(), &picks);
        let (mut base, mut record) = (HitList::default(), HitList::default());
        let first = runner.recorded(&text, &mut base);
        prop_assert_eq!(first, runner.whole("a.txt", &text));
        for edit in &edits {
            let (made, copies) = apply(&text, edit);
            let want = runner.whole("a.txt", &made);
            prop_assert_eq!(&runner.recorded(&made, &mut record), &want);
            let hits = record.len();
            let got = runner.delta(&made, (&base, &copies), &mut record);
            prop_assert_eq!(got, want, "{:?}", edit);
            prop_assert_eq!(record.len(), hits, "the same hits: {:?}", edit);
            std::mem::swap(&mut base, &mut record);
            text = made;
        }
    }
}

/// The oracle's prefilter reports rules everywhere, which no delta can narrow: everything is scanned.
#[test]
fn a_prefilter_without_places_scans_the_whole() {
    let specs = builtin::specs();
    let mut oracle = Runner::oracle(&specs);
    let text = &examples()[0];
    let (mut base, mut record) = (HitList::default(), HitList::default());
    let want = oracle.recorded(text, &mut base);
    let copies = [CopyRange { base_offset: 0, offset: 0, len: text.len() as u64 }];
    assert_eq!(oracle.delta(text, (&base, &copies), &mut record), want);
    assert!(!want.is_empty());
}
