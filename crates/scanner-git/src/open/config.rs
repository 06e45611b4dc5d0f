//! The few settings of git's configuration files that say how to read a repository. `gix-config` parses them.
//!
//! Files are read and includes followed here, not by `gix-config`: it reads included files whole, and a file that
//! includes itself three times keeps it busy for 3¹⁰ files. Here each file counts, whoever includes it. Conditional
//! includes are followed where git follows them (`condition.rs`).
//!
//! | setting | git takes it from |
//! |---|---|
//! | `core.repositoryFormatVersion`, `extensions.*` | the repository's own file, without what it includes |
//! | `core.bare`, `core.worktree` | that, and `config.worktree` |
//! | `core.hooksPath`, `remote.*.promisor` | the system's, the user's and the repository's files, and what they include |
//! | `safe.directory` | the system's and the user's files, and what they include |
//!
//! Settings that name programs (filters, pagers, …) are not even looked at, and the folder of hooks is told and no more.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use gix_config::file::{Metadata, SectionRef};
use gix_config::parse::{EventRef, Events};
use gix_config::{File, Integer, Source};

use crate::error::Warning;
use crate::limits::FileLimits;
use crate::mapped::read_file;
use crate::oid::ObjectFormat;
use crate::open::condition::{Conditions, Surroundings};
use crate::open::discover::Folders;
use crate::open::value::{is_true, path_of};

/// Extensions that need nothing of a reader of objects and references.
const HARMLESS: [&str; 7] = [
    "noop",
    "noop-v1",
    "preciousobjects",
    "worktreeconfig",
    "relativeworktrees",
    "compatobjectformat",
    "submodulepathconfig",
];

/// Unknown extensions that are told by name.
const UNKNOWN_MAX: usize = 16;

/// Files that include one another in a row: git's own limit.
const INCLUDE_DEPTH_MAX: u32 = 10;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RepoConfig {
    pub(crate) format: ObjectFormat,
    pub(crate) reftable: bool,
    pub(crate) bare: Option<bool>,
    pub(crate) work_tree: Option<PathBuf>,
    pub(crate) partial: bool,
    /// Where hooks are looked for, if it is said; nothing here runs them.
    pub(crate) hooks_path: Option<PathBuf>,
    /// Extensions, or values of them, that we do not know.
    pub(crate) unknown: Vec<String>,
}

impl RepoConfig {
    /// Reads the files `around` that belong to the system and the user, `config` of the repository, what they include,
    /// and where it says so `config.worktree`. Files, and what stands behind a line that git would refuse, are passed over
    /// with a warning where they are the repository's: we still want the objects.
    pub(crate) fn read(
        folders: &Folders,
        around: &[PathBuf],
        files: &ConfigFiles<'_>,
    ) -> (Self, Vec<Warning>) {
        let surroundings = Surroundings::new(&folders.git_dir, files.limits);
        let mut conditions = Conditions::of(&surroundings, files.home);
        let (mut gathered, mut warnings) = Gathered::read(folders, around, files, &conditions);
        if conditions.asks_for_remotes() && !gathered.remotes.is_empty() {
            // What a condition on remotes includes may have no remotes, so that these are all.
            conditions.know_remotes(std::mem::take(&mut gathered.remotes));
            (gathered, warnings) = Gathered::read(folders, around, files, &conditions);
        }
        (gathered.finished(), warnings)
    }

    fn extension(&mut self, name: &str, value: &[u8], version: i64) {
        let known = match name {
            "partialclone" => {
                self.partial = true;
                true
            }
            "objectformat" => ObjectFormat::from_name(value).is_some_and(|format| {
                self.format = format;
                true
            }),
            "refstorage" => {
                self.reftable = value == b"reftable";
                self.reftable || value == b"files"
            }
            // In version 0 git passes over all others.
            other => version == 0 || HARMLESS.contains(&other),
        };
        if !known && self.unknown.len() < UNKNOWN_MAX {
            self.unknown.push(format!("{name} = {}", String::from_utf8_lossy(value)));
        }
    }
}

