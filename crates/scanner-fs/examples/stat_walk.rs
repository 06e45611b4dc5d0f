//! Lists a folder and asks for the facts of each file, with some threads and nothing else: the least that anything must
//! do that tells whether one of the files has changed. A floor for benchmarks; it shares no code with the walk.
//!
//! `cargo run --release -p scanner-fs --example stat_walk -- FOLDER WORKERS`

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, openat, statat};

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::DIRECTORY);

#[derive(Default)]
struct Walk {
    folders: Mutex<Vec<CString>>,
    /// Folders that are waiting or being listed.
    open: AtomicUsize,
    files: AtomicU64,
    bytes: AtomicU64,
}

impl Walk {
    fn push(&self, folder: CString) {
        self.open.fetch_add(1, Ordering::SeqCst);
        self.folders.lock().unwrap_or_else(PoisonError::into_inner).push(folder);
    }

    fn work(&self) {
        let mut buffer = vec![MaybeUninit::uninit(); 64 * 1024];
        while self.open.load(Ordering::SeqCst) > 0 {
            let next = self.folders.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(folder) = next else {
                std::hint::spin_loop();
                continue;
            };
            if let Ok(handle) = openat(CWD, &folder, FOLDER, Mode::empty()) {
                self.list(&folder, &handle, &mut buffer);
            }
            self.open.fetch_sub(1, Ordering::SeqCst);
        }
    }

    fn list(&self, folder: &CStr, handle: &OwnedFd, buffer: &mut [MaybeUninit<u8>]) {
        let (mut files, mut bytes) = (0, 0);
        let mut entries = RawDir::new(handle, buffer);
        while let Some(Ok(entry)) = entries.next() {
            let name = entry.file_name();
            match entry.file_type() {
                FileType::RegularFile => {
                    if let Ok(stat) = statat(handle, name, AtFlags::SYMLINK_NOFOLLOW) {
                        files += 1;
                        bytes += u64::try_from(stat.st_size).unwrap_or(0);
                    }
                }
                FileType::Directory if name != c"." && name != c".." => {
                    let path = [folder.to_bytes(), b"/", name.to_bytes()].concat();
                    self.push(CString::new(path).expect("neither part holds a NUL"));
                }
                _ => {}
            }
        }
        self.files.fetch_add(files, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let folder = words.first().cloned().unwrap_or_default();
    let workers: usize = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(1);
    let walk = Walk::default();
    walk.push(CString::new(folder).expect("arguments hold no NUL"));
    std::thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(|| walk.work());
        }
        walk.work();
    });
    let (files, bytes) = (walk.files.into_inner(), walk.bytes.into_inner());
    println!("{{\"files\": {files}, \"bytes\": {bytes}}}");
}
