//! Opening: work trees, linked worktrees, submodules, bare repositories and mirrors, and bundles.
//!
//! No program is run and no setting that names one is read. A repository of another user is refused unless trusted,
//! as `safe.directory` asks; the caller, who reads the user's configuration, says what is trusted.

mod bundle;
mod condition;
mod config;
mod discover;
mod value;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{OpenError, Warning};
use crate::index_file::{IndexEntry, read_index};
use crate::limits::Limits;
use crate::mapped::read_file;
use crate::oid::{ObjectFormat, Oid};
use crate::open::config::{ConfigFiles, RepoConfig};
use crate::open::discover::Folders;
use crate::pack::Pack;
use crate::refs::{self, Ref, RefStore};
use crate::store::ObjectStore;

pub use config::safe_directories;
pub use discover::Trust;

/// How to open a repository.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Limits on memory and work.
    pub limits: Limits,
    /// Folder for the temporary files of large objects.
    pub spill_dir: PathBuf,
    /// Which repositories of other users to open.
    pub trust: Trust,
    /// The user's home folder, for `~/` in configuration files.
    pub home: Option<PathBuf>,
    /// Configuration files of the system and of the user, in the order in which git reads them.
    pub config_files: Vec<PathBuf>,
    /// What git tells the hooks that it runs.
    pub overlay: Overlay,
}

/// Places that stand in for those of the repository while git runs a hook.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// Object folders asked besides the repository's own: where a push is kept until it is accepted
    /// (`GIT_OBJECT_DIRECTORY`, `GIT_ALTERNATE_OBJECT_DIRECTORIES`).
    pub object_dirs: Vec<PathBuf>,
    /// The index that is about to be committed (`GIT_INDEX_FILE`).
    pub index_file: Option<PathBuf>,
}

/// An open repository, or bundle.
#[derive(Debug)]
pub struct Repository {
    folders: Option<Folders>,
    config: RepoConfig,
    store: ObjectStore,
    refs: Vec<Ref>,
    logged: Vec<Oid>,
    shallow: Vec<Oid>,
    index_file: Option<PathBuf>,
    warnings: Vec<Warning>,
}