/// Whose file it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// The system's or the user's.
    Around,
    /// The repository's.
    Repository,
    /// A linked worktree's.
    Worktree,
}

/// What is known while sections are still coming.
#[derive(Default)]
struct Gathered {
    config: RepoConfig,
    version: i64,
    extensions: Vec<(String, Vec<u8>)>,
    worktree_config: bool,
    /// Addresses of remotes.
    remotes: Vec<Vec<u8>>,
}

impl Gathered {
    fn read(
        folders: &Folders,
        around: &[PathBuf],
        files: &ConfigFiles<'_>,
        conditions: &Conditions<'_>,
    ) -> (Self, Vec<Warning>) {
        let mut gathered = Self::default();
        let read = |gathered: &mut Self, path: &Path, owner| {
            files.sections(path, conditions, &mut |section, depth| {
                gathered.section(section, (owner, depth), files);
            })
        };
        for path in around {
            // What is wrong there is wrong for every repository, and git says so itself.
            read(&mut gathered, path, Owner::Around);
        }
        let mut warnings =
            read(&mut gathered, &folders.common_dir.join("config"), Owner::Repository);
        if gathered.worktree_config {
            let path = folders.git_dir.join("config.worktree");
            warnings.extend(read(&mut gathered, &path, Owner::Worktree));
        }
        (gathered, warnings)
    }

    fn section(
        &mut self,
        section: &SectionRef<'_>,
        (owner, depth): (Owner, u32),
        files: &ConfigFiles<'_>,
    ) {
        let name = section.header().name();
        let is_own = depth == 0 && owner != Owner::Around;
        if name.eq_ignore_ascii_case(b"core") {
            if let Some(path) = section.value("hooksPath") {
                self.config.hooks_path = files.path(&path);
            }
            if is_own {
                self.own_core(section);
            }
        } else if name.eq_ignore_ascii_case(b"remote") {
            self.config.partial |= is_true(section, "promisor") == Some(true);
            if section.header().subsection_name().is_some() {
                self.remotes.extend(section.values("url").into_iter().map(|url| url.to_vec()));
            }
        } else if name.eq_ignore_ascii_case(b"extensions") && is_own && owner == Owner::Repository {
            if let Some(own) = is_true(section, "worktreeConfig") {
                self.worktree_config = own;
            }
            let found = section.body().into_iter();
            self.extensions
                .extend(found.map(|(name, value)| (name.to_ascii_lowercase(), value.into())));
        }
    }

    fn own_core(&mut self, section: &SectionRef<'_>) {
        if let Some(version) = section.value("repositoryFormatVersion") {
            let version = Integer::try_from(version).ok();
            self.version = version.and_then(|version| version.to_decimal()).unwrap_or(0);
        }
        if let Some(bare) = is_true(section, "bare") {
            self.config.bare = Some(bare);
        }
        if let Some(path) = section.value("worktree") {
            self.config.work_tree = Some(PathBuf::from(OsStr::from_bytes(&path)));
        }
    }

    fn finished(self) -> RepoConfig {
        let mut config = self.config;
        for (name, value) in self.extensions {
            config.extension(&name, &value, self.version);
        }
        config
    }
}

/// What `safe.directory` lists in a user's or system's configuration `files`; `~/` is the folder `home`.
///
/// Git asks before it knows a repository: conditions on one (`gitdir:`, `onbranch:`) do not hold then, and the only remotes
/// are those of these files.
pub fn safe_directories(
    files: &[PathBuf],
    home: Option<&Path>,
    limits: &FileLimits,
) -> Vec<PathBuf> {
    let reader = ConfigFiles { home, limits };
    let mut conditions = Conditions::without_repository(home);
    let mut listed = Listed::read(files, &reader, &conditions);
    if conditions.asks_for_remotes() && !listed.remotes.is_empty() {
        conditions.know_remotes(std::mem::take(&mut listed.remotes));
        listed = Listed::read(files, &reader, &conditions);
    }
    listed.safe
}

