//! One pass over all trees and commits: edges between trees, places of the wanted blobs, heads of commits.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::attribution::scan_tree::{Found, Scanned};
use crate::damage::{Damage, DamageReport};
use crate::graph::CommitInfo;
use crate::mapped::be_u64;
use crate::odb_blob::{OdbRequest, scan_objects};
use crate::oid::{KindSet, ObjectKind, Oid};
use crate::sink::{BaseSlot, Blob, BlobSink, NothingSeen};
use crate::store::ObjectStore;
use crate::tree::TreeEntry;

/// Numbers of recently looked up ids that a worker remembers: versions of a folder share most entries.
const RECENT: usize = 4096;

/// First bits of ids that are told apart, at most: 16 MiB of places.
const FIRST_BITS_MAX: u32 = 22;

/// A tree inside another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// Ordinal of the inner one.
    pub(super) child: u32,
    /// Its name there.
    pub(super) name: u32,
}

/// A wanted blob inside a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Ordinal of the tree.
    pub(super) tree: u32,
    /// Its name there.
    pub(super) name: u32,
}

/// What is kept of all trees.
pub(super) struct Forest {
    ordinals: Ordinals,
    /// By ordinal: where the edges of a tree begin; one more at the end.
    starts: Vec<u32>,
    edges: Vec<Edge>,
    names: Vec<Box<[u8]>>,
    hits: HashMap<Oid, Vec<Place>>,
    pub(super) commits: Vec<CommitInfo>,
    pub(super) damage: DamageReport,
    pub(super) edges_cut: bool,
}

impl Forest {
    /// How many ordinals there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The trees inside of a tree.
    pub(super) fn edges(&self, tree: u32) -> &[Edge] {
        let (from, to) = (self.starts[tree as usize], self.starts[tree as usize + 1]);
        &self.edges[from as usize..to as usize]
    }

    pub(super) fn ordinal(&self, oid: &Oid) -> Option<u32> {
        self.ordinals.of(oid)
    }

    pub(super) fn name(&self, name: u32) -> &[u8] {
        &self.names[name as usize]
    }

    /// The places of each object.
    pub(super) fn places(&mut self, oids: &[Oid]) -> Vec<Vec<Place>> {
        oids.iter()
            .map(|oid| {
                let mut places = self.hits.get(oid).cloned().unwrap_or_default();
                places.sort_unstable();
                places
            })
            .collect()
    }
}

/// Numbers for all objects: packs one after the other in the order of their indexes, then loose ones.
struct Ordinals {
    format_bytes: usize,
    lists: Vec<IdList>,
    /// The number of the first id of each list.
    bases: Vec<u32>,
    total: u32,
}

impl Ordinals {
    fn new(store: &ObjectStore) -> Option<Self> {
        let format_bytes = store.format().bytes();
        let mut lists: Vec<IdList> = store
            .packs()
            .iter()
            .chain(store.look_again().into_iter().flat_map(ObjectStore::packs))
            .map(|pack| {
                let mut ids = Vec::with_capacity(pack.idx().count() as usize * format_bytes);
                for position in 0..pack.idx().count() {
                    ids.extend_from_slice(pack.idx().id_bytes(position));
                }
                IdList::new(ids, format_bytes)
            })
            .collect();
        let loose = store.loose().list().0;
        let loose = loose.iter().flat_map(|oid| oid.as_bytes().to_vec()).collect();
        lists.push(IdList::new(loose, format_bytes));
        let mut bases = Vec::new();
        let mut total = 0_u32;
        for list in &lists {
            bases.push(total);
            total = total.checked_add(u32::try_from(list.len()).ok()?)?;
        }
        Some(Self { format_bytes, lists, bases, total })
    }

    fn of(&self, oid: &Oid) -> Option<u32> {
        let wanted = oid.as_bytes();
        if wanted.len() != self.format_bytes {
            return None;
        }
        self.lists.iter().zip(&self.bases).find_map(|(list, base)| {
            let found = list.find(wanted, oid.prefix64());
            found.map(|position| base + position)
        })
    }
}

