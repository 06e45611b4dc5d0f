//! Files with more than one name: each is visited once, under the name that sorts first.
//!
//! Which name a walk meets first depends on its threads, so such files wait until the walk is over; then the
//! smallest name of each is known whatever the number of workers. Files with one name never come here.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::fs::Stat;

use crate::limits::Limits;

const SHARDS: usize = 16;
const _: () = assert!(SHARDS.is_power_of_two());

/// What makes a file or folder the same whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Inode {
    pub(crate) device: u64,
    number: u64,
}

impl Inode {
    pub(crate) fn of(stat: &Stat) -> Self {
        Self { device: widen(stat.st_dev), number: widen(stat.st_ino) }
    }
}

/// The types of these fields differ between systems.
pub(crate) fn widen(number: impl TryInto<u64>) -> u64 {
    number.try_into().unwrap_or(u64::MAX)
}

/// A file that waits for the end of the walk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LinkedFile {
    /// The path as shown to people.
    pub(crate) shown: Box<[u8]>,
    /// Where in it the path below the root begins.
    pub(crate) rel_start: usize,
    /// Which root.
    pub(crate) root: usize,
}

/// What to do with a name of a linked file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// It waits; nothing to do now.
    Waits,
    /// It waits in the place of another name, which is a duplicate.
    Replaces(LinkedFile),
    /// Another name is or will be visited.
    Duplicate,
    /// No room to wait: it is visited now.
    VisitNow,
}

/// The linked files met so far.
#[derive(Debug)]
pub(crate) struct LinkedFiles {
    /// `None` for a file that was visited without waiting.
    shards: [Mutex<HashMap<Inode, Option<LinkedFile>>>; SHARDS],
    files: AtomicUsize,
    path_bytes: AtomicUsize,
    limits: Limits,
}

impl LinkedFiles {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            files: AtomicUsize::new(0),
            path_bytes: AtomicUsize::new(0),
            limits,
        }
    }

    /// Takes note of a name of the file `inode`.
    pub(crate) fn offer(&self, inode: Inode, file: LinkedFile) -> Offer {
        let shard = &self.shards[inode.number as usize % SHARDS];
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        match shard.entry(inode) {
            Entry::Occupied(mut known) => match known.get_mut() {
                Some(waiting) if file < *waiting => {
                    Offer::Replaces(std::mem::replace(waiting, file))
                }
                _ => Offer::Duplicate,
            },
            Entry::Vacant(vacant) => {
                if self.files.fetch_add(1, Ordering::Relaxed) >= self.limits.linked_files_max {
                    return Offer::VisitNow;
                }
                let bytes = file.shown.len();
                let bytes_before = self.path_bytes.fetch_add(bytes, Ordering::Relaxed);
                if bytes_before + bytes > self.limits.linked_path_bytes_max {
                    vacant.insert(None);
                    return Offer::VisitNow;
                }
                vacant.insert(Some(file));
                Offer::Waits
            }
        }
    }

    /// Takes those who wait, sorted.
    pub(crate) fn take(&self) -> Vec<LinkedFile> {
        let mut waiting = Vec::new();
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.extend(shard.drain().filter_map(|(_, file)| file));
        }
        waiting.sort_unstable();
        waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(shown: &str) -> LinkedFile {
        LinkedFile { shown: shown.as_bytes().into(), rel_start: 0, root: 0 }
    }

    fn inode(number: u64) -> Inode {
        Inode { device: 1, number }
    }

    #[test]
    fn the_smallest_name_wins_in_any_order() {
        for names in [["a", "b", "c"], ["c", "b", "a"], ["b", "c", "a"], ["b", "a", "c"]] {
            let linked = LinkedFiles::new(Limits::DEFAULT);
            let offers = names.map(|name| linked.offer(inode(7), file(name)));
            assert_eq!(offers[0], Offer::Waits);
            assert!(!offers[1..].contains(&Offer::Waits));
            assert_eq!(linked.take(), [file("a")]);
            assert_eq!(linked.take(), []);
        }
    }

    #[test]
    fn without_room_for_paths_the_first_name_is_visited_and_the_others_are_duplicates() {
        let limits = Limits { linked_path_bytes_max: 1, ..Limits::DEFAULT };
        let linked = LinkedFiles::new(limits);
        assert_eq!(linked.offer(inode(1), file("b")), Offer::Waits);
        assert_eq!(linked.offer(inode(2), file("b")), Offer::VisitNow);
        assert_eq!(linked.offer(inode(2), file("a")), Offer::Duplicate);
        assert_eq!(linked.take(), [file("b")]);
    }

    #[test]
    fn without_room_for_files_each_name_is_visited() {
        let limits = Limits { linked_files_max: 1, ..Limits::DEFAULT };
        let linked = LinkedFiles::new(limits);
        assert_eq!(linked.offer(inode(1), file("a")), Offer::Waits);
        assert_eq!(linked.offer(inode(2), file("b")), Offer::VisitNow);
        assert_eq!(linked.offer(inode(2), file("c")), Offer::VisitNow);
        assert_eq!(linked.offer(inode(1), file("d")), Offer::Duplicate);
    }
}
