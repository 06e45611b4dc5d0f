//! Damage on purpose: never a panic, everything else is found, and what is given out is what its id says.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use scanner_core::SkipReason;
use scanner_git::{
    Damage, Limits, ObjectFormat, ObjectKind, Oid, OpenOptions, PathScope, Repository, attribute,
    introduced, parse_range, staged,
};
use scanner_testkit::git::pack::{PackMaker, idx};

use crate::fixture::Fixture;
use crate::objects::{Objects, by_git, open, scanned};
use crate::opening::{options, repository};

/// A repository of one small pack with deltas.
fn small() -> (Fixture, PathBuf) {
    let fixture = Fixture::new(&[]);
    for round in 0..4 {
        let line =
            |n: u32| format!("line {n} {}\n", if n == round { 77_777 } else { n * n * 7919 });
        let lines: String = (0..40).map(line).collect();
        fixture.write("dir/file", lines);
        fixture.write("other", format!("other {round}\n"));
        fixture.commit(&format!("round {round}"));
    }
    fixture.git(&["repack", "-q", "-a", "-d", "-f"]);
    let pack = pack_file(&fixture.objects(), "pack");
    (fixture, pack)
}

fn pack_file(objects: &Path, extension: &str) -> PathBuf {
    let entries = fs::read_dir(objects.join("pack")).expect("a folder");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    paths.sort();
    paths.pop().expect("a pack")
}

/// Writes a file that git made read-only.
fn overwrite(path: &Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).expect("written");
}

fn kind(name: &str) -> ObjectKind {
    match name {
        "commit" => ObjectKind::Commit,
        "tree" => ObjectKind::Tree,
        "tag" => ObjectKind::Tag,
        _ => ObjectKind::Blob,
    }
}

/// Objects whose bytes are not those of their id.
fn false_ones(found: &Objects) -> usize {
    let is_false = |(oid, (name, bytes)): &(&String, &(String, Vec<u8>))| {
        ObjectFormat::Sha1.hash_object(kind(name), bytes).to_string() != **oid
    };
    found.iter().filter(is_false).count()
}

#[test]
fn any_byte_of_a_pack_may_be_wrong() {
    let (fixture, path) = small();
    let expected = by_git(&fixture, &fixture.repo());
    let good = fs::read(&path).unwrap();
    let mut kinds = BTreeSet::new();
    for at in (12..good.len() - 20).step_by(9) {
        for flip in [0x01, 0x80] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            overwrite(&path, &bad);
            let store = open(&fixture.objects(), ObjectFormat::Sha1, &Limits::default());
            let (found, _, report) = scanned(&store, 1 + at % 2);
            // Each id is given out or told to be damaged.
            for oid in expected.keys() {
                let id = Oid::from_hex(oid.as_bytes()).unwrap();
                assert!(
                    found.contains_key(oid) != report.damage.get(&id).is_some(),
                    "{oid} at {at}"
                );
            }
            kinds.extend(report.damage.iter().map(|(_, damage)| damage));
            let whole = found.iter().filter(|(oid, object)| expected.get(*oid) == Some(object));
            // One entry is hit, and what hangs on it: the rest is found.
            assert!(whole.count() + 8 >= expected.len(), "at {at}: {:?}", report.damage.by_kind());
        }
    }
    for damage in [Damage::CorruptZlib, Damage::WrongSize, Damage::BaseDamaged] {
        assert!(kinds.contains(&damage), "{kinds:?}");
    }
}

#[test]
fn packs_may_end_anywhere() {
    let (fixture, path) = small();
    let good = fs::read(&path).unwrap();
    for end in (0..good.len()).step_by(7) {
        overwrite(&path, &good[..end]);
        let store = open(&fixture.objects(), ObjectFormat::Sha1, &Limits::default());
        let (found, _, report) = scanned(&store, 2);
        assert_eq!(false_ones(&found), 0);
        if store.packs().is_empty() {
            assert!(!store.warnings().is_empty());
        } else {
            assert!(!report.damage.is_empty());
        }
    }
}

#[test]
fn an_index_that_lies_is_made_good() {
    let (fixture, path) = small();
    let expected = by_git(&fixture, &fixture.repo());
    let idx = path.with_extension("idx");
    let good = fs::read(&idx).unwrap();
    let objects = expected.len();
    let offsets = 8 + 1024 + objects * 24;
    for at in (0..good.len()).step_by(3) {
        let mut bad = good.clone();
        bad[at] ^= 0x15;
        overwrite(&idx, &bad);
        let store = open(&fixture.objects(), ObjectFormat::Sha1, &Limits::default());
        let (found, _, report) = scanned(&store, 2);
        let is_offset = (offsets..offsets + objects * 4).contains(&at);
        let right = found.iter().filter(|(oid, object)| expected.get(*oid) == Some(object)).count();
        // A wrong id or offset concerns one object, unless it is found by reading the pack through.
        assert!(right + 1 >= objects, "at {at}: {right} {:?}", report.damage.by_kind());
        if is_offset {
            assert_eq!(right, objects, "at {at}");
        }
    }
}

