//! Writes made-up findings into a store until it is killed, and says how many are committed; with `open` behind its
//! arguments it only opens the store. For the tests that kill it.

#[path = "../tests/store/kit.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod kit;

use std::io::Write as _;
use std::path::Path;

use scanner_core::{Severity, StoreProducer as _};

fn main() {
    let mut args = std::env::args().skip(1);
    let path = args.next().expect("the store's path");
    let seed: u64 = args.next().and_then(|text| text.parse().ok()).expect("a number");
    if args.next().is_some_and(|what| what == "open") {
        kit::open(Path::new(&path)).expect("the store opens");
        return;
    }
    let producer = kit::open(Path::new(&path))
        .and_then(|store| kit::begin(store, "/r", 1000))
        .expect("a run begins");
    let mut stdout = std::io::stdout();
    writeln!(stdout, "begun").and_then(|()| stdout.flush()).expect("the test listens");
    let rule = kit::rule("demo-0", Severity::High);
    let mut emitted = 0;
    for file in 0_u64.. {
        let name = format!("{seed}/{file}");
        let count = file % 7 + 1;
        let all: Vec<_> =
            (0..count).map(|n| kit::finding(&rule, emitted + n, &name, n + 1)).collect();
        kit::emit(&producer, &name, &all);
        emitted += count;
        // Now and then everything so far is waited for; between, many files go into one transaction.
        if file % 5 == 0 {
            let losses = producer.flush();
            assert_eq!(losses.error, None);
            writeln!(stdout, "{emitted}").and_then(|()| stdout.flush()).expect("the test listens");
        }
    }
}
