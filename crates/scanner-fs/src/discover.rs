//! Finding files: opening folders, reading their entries, and deciding by name and type what is taken.
//!
//! Work comes in [`Task`]s that any worker can do. A folder is opened below its root's handle, without
//! following links; its entries are read in pieces of bounded size, and what is left of a large folder is a task
//! again. Nothing here opens a file.

use std::ffi::{CStr, OsStr};
use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{AtFlags, FileType, Stat, fstat, statat};
use rustix::io::{Errno, retry_on_intr};
use scanner_core::{ObjectPath, SkipReason};

use crate::error::skip_reason;
use crate::file_table::{EntryKind, FileTable};
use crate::ignore_rules::{IgnoreRules, RuleFiles};
use crate::limits::{Limits, SPARE_TABLES};
use crate::linked::{Inode, LinkedFile};
use crate::listing::EntryReader;
use crate::mounts::{is_made_up, keeps_folder_times};
use crate::policy::{CompiledPolicy, Verdict};
use crate::read::{FileFacts, open_folder_below, open_folder_by_path};
use crate::roots::{OpenRoot, Roots, absolute_base};
use crate::visit::FileVisitor;

/// Something that a worker can do.
#[derive(Debug)]
pub(crate) enum Task {
    /// Start on the root of this index.
    Root(usize),
    /// Walk a folder below another.
    Folder { around: Arc<Place>, name: Box<CStr> },
    /// Go on with a folder of which a part was read.
    Rest(Listing),
    /// Visit files.
    Files(Batch),
    /// Visit files that waited for the end of the walk; all of one root.
    Linked(Vec<LinkedFile>),
}

/// Some files of one folder. The table is shared with those who took other parts of it.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) folder: Arc<Folder>,
    pub(crate) table: Arc<FileTable>,
    pub(crate) range: Range<usize>,
}

/// Where a folder is, and what holds for its entries.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) root: Arc<OpenRoot>,
    /// Path below the root with its slash; empty for the root.
    pub(crate) rel: Vec<u8>,
    rules: Option<Arc<IgnoreRules>>,
    /// What the include globs say of the folder: where it is taken, its files need not match one.
    verdict: Verdict,
    device: u64,
    /// Whether the folder's times tell when its names change, and somebody wants to know.
    keeps_times: bool,
}

/// An open folder.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) place: Arc<Place>,
    pub(crate) handle: OwnedFd,
}

/// A folder whose entries are being read.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) folder: Arc<Folder>,
    reader: EntryReader,
}

impl Listing {
    /// Whether all entries have been read.
    pub(crate) fn at_end(&self) -> bool {
        self.reader.at_end()
    }
}

impl Place {
    /// The folder's own path, for people.
    fn shown(&self) -> ObjectPath {
        let mut path = self.root.shown.clone();
        path.extend_from_slice(&self.rel);
        match path.as_slice() {
            [] => ObjectPath::new(b"."),
            b"/" => ObjectPath::new(b"/"),
            [path @ .., _slash] => ObjectPath::new(path),
        }
    }

    /// The path of an entry, for people.
    fn shown_entry(&self, name: &CStr) -> ObjectPath {
        ObjectPath::new(&[&self.root.shown, self.rel.as_slice(), name.to_bytes()].concat())
    }
}

/// Finds files for one worker; owns the buffers for it.
#[derive(Debug)]
pub(crate) struct Scout<'a> {
    roots: &'a Roots,
    policy: &'a CompiledPolicy,
    limits: &'a Limits,
    entries: Vec<u8>,
    /// Entries as they are told to whoever remembers folders.
    listing: Vec<u8>,
    /// The absolute path of the entry at hand, for ignore rules; its tail is the path below the root.
    path: Vec<u8>,
    spare: Vec<FileTable>,
}

impl<'a> Scout<'a> {
    pub(crate) fn new(roots: &'a Roots, policy: &'a CompiledPolicy, limits: &'a Limits) -> Self {
        let (entries, listing, path) = (Vec::new(), Vec::new(), Vec::new());
        Self { roots, policy, limits, entries, listing, path, spare: Vec::new() }
    }

    /// Opens the root of this index, a folder.
    pub(crate) fn open_root(&self, index: usize) -> io::Result<Arc<OpenRoot>> {
        let root = self.roots.get(index);
        let handle = open_folder_by_path(&root.path)?;
        let base = if self.policy.respect_ignore { absolute_base(&root.path) } else { Vec::new() };
        Ok(Arc::new(OpenRoot { index, handle, shown: root.shown_prefix(), base }))
    }

