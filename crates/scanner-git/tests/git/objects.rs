//! Every object is decoded exactly as `git cat-file` prints it, however it is stored.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use scanner_git::{
    BaseSlot, Blob, BlobSink, DeltaOp, KindSet, Limits, NothingSeen, ObjectFormat, ObjectStore,
    OdbReport, OdbRequest, Oid, scan_objects,
};

use crate::fixture::Fixture;

/// Objects by id: kind and bytes.
pub(crate) type Objects = BTreeMap<String, (String, Vec<u8>)>;

/// Keeps everything and checks that deltas give what was given.
#[derive(Default)]
pub(crate) struct Collect {
    pub(crate) objects: Objects,
    bases: BTreeMap<BaseSlot, Vec<u8>>,
    deltas: usize,
}

impl BlobSink for Collect {
    type Carry = Vec<u8>;

    fn blob(&mut self, blob: &Blob<'_>) -> ControlFlow<()> {
        if let Some(delta) = &blob.delta {
            let base = &self.bases[&delta.base];
            assert_eq!(base.len() as u64, delta.base_bytes);
            let mut made = Vec::new();
            for op in delta.ops() {
                match op {
                    DeltaOp::Copy { base_offset, offset, len } => {
                        assert_eq!(offset, made.len() as u64);
                        made.extend_from_slice(&base[base_offset as usize..][..len as usize]);
                    }
                    DeltaOp::Insert { offset, len } => {
                        assert_eq!(offset, made.len() as u64);
                        made.extend_from_slice(&blob.bytes[offset as usize..][..len as usize]);
                    }
                }
            }
            assert!(made == blob.bytes, "{} from its delta", blob.oid);
            self.deltas += 1;
        }
        if let Some(slot) = blob.keep {
            let old = self.bases.insert(slot, blob.bytes.to_vec());
            assert!(old.is_none(), "{slot:?} was not left");
        }
        let value = (blob.kind.name().to_owned(), blob.bytes.to_vec());
        let old = self.objects.insert(blob.oid.to_string(), value);
        assert!(old.is_none(), "{} came twice", blob.oid);
        ControlFlow::Continue(())
    }

    fn leave(&mut self, slot: BaseSlot) {
        assert!(self.bases.remove(&slot).is_some(), "{slot:?} was kept");
    }

    fn hand_over(&mut self, slot: BaseSlot) -> Option<Vec<u8>> {
        self.bases.get(&slot).cloned()
    }

    fn take_over(&mut self, slot: BaseSlot, carry: Vec<u8>) {
        assert!(self.bases.insert(slot, carry).is_none());
    }
}

/// All objects of a store, with the number of deltas told.
pub(crate) fn scanned(store: &ObjectStore, workers: usize) -> (Objects, usize, OdbReport) {
    let request = OdbRequest { kinds: KindSet::ALL, seen: &NothingSeen };
    let sinks = (0..workers).map(|_| Collect::default()).collect();
    let (sinks, report) = scan_objects(store, &request, sinks);
    let mut all = Objects::new();
    let mut deltas = 0;
    for sink in sinks {
        assert!(sink.bases.is_empty());
        deltas += sink.deltas;
        for (oid, object) in sink.objects {
            assert!(all.insert(oid, object).is_none(), "two sinks got an object");
        }
    }
    (all, deltas, report)
}

pub(crate) fn open(objects: &Path, format: ObjectFormat, limits: &Limits) -> ObjectStore {
    ObjectStore::open(objects, format, limits, &std::env::temp_dir()).expect("a store")
}

/// What `git cat-file` prints about all objects.
pub(crate) fn by_git(fixture: &Fixture, dir: &Path) -> Objects {
    let output = fixture.run(dir, &["cat-file", "--batch-all-objects", "--batch", "--unordered"]);
    let mut objects = Objects::new();
    let mut rest = &output[..];
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').expect("a header line");
        let header = std::str::from_utf8(&rest[..end]).expect("text");
        let words: Vec<_> = header.split(' ').collect();
        let size: usize = words[2].parse().expect("a size");
        let bytes = rest[end + 1..][..size].to_vec();
        objects.insert(words[0].to_owned(), (words[1].to_owned(), bytes));
        rest = &rest[end + 1 + size + 1..];
    }
    objects
}

/// Compares the store with git for several numbers of workers; gives the number of deltas told.
fn check(fixture: &Fixture, dir: &Path, objects: &Path, format: ObjectFormat) -> usize {
    let expected = by_git(fixture, dir);
    assert!(expected.len() > 100);
    let store = open(objects, format, &Limits::default());
    assert!(store.warnings().is_empty(), "{:?}", store.warnings());
    let (found, deltas, report) = scanned(&store, 1);
    assert!(found == expected, "{} of {} objects", found.len(), expected.len());
    assert!(report.damage.is_empty());
    for workers in [2, 3, 4, 5, 8, 16] {
        let (again, _, other) = scanned(&store, workers);
        assert!(again == expected);
        let mut counters = other.counters;
        counters.chance = report.counters.chance;
        assert_eq!(counters, report.counters);
    }
    let mut reader = store.reader();
    for (hex, (kind, bytes)) in &expected {
        let object = reader.read(&Oid::from_hex(hex.as_bytes()).unwrap()).unwrap();
        assert!(object.kind.name() == kind && object.bytes() == bytes);
    }
    deltas
}