#[test]
fn a_multi_pack_index_is_a_hint_only() {
    let (fixture, _) = small();
    fixture.write("more", "more\n");
    fixture.commit("more");
    fixture.git(&["repack", "-q", "-d"]);
    fixture.git(&["multi-pack-index", "write"]);
    let expected = by_git(&fixture, &fixture.repo());
    let path = fixture.objects().join("pack/multi-pack-index");
    let good = fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x83;
        overwrite(&path, &bad[..if at % 3 == 0 { at } else { bad.len() }]);
        let store = open(&fixture.objects(), ObjectFormat::Sha1, &Limits::default());
        let mut reader = store.reader();
        for (hex, (_, bytes)) in &expected {
            let object = reader.read(&Oid::from_hex(hex.as_bytes()).unwrap()).unwrap();
            assert_eq!(object.bytes(), bytes);
        }
    }
}

#[test]
fn a_pack_that_is_gone_is_told_and_one_removed_later_is_read() {
    let (fixture, path) = small();
    let expected = by_git(&fixture, &fixture.repo());
    let gone = path.with_file_name("pack-gone.pack");
    std::os::unix::fs::symlink("/no/such/pack", &gone).unwrap();
    let store = open(&fixture.objects(), ObjectFormat::Sha1, &Limits::default());
    assert_eq!((store.packs().len(), store.warnings().len()), (1, 1));
    // What a repack does while we read.
    fs::remove_file(&path).unwrap();
    fs::remove_file(path.with_extension("idx")).unwrap();
    assert!(scanned(&store, 2).0 == expected);
}

/// Writes a pack and an index that gives these ids to these offsets.
fn write_pack(pack: PackMaker, objects: &Path, ids: &[(Oid, u64)]) {
    let ids = ids.iter().map(|(oid, at)| (oid.as_bytes().to_vec(), *at)).collect();
    fs::create_dir_all(objects.join("pack")).unwrap();
    fs::write(objects.join("pack/pack-hand.pack"), pack.finish()).unwrap();
    fs::write(objects.join("pack/pack-hand.idx"), idx(ids)).unwrap();
}

fn id(text: &[u8]) -> Oid {
    ObjectFormat::Sha1.hash_object(ObjectKind::Blob, text)
}

/// What is wrong with each entry of the pack below.
const WRONG: [(&[u8], Damage); 11] = [
    (b"cycle a", Damage::DeltaCycle),
    (b"cycle b", Damage::DeltaCycle),
    (b"of itself", Damage::DeltaCycle),
    (b"absent", Damage::BaseMissing),
    (b"beyond", Damage::DeltaOutOfBounds),
    (b"wrong base size", Damage::WrongBaseSize),
    (b"huge", Damage::WrongSize),
    (b"claims", Damage::DeltaOutOfBounds),
    (b"odd", Damage::BadHeader),
    (b"off", Damage::WrongBase),
    (b"outside", Damage::OffsetOutOfBounds),
];

