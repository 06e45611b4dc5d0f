//! The databases against a search of every literal at every place; what becomes of refused patterns, of widths, of
//! the edges of pieces.

use std::collections::BTreeSet;

use proptest::prelude::*;
use scanner_core::{RuleId, Variant};
use scanner_vectorscan::{Pattern, Scratch};

use super::*;
use crate::hits::HitAccPool;
use crate::prefilter::RADIUS;
use crate::prefilter::Target;

fn builder() -> Builder {
    Builder::new(VsSettings::default())
}

fn rule(name: &str, expression: Option<&str>) -> VsRule {
    let expression = expression.map(|text| text.to_owned().into());
    VsRule { name: name.to_owned(), pattern: format!("/{name}/"), expression }
}

fn anchor(rule: u32, text: &str, variant: Variant) -> Anchor {
    Anchor::new(RuleId::new(rule), variant, text.as_bytes(), false)
}

fn reach(rules: usize, width: u32) -> Vec<RuleReach> {
    vec![RuleReach { width, before: u32::MAX }; rules]
}

/// Windows by rule and variant that `scan` files, as spans of bytes that hold a hit.
fn windows(
    rules: usize,
    width: u32,
    len: usize,
    scan: impl FnOnce(&mut HitSink<'_>),
) -> BTreeSet<(u32, usize, u32, u32)> {
    let reach = reach(rules, width);
    let mut pool = HitAccPool::new(rules * 3, 64, 0, 128).unwrap();
    scan(&mut HitSink::raw(&mut pool, &reach, len as u32));
    let mut out = BTreeSet::new();
    let mut list = Vec::new();
    for rule in 0..rules as u32 {
        for variant in Variant::ALL {
            pool.take_into(Target::new(RuleId::new(rule), variant).pair(), &mut list);
            out.extend(list.iter().map(|span| (rule, variant.idx(), span.start, span.end)));
        }
    }
    out
}

fn raw_windows(database: &VsPrefilterDb, rules: usize, width: u32, text: &[u8]) -> Windows {
    windows(rules, width, text.len(), |sink| {
        database.scan_raw(text, &mut Scratch::new(), sink).unwrap();
    })
}

type Windows = BTreeSet<(u32, usize, u32, u32)>;

#[test]
fn patterns_come_first_and_anchors_behind_them() {
    let rules = [rule("a", Some("ab[0-9]{3}")), rule("b", None), rule("c", Some("xyz"))];
    let anchors = [anchor(0, "ab", Variant::Raw), anchor(1, "needle", Variant::Raw)];
    let database =
        VsPrefilterDb::try_new(&rules, &anchors, &[true, false, true], &builder()).unwrap();
    assert_eq!(database.anchor_id_base(), 2);
    let text = b"...ab123...........needle.........xyz.";
    let found = raw_windows(&database, 3, 10, text);
    let rules: Vec<u32> = found.iter().map(|window| window.0).collect();
    // The anchor of a rule whose pattern is matched is not looked for.
    assert_eq!(rules, [0, 1, 2]);
    let holds = |(_, _, start, end): &(u32, usize, u32, u32), from: u32, to: u32| {
        *start <= from && *end >= to
    };
    let found: Vec<_> = found.into_iter().collect();
    assert!(holds(&found[0], 3, 8) && holds(&found[1], 19, 25) && holds(&found[2], 34, 37));
    // Without patterns, anchors alone are enough.
    let database = VsPrefilterDb::try_new(&rules_without(), &anchors, &[], &builder()).unwrap();
    assert_eq!(raw_windows(&database, 3, 10, text).len(), 2);
    let nothing = VsPrefilterDb::try_new(&rules_without(), &[], &[], &builder());
    assert!(matches!(nothing, Err(VsDbError::Nothing { kind: "raw", .. })));
}

fn rules_without() -> Vec<VsRule> {
    vec![rule("a", None), rule("b", None), rule("c", None)]
}

#[test]
fn every_refused_rule_is_named_and_found_by_its_anchors() {
    let long = "(?:a|b)".repeat(3000);
    let rules = [
        rule("broken", Some("a(b")),
        rule("good", Some("good[0-9]")),
        rule("nul", Some("n\0ul")),
        rule("long", Some(&long)),
        rule("look", Some("ahead(?=!)")),
    ];
    let anchors: Vec<Anchor> = ["broken!", "good", "nul-anchor", "long-anchor", "ahead"]
        .iter()
        .zip(0..)
        .map(|(text, rule)| anchor(rule, text, Variant::Raw))
        .collect();
    let database = VsPrefilterDb::try_new(&rules, &anchors, &[true; 5], &builder()).unwrap();
    let names: Vec<&str> = database.refused().iter().map(|one| one.name.as_str()).collect();
    // A look ahead is left out, since a prefilter may admit too much.
    assert_eq!(names, ["broken", "nul", "long"]);
    let line = database.refused()[0].to_string();
    assert!(line.starts_with("rule='broken' pattern='/broken/' error="), "{line}");
    let text = b"broken! good7 nul-anchor long-anchor good ahead!";
    let found: Vec<u32> = raw_windows(&database, 5, 8, text).iter().map(|w| w.0).collect();
    assert_eq!(found, [0, 1, 2, 3, 4]);
    // Where nothing is left, the error lists them all.
    let error = VsPrefilterDb::try_new(&rules[..1], &[], &[true], &builder()).unwrap_err();
    let text = error.to_string();
    let head = "vectorscan raw db compile failed for 1 rules:\n rule='broken' pattern=";
    assert!(text.starts_with(head), "{text}");
}

#[test]
fn anchors_of_utf16_text_say_that_they_were_seen() {
    let wide = |rule, variant| anchor(rule, "DAT", variant);
    let anchors = [
        anchor(0, "DAT", Variant::Raw),
        wide(0, Variant::Utf16Le),
        wide(1, Variant::Utf16Be),
        anchor(1, "", Variant::Raw),
    ];
    let rules = [rule("a", None), rule("b", None)];
    let database = VsPrefilterDb::try_new(&rules, &anchors, &[], &builder()).unwrap();
    let block = VsAnchorDb::try_new_utf16(&anchors, &builder()).unwrap();
    for (text, saw, want) in [
        (b"..DAT..".as_slice(), false, vec![(0, 0)]),
        (b"..D\0A\0T\0..", true, vec![(0, 1)]),
        (b"...\0D\0A\0T..", true, vec![(1, 2)]),
        (b"..D.A.T..", false, vec![]),
    ] {
        let mut seen = [false; 2];
        let pairs = |windows: Windows| windows.iter().map(|w| (w.0, w.1)).collect::<Vec<_>>();
        let raw = windows(2, 5, text.len(), |sink| {
            seen[0] = database.scan_raw(text, &mut Scratch::new(), sink).unwrap();
        });
        let wide = windows(2, 5, text.len(), |sink| {
            seen[1] = block.scan_utf16(text, &mut Scratch::new(), sink).unwrap();
        });
        assert_eq!((seen, pairs(raw), pairs(wide)), ([saw; 2], want.clone(), want));
    }
    let empty = VsAnchorDb::try_new_utf16(&[anchor(0, "", Variant::Utf16Le)], &builder());
    assert!(empty.is_err());
}

/// The windows that a stream reports for a text in pieces.
fn streamed(database: &VsStreamDb, text: &[u8], piece: usize) -> BTreeSet<(u32, u64, u64, bool)> {
    let (mut slot, mut scratch) = (None, Scratch::new());
    let mut out = BTreeSet::new();
    for _twice in 0..2 {
        // The second time the stream of the first is reset.
        out.clear();
        let stream = database.open_stream(&mut slot, &mut scratch).unwrap();
        for piece in text.chunks(piece) {
            let told = |w: VsStreamWindow| out.extend([(w.rule_id, w.lo, w.hi, w.force_full)]);
            database.scan_stream(stream, piece, &mut scratch, told).unwrap();
        }
    }
    out
}

#[test]
fn streams_give_windows_in_decoded_bytes_whatever_the_pieces() {
    let rules = [
        StreamRule { expression: Some("key[0-9]{4}"), width: None },
        StreamRule { expression: Some("u[0-9]+x"), width: None },
        StreamRule { expression: None, width: Some(20) },
    ];
    let anchors = [anchor(2, "needle", Variant::Raw)];
    let text = b"........................key1234........u123x.........needle.........";
    let radius = u64::from(RADIUS);
    for (cap, full, before) in [(100, false, 0), (0, true, 44 - radius)] {
        let database = VsStreamDb::try_new_stream(&rules, &anchors, cap, &builder()).unwrap();
        let want = BTreeSet::from([
            (0, 31 - 7 - radius, 31 + radius, false),
            (1, before, 44 + radius, full),
            (2, 59 - 20 - radius, 59 + 20 + radius, false),
        ]);
        for piece in [1, 3, 7, 1000] {
            assert_eq!(streamed(&database, text, piece), want, "cap {cap}, pieces of {piece}");
        }
    }
    assert!(VsStreamDb::try_new_stream(&[], &[], 0, &builder()).is_err());
}

#[test]
fn streams_of_utf16_text_count_from_their_base() {
    let anchors = [anchor(0, "DAT", Variant::Utf16Le), anchor(1, "DAT", Variant::Utf16Be)];
    let reach = reach(2, 10);
    let database = VsUtf16StreamDb::try_new_utf16_stream(&anchors, &reach, &builder()).unwrap();
    let text = b"xxD\0A\0T\0xxxx";
    let (mut slot, mut scratch, mut found) = (None, Scratch::new(), Vec::new());
    let stream = database.open_stream(&mut slot, &mut scratch).unwrap();
    for piece in text.chunks(5) {
        let told = |window| found.push(window);
        database.scan_stream((&mut *stream, 1000), piece, &mut scratch, told).unwrap();
    }
    let radius = 2 * (10 + u64::from(RADIUS));
    let want = VsStreamWindow {
        lo: 1002 - radius,
        hi: 1008 + radius,
        anchor_hint: 1002,
        rule_id: 0,
        variant_idx: Variant::Utf16Le.idx() as u8,
        force_full: false,
    };
    assert_eq!(found, [want]);
    assert_eq!(want.variant(), Variant::Utf16Le);
}

#[test]
fn the_gate_opens_for_any_anchor_over_the_edges_of_pieces() {
    let anchors = [anchor(0, "needle", Variant::Raw), anchor(1, "thread", Variant::Raw)];
    let gate = VsGateDb::try_new_gate(&anchors, &builder()).unwrap();
    let mut slots = VsSlots::default();
    for (text, want) in [
        (b"hay hay needle hay".as_slice(), true),
        (b"hay hay nee dle hay", false),
        (b"thread", true),
        (b"", false),
        (b"hay", false),
    ] {
        for piece in [1, 4, 1000] {
            assert_eq!(gate.is_present(text, piece, &mut slots), Ok(want), "{piece}");
        }
    }
    assert!(VsGateDb::try_new_gate(&[anchor(0, "", Variant::Raw)], &builder()).is_err());
}

#[test]
fn a_stream_window_never_wraps() {
    let target = (RuleId::new(3), Variant::Raw);
    let window = VsStreamWindow::behind(target, 2, 5, (u64::MAX, u64::MAX));
    assert_eq!((window.lo, window.hi, window.anchor_hint), (0, u64::MAX, 2));
    let window = VsStreamWindow::behind(target, u64::MAX - 1, u64::MAX, (4, 4));
    assert_eq!((window.lo, window.hi), (u64::MAX - 4, u64::MAX));
}

/// Texts of few letters, so that literals overlap and touch.
fn text() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(b"abAB\0.".to_vec()), 0..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn every_occurrence_of_an_anchor_lies_in_a_window(
        literals in prop::collection::vec(("[ab.]{1,4}", any::<bool>()), 1..6),
        text in text(),
        shards in 1usize..4,
    ) {
        let rules: Vec<VsRule> = literals.iter().map(|(text, _)| rule(text, None)).collect();
        let anchors: Vec<Anchor> = literals
            .iter()
            .zip(0..)
            .flat_map(|((text, ignore_case), rule)| {
                Variant::ALL.map(|v| Anchor::new(RuleId::new(rule), v, text.as_bytes(), *ignore_case))
            })
            .collect();
        let settings = VsSettings { shards: ShardPolicy::Sharded(shards), ..VsSettings::default() };
        let (database, _) =
            VsPrefilterDb::first(&rules, &anchors, &[], &Builder::new(settings)).unwrap();
        let found = raw_windows(&database, rules.len(), 4, &text);
        for (rule, (literal, ignore_case)) in literals.iter().enumerate() {
            for variant in Variant::ALL {
                let encoded: Vec<u8> = match variant {
                    Variant::Raw => literal.bytes().collect(),
                    Variant::Utf16Le => literal.bytes().flat_map(|b| [b, 0]).collect(),
                    Variant::Utf16Be => literal.bytes().flat_map(|b| [0, b]).collect(),
                };
                for (at, part) in text.windows(encoded.len()).enumerate() {
                    let stands = if *ignore_case { part.eq_ignore_ascii_case(&encoded) } else { part == encoded };
                    let is_covered = found.iter().any(|(r, v, start, end)| {
                        (*r as usize, *v) == (rule, variant.idx())
                            && *start as usize <= at && at + part.len() <= *end as usize
                    });
                    prop_assert!(!stands || is_covered, "{literal} at {at} as {variant:?}");
                }
            }
        }
    }

    #[test]
    fn what_a_pattern_matches_its_expression_matches(
        parts in prop::collection::vec(prop_oneof![
            "[ab]{1,3}",
            Just("[ab]{2,5}".to_owned()),
            Just("[^x]{17,30}".to_owned()),
            Just("[ab]{0,9}".to_owned()),
            Just(r"\b{start-half}".to_owned()),
            Just("(?:ab|B)?".to_owned()),
            Just("(?i:ab)".to_owned()),
            Just(r"[^a\n]".to_owned()),
            Just(r"\.+".to_owned()),
            Just("$".to_owned()),
        ], 1..5),
        text in text(),
    ) {
        let pattern = format!("a{}", parts.concat());
        let expression = expression_of(&pattern).unwrap();
        let rules = [rule("r", Some(&expression))];
        prop_assume!(Pattern::new(0, scanner_vectorscan::Flags::PREFILTER, expression.as_str()).is_ok());
        let database = VsPrefilterDb::try_new(&rules, &[], &[true], &builder()).unwrap();
        let width = text.len() as u32;
        let found = raw_windows(&database, 1, width, &text);
        let regex = crate::regexes::try_compile(&pattern).unwrap();
        for matched in regex.find_iter(&text) {
            let is_covered = found.iter().any(|(_, _, start, end)| {
                *start as usize <= matched.start() && matched.end() <= *end as usize
            });
            prop_assert!(is_covered, "{pattern} as {expression}: {:?}", matched.range());
        }
    }
}