/// What is known of trusted folders while sections are still coming.
#[derive(Default)]
struct Listed {
    safe: Vec<PathBuf>,
    remotes: Vec<Vec<u8>>,
}

impl Listed {
    fn read(files: &[PathBuf], reader: &ConfigFiles<'_>, conditions: &Conditions<'_>) -> Self {
        let mut listed = Self::default();
        for file in files {
            reader.sections(file, conditions, &mut |section, _| listed.section(section, reader));
        }
        listed
    }

    fn section(&mut self, section: &SectionRef<'_>, reader: &ConfigFiles<'_>) {
        let header = section.header();
        if header.name().eq_ignore_ascii_case(b"safe") {
            for value in section.values("directory") {
                // An empty value takes back what stands before it.
                if value.is_empty() {
                    self.safe.clear();
                } else {
                    self.safe.extend(reader.path(&value));
                }
            }
        } else if header.name().eq_ignore_ascii_case(b"remote")
            && header.subsection_name().is_some()
        {
            self.remotes.extend(section.values("url").into_iter().map(|url| url.to_vec()));
        }
    }
}

/// How configuration files are read.
pub(crate) struct ConfigFiles<'a> {
    /// What `~/` stands for.
    pub(crate) home: Option<&'a Path>,
    pub(crate) limits: &'a FileLimits,
}

/// Whoever wants the sections of files; the number says how many includes led to them.
type Take<'t> = dyn FnMut(&SectionRef<'_>, u32) + 't;

impl ConfigFiles<'_> {
    /// Hands each section of the file and of what it includes to `take`, in the order in which git reads them.
    fn sections(
        &self,
        path: &Path,
        conditions: &Conditions<'_>,
        take: &mut Take<'_>,
    ) -> Vec<Warning> {
        let mut walk = Walk {
            files: self,
            conditions,
            files_left: self.limits.config_files_max,
            bytes_left: self.limits.config_bytes_max,
            is_cut: false,
            warnings: Vec::new(),
        };
        walk.file(path, 0, take);
        walk.warnings
    }

    fn path(&self, value: &[u8]) -> Option<PathBuf> {
        path_of(value, self.home)
    }
}

struct Walk<'a> {
    files: &'a ConfigFiles<'a>,
    conditions: &'a Conditions<'a>,
    files_left: u32,
    bytes_left: u64,
    /// Whether includes were left out, which is told once.
    is_cut: bool,
    warnings: Vec<Warning>,
}

impl Walk<'_> {
    fn file(&mut self, path: &Path, depth: u32, take: &mut Take<'_>) {
        if depth > INCLUDE_DEPTH_MAX || self.files_left == 0 {
            if !self.is_cut {
                self.is_cut = true;
                self.warn(path, "more includes than the limit".into());
            }
            return;
        }
        self.files_left -= 1;
        let text = match read_file(path, self.bytes_left) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(error) => return self.warn(path, error.to_string()),
        };
        self.bytes_left -= text.len() as u64;
        let (file, bad_line) = parse(&text);
        if let Some(line) = bad_line {
            self.warn(path, format!("line {line} is no setting: nothing from there on was used"));
        }
        for section in file.sections() {
            take(&section, depth);
            if self.is_followed(&section, path) {
                for value in section.values("path") {
                    let Some(included) = self.files.path(&value) else { continue };
                    let folder = path.parent().unwrap_or(Path::new("/"));
                    self.file(&folder.join(included), depth + 1, take);
                }
            }
        }
    }

    /// Whether a section of the file `path` names files that are to be read.
    fn is_followed(&self, section: &SectionRef<'_>, path: &Path) -> bool {
        let header = section.header();
        match header.subsection_name() {
            None => header.name().eq_ignore_ascii_case(b"include"),
            Some(condition) => {
                header.name().eq_ignore_ascii_case(b"includeIf")
                    && self.conditions.hold(condition, path)
            }
        }
    }

    fn warn(&mut self, path: &Path, reason: String) {
        self.warnings.push(Warning::Unreadable { path: path.into(), reason });
    }
}

