//! The layouts of the built-in detectors' literals, made by the build script.

use super::layout::{Key, Layout, Stem, key, lay_out};

static LAYOUTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/layouts.bin"));

/// The layout of some literals, each with whether its case is ignored.
pub(super) fn layout(stem: Stem, literals: &[(&[u8], bool)]) -> Layout {
    let wanted = key(stem, literals);
    let known = known().into_iter().find(|(key, _)| *key == wanted);
    known.map_or_else(|| lay_out(stem, literals), |(_, layout)| layout)
}

fn known() -> Vec<(Key, Layout)> {
    postcard::from_bytes(LAYOUTS).expect("the build script wrote these bytes with the same types")
}

#[cfg(test)]
mod tests {
    use super::super::table::PatternTable;
    use super::*;
    use crate::anchors::{AnchorClass, Neighbour};
    use crate::build::build;

    #[test]
    fn the_layouts_of_the_built_in_detectors_are_embedded() {
        let built = build(&scanner_rules::builtin::specs(), true).expect("the rules compile");
        let table = PatternTable::new(&built.anchors);
        let is_stem = |class| class == AnchorClass::Everywhere;
        let is_near =
            |class| matches!(class, AnchorClass::Near { neighbour: Neighbour::Base64, .. });
        for (stem, ids) in
            [(Stem::Rare, table.of_class(is_stem)), (Stem::First, table.of_class(is_near))]
        {
            let literals = table.literals(&ids);
            assert!(
                known().contains(&(key(stem, &literals), lay_out(stem, &literals))),
                "{stem:?}"
            );
            // Other literals have a layout of their own.
            assert_eq!(layout(stem, &literals[1..]), lay_out(stem, &literals[1..]));
        }
    }
}