#[test]
fn cycles_bombs_and_wrong_bases() {
    let dir = tempfile::tempdir().unwrap();
    let mut pack = PackMaker::default();
    let whole = pack.entry(3, 5, b"", b"whole");
    let made = pack.entry(7, 6, id(b"whole").as_bytes(), &[5, 6, 0x90, 5, 1, b'!']);
    let (a, b) = (id(b"cycle a"), id(b"cycle b"));
    let cycle_a = pack.entry(7, 6, b.as_bytes(), &[5, 6, 0x90, 5, 1, b'!']);
    let cycle_b = pack.entry(7, 6, a.as_bytes(), &[5, 6, 0x90, 5, 1, b'!']);
    let own = id(b"of itself");
    let of_itself = pack.entry(7, 6, own.as_bytes(), &[5, 6, 0x90, 5, 1, b'!']);
    let absent = pack.entry(7, 6, id(b"nowhere").as_bytes(), &[5, 6, 0x90, 5, 1, b'!']);
    let beyond = pack.entry(7, 4, id(b"whole").as_bytes(), &[5, 6, 0x90, 6]);
    let wrong_base_size = pack.entry(7, 4, id(b"whole").as_bytes(), &[6, 5, 0x90, 5]);
    let huge = pack.entry(3, 1 << 50, b"", b"little");
    let claims = pack.entry(
        7,
        9,
        id(b"whole").as_bytes(),
        &[5, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x90, 5],
    );
    let odd = pack.entry(5, 5, b"", b"whole");
    let off = pack.entry(6, 6, &[1], &[5, 6, 0x90, 5, 1, b'!']);
    let ids: Vec<(Oid, u64)> = vec![
        (id(b"whole"), whole),
        (id(b"whole!"), made),
        (a, cycle_a),
        (b, cycle_b),
        (own, of_itself),
        (id(b"absent"), absent),
        (id(b"beyond"), beyond),
        (id(b"wrong base size"), wrong_base_size),
        (id(b"huge"), huge),
        (id(b"claims"), claims),
        (id(b"odd"), odd),
        (id(b"off"), off),
        (id(b"outside"), 1 << 30),
    ];
    write_pack(pack, dir.path(), &ids);
    let store = open(dir.path(), ObjectFormat::Sha1, &Limits::default());
    for workers in [1, 3] {
        let (found, _, report) = scanned(&store, workers);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[&id(b"whole!").to_string()].1, b"whole!");
        for (name, damage) in WRONG {
            assert_eq!(
                report.damage.get(&id(name)),
                Some(damage),
                "{}",
                String::from_utf8_lossy(name)
            );
        }
        assert_eq!(report.damage.len(), WRONG.len());
        assert_eq!(report.damage.skip_counts().get(SkipReason::GitObjectMissing), 1);
    }
    let mut reader = store.reader();
    for (name, _) in WRONG {
        assert!(reader.read(&id(name)).is_err());
    }
    assert_eq!(reader.read(&id(b"never")).err(), Some(Damage::Missing));
}

#[test]
fn a_damaged_copy_is_replaced_by_a_whole_one() {
    let (fixture, path) = small();
    let expected = by_git(&fixture, &fixture.repo());
    let copy = path.with_file_name("pack-copy.pack");
    fs::copy(&path, &copy).unwrap();
    fs::copy(path.with_extension("idx"), copy.with_extension("idx")).unwrap();
    let mut bad = fs::read(&path).unwrap();
    let middle = bad.len() / 2;
    bad[40..middle].fill(0x55);
    for broken in [&path, &copy] {
        let good = fs::read(broken).unwrap();
        overwrite(broken, &bad);
        let store = open(&fixture.objects(), ObjectFormat::Sha1, &Limits::default());
        let (found, _, report) = scanned(&store, 2);
        assert!(found == expected && report.damage.is_empty());
        overwrite(broken, &good);
    }
}

#[test]
fn loose_objects_may_be_anything() {
    let fixture = Fixture::new(&[]).with_history();
    let expected = by_git(&fixture, &fixture.repo());
    let victims: Vec<_> = expected.keys().take(6).cloned().collect();
    let file = |hex: &str| fixture.objects().join(&hex[..2]).join(&hex[2..]);
    for (n, victim) in victims.iter().enumerate() {
        let path = file(victim);
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        match n {
            0 => fs::write(&path, b"").unwrap(),
            1 => fs::write(&path, &bytes[..bytes.len() / 2]).unwrap(),
            2 => fs::create_dir(&path).unwrap(),
            3 => fs::write(&path, b"blob 3\0abc").unwrap(),
            4 => std::os::unix::fs::symlink("/nowhere", &path).unwrap(),
            _ => fs::write(&path, [&bytes[..2], &bytes[..]].concat()).unwrap(),
        }
    }
    let store = open(&fixture.objects(), ObjectFormat::Sha1, &Limits::default());
    let (found, _, report) = scanned(&store, 3);
    assert_eq!(found.len() + victims.len(), expected.len());
    assert_eq!(report.damage.len(), victims.len());
}

#[test]
fn objects_above_the_largest_are_counted() {
    let (fixture, _) = small();
    let mut limits = Limits::default();
    limits.pack.object_bytes_max = 200;
    let store = open(&fixture.objects(), ObjectFormat::Sha1, &limits);
    let (found, _, report) = scanned(&store, 2);
    assert!(!found.is_empty());
    assert!(report.damage.by_kind().contains_key(&Damage::TooLarge));
    assert!(report.damage.skip_counts().get(SkipReason::GitObjectTooLarge) > 0);
}

