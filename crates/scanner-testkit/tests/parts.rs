//! The other part of a credential: the same whatever the size of chunks, in UTF-16, and in encoded text; and what the
//! detectors call public is no secret that another one reports.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use scanner_core::{Chunk, FileId, RootSpan};
use scanner_engine::{Engine, EngineOptions, ObjectFacts, ScanScratch};
use scanner_rules::{LoadedDetector, builtin, example};

/// A finding with its parts: rule, place, and number, place and text of each part.
type Told = (String, RootSpan, Vec<(usize, RootSpan, Vec<u8>)>);

/// Scans an object in chunks of `payload` bytes.
fn scan(engine: &Engine, text: &[u8], payload: usize) -> BTreeSet<Told> {
    let mut scratch = ScanScratch::new(engine);
    let file_id = FileId::new(0);
    scratch.begin_object(&ObjectFacts { file_id, path: b"a.txt", is_binary: false });
    let overlap = engine.required_overlap();
    let mut told = BTreeSet::new();
    let (mut from, mut at) = (0, 0);
    loop {
        let end = (at + payload).min(text.len());
        let chunk = Chunk {
            file_id,
            data: &text[from..end],
            base_offset: from as u64,
            prefix_len: (at - from) as u32,
            is_last: end == text.len(),
        };
        engine.scan_chunk_into(&chunk, &mut scratch);
        for found in scratch.findings().iter() {
            let parts = found.parts.iter().enumerate();
            let part = |(number, part): (usize, &Option<scanner_engine::PartRef<'_>>)| {
                part.map(|part| (number, part.root, part.bytes.to_vec()))
            };
            let rule = engine.rule_info(found.rec.rule_id).id.clone();
            told.insert((rule, found.rec.root, parts.filter_map(part).collect()));
        }
        if end == text.len() {
            return told;
        }
        (from, at) = (end.saturating_sub(overlap), end);
    }
}

/// Detectors that name parts.
fn with_parts() -> Vec<LoadedDetector> {
    let all = builtin::sources().expect("the built-in files load");
    let names = |detector: &LoadedDetector| {
        detector.spec.gates.companion.as_ref().is_some_and(|company| !company.parts.is_empty())
    };
    all.into_iter().filter(names).collect()
}

fn engine_of_all() -> Engine {
    Engine::new(&builtin::specs(), EngineOptions::default()).expect("the rules compile")
}

/// What the positives tell of the parts of their own detector.
#[test]
fn required_parts_are_told_and_public_ones_are_nobody_elses_secret() {
    let engine = engine_of_all();
    let mut named = 0;
    for detector in with_parts() {
        let parts = &detector.spec.gates.companion.as_ref().unwrap().parts;
        for positive in example::positives(&detector) {
            let all = scan(&engine, positive.text.as_bytes(), 1 << 20);
            let own: Vec<&Told> = all.iter().filter(|told| told.0 == detector.spec.id).collect();
            for (rule, root, told) in own {
                for (number, part) in parts.iter().enumerate() {
                    let found = told.iter().find(|told| told.0 == number);
                    assert!(
                        found.is_some() || !part.required,
                        "{rule}: {} in {}",
                        part.name,
                        positive.text
                    );
                    let Some((_, place, bytes)) = found else { continue };
                    named += 1;
                    assert!(!place.overlaps(*root), "{rule}");
                    let stands =
                        &positive.text.as_bytes()[place.start as usize..place.end as usize];
                    assert_eq!(stands, bytes.as_slice(), "{rule}");
                    let is_reported = all.iter().any(|(_, secret, _)| secret.overlaps(*place));
                    assert!(
                        !part.public || !is_reported,
                        "{rule}: {} is a finding itself",
                        part.name
                    );
                }
            }
        }
    }
    assert!(named >= 30, "{named}");
}

#[test]
fn parts_do_not_depend_on_how_an_object_is_cut() {
    let engine = engine_of_all();
    let mut texts: Vec<Vec<u8>> = Vec::new();
    for detector in with_parts() {
        texts.extend(example::positives(&detector).map(|positive| positive.text.into_bytes()));
    }
    let filler = "the quick brown fox; ".repeat(400);
    let plain = texts.join(format!("\n{filler}\n").as_bytes());
    let wide: Vec<u8> =
        String::from_utf8_lossy(&plain).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let encoded: Vec<u8> = texts
        .iter()
        .flat_map(|text| format!("{filler}\n{}\n", BASE64.encode(text)).into_bytes())
        .collect();
    for (text, least) in [(&plain, 30), (&wide, 30), (&encoded, 10)] {
        let whole = scan(&engine, text, usize::MAX / 2);
        let with = whole.iter().filter(|told| !told.2.is_empty()).count();
        assert!(with >= least, "{with}");
        for payload in [4096, 10_007, 65_536] {
            assert_eq!(scan(&engine, text, payload), whole, "chunks of {payload}");
        }
    }
}

#[test]
fn a_part_in_encoded_text_stands_where_its_code_does() {
    let engine = engine_of_all();
    let id = ["AKIA", "SAOK6FD7", "LF4DBQRJ"].concat();
    let made_up = ["1Q+p4ckAZs0OaVtu0vCi", "FSQEut/vWfar5vbJn7hx"].concat();
    let inner = format!("access_key = {id}\naws_secret_access_key = {made_up}\n");
    let text = format!("data: {}\n", BASE64.encode(inner.as_bytes()));
    let told = scan(&engine, text.as_bytes(), 1 << 20);
    let own = told.iter().find(|told| told.0 == "aws-secret-access-key").unwrap();
    let [(0, place, bytes)] = own.2.as_slice() else { panic!("{own:?}") };
    assert_eq!(bytes, id.as_bytes());
    let code = &text[place.start as usize..place.end as usize];
    let around = inner.find(&id).unwrap();
    let (from, to) = (around / 3 * 4, (around + id.len()).div_ceil(3) * 4);
    let all = BASE64.encode(inner.as_bytes());
    assert!(all[from..to].contains(code), "{code}");
    assert!(place.end <= own.1.start, "the id stands before the secret");
}
