//! The second engine finds what the oracle finds: both modes, in one database and in shards, compiled and loaded, in
//! plain text, in UTF-16, in chunks, in deltas, in what is encoded.

#![cfg(feature = "vectorscan")]

use std::sync::{LazyLock, Mutex, PoisonError};

use proptest::prelude::*;
use scanner_engine::vectorscan::cache::{CacheDir, CachePlaces, VsDbCache};
use scanner_engine::{CopyRange, Engine, EngineOptions, HitList, ShardPolicy, VsMode, VsSettings};
use scanner_rules::{RuleSpec, builtin, example};
use scanner_testkit::{Found, Runner};
use tempfile::TempDir;

/// One cache for all tests: the first to need a database compiles it.
static CACHE: LazyLock<(TempDir, VsDbCache)> = LazyLock::new(|| {
    let home = tempfile::tempdir().expect("a temporary folder");
    let places = CachePlaces { home: Some(home.path().to_owned()), ..CachePlaces::default() };
    let cache = VsDbCache::new(CacheDir::open(&places).expect("a folder of our own"));
    (home, cache)
});

fn settings(mode: VsMode, shards: ShardPolicy) -> VsSettings {
    VsSettings { mode, shards, cache: Some(CACHE.1.clone()), threads: 4 }
}

fn runner(specs: &[RuleSpec], settings: VsSettings) -> Runner {
    let engine = Engine::with_vectorscan(specs, EngineOptions::default(), settings);
    Runner::with(engine.expect("the rules compile"))
}

fn fact(runner: &Runner, name: &str) -> String {
    let facts = runner.engine().prefilter_facts();
    facts.into_iter().find(|fact| fact.0 == name).expect("the fact is told").1
}

/// Path and text of every positive and negative example.
fn examples() -> Vec<(String, Vec<u8>)> {
    let sources = builtin::sources().expect("the built-in files load");
    let of = |detector| example::positives(detector).chain(example::negatives(detector));
    let path = |path: Option<String>| path.unwrap_or_else(|| "example.txt".to_owned());
    sources.iter().flat_map(of).map(|e| (path(e.path), e.text.into_bytes())).collect()
}

#[test]
fn every_example_is_what_the_oracle_says_cold_and_warm_in_one_and_in_shards() {
    let specs = builtin::specs();
    let examples = examples();
    let mut oracle = Runner::oracle(&specs);
    let want: Vec<Vec<Found>> =
        examples.iter().map(|(path, text)| oracle.whole(path, text)).collect();
    assert!(want.iter().filter(|found| !found.is_empty()).count() > 900);
    for mode in [VsMode::AnchorsOnly, VsMode::RegexAndAnchors] {
        for shards in [ShardPolicy::Sharded(0), ShardPolicy::Auto] {
            for is_warm in [false, true] {
                let mut runner = runner(&specs, settings(mode, shards));
                if is_warm {
                    assert_eq!(fact(&runner, "from-cache"), "true", "{mode:?} {shards:?}");
                }
                for ((path, text), want) in examples.iter().zip(&want) {
                    let got = runner.whole(path, text);
                    let text = String::from_utf8_lossy(text);
                    assert_eq!(&got, want, "{mode:?} {shards:?} warm: {is_warm}: {text}");
                }
                runner.engine().settle();
                assert_eq!(runner.engine().refused_rules(), [], "{mode:?}");
            }
        }
    }
}

#[test]
fn shards_give_way_to_the_one_database_in_the_scan_and_in_the_cache() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let places = CachePlaces { home: Some(home.path().to_owned()), ..CachePlaces::default() };
    let cache = VsDbCache::new(CacheDir::open(&places).expect("a folder of our own"));
    let all = builtin::specs();
    let specs = &all[..all.len().min(300)];
    let settings = || VsSettings {
        mode: VsMode::RegexAndAnchors,
        cache: Some(cache.clone()),
        ..VsSettings::default()
    };
    let mut cold = runner(specs, settings());
    let first: Vec<_> = examples().iter().map(|(path, text)| cold.whole(path, text)).collect();
    cold.engine().settle();
    assert_eq!(fact(&cold, "databases"), "1");
    let later: Vec<_> = examples().iter().map(|(path, text)| cold.whole(path, text)).collect();
    assert_eq!(first, later);
    // One file for each kind of database, and no shard.
    assert!(cache.files().len() <= 5, "{:?}", cache.files());
    let warm = runner(specs, settings());
    assert_eq!((fact(&warm, "databases"), fact(&warm, "from-cache")), ("1".into(), "true".into()));
}

