//! What one tree has that another has not.
//!
//! Both sides are walked in git's order (folders sort as if their name ended in a slash), equal folders are not
//! entered. A folder that comes again, against the same old ones, brings the same blobs and is not entered again: ten
//! folders inside each other that have the next one ten times are ten thousand million paths.

use std::collections::HashSet;
use std::sync::Arc;

use crate::damage::Damage;
use crate::limits::TreeLimits;
use crate::oid::Oid;
use crate::tree::cache::TreeCache;
use crate::tree::entry::{TreeEntries, TreeEntry};

/// A blob that is new, or new at its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) path: Vec<u8>,
    pub(crate) oid: Oid,
}

/// Compares trees.
pub(crate) struct TreeDiff<'a, 'b> {
    trees: &'a mut TreeCache<'b>,
    limits: TreeLimits,
    /// Blobs that are new, in order of paths.
    pub(crate) changes: Vec<Change>,
    /// Trees that could not be read.
    pub(crate) damage: Vec<(Oid, Damage)>,
    /// Folders and paths beyond the limits.
    pub(crate) cut: u64,
}

impl<'a, 'b> TreeDiff<'a, 'b> {
    pub(crate) fn new(trees: &'a mut TreeCache<'b>, limits: TreeLimits) -> Self {
        Self { trees, limits, changes: Vec::new(), damage: Vec::new(), cut: 0 }
    }

    /// Gathers the blobs of `new` that none of `olds` has at the same path; those of a folder that comes more than once, at
    /// the first of its paths.
    pub(crate) fn compare(&mut self, olds: &[Oid], new: Oid) {
        let mut open = vec![(Vec::new(), olds.to_vec(), new, 0_u32)];
        let mut entered: HashSet<(Vec<Oid>, Oid)> = HashSet::new();
        while let Some((path, olds, new, depth)) = open.pop() {
            if !entered.insert((olds.clone(), new)) {
                continue;
            }
            let Some(new_bytes) = self.tree(&new) else { continue };
            let old_bytes: Vec<Arc<[u8]>> = olds.iter().filter_map(|old| self.tree(old)).collect();
            let format = new.format();
            let mut old_sides: Vec<_> =
                old_bytes.iter().map(|bytes| Side::new(TreeEntries::new(bytes, format))).collect();
            let mut entries = TreeEntries::new(&new_bytes, format);
            let mut folders = Vec::new();
            for entry in entries.by_ref() {
                let found: Vec<_> = old_sides.iter_mut().map(|side| side.find(&entry)).collect();
                if entry.mode.is_submodule() || found.iter().flatten().any(|old| old.id == entry.id)
                {
                    continue;
                }
                let path = joined(&path, entry.name);
                if path.len() > self.limits.path_bytes_max as usize {
                    self.cut += 1;
                }
                if !entry.mode.is_tree() {
                    self.changes.push(Change { path, oid: entry.oid() });
                } else if depth >= self.limits.depth_max {
                    self.cut += 1;
                } else {
                    let olds = found.into_iter().flatten().map(|old| old.oid()).collect();
                    folders.push((path, olds, entry.oid(), depth + 1));
                }
            }
            if entries.is_damaged() {
                self.damage.push((new, Damage::BadTree));
            }
            open.extend(folders.into_iter().rev());
        }
        self.changes.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.oid.cmp(&b.oid)));
    }

    fn tree(&mut self, oid: &Oid) -> Option<Arc<[u8]>> {
        self.trees.read(oid).map_err(|damage| self.damage.push((*oid, damage))).ok()
    }
}

/// One old tree, walked alongside the new one.
struct Side<'a> {
    entries: TreeEntries<'a>,
    ahead: Option<TreeEntry<'a>>,
}

impl<'a> Side<'a> {
    fn new(mut entries: TreeEntries<'a>) -> Self {
        let ahead = entries.next();
        Self { entries, ahead }
    }

    /// The entry of the same name and kind; entries before it are passed over.
    fn find(&mut self, wanted: &TreeEntry<'_>) -> Option<TreeEntry<'a>> {
        while let Some(entry) = self.ahead {
            match order_key(&entry).cmp(order_key(wanted)) {
                std::cmp::Ordering::Less => self.ahead = self.entries.next(),
                std::cmp::Ordering::Equal => return Some(entry),
                std::cmp::Ordering::Greater => return None,
            }
        }
        None
    }
}

/// The bytes that git sorts by.
fn order_key<'a>(entry: &TreeEntry<'a>) -> impl Iterator<Item = u8> + use<'a> {
    let slash = entry.mode.is_tree().then_some(b'/');
    entry.name.iter().copied().chain(slash)
}

fn joined(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}
