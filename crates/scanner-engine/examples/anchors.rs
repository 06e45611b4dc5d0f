//! Prints every anchor of the built-in detectors with its class, for those who tune detectors.

#![expect(clippy::print_stdout, reason = "an example for people")]

use scanner_engine::{Engine, EngineOptions};
use scanner_rules::builtin;

fn main() {
    let engine = Engine::new(&builtin::specs(), EngineOptions::default()).expect("it compiles");
    for (class, text, rules) in engine.anchors() {
        println!("{class}\t{text}\t{}", rules.join(" "));
    }
}