#[test]
fn chunks_and_encodings_are_what_the_native_engine_says() {
    let specs = builtin::specs();
    let mut native = Runner::new(&specs, EngineOptions::default());
    let mut text = Vec::new();
    for (index, (_, example)) in examples().iter().enumerate().step_by(4) {
        text.extend_from_slice(example);
        text.extend(std::iter::repeat_n(b'.', index % 97));
        text.push(b'\n');
    }
    let units = String::from_utf8_lossy(&text).into_owned();
    let le: Vec<u8> = units.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = units.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let base64 = |bytes: &[u8]| -> Vec<u8> {
        let line = |part: &[u8]| (data_encoding::BASE64.encode(part) + "\n").into_bytes();
        bytes.chunks(3000).flat_map(line).collect()
    };
    let modes = [VsMode::AnchorsOnly, VsMode::RegexAndAnchors];
    let mut runners = modes.map(|mode| runner(&specs, settings(mode, ShardPolicy::Single)));
    for (what, bytes) in [
        ("plain", text.clone()),
        ("utf-16be", be),
        ("base64", base64(&text)),
        ("utf-16 in base64", base64(&le)),
        ("utf-16le", le),
    ] {
        for payload in [10_007, 1 << 20] {
            let want = native.chunks("a.txt", &bytes, payload);
            assert!(want.len() > 100, "{what}: {} findings", want.len());
            for (mode, runner) in modes.iter().zip(&mut runners) {
                let got = runner.chunks("a.txt", &bytes, payload);
                let missing: Vec<_> = want.iter().filter(|one| !got.contains(one)).collect();
                let extra: Vec<_> = got.iter().filter(|one| !want.contains(one)).collect();
                let is_same = missing.is_empty() && extra.is_empty();
                assert!(is_same, "{mode:?} {what} {payload}: {missing:?} {extra:?}");
            }
        }
    }
}

#[test]
fn rules_that_the_library_refuses_are_named_and_found() {
    let mut specs: Vec<RuleSpec> = builtin::specs().into_iter().take(3).collect();
    // An alternation of more bytes than an expression may have, of words too short to be anchors enough.
    let words: Vec<String> = (0..3000).map(|n| format!("w{n:05}")).collect();
    let pattern = format!("key ([0-9A-Za-z]{{16}}(?:{}))", words.join("|"));
    let file = format!(
        "service = \"t\"\nreference = \"https://example.org\"\nremediation = \"Turn it.\"\n\
         [[detector]]\nid = \"over-long\"\nname = \"Over-long\"\nseverity = \"high\"\n\
         regex = {{ pattern = '{pattern}' }}\n"
    );
    let long = scanner_rules::load_file("t.toml", &file).expect("it is read")[0].spec.clone();
    specs.push(long);
    let mut runner = runner(&specs, settings(VsMode::RegexAndAnchors, ShardPolicy::Auto));
    let refused = runner.engine().refused_rules();
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].0 == "over-long" && refused[0].1.contains("rule='over-long'"));
    let text = ["the key ", "k3Jd81mQz0", "Lp4Xa7", "w00042 is found"].concat();
    let text = text.as_bytes();
    let found = runner.whole("a.txt", text);
    assert_eq!(found, Runner::oracle(&specs).whole("a.txt", text));
    assert!(found.iter().any(|one| one.rule == "over-long"), "{found:?}");
}

/// Parts of examples, whole ones, and noise.
fn documents() -> impl Strategy<Value = Vec<u8>> {
    let texts: Vec<Vec<u8>> = examples().into_iter().step_by(5).map(|example| example.1).collect();
    let piece = prop_oneof![
        3 => prop::sample::select(texts.clone()),
        2 => (prop::sample::select(texts), any::<prop::sample::Index>())
            .prop_map(|(text, cut)| text[..cut.index(text.len().max(1)).min(text.len())].to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => prop::collection::vec(prop::sample::select(b"abcdef0123456789_-= :\"\n".to_vec()), 0..90),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// The oracle, and both modes of the second engine; made once.
static RUNNERS: LazyLock<Mutex<[Runner; 3]>> = LazyLock::new(|| {
    let specs = builtin::specs();
    let second = |mode| runner(&specs, settings(mode, ShardPolicy::Single));
    let [anchors, regex] = [VsMode::AnchorsOnly, VsMode::RegexAndAnchors].map(second);
    Mutex::new([Runner::oracle(&specs), anchors, regex])
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_document_is_what_the_oracle_says(bytes in documents(), other in documents()) {
        let mut runners = RUNNERS.lock().unwrap_or_else(PoisonError::into_inner);
        let [oracle, seconds @ ..] = &mut *runners;
        let want = oracle.whole("a.txt", &bytes);
        for runner in seconds {
            prop_assert_eq!(&runner.whole("a.txt", &bytes), &want);
            prop_assert_eq!(&runner.chunks("a.txt", &bytes, bytes.len() / 2 + 1), &want);
            // Made from another by one copy.
            let base = [other.as_slice(), &bytes].concat();
            let (mut of_base, mut of_text) = (HitList::default(), HitList::default());
            runner.recorded(&base, &mut of_base);
            let copy = CopyRange { base_offset: other.len() as u64, offset: 0, len: bytes.len() as u64 };
            let delta = runner.delta(&bytes, (&of_base, &[copy]), &mut of_text);
            prop_assert_eq!(&delta, &want, "as a delta");
        }
    }
}
