//! Every built-in detector is usable by itself. Its examples are run in `scanner-testkit/tests/examples.rs`.

use scanner_engine::{Engine, EngineOptions};
use scanner_rules::builtin;

#[test]
fn every_detector_compiles_by_itself() {
    let errors: Vec<String> = builtin::specs()
        .iter()
        .filter_map(|spec| Engine::new(std::slice::from_ref(spec), EngineOptions::default()).err())
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{} detectors:\n{}", errors.len(), errors.join("\n"));
}