/// Sorted ids, one after the other, and where those with the same first bits begin: two to four each, so that a look-up
/// waits for memory twice and not a dozen times.
struct IdList {
    ids: Vec<u8>,
    width: usize,
    /// By first bits: the position of the first id that has them, or more; one more at the end.
    starts: Vec<u32>,
    /// How many bits are no first bits.
    shift: u32,
}

impl IdList {
    /// `ids` of `width` bytes each, sorted; fewer than 2^32.
    fn new(ids: Vec<u8>, width: usize) -> Self {
        let count = ids.len() / width;
        let bits = ((count / 2).max(1).ilog2() + 1).min(FIRST_BITS_MAX);
        let mut list = Self { ids, width, starts: Vec::new(), shift: u64::BITS - bits };
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for position in 0..count {
            let first = (list.prefix(position) >> list.shift) as usize;
            if starts.len() <= first {
                starts.resize(first + 1, position as u32);
            }
        }
        starts.resize((1 << bits) + 1, count as u32);
        list.starts = starts;
        list
    }

    fn len(&self) -> usize {
        self.ids.len() / self.width
    }

    fn id(&self, position: usize) -> &[u8] {
        &self.ids[position * self.width..(position + 1) * self.width]
    }

    fn prefix(&self, position: usize) -> u64 {
        be_u64(self.id(position), 0).expect("ids are longer than eight bytes")
    }

    /// Position of an id that begins with `prefix`.
    fn find(&self, wanted: &[u8], prefix: u64) -> Option<u32> {
        let first = (prefix >> self.shift) as usize;
        let (mut low, mut high) = (self.starts[first] as usize, self.starts[first + 1] as usize);
        while low < high {
            let middle = low + (high - low) / 2;
            // Nearly all comparisons end with the first eight bytes.
            match self.prefix(middle).cmp(&prefix).then_with(|| self.id(middle).cmp(wanted)) {
                Ordering::Equal => return Some(middle as u32),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        None
    }
}

/// The wanted ids, with a filter before them.
struct Wanted {
    sorted: Vec<Oid>,
    filter: Vec<u64>,
}

impl Wanted {
    fn new(oids: &[Oid]) -> Self {
        let mut sorted = oids.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let mut filter = vec![0; 1 << 10];
        for oid in &sorted {
            let bits = oid.prefix64() >> 48;
            filter[(bits >> 6) as usize] |= 1 << (bits & 63);
        }
        Self { sorted, filter }
    }

    #[inline]
    fn may_have(&self, id: &[u8]) -> bool {
        let bits = u64::from(id[0]) << 8 | u64::from(id[1]);
        self.filter[(bits >> 6) as usize] & 1 << (bits & 63) != 0
    }

    fn number(&self, oid: &Oid) -> Option<u32> {
        self.sorted.binary_search(oid).ok().map(|number| number as u32)
    }
}

struct Shared<'a> {
    ordinals: &'a Ordinals,
    wanted: Wanted,
    edges: AtomicU64,
    edges_max: u64,
}

/// What one worker gathers.
struct Gather<'a> {
    shared: &'a Shared<'a>,
    recent: Vec<Option<(Oid, u32)>>,
    commits: Vec<CommitInfo>,
    /// Ordinal of each tree and how many edges it has.
    trees: Vec<(u32, u32)>,
    edges: Vec<Edge>,
    hits: Vec<(Oid, Place)>,
    names: HashMap<Box<[u8]>, u32>,
    damage: DamageReport,
    /// What was found in the bases on the way down.
    slots: Vec<Option<Scanned>>,
    unused: Vec<Scanned>,
}

impl<'a> Gather<'a> {
    fn new(shared: &'a Shared<'a>) -> Self {
        Self {
            shared,
            recent: vec![None; RECENT],
            commits: Vec::new(),
            trees: Vec::new(),
            edges: Vec::new(),
            hits: Vec::new(),
            names: HashMap::new(),
            damage: DamageReport::default(),
            slots: Vec::new(),
            unused: Vec::new(),
        }
    }

