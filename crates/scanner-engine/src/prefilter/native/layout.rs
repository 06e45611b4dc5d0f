//! How literals are laid out for fingerprints: which bytes of each are its stem, and what each bucket of stems allows. To
//! choose takes milliseconds, so the build script does it for the built-in detectors.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::buckets::{PRINT_BYTES, Print, buckets, cost, print};

/// How much likelier a byte is behind itself than its frequency says.
const REPEAT_FACTOR: f32 = 40.0;

/// Which bytes of a literal are its stem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stem {
    /// Four that are rare and that other literals have too.
    Rare,
    /// The first four.
    First,
}

/// The stems of some literals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Layout {
    /// By literal, where its stem begins.
    pub(super) offsets: Vec<usize>,
    /// What each bucket allows.
    pub(super) buckets: Vec<Print>,
}

/// What a layout follows from.
pub(crate) type Key = [u8; 16];

/// A hash of everything that [`lay_out`] reads.
pub(crate) fn key(stem: Stem, literals: &[(&[u8], bool)]) -> Key {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[stem as u8]);
    for (bytes, ignore_case) in literals {
        hasher.update(&[u8::from(*ignore_case)]);
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    let mut key = Key::default();
    key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    key
}

/// Chooses stems and buckets for literals, each with whether its case is ignored.
pub(crate) fn lay_out(stem: Stem, literals: &[(&[u8], bool)]) -> Layout {
    let offsets = match stem {
        Stem::Rare => rare_offsets(literals),
        Stem::First => vec![0; literals.len()],
    };
    let stems = literals.iter().zip(&offsets);
    let prints = stems.map(|((bytes, ignore_case), at)| print(&bytes[*at..], *ignore_case));
    let buckets = buckets(prints.collect());
    Layout { offsets, buckets }
}

/// Where the stem of each literal begins: the cheapest of its windows.
fn rare_offsets(literals: &[(&[u8], bool)]) -> Vec<usize> {
    let folded: Vec<Vec<u8>> =
        literals.iter().map(|(bytes, _)| bytes.to_ascii_lowercase()).collect();
    let windows = |literal: &'_ [u8]| 0..=literal.len().saturating_sub(PRINT_BYTES);
    let window = |literal: &[u8], at: usize| -> [u8; PRINT_BYTES] {
        std::array::from_fn(|index| literal.get(at + index).copied().unwrap_or(0))
    };
    let mut holders: BTreeMap<[u8; PRINT_BYTES], u32> = BTreeMap::new();
    for literal in &folded {
        let held: BTreeSet<_> = windows(literal).map(|at| window(literal, at)).collect();
        for window in held {
            *holders.entry(window).or_default() += 1;
        }
    }
    let price = |literal: &[u8], at: usize| {
        let window = window(literal, at);
        // The same byte again is what separators and padding are made of.
        let repeats = window.windows(2).filter(|pair| pair[0] == pair[1]);
        let often =
            repeats.fold(cost(&print(&literal[at..], true)), |often, _| often * REPEAT_FACTOR);
        // Where it stands, each literal is compared; finding them costs once.
        f64::from(often) * (1.0 + 1.0 / f64::from(holders[&window]))
    };
    folded
        .iter()
        .map(|literal| {
            windows(literal)
                .min_by(|left, right| price(literal, *left).total_cmp(&price(literal, *right)))
                .unwrap_or(0)
        })
        .collect()
}
