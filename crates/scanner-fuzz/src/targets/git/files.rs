//! What lies beside the objects: configuration, references, logs, links, the index.

use scanner_git::Limits;

use super::{CONFIG_SHA256, Place, joined, open, parts};
use crate::Target;

pub(in crate::targets) const CONFIG: Target = Target {
    name: "git-config",
    about: "git: configuration, what it includes, and of a linked worktree",
    seeds: configs,
    words: &[
        b"[core]\n",
        b"[extensions]\n",
        b"[include]\n\tpath = ",
        b"[includeIf \"gitdir:",
        b"[includeIf \"onbranch:main\"]\n\tpath = more\n",
        b"[includeIf \"hasconfig:remote.*.url:",
        b"[remote \"origin\"]\n\turl = ",
        b"worktreeConfig = true\n",
        b"repositoryformatversion = 1\n",
        b"objectformat = sha256\n",
        b"refstorage = reftable\n",
        b"config",
        b"more",
        b"/**/",
        b"~/",
        b"\\\n",
        b"\" ",
    ],
    bytes_max: 2048,
    run: config,
};

fn configs() -> Vec<Vec<u8>> {
    let first: &[u8] = b"[core]\n\trepositoryformatversion = 1\n\tbare = true ; no\n\tworktree = \"a b \" # x\n\
        \thooksPath = ~/hooks\n[extensions]\n\tworktreeConfig\n\tpartialClone = origin\n[include]\n\tpath = more\n";
    let more: &[u8] = b"[core]\nhooksPath = theirs\\\n/x\n[remote \"o.r\\\"igin\"] promisor = true\n[include]\n\tpath = config\n";
    let conditions: &[u8] = b"[includeIf \"gitdir:/\"]\n\tpath = more\n[includeIf \"gitdir/i:~/X/**/y\"]\n\tpath = more\n\
        [includeIf \"onbranch:m*\"]\n\tpath = more\n[remote \"o\"]\n\turl = https://example.com/a.git\n\
        [includeIf \"hasconfig:remote.*.url:https://**\"]\n\tpath = more\n";
    vec![
        joined(&[first, more, b"[core]\n\tbare = false\n"]),
        joined(&[conditions, b"[core]\n\thooksPath = x\n", b""]),
        joined(&[&b"[include]\n\tpath = config\n".repeat(20), b"", b""]),
    ]
}

fn config(input: &[u8]) {
    let parts = parts(input);
    let place = Place::new();
    for (name, part) in ["config", "more", "config.worktree"].into_iter().zip(parts) {
        place.write(name, part);
    }
    place.open();
    let files = [place.path().join("config"), place.path().join("more")];
    let listed = scanner_git::safe_directories(&files, None, &Limits::default().file);
    assert!(listed.len() <= input.len() * files.len() * 64, "files are read a few times");
}

pub(in crate::targets) const PACKED_REFS: Target = Target {
    name: "git-packed-refs",
    about: "git: packed references",
    seeds: || {
        let hex = "ab".repeat(20);
        let lines = format!("{hex} refs/heads/main\n{hex} refs/tags/v1\n^{hex}\n");
        let head = "# pack-refs with: peeled fully-peeled sorted \n";
        vec![format!("{head}{lines}").into_bytes(), lines.into_bytes(), b"# odd\n".to_vec()]
    },
    words: &[b"refs/heads/", b"\n^", b"# pack-refs with:", b"\r\n"],
    bytes_max: 4096,
    run: |input| both(&[("packed-refs", input)]),
};

/// Opens a repository of each kind of ids with these files.
fn both(files: &[(&str, &[u8])]) {
    for config in [None, Some(CONFIG_SHA256)] {
        let place = Place::new();
        for (name, bytes) in files {
            place.write(name, bytes);
        }
        if let Some(config) = config {
            place.write("config", config);
        }
        if let Some(repository) = place.open() {
            let (_, _) = repository.all_indexes();
            let entries = repository.index().unwrap_or_default();
            assert!(entries.is_sorted(), "entries of an index are sorted");
        }
    }
}

/// Small files, one for each number that an input may begin with.
const NAMES: [&str; 10] = [
    "HEAD",
    "refs/heads/main",
    "FETCH_HEAD",
    "logs/HEAD",
    "shallow",
    "objects/info/alternates",
    "worktrees/w/HEAD",
    "worktrees/w/gitdir",
    "commondir",
    "linked/.git",
];

pub(in crate::targets) const FILES: Target = Target {
    name: "git-files",
    about: "git: HEAD, loose references, logs, shallow, alternates, files that lead elsewhere",
    seeds: small_files,
    words: &[
        b"ref: refs/heads/main",
        b"gitdir: ",
        b"../",
        b"refs/",
        b"\t",
        b" <a@b> 1600000000 +0000\t",
    ],
    bytes_max: 2048,
    run: small,
};

