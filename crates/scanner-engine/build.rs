//! Reads the patterns of the built-in detectors, so that a start of the program need not: their anchors,
//! classes and widths are embedded as bytes, and how the native prefilter lays out some of the anchors.

#![expect(
    dead_code,
    unused_imports,
    unreachable_pub,
    reason = "the build uses a part of the library's own modules"
)]
#![expect(clippy::disallowed_methods, reason = "a build script is told by variables")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[path = "src/build/analysis.rs"]
mod analysis;
#[path = "src/anchors/mod.rs"]
mod anchors;
#[path = "src/prefilter/native/buckets.rs"]
mod buckets;
#[path = "src/prefilter/vectorscan/expression.rs"]
mod expression;
#[path = "src/prefilter/native/layout.rs"]
mod layout;

use analysis::{Analysis, Key};
use anchors::{AnchorClass, Literal, Neighbour};
use layout::{Layout, Stem};

fn main() {
    println!("cargo::rerun-if-changed=src/anchors");
    println!("cargo::rerun-if-changed=src/build");
    for file in ["vectorscan/expression.rs", "native/buckets.rs", "native/layout.rs"] {
        println!("cargo::rerun-if-changed=src/prefilter/{file}");
    }
    let mut all: BTreeMap<Key, Analysis> = BTreeMap::new();
    for spec in scanner_rules::builtin::specs() {
        match analysis::analyse(&spec, true) {
            Ok(analysis) => drop(all.insert(analysis::key(&spec), analysis)),
            // The engine names the rule and says why, whenever it is built.
            Err(refusal) => println!("cargo::warning=rule `{}`: {refusal:?}", spec.id),
        }
    }
    write("analyses.bin", &all);
    write("layouts.bin", &layouts(&all));
    if std::env::var_os("CARGO_FEATURE_VECTORSCAN").is_some() {
        embed_expressions();
    }
}

/// The layouts of the literals for which the native prefilter makes some, in the order of its table.
fn layouts(all: &BTreeMap<Key, Analysis>) -> Vec<(layout::Key, Layout)> {
    let of_class = |wanted: &dyn Fn(AnchorClass) -> bool| -> BTreeSet<&Literal> {
        let anchors = all.values().flat_map(|analysis| &analysis.anchors);
        anchors.filter(|(_, class)| wanted(*class)).map(|(literal, _)| literal).collect()
    };
    let is_near = |class| matches!(class, AnchorClass::Near { neighbour: Neighbour::Base64, .. });
    [
        (Stem::Rare, of_class(&|class| class == AnchorClass::Everywhere)),
        (Stem::First, of_class(&is_near)),
    ]
    .into_iter()
    .map(|(stem, literals)| {
        let literals: Vec<_> =
            literals.into_iter().map(|one| (one.bytes.as_slice(), one.ignore_case)).collect();
        (layout::key(stem, &literals), layout::lay_out(stem, &literals))
    })
    .collect()
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
