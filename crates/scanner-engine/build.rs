//! Reads the patterns of the built-in detectors, so that a start of the program need not: their anchors,
//! classes and widths are embedded as bytes.

#![expect(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the build uses a part of the library's own modules"
)]
#![expect(clippy::disallowed_methods, reason = "a build script is told by variables")]

use std::collections::BTreeMap;
use std::path::Path;

#[path = "src/build/analysis.rs"]
mod analysis;
#[path = "src/build/anchors/mod.rs"]
mod anchors;
#[path = "src/prefilter/vectorscan/expression.rs"]
mod expression;

use analysis::{Analysis, Key};

fn main() {
    println!("cargo::rerun-if-changed=src/build");
    println!("cargo::rerun-if-changed=src/prefilter/vectorscan/expression.rs");
    let mut all: BTreeMap<Key, Analysis> = BTreeMap::new();
    for spec in scanner_rules::builtin::specs() {
        match analysis::analyse(&spec, true) {
            Ok(analysis) => drop(all.insert(analysis::key(&spec), analysis)),
            // The engine names the rule and says why, whenever it is built.
            Err(refusal) => println!("cargo::warning=rule `{}`: {refusal:?}", spec.id),
        }
    }
    write("analyses.bin", &all);
    if std::env::var_os("CARGO_FEATURE_VECTORSCAN").is_some() {
        embed_expressions();
    }
}

/// The patterns in the syntax of the other engine.
fn embed_expressions() {
    let specs = scanner_rules::builtin::specs();
    let all: BTreeMap<u128, String> = specs
        .iter()
        .filter_map(|spec| {
            Some((expression::name_of(&spec.pattern), expression::expression_of(&spec.pattern)?))
        })
        .collect();
    let sorted: Vec<expression::Embedded<'_>> =
        all.iter().map(|(name, text)| (*name, text.as_str())).collect();
    write("expressions.bin", &sorted);
}

fn write(name: &str, what: &impl serde::Serialize) {
    let bytes = postcard::to_allocvec(what).expect("plain data always serializes");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&out).join(name), bytes).expect("OUT_DIR is writable");
}
