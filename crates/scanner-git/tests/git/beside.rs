//! The files beside the objects: whatever stands in their place, opening ends soon, within its memory, and tells it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use proptest::prelude::*;
use scanner_git::{
    Limits, OpenError, OpenOptions, Repository, Trust, Warning, attribute, introduced, parse_range,
    staged,
};

use crate::fixture::Fixture;
use crate::objects::{by_git, scanned};
use crate::opening::{options, repository};

/// More than every limit of a file that is read whole; sparse, so it takes no room.
const HUGE: u64 = 3 << 30;

/// Long enough for a busy machine; what waits for the other end of a pipe waits for ever.
const PATIENCE: Duration = Duration::from_mins(2);

/// Opens the repository and reads all of it; what is told, or why it does not open.
fn read_all(path: &Path) -> Result<Vec<Warning>, OpenError> {
    let (tell, told) = mpsc::channel();
    let path = path.to_path_buf();
    let reading = thread::spawn(move || {
        let opened = Repository::open(&path, &options()).map(|opened| {
            let (objects, _, report) = scanned(opened.store(), 2);
            let oids: Vec<_> = report.damage.iter().map(|(oid, _)| *oid).collect();
            let _ = attribute(&opened, &oids, scanner_git::PathScope::First, 2);
            let mut warnings = opened.warnings().to_vec();
            warnings.extend(opened.all_indexes().1);
            warnings.extend(staged(&opened).err());
            assert!(!objects.is_empty() || !warnings.is_empty() || !report.damage.is_empty());
            let unread = report.damage.iter().map(|(oid, damage)| Warning::Unreadable {
                path: oid.to_string().into(),
                reason: damage.key().into(),
            });
            warnings.extend(unread);
            warnings
        });
        let _ = tell.send(opened);
    });
    let outcome = told.recv_timeout(PATIENCE).expect("reading ends");
    reading.join().expect("no panic");
    outcome
}

/// What may stand where a file should be.
fn put(kind: &str, path: &Path) {
    let _ = fs::remove_file(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match kind {
        "pipe" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        "device" => symlink("/dev/zero", path).unwrap(),
        "folder" => fs::create_dir(path).unwrap(),
        "circle" => symlink(path, path).unwrap(),
        "huge" => fs::File::create(path).unwrap().set_len(HUGE).unwrap(),
        "zeros" => fs::write(path, vec![0; 100_000]).unwrap(),
        _ => fs::write(path, b"x".repeat(100_000)).unwrap(),
    }
}

/// Files that nothing reads or that are hints only, and what is as good as no file.
fn may_go_unsaid(name: &str, kind: &str) -> bool {
    match name {
        "config.worktree"
        | "gitdir"
        | "objects/info/commit-graph"
        | "objects/pack/multi-pack-index"
        | "objects/pack/pack-odd.idx" => true,
        // Lines without ids, and a word where settings may stand.
        "shallow" | "logs/HEAD" => matches!(kind, "zeros" | "letters" | "folder"),
        "config" => kind == "letters",
        "refs/heads/odd" => kind == "folder",
        _ => false,
    }
}

#[test]
fn anything_may_stand_where_a_file_should_be() {
    let fixture = Fixture::new(&[]);
    fixture.write("a.txt", "packed\n");
    fixture.commit("packed");
    fixture.git(&["repack", "-q", "-a", "-d"]);
    fixture.write("b.txt", "loose\n");
    let loose = fixture.commit("loose").to_string();
    fixture.git(&["pack-refs", "--all"]);
    let git_dir = fixture.repo().join(".git");
    let object = format!("objects/{}/{}", &loose[..2], &loose[2..]);
    let names = [
        "HEAD",
        "config",
        "config.worktree",
        "index",
        "packed-refs",
        "shallow",
        "commondir",
        "gitdir",
        "refs/heads/odd",
        "logs/HEAD",
        "objects/info/alternates",
        "objects/info/commit-graph",
        "objects/pack/multi-pack-index",
        "objects/pack/pack-odd.pack",
        "objects/pack/pack-odd.idx",
        "worktrees/odd/HEAD",
        &object,
    ];
    for name in names {
        let path = git_dir.join(name);
        let before = fs::read(&path).ok();
        for kind in ["pipe", "device", "folder", "circle", "huge", "zeros", "letters"] {
            put(kind, &path);
            match read_all(&fixture.repo()) {
                // Files that nothing reads, or whose absence says nothing.
                Ok(warnings) if warnings.is_empty() => {
                    assert!(may_go_unsaid(name, kind), "{kind} as {name} is told");
                }
                Ok(_) => {}
                Err(error) => assert!(
                    matches!(name, "HEAD" | "commondir" | "gitdir"),
                    "{kind} as {name}: {error}"
                ),
            }
            let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
        }
        if let Some(before) = before {
            fs::write(&path, before).unwrap();
        }
    }
    assert!(read_all(&fixture.repo()).unwrap().is_empty(), "all is as it was");
}

#[test]
fn git_files_that_point_away() {
    let fixture = Fixture::new(&[]);
    fixture.write("a.txt", "a\n");
    let commit = fixture.commit("a");
    let away = fixture.root().join("away");
    fs::create_dir(&away).unwrap();
    let pointing = |to: &str| {
        let _ = fs::remove_file(away.join(".git"));
        fs::write(away.join(".git"), format!("gitdir: {to}\n")).unwrap();
        Repository::open(&away, &options())
    };
    let found = pointing("../repo/.git").unwrap();
    assert_eq!(found.find_ref(b"HEAD"), Some(commit));
    assert_eq!(found.work_tree(), fs::canonicalize(&away).ok());
    for nowhere in
        ["/no/such/folder", "../repo/a.txt", ".git", ".", "..", "../repo", "", "/dev/zero"]
    {
        let refused = pointing(nowhere).unwrap_err();
        assert!(matches!(refused, OpenError::NotARepository { .. }), "{nowhere}: {refused}");
    }
    // Two that point at each other.
    let other = fixture.root().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join(".git"), "gitdir: ../away/.git\n").unwrap();
    assert!(matches!(pointing("../other/.git"), Err(OpenError::NotARepository { .. })));
    for kind in ["pipe", "device", "circle", "huge", "zeros", "letters"] {
        put(kind, &away.join(".git"));
        assert!(matches!(read_all(&away), Err(OpenError::NotARepository { .. })), "{kind}");
    }
}

