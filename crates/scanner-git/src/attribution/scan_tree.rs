//! What matters in a tree, found along its delta.
//!
//! Versions of a folder share nearly all entries. An entry that lies wholly in a copied range and begins where an entry
//! of the base begins is the base's entry: what was found in it is taken over and it is not parsed again. On a history
//! whose folders have 500 files this is most of the time that attribution takes.

use crate::delta::DeltaOp;
use crate::oid::ObjectFormat;
use crate::sink::Delta;
use crate::tree::{TreeEntries, TreeEntry};

/// What was found in an entry, with the offset at which the entry begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) start: u32,
    pub(super) found: Found,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A tree inside the tree: its ordinal and name.
    Edge { child: u32, name: u32 },
    /// A wanted blob: its number among the wanted and its name.
    Hit { wanted: u32, name: u32 },
}

/// A tree that was looked through.
#[derive(Clone, Debug, Default)]
pub(super) struct Scanned {
    /// Where entries begin, and where the last one ends.
    starts: Vec<u32>,
    /// In order.
    pub(super) marks: Vec<Mark>,
    /// Whether the bytes behind the last entry are no entry.
    pub(super) damaged: bool,
}

impl Scanned {
    /// Looks through `bytes`; `base` is what is known of the tree that `delta` was made for.
    pub(super) fn fill(
        &mut self,
        bytes: &[u8],
        format: ObjectFormat,
        base: Option<(&Self, &Delta<'_>)>,
        look: &mut dyn FnMut(&TreeEntry<'_>) -> Option<Found>,
    ) {
        self.starts.clear();
        self.marks.clear();
        self.damaged = false;
        // Offsets are kept in 32 bits; a tree of 4 GiB is looked through without its base, and it has no children.
        let mut pass = Pass { scanned: self, bytes, format, at: 0, look };
        if let Some((base, delta)) = base.filter(|(base, _)| !base.damaged) {
            for op in delta.ops() {
                match op {
                    DeltaOp::Copy { base_offset, offset, len } => {
                        pass.copied(base, base_offset as usize, offset as usize, len as usize);
                    }
                    DeltaOp::Insert { offset, len } => pass.parse_until((offset + len) as usize),
                }
            }
        }
        pass.parse_until(bytes.len());
        let end = pass.at as u32;
        self.starts.push(end);
    }
}

struct Pass<'a, 'b> {
    scanned: &'a mut Scanned,
    bytes: &'a [u8],
    format: ObjectFormat,
    /// Where the next entry begins.
    at: usize,
    look: &'a mut (dyn FnMut(&TreeEntry<'_>) -> Option<Found> + 'b),
}

impl Pass<'_, '_> {
    /// Parses all entries that begin before `end`.
    fn parse_until(&mut self, end: usize) {
        while self.at < end && !self.scanned.damaged {
            self.parse_one();
        }
    }

    fn parse_one(&mut self) {
        let mut entries = TreeEntries::new(&self.bytes[self.at..], self.format);
        let Some(entry) = entries.next() else {
            self.scanned.damaged = true;
            return;
        };
        let start = self.at as u32;
        self.scanned.starts.push(start);
        if let Some(found) = (self.look)(&entry) {
            self.scanned.marks.push(Mark { start, found });
        }
        self.at = self.bytes.len() - entries.rest().len();
    }

    /// Goes over a range that was copied from `from` of the base to `offset`.
    fn copied(&mut self, base: &Scanned, from: usize, offset: usize, len: usize) {
        let end = offset + len;
        while self.at < end && !self.scanned.damaged {
            // Not negative: everything before `offset` has been gone over.
            let in_base = (self.at - offset + from) as u32;
            let limit = (from + len) as u32;
            match base.starts.binary_search(&in_base) {
                Ok(first) => {
                    let last = base.starts.partition_point(|start| *start <= limit) - 1;
                    if last > first {
                        self.take_over(base, first, last);
                    } else {
                        self.parse_one();
                    }
                }
                Err(_) => self.parse_one(),
            }
        }
    }