    fn tree(&mut self, blob: &Blob<'_>) {
        let mut scanned = self.unused.pop().unwrap_or_default();
        let taken = blob.delta.as_ref().and_then(|delta| {
            let slot = self.slots.get_mut(delta.base.0 as usize)?;
            Some((slot.take()?, delta))
        });
        let base = taken.as_ref().map(|(base, delta)| (base, *delta));
        scanned.fill(blob.bytes, blob.oid.format(), base, &mut |entry| self.look(entry));
        if let Some((base, delta)) = taken {
            self.slots[delta.base.0 as usize] = Some(base);
        }
        self.note(blob.oid, &scanned);
        match blob.keep {
            Some(slot) => {
                if self.slots.len() <= slot.0 as usize {
                    self.slots.resize_with(slot.0 as usize + 1, || None);
                }
                self.slots[slot.0 as usize] = Some(scanned);
            }
            None => self.unused.push(scanned),
        }
    }

    /// What an entry is to us.
    fn look(&mut self, entry: &TreeEntry<'_>) -> Option<Found> {
        if entry.mode.is_tree() {
            let child = self.ordinal(&entry.oid())?;
            return Some(Found::Edge { child, name: self.name(entry.name) });
        }
        if !self.shared.wanted.may_have(entry.id) {
            return None;
        }
        let wanted = self.shared.wanted.number(&entry.oid())?;
        Some(Found::Hit { wanted, name: self.name(entry.name) })
    }

    fn note(&mut self, oid: Oid, scanned: &Scanned) {
        if scanned.damaged {
            self.damage.add(oid, Damage::BadTree);
        }
        if scanned.marks.is_empty() {
            return;
        }
        let Some(tree) = self.shared.ordinals.of(&oid) else { return };
        let before = self.edges.len();
        for mark in &scanned.marks {
            match mark.found {
                Found::Edge { child, name } => self.edges.push(Edge { child, name }),
                Found::Hit { wanted, name } => {
                    self.hits
                        .push((self.shared.wanted.sorted[wanted as usize], Place { tree, name }));
                }
            }
        }
        let count = self.edges.len() - before;
        let all = self.shared.edges.fetch_add(count as u64, Relaxed);
        if all + count as u64 > self.shared.edges_max {
            self.edges.truncate(before);
        } else if count > 0 {
            self.trees.push((tree, count as u32));
        }
    }

    fn ordinal(&mut self, oid: &Oid) -> Option<u32> {
        let slot = oid.prefix64() as usize % RECENT;
        if let Some((known, ordinal)) = self.recent[slot]
            && known == *oid
        {
            return Some(ordinal);
        }
        let ordinal = self.shared.ordinals.of(oid)?;
        self.recent[slot] = Some((*oid, ordinal));
        Some(ordinal)
    }

    fn name(&mut self, name: &[u8]) -> u32 {
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        let next = self.names.len() as u32;
        self.names.insert(name.into(), next);
        next
    }
}