impl Repository {
    /// Opens the repository that `path` belongs to, or the bundle that it is.
    ///
    /// # Errors
    /// [`OpenError`]: only what makes the whole repository unreadable; everything else becomes a
    /// [warning](Self::warnings).
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        if bundle::is_bundle(path) {
            return Self::open_bundle(path, options);
        }
        let folders = discover::discover(path)?;
        let mut warnings = Vec::new();
        if let Some(path) = discover::check_owner(&folders, &options.trust)? {
            warnings.push(Warning::OtherOwner { path });
        }
        let config = read_config(&folders, options, &mut warnings)?;
        let limits = &options.limits;
        let objects = folders.common_dir.join("objects");
        let folders_of_objects = [&[objects], &options.overlay.object_dirs[..]].concat();
        let store =
            ObjectStore::open_all(&folders_of_objects, config.format, limits, &options.spill_dir)?;
        let source = RefStore {
            git_dir: &folders.git_dir,
            common_dir: &folders.common_dir,
            format: config.format,
            reftable: config.reftable,
            limits: &limits.file,
        };
        let found = refs::read_all(&source);
        warnings.extend(found.warnings);
        let shallow = read_shallow(&folders.common_dir, limits, &mut warnings);
        if !shallow.is_empty() {
            warnings.push(Warning::Shallow { count: shallow.len() as u64 });
        }
        if config.partial || store.is_partial() {
            warnings.push(Warning::Partial);
        }
        warnings.extend(store.warnings().iter().cloned());
        let (refs, logged) = (found.refs, found.logged);
        let index_file = options.overlay.index_file.clone();
        let folders = Some(folders);
        Ok(Self { folders, config, store, refs, logged, shallow, index_file, warnings })
    }

    fn open_bundle(path: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        let head = bundle::read_head(path)?;
        let pack = Pack::open_bare(path, head.pack_start, head.format)
            .map_err(|error| OpenError::Bundle { path: path.into(), reason: error.to_string() })?;
        let store = ObjectStore::of_pack(pack, &options.limits, &options.spill_dir);
        let mut warnings = store.warnings().to_vec();
        if !head.prerequisites.is_empty() {
            warnings.push(Warning::Shallow { count: head.prerequisites.len() as u64 });
        }
        Ok(Self {
            folders: None,
            config: RepoConfig { format: head.format, ..RepoConfig::default() },
            store,
            refs: head.refs,
            logged: Vec::new(),
            shallow: head.prerequisites,
            index_file: None,
            warnings,
        })
    }

    /// Its objects.
    pub fn store(&self) -> &ObjectStore {
        &self.store
    }

    /// The hash function of its ids.
    pub fn format(&self) -> ObjectFormat {
        self.config.format
    }

    /// All references by name, `HEAD` and its like and those of linked worktrees included (as
    /// `worktrees/<name>/HEAD`); symbolic ones resolved.
    pub fn refs(&self) -> &[Ref] {
        &self.refs
    }

    /// Where the reference of this full name points.
    pub fn find_ref(&self, name: &[u8]) -> Option<Oid> {
        let at = self.refs.binary_search_by(|known| known.name.as_slice().cmp(name)).ok()?;
        Some(self.refs[at].target)
    }

    /// Ids in reflogs, sorted, each once: where references pointed before.
    pub fn logged(&self) -> &[Oid] {
        &self.logged
    }

    /// Commits whose parents were cut off.
    pub fn shallow(&self) -> &[Oid] {
        &self.shallow
    }

    /// Whether absent objects can be had from elsewhere.
    pub fn is_partial(&self) -> bool {
        self.warnings.contains(&Warning::Partial)
    }

    /// What could not be read, or not as it was.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The folder with `HEAD` and the index; bundles have none.
    pub fn git_dir(&self) -> Option<&Path> {
        self.folders.as_ref().map(|folders| folders.git_dir.as_path())
    }

    /// The folder with objects and references; bundles have none.
    pub fn common_dir(&self) -> Option<&Path> {
        self.folders.as_ref().map(|folders| folders.common_dir.as_path())
    }

    /// The folder whose files are checked out here.
    pub fn work_tree(&self) -> Option<PathBuf> {
        let folders = self.folders.as_ref()?;
        if let Some(configured) = &self.config.work_tree {
            return Some(folders.git_dir.join(configured));
        }
        folders.work_tree.clone().filter(|_| self.config.bare != Some(true))
    }

    /// The entries of the index: what is staged.
    ///
    /// # Errors
    /// A [`Warning`] that says why the index cannot be used; no index is no entries.
    pub fn index(&self) -> Result<Vec<IndexEntry>, Warning> {
        let Some(folders) = &self.folders else { return Ok(Vec::new()) };
        let path = self.index_file.clone().unwrap_or_else(|| folders.git_dir.join("index"));
        read_index(&path, self.format(), &self.store.limits().file)
    }

    /// The entries of the indexes of this and all other worktrees; indexes that cannot be read are in the second part.
    pub fn all_indexes(&self) -> (Vec<IndexEntry>, Vec<Warning>) {
        let Some(folders) = &self.folders else { return (Vec::new(), Vec::new()) };
        let mut dirs = vec![folders.common_dir.clone()];
        dirs.extend(refs::worktree_dirs(&folders.common_dir));
        let mut entries = Vec::new();
        let mut warnings = Vec::new();
        for dir in dirs {
            match read_index(&dir.join("index"), self.format(), &self.store.limits().file) {
                Ok(more) => entries.extend(more),
                Err(warning) => warnings.push(warning),
            }
        }
        (entries, warnings)
    }

    /// The folder in which git looks for this repository's hooks; none for a bundle.
    pub fn hooks_dir(&self) -> Option<PathBuf> {
        let folders = self.folders.as_ref()?;
        Some(match &self.config.hooks_path {
            // A relative path counts from where hooks run: the work tree, or the repository where there is none.
            Some(path) => {
                let base = self.work_tree().unwrap_or_else(|| folders.git_dir.clone());
                base.join(path)
            }
            None => folders.common_dir.join("hooks"),
        })
    }

    /// Repositories of submodules that are cloned inside of this one.
    pub fn submodules(&self) -> Vec<PathBuf> {
        let Some(folders) = &self.folders else { return Vec::new() };
        let mut found = Vec::new();
        let mut open = vec![(folders.common_dir.join("modules"), 0)];
        while let Some((dir, depth)) = open.pop() {
            let Ok(entries) = fs::read_dir(&dir) else { continue };
            for entry in entries.flatten() {
                let path = entry.path();
                if !path.is_dir() || entry.file_type().is_ok_and(|kind| kind.is_symlink()) {
                    continue;
                }
                if path.join("HEAD").exists() && path.join("objects").is_dir() {
                    found.push(path);
                } else if depth < 8 {
                    // Names of submodules may have slashes.
                    open.push((path, depth + 1));
                }
            }
        }
        found.sort();
        found
    }
}

fn read_config(
    folders: &Folders,
    options: &OpenOptions,
    warnings: &mut Vec<Warning>,
) -> Result<RepoConfig, OpenError> {
    let files = ConfigFiles { home: options.home.as_deref(), limits: &options.limits.file };
    let (config, found) = RepoConfig::read(folders, &options.config_files, &files);
    warnings.extend(found);
    let path = folders.common_dir.join("config");
    for extension in &config.unknown {
        if extension.starts_with("objectformat") || extension.starts_with("refstorage") {
            return Err(OpenError::Extension { path, extension: extension.clone() });
        }
        let reason = format!("extension {extension} is not known");
        warnings.push(Warning::Unreadable { path: path.clone(), reason });
    }
    Ok(config)
}

fn read_shallow(common_dir: &Path, limits: &Limits, warnings: &mut Vec<Warning>) -> Vec<Oid> {
    let path = common_dir.join("shallow");
    match read_file(&path, limits.file.large_file_bytes_max) {
        Ok(text) => {
            let text = text.unwrap_or_default();
            let mut oids: Vec<_> = text
                .split(|byte| *byte == b'\n')
                .filter_map(|line| Oid::from_hex(line.trim_ascii()))
                .collect();
            oids.sort_unstable();
            oids
        }
        Err(error) => {
            warnings.push(Warning::Unreadable { path, reason: error.to_string() });
            Vec::new()
        }
    }
}
