//! Reads the patterns of the built-in detectors, so that a start of the program need not: their anchors,
//! classes and widths are embedded as bytes.

#![expect(dead_code, unused_imports, reason = "the build uses a part of the library's own modules")]
#![expect(clippy::disallowed_methods, reason = "a build script is told by variables")]

use std::collections::BTreeMap;
use std::path::Path;

#[path = "src/build/analysis.rs"]
mod analysis;
#[path = "src/build/anchors/mod.rs"]
mod anchors;

use analysis::{Analysis, Key};

fn main() {
    println!("cargo::rerun-if-changed=src/build");
    let mut all: BTreeMap<Key, Analysis> = BTreeMap::new();
    for spec in scanner_rules::builtin::specs() {
        match analysis::analyse(&spec, true) {
            Ok(analysis) => drop(all.insert(analysis::key(&spec), analysis)),
            // The engine names the rule and says why, whenever it is built.
            Err(refusal) => println!("cargo::warning=rule `{}`: {refusal:?}", spec.id),
        }
    }
    let bytes = postcard::to_allocvec(&all).expect("plain data always serializes");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&out).join("analyses.bin"), bytes).expect("OUT_DIR is writable");
}
