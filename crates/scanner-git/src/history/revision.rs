//! Names of commits, and paths in trees.
//!
//! Understood are ids and unique beginnings of ids, references with the prefixes that git tries, `@`, and any number
//! of `~n`, `^n` and `^{…}` behind them. Dates and searches (`@{yesterday}`, `:/text`) are not.

use std::collections::HashMap;

use thiserror::Error;

use crate::graph::{CommitInfo, peel};
use crate::history::Selection;
use crate::history::walk::read_commit;
use crate::oid::{ObjectKind, Oid};
use crate::open::Repository;
use crate::store::Reader;
use crate::tree::TreeEntries;

/// Shortest beginning of an id.
const HEX_MIN: usize = 4;

/// Why a name leads to no commit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RevisionError {
    /// Nothing has this name.
    #[error("{name} names nothing in this repository")]
    Unknown {
        /// The name.
        name: String,
    },
    /// Several objects begin like this.
    #[error("{name} is the beginning of several ids")]
    Ambiguous {
        /// The name.
        name: String,
    },
    /// Two ranges, or none.
    #[error("{range} is no range of commits: A..B, A...B or one name")]
    Range {
        /// The range.
        range: String,
    },
}

/// The commit of a name.
///
/// # Errors
/// [`RevisionError`]
pub fn resolve(repository: &Repository, name: &str) -> Result<Oid, RevisionError> {
    let unknown = || RevisionError::Unknown { name: name.into() };
    let end = name.find(['~', '^']).unwrap_or(name.len());
    let (base, mut steps) = name.split_at(end);
    let mut reader = repository.store().reader();
    let base = base_of(repository, base)?;
    let mut oid = commit_of(&mut reader, base).ok_or_else(unknown)?;
    while let Some(step) = steps.chars().next() {
        steps = &steps[1..];
        if let Some(rest) = steps.strip_prefix('{').filter(|_| step == '^') {
            // All that we look for are commits.
            let (_, after) = rest.split_once('}').ok_or_else(unknown)?;
            steps = after;
            if !is_step(steps) {
                return Err(unknown());
            }
            continue;
        }
        let digits = steps.find(|c: char| !c.is_ascii_digit()).unwrap_or(steps.len());
        let count: u32 =
            if digits == 0 { 1 } else { steps[..digits].parse().map_err(|_| unknown())? };
        steps = &steps[digits..];
        if !is_step(steps) {
            return Err(unknown());
        }
        oid = match step {
            '^' if count == 0 => oid,
            '^' => parent(&mut reader, &oid, count as usize - 1).ok_or_else(unknown)?,
            _ => {
                let mut at = oid;
                for _ in 0..count {
                    at = parent(&mut reader, &at, 0).ok_or_else(unknown)?;
                }
                at
            }
        };
    }
    Ok(oid)
}

/// Whether what is left of a name is a further step, or nothing.
fn is_step(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['~', '^'])
}

/// The commits of `A..B` (those of B that A does not have), `A...B` (of either, not of both), or `B` alone. What is left out is `HEAD`.
///
/// # Errors
/// [`RevisionError`]
pub fn parse_range(repository: &Repository, range: &str) -> Result<Selection, RevisionError> {
    let bad = || RevisionError::Range { range: range.into() };
    let name = |name: &str| resolve(repository, if name.is_empty() { "HEAD" } else { name });
    if range.is_empty() {
        return Err(bad());
    }
    if let Some((left, right)) = range.split_once("...") {
        let (left, right) = (name(left)?, name(right)?);
        let common = common_ancestors(repository, left, right);
        return Ok(Selection { include: vec![left, right], exclude: common, since: None });
    }
    match range.split_once("..") {
        Some((_, right)) if right.contains("..") => Err(bad()),
        Some((left, right)) => {
            Ok(Selection { include: vec![name(right)?], exclude: vec![name(left)?], since: None })
        }
        None => Ok(Selection { include: vec![name(range)?], exclude: Vec::new(), since: None }),
    }
}

