//! Reads every file of a folder and prints files, bytes and seconds: what the walk costs without a scan.
//!
//! `cargo run --release -p scanner-fs --example read_all -- FOLDER [WORKERS] [--no-ignore] [--list]`

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::Instant;

use scanner_core::{ObjectPath, SkipCounts, SkipReason};
use scanner_fs::{FileVisitor, FsRequest, NeverCancel, OpenFile, WalkPolicy, walk_files};

struct Reader {
    buffer: Vec<u8>,
    read: bool,
    files: u64,
    bytes: u64,
    skips: SkipCounts,
}

impl FileVisitor for Reader {
    fn visit(&mut self, file: &mut OpenFile) -> ControlFlow<()> {
        self.files += 1;
        file.advise_sequential();
        while self.read {
            match file.fill(&mut self.buffer) {
                Ok(filled) => {
                    self.bytes += filled.bytes as u64;
                    if filled.at_end {
                        break;
                    }
                }
                Err(error) => {
                    self.skips.add(scanner_fs::skip_reason(&error));
                    break;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn skipped(&mut self, _: &ObjectPath, reason: SkipReason, _: Option<&std::io::Error>) {
        self.skips.add(reason);
    }
}

fn main() -> Result<(), scanner_fs::FsError> {
    let (flags, words): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let has_flag = |flag: &str| flags.iter().any(|given| given == flag);
    let workers = words.get(1).and_then(|word| word.parse().ok()).unwrap_or(NonZeroUsize::MIN);
    let request = FsRequest {
        roots: words.first().into_iter().map(Into::into).collect(),
        policy: WalkPolicy { respect_ignore: !has_flag("--no-ignore"), ..WalkPolicy::default() },
        workers,
    };
    let read = !has_flag("--list");
    let start = Instant::now();
    let make = |_| Reader {
        buffer: vec![0; 256 * 1024],
        read,
        files: 0,
        bytes: 0,
        skips: SkipCounts::default(),
    };
    let readers = walk_files(&request, make, &NeverCancel)?;
    let seconds = start.elapsed().as_secs_f64();
    let mut skips = SkipCounts::default();
    for reader in &readers {
        skips.merge(&reader.skips);
    }
    let files: u64 = readers.iter().map(|reader| reader.files).sum();
    let bytes: u64 = readers.iter().map(|reader| reader.bytes).sum();
    println!("{files} files, {bytes} bytes, {seconds:.3} s, {workers} workers");
    for (reason, count) in skips.skipped().chain(skips.failed()) {
        println!("{count} {}", reason.explain());
    }
    Ok(())
}
