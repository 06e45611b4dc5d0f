//! After warm-up a scan allocates nothing, and what it has allocated until then is little.

use scanner_core::{Chunk, FileId};
use scanner_engine::{Engine, EngineOptions, ObjectFacts, ScanScratch};
use scanner_rules::{builtin, example};
use scanner_testkit::{CountingAllocator, Runner, allocations_of, peak_of};

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

/// What the scratch of a worker may take with a thousand detectors, with all that a chunk decodes to.
const SCRATCH_BYTES_MAX: isize = 4 << 20;

/// Bytes of a chunk, unless a user chooses otherwise.
const CHUNK_BYTES: usize = 256 << 10;

/// Text inside base64, again and again, forty deep.
fn forty_deep() -> Vec<u8> {
    let mut text = b"key = 'a%41b' and so on; ".repeat(40);
    for _ in 0..40 {
        text = data_encoding::BASE64.encode(&text[..text.len().min(1 << 18)]).into_bytes();
    }
    text
}

/// Texts that are worst for what is decoded.
fn worst() -> Vec<(&'static str, Vec<u8>)> {
    let plain =
        "    let width = entries.iter().map(|entry| entry.width).sum::<usize>();\n".repeat(4000);
    let base64 = |text: &[u8]| data_encoding::BASE64.encode(text).into_bytes();
    let lines = |text: Vec<u8>| text.chunks(76).flat_map(|line| [line, b"\n"].concat()).collect();
    vec![
        ("text with escapes", b"let text = \"\\u0041 and %41 and &lt; and =3D\";\n".repeat(8000)),
        ("escapes alone", b"\\u0041".repeat(50_000)),
        ("a piece each four bytes", b"%41\n".repeat(1 << 16)),
        ("pieces of each kind a line", b"%41\\x41&lt;\n".repeat(1 << 15)),
        ("percent of percent", b"%25".repeat(1 << 17)),
        ("base64 of text", base64(plain.as_bytes())),
        ("base64 of escapes", base64(&b"\\u0041 and %41\n".repeat(20_000))),
        ("base64 of pieces", base64(&b"%41\n".repeat(1 << 16))),
        ("lines of base64 of pieces", lines(base64(&b"%41\n".repeat(1 << 16)))),
        ("lines of base64", lines(base64(plain.as_bytes()))),
        ("the alphabet", b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo".repeat(10_000)),
        ("hex", data_encoding::HEXLOWER.encode(plain.as_bytes()).into_bytes()),
        ("forty deep", forty_deep()),
    ]
}

#[test]
fn the_scratch_of_a_worker_is_small() {
    let specs = builtin::specs();
    assert!(specs.len() >= 1000);
    let engine = Engine::new(&specs, EngineOptions::default()).expect("the rules compile");
    let file_id = FileId::new(0);
    let scan = |scratch: &mut ScanScratch, text: &[u8]| {
        scratch.begin_object(&ObjectFacts { file_id, path: b"a.rs", is_binary: false });
        engine.scan_chunk_into(&Chunk::whole(file_id, text), scratch);
    };
    for (name, text) in worst() {
        let text = &text[..text.len().min(CHUNK_BYTES)];
        // Regexes are compiled at their first window, once for all workers.
        scan(&mut ScanScratch::new(&engine), text);
        let mut decoded = 0;
        let peak = peak_of(|| {
            let mut scratch = ScanScratch::new(&engine);
            scan(&mut scratch, text);
            decoded = scratch.counters().decoded_bytes;
        });
        assert!(peak <= SCRATCH_BYTES_MAX, "{name}: {peak} bytes for {decoded} decoded");
        assert!(decoded > 16 << 10, "{name}: {decoded}");
    }
}

/// As many different credentials, a line each, as a chunk holds. Made at run time.
fn credentials() -> Vec<u8> {
    let letters = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";
    let mut state = 7u64;
    let mut text = Vec::new();
    while text.len() < CHUNK_BYTES {
        text.extend_from_slice(["key = sk_", "live_"].concat().as_bytes());
        for _ in 0..24 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push(letters[(state >> 33) as usize % letters.len()]);
        }
        text.push(b'\n');
    }
    text
}

#[test]
fn thousands_of_findings_do_not_make_the_scratch_larger_than_it_may_be() {
    let specs = builtin::specs();
    let engine = Engine::new(&specs, EngineOptions::default()).expect("the rules compile");
    let file_id = FileId::new(0);
    let plain = credentials();
    let encoded = data_encoding::BASE64.encode(&plain).into_bytes();
    let lines: Vec<u8> = plain
        .split(|byte| *byte == b'\n')
        .flat_map(|line| [data_encoding::BASE64.encode(line).as_bytes(), b"\n"].concat())
        .collect();
    for (name, text) in [("plain", plain), ("base64", encoded), ("lines of base64", lines)] {
        let text = &text[..text.len().min(CHUNK_BYTES)];
        let scan = |scratch: &mut ScanScratch| {
            scratch.begin_object(&ObjectFacts { file_id, path: b"a.rs", is_binary: false });
            engine.scan_chunk_into(&Chunk::whole(file_id, text), scratch);
            scratch.findings().len()
        };
        // Regexes are compiled at their first window, once for all workers.
        scan(&mut ScanScratch::new(&engine));
        let mut findings = 0;
        let peak = peak_of(|| findings = scan(&mut ScanScratch::new(&engine)));
        assert!(findings > 3000, "{name}: {findings}");
        assert!(peak <= SCRATCH_BYTES_MAX, "{name}: {peak} bytes for {findings} findings");
    }
}
