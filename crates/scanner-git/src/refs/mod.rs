//! References: names that point at objects, kept as files, packed, or in reftables; and their logs.
//!
//! Where two places have the same name the one that git would take wins. Damaged files become warnings.

mod files;
mod reflog;
mod reftable;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Warning;
use crate::limits::FileLimits;
use crate::oid::{ObjectFormat, Oid};

/// A reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ref {
    /// Its full name.
    pub name: Vec<u8>,
    /// The object that it points at.
    pub target: Oid,
}

/// Where references lie.
pub(crate) struct RefStore<'a> {
    pub(crate) git_dir: &'a Path,
    pub(crate) common_dir: &'a Path,
    pub(crate) format: ObjectFormat,
    pub(crate) reftable: bool,
    pub(crate) limits: &'a FileLimits,
}

/// What a reference holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Oid(Oid),
    Symbolic(Vec<u8>),
}

/// All references and logged ids.
#[derive(Debug, Default)]
pub(crate) struct FoundRefs {
    /// Sorted by name.
    pub(crate) refs: Vec<Ref>,
    /// Sorted, each once.
    pub(crate) logged: Vec<Oid>,
    pub(crate) warnings: Vec<Warning>,
}

/// What is gathered while reading.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// Those of `packed-refs`, sorted, each once; `values` goes before them. They are nearly all, and make their way to the
    /// end without a copy.
    pub(crate) packed: Vec<Ref>,
    pub(crate) values: BTreeMap<Vec<u8>, Value>,
    pub(crate) logged: Vec<Oid>,
    pub(crate) warnings: Vec<Warning>,
}

impl Gathered {
    /// Whether there are as many references as may be.
    fn is_full(&self, limits: &FileLimits) -> bool {
        self.packed.len() + self.values.len() >= limits.refs_max as usize
    }

    pub(crate) fn warn(&mut self, path: &Path, reason: impl Display) {
        self.warnings.push(Warning::Unreadable { path: path.into(), reason: reason.to_string() });
    }

    /// Takes an id of a log; `false` where there are more than the limit.
    #[must_use]
    fn log(&mut self, oid: Oid, limits: &FileLimits) -> bool {
        // Neighbouring entries repeat each other's ids.
        if self.logged.last() == Some(&oid) {
            return true;
        }
        let limit = limits.refs_max as usize;
        if self.logged.len() >= limit {
            self.logged.sort_unstable();
            self.logged.dedup();
            // Half of it again, or sorting would not end.
            if self.logged.len() > limit / 2 {
                return false;
            }
        }
        self.logged.push(oid);
        true
    }
}

/// Reads all references of a repository and its worktrees.
pub(crate) fn read_all(store: &RefStore<'_>) -> FoundRefs {
    let mut gathered = Gathered::default();
    if store.reftable {
        reftable::read_stack(store, store.common_dir, b"", &mut gathered);
    } else {
        files::read_packed(store, &mut gathered);
        files::read_loose(store, store.common_dir, b"", &mut gathered);
        reflog::read_logs(store, store.common_dir, &mut gathered);
    }
    for dir in worktree_dirs(store.common_dir) {
        let mut prefix = b"worktrees/".to_vec();
        prefix.extend_from_slice(dir.file_name().unwrap_or_default().as_encoded_bytes());
        prefix.push(b'/');
        if store.reftable {
            reftable::read_stack(store, &dir, &prefix, &mut gathered);
        } else {
            files::read_loose(store, &dir, &prefix, &mut gathered);
            reflog::read_logs(store, &dir, &mut gathered);
        }
    }
    if store.git_dir != store.common_dir {
        name_own_worktree(store, &mut gathered.values);
    }
    if gathered.is_full(store.limits) {
        gathered.warn(store.common_dir, "more references than the limit");
    }
    let packed = std::mem::take(&mut gathered.packed);
    let refs = resolve(packed, &gathered.values, store.limits);
    let mut logged = gathered.logged;
    logged.sort_unstable();
    logged.dedup();
    logged.retain(|oid| !oid.is_zero());
    FoundRefs { refs, logged, warnings: gathered.warnings }
}