#[test]
fn a_git_file_that_points_at_another_users_repository() {
    let fixture = Fixture::new(&[]);
    fixture.write("a.txt", "a\n");
    fixture.commit("a");
    let git_dir = fixture.repo().join(".git");
    // Only the administrator can give files away; without that there is nothing to test here.
    if std::os::unix::fs::chown(&git_dir, Some(12345), None).is_err() {
        return;
    }
    let away = fixture.root().join("away");
    fs::create_dir(&away).unwrap();
    fs::write(away.join(".git"), "gitdir: ../repo/.git\n").unwrap();
    let linked = fixture.root().join("linked");
    fs::create_dir(&linked).unwrap();
    symlink("../repo/.git", linked.join(".git")).unwrap();
    for path in [&away, &linked] {
        let refused = Repository::open(path, &options()).unwrap_err();
        assert!(matches!(refused, OpenError::NotTrusted { owner: 12345, .. }), "{refused}");
        let trust = Trust::Listed(vec![path.clone()]);
        let opened = Repository::open(path, &OpenOptions { trust, ..options() }).unwrap();
        assert!(matches!(opened.warnings(), [Warning::OtherOwner { .. }]));
    }
}

#[test]
fn a_head_that_is_a_link() {
    let fixture = Fixture::new(&[]).with_history();
    let head = fixture.repo().join(".git/HEAD");
    fs::remove_file(&head).unwrap();
    symlink("refs/heads/main", &head).unwrap();
    let expected = Some(fixture.oid("HEAD"));
    assert_eq!(repository(&fixture.repo()).find_ref(b"HEAD"), expected);
    fixture.git(&["pack-refs", "--all", "--prune"]);
    assert_eq!(repository(&fixture.repo()).find_ref(b"HEAD"), expected);
}

#[test]
fn packed_references_of_any_kind() {
    let fixture = Fixture::new(&[]);
    fixture.write("a.txt", "a\n");
    let oid = fixture.commit("a");
    let read = |text: &[u8]| {
        fs::write(fixture.repo().join(".git/packed-refs"), text).unwrap();
        let opened = repository(&fixture.repo());
        let packed = opened.refs().iter().filter(|known| known.name.starts_with(b"refs/packed/"));
        (packed.count(), opened.warnings().len())
    };
    let head = "# pack-refs with: peeled fully-peeled sorted \n";
    let line = format!("{oid} refs/packed/one\n");
    let long = format!("{oid} refs/packed/{}\n", "n".repeat(64 * 1024));
    assert_eq!(read(format!("{head}{line}").as_bytes()), (1, 0));
    assert_eq!(read(line.as_bytes()), (1, 0));
    assert_eq!(read(format!("{head}{long}{line}^{oid}\n").as_bytes()), (2, 0));
    assert_eq!(read(format!("# another head\n{line}").as_bytes()), (1, 1));
    assert_eq!(read(format!("{head}{line}{oid} refs/packed/a..b\n").as_bytes()), (1, 1));
    assert_eq!(
        read(format!("{head}x\n\n^{oid}\n{oid}\n{line}{oid} refs/packed/cut").as_bytes()),
        (1, 1)
    );
    assert_eq!(read(b"#"), (0, 1));
    assert_eq!(read(&b"#".repeat(100_000)), (0, 1));
    assert_eq!(read(&b"\xff\n".repeat(100_000)), (0, 1));
    assert_eq!(read(b""), (0, 0));
}

