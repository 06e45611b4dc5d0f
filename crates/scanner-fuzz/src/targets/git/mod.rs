//! Everything that stands in a repository, as the program meets it: each input becomes files of a bare repository, which is
//! opened and read as a scan does it.
//!
//! [`files`] has what lies beside the objects, [`packs`] what holds them, [`objects`] what they say.

mod files;
mod objects;
mod packs;

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use scanner_git::{
    BaseSlot, Blob, BlobSink, DeltaOp, KindSet, Limits, MEMORY_BYTES_MIN, NothingSeen, ObjectKind,
    ObjectStore, OdbReport, OdbRequest, Oid, OpenOptions, Overlay, Repository, Trust, scan_objects,
};
use tempfile::TempDir;

use super::folder;

pub(super) use files::{CONFIG, FILES, INDEX, PACKED_REFS, REFTABLE};
pub(super) use objects::{LOOSE, OBJECTS, WORDS};
pub(super) use packs::{BUNDLE, DELTA, IDX, MIDX, PACK};

/// What git writes into the configuration of a bare repository of SHA-1.
const CONFIG_SHA1: &[u8] = b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n";

const CONFIG_SHA256: &[u8] =
    b"[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n";

/// A bare repository without objects.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(folder());
        place.write("HEAD", b"ref: refs/heads/main\n");
        place.write("config", CONFIG_SHA1);
        fs::create_dir_all(place.path().join("objects/pack")).expect("a folder");
        fs::create_dir_all(place.path().join("refs/heads")).expect("a folder");
        place
    }

    fn with(self, name: &str, bytes: &[u8]) -> Self {
        self.write(name, bytes);
        self
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("inside")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Opens it, which may be refused, and looks at all that it tells.
    fn open(&self) -> Option<Repository> {
        open(self.path())
    }
}

fn options() -> OpenOptions {
    OpenOptions {
        limits: Limits::from_memory(MEMORY_BYTES_MIN, 2),
        spill_dir: std::env::temp_dir(),
        trust: Trust::Listed(Vec::new()),
        home: Some(PathBuf::from("/nonexistent")),
        config_files: Vec::new(),
        overlay: Overlay::default(),
    }
}

fn open(path: &Path) -> Option<Repository> {
    let repository = Repository::open(path, &options()).ok()?;
    let refs = repository.refs();
    assert!(refs.is_sorted_by(|a, b| a.name < b.name), "each name once");
    assert!(refs.iter().all(|known| repository.find_ref(&known.name) == Some(known.target)));
    assert!(repository.logged().is_sorted_by(|a, b| a < b), "each id once");
    for warning in repository.warnings() {
        assert!(!warning.to_string().is_empty());
    }
    let (_, _, _) = (repository.hooks_dir(), repository.submodules(), repository.work_tree());
    Some(repository)
}

/// Kind and bytes of objects.
type Objects = BTreeMap<Oid, (ObjectKind, Vec<u8>)>;

/// Keeps everything, and checks that deltas tell how the bytes came to be.
#[derive(Default)]
struct Collect {
    objects: Objects,
    bases: BTreeMap<BaseSlot, Vec<u8>>,
}

impl BlobSink for Collect {
    type Carry = Vec<u8>;

    fn blob(&mut self, blob: &Blob<'_>) -> ControlFlow<()> {
        if let Some(delta) = &blob.delta {
            let base = &self.bases[&delta.base];
            let mut made = Vec::new();
            for op in delta.ops() {
                let (from, at, len) = match op {
                    DeltaOp::Copy { base_offset, offset, len } => {
                        (&base[base_offset as usize..], offset, len)
                    }
                    DeltaOp::Insert { offset, len } => {
                        (&blob.bytes[offset as usize..], offset, len)
                    }
                };
                assert_eq!(at, made.len() as u64, "results lie one after the other");
                made.extend_from_slice(&from[..len as usize]);
            }
            assert!(made == blob.bytes, "a delta tells how its object came to be");
        }
        if let Some(slot) = blob.keep {
            assert!(self.bases.insert(slot, blob.bytes.to_vec()).is_none(), "a slot was left");
        }
        let object = (blob.kind, blob.bytes.to_vec());
        assert!(self.objects.insert(blob.oid, object).is_none(), "an object comes once");
        ControlFlow::Continue(())
    }

    fn leave(&mut self, slot: BaseSlot) {
        assert!(self.bases.remove(&slot).is_some(), "a slot was kept");
    }

    fn hand_over(&mut self, slot: BaseSlot) -> Option<Vec<u8>> {
        self.bases.get(&slot).cloned()
    }

    fn take_over(&mut self, slot: BaseSlot, carry: Vec<u8>) {
        assert!(self.bases.insert(slot, carry).is_none(), "a slot was left");
    }
}

/// All objects of a store and what is wrong with the others: the same for one worker and for two.
fn scanned(store: &ObjectStore) -> (Objects, OdbReport) {
    let one = scanned_by(store, 1);
    let two = scanned_by(store, 2);
    assert!(one.0 == two.0, "workers give out the same");
    assert!(one.1.damage == two.1.damage, "workers are told the same damage");
    for oid in one.0.keys() {
        assert!(one.1.damage.get(oid).is_none(), "{oid} was given out");
    }
    one
}

fn scanned_by(store: &ObjectStore, workers: usize) -> (Objects, OdbReport) {
    let request = OdbRequest { kinds: KindSet::ALL, seen: &NothingSeen };
    let sinks = (0..workers).map(|_| Collect::default()).collect();
    let (sinks, report) = scan_objects(store, &request, sinks);
    let mut all = Objects::new();
    for sink in sinks {
        assert!(sink.bases.is_empty(), "every slot is left");
        for (oid, object) in sink.objects {
            assert!(all.insert(oid, object).is_none(), "an object comes once");
        }
    }
    (all, report)
}

/// Parts of an input: each begins with its length in two bytes; the last may be shorter.
fn parts(mut input: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while let Some((length, rest)) = input.split_at_checked(2) {
        let length = usize::from(u16::from_be_bytes([length[0], length[1]])).min(rest.len());
        let (part, rest) = rest.split_at(length);
        parts.push(part);
        input = rest;
    }
    parts
}

/// An input of such parts.
fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let length = |part: &[u8]| u16::try_from(part.len()).expect("seeds are small").to_be_bytes();
    parts.iter().flat_map(|part| [&length(part), *part].concat()).collect()
}