#[test]
fn files_of_a_repository_may_be_garbage() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.git(&["repack", "-q", "-a", "-d", "-k"]);
    fixture.git(&["pack-refs", "--all"]);
    let git_dir = fixture.repo().join(".git");
    let count = by_git(&fixture, &fixture.repo()).len();
    let garbage: Vec<u8> =
        (0..5000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let files = [
        "packed-refs",
        "index",
        "shallow",
        "logs/HEAD",
        "refs/heads/odd",
        "FETCH_HEAD",
        "objects/info/alternates",
    ];
    for file in files {
        let path = git_dir.join(file);
        let before = fs::read(&path).ok();
        overwrite(&path, &garbage);
        let opened = repository(&fixture.repo());
        let (found, _, report) = scanned(opened.store(), 2);
        assert!(found.len() == count && report.damage.is_empty(), "{file}");
        let _ = (staged(&opened), opened.all_indexes());
        let head = fixture.run(fixture.root(), &["hash-object", "-t", "blob", "/dev/null"]);
        let oid = Oid::from_hex(head.trim_ascii()).unwrap();
        let _ = attribute(&opened, &[oid], PathScope::All, 2);
        fs::remove_file(&path).unwrap();
        if let Some(before) = before {
            fs::write(&path, before).unwrap();
        }
    }
    // Programs that the configuration names are not looked at, and so never run.
    let marker = fixture.root().join("was-run");
    let text = format!(
        "[core]\nrepositoryformatversion=0\nfsmonitor=touch {0}\nsshCommand=touch {0}\n[filter \"x\"]\nclean=touch {0}\n[include]\npath=/dev/zero\n",
        marker.display()
    );
    fs::write(git_dir.join("config"), text).unwrap();
    let opened = Repository::open(&fixture.repo(), &OpenOptions { ..options() }).unwrap();
    let _ = introduced(&opened, &parse_range(&opened, "HEAD").unwrap(), 2);
    assert!(!marker.exists());
}

#[test]
fn folders_that_have_one_another_many_times_are_walked_once() {
    let fixture = Fixture::new(&[]);
    let made = |args: &[&str], input: &[u8]| {
        let id = fixture.run_bytes(&fixture.repo(), args, input);
        String::from_utf8(id).unwrap().trim_end().to_owned()
    };
    let blob = made(&["hash-object", "-w", "--stdin"], b"text\n");
    let mut tree = made(&["mktree"], format!("100644 blob {blob}\tfile\n").as_bytes());
    for _ in 0..12 {
        let line = |name| format!("040000 tree {tree}\t{name}\n");
        let lines: Vec<String> = ('a'..='j').map(line).collect();
        tree = made(&["mktree"], lines.concat().as_bytes());
    }
    let commit = fixture.git(&["commit-tree", "-m", "many", &tree]);
    fixture.git(&["update-ref", "HEAD", &commit]);
    let opened = repository(&fixture.repo());
    let range = introduced(&opened, &parse_range(&opened, "HEAD").unwrap(), 2);
    assert_eq!(range.blobs.len(), 1);
    assert_eq!(range.blobs[0].path, b"a/a/a/a/a/a/a/a/a/a/a/a/file");
    let oid = Oid::from_hex(blob.as_bytes()).unwrap();
    let found = attribute(&opened, &[oid], PathScope::First, 2);
    assert_eq!(found.origins[0].paths[0], range.blobs[0].path);
}

#[test]
fn deep_folders_and_odd_names() {
    let fixture = Fixture::new(&[]);
    let blob = fixture.run_bytes(&fixture.repo(), &["hash-object", "-w", "--stdin"], b"deep\n");
    let oid = Oid::from_hex(blob.trim_ascii()).unwrap();
    let mktree = |line: String| {
        let tree = fixture.run_bytes(&fixture.repo(), &["mktree", "-z"], line.as_bytes());
        String::from_utf8(tree).unwrap().trim().to_owned()
    };
    let long = "n".repeat(60_000);
    let mut tree = mktree(format!("100644 blob {oid}\t{long}\0"));
    for _ in 0..40 {
        tree = mktree(format!("040000 tree {tree}\td\n\x01\0"));
    }
    let commit = fixture.git(&["commit-tree", "-m", "deep", &tree]);
    fixture.git(&["update-ref", "refs/heads/main", &commit]);
    let opened = repository(&fixture.repo());
    let found = attribute(&opened, &[oid], PathScope::First, 2);
    assert_eq!(found.origins[0].first.as_ref().map(|c| c.oid.to_string()), Some(commit));
    // The path is longer than the limit.
    assert!(found.origins[0].paths_cut && found.origins[0].paths.is_empty());
    let range = introduced(&opened, &parse_range(&opened, "main").unwrap(), 2);
    assert_eq!((range.blobs.len(), range.blobs[0].oid), (1, oid));
    assert!(range.paths_cut > 0);
}