impl BlobSink for Gather<'_> {
    type Carry = ();

    fn blob(&mut self, blob: &Blob<'_>) -> ControlFlow<()> {
        match blob.kind {
            ObjectKind::Tree => self.tree(blob),
            ObjectKind::Commit => match CommitInfo::parse(blob.oid, blob.bytes) {
                Some(commit) => self.commits.push(commit),
                None => self.damage.add(blob.oid, Damage::BadCommit),
            },
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn leave(&mut self, slot: BaseSlot) {
        let left = self.slots.get_mut(slot.0 as usize).and_then(Option::take);
        self.unused.extend(left);
    }
}

/// Decodes all trees, and all commits unless they are known.
pub(super) fn collect(
    store: &ObjectStore,
    oids: &[Oid],
    commits: Option<Vec<CommitInfo>>,
    workers: usize,
) -> Forest {
    let Some(ordinals) = Ordinals::new(store) else { return Forest::too_large() };
    let shared = Shared {
        ordinals: &ordinals,
        wanted: Wanted::new(oids),
        edges: AtomicU64::new(0),
        edges_max: store.limits().tree.edges_max.min(u64::from(u32::MAX)),
    };
    let kinds: &[_] = match commits {
        Some(_) => &[ObjectKind::Tree],
        None => &[ObjectKind::Tree, ObjectKind::Commit],
    };
    let kinds = KindSet::of(kinds);
    let request = OdbRequest { kinds, seen: &NothingSeen };
    let gathers = (0..workers).map(|_| Gather::new(&shared)).collect();
    let (gathers, report) = scan_objects(store, &request, gathers);
    let edges_cut = shared.edges.load(Relaxed) > shared.edges_max;
    let mut parts = Vec::new();
    for gather in gathers {
        let Gather { commits, trees, edges, hits, names, damage, .. } = gather;
        parts.push(Part { commits, trees, edges, hits, names, damage });
    }
    let mut forest = merge(ordinals, parts);
    forest.commits.extend(commits.into_iter().flatten());
    forest.damage.merge(report.damage);
    forest.edges_cut = edges_cut;
    forest
}

/// What a worker gathered, without what it shares.
struct Part {
    commits: Vec<CommitInfo>,
    trees: Vec<(u32, u32)>,
    edges: Vec<Edge>,
    hits: Vec<(Oid, Place)>,
    names: HashMap<Box<[u8]>, u32>,
    damage: DamageReport,
}

fn merge(ordinals: Ordinals, parts: Vec<Part>) -> Forest {
    let mut starts = vec![0_u32; ordinals.total as usize + 1];
    for (tree, count) in parts.iter().flat_map(|part| &part.trees) {
        starts[*tree as usize + 1] = *count;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let total = starts.last().copied().unwrap_or(0) as usize;
    let mut forest = Forest {
        ordinals,
        starts,
        edges: vec![Edge { child: 0, name: 0 }; total],
        names: Vec::new(),
        hits: HashMap::new(),
        commits: Vec::new(),
        damage: DamageReport::default(),
        edges_cut: false,
    };
    for part in parts {
        let base = forest.names.len() as u32;
        let mut names: Vec<_> = part.names.into_iter().collect();
        names.sort_unstable_by_key(|(_, number)| *number);
        forest.names.extend(names.into_iter().map(|(name, _)| name));
        let mut from = 0;
        for (tree, count) in part.trees {
            let start = forest.starts[tree as usize] as usize;
            for index in 0..count as usize {
                let Edge { child, name } = part.edges[from + index];
                forest.edges[start + index] = Edge { child, name: name + base };
            }
            from += count as usize;
        }
        for (oid, Place { tree, name }) in part.hits {
            forest.hits.entry(oid).or_default().push(Place { tree, name: name + base });
        }
        forest.commits.extend(part.commits);
        forest.damage.merge(part.damage);
    }
    forest
}

impl Forest {
    /// Of a store with more objects than there are ordinals.
    fn too_large() -> Self {
        let ordinals =
            Ordinals { format_bytes: 20, lists: Vec::new(), bases: Vec::new(), total: 0 };
        let mut forest = merge(ordinals, Vec::new());
        forest.edges_cut = true;
        forest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids of eight random bytes and four more.
    fn ids(count: usize, spread: u64) -> Vec<u8> {
        let mut state = 7_u64;
        let mut ids: Vec<[u8; 12]> = (0..count)
            .map(|number| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040);
                let mut id = [0; 12];
                id[..8].copy_from_slice(&((state ^ state >> 29) / spread).to_be_bytes());
                id[8..].copy_from_slice(&(number as u32).to_be_bytes());
                id
            })
            .collect();
        ids.sort_unstable();
        ids.concat()
    }

    #[test]
    fn ids_are_found_however_they_are_spread() {
        for count in [0, 1, 2, 3, 100, 5000] {
            for spread in [1, 1 << 20, 1 << 60, u64::MAX] {
                let list = IdList::new(ids(count, spread), 12);
                for position in 0..count {
                    let id = list.id(position);
                    let prefix = be_u64(id, 0).unwrap();
                    assert_eq!(list.find(id, prefix), Some(position as u32), "{count} {spread}");
                    let other = [&id[..8], &[0xff; 4]].concat();
                    assert_eq!(list.find(&other, prefix), None);
                }
                for prefix in [0, 1, u64::MAX / 2, u64::MAX] {
                    let id = [&prefix.to_be_bytes()[..], &[0xff; 4]].concat();
                    assert_eq!(list.find(&id, prefix), None);
                }
            }
        }
    }
}
