//! What holds the objects: packs, their indexes, deltas, bundles.

use std::fs;

use flate2::Compression;
use scanner_git::{ObjectFormat, ObjectKind, Oid, Repository};
use scanner_testkit::git::pack::{PackMaker, idx, idx_v1, midx, zlib};

use super::{Objects, Place, joined, options, parts, scanned};
use crate::Target;

/// Kinds of entries, as packs number them.
const COMMIT: u8 = 1;
const BLOB: u8 = 3;
const OFFSET_DELTA: u8 = 6;
const REF_DELTA: u8 = 7;

const TEXT: &[u8] = b"the text of a file\n";

/// Takes the text and appends a mark.
const APPEND: &[u8] = &[19, 20, 0x90, 19, 1, b'!'];

/// A pack of four objects, and where they lie by their ids.
fn whole() -> (Vec<u8>, Vec<(Vec<u8>, u64)>) {
    let mut pack = PackMaker::default();
    let base = pack.entry(BLOB, TEXT.len() as u64, b"", TEXT);
    let back = PackMaker::distance(pack.end() - base);
    let near = pack.entry(OFFSET_DELTA, APPEND.len() as u64, &back, APPEND);
    let marked = [TEXT, b"!"].concat();
    let more: &[u8] = &[20, 22, 0x90, 20, 2, b'?', b'?'];
    let far = pack.entry(REF_DELTA, more.len() as u64, id(&marked).as_bytes(), more);
    let message = format!("tree {}\n\nx", "1".repeat(40));
    let commit = pack.entry(COMMIT, message.len() as u64, b"", message.as_bytes());
    let commit_id = ObjectFormat::Sha1.hash_object(ObjectKind::Commit, message.as_bytes());
    let ids = [(id(TEXT), base), (id(&marked), near), (id(&[&marked[..], b"??"].concat()), far)];
    let mut ids: Vec<_> = ids.map(|(oid, at)| (oid.as_bytes().to_vec(), at)).to_vec();
    ids.push((commit_id.as_bytes().to_vec(), commit));
    (pack.finish(), ids)
}

fn id(text: &[u8]) -> Oid {
    ObjectFormat::Sha1.hash_object(ObjectKind::Blob, text)
}

pub(in crate::targets) const PACK: Target = Target {
    name: "git-pack",
    about: "git: a pack whose index is made by reading it",
    seeds: || vec![whole().0, b"PACK\0\0\0\x02\0\0\0\0".to_vec()],
    words: &[b"PACK\0\0\0\x02", b"\x78\x9c", b"\xff\xff\xff\x7f"],
    bytes_max: 4096,
    run: |input| {
        let place = Place::new().with("objects/pack/pack-a.pack", input);
        if let Some(repository) = place.open() {
            let (found, _) = scanned(repository.store());
            are_what_their_ids_say(&found);
            are_read_alike(&repository, &found);
        }
    },
};

/// Ids that were made by hashing.
fn are_what_their_ids_say(found: &Objects) {
    for (oid, (kind, bytes)) in found {
        assert!(oid.format().hash_object(*kind, bytes) == *oid, "{oid} is what its id says");
    }
}

/// One by one, objects are what they are all together.
fn are_read_alike(repository: &Repository, found: &Objects) {
    let mut reader = repository.store().reader();
    for (oid, (kind, bytes)) in found {
        let object = reader.read(oid).expect("it was given out");
        assert!((object.kind, object.bytes()) == (*kind, &bytes[..]), "{oid} is the same alone");
    }
}

pub(in crate::targets) const IDX: Target = Target {
    name: "git-idx",
    about: "git: the index of a pack, versions 1 and 2",
    seeds: || {
        let (_, ids) = whole();
        vec![idx(ids.clone()), idx_v1(ids)]
    },
    words: &[b"\xfftOc\0\0\0\x02", b"\x80\0\0\0", b"\0\0\0\x0c"],
    bytes_max: 4096,
    run: |input| {
        let (pack, ids) = whole();
        let place = Place::new().with("objects/pack/pack-a.pack", &pack);
        place.write("objects/pack/pack-a.idx", input);
        let repository = place.open().expect("a damaged index is made anew");
        let (found, report) = scanned(repository.store());
        let mut reader = repository.store().reader();
        for (oid, at) in &ids {
            let oid = Oid::from_bytes(ObjectFormat::Sha1, oid).expect("an id");
            let _ = (reader.read(&oid), report.damage.get(&oid), at);
        }
        assert!(found.len() <= input.len() / 20 + ids.len());
    },
};

pub(in crate::targets) const MIDX: Target = Target {
    name: "git-midx",
    about: "git: the multi-pack index",
    seeds: || vec![midx(b"pack-a.idx", whole().1), midx(b"pack-b.idx", whole().1)],
    words: &[b"MIDX\x01\x01", b"PNAM", b"OIDF", b"OIDL", b"OOFF", b"LOFF", b"pack-a.idx\0"],
    bytes_max: 4096,
    run: |input| {
        let (pack, ids) = whole();
        let place = Place::new().with("objects/pack/pack-a.pack", &pack);
        place.write("objects/pack/pack-a.idx", &idx(ids.clone()));
        place.write("objects/pack/multi-pack-index", input);
        let repository = place.open().expect("a multi-pack index is a hint");
        let mut reader = repository.store().reader();
        for (oid, _) in &ids {
            let oid = Oid::from_bytes(ObjectFormat::Sha1, oid).expect("an id");
            assert!(reader.read(&oid).is_ok(), "a multi-pack index is a hint");
        }
        let unknown = Oid::from_bytes(ObjectFormat::Sha1, &[9; 20]).expect("an id");
        assert!(reader.read(&unknown).is_err());
    },
};