/// The nearest commits that both have: parents of what one side has alone, and that it does not have alone.
fn common_ancestors(repository: &Repository, left: Oid, right: Oid) -> Vec<Oid> {
    let side = |include, exclude| {
        let selection = Selection { include: vec![include], exclude: vec![exclude], since: None };
        super::select(repository, &selection).0
    };
    let (ours, theirs): (Vec<CommitInfo>, Vec<CommitInfo>) = (side(left, right), side(right, left));
    let mut alone: Vec<_> = ours.iter().chain(&theirs).map(|commit| commit.oid).collect();
    alone.sort_unstable();
    let parents = ours.iter().chain(&theirs).flat_map(|commit| commit.parents.iter().copied());
    let mut common: Vec<_> =
        parents.chain([left, right]).filter(|oid| alone.binary_search(oid).is_err()).collect();
    common.sort_unstable();
    common.dedup();
    common
}

fn base_of(repository: &Repository, name: &str) -> Result<Oid, RevisionError> {
    let name = if name == "@" { "HEAD" } else { name };
    if let Some(oid) = Oid::from_hex(name.as_bytes()).filter(|oid| repository.store().contains(oid))
    {
        return Ok(oid);
    }
    for prefix in ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"] {
        if let Some(oid) = repository.find_ref(format!("{prefix}{name}").as_bytes()) {
            return Ok(oid);
        }
    }
    if let Some(oid) = repository.find_ref(format!("refs/remotes/{name}/HEAD").as_bytes()) {
        return Ok(oid);
    }
    let unknown = || RevisionError::Unknown { name: name.into() };
    let is_hex = name.len() >= HEX_MIN && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex {
        return Err(unknown());
    }
    let mut found = commits_beginning(repository, &name.to_ascii_lowercase());
    found.sort_unstable();
    found.dedup();
    match found[..] {
        [] => Err(unknown()),
        [oid] => Ok(oid),
        _ => Err(RevisionError::Ambiguous { name: name.into() }),
    }
}

fn commits_beginning(repository: &Repository, hex: &str) -> Vec<Oid> {
    let store = repository.store();
    let Ok(first) = u8::from_str_radix(&hex[..2], 16) else { return Vec::new() };
    let mut found = Vec::new();
    for pack in store.packs() {
        let positions = pack.idx().positions_of(first).map(|position| pack.idx().oid(position));
        found.extend(positions.filter(|oid| oid.to_string().starts_with(hex)));
    }
    found.extend(store.loose().list().0.into_iter().filter(|oid| oid.to_string().starts_with(hex)));
    let mut reader = store.reader();
    found.retain(|oid| commit_of(&mut reader, *oid).is_some());
    found
}

fn commit_of(reader: &mut Reader<'_>, oid: Oid) -> Option<Oid> {
    peel(reader, oid).filter(|(_, kind)| *kind == ObjectKind::Commit).map(|(oid, _)| oid)
}

fn parent(reader: &mut Reader<'_>, oid: &Oid, index: usize) -> Option<Oid> {
    read_commit(reader, oid).ok()?.parents.get(index).copied()
}

/// Finds blobs by path in one tree; folders are read once.
pub(super) struct PathLookup<'a, 'b> {
    reader: &'a mut Reader<'b>,
    root: Option<Oid>,
    folders: HashMap<Oid, Vec<u8>>,
}

impl<'a, 'b> PathLookup<'a, 'b> {
    pub(super) fn new(reader: &'a mut Reader<'b>, root: Option<Oid>) -> Self {
        Self { reader, root, folders: HashMap::new() }
    }

    pub(super) fn find(&mut self, path: &[u8]) -> Option<Oid> {
        let mut at = self.root?;
        let mut parts = path.split(|byte| *byte == b'/').peekable();
        while let Some(part) = parts.next() {
            let bytes = self.folder(at)?;
            let entry = TreeEntries::new(bytes, at.format()).find(|entry| entry.name == part)?;
            at = entry.oid();
            if parts.peek().is_none() {
                return entry.mode.is_blob().then_some(at);
            }
            if !entry.mode.is_tree() {
                return None;
            }
        }
        None
    }

    fn folder(&mut self, oid: Oid) -> Option<&[u8]> {
        if !self.folders.contains_key(&oid) {
            let object = self.reader.read(&oid).ok()?;
            self.folders.insert(oid, object.bytes().to_vec());
            self.reader.recycle(object);
        }
        self.folders.get(&oid).map(Vec::as_slice)
    }
}
