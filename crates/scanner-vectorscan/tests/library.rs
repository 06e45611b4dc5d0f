//! The library behind the safe types: what it finds, refuses, and survives.

#![cfg(feature = "vectorscan")]

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use proptest::prelude::*;
use scanner_vectorscan::cache::{CacheDir, CacheKey, CachePlaces, Stored, VsDbCache};
use scanner_vectorscan::compile::{ShardPlan, build, compile_or_name};
use scanner_vectorscan::{
    Block, Database, Flags, Match, Mode, Pattern, Platform, Scanned, Scratch, Stream, Streaming,
    VsError, version,
};
use tempfile::TempDir;

fn platform() -> Platform {
    Platform::of_this_machine().expect("a processor that the library runs on")
}

fn patterns(expressions: &[&str]) -> Vec<Pattern> {
    let numbered = expressions.iter().enumerate();
    numbered
        .map(|(id, text)| Pattern::new(id as u32, Flags::DOTALL, *text).expect("a pattern"))
        .collect()
}

fn compiled<M: Mode>(expressions: &[&str]) -> Database<M> {
    Database::compile(&patterns(expressions), &platform()).expect("it compiles")
}

fn scan(database: &Database<Block>, bytes: &[u8]) -> BTreeSet<(u32, u64)> {
    let mut scratch = Scratch::new();
    scratch.fit(database).expect("memory");
    let mut found = BTreeSet::new();
    let scanned = database.scan(bytes, &mut scratch, |Match { id, to }| {
        found.insert((id, to));
        ControlFlow::Continue(())
    });
    assert_eq!(scanned, Ok(Scanned::All));
    found
}

fn cache() -> (TempDir, VsDbCache) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let places = CachePlaces { home: Some(home.path().to_owned()), ..CachePlaces::default() };
    let cache = VsDbCache::new(CacheDir::open(&places).expect("our own folder"));
    (home, cache)
}

#[test]
fn matches_end_where_they_end() {
    let database = compiled::<Block>(&["abc", "b+", r"\x00x"]);
    assert_eq!(scan(&database, b"abbc abc"), BTreeSet::from([(1, 2), (1, 3), (0, 8), (1, 7)]));
    assert_eq!(scan(&database, b"\0x"), BTreeSet::from([(2, 2)]));
    assert!(scan(&database, b"").is_empty());
    assert!(database.bytes().unwrap() > 0 && !version().is_empty());
}

#[test]
fn a_closure_ends_a_scan() {
    let database = compiled::<Block>(&["a"]);
    let mut scratch = Scratch::new();
    scratch.fit(&database).unwrap();
    let mut seen = 0;
    let scanned = database.scan(b"aaaa", &mut scratch, |_| {
        seen += 1;
        if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((scanned, seen), (Ok(Scanned::Stopped), 2));
}

#[test]
fn a_panic_of_a_closure_goes_on_behind_the_library() {
    let database = compiled::<Block>(&["a"]);
    let mut scratch = Scratch::new();
    scratch.fit(&database).unwrap();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        database.scan(b"xa", &mut scratch, |_| panic!("told at a match"))
    }));
    let panic = outcome.unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"told at a match"));
    // The scratch is free again.
    assert_eq!(
        database.scan(b"xa", &mut scratch, |_| ControlFlow::Break(())),
        Ok(Scanned::Stopped)
    );
    let stream_database = Arc::new(compiled::<Streaming>(&["a"]));
    scratch.fit(&stream_database).unwrap();
    let mut stream = Stream::open(&stream_database).unwrap();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        stream.scan(b"xa", &mut scratch, |_| panic!("told in a stream"))
    }));
    assert!(outcome.is_err());
}

#[test]
fn a_scratch_serves_what_it_was_made_for() {
    let (one, two) = (compiled::<Block>(&["a"]), compiled::<Block>(&["[a-z]{40,}x.*y"]));
    let mut scratch = Scratch::new();
    let go = |_| ControlFlow::Continue(());
    assert_eq!(one.scan(b"a", &mut scratch, go), Err(VsError::ForeignScratch));
    scratch.fit(&one).unwrap();
    assert_eq!(two.scan(b"a", &mut scratch, go), Err(VsError::ForeignScratch));
    scratch.fit(&two).unwrap();
    let bytes = scratch.bytes();
    assert_eq!(one.scan(b"a", &mut scratch, go), Ok(Scanned::All));
    assert_eq!(two.scan(b"a", &mut scratch, go), Ok(Scanned::All));
    for _ in 0..10 {
        scratch.fit(&one).unwrap();
        scratch.fit(&two).unwrap();
    }
    assert_eq!(scratch.bytes(), bytes);
    // A database in the memory of one that is gone is another database.
    for _ in 0..600 {
        let database = compiled::<Block>(&["a"]);
        assert_eq!(database.scan(b"a", &mut scratch, go), Err(VsError::ForeignScratch));
        scratch.fit(&database).unwrap();
        assert_eq!(database.scan(b"a", &mut scratch, go), Ok(Scanned::All));
    }
    // It may move to another thread.
    let handle = std::thread::spawn(move || one.scan(b"a", &mut scratch, go));
    assert!(matches!(handle.join().unwrap(), Ok(Scanned::All) | Err(VsError::ForeignScratch)));
}

