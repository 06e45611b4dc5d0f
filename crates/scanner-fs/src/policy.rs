//! What a walk takes and what it leaves, as the user asked for it.
//!
//! Globs are lines as in a `.gitignore`, relative to the root. Whether a file is worth scanning (text, binary,
//! archive) is not decided here: nothing is left out for its contents.

use std::path::PathBuf;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::error::FsError;
use crate::ignore_rules::{as_path, read_global_excludes};
use crate::limits::Limits;

/// What a walk takes.
#[derive(Clone, Debug)]
pub struct WalkPolicy {
    /// Whether `.ignore` files are followed, and inside a git work tree `.gitignore` files and
    /// `.git/info/exclude`, also those above the root. Folders named `.git` are then left to git's own source.
    pub respect_ignore: bool,
    /// Whether names that begin with a dot are taken. They are by default: secrets hide there.
    pub hidden: bool,
    /// Bytes above which a file is counted and not visited.
    pub max_file_size: Option<u64>,
    /// Where there are any, only files that match one (or lie in a folder that does) are visited. A root that
    /// is itself a file is visited whatever they say.
    pub include: Vec<String>,
    /// Files and folders that match one are not visited; stronger than everything else.
    pub exclude: Vec<String>,
    /// Git's `core.excludesFile`, for the caller to find; followed inside a git work tree only.
    pub git_global_excludes: Option<PathBuf>,
}

impl Default for WalkPolicy {
    fn default() -> Self {
        Self {
            respect_ignore: true,
            hidden: true,
            max_file_size: None,
            include: Vec::new(),
            exclude: Vec::new(),
            git_global_excludes: None,
        }
    }
}

/// The policy with its globs compiled.
#[derive(Debug)]
pub(crate) struct CompiledPolicy {
    pub(crate) respect_ignore: bool,
    pub(crate) max_file_size: u64,
    pub(crate) git_global_excludes: Gitignore,
    hidden: bool,
    include: Gitignore,
    exclude: Gitignore,
}

/// What the policy says of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not taken, nor anything below it.
    Excluded,
    /// Not named by an include glob; if it is a folder, something below it may be.
    NotIncluded,
    /// Taken; if it is a folder, with everything below it that is not excluded.
    Taken,
}

impl CompiledPolicy {
    pub(crate) fn new(policy: &WalkPolicy, limits: &Limits) -> Result<Self, FsError> {
        let global = policy.git_global_excludes.as_deref().filter(|_| policy.respect_ignore);
        Ok(Self {
            respect_ignore: policy.respect_ignore,
            max_file_size: policy.max_file_size.unwrap_or(u64::MAX),
            git_global_excludes: global
                .map_or_else(Gitignore::empty, |path| read_global_excludes(path, limits)),
            hidden: policy.hidden,
            include: compile(&policy.include)?,
            exclude: compile(&policy.exclude)?,
        })
    }

    /// What holds for a root that is a folder.
    pub(crate) fn verdict_of_roots(&self) -> Verdict {
        if self.include.is_empty() { Verdict::Taken } else { Verdict::NotIncluded }
    }

    /// Judges the entry at `rel`, its path below the root. `around` is what was said of its folder.
    pub(crate) fn judge(&self, rel: &[u8], is_folder: bool, around: Verdict) -> Verdict {
        if (!self.hidden && is_hidden(rel)) || self.is_excluded(rel, is_folder) {
            return Verdict::Excluded;
        }
        match self.include.matched(as_path(rel), is_folder) {
            Match::Ignore(_) => Verdict::Taken,
            Match::Whitelist(_) => Verdict::NotIncluded,
            Match::None => around,
        }
    }

    /// Whether an exclude glob names the entry.
    pub(crate) fn is_excluded(&self, rel: &[u8], is_folder: bool) -> bool {
        self.exclude.matched(as_path(rel), is_folder).is_ignore()
    }

    /// Whether every entry is taken, so that none needs to be judged.
    pub(crate) fn takes_all(&self) -> bool {
        self.hidden && self.include.is_empty() && self.exclude.is_empty()
    }
}

/// The globs of a policy, for paths that do not come from a walk: those in the history of a repository.
#[derive(Debug)]
pub struct PathFilter(CompiledPolicy);

impl PathFilter {
    /// Compiles the include and exclude globs; ignore files play no part.
    ///
    /// # Errors
    ///
    /// A glob cannot be read.
    pub fn new(policy: &WalkPolicy) -> Result<Self, FsError> {
        let policy = WalkPolicy { git_global_excludes: None, ..policy.clone() };
        CompiledPolicy::new(&policy, &Limits::DEFAULT).map(Self)
    }

    /// Whether an exclude glob names the file `path` or a folder that it lies in.
    pub fn excludes(&self, path: &[u8]) -> bool {
        let folders = (0..path.len()).filter(|at| path[*at] == b'/');
        folders
            .map(|slash| (&path[..slash], true))
            .chain([(path, false)])
            .any(|(path, is_folder)| !path.is_empty() && self.0.is_excluded(path, is_folder))
    }

