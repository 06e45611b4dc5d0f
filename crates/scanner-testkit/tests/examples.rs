//! All examples of all built-in detectors, in every way in that needs no disk: whole, cut at every byte, and inside encodings.
//! Those on disk (archives, git) are in the command's tests, UTF-16 and the oracle in `parity.rs`, the second engine in
//! `vectorscan.rs`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use data_encoding::{BASE64, HEXLOWER};
use scanner_engine::EngineOptions;
use scanner_rules::builtin;
use scanner_rules::example::{Example, positives};
use scanner_runtime::test_rules;
use scanner_testkit::Runner;

/// Bytes of an example that are cut at every place; of longer ones every seventh.
const CUT_EVERYWHERE_MAX: usize = 400;

fn examples() -> Vec<(String, Example)> {
    let sources = builtin::sources().expect("the built-in files load");
    let of = |detector: &scanner_rules::LoadedDetector| {
        let id = detector.spec.id.clone();
        positives(detector).map(move |example| (id.clone(), example)).collect::<Vec<_>>()
    };
    sources.iter().flat_map(of).collect()
}

fn path(example: &Example) -> &str {
    example.path.as_deref().unwrap_or("example.txt")
}

fn runner() -> Runner {
    Runner::new(&builtin::specs(), EngineOptions::default())
}

#[test]
fn positives_are_found_and_negatives_are_refused_where_they_say() {
    let sources = builtin::sources().expect("the built-in files load");
    let report = test_rules(&sources, &[]).expect("the built-in set compiles");
    assert!(report.examples > 4000, "{} examples are too few", report.examples);
    assert!(report.failures.is_empty(), "{}", report.failures.join("\n"));
}

#[test]
fn a_cut_at_any_byte_changes_nothing() {
    let mut runner = runner();
    let mut wrong = Vec::new();
    for (id, example) in examples() {
        // Behind as many lines, so that the first chunk may end anywhere in the example and the second is the last.
        let text = "\n".repeat(example.text.len()) + &example.text;
        let want = runner.whole(path(&example), text.as_bytes());
        let step = if example.text.len() > CUT_EVERYWHERE_MAX { 7 } else { 1 };
        for cut in (example.text.len()..text.len()).step_by(step) {
            if runner.chunks(path(&example), text.as_bytes(), cut) != want {
                wrong.push(format!("{id}: cut at {}", cut - example.text.len()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Undone by the engine.
type Encode = fn(&[u8]) -> String;

fn percent(text: &[u8]) -> String {
    text.iter().fold(String::new(), |mut all, byte| {
        let _ = write!(all, "%{byte:02X}");
        all
    })
}

#[test]
fn encodings_hide_nothing() {
    let mut runner = runner();
    let mut wrong = Vec::new();
    let encodings: [(&str, Encode); 3] = [
        ("base64", |text| BASE64.encode(text)),
        ("percent", percent),
        ("hex", |text| HEXLOWER.encode(text)),
    ];
    let mut found = |path: &str, text: &str| -> BTreeSet<(String, Vec<u8>)> {
        let found = runner.whole(path, text.as_bytes());
        found.into_iter().map(|found| (found.rule, found.secret)).collect()
    };
    for (id, example) in examples() {
        let own = |found: BTreeSet<(String, Vec<u8>)>| -> Vec<Vec<u8>> {
            found.into_iter().filter(|(rule, _)| *rule == id).map(|(_, secret)| secret).collect()
        };
        let want = own(found(path(&example), &example.text));
        assert!(!want.is_empty(), "{id}: {}", example.text);
        for (name, encode) in encodings {
            let text = format!("data = \"{}\"\n", encode(example.text.as_bytes()));
            let all = found(path(&example), &text);
            // A more specific rule may take the encoded text as a whole: a docker configuration in base64 is one.
            let is_taken = all.iter().any(|(rule, secret)| {
                let secret = String::from_utf8_lossy(secret);
                *rule != id && !rule.starts_with("generic-") && text.contains(&*secret)
            });
            let got = own(all);
            if got != want && !is_taken {
                wrong.push(format!("{id} in {name}: {} of {}", got.len(), want.len()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
