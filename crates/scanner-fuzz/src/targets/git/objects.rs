//! What the objects say: heads of loose ones, commits, trees, tags, and words that lead to commits.

use std::collections::HashSet;

use flate2::Compression;
use scanner_git::{
    CommitInfo, ObjectFormat, ObjectKind, Oid, PathScope, Repository, Selection, TreeEntries,
    attribute, commit_of, introduced, missing_objects, parse_range, pre_push, pre_receive, resolve,
    staged,
};
use scanner_testkit::git::pack::zlib;

use super::packs::write_loose;
use super::{Place, joined, parts, scanned};
use crate::Target;

pub(in crate::targets) const LOOSE: Target = Target {
    name: "git-loose",
    about: "git: loose objects, as stored and as inflated",
    seeds: || {
        let object: &[u8] = b"blob 12\0hello, world";
        vec![[b"\0", object].concat(), [&[1], &zlib(object, Compression::fast())[..]].concat()]
    },
    words: &[b"blob ", b"commit ", b"tree ", b"tag ", b" 0\0", b"18446744073709551615"],
    bytes_max: 2048,
    run: |input| {
        let Some((is_stored, bytes)) = input.split_first() else { return };
        let place = Place::new();
        write_loose(&place, number(1), bytes, *is_stored == 1);
        let repository = place.open().expect("an empty repository with one object");
        let (found, report) = scanned(repository.store());
        assert_eq!(found.len() + report.damage.len(), 1, "given out or told");
        let alone =
            repository.store().reader().read(&number(1)).map(|object| object.bytes().to_vec());
        assert!(alone.ok().as_deref() == found.values().next().map(|(_, bytes)| &bytes[..]));
    },
};

/// The id of the object of this number: what refers to it can be written down.
fn number(number: usize) -> Oid {
    Oid::from_bytes(ObjectFormat::Sha1, &[number as u8; 20]).expect("an id")
}

fn hex(index: usize) -> String {
    number(index).to_string()
}

pub(in crate::targets) const OBJECTS: Target = Target {
    name: "git-objects",
    about: "git: commits, trees and tags that lead to each other, in circles too",
    seeds: histories,
    words: &[
        b"tree 0202020202020202020202020202020202020202\n",
        b"parent 0101010101010101010101010101010101010101\n",
        b"author A <a@b> 1600000000 +0000\n",
        b"committer A <a@b> -5 +0000\n",
        b"object 0404040404040404040404040404040404040404\ntype commit\n",
        b"encoding ISO-8859-1\n",
        b"40000 d\0",
        b"100644 f\0",
        b"160000 s\0",
        b"\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02",
    ],
    bytes_max: 2048,
    run: objects,
};

const KINDS: [ObjectKind; 4] =
    [ObjectKind::Commit, ObjectKind::Tree, ObjectKind::Tag, ObjectKind::Blob];

/// Objects of one input: one folder and file is written for each.
const OBJECTS_MAX: usize = 12;

fn histories() -> Vec<Vec<u8>> {
    let commit = |tree: usize, parents: &[usize], time: i64| {
        let parents: Vec<String> =
            parents.iter().map(|p| format!("parent {}\n", hex(*p))).collect();
        let parents = parents.concat();
        let who = format!("A U Thor <a@b> {time} +0100");
        let text =
            format!("\0tree {}\n{parents}author {who}\ncommitter {who}\n\nmessage\n", hex(tree));
        text.into_bytes()
    };
    let tree = |entries: &[(&str, usize)]| {
        let entry =
            |(name, id): &(&str, usize)| [name.as_bytes(), b"\0", number(*id).as_bytes()].concat();
        [&b"\x01"[..], &entries.iter().flat_map(entry).collect::<Vec<u8>>()].concat()
    };
    let tag = format!("\x02object {}\ntype commit\ntag v1\ntagger A <a@b> 5 +0000\n\nx", hex(1));
    let usual = [
        commit(4, &[2, 3], 30),
        commit(5, &[3], 20),
        commit(5, &[], 10),
        tree(&[("100644 a", 6), ("40000 d", 5)]),
        tree(&[("100755 b", 7), ("160000 s", 1), ("120000 l", 6)]),
        b"\x03text".to_vec(),
        b"\x03other".to_vec(),
        tag.into_bytes(),
    ];
    let circles = [
        commit(2, &[1, 3], 1),
        tree(&[("40000 d", 2), ("100644 f", 4)]),
        commit(2, &[1], i64::MAX),
        b"\x03text".to_vec(),
    ];
    // Every folder has the next one four times: a million paths, had they all to be walked.
    let mut bomb = vec![commit(2, &[], 5)];
    for next in 3..12 {
        bomb.push(tree(&["40000 a", "40000 b", "40000 c", "40000 d"].map(|name| (name, next))));
    }
    bomb.push(tree(&[("100644 f", 12)]));
    bomb.push(b"\x03text".to_vec());
    let lost = [commit(9, &[8], i64::MIN), b"\x03text".to_vec()];
    let input = |parts: &[Vec<u8>]| joined(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>());
    vec![input(&usual), input(&circles), input(&bomb), input(&lost)]
}

