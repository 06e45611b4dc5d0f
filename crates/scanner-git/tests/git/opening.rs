//! Every form of repository opens, and its references are those that git lists.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use scanner_git::{
    KindSet, Limits, NothingSeen, ObjectFormat, OdbRequest, OpenError, OpenOptions, Overlay,
    Repository, Trust, Warning, scan_objects,
};

use crate::fixture::Fixture;
use crate::objects::{Collect, by_git, scanned};

pub(crate) fn options() -> OpenOptions {
    OpenOptions {
        limits: Limits::default(),
        spill_dir: std::env::temp_dir(),
        trust: Trust::Listed(Vec::new()),
        home: None,
        config_files: Vec::new(),
        overlay: Overlay::default(),
    }
}

pub(crate) fn repository(path: &Path) -> Repository {
    Repository::open(path, &options()).expect("a repository")
}

/// Compares references with `git for-each-ref`, and objects with `git cat-file`.
fn check(fixture: &Fixture, dir: &Path) -> Repository {
    let repository = repository(dir);
    let listed = fixture.run(dir, &["for-each-ref", "--format=%(refname) %(objectname)"]);
    let listed: Vec<_> = String::from_utf8(listed).unwrap().lines().map(str::to_owned).collect();
    let own: Vec<_> = repository
        .refs()
        .iter()
        .filter(|known| known.name.starts_with(b"refs/"))
        .map(|known| format!("{} {}", String::from_utf8_lossy(&known.name), known.target))
        .collect();
    assert_eq!(own, listed);
    let head = fixture.run(dir, &["rev-parse", "HEAD"]);
    let found = repository.find_ref(b"HEAD").map(|oid| format!("{oid}\n"));
    assert_eq!(found, String::from_utf8(head).ok());
    let (objects, _, report) = scanned(repository.store(), 2);
    assert!(objects == by_git(fixture, dir) && report.damage.is_empty());
    repository
}

#[test]
fn work_trees_bare_mirrors_and_links() {
    let fixture = Fixture::new(&[]).with_history();
    let loose = check(&fixture, &fixture.repo());
    assert_eq!(loose.work_tree(), fs::canonicalize(fixture.repo()).ok());
    assert!(loose.warnings().is_empty());
    check(&fixture, &fixture.repo().join("dir0/sub"));
    fixture.git(&["pack-refs", "--all"]);
    check(&fixture, &fixture.repo());
    fixture.run(fixture.root(), &["clone", "-q", "--mirror", "repo", "mirror.git"]);
    let mirror = check(&fixture, &fixture.root().join("mirror.git"));
    assert_eq!(mirror.work_tree(), None);
    fixture.git(&["worktree", "add", "-q", "../linked", "side"]);
    fs::write(fixture.root().join("linked/staged"), "staged in the worktree").unwrap();
    fixture.run(&fixture.root().join("linked"), &["add", "staged"]);
    let linked = check(&fixture, &fixture.root().join("linked"));
    let main = check(&fixture, &fixture.repo());
    assert_eq!(linked.find_ref(b"main-worktree/HEAD"), main.find_ref(b"HEAD"));
    assert_eq!(main.find_ref(b"worktrees/linked/HEAD"), linked.find_ref(b"HEAD"));
    assert!(main.all_indexes().0.iter().any(|entry| entry.path == b"staged"));
    assert!(!main.index().unwrap().iter().any(|entry| entry.path == b"staged"));
}

#[test]
fn repositories_of_sha256() {
    let fixture = Fixture::new(&["--object-format=sha256"]).with_history();
    fixture.git(&["worktree", "add", "-q", "../linked", "side"]);
    for packed in [false, true] {
        if packed {
            fixture.git(&["pack-refs", "--all"]);
        }
        for dir in [fixture.repo(), fixture.root().join("linked")] {
            let opened = check(&fixture, &dir);
            assert_eq!(opened.format(), ObjectFormat::Sha256);
            assert!(opened.warnings().is_empty(), "{:?}", opened.warnings());
            let listed = fixture.run(&dir, &["ls-files", "-s"]);
            let index = opened.index().unwrap();
            assert_eq!(index.len(), listed.split(|byte| *byte == b'\n').count() - 1);
        }
    }
}

#[test]
fn submodules_are_repositories_of_their_own() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.run(fixture.root(), &["clone", "-q", "--bare", "repo", "other.git"]);
    fixture.git(&["submodule", "add", "-q", "../other.git", "deep/module"]);
    let outer = repository(&fixture.repo());
    assert_eq!(outer.submodules().len(), 1);
    check(&fixture, &fixture.repo().join("deep/module"));
    check(&fixture, &outer.submodules()[0]);
}

#[test]
fn reftables_are_read_with_their_logs() {
    let fixture = Fixture::new(&["--ref-format=reftable"]).with_history();
    for n in 0..400 {
        fixture.git(&["update-ref", &format!("refs/heads/many/branch-{n}"), "HEAD"]);
        if n % 3 == 0 {
            fixture.git(&["update-ref", "-d", &format!("refs/heads/many/branch-{}", n / 2)]);
        }
        if n > 40 {
            break;
        }
    }
    let reftable = check(&fixture, &fixture.repo());
    assert!(reftable.warnings().is_empty(), "{:?}", reftable.warnings());
    let logged = fixture.lines(&["reflog", "--format=%H", "HEAD"]);
    for hex in &logged {
        assert!(reftable.logged().iter().any(|oid| oid.to_string() == *hex), "{hex}");
    }
    fixture.git(&["pack-refs"]);
    check(&fixture, &fixture.repo());
}

