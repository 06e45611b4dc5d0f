//! The native prefilter against a search of every literal at every place.

use std::collections::BTreeSet;

use proptest::prelude::*;
use scanner_core::{RuleId, Variant};

use super::*;
use crate::anchors::{Neighbour, is_gap_byte, is_operator_byte};
use crate::hits::HitAccPool;
use crate::prefilter::RuleReach;
use crate::prefilter::Target;

/// Anchors of all classes, one rule each.
fn anchors() -> Vec<(RuleId, Literal, AnchorClass)> {
    let near = |reach, neighbour| AnchorClass::Near { reach, neighbour };
    let literal =
        |text: &str, ignore_case| Literal { bytes: text.as_bytes().to_vec(), ignore_case };
    [
        (literal("-----begin", false), AnchorClass::Sampled),
        (literal("cloudflare", true), AnchorClass::Sampled),
        (literal("ghp_", false), AnchorClass::TokenStart),
        (literal("AKIA", false), AnchorClass::TokenStart),
        (literal("datadog", true), near(40, Neighbour::Value)),
        (literal("apple", true), near(40, Neighbour::Value)),
        (literal("acme", true), near(60, Neighbour::Value)),
        (literal("AIoT", false), near(5, Neighbour::Base64)),
        (literal("https", true), near(9, Neighbour::Scheme)),
        (literal("passw", true), AnchorClass::Everywhere),
        (literal("://", false), AnchorClass::Everywhere),
        (literal("token", true), AnchorClass::Everywhere),
    ]
    .into_iter()
    .enumerate()
    .map(|(index, (literal, class))| (RuleId::new(index as u32), literal, class))
    .collect()
}

/// The anchors that must be reported: every occurrence, except where the class's condition does not hold.
fn must_hit(bytes: &[u8]) -> BTreeSet<(u32, usize)> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut out = BTreeSet::new();
    for (rule, literal, class) in anchors() {
        for at in 0..bytes.len() {
            if !literal.is_prefix_of(&bytes[at..]) {
                continue;
            }
            let holds = match class {
                AnchorClass::Sampled | AnchorClass::Everywhere => true,
                AnchorClass::TokenStart => {
                    let run = bytes[at..]
                        .iter()
                        .take_while(|b| word(**b) || **b == b'-' || **b == b'.')
                        .count();
                    run >= 12 && (at == 0 || !word(bytes[at - 1]))
                }
                AnchorClass::Near { reach, neighbour } => {
                    let limit = (at + reach as usize).min(bytes.len());
                    // A value stands behind the keyword; other neighbours may hold it.
                    let inside = [Neighbour::Base64, Neighbour::Scheme].contains(&neighbour);
                    let behind = if inside { 0 } else { literal.bytes.len() };
                    (at + behind..=limit).any(|place| {
                        let one_line = !bytes[at..place].contains(&b'\n');
                        let needed = neighbour == Neighbour::Value;
                        (one_line || !needed) && stands_at(bytes, place, neighbour)
                    })
                }
            };
            if holds {
                out.insert((rule.raw(), at));
            }
        }
    }
    out
}

/// Whether the neighbour begins (a scheme: ends) at `place`.
fn stands_at(bytes: &[u8], place: usize, neighbour: Neighbour) -> bool {
    let (text, rest) = bytes.split_at(place);
    let alnum = |b: &u8| b.is_ascii_alphanumeric();
    let word = |b: &u8| alnum(b) || *b == b'_' || *b == b'-';
    let base64 = |b: &u8| alnum(b) || *b == b'+' || *b == b'/';
    let run = |inside: &dyn Fn(&u8) -> bool| rest.iter().copied().take_while(inside).collect();
    let (alnums, words, base64s): (Vec<u8>, Vec<u8>, Vec<u8>) =
        (run(&alnum), run(&word), run(&base64));
    let has_digit = |run: &[u8]| run.iter().any(u8::is_ascii_digit);
    let gap = text.iter().rev().take_while(|b| is_gap_byte(**b));
    match neighbour {
        Neighbour::Value => {
            gap.copied().any(is_operator_byte)
                && (alnums.len() >= 16 && has_digit(&alnums)
                    || words.len() >= 20 && has_digit(&words)
                    || words.len() >= 32
                    || base64s.len() >= 32)
        }
        Neighbour::Base64 => base64s.len() >= 32,
        Neighbour::Scheme => text.ends_with(b"://"),
    }
}

