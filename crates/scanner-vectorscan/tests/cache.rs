//! The cache against everything that may stand in its folder or happen to it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use scanner_vectorscan::CACHE_FILES_MAX;
use scanner_vectorscan::cache::{
    CacheDir, CacheKey, CacheKeyInput, CachePlaces, PlatformFacts, Stored, VsDbCache,
};
use tempfile::TempDir;

/// A file of this name where the test program is started tells it that it is the child that writes until it is killed.
const WRITER: &str = "this-is-the-writer";

fn cache_in(home: PathBuf) -> VsDbCache {
    let places = CachePlaces { stated: None, home: Some(home), temp: None };
    VsDbCache::new(CacheDir::open(&places).expect("a folder of our own"))
}

fn cache() -> (TempDir, VsDbCache) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let cache = cache_in(home.path().to_owned());
    (home, cache)
}

fn key(kind: &str) -> CacheKey {
    let platform = PlatformFacts::default();
    let patterns: &[&[u8]] = &[];
    CacheKeyInput { kind, mode: 1, platform, version: "1", patterns, flags: None, ids: &[] }.key()
}

fn path(cache: &VsDbCache, kind: &str) -> PathBuf {
    cache.path().join(format!("{}.hsdb", key(kind)))
}

#[test]
fn what_is_stored_is_loaded_and_stored_once() {
    let (_home, cache) = cache();
    assert!(cache.load(&key("a")).is_none());
    assert_eq!(cache.try_store(&key("a"), b"payload"), Stored::Written);
    assert_eq!(cache.try_store(&key("a"), b"other"), Stored::Present);
    assert_eq!(cache.load(&key("a")).expect("it is there").payload(), b"payload");
    assert!(cache.load(&key("b")).is_none());
    let files = cache.files();
    assert_eq!((files.len(), files[0].bytes, files[0].is_partial), (1, 71, false));
    assert_eq!(path(&cache, "a").metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_damaged_file_is_deleted_and_can_be_stored_again() {
    let (_home, cache) = cache();
    cache.try_store(&key("a"), b"payload");
    let whole = fs::read(path(&cache, "a")).unwrap();
    let mut flipped = whole.clone();
    flipped[50] ^= 4;
    let mut foreign = whole.clone();
    foreign[..8].copy_from_slice(b"VSDBCACG");
    let other_key = {
        cache.try_store(&key("b"), b"payload");
        fs::read(path(&cache, "b")).unwrap()
    };
    let longer = [whole.as_slice(), b"x"].concat();
    for damaged in [b"".to_vec(), whole[..60].to_vec(), flipped, foreign, other_key, longer] {
        fs::write(path(&cache, "a"), &damaged).unwrap();
        assert!(cache.load(&key("a")).is_none());
        assert!(!path(&cache, "a").exists(), "{} bytes stay", damaged.len());
        assert_eq!(cache.try_store(&key("a"), b"payload"), Stored::Written);
        assert_eq!(fs::read(path(&cache, "a")).unwrap(), whole);
    }
}

#[test]
fn links_folders_and_files_that_others_may_write_are_not_read() {
    let (home, cache) = cache();
    cache.try_store(&key("a"), b"payload");
    let outside = home.path().join("outside");
    fs::rename(path(&cache, "a"), &outside).unwrap();
    symlink(&outside, path(&cache, "a")).unwrap();
    assert!(cache.load(&key("a")).is_none());
    assert!(outside.exists() && path(&cache, "a").symlink_metadata().is_err(), "the link goes");
    fs::copy(&outside, path(&cache, "a")).unwrap();
    fs::set_permissions(path(&cache, "a"), Permissions::from_mode(0o666)).unwrap();
    assert!(cache.load(&key("a")).is_none());
    fs::create_dir(path(&cache, "a")).unwrap();
    assert!(cache.load(&key("a")).is_none());
    assert_eq!(cache.try_store(&key("a"), b"payload"), Stored::Present);
}

#[test]
fn what_cannot_be_written_is_no_error_and_leaves_nothing() {
    let (_home, cache) = cache();
    fs::remove_dir(cache.path()).unwrap();
    assert_eq!(cache.try_store(&key("a"), b"payload"), Stored::Failed);
    assert!(cache.load(&key("a")).is_none() && cache.files().is_empty());
}

#[test]
fn a_file_that_a_killed_process_of_our_number_left_is_written_over() {
    let (_home, cache) = cache();
    let partial = cache.path().join(format!("{}.{}.tmp", key("a"), std::process::id()));
    fs::write(&partial, "half").unwrap();
    assert!(cache.files()[0].is_partial);
    assert_eq!(cache.try_store(&key("a"), b"payload"), Stored::Written);
    assert!(!partial.exists());
}

#[test]
fn clearing_deletes_our_files_and_nothing_else() {
    let (_home, cache) = cache();
    cache.try_store(&key("a"), b"payload");
    fs::write(cache.path().join(format!("{}.99.tmp", key("b"))), "half").unwrap();
    fs::write(cache.path().join("notes.txt"), "mine").unwrap();
    assert_eq!(cache.clear().len(), 2);
    assert!(cache.files().is_empty() && cache.path().join("notes.txt").exists());
}

#[test]
fn the_oldest_files_go_where_there_are_too_many() {
    let (_home, cache) = cache();
    for index in 0..CACHE_FILES_MAX + 5 {
        assert_eq!(cache.try_store(&key(&index.to_string()), b"x"), Stored::Written);
    }
    assert_eq!(cache.files().len(), CACHE_FILES_MAX);
    assert!(cache.load(&key(&(CACHE_FILES_MAX + 4).to_string())).is_some());
}

#[test]
fn many_writers_of_one_key_leave_one_whole_file() {
    let (_home, cache) = cache();
    let payload = vec![7; 300_000];
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    cache.try_store(&key("a"), &payload);
                    if let Some(verified) = cache.load(&key("a")) {
                        assert_eq!(verified.payload().len(), payload.len());
                    }
                }
            });
        }
    });
    assert_eq!(cache.files().iter().filter(|file| !file.is_partial).count(), 1);
}

fn writer(home: &TempDir) -> Child {
    let program = std::env::current_exe().expect("the test's own program");
    Command::new(program)
        .args(["--exact", "killing_writers_never_leaves_half_a_file"])
        .current_dir(home.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts")
}

#[test]
fn killing_writers_never_leaves_half_a_file() {
    let payload = vec![3; 2_000_000];
    if Path::new(WRITER).exists() {
        let cache = cache_in(std::env::current_dir().expect("the home of the test"));
        loop {
            cache.delete(&key("a"));
            cache.try_store(&key("a"), &payload);
        }
    }
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join(WRITER), "").expect("a file");
    let cache = cache_in(home.path().to_owned());
    let mut whole = 0;
    for round in 0..30u64 {
        let mut child = writer(&home);
        // It has begun, however slow the machine is; then it is killed somewhere in its loop.
        while cache.files().is_empty() && child.try_wait().expect("a child").is_none() {
            std::thread::yield_now();
        }
        std::thread::sleep(std::time::Duration::from_micros(300 * round));
        child.kill().expect("it runs until it is killed");
        child.wait().expect("a child");
        let there = path(&cache, "a").exists();
        let loaded = cache.load(&key("a"));
        // Whatever has the name is whole.
        assert_eq!(there, loaded.is_some());
        assert!(loaded.is_none_or(|verified| verified.payload() == payload));
        whole += u32::from(there);
        cache.clear();
    }
    eprintln!("{whole} of 30 were killed with a file in place");
}