#[test]
fn reflogs_are_read_whoever_wrote_them() {
    let fixture = Fixture::new(&[]);
    fixture.write("a.txt", "a\n");
    let oid = fixture.commit("a");
    let lost = "7".repeat(40);
    let log = fixture.repo().join(".git/logs/HEAD");
    for rest in ["", " ", "\tno author", " nobody 12", " A <a> 99999999999999999999 +9999\tx"] {
        fs::write(&log, format!("{lost} {oid}{rest}\nnonsense\n")).unwrap();
        let opened = repository(&fixture.repo());
        let logged: Vec<_> = opened.logged().iter().map(ToString::to_string).collect();
        assert!(logged.contains(&lost) && logged.contains(&oid.to_string()), "{rest}");
    }
    // More ids than are kept.
    let limits = Limits::from_memory(scanner_git::MEMORY_BYTES_MIN, 1);
    let line = |n: u32| format!("{n:040x} {:040x} A <a> 1 +0000\n", n + 1);
    fs::write(&log, (1..limits.file.refs_max + 2).map(line).collect::<String>()).unwrap();
    let opened = Repository::open(&fixture.repo(), &OpenOptions { limits, ..options() }).unwrap();
    let told = opened.warnings();
    assert!(matches!(told[0], Warning::Unreadable { .. }), "{told:?}");
}

/// Why the file of the graph of commits is not read: git believes it, and would leave out what it hides.
#[test]
fn a_commit_graph_that_lies_hides_nothing() {
    let fixture = Fixture::new(&[]);
    for round in 0..5 {
        fixture.write("a.txt", format!("round {round}\n"));
        fixture.commit(&format!("round {round}"));
    }
    let range = format!("{}..{}", fixture.oid("HEAD~4"), fixture.oid("HEAD"));
    fixture.git(&["commit-graph", "write", "--reachable"]);
    let path = fixture.objects().join("info/commit-graph");
    let mut graph = fs::read(&path).unwrap();
    // Of each commit's data: a tree of 20 bytes, then where its two parents stand. No parent is 0x70000000.
    let table = graph[8..].chunks_exact(12).find(|entry| entry.starts_with(b"CDAT")).unwrap();
    let start = u64::from_be_bytes(table[4..12].try_into().unwrap()) as usize;
    for commit in 0..5 {
        graph[start + commit * 36 + 20..][..4].copy_from_slice(&0x7000_0000_u32.to_be_bytes());
    }
    fs::remove_file(&path).unwrap();
    fs::write(&path, graph).unwrap();
    assert!(fixture.lines(&["rev-list", &range]).len() < 4, "git is misled");
    let opened = repository(&fixture.repo());
    let found = introduced(&opened, &parse_range(&opened, &range).unwrap(), 2);
    assert_eq!((found.commits.len(), found.blobs.len()), (4, 4));
    assert!(scanned(opened.store(), 2).0 == by_git(&fixture, &fixture.repo()));
}

/// A small repository with every file that is read beside its objects.
fn with_all_files() -> Fixture {
    let fixture = Fixture::new(&[]);
    fixture.write("dir/a.txt", "a\n");
    fixture.commit("a");
    fixture.git(&["tag", "-a", "-m", "a tag", "v1"]);
    fixture.git(&["pack-refs", "--all"]);
    fixture.git(&["config", "remote.o.promisor", "true"]);
    fixture.git(&["config", "extensions.worktreeConfig", "true"]);
    fixture.git(&["config", "--worktree", "core.sparseCheckout", "false"]);
    fixture.git(&["update-index", "--index-version", "4"]);
    fixture.git(&["update-ref", "refs/heads/loose", "HEAD"]);
    fixture.git(&["worktree", "add", "-q", "../linked"]);
    fixture
}

const READ: [&str; 10] = [
    "HEAD",
    "config",
    "config.worktree",
    "index",
    "packed-refs",
    "refs/heads/loose",
    "logs/HEAD",
    "worktrees/linked/commondir",
    "worktrees/linked/gitdir",
    "worktrees/linked/HEAD",
];

proptest! {
    #[test]
    fn any_change_of_a_file_leaves_something_to_open(
        name in proptest::sample::select(&READ[..]),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        repeat in (any::<proptest::sample::Index>(), 0_usize..40),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        thread_local! {
            static MADE: Fixture = with_all_files();
        }
        MADE.with(|fixture| {
            let path = fixture.repo().join(".git").join(name);
            let good = fs::read(&path).unwrap();
            let mut bytes = good.clone();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let (from, times) = repeat;
            let from = from.index(bytes.len());
            let part = bytes[from..(from + 16).min(bytes.len())].repeat(times);
            bytes.splice(from..from, part);
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            fs::write(&path, bytes).unwrap();
            for dir in [fixture.repo(), fixture.root().join("linked")] {
                match Repository::open(&dir, &options()) {
                    Ok(opened) => {
                        let _ = (opened.all_indexes(), staged(&opened), opened.work_tree());
                    }
                    Err(error) => assert!(!error.to_string().is_empty()),
                }
            }
            fs::write(&path, good).unwrap();
        });
    }
}