    /// Starts on a root; the entries are the first piece of its listing.
    pub(crate) fn enter_root(
        &mut self,
        index: usize,
        visitor: &mut dyn FileVisitor,
    ) -> Option<(Listing, FileTable)> {
        let opened = self.open_root(index).and_then(|root| {
            let handle = root.handle.try_clone()?;
            let stat = fstat(&handle)?;
            Ok((root, handle, stat))
        });
        let (root, handle, stat) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                let shown = ObjectPath::new(self.roots.get(index).shown());
                visitor.skipped(&shown, skip_reason(&error), Some(&error));
                return None;
            }
        };
        let rules = if root.base.is_empty() {
            None
        } else {
            let base = Path::new(OsStr::from_bytes(&root.base));
            IgnoreRules::around(base, self.limits)
        };
        let verdict = self.policy.verdict_of_roots();
        let device = Inode::of(&stat).device;
        let keeps_times = visitor.remembers_folders() && keeps_folder_times(handle.as_fd());
        let place = Place { root, rel: Vec::new(), rules, verdict, device, keeps_times };
        Some(self.list(place, (handle, &stat), visitor))
    }

    /// Starts on a folder below another; the entries are the first piece of its listing.
    pub(crate) fn enter(
        &mut self,
        around: &Place,
        name: &CStr,
        visitor: &mut dyn FileVisitor,
    ) -> Option<(Listing, FileTable)> {
        let mut rel = [around.rel.as_slice(), name.to_bytes()].concat();
        let opened = open_folder_below(around.root.handle.as_fd(), &rel)
            .and_then(|handle| Ok((fstat(&handle)?, handle)));
        let (stat, handle) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                visitor.skipped(&around.shown_entry(name), skip_reason(&error), Some(&error));
                return None;
            }
        };
        let inode = Inode::of(&stat);
        if self.roots.has_folder(inode) {
            return None;
        }
        let is_mounted = inode.device != around.device;
        if is_mounted && is_made_up(handle.as_fd()) {
            visitor.skipped(&around.shown_entry(name), SkipReason::NotARegularFile, None);
            return None;
        }
        let verdict = self.policy.judge(&rel, true, around.verdict);
        rel.push(b'/');
        let place = Place {
            root: Arc::clone(&around.root),
            rel,
            rules: around.rules.clone(),
            verdict,
            device: inode.device,
            keeps_times: if is_mounted {
                visitor.remembers_folders() && keeps_folder_times(handle.as_fd())
            } else {
                around.keeps_times
            },
        };
        Some(self.list(place, (handle, &stat), visitor))
    }

    /// Takes the first piece of a folder's entries, and its ignore files.
    fn list(
        &mut self,
        mut place: Place,
        (handle, stat): (OwnedFd, &Stat),
        visitor: &mut dyn FileVisitor,
    ) -> (Listing, FileTable) {
        let (reader, table) = self.first_entries(&place, (handle.as_fd(), stat), visitor);
        if self.policy.respect_ignore {
            let files = if reader.at_end() {
                RuleFiles {
                    ignore: table.contains(c".ignore"),
                    git_ignore: table.contains(c".gitignore"),
                    git: table.contains(c".git"),
                }
            } else {
                RuleFiles::probe(handle.as_fd())
            };
            let prefix_bytes = place.root.base.len() + place.rel.len();
            let outer = place.rules.take();
            place.rules =
                IgnoreRules::enter(outer, handle.as_fd(), prefix_bytes, files, self.limits);
        }
        let folder = Arc::new(Folder { place: Arc::new(place), handle });
        (Listing { folder, reader }, table)
    }

    /// The first piece of a folder's entries: from whoever knows them all, or read, and told to him.
    fn first_entries(
        &mut self,
        place: &Place,
        (handle, stat): (BorrowedFd<'_>, &Stat),
        visitor: &mut dyn FileVisitor,
    ) -> (EntryReader, FileTable) {
        let mut table = self.spare.pop().unwrap_or_else(FileTable::new);
        let facts = FileFacts::of(stat);
        if place.keeps_times {
            self.path.clear();
            self.path.extend_from_slice(&place.root.shown);
            self.path.extend_from_slice(&place.rel);
            let known = visitor.entries(&self.path, &facts);
            if known.is_some_and(|entries| table.decode(entries).is_some()) {
                return (EntryReader::finished(), table);
            }
        }
        let mut reader = EntryReader::default();
        match reader.read(handle, &mut self.entries, &mut table) {
            Ok(()) if place.keeps_times && reader.at_end() => {
                self.listing.clear();
                table.encode(&mut self.listing);
                visitor.listed(&self.path, &facts, &self.listing);
            }
            Ok(()) => {}
            Err(error) => visitor.skipped(&place.shown(), skip_reason(&error), Some(&error)),
        }
        (reader, table)
    }

    /// Reads the next piece of a folder's entries.
    pub(crate) fn read_more(
        &mut self,
        listing: &mut Listing,
        visitor: &mut dyn FileVisitor,
    ) -> FileTable {
        let mut table = self.spare.pop().unwrap_or_else(FileTable::new);
        let handle = listing.folder.handle.as_fd();
        if let Err(error) = listing.reader.read(handle, &mut self.entries, &mut table) {
            visitor.skipped(&listing.folder.place.shown(), skip_reason(&error), Some(&error));
        }
        table
    }

    /// Leaves the files that are taken in the table and hands the folders to `found`.
    pub(crate) fn sift(
        &mut self,
        folder: &Folder,
        table: &mut FileTable,
        visitor: &mut dyn FileVisitor,
        mut found: impl FnMut(&CStr),
    ) {
        let place = &*folder.place;
        self.path.clear();
        self.path.extend_from_slice(&place.root.base);
        self.path.extend_from_slice(&place.rel);
        table.retain(|name, kind| {
            let kind = match resolve_kind(folder, name, kind) {
                Ok(kind) => kind,
                Err(error) => {
                    visitor.skipped(&place.shown_entry(name), skip_reason(&error), Some(&error));
                    return false;
                }
            };
            match self.take(place, name, kind) {
                Take::Ignored => false,
                Take::Skipped(reason) => {
                    visitor.skipped(&place.shown_entry(name), reason, None);
                    false
                }
                Take::TooLong => {
                    let error = Errno::NAMETOOLONG.into();
                    visitor.skipped(&place.shown_entry(name), SkipReason::ReadError, Some(&error));
                    false
                }
                Take::File => true,
                Take::Folder => {
                    found(name);
                    false
                }
            }
        });
    }

    /// Keeps a table's memory for the next folder.
    pub(crate) fn recycle(&mut self, table: Arc<FileTable>) {
        if self.spare.len() < SPARE_TABLES
            && let Some(mut table) = Arc::into_inner(table)
        {
            table.clear();
            self.spare.push(table);
        }
    }

    /// Decides about one entry. `self.path` holds the folder's path before and after.
    fn take(&mut self, place: &Place, name: &CStr, kind: EntryKind) -> Take {
        let is_folder = kind == EntryKind::Folder;
        if is_folder && self.policy.respect_ignore && name == c".git" {
            return Take::Ignored;
        }
        let prefix_bytes = self.path.len();
        self.path.extend_from_slice(name.to_bytes());
        let taken = self.judge(place, is_folder, kind);
        self.path.truncate(prefix_bytes);
        taken
    }

    fn judge(&self, place: &Place, is_folder: bool, kind: EntryKind) -> Take {
        let rel = &self.path[place.root.base.len()..];
        if !self.policy.takes_all() {
            match self.policy.judge(rel, is_folder, place.verdict) {
                Verdict::Excluded => return Take::Skipped(SkipReason::ExcludedPath),
                Verdict::NotIncluded if !is_folder => {
                    return Take::Skipped(SkipReason::ExcludedPath);
                }
                Verdict::NotIncluded | Verdict::Taken => {}
            }
        }
        let global = &self.policy.git_global_excludes;
        if let Some(rules) = &place.rules
            && rules.ignores(global, &self.path, is_folder)
        {
            return Take::Ignored;
        }
        match kind {
            EntryKind::File | EntryKind::Folder if rel.len() > self.limits.path_bytes_max => {
                Take::TooLong
            }
            EntryKind::File => Take::File,
            EntryKind::Folder => Take::Folder,
            EntryKind::Symlink => Take::Skipped(SkipReason::Symlink),
            EntryKind::Special | EntryKind::Unknown => Take::Skipped(SkipReason::NotARegularFile),
        }
    }
}

/// What becomes of an entry.
enum Take {
    File,
    Folder,
    /// Left out by an ignore file: not counted.
    Ignored,
    Skipped(SkipReason),
    TooLong,
}

/// Asks for the type of an entry where the listing did not tell.
fn resolve_kind(folder: &Folder, name: &CStr, kind: EntryKind) -> io::Result<EntryKind> {
    if kind != EntryKind::Unknown {
        return Ok(kind);
    }
    let stat = retry_on_intr(|| statat(&folder.handle, name, AtFlags::SYMLINK_NOFOLLOW))?;
    Ok(match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => EntryKind::File,
        FileType::Directory => EntryKind::Folder,
        FileType::Symlink => EntryKind::Symlink,
        _ => EntryKind::Special,
    })
}