#[test]
fn one_database_is_scanned_by_many_threads_each_with_its_scratch() {
    let database = compiled::<Block>(&["needle[0-9]{2}"]);
    let text = b"a needle12 in a haystack".repeat(50);
    let want = scan(&database, &text);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..20).for_each(|_| assert_eq!(scan(&database, &text), want)));
        }
    });
}

#[test]
fn streams_see_matches_over_the_edges_of_pieces() {
    let database = Arc::new(compiled::<Streaming>(&["abc", "c$"]));
    let mut scratch = Scratch::new();
    scratch.fit(&database).unwrap();
    let mut stream = Stream::open(&database).unwrap();
    let mut found = Vec::new();
    for piece in [b"xa".as_slice(), b"b", b"c", b"", b"c"] {
        let scanned = stream.scan(piece, &mut scratch, |found_here| {
            found.push((found_here.id, found_here.to));
            ControlFlow::Continue(())
        });
        assert_eq!(scanned, Ok(Scanned::All));
    }
    let closed = stream.close(&mut scratch, |found_here| {
        found.push((found_here.id, found_here.to));
        ControlFlow::Continue(())
    });
    assert_eq!((closed, found), (Ok(Scanned::All), vec![(0, 4), (1, 5)]));
    // After a reset nothing of before counts.
    let mut stream = Stream::open(&database).unwrap();
    let mut hits = 0;
    for piece in [b"ab", b"cx"] {
        stream
            .scan(piece, &mut scratch, |_| {
                hits += 1;
                ControlFlow::Continue(())
            })
            .unwrap();
        stream.reset().unwrap();
    }
    assert_eq!(hits, 0);
    assert!(stream.is_of(&database) && !stream.is_of(&compiled::<Streaming>(&["abc"])));
    // A stream keeps its database and closes itself.
    drop(database);
    let stopped = stream.scan(b"abc", &mut scratch, |_| ControlFlow::Break(()));
    assert_eq!(stopped, Ok(Scanned::Stopped));
}

#[test]
fn a_serialized_database_finds_the_same() {
    let (_home, cache) = cache();
    let list = patterns(&["abc", "[0-9]{3}x", "q.{0,20}r"]);
    let plan = ShardPlan::with_shards(&[3, 9, 9], 1);
    let cold = build::<Block>("t:block", &list, &plan, Some(&cache), 2).unwrap();
    let warm = build::<Block>("t:block", &list, &plan, Some(&cache), 2).unwrap();
    assert!(!cold.is_from_cache && warm.is_from_cache && cold.keys == warm.keys);
    let text = b"abc 123x q 55 r abc";
    assert_eq!(scan(&warm.databases[0], text), scan(&cold.databases[0], text));
    assert!(!scan(&warm.databases[0], text).is_empty());
}

#[test]
fn whatever_a_damaged_file_holds_the_database_is_compiled_again() {
    let (_home, cache) = cache();
    let list = patterns(&["abc", "[0-9]{3}x"]);
    let plan = ShardPlan::with_shards(&[3, 9], 1);
    let get = || build::<Block>("t:block", &list, &plan, Some(&cache), 1).unwrap();
    let key = get().keys[0].clone();
    let file = cache.path().join(format!("{key}.hsdb"));
    let whole = fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 16;
    for damaged in [Vec::new(), whole[..whole.len() / 2].to_vec(), flipped] {
        fs::write(&file, damaged).unwrap();
        assert!(!get().is_from_cache);
        assert_eq!(fs::read(&file).unwrap(), whole);
    }
    // Whole files of this cache whose content is no database of this library or machine.
    let stored = &whole[48..whole.len() - 16];
    let (mut version, mut platform) = (stored.to_vec(), stored.to_vec());
    version[4] ^= 0xff;
    platform[16] ^= 0xff;
    for foreign in [b"no database".to_vec(), Vec::new(), version, platform] {
        fs::remove_file(&file).unwrap();
        assert_eq!(cache.try_store(&key, &foreign), Stored::Written);
        let built = get();
        assert!(!built.is_from_cache && built.databases.len() == 1);
        assert_eq!(fs::read(&file).unwrap(), whole, "it is stored again");
    }
    assert!(get().is_from_cache);
}

#[test]
fn every_culprit_is_named_and_the_rest_is_found() {
    let (_home, cache) = cache();
    // Unbalanced, lookaround without an approximation, a back reference; and good ones between them.
    let list = patterns(&["abc", "a(b", "x(?<=x)y", "[0-9]{3}x", r"(a)\1"]);
    let plan = ShardPlan::with_shards(&[1; 5], 1);
    for is_warm in [false, true] {
        let built = build::<Block>("t:block", &list, &plan, Some(&cache), 1).unwrap();
        let ids: Vec<u32> = built.refused.iter().map(|refused| refused.id).collect();
        assert_eq!((ids, built.is_from_cache), (vec![1, 2, 4], is_warm));
        assert!(built.refused.iter().all(|refused| !refused.message.is_empty()));
        assert_eq!(scan(&built.databases[0], b"abc 123x"), BTreeSet::from([(0, 3), (3, 8)]));
    }
    // Without the list of what was refused, the smaller database is not taken for the whole one.
    let lists = cache.files().into_iter().filter(|file| file.bytes < 400);
    lists.for_each(|file| fs::remove_file(cache.path().join(file.name)).unwrap());
    let built = build::<Block>("t:block", &list, &plan, Some(&cache), 1).unwrap();
    assert_eq!((built.refused.len(), built.is_from_cache), (3, false));
}

