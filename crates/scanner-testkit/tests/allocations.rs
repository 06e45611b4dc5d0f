//! After warm-up a scan allocates nothing, and what it has allocated until then is little.

use scanner_core::{Chunk, FileId};
use scanner_engine::{Engine, EngineOptions, ObjectFacts, ScanScratch};
use scanner_rules::{builtin, example};
use scanner_testkit::{CountingAllocator, Runner, allocations_of, bytes_of};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[test]
fn scanning_again_allocates_nothing() {
    let mut text = String::new();
    for detector in builtin::sources().expect("the built-in files load") {
        for example in example::positives(&detector) {
            text.push_str(&example.text);
            text.push('\n');
        }
    }
    let wide: Vec<u8> = text[..text.floor_char_boundary(20_000)]
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut runner = Runner::new(&builtin::specs(), EngineOptions::default());
    let mut pass = || {
        runner.scan_only(text.as_bytes());
        runner.scan_only(&wide);
        runner.scan_only(b"");
    };
    // Regexes are compiled, and their automata built, at their first windows.
    pass();
    pass();
    assert_eq!(allocations_of(pass), 0);
}

/// What the scratch of a worker may take with a thousand detectors.
const SCRATCH_BYTES_MAX: isize = 4 << 20;

/// What it may take beside for each byte of a chunk that is full of encoded text: what is decoded, twice, and where each
/// byte of it comes from.
const DECODED_PER_BYTE_MAX: isize = 20;

/// Bytes that the scratch grows by for a chunk.
fn growth(engine: &Engine, scratch: &mut ScanScratch, text: &[u8]) -> isize {
    let file_id = FileId::new(0);
    let ((), grown) = bytes_of(|| {
        scratch.begin_object(&ObjectFacts { file_id, path: b"a.rs", is_binary: false });
        engine.scan_chunk_into(&Chunk::whole(file_id, text), scratch);
    });
    grown
}

#[test]
fn the_scratch_of_a_worker_is_small() {
    let specs = builtin::specs();
    assert!(specs.len() >= 1000);
    let engine = Engine::new(&specs, EngineOptions::default()).expect("the rules compile");
    let (mut scratch, made) = bytes_of(|| ScanScratch::new(&engine));
    let plain =
        "    let width = entries.iter().map(|entry| entry.width).sum::<usize>();\n".repeat(4000);
    let after_plain = growth(&engine, &mut scratch, plain.as_bytes());
    assert!(made + after_plain <= SCRATCH_BYTES_MAX, "{made}, and {after_plain} for a chunk");
    let escaped =
        "let text = \"\\u0041 and %41 and so on until the end of the line\";\n".repeat(4000);
    let encoded = data_encoding::BASE64.encode(plain.as_bytes());
    for text in [escaped, encoded] {
        let grown = growth(&engine, &mut scratch, text.as_bytes());
        let most = SCRATCH_BYTES_MAX + DECODED_PER_BYTE_MAX * text.len().cast_signed();
        assert!(made + after_plain + grown <= most, "{made}, {after_plain}, {grown}");
    }
    assert!(scratch.counters().decoded_bytes > 100_000, "{:?}", scratch.counters());
}
