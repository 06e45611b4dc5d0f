//! Much of everything: references, depth of folders, length of names, and a repository that is repacked while it is read.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use scanner_git::{
    Limits, ObjectFormat, ObjectKind, Oid, PathScope, Warning, attribute, introduced, parse_range,
};

use scanner_testkit::git::git_command;

use crate::fixture::Fixture;
use crate::objects::{by_git, open, scanned};
use crate::opening::repository;

/// Writes a loose object as git does.
fn write_loose(fixture: &Fixture, kind: ObjectKind, bytes: &[u8]) -> Oid {
    let oid = ObjectFormat::Sha1.hash_object(kind, bytes);
    let hex = oid.to_string();
    let folder = fixture.objects().join(&hex[..2]);
    fs::create_dir_all(&folder).unwrap();
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    write!(encoder, "{} {}\0", kind.name(), bytes.len()).unwrap();
    encoder.write_all(bytes).unwrap();
    fs::write(folder.join(&hex[2..]), encoder.finish().unwrap()).unwrap();
    oid
}

fn entry(mode: &str, name: &[u8], oid: &Oid) -> Vec<u8> {
    [mode.as_bytes(), b" ", name, b"\0", oid.as_bytes()].concat()
}

fn write_commit(fixture: &Fixture, tree: &Oid) -> Oid {
    let person = "A <a@b> 1600000000 +0000";
    let text = format!("tree {tree}\nauthor {person}\ncommitter {person}\n\nx\n");
    write_loose(fixture, ObjectKind::Commit, text.as_bytes())
}

#[test]
fn a_million_references() {
    let fixture = Fixture::new(&[]);
    fixture.write("a.txt", "a\n");
    let first = fixture.commit("first");
    fixture.write("a.txt", "b\n");
    let second = fixture.commit("second");
    let mut text = String::from("# pack-refs with: peeled fully-peeled sorted\n");
    for number in 0..1_000_000 {
        let target = if number % 2 == 0 { first } else { second };
        writeln!(text, "{target} refs/heads/many/{number:07}").unwrap();
    }
    fs::write(fixture.repo().join(".git/packed-refs"), text).unwrap();
    let opened = repository(&fixture.repo());
    assert!(opened.refs().len() > 1_000_000 && opened.warnings().is_empty());
    assert_eq!(opened.find_ref(b"refs/heads/many/0999999"), Some(second));
    let blob = ObjectFormat::Sha1.hash_object(ObjectKind::Blob, b"a\n");
    let found = attribute(&opened, &[blob], PathScope::First, 2);
    assert_eq!(found.origins[0].first.as_ref().map(|commit| commit.oid), Some(first));
    let (objects, _, report) = scanned(opened.store(), 2);
    assert!(objects.len() == 6 && report.damage.is_empty());
}

#[test]
fn folders_ten_thousand_deep() {
    let fixture = Fixture::new(&[]);
    let blob = write_loose(&fixture, ObjectKind::Blob, b"deep\n");
    let mut tree = write_loose(&fixture, ObjectKind::Tree, &entry("100644", b"f", &blob));
    for _ in 0..10_000 {
        tree = write_loose(&fixture, ObjectKind::Tree, &entry("40000", b"d", &tree));
    }
    let commit = write_commit(&fixture, &tree);
    fs::write(fixture.repo().join(".git/refs/heads/main"), format!("{commit}\n")).unwrap();
    let opened = repository(&fixture.repo());
    let (objects, _, report) = scanned(opened.store(), 2);
    assert!(objects.len() == 10_003 && report.damage.is_empty());
    let found = attribute(&opened, &[blob], PathScope::First, 2);
    let origin = &found.origins[0];
    assert_eq!(origin.first.as_ref().map(|commit| commit.oid), Some(commit));
    assert!(origin.paths_cut && found.damage.is_empty(), "its path is longer than the limit");
    let range = introduced(&opened, &parse_range(&opened, "main").unwrap(), 2);
    assert_eq!((range.blobs.len(), range.blobs[0].oid), (1, blob));
    assert!(range.paths_cut > 0);
}

#[test]
fn a_folder_in_itself_and_names_of_any_bytes() {
    let fixture = Fixture::new(&[]);
    let blob = write_loose(&fixture, ObjectKind::Blob, b"odd\n");
    let long = vec![b'n'; 64 * 1024];
    let names: [&[u8]; 6] = [b"\x01\n", b"..", b".git", b"a/b", b"\xff\xfe", &long];
    let entries: Vec<u8> = names.iter().flat_map(|name| entry("100644", name, &blob)).collect();
    // A tree cannot hold its own id, but two entries may name one another's absent trees.
    let absent = ObjectFormat::Sha1.hash_object(ObjectKind::Tree, b"nowhere");
    let entries = [entries, entry("40000", b"z", &absent)].concat();
    let tree = write_loose(&fixture, ObjectKind::Tree, &entries);
    let commit = write_commit(&fixture, &tree);
    fs::write(fixture.repo().join(".git/refs/heads/main"), format!("{commit}\n")).unwrap();
    let opened = repository(&fixture.repo());
    let found = attribute(&opened, &[blob], PathScope::First, 2);
    let origin = &found.origins[0];
    let paths: BTreeSet<&[u8]> = origin.paths.iter().map(Vec::as_slice).collect();
    assert!(paths == names[..5].iter().copied().collect(), "all but the longest");
    assert!(origin.paths_cut);
    // A tree cut in the middle of a name, of an id, of a mode: what comes before is used.
    for end in 1..entries.len().min(200) {
        let cut = write_loose(&fixture, ObjectKind::Tree, &entries[..end]);
        let commit = write_commit(&fixture, &cut);
        fs::write(fixture.repo().join(".git/refs/heads/main"), format!("{commit}\n")).unwrap();
        let range = introduced(
            &repository(&fixture.repo()),
            &parse_range(&repository(&fixture.repo()), "main").unwrap(),
            1,
        );
        assert!(range.blobs.len() <= 1);
    }
}