    /// Takes over the entries of the base from number `first` to before number `last`.
    fn take_over(&mut self, base: &Scanned, first: usize, last: usize) {
        let (begin, end) = (base.starts[first], base.starts[last]);
        let shift = (self.at as u32).wrapping_sub(begin);
        let starts = base.starts[first..last].iter().map(|start| start.wrapping_add(shift));
        self.scanned.starts.extend(starts);
        let from = base.marks.partition_point(|mark| mark.start < begin);
        for mark in base.marks[from..].iter().take_while(|mark| mark.start < end) {
            let start = mark.start.wrapping_add(shift);
            self.scanned.marks.push(Mark { start, found: mark.found });
        }
        self.at += (end - begin) as usize;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::delta::{DeltaOps, apply};
    use crate::sink::BaseSlot;

    fn tree(names: &[u16]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for name in names {
            bytes.extend_from_slice(format!("100644 {name}\0").as_bytes());
            bytes.extend_from_slice(&[(name % 251) as u8; 20]);
        }
        bytes
    }

    fn scan(bytes: &[u8], base: Option<(&Scanned, &Delta<'_>)>) -> (Scanned, usize) {
        let mut scanned = Scanned::default();
        let mut looked = 0;
        scanned.fill(bytes, ObjectFormat::Sha1, base, &mut |entry| {
            looked += 1;
            let name = u32::from(*entry.name.last().unwrap());
            entry.name.ends_with(b"7").then_some(Found::Hit { wanted: 0, name })
        });
        (scanned, looked)
    }

    #[test]
    fn shared_entries_are_not_parsed_again() {
        let old = tree(&[10, 17, 20, 27, 30, 37]);
        let new = tree(&[10, 17, 20, 27, 99, 30, 37]);
        let entry = tree(&[10]).len() as u8;
        let mut code = vec![0x90, 4 * entry, entry];
        code.extend_from_slice(&tree(&[99]));
        code.extend_from_slice(&[0x91, 4 * entry, 2 * entry]);
        let mut made = vec![0; new.len()];
        apply(&code, &old, &mut made, &mut Vec::new()).unwrap();
        assert_eq!(made, new);
        let base = scan(&old, None).0;
        let delta =
            Delta { base: BaseSlot(0), base_bytes: 0, long: &[], ops: DeltaOps::new(&code) };
        let (found, looked) = scan(&new, Some((&base, &delta)));
        assert_eq!((looked, found.marks.len()), (1, 3));
    }

    proptest! {
        #[test]
        fn the_delta_changes_nothing(
            old in prop::collection::vec(0_u16..400, 0..30),
            parts in prop::collection::vec((any::<u8>(), any::<u8>(), any::<bool>()), 0..12),
        ) {
            let old = tree(&old);
            let mut code = Vec::new();
            let mut new = Vec::new();
            for (a, b, copy) in parts {
                let from = usize::from(a) * 4 % (old.len() + 1);
                let len = usize::from(b).min(old.len() - from);
                if copy && len > 0 {
                    code.extend_from_slice(&[0x93, from as u8, (from >> 8) as u8, len as u8]);
                    new.extend_from_slice(&old[from..from + len]);
                } else {
                    let extra = tree(&[u16::from(a)]);
                    code.push(extra.len() as u8);
                    code.extend_from_slice(&extra);
                    new.extend_from_slice(&extra);
                }
            }
            let base = scan(&old, None).0;
            let delta = Delta { base: BaseSlot(0), base_bytes: 0, long: &[], ops: DeltaOps::new(&code) };
            let with = scan(&new, Some((&base, &delta))).0;
            let without = scan(&new, None).0;
            prop_assert_eq!(&with.marks, &without.marks);
            prop_assert_eq!(&with.starts, &without.starts);
            prop_assert_eq!(with.damaged, without.damaged);
        }
    }
}
