//! After warm-up a scan allocates nothing.

use scanner_engine::EngineOptions;
use scanner_rules::{builtin, example};
use scanner_testkit::{CountingAllocator, Runner, allocations_of};

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
