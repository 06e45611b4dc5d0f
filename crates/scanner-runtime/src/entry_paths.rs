//! Which entries of archives the user's include and exclude globs take.
//!
//! An entry has several names: its virtual path, and the path that it has inside each archive around it. An exclude glob that
//! names any of them leaves it out. Include globs have done their work when they have found an archive on disk, so all of it
//! is taken; in an archive that is a target itself they choose among the entries.

use scanner_fs::{FsError, PathFilter, WalkPolicy};

/// The globs, for entries.
#[derive(Debug)]
pub struct EntryPaths(PathFilter);

impl EntryPaths {
    /// The globs as a walk would have them; `None` where there are none.
    ///
    /// # Errors
    ///
    /// A glob cannot be read.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Option<Self>, FsError> {
        if include.is_empty() && exclude.is_empty() {
            return Ok(None);
        }
        let (include, exclude) = (include.to_vec(), exclude.to_vec());
        let filter = PathFilter::new(&WalkPolicy { include, exclude, ..WalkPolicy::default() })?;
        Ok(Some(Self(filter)))
    }

    /// Whether the entry at this virtual path is taken. `outer` are the bytes of it that are the outermost archive's, and
    /// `is_target` says whether that one is a target of its own.
    pub(crate) fn take(&self, path: &[u8], outer: usize, is_target: bool) -> bool {
        let inner = path.get(outer..).unwrap_or_default();
        let inner = inner.strip_prefix(b"!").unwrap_or(inner);
        let names = || inner.split(|byte| *byte == b'!').filter(|name| !name.is_empty());
        let is_excluded = self.0.excludes(path) || names().any(|name| self.0.excludes(name));
        let is_chosen = || self.0.takes(path) || names().any(|name| self.0.takes(name));
        !is_excluded && (!is_target || is_chosen())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_has_the_names_of_all_archives_around_it() {
        let lines = |globs: &[&str]| globs.iter().map(ToString::to_string).collect::<Vec<_>>();
        for (include, exclude, is_target, path, want) in [
            (&[][..], &["*.lock"][..], false, "a.zip!d/x.lock", false),
            (&[], &["*.lock"], false, "a.zip!d/x.rs", true),
            (&[], &["d/"], true, "a.zip!d/e/x.rs", false),
            (&[], &["/d/x.rs"], false, "a.zip!in.tar!d/x.rs", false),
            (&[], &["*.jar"], false, "a.zip!lib/x.jar!d/x.rs", false),
            (&[], &["a.zip!d/*"], false, "a.zip!d/x.rs", false),
            (&["*.zip"], &[], false, "a.zip!d/x.rs", true),
            (&["*.rs"], &[], true, "a.zip!d/x.rs", true),
            (&["*.rs"], &[], true, "a.zip!d/x.txt", false),
            (&["*.rs", "*.zip"], &[], true, "a.zip!in.zip!d/x.txt", true),
            (&["*.rs"], &["x.*"], true, "a.zip!d/x.rs", false),
            (&[], &["*.rs"], false, "a.zip!/../x.rs", false),
        ] {
            let paths = EntryPaths::new(&lines(include), &lines(exclude)).unwrap().unwrap();
            let taken = paths.take(path.as_bytes(), "a.zip".len(), is_target);
            assert_eq!(taken, want, "{path} {include:?} {exclude:?} {is_target}");
        }
        assert!(EntryPaths::new(&[], &[]).unwrap().is_none());
    }
}