fn check_sha1(fixture: &Fixture) -> usize {
    check(fixture, &fixture.repo(), &fixture.objects(), ObjectFormat::Sha1)
}

#[test]
fn loose_objects_only() {
    let fixture = Fixture::new(&[]).with_history();
    assert_eq!(check_sha1(&fixture), 0);
}

#[test]
fn packs_of_several_depths() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.git(&["repack", "-q", "-a", "-d", "-f", "--depth=50", "-k"]);
    assert!(check_sha1(&fixture) > 80);
    fixture.git(&["repack", "-q", "-a", "-d", "-f", "--depth=250", "--window=50", "-k"]);
    assert!(check_sha1(&fixture) > 80);
    fixture.git(&["repack", "-q", "-a", "-d", "-f", "--depth=0", "-k"]);
    assert_eq!(check_sha1(&fixture), 0);
    fixture.git(&["-c", "pack.indexVersion=1", "repack", "-q", "-a", "-d", "-f", "-k"]);
    assert!(check_sha1(&fixture) > 80);
}

#[test]
fn several_packs_with_and_without_midx() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.git(&["repack", "-q", "-a", "-d"]);
    for round in 0..3 {
        fixture.write(&format!("more{round}"), format!("more {round}\n").repeat(100));
        fixture.commit("more");
        fixture.git(&["repack", "-q", "-d"]);
    }
    // The same objects once more, in a pack of their own.
    let list = ["rev-list", "--objects", "--no-object-names", "HEAD~3"];
    let oids = fixture.lines(&list).join("\n") + "\n";
    let args = ["pack-objects", "-q", "--no-reuse-delta", "--depth=3", ".git/objects/pack/pack"];
    fixture.run_bytes(&fixture.repo(), &args, oids.as_bytes());
    check_sha1(&fixture);
    fixture.git(&["multi-pack-index", "write"]);
    check_sha1(&fixture);
}

#[test]
fn ref_deltas_and_thin_packs() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.git(&["-c", "repack.usedeltabaseoffset=false", "repack", "-a", "-d", "-q", "-f", "-k"]);
    assert!(check_sha1(&fixture) > 80);
    fixture.write("dir0/sub/file0.txt", "file 0 line 0 value 0\n".repeat(300));
    fixture.commit("thin");
    let args = ["pack-objects", "-q", "--thin", "--stdout", "--revs"];
    let thin = fixture.run_bytes(&fixture.repo(), &args, b"HEAD\n^HEAD~3\n");
    // Not what git does, but what it would mean: a pack whose bases lie in another.
    let path = fixture.objects().join("pack/pack-thin.pack");
    std::fs::write(&path, thin).unwrap();
    let store = open(&fixture.objects(), ObjectFormat::Sha1, &Limits::default());
    let (found, _, report) = scanned(&store, 3);
    assert!(found == by_git(&fixture, &fixture.repo()));
    assert!(report.damage.is_empty());
}

#[test]
fn sha256_repositories() {
    let fixture = Fixture::new(&["--object-format=sha256"]).with_history();
    let check_sha256 = |fixture: &Fixture| {
        check(fixture, &fixture.repo(), &fixture.objects(), ObjectFormat::Sha256)
    };
    check_sha256(&fixture);
    fixture.git(&["repack", "-q", "-a", "-d", "-f", "-k"]);
    assert!(check_sha256(&fixture) > 80);
}

#[test]
fn alternates_are_part_of_the_store() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.git(&["repack", "-q", "-a", "-d", "-k"]);
    fixture.run(fixture.root(), &["clone", "-q", "--shared", "repo", "borrower"]);
    let borrower = fixture.root().join("borrower");
    check(&fixture, &borrower, &borrower.join(".git/objects"), ObjectFormat::Sha1);
}

#[test]
fn an_absent_index_is_made_anew() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.git(&["repack", "-q", "-a", "-d", "-f", "-k"]);
    let expected = by_git(&fixture, &fixture.repo());
    for entry in std::fs::read_dir(fixture.objects().join("pack")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "idx") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let store = open(&fixture.objects(), ObjectFormat::Sha1, &Limits::default());
    assert_eq!(store.warnings().len(), 1);
    let (found, _, report) = scanned(&store, 2);
    assert!(found == expected && report.damage.is_empty());
}

#[test]
fn little_memory_gives_the_same_objects() {
    let fixture = Fixture::new(&[]).with_history();
    let mut large = Vec::new();
    for n in 0..200_000_u32 {
        large.extend_from_slice(&n.wrapping_mul(2_654_435_761).to_le_bytes());
    }
    fixture.write("large", &large);
    fixture.commit("large");
    large[400_000] ^= 1;
    fixture.write("large", &large);
    fixture.commit("larger");
    fixture.git(&["repack", "-q", "-a", "-d", "-f", "-k"]);
    let mut limits = Limits::default();
    limits.pack.object_bytes_in_memory = 4096;
    limits.pack.worker_bytes_in_memory = 16_384;
    let store = open(&fixture.objects(), ObjectFormat::Sha1, &limits);
    let (found, _, report) = scanned(&store, 2);
    assert!(found == by_git(&fixture, &fixture.repo()));
    assert!(report.counters.chance.spilled > 10);
}