#[test]
fn patterns_that_are_all_refused_are_all_named() {
    let compiled = compile_or_name::<Block>(&patterns(&["a(b", "c)d"]), &platform()).unwrap();
    assert_eq!((compiled.databases.len(), compiled.refused.len()), (0, 2));
    let nothing = Database::<Block>::compile(&[], &platform());
    assert!(matches!(nothing, Err(VsError::NoPatterns)));
    assert!(compile_or_name::<Block>(&[], &platform()).unwrap().databases.is_empty());
}

#[test]
fn shards_together_find_what_one_database_finds_cold_and_warm() {
    let (_home, cache) = cache();
    let texts: Vec<String> = (0..200).map(|n| format!("w{n}[a-z]{{{},9}}", n % 5)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let list = patterns(&texts);
    let lengths: Vec<usize> = texts.iter().map(|text| text.len()).collect();
    let text = (0..200).map(|n| format!("w{n}abcdefghijk")).collect::<Vec<_>>().join(" ");
    let union = |shards: usize| {
        let plan = ShardPlan::with_shards(&lengths, shards);
        let built = build::<Block>("t:block", &list, &plan, Some(&cache), 3).unwrap();
        assert_eq!(built.databases.len(), shards);
        let keys: BTreeSet<&CacheKey> = built.keys.iter().collect();
        assert_eq!(keys.len(), shards);
        built.databases.iter().flat_map(|part| scan(part, text.as_bytes())).collect::<BTreeSet<_>>()
    };
    let want = union(1);
    assert!(want.len() > 1000);
    for _cold_then_warm in 0..2 {
        for shards in [2, 3, 7] {
            assert_eq!(union(shards), want, "{shards} shards");
        }
    }
}

#[test]
fn a_buffer_of_four_gib_is_refused_and_not_cut() {
    // Zero pages that nobody touches: the length is looked at before any byte.
    let bytes = vec![0u8; u32::MAX as usize + 1];
    let database = compiled::<Block>(&["a"]);
    let mut scratch = Scratch::new();
    scratch.fit(&database).unwrap();
    let refused = database.scan(&bytes, &mut scratch, |_| ControlFlow::Continue(()));
    assert_eq!(refused, Err(VsError::TooLarge { bytes: bytes.len() }));
    let refused = refused.unwrap_err().to_string();
    assert!(refused.starts_with("buffer too large for hs_scan"), "{refused}");
}

/// Where literals of any bytes end.
fn ends(literal: &[u8], text: &[u8], caseless: bool) -> BTreeSet<u64> {
    let is_same = |part: &&[u8]| {
        if caseless { part.eq_ignore_ascii_case(literal) } else { *part == literal }
    };
    let windows = text.windows(literal.len()).enumerate();
    windows.filter(|(_, part)| is_same(part)).map(|(at, _)| (at + literal.len()) as u64).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn literals_of_any_bytes_are_found_wherever_they_stand(
        literals in prop::collection::vec(prop::collection::vec(0u8..=255, 1..5), 1..6),
        small in prop::collection::vec(prop::sample::select(b"aAbB\0.\\".to_vec()), 1..4),
        text in prop::collection::vec(prop::sample::select(b"aAbB\0.\\\xff\x41".to_vec()), 0..80),
        caseless in any::<bool>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let flags = if caseless { Flags::CASELESS } else { Flags::NONE };
        let literals: Vec<Vec<u8>> = literals.into_iter().chain([small]).collect();
        let list: Vec<Pattern> = literals
            .iter()
            .enumerate()
            .map(|(id, bytes)| Pattern::literal(id as u32, flags, bytes).unwrap())
            .collect();
        let want: BTreeSet<(u32, u64)> = literals
            .iter()
            .enumerate()
            .flat_map(|(id, bytes)| ends(bytes, &text, caseless).into_iter().map(move |to| (id as u32, to)))
            .collect();
        let database = Database::<Block>::compile(&list, &platform()).unwrap();
        prop_assert_eq!(&scan(&database, &text), &want);
        let database = Arc::new(Database::<Streaming>::compile(&list, &platform()).unwrap());
        let mut scratch = Scratch::new();
        scratch.fit(&database).unwrap();
        let mut stream = Stream::open(&database).unwrap();
        let mut found = BTreeSet::new();
        let (left, right) = text.split_at(cut.index(text.len() + 1));
        for piece in [left, right] {
            stream.scan(piece, &mut scratch, |Match { id, to }| {
                found.insert((id, to));
                ControlFlow::Continue(())
            }).unwrap();
        }
        prop_assert_eq!(&found, &want);
    }
}
