//! The analyses of the built-in detectors, made by the build script.

use std::collections::BTreeMap;

use super::analysis::{Analysis, Key};

static ANALYSES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/analyses.bin"));

/// All of them, by what they depend on.
pub(super) fn analyses() -> BTreeMap<Key, Analysis> {
    postcard::from_bytes(ANALYSES).expect("the build script wrote these bytes with the same types")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::analysis::{analyse, key};

    #[test]
    fn what_is_embedded_is_what_the_patterns_say() {
        let known = analyses();
        for spec in scanner_rules::builtin::specs() {
            assert_eq!(known.get(&key(&spec)), analyse(&spec, true).ok().as_ref(), "{}", spec.id);
        }
    }
}