/// A file up to the line that git would refuse, and the number of that line.
fn parse(text: &[u8]) -> (File, Option<usize>) {
    let events = |text| Events::from_bytes(text, Some(is_of_a_value));
    let (events, bad_line) = match events(text) {
        Ok(events) => (Some(events), None),
        Err(error) => {
            let line = error.line_number();
            let before: usize =
                text.split_inclusive(|byte| *byte == b'\n').take(line - 1).map(<[u8]>::len).sum();
            (events(&text[..before]).ok(), Some(line))
        }
    };
    let meta = Metadata::from(Source::Local);
    let file = match events {
        Some(events) => File::from_parse_events_no_includes(events, meta),
        None => File::new(meta),
    };
    (file, bad_line)
}

/// Comments and blanks are not kept: they are most of what a parsed file takes.
fn is_of_a_value(event: EventRef<'_>) -> bool {
    !matches!(event, EventRef::Whitespace(_) | EventRef::Comment { .. } | EventRef::Newline(_))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::limits::Limits;

    const LIMITS: Limits = Limits::from_memory(crate::MEMORY_BYTES_DEFAULT, 1);

    fn read(dir: &Path) -> (RepoConfig, Vec<Warning>) {
        let files = ConfigFiles { home: Some(Path::new("/h/x")), limits: &LIMITS.file };
        let dir = dir.to_path_buf();
        let folders = Folders { git_dir: dir.clone(), common_dir: dir, work_tree: None };
        RepoConfig::read(&folders, &[], &files)
    }

    fn parsed(text: impl AsRef<[u8]>) -> (RepoConfig, Vec<Warning>) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("config"), text).unwrap();
        read(dir.path())
    }

    #[test]
    fn directories_that_are_safe() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (dir.path().join("one"), dir.path().join("two"));
        let safe = |files: &[&PathBuf], home: Option<&str>| {
            let files: Vec<_> = files.iter().map(|file| (*file).clone()).collect();
            safe_directories(&files, home.map(Path::new), &LIMITS.file)
        };
        let text = "[safe]\n directory = /a\n directory =\n[Safe]\n\tDirectory = *\n directory = ~/b\n[core]\n directory = /c\n";
        fs::write(&one, text).unwrap();
        assert_eq!(safe(&[&one], Some("/h/x")), [PathBuf::from("*"), PathBuf::from("/h/x/b")]);
        assert_eq!(safe(&[&one], None), [PathBuf::from("*")]);
        fs::write(&two, "[include]\n path = one\n[safe]\n directory = /d\n").unwrap();
        assert_eq!(safe(&[&two], None), [PathBuf::from("*"), PathBuf::from("/d")]);
        assert_eq!(safe(&[&two, &one], None), [PathBuf::from("*")]);
        fs::write(&one, b"\xff[").unwrap();
        assert!(safe(&[&one, &dir.path().join("absent")], None).is_empty());
    }

    #[test]
    fn what_git_writes() {
        let text = b"[core]\n\trepositoryformatversion = 1\n\tbare = true ; no\n\tworktree = \"a b \" # x\n\
            \thooksPath = ~/hooks\n\
            [extensions]\n\tobjectFormat = sha256\n\trefStorage = reftable\n\tfuture = 1\n\
            [remote \"o.r\\\"igin\"] promisor = true\n";
        let (config, warnings) = parsed(text);
        assert_eq!(config.format, ObjectFormat::Sha256);
        assert!(config.reftable && config.partial && warnings.is_empty());
        assert_eq!(config.bare, Some(true));
        assert_eq!(config.work_tree, Some("a b ".into()));
        assert_eq!(config.hooks_path, Some("/h/x/hooks".into()));
        assert_eq!(config.unknown, ["future = 1"]);
    }

    #[test]
    fn values_go_on_behind_a_backslash() {
        let (config, _) = parsed("[CORE]\nworkTree = /a\\\n/b\nbare");
        assert_eq!(config.work_tree, Some("/a/b".into()));
        assert_eq!(config.bare, Some(true));
        assert_eq!(parsed("[core]\nbare =\n").0.bare, Some(false));
        assert_eq!(parsed("[core]\nbare = perhaps\n").0.bare, None);
    }

    #[test]
    fn what_git_would_refuse_ends_the_file_and_is_told() {
        for text in [&b"[core"[..], b"[", b"]\n=\n", b"\\", b"[a \"b\\", b"\xff=\xff\n[\xff]"] {
            let (config, warnings) = parsed(text);
            assert_eq!((config, warnings.len()), (RepoConfig::default(), 1));
        }
        let (config, warnings) = parsed("[core]\nbare = true\n!\nworktree = x\n");
        assert_eq!((config.bare, config.work_tree, warnings.len()), (Some(true), None, 1));
        assert!(warnings[0].to_string().contains("line 3"), "{}", warnings[0]);
    }

    #[test]
    fn includes_are_followed_for_what_git_takes_from_them() {
        let dir = tempfile::tempdir().unwrap();
        let more = "[core]\nbare = true\nhooksPath = theirs\n[extensions]\nobjectFormat = sha256\n\
            [remote \"o\"]\npromisor\n";
        fs::write(dir.path().join("more"), more).unwrap();
        let text = "[core]\nhooksPath = own\n[include]\npath = more\npath = absent\n\
            [includeIf \"gitdir:/nowhere/\"]\npath = other\n";
        fs::write(dir.path().join("other"), "[core]\nhooksPath = other\n").unwrap();
        fs::write(dir.path().join("config"), text).unwrap();
        let (config, warnings) = read(dir.path());
        assert!(config.partial && warnings.is_empty());
        assert_eq!(config.hooks_path, Some("theirs".into()));
        assert_eq!((config.bare, config.format), (None, ObjectFormat::Sha1));
    }

    #[test]
    fn circles_of_includes_end() {
        let path = "[include]\npath = config\n";
        for times in [1, 2, 9, 5000] {
            let (config, warnings) = parsed(path.repeat(times) + "[core]\nbare\n");
            assert_eq!(config.bare, Some(true));
            assert!((1..=64).contains(&warnings.len()), "{times}: {warnings:?}");
        }
    }

    #[test]
    fn a_worktree_has_a_file_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("config.worktree"), "[core]\nbare = true\n").unwrap();
        let text =
            "[core]\nbare = false\nrepositoryFormatVersion = 1\n[extensions]\nworktreeConfig\n";
        fs::write(dir.path().join("config"), text).unwrap();
        assert_eq!(read(dir.path()).0.bare, Some(true));
        fs::write(dir.path().join("config"), text.replace("[ext", "[other")).unwrap();
        assert_eq!(read(dir.path()).0.bare, Some(false));
    }

    #[test]
    fn large_files_and_long_lines_end() {
        let limit = LIMITS.file.config_bytes_max as usize;
        let (config, warnings) = parsed("[core]\nbare\n".repeat(limit / 12 + 1));
        assert_eq!((config, warnings.len()), (RepoConfig::default(), 1));
        for line in ["a\n", "[a]\n", "[extensions]\nx=y\n", "[core]\nworktree=x\\\n"] {
            let (_, warnings) = parsed("[extensions]\n".to_owned() + &line.repeat(limit / 20));
            assert!(warnings.is_empty(), "{line} {warnings:?}");
        }
        let long = format!("[core]\nworktree = {}\n", "n".repeat(64 * 1024));
        assert_eq!(parsed(long).0.work_tree.map(|path| path.as_os_str().len()), Some(64 * 1024));
    }
}