/// Each part is an object, of the kind that its first byte tells; the first is `HEAD`, the last a tag.
fn objects(input: &[u8]) {
    let place = Place::new();
    let parts: Vec<_> = parts(input).into_iter().take(OBJECTS_MAX).collect();
    for (index, part) in parts.iter().enumerate() {
        let (kind, bytes) = part.split_first().map_or((&3, &b""[..]), |(kind, rest)| (kind, rest));
        let kind = KINDS[usize::from(*kind) % KINDS.len()];
        let head = format!("{} {}\0", kind.name(), bytes.len());
        write_loose(&place, number(index + 1), &[head.as_bytes(), bytes].concat(), false);
    }
    place.write("refs/heads/main", hex(1).as_bytes());
    place.write("refs/tags/last", hex(parts.len()).as_bytes());
    let repository = place.open().expect("objects do not decide whether it opens");
    let (found, _) = scanned(repository.store());
    assert_eq!(found.len(), parts.len(), "nothing is wrong with how they are stored");
    for (oid, (_, bytes)) in &found {
        alone(*oid, bytes);
    }
    together(&repository, &found.keys().copied().collect::<Vec<_>>());
}

/// An object by itself, read as whatever it may be.
fn alone(oid: Oid, bytes: &[u8]) {
    if let Some(commit) = CommitInfo::parse(oid, bytes) {
        assert!(commit.parents.len() <= bytes.len() / 40);
    }
    for format in [ObjectFormat::Sha1, ObjectFormat::Sha256] {
        let entries: Vec<_> = TreeEntries::new(bytes, format).collect();
        let length: usize = entries.iter().map(|entry| entry.name.len() + entry.id.len()).sum();
        assert!(length <= bytes.len(), "entries lie one after the other");
        assert!(entries.iter().all(|entry| entry.oid().as_bytes() == entry.id));
    }
}

/// What the objects say of each other: the same for one worker and for two.
fn together(repository: &Repository, oids: &[Oid]) {
    let one = attribute(repository, oids, PathScope::First, 1);
    let two = attribute(repository, oids, PathScope::First, 2);
    assert!(one.origins == two.origins, "origins do not depend on the workers");
    assert_eq!(one.origins.len(), oids.len(), "an origin each");
    attribute(repository, oids, PathScope::All, 2);
    let missing = missing_objects(repository.store(), 1);
    assert!(missing == missing_objects(repository.store(), 2));
    let all = Selection { include: repository.targets_under(b"refs/"), ..Selection::default() };
    let brought = introduced(repository, &all, 1);
    assert!(brought == introduced(repository, &all, 2), "nor does what a range brings");
    let blobs: HashSet<_> = brought.blobs.iter().map(|blob| (blob.oid, &blob.path)).collect();
    assert_eq!(blobs.len(), brought.blobs.len(), "each blob once at each path");
    assert!(staged(repository).is_ok());
    for name in ["HEAD", "last^{}~2", "main^2", "0202", "main...last", "last..HEAD"] {
        let _ = (resolve(repository, name), parse_range(repository, name));
    }
    for oid in oids {
        commit_of(repository, oid);
    }
}

pub(in crate::targets) const WORDS: Target = Target {
    name: "git-words",
    about: "git: names of commits, ranges, what hooks are told",
    seeds: || {
        let (some, none) = (hex(1), "0".repeat(40));
        vec![
            b"HEAD~2^2^{commit}..main".to_vec(),
            b"@...0101".to_vec(),
            format!("refs/heads/x {some} refs/heads/y {none}\n").into_bytes(),
            format!("{none} {some} refs/heads/y\n").into_bytes(),
        ]
    },
    words: &[b"..", b"...", b"^{", b"}", b"~4294967295", b"^0", b"@", b"refs/heads/main"],
    bytes_max: 512,
    run: |input| {
        for updates in [pre_push(input), pre_receive(input)].into_iter().flatten() {
            let selection = Selection::of_updates(&updates, []);
            assert!(selection.include.len() <= updates.len());
        }
        let place = Place::new().with("refs/heads/main", hex(1).as_bytes());
        let text = format!("commit 47\0tree {}\n\n", hex(2));
        write_loose(&place, number(1), text.as_bytes(), false);
        let repository = place.open().expect("a repository of one commit");
        let text = String::from_utf8_lossy(input);
        if let Ok(oid) = resolve(&repository, &text) {
            assert_eq!(oid, number(1), "there is no other commit");
        }
        let _ = parse_range(&repository, &text);
    },
};
