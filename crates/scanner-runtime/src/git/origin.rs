//! Commits and paths of the objects that have findings.

use std::collections::{BTreeSet, HashMap};

use scanner_core::{GitReach, SkipReason};
use scanner_git::{
    CommitInfo, Introductions, ObjectKind, Oid, Origin, Origins, PathScope, Reach, Repository,
    attribute, attribute_among, commit_of,
};

use super::detect::Occurrence;
use super::dropped::DroppedHere;
use super::select::Work;
use super::{GitRun, note_damage};
use crate::pipeline::Total;

/// Where one object is at home.
#[derive(Clone, Debug, Default)]
pub(super) struct Home {
    /// The first commit that has it.
    pub(super) first: Option<CommitInfo>,
    /// That commit's place among all commits; the last place of all where there is none.
    pub(super) rank: u32,
    /// The last commit that has it, with its place.
    pub(super) last: Option<(u32, Oid)>,
    /// Its paths, sorted.
    pub(super) paths: Vec<Vec<u8>>,
    /// Who leads to it.
    pub(super) reach: GitReach,
    /// Whether the commit checked out, or an index, has it.
    pub(super) in_worktree: Option<bool>,
    /// The first commit's author, where asked.
    pub(super) author: Option<String>,
}

/// Homes by object.
pub(super) type Homes = HashMap<Oid, Home>;

/// The homes of all objects with occurrences, and of those of which something was dropped. After an interruption nobody waits
/// for them. `commits` are those of the repository, where all are known.
pub(super) fn homes(
    run: &GitRun<'_>,
    repository: &Repository,
    (work, commits): (&Work, Option<Vec<CommitInfo>>),
    (occurrences, dropped): (&[Occurrence], &[DroppedHere]),
    total: &mut Total,
) -> Homes {
    let found = occurrences.iter().map(|found| found.oid);
    let oids: BTreeSet<Oid> = found.chain(dropped.iter().map(|dropped| dropped.oid)).collect();
    let oids: Vec<Oid> = oids.into_iter().collect();
    if oids.is_empty() || run.stop.interrupted() {
        return Homes::new();
    }
    let mut homes = match &work.listed {
        Some(listed) if !run.source.all_paths => of_list(&oids, listed),
        _ => {
            let scope = if run.source.all_paths { PathScope::All } else { PathScope::First };
            let found = match commits {
                Some(commits) => attribute_among(repository, commits, &oids, scope, run.workers()),
                None => attribute(repository, &oids, scope, run.workers()),
            };
            note_origins(&found, total);
            found.origins.into_iter().map(|origin| (origin.oid, of_origin(origin))).collect()
        }
    };
    add_tagged(repository, occurrences, &mut homes);
    if run.source.show_authors {
        add_authors(repository, &mut homes);
    }
    homes
}

fn note_origins(found: &Origins, total: &mut Total) {
    note_damage(&found.damage, total);
    let cut = found.origins.iter().filter(|origin| origin.paths_cut).count() as u64;
    let cut = cut + u64::from(found.edges_cut);
    total.counts.skips.add_many(SkipReason::GitPathsCut, cut);
}

fn of_origin(origin: Origin) -> Home {
    let reach = match origin.reach {
        Reach::Refs => GitReach::Refs,
        // Being staged is more than being remembered.
        _ if !origin.staged.is_empty() => GitReach::Index,
        Reach::Reflog => GitReach::Reflog,
        Reach::Nothing => GitReach::Unreachable,
    };
    let in_worktree = Some(origin.in_head || !origin.staged.is_empty());
    let paths = if origin.paths.is_empty() { origin.staged } else { origin.paths };
    Home {
        rank: origin.first_rank.unwrap_or(u32::MAX),
        last: origin.last_rank.zip(origin.last.map(|commit| commit.oid)),
        first: origin.first,
        paths,
        reach,
        in_worktree,
        author: None,
    }
}

/// What commits and the index bring tells where it comes from.
fn of_list(oids: &[Oid], listed: &Introductions) -> Homes {
    let mut homes = Homes::new();
    let commit = |index: u32| Home {
        first: listed.commits.get(index as usize).cloned(),
        rank: index,
        reach: GitReach::Refs,
        ..Home::default()
    };
    let wanted = |oid: &Oid| oids.binary_search(oid).is_ok();
    for (index, known) in listed.commits.iter().enumerate().filter(|(_, c)| wanted(&c.oid)) {
        homes.insert(known.oid, commit(index as u32));
    }
    for blob in listed.blobs.iter().filter(|blob| wanted(&blob.oid)) {
        let paths = vec![blob.path.clone()];
        let home = match blob.commit {
            Some(index) => Home { paths, ..commit(index) },
            None => Home {
                paths,
                rank: u32::MAX,
                reach: GitReach::Index,
                in_worktree: Some(true),
                ..Home::default()
            },
        };
        homes.insert(blob.oid, home);
    }
    homes
}

/// No commit has a tag; it is told with the commit that it names.
fn add_tagged(repository: &Repository, occurrences: &[Occurrence], homes: &mut Homes) {
    for tag in occurrences.iter().filter(|found| found.kind == ObjectKind::Tag) {
        if let Some(home) = homes.get_mut(&tag.oid).filter(|home| home.first.is_none()) {
            home.first = commit_of(repository, &tag.oid);
        }
    }
}

fn add_authors(repository: &Repository, homes: &mut Homes) {
    let mut reader = repository.store().reader();
    let mut known: HashMap<Oid, Option<String>> = HashMap::new();
    #[expect(clippy::iter_over_hash_type, reason = "each home is filled in on its own")]
    for (oid, home) in homes {
        // A tag has an author of its own; everything else has its commit's.
        let Some(commit) = &home.first else { continue };
        let asked = if home.rank == u32::MAX { *oid } else { commit.oid };
        let author = known.entry(asked).or_insert_with(|| {
            let object = reader.read(&asked).ok()?;
            let author = author_of(object.bytes());
            let has_author = matches!(object.kind, ObjectKind::Commit | ObjectKind::Tag);
            reader.recycle(object);
            author.filter(|_| has_author)
        });
        home.author.clone_from(author);
    }
}

/// `Name <mail>` of a commit or tag.
fn author_of(object: &[u8]) -> Option<String> {
    let mut head = object.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    let person = head
        .find_map(|line| line.strip_prefix(b"author ").or_else(|| line.strip_prefix(b"tagger ")))?;
    let end = person.iter().rposition(|byte| *byte == b'>')?;
    Some(String::from_utf8_lossy(&person[..=end]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_stand_in_the_head_of_a_commit() {
        let commit =
            b"tree x\nparent y\nauthor A. B <a@b> 12 +0000\ncommitter C <c> 1 +0\n\nauthor X <x>";
        assert_eq!(author_of(commit).as_deref(), Some("A. B <a@b>"));
        assert_eq!(author_of(b"tree x\n\nauthor X <x>"), None);
        assert_eq!(author_of(b"author nobody"), None);
    }
}