pub(in crate::targets) const BUNDLE: Target = Target {
    name: "git-bundle",
    about: "git: bundles",
    seeds: || {
        let hex = "1".repeat(40);
        let v2 = format!("# v2 git bundle\n-{hex} why\n{hex} refs/heads/a\n\n");
        let v3 = format!("# v3 git bundle\n@object-format=sha1\n{hex} refs/heads/a\n\n");
        [v2, v3].map(|head| [head.as_bytes(), &whole().0].concat()).to_vec()
    },
    words: &[b"# v3 git bundle\n", b"@object-format=sha256\n", b"@filter=blob:none\n", b"\n\nPACK"],
    bytes_max: 4096,
    run: |input| {
        let place = Place::new().with("all.bundle", input);
        if let Some(repository) = super::open(&place.path().join("all.bundle")) {
            are_what_their_ids_say(&scanned(repository.store()).0);
        }
    },
};

pub(in crate::targets) const DELTA: Target = Target {
    name: "git-delta",
    about: "git: chains of deltas, against a plain reading of them",
    seeds: || {
        let insert: &[u8] = &[20, 3, 3, b'a', b'b', b'c'];
        let copies: &[u8] = &[3, 9, 0x90, 3, 0x91, 0, 3, 0x90, 3];
        let long: &[u8] = &[19, 0x80, 0x80, 4, 0x80];
        vec![
            joined(&[TEXT, APPEND, insert, copies]),
            joined(&[TEXT, long, APPEND]),
            joined(&[&[b'x'; 300], &[0xac, 2, 0xac, 2, 0xb0, 0x2c, 1]]),
        ]
    },
    words: &[b"\xff\0\0\0\0\x01\0\0", b"\x80", b"\xff\xff\xff\xff\x0f", b"\x90\x05"],
    bytes_max: 4096,
    run: deltas,
};

/// Each part is a delta against what the part before makes; the first is a text.
fn deltas(input: &[u8]) {
    let parts = parts(input);
    let Some((text, deltas)) = parts.split_first() else { return };
    let mut pack = PackMaker::default();
    let mut expected = Objects::new();
    let mut before = Some(text.to_vec());
    let mut base = pack.entry(BLOB, text.len() as u64, b"", text);
    expected.insert(id(text), (ObjectKind::Blob, text.to_vec()));
    for (number, delta) in deltas.iter().take(20).enumerate() {
        let made = before.as_deref().and_then(|base| applied(base, delta));
        let (kind, back) = match &before {
            Some(bytes) if number % 3 == 2 => (REF_DELTA, id(bytes).as_bytes().to_vec()),
            _ => (OFFSET_DELTA, PackMaker::distance(pack.end() - base)),
        };
        base = pack.entry(kind, delta.len() as u64, &back, delta);
        if let Some(made) = &made {
            expected.insert(id(made), (ObjectKind::Blob, made.clone()));
        }
        before = made;
    }
    let place = Place::new().with("objects/pack/pack-a.pack", &pack.finish());
    let repository = Repository::open(place.path(), &options()).expect("a repository");
    let (found, _) = scanned(repository.store());
    assert!(found == expected, "{} objects where {} are", found.len(), expected.len());
    are_read_alike(&repository, &found);
}

/// What a delta makes of its base, read byte by byte.
fn applied(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    /// What a plain reading takes the time for.
    const MADE_MAX: u64 = 1 << 22;
    let mut code = delta.iter().copied();
    let (from, size) = (size(&mut code)?, size(&mut code)?);
    if from != base.len() as u64 || size > MADE_MAX {
        return None;
    }
    let mut made = Vec::new();
    while let Some(command) = code.next() {
        if command & 0x80 == 0 {
            let bytes: Vec<u8> = code.by_ref().take(usize::from(command)).collect();
            if bytes.is_empty() || bytes.len() < usize::from(command) {
                return None;
            }
            made.extend(bytes);
        } else {
            let mut number = |bits: std::ops::Range<u32>| {
                bits.clone().try_fold(0_usize, |number, bit| {
                    let byte = if command & 1 << bit == 0 { 0 } else { code.next()? };
                    Some(number | usize::from(byte) << (8 * (bit - bits.start)))
                })
            };
            let (at, length) = (number(0..4)?, number(4..7)?);
            let length = if length == 0 { 0x10000 } else { length };
            made.extend_from_slice(base.get(at..at.checked_add(length)?)?);
        }
        if made.len() as u64 > size {
            return None;
        }
    }
    (made.len() as u64 == size).then_some(made)
}

fn size(code: &mut impl Iterator<Item = u8>) -> Option<u64> {
    let mut size = 0_u128;
    for shift in (0..70).step_by(7) {
        let byte = code.next()?;
        size |= u128::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return u64::try_from(size).ok();
        }
    }
    None
}

/// A loose object of this id, stored as it is or deflated first.
pub(super) fn write_loose(place: &Place, oid: Oid, bytes: &[u8], is_stored: bool) {
    let hex = oid.to_string();
    let folder = place.path().join("objects").join(&hex[..2]);
    fs::create_dir_all(&folder).expect("a folder");
    let stored = if is_stored { bytes.to_vec() } else { zlib(bytes, Compression::none()) };
    fs::write(folder.join(&hex[2..]), stored).expect("a file");
}