fn reported(bytes: &[u8], level: SimdLevel) -> BTreeSet<(u32, usize)> {
    let anchors = anchors();
    let prefilter = NativePrefilter::new(&anchors, level);
    let reach: Vec<RuleReach> = anchors
        .iter()
        .map(|(_, l, _)| RuleReach { width: l.bytes.len() as u32, before: u32::MAX })
        .collect();
    let mut pool = HitAccPool::new(anchors.len() * 3, 16, 0, 128).unwrap();
    let mut sink = HitSink::raw(&mut pool, &reach, bytes.len() as u32);
    prefilter.scan_block(bytes, &mut PrefilterScratch::default(), &mut sink);
    let mut out = BTreeSet::new();
    let mut windows = Vec::new();
    for (rule, literal, _) in &anchors {
        pool.take_into(Target::new(*rule, Variant::Raw).pair(), &mut windows);
        for window in &windows {
            // Windows may have been merged: every occurrence inside counts as reported.
            for at in window.start as usize..window.end as usize {
                if literal.is_prefix_of(&bytes[at..]) {
                    out.insert((rule.raw(), at));
                }
            }
        }
    }
    out
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"-----begin".to_vec()),
        Just(b"CloudFlare".to_vec()),
        Just(b"ghp_".to_vec()),
        Just(b"AKIA".to_vec()),
        Just(b"DataDog".to_vec()),
        Just(b"acme".to_vec()),
        Just(b"Apple".to_vec()),
        Just(b"AIoT".to_vec()),
        prop::collection::vec(prop::sample::select(b"abcdefABCDEF0123/+".to_vec()), 20..80),
        prop::collection::vec(prop::sample::select(b"abcdefghi_".to_vec()), 25..40),
        Just(b"PassWord".to_vec()),
        Just(b"https://".to_vec()),
        Just(b"Token".to_vec()),
        Just(b" ".to_vec()),
        Just(b" = \"".to_vec()),
        Just(b":   ".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"          (((((((((((((((((((((((((((((((((((((((((((((((((((((".to_vec()),
        prop::collection::vec(prop::sample::select(b"abcdef0123456789".to_vec()), 0..90),
        prop::collection::vec(prop::sample::select(b"abcdef0123_-.".to_vec()), 0..40),
        prop::collection::vec(any::<u8>(), 0..30),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

#[test]
fn values_of_one_block_are_searched_in_order() {
    // Two values behind operators in one block: a run of base64 and, farther on, letters with a digit. The
    // keyword is in reach of the first only.
    let bytes =
        [b"Apple".as_slice(), &[b'-'; 21], b":", &[b'/'; 32], b" = \"", &[b'a'; 15], b"0"].concat();
    for level in [SimdLevel::Scalar, SimdLevel::detect()] {
        assert!(reported(&bytes, level).is_superset(&must_hit(&bytes)), "{}", level.name());
    }
    assert!(must_hit(&bytes).contains(&(5, 0)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2 * ProptestConfig::default().cases))]
    #[test]
    fn nothing_that_must_hit_is_missed(bytes in text()) {
        for level in [SimdLevel::Scalar, SimdLevel::detect()] {
            let missing: Vec<_> =
                must_hit(&bytes).difference(&reported(&bytes, level)).copied().collect();
            prop_assert!(missing.is_empty(), "{}: {missing:?}", level.name());
        }
    }

    #[test]
    fn scalar_and_vector_report_the_same(bytes in text()) {
        prop_assert_eq!(reported(&bytes, SimdLevel::Scalar), reported(&bytes, SimdLevel::detect()));
    }
}