#[test]
fn reflogs_remember_what_was_amended_away() {
    let fixture = Fixture::new(&[]).with_history();
    let repository = repository(&fixture.repo());
    let mut expected = fixture.lines(&["reflog", "--all", "--format=%H"]);
    expected.sort();
    expected.dedup();
    let logged: Vec<_> = repository.logged().iter().map(ToString::to_string).collect();
    for hex in expected {
        assert!(logged.contains(&hex), "{hex}");
    }
}

#[test]
fn bundles_open_like_repositories() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.git(&["bundle", "create", "-q", "../all.bundle", "--all"]);
    let path = fixture.root().join("all.bundle");
    let bundle = repository(&path);
    let (objects, _, report) = scanned(bundle.store(), 2);
    assert!(report.damage.is_empty());
    let reachable = fixture.lines(&["rev-list", "--objects", "--all", "--no-object-names"]);
    let mut reachable: Vec<_> = reachable;
    reachable.sort();
    reachable.dedup();
    assert_eq!(objects.keys().cloned().collect::<Vec<_>>(), reachable);
    assert!(bundle.find_ref(b"refs/heads/main").is_some());
    fixture.git(&["bundle", "create", "-q", "../thin.bundle", "main~3..main"]);
    let thin = repository(&fixture.root().join("thin.bundle"));
    assert!(thin.warnings().iter().any(|warning| matches!(warning, Warning::Shallow { .. })));
    let bytes = fs::read(&path).unwrap();
    let cut = fixture.root().join("cut.bundle");
    for end in [10, 16, 20, 100, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&cut, &bytes[..end]).unwrap();
        if let Ok(opened) = Repository::open(&cut, &options()) {
            let _ = scanned(opened.store(), 1);
        }
    }
}

#[test]
fn shallow_and_partial_clones_say_so() {
    let fixture = Fixture::new(&[]).with_history();
    fixture.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", fixture.repo().display());
    fixture.run(fixture.root(), &["clone", "-q", "--depth=3", &url, "shallow"]);
    let shallow = check(&fixture, &fixture.root().join("shallow"));
    assert!(!shallow.shallow().is_empty());
    assert!(shallow.warnings().iter().any(|w| matches!(w, Warning::Shallow { .. })));
    let args = ["clone", "-q", "--bare", "--filter=blob:none", &url, "partial.git"];
    fixture.run(fixture.root(), &args);
    let partial = check(&fixture, &fixture.root().join("partial.git"));
    assert!(partial.is_partial());
}

#[test]
fn empty_and_absent_repositories() {
    let fixture = Fixture::new(&[]);
    let empty = repository(&fixture.repo());
    let request = OdbRequest { kinds: KindSet::ALL, seen: &NothingSeen };
    let (_, report) = scan_objects(empty.store(), &request, vec![Collect::default()]);
    assert_eq!((report.counters.objects, empty.refs().len()), (0, 0));
    let none = Repository::open(Path::new("/proc"), &options()).unwrap_err();
    assert!(matches!(none, OpenError::NotARepository { .. }));
    let gone = Repository::open(Path::new("/no/such/path"), &options()).unwrap_err();
    assert!(matches!(gone, OpenError::Io { .. }));
}

#[test]
fn formats_that_we_do_not_know_are_refused() {
    let fixture = Fixture::new(&[]);
    let config = fixture.repo().join(".git/config");
    fs::write(&config, "[core]\nrepositoryformatversion=1\n[extensions]\nobjectFormat=md5\n")
        .unwrap();
    let error = Repository::open(&fixture.repo(), &options()).unwrap_err();
    assert!(matches!(error, OpenError::Extension { .. }));
    fs::write(&config, "[core]\nrepositoryformatversion=1\n[extensions]\nfuture=1\n").unwrap();
    assert_eq!(repository(&fixture.repo()).warnings().len(), 1);
}

#[test]
fn indexes_of_all_versions() {
    let fixture = Fixture::new(&[]).with_history();
    let listed = |fixture: &Fixture| -> BTreeMap<String, String> {
        let lines = fixture.lines(&["ls-files", "--stage"]);
        let entry = |line: &String| {
            let (left, path) = line.split_once('\t').expect("a tab");
            (path.to_owned(), left.split(' ').nth(1).expect("an id").to_owned())
        };
        lines.iter().map(entry).collect()
    };
    for version in ["2", "3", "4"] {
        fixture.git(&["update-index", "--index-version", version]);
        let own: BTreeMap<_, _> = repository(&fixture.repo())
            .index()
            .unwrap()
            .into_iter()
            .map(|entry| (String::from_utf8(entry.path).unwrap(), entry.oid.to_string()))
            .collect();
        assert_eq!(own, listed(&fixture));
    }
    fixture.git(&["update-index", "--split-index"]);
    let own = repository(&fixture.repo()).index().unwrap();
    for path in listed(&fixture).keys() {
        assert!(own.iter().any(|entry| entry.path == path.as_bytes()), "{path}");
    }
}

#[test]
fn another_users_repository_must_be_trusted() {
    let fixture = Fixture::new(&[]).with_history();
    // Only the administrator can give files away; without that there is nothing to test here.
    let git_dir = fixture.repo().join(".git");
    if std::os::unix::fs::chown(&git_dir, Some(12345), None).is_err() {
        return;
    }
    let error = Repository::open(&fixture.repo(), &options()).unwrap_err();
    assert!(matches!(error, OpenError::NotTrusted { owner: 12345, .. }));
    let listed = |paths: Vec<PathBuf>| OpenOptions { trust: Trust::Listed(paths), ..options() };
    let trusted = Repository::open(&fixture.repo(), &listed(vec![fixture.repo()])).unwrap();
    assert!(matches!(trusted.warnings()[0], Warning::OtherOwner { .. }));
    assert_eq!(trusted.format(), ObjectFormat::Sha1);
}
