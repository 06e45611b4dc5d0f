//! The order of commits.
//!
//! Parents come before their children; among commits that could come next the one with the earliest committer date
//! comes first, then the one with the smallest id. Commits that references reach come before those that only a reflog
//! remembers, and these before dangling ones: a commit that was amended away is nobody's first if a living one has the
//! same content. The order depends on nothing else, least of all on the number of workers.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::graph::commit::{CommitInfo, tag_target};
use crate::oid::{ObjectKind, Oid};
use crate::store::Reader;

/// Tags of tags that are followed.
const TAG_DEPTH_MAX: u32 = 32;

/// Who leads to a commit or blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// A reference, `HEAD` included.
    Refs,
    /// Only a reflog.
    Reflog,
    /// Nothing: it is dangling.
    Nothing,
}

/// All commits, by rank.
#[derive(Debug, Default)]
pub(crate) struct CommitGraph {
    /// In the order described above.
    pub(crate) commits: Vec<CommitInfo>,
    /// Of the commit at the same place.
    pub(crate) reach: Vec<Reach>,
    /// Ranks by id.
    by_oid: Vec<(Oid, u32)>,
}

impl CommitGraph {
    /// Orders commits; `refs` and `logged` are ids of commits.
    pub(crate) fn new(mut commits: Vec<CommitInfo>, refs: &[Oid], logged: &[Oid]) -> Self {
        // Nearly all comparisons end with the first eight bytes; the same commit twice is the same in everything.
        commits.sort_unstable_by(|a, b| {
            a.oid.prefix64().cmp(&b.oid.prefix64()).then_with(|| a.oid.cmp(&b.oid))
        });
        commits.dedup_by_key(|commit| commit.oid);
        let links = Links::new(&commits);
        let mut reach = vec![Reach::Nothing; commits.len()];
        links.spread(&commits, refs, Reach::Refs, &mut reach);
        links.spread(&commits, logged, Reach::Reflog, &mut reach);
        let order = links.order(&commits, &reach);
        let mut by_oid: Vec<_> = commits.iter().map(|commit| (commit.oid, 0)).collect();
        for (rank, index) in order.iter().enumerate() {
            by_oid[*index as usize].1 = rank as u32;
        }
        let mut taken: Vec<Option<CommitInfo>> = commits.into_iter().map(Some).collect();
        Self {
            reach: order.iter().map(|index| reach[*index as usize]).collect(),
            commits: order.iter().filter_map(|index| taken[*index as usize].take()).collect(),
            by_oid,
        }
    }

    /// The rank of a commit.
    pub(crate) fn rank(&self, oid: &Oid) -> Option<u32> {
        let at = self.by_oid.binary_search_by_key(oid, |(known, _)| *known).ok()?;
        Some(self.by_oid[at].1)
    }
}

/// Parents as indexes into the sorted commits.
struct Links {
    parents: Vec<Vec<u32>>,
}

fn index_of(commits: &[CommitInfo], oid: &Oid) -> Option<u32> {
    commits.binary_search_by_key(oid, |commit| commit.oid).ok().map(|index| index as u32)
}

impl Links {
    fn new(commits: &[CommitInfo]) -> Self {
        let parents = commits
            .iter()
            .map(|commit| {
                let mut parents: Vec<_> =
                    commit.parents.iter().filter_map(|oid| index_of(commits, oid)).collect();
                parents.sort_unstable();
                parents.dedup();
                parents
            })
            .collect();
        Self { parents }
    }

    fn spread(&self, commits: &[CommitInfo], starts: &[Oid], by: Reach, reach: &mut [Reach]) {
        let mut open: Vec<u32> = starts.iter().filter_map(|oid| index_of(commits, oid)).collect();
        while let Some(index) = open.pop() {
            let known = &mut reach[index as usize];
            if *known > by {
                *known = by;
                open.extend_from_slice(&self.parents[index as usize]);
            }
        }
    }

    fn order(&self, commits: &[CommitInfo], reach: &[Reach]) -> Vec<u32> {
        let count = commits.len();
        let mut waiting: Vec<u32> = self.parents.iter().map(|p| p.len() as u32).collect();
        let mut children: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (child, parents) in self.parents.iter().enumerate() {
            for parent in parents {
                children[*parent as usize].push(child as u32);
            }
        }
        // Sorted by id, so that the index breaks ties as the id would.
        let key = |index: u32| {
            Reverse((reach[index as usize], commits[index as usize].committer_time, index))
        };
        let mut ready: BinaryHeap<_> =
            (0..count as u32).filter(|index| waiting[*index as usize] == 0).map(key).collect();
        let mut order = Vec::with_capacity(count);
        while let Some(Reverse((_, _, index))) = ready.pop() {
            order.push(index);
            for child in &children[index as usize] {
                waiting[*child as usize] -= 1;
                if waiting[*child as usize] == 0 {
                    ready.push(key(*child));
                }
            }
        }
        // Only a broken store has commits that are their own ancestors.
        let mut rest: Vec<_> =
            (0..count as u32).filter(|index| waiting[*index as usize] > 0).collect();
        rest.sort_by_key(|index| Reverse(key(*index)));
        order.extend(rest);
        order
    }
}

/// Follows tags to what they mark.
pub(crate) fn peel(reader: &mut Reader<'_>, mut oid: Oid) -> Option<(Oid, ObjectKind)> {
    for _ in 0..TAG_DEPTH_MAX {
        let kind = reader.kind(&oid)?;
        if kind != ObjectKind::Tag {
            return Some((oid, kind));
        }
        let tag = reader.read(&oid).ok()?;
        oid = tag_target(tag.bytes())?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::ObjectFormat;

    fn oid(n: u32) -> Oid {
        ObjectFormat::Sha1.hash_object(ObjectKind::Commit, &n.to_le_bytes())
    }

    fn commit(n: u32, parents: &[u32], time: i64) -> CommitInfo {
        let parents = parents.iter().map(|parent| oid(*parent)).collect();
        CommitInfo { oid: oid(n), tree: oid(0), parents, author_time: 0, committer_time: time }
    }

    #[test]
    fn parents_first_then_dates() {
        // 4 has an earlier date than its parent; 5 dangles; 6 is remembered by a log.
        let commits = vec![
            commit(6, &[1], 0),
            commit(5, &[1], 0),
            commit(4, &[3], 5),
            commit(3, &[1], 30),
            commit(2, &[1], 20),
            commit(1, &[], 10),
        ];
        let graph = CommitGraph::new(commits, &[oid(4), oid(2)], &[oid(6), oid(3)]);
        let order: Vec<_> = graph.commits.iter().map(|commit| commit.oid).collect();
        assert_eq!(order, [1, 2, 3, 4, 6, 5].map(oid));
        assert_eq!(graph.reach[3..], [Reach::Refs, Reach::Reflog, Reach::Nothing]);
        assert_eq!(graph.rank(&oid(3)), Some(2));
        assert_eq!(graph.rank(&oid(9)), None);
    }

    #[test]
    fn circles_end() {
        let commits = vec![commit(1, &[2], 0), commit(2, &[1], 0), commit(3, &[3], 0)];
        assert_eq!(CommitGraph::new(commits, &[oid(1)], &[]).commits.len(), 3);
    }
}
