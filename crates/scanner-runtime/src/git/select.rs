//! What the user asked for, as objects: everything, or a list with the commits that bring them.

use scanner_git::{
    DamageReport, Introductions, Oid, Repository, RevisionError, Selection, introduced,
    parse_range, pre_push, pre_receive, resolve, staged,
};

use super::{GitMode, GitSelection, GitSource};
use crate::pipeline::RuntimeError;

/// The objects of a run over one repository.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// What commits or the index bring; `None` for everything that the store has.
    pub(super) listed: Option<Introductions>,
    /// What could not be read on the way.
    pub(super) damage: DamageReport,
    /// Paths and folders beyond the limits.
    pub(super) paths_cut: u64,
}

impl Work {
    pub(super) fn new(
        repository: &Repository,
        source: &GitSource,
        workers: usize,
    ) -> Result<Self, RuntimeError> {
        let everything = source.selection == GitSelection::All;
        if everything && source.mode == GitMode::OdbBlob {
            return Ok(Self::default());
        }
        if source.selection == GitSelection::Staged {
            return staged(repository)
                .map(Self::of)
                .map_err(|warning| RuntimeError::GitIndex(warning.to_string()));
        }
        let selection = commits(repository, &source.selection)?;
        Ok(Self::of(introduced(repository, &selection, workers)))
    }

    fn of(mut found: Introductions) -> Self {
        let damage = std::mem::take(&mut found.damage);
        let paths_cut = found.paths_cut;
        Self { listed: Some(found), damage, paths_cut }
    }

    /// Whether the whole history takes part.
    pub(super) fn is_everything(&self) -> bool {
        self.listed.is_none()
    }

    /// Whether some commits take part, and others do not.
    pub(super) fn is_range(&self) -> bool {
        self.listed.as_ref().is_some_and(|listed| !listed.commits.is_empty())
    }
}

/// Everything that a reference reaches.
fn all(repository: &Repository) -> Selection {
    let mut include: Vec<Oid> = repository.refs().iter().map(|known| known.target).collect();
    include.sort_unstable();
    include.dedup();
    Selection { include, exclude: Vec::new(), since: None }
}

fn commits(repository: &Repository, asked: &GitSelection) -> Result<Selection, RuntimeError> {
    let one_or_all = |branch: &Option<String>| -> Result<Selection, RuntimeError> {
        Ok(match branch {
            Some(name) => only(resolve(repository, name)?),
            None => all(repository),
        })
    };
    Ok(match asked {
        GitSelection::All | GitSelection::Staged => all(repository),
        GitSelection::Ranges(ranges) => first_known(repository, ranges)?,
        GitSelection::Branch(name) => only(resolve(repository, name)?),
        GitSelection::SinceRevision { revision, branch } => {
            let exclude = vec![resolve(repository, revision)?];
            Selection { exclude, ..one_or_all(branch)? }
        }
        GitSelection::SinceTime { unix, branch } => {
            Selection { since: Some(*unix), ..one_or_all(branch)? }
        }
        GitSelection::PrePush { input, remote } => {
            let updates = pre_push(input)?;
            let prefix = match remote {
                Some(remote) => format!("refs/remotes/{remote}/"),
                None => "refs/remotes/".to_owned(),
            };
            let mut known = repository.targets_under(prefix.as_bytes());
            if known.is_empty() {
                // A remote without tracking references, such as an address: what any remote had.
                known = repository.targets_under(b"refs/remotes/");
            }
            Selection::of_updates(&updates, known)
        }
        GitSelection::PreReceive { input } => {
            let updates = pre_receive(input)?;
            Selection::of_updates(&updates, repository.targets_under(b"refs/"))
        }
    })
}

/// The first range that can be resolved; where none can, what is wrong with the first.
fn first_known(repository: &Repository, ranges: &[String]) -> Result<Selection, RuntimeError> {
    let mut error = RevisionError::Range { range: String::new() };
    for (index, range) in ranges.iter().enumerate() {
        match parse_range(repository, range) {
            Ok(selection) => return Ok(selection),
            Err(wrong) if index == 0 => error = wrong,
            Err(_) => {}
        }
    }
    Err(error.into())
}

fn only(oid: Oid) -> Selection {
    Selection { include: vec![oid], exclude: Vec::new(), since: None }
}