/// An object that is packed between opening the packs and listing the loose objects is in neither list.
#[test]
fn what_is_packed_after_opening_is_found() {
    for packed_before in [false, true] {
        let fixture = Fixture::new(&[]).with_history();
        if packed_before {
            fixture.git(&["repack", "-q", "-a", "-d", "-k"]);
        }
        fixture.write("late.txt", "packed too late\n");
        let commit = fixture.commit("late");
        let expected = by_git(&fixture, &fixture.repo());
        for workers in [1, 3] {
            let opened = repository(&fixture.repo());
            fixture.git(&["repack", "-q", "-a", "-d", "-k", "-f", &format!("--depth={workers}")]);
            fixture.git(&["prune-packed"]);
            let (found, _, report) = scanned(opened.store(), workers);
            assert!(found == expected && report.damage.is_empty() && report.unlisted == 0);
            let blob = ObjectFormat::Sha1.hash_object(ObjectKind::Blob, b"packed too late\n");
            assert!(opened.store().contains(&blob));
            let read = opened.store().reader().read(&blob).unwrap();
            assert_eq!(read.bytes(), b"packed too late\n");
            let origins = attribute(&opened, &[blob], PathScope::First, workers).origins;
            assert_eq!(origins[0].first.as_ref().map(|first| first.oid), Some(commit));
            // The next round begins with all of it loose.
            fixture.unpack();
        }
    }
}

/// Each object is decoded once, however long its chain of deltas: the work grows as the history does.
#[test]
fn every_object_is_decoded_once() {
    for (commits, workers) in [(150_usize, 1), (300, 1), (300, 4)] {
        let fixture = Fixture::new(&[]);
        let mut stream = String::new();
        for number in 0..commits {
            let mut text = String::new();
            for at in 0..60 {
                let value = if at == number % 60 { number * 1000 } else { at };
                writeln!(text, "line {value}").unwrap();
            }
            let time = 1_600_000_000 + number;
            write!(
                stream,
                "commit refs/heads/main\ncommitter C <c@d> {time} +0000\ndata 1\nx\n\
                 M 100644 inline a.txt\ndata {}\n{text}\n",
                text.len()
            )
            .unwrap();
        }
        let input = stream.as_bytes();
        fixture.run_bytes(&fixture.repo(), &["fast-import", "--quiet"], input);
        fixture.git(&["repack", "-q", "-a", "-d", "-f", "--depth=250", "--window=20"]);
        let store = open(&fixture.objects(), ObjectFormat::Sha1, &Limits::default());
        let (objects, _, report) = scanned(&store, workers);
        assert_eq!(objects.len(), 3 * commits);
        assert_eq!(report.counters.decoded, 3 * commits as u64);
        assert!(report.counters.deltas > commits as u64 / 2, "{:?}", report.counters);
    }
}

#[test]
fn a_repack_or_gc_while_objects_are_read_changes_nothing_or_is_counted() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.git(&["repack", "-q", "-a", "-d"]);
    fixture.git(&["prune", "--expire=now"]);
    let expected = by_git(&fixture, &fixture.repo());
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let repo = fixture.repo();
        let stop = &stop;
        scope.spawn(move || {
            for round in (1..40_u32).cycle() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let depth = format!("--depth={round}");
                // Reflogs stay, or what only they remember would go.
                let keep =
                    ["-c", "gc.reflogExpire=never", "-c", "gc.reflogExpireUnreachable=never"];
                let chore: &[&str] = match round % 4 {
                    0 => &["gc", "-q", "--prune=now"],
                    1 => &["multi-pack-index", "write", "--no-progress"],
                    2 => &["pack-refs", "--all"],
                    _ => &["repack", "-q", "-a", "-d", "-f", &depth],
                };
                let status = git_command(&repo)
                    .args(["-c", "core.fsync=none"])
                    .args([&keep[..], chore].concat())
                    .status();
                assert!(status.is_ok_and(|status| status.success()), "{chore:?}");
            }
        });
        let _end = EndOnDrop(stop);
        for round in 0..12 {
            let opened = repository(&fixture.repo());
            let (found, _, report) = scanned(opened.store(), 1 + round % 3);
            let told = opened.warnings().iter().any(|w| matches!(w, Warning::Pack { .. }));
            for (oid, object) in &expected {
                let id = Oid::from_hex(oid.as_bytes()).unwrap();
                match found.get(oid) {
                    Some(same) => assert_eq!(same, object, "{oid}"),
                    None => assert!(told || report.damage.get(&id).is_some(), "{oid}"),
                }
            }
        }
    });
}

/// Ends the other thread, also if this one fails.
struct EndOnDrop<'a>(&'a AtomicBool);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn an_index_whose_pack_is_gone_is_told() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.git(&["repack", "-q", "-a", "-d", "-k"]);
    fixture.write("late.txt", "late\n");
    fixture.commit("a loose one");
    let folder = fixture.objects().join("pack");
    let mut files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let pack = files.find(|path| path.extension().is_some_and(|e| e == "pack")).unwrap();
    fs::remove_file(pack).unwrap();
    let store = open(&fixture.objects(), ObjectFormat::Sha1, &Limits::default());
    assert_eq!(store.warnings().len(), 1, "{:?}", store.warnings());
    let (found, _, _) = scanned(&store, 2);
    assert!(found.len() >= 3, "what is loose is found");
}