    /// Whether a walk would visit the file `path`, which is relative to its root.
    pub fn takes(&self, path: &[u8]) -> bool {
        if self.0.takes_all() {
            return true;
        }
        let mut verdict = self.0.verdict_of_roots();
        for slash in (0..path.len()).filter(|at| path[*at] == b'/') {
            verdict = self.0.judge(&path[..slash], true, verdict);
            if verdict == Verdict::Excluded {
                return false;
            }
        }
        self.0.judge(path, false, verdict) == Verdict::Taken
    }
}

fn is_hidden(rel: &[u8]) -> bool {
    let name = rel.rsplit(|&byte| byte == b'/').next().unwrap_or(rel);
    name.starts_with(b".")
}

fn compile(globs: &[String]) -> Result<Gitignore, FsError> {
    let mut builder = GitignoreBuilder::new("");
    // A class left open is a slip of the user; in an ignore file git takes it for a letter.
    builder.allow_unclosed_class(false);
    for glob in globs {
        builder
            .add_line(None, glob)
            .map_err(|source| FsError::BadGlob { glob: glob.clone(), source })?;
    }
    builder.build().map_err(|source| FsError::BadGlob { glob: globs.join(" "), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(include: &[&str], exclude: &[&str], hidden: bool) -> CompiledPolicy {
        let lines = |globs: &[&str]| globs.iter().map(ToString::to_string).collect();
        let policy = WalkPolicy {
            hidden,
            include: lines(include),
            exclude: lines(exclude),
            ..WalkPolicy::default()
        };
        CompiledPolicy::new(&policy, &Limits::DEFAULT).unwrap()
    }

    #[test]
    fn paths_without_a_walk_are_judged_like_those_of_one() {
        let lines = |globs: &[&str]| globs.iter().map(ToString::to_string).collect();
        for (include, exclude, path, want) in [
            (&[][..], &[][..], "a/b.txt", true),
            (&[], &["a/"], "a/b/c.txt", false),
            (&["*.py"], &[], "a/b.py", true),
            (&["*.py"], &[], "a/b.txt", false),
            (&["src/"], &["*.lock"], "src/deep/x.rs", true),
            (&["src/"], &["*.lock"], "src/deep/x.lock", false),
        ] {
            let policy = WalkPolicy {
                include: lines(include),
                exclude: lines(exclude),
                ..WalkPolicy::default()
            };
            let filter = PathFilter::new(&policy).unwrap();
            assert_eq!(filter.takes(path.as_bytes()), want, "{path} {include:?} {exclude:?}");
        }
    }

    #[test]
    fn include_names_files_or_whole_folders() {
        let policy = compiled(&["*.py", "src/", "!src/skip.rs"], &[], true);
        let judge = |rel: &str, folder, around| policy.judge(rel.as_bytes(), folder, around);
        assert_eq!(judge("a/b.py", false, Verdict::NotIncluded), Verdict::Taken);
        assert_eq!(judge("a/b.rs", false, Verdict::NotIncluded), Verdict::NotIncluded);
        assert_eq!(judge("a", true, Verdict::NotIncluded), Verdict::NotIncluded);
        assert_eq!(judge("src", true, Verdict::NotIncluded), Verdict::Taken);
        assert_eq!(judge("src/b.rs", false, Verdict::Taken), Verdict::Taken);
        assert_eq!(judge("src/skip.rs", false, Verdict::Taken), Verdict::NotIncluded);
    }

    #[test]
    fn exclude_wins_over_include() {
        let policy = compiled(&["*.py"], &["/vendor", "!vendor"], true);
        assert_eq!(policy.judge(b"vendor", true, Verdict::NotIncluded), Verdict::NotIncluded);
        let policy = compiled(&["*.py"], &["/vendor", "t*.py"], true);
        assert_eq!(policy.judge(b"vendor", true, Verdict::NotIncluded), Verdict::Excluded);
        assert_eq!(policy.judge(b"a/test.py", false, Verdict::Taken), Verdict::Excluded);
        assert_eq!(policy.judge(b"a/vendor", true, Verdict::Taken), Verdict::Taken);
    }

    #[test]
    fn hidden_looks_at_the_last_name_only() {
        let policy = compiled(&[], &[], false);
        assert_eq!(policy.judge(b"a/.env", false, Verdict::Taken), Verdict::Excluded);
        assert_eq!(policy.judge(b".a/env", false, Verdict::Taken), Verdict::Taken);
    }

    #[test]
    fn a_bad_glob_is_named() {
        let policy = WalkPolicy { exclude: vec!["a[".into()], ..WalkPolicy::default() };
        let error = CompiledPolicy::new(&policy, &Limits::DEFAULT).unwrap_err();
        assert_eq!(error.to_string(), "bad path glob `a[`");
    }
}