fn small_files() -> Vec<Vec<u8>> {
    let hex = "ab".repeat(20);
    let log = format!("{} {hex} A <a@b> 1600000000 +0000\tcommit\n", "0".repeat(40));
    let texts: [(u8, String); 9] = [
        (0, "ref: refs/heads/main\n".into()),
        (1, format!("{hex}\n")),
        (2, format!("{hex}\tnot-for-merge\tbranch 'x' of y\n")),
        (3, log),
        (4, format!("{hex}\n")),
        (5, "../elsewhere\n# no\n\"a\\303\\244\"\n".into()),
        (6, format!("{hex}\n")),
        (8, ".\n".into()),
        (9, "gitdir: ../\n".into()),
    ];
    texts.map(|(which, text)| [&[which][..], text.as_bytes()].concat()).to_vec()
}

fn small(input: &[u8]) {
    let Some((which, text)) = input.split_first() else { return };
    let place = Place::new();
    let name = NAMES[usize::from(*which) % NAMES.len()];
    place.write("refs/heads/other", "cd".repeat(20).as_bytes());
    place.write(name, text);
    place.open();
    open(&place.path().join("linked"));
}

pub(in crate::targets) const REFTABLE: Target = Target {
    name: "git-reftable",
    about: "git: references and logs in tables",
    seeds: tables,
    words: &[b"REFT\x01", b"r\0\0", b"g\0\0", b"refs/heads/", b"s256"],
    bytes_max: 4096,
    run: reftable,
};

const CONFIG_REFTABLE: &[u8] =
    b"[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefstorage = reftable\n";

fn reftable(input: &[u8]) {
    let place = Place::new().with("config", CONFIG_REFTABLE);
    place.write("reftable/tables.list", b"one.ref\none.ref\n");
    place.write("reftable/one.ref", input);
    place.open();
}

/// A table of two references, and one with a log as well.
fn tables() -> Vec<Vec<u8>> {
    let head = |log_at: u64| {
        let head = [&b"REFT\x01\0\0\0"[..], &[0; 16]].concat();
        let places = [0_u64, 0, 0, log_at, 0].map(u64::to_be_bytes);
        let footer = [&head[..], places.as_flattened(), &[0; 4]].concat();
        (head, footer)
    };
    let refs = [
        &[0, 15 << 3 | 1][..],
        b"refs/heads/main",
        &[0],
        &[7; 20],
        &[5, 8 << 3 | 3],
        b"tags/old",
        &[0, 4],
        b"HEAD",
    ]
    .concat();
    let refs = block(b'r', 24, &refs);
    let log = [
        &[0, 13 << 3 | 1][..],
        b"HEAD\0",
        &[0xff; 8],
        &[1; 20],
        &[2; 20],
        &[1, b'A', 3, b'a', b'@', b'b', 9, 0, 0, 2, b'x', b'\n'],
    ]
    .concat();
    let plain = block(b'g', 0, &log);
    let log =
        [&plain[..4], &scanner_testkit::git::pack::zlib(&plain[4..], flate2::Compression::fast())]
            .concat();
    let (start, footer) = head(0);
    let (_, with_log) = head(24 + refs.len() as u64);
    vec![
        [&start[..], &refs, &footer].concat(),
        [&start[..], &refs, &log, &with_log].concat(),
        [&start[..], &footer].concat(),
    ]
}

/// A block without restarts; the length of the first counts the head of the file.
fn block(kind: u8, before: usize, records: &[u8]) -> Vec<u8> {
    let length = (before + 4 + records.len() + 2) as u32;
    [&[kind][..], &length.to_be_bytes()[1..], records, &[0, 0]].concat()
}

pub(in crate::targets) const INDEX: Target = Target {
    name: "git-index",
    about: "git: the index, versions 2 to 4, split ones",
    seeds: indexes,
    words: &[b"DIRC\0\0\0\x02", b"DIRC\0\0\0\x03", b"DIRC\0\0\0\x04", b"link", b"TREE"],
    bytes_max: 2048,
    run: |input| {
        let shared = format!("sharedindex.{}", "07".repeat(20));
        both(&[("index", input), (&shared, input), ("worktrees/w/index", input)]);
    },
};

fn indexes() -> Vec<Vec<u8>> {
    let entry = |version: u8, id: usize, path: &[u8], strip: u8| {
        let mut entry =
            [&[0; 24][..], &0o100_644_u32.to_be_bytes(), &[0; 12], &vec![7; id]].concat();
        let extended = u16::from(version == 3) << 14;
        entry.extend((extended | path.len() as u16).to_be_bytes());
        entry.extend_from_slice(if version == 3 { &[0x20, 0][..] } else { &[] });
        entry.extend_from_slice(if version == 4 { std::slice::from_ref(&strip) } else { &[] });
        entry.extend_from_slice(path);
        let end =
            if version == 4 { entry.len() + 1 } else { (entry.len() + 1).next_multiple_of(8) };
        entry.resize(end, 0);
        entry
    };
    let make = |version: u8, id: usize| {
        let head = [&b"DIRC\0\0\0"[..], &[version, 0, 0, 0, 2]].concat();
        let link = [&b"link\0\0\0\x14"[..], &[7; 20]].concat();
        let first = entry(version, id, b"dir/file", 0);
        [&head[..], &first, &entry(version, id, b"other", 4), &link, &vec![0; id]].concat()
    };
    vec![make(2, 20), make(3, 20), make(4, 20), make(2, 32), make(4, 32)]
}