/// The branch that `HEAD` of a folder names, without `refs/heads/`, whether or not it has commits.
pub(crate) fn head_branch(git_dir: &Path, limits: &FileLimits) -> Option<Vec<u8>> {
    let head = |format, reftable| {
        let store = RefStore { git_dir, common_dir: git_dir, format, reftable, limits };
        let mut gathered = Gathered::default();
        if reftable {
            reftable::read_stack(&store, git_dir, b"", &mut gathered);
        } else {
            files::read_head(&store, &mut gathered);
        }
        match gathered.values.remove(&b"HEAD"[..]) {
            Some(Value::Symbolic(name)) => Some(name),
            _ => None,
        }
    };
    // Where `HEAD` is in a reftable, the file names a branch that nobody can have.
    let in_tables = |format| head(format, true);
    let name = head(ObjectFormat::Sha1, false)
        .or_else(|| in_tables(ObjectFormat::Sha1))
        .or_else(|| in_tables(ObjectFormat::Sha256))?;
    name.strip_prefix(b"refs/heads/").map(<[u8]>::to_vec)
}

/// In a linked worktree `HEAD` and its like are the worktree's.
fn name_own_worktree(store: &RefStore<'_>, values: &mut BTreeMap<Vec<u8>, Value>) {
    let Some(name) = store.git_dir.file_name() else { return };
    let prefix = [b"worktrees/", name.as_encoded_bytes(), b"/"].concat();
    let own: Vec<_> = values
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(&prefix[..])?.to_vec(), value.clone())))
        .collect();
    if let Some(main) = values.remove(&b"HEAD"[..]) {
        values.insert(b"main-worktree/HEAD".to_vec(), main);
    }
    values.extend(own);
}

/// The folders of linked worktrees, sorted.
pub(crate) fn worktree_dirs(common_dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(common_dir.join("worktrees")) else { return Vec::new() };
    let mut dirs: Vec<_> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    dirs.sort();
    dirs
}

/// References that lead to an object, by name. What leads nowhere is an unborn branch, or broken; there is no object in
/// either case.
fn resolve(mut refs: Vec<Ref>, values: &BTreeMap<Vec<u8>, Value>, limits: &FileLimits) -> Vec<Ref> {
    let targets: Vec<Option<Oid>> =
        values.values().map(|value| target(&refs, values, value, limits)).collect();
    let mut others = Vec::new();
    for (name, target) in values.keys().zip(targets) {
        match position(&refs, name) {
            Some(at) => refs[at].target = target.unwrap_or_else(|| zero(refs[at].target.format())),
            None => others.extend(target.map(|target| Ref { name: name.clone(), target })),
        }
    }
    refs.append(&mut others);
    // Two sorted runs, which are merged.
    refs.sort_by(|a, b| a.name.cmp(&b.name));
    refs.retain(|known| !known.target.is_zero());
    refs
}

fn zero(format: ObjectFormat) -> Oid {
    Oid::from_bytes(format, &[0; 32][..format.bytes()]).expect("as many bytes as the format has")
}

fn position(sorted: &[Ref], name: &[u8]) -> Option<usize> {
    sorted.binary_search_by(|known| known.name.as_slice().cmp(name)).ok()
}

/// Where a value leads, through as many others as may be.
fn target<'a>(
    packed: &[Ref],
    values: &'a BTreeMap<Vec<u8>, Value>,
    mut value: &'a Value,
    limits: &FileLimits,
) -> Option<Oid> {
    for _ in 0..limits.symref_depth_max {
        match value {
            Value::Oid(oid) => return Some(*oid),
            Value::Symbolic(next) => match values.get(next) {
                Some(found) => value = found,
                None => return position(packed, next).map(|at| packed[at].target),
            },
        }
    }
    match value {
        Value::Oid(oid) => Some(*oid),
        Value::Symbolic(_) => None,
    }
}
