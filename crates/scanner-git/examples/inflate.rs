//! Inflates every entry of a pack with libdeflate and with zlib-rs, one thread, and prints how long each took.
//!
//! `inflate PACK [ROUNDS]`; the pack's index lies beside it. Rounds alternate between the two, and the least time of each
//! is told. The stored bytes are what is inflated: deltas are not applied.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::path::Path;
use std::time::{Duration, Instant};

use flate2::{Decompress, FlushDecompress, Status};
use libdeflater::Decompressor;
use scanner_git::{ObjectFormat, Pack};

/// The stored bytes of an entry, and how many come out of them.
struct Entry {
    start: usize,
    end: usize,
    bytes: usize,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("say which pack")?;
    let rounds: u32 = args.next().map_or(Ok(5), |rounds| rounds.parse())?;
    let file = std::fs::read(&path)?;
    let entries = entries(Path::new(&path), &file)?;
    let bytes: u64 = entries.iter().map(|entry| entry.bytes as u64).sum();
    println!("{} entries, {bytes} bytes inflated from {}", entries.len(), file.len());
    let mut output = vec![0; entries.iter().map(|entry| entry.bytes).max().unwrap_or(0)];
    let mut deflate = Decompressor::new();
    let mut zlib = Decompress::new(true);
    let (mut first, mut second) = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        let start = Instant::now();
        for entry in &entries {
            let written = deflate
                .zlib_decompress(&file[entry.start..entry.end], &mut output[..entry.bytes])?;
            assert_eq!(written, entry.bytes);
        }
        first = first.min(start.elapsed());
        let start = Instant::now();
        for entry in &entries {
            zlib.reset(true);
            let (stored, output) = (&file[entry.start..entry.end], &mut output[..entry.bytes]);
            let status = zlib.decompress(stored, output, FlushDecompress::Finish)?;
            assert!(status == Status::StreamEnd && zlib.total_out() == entry.bytes as u64);
        }
        second = second.min(start.elapsed());
    }
    let ratio = second.as_secs_f64() / first.as_secs_f64();
    println!("libdeflate {first:.2?}, zlib-rs {second:.2?}: {ratio:.2} times as long");
    Ok(())
}

/// Where the entries stand, by the index.
fn entries(path: &Path, file: &[u8]) -> Result<Vec<Entry>, Box<dyn std::error::Error>> {
    let pack = Pack::open(path, ObjectFormat::Sha1)?;
    let idx = pack.idx();
    let mut offsets: Vec<_> =
        (0..idx.count()).filter_map(|at| idx.offset(at)).map(|offset| offset as usize).collect();
    offsets.sort_unstable();
    // Behind the last entry stands the checksum.
    let ends = offsets.iter().skip(1).copied().chain([file.len() - ObjectFormat::Sha1.bytes()]);
    Ok(offsets.iter().zip(ends).map(|(start, end)| entry(file, *start, end)).collect())
}

/// Reads the head of an entry: its kind, its size in groups of seven bits, and the base of a delta.
fn entry(file: &[u8], start: usize, end: usize) -> Entry {
    let mut at = start;
    let kind = file[at] >> 4 & 7;
    let mut bytes = usize::from(file[at] & 15);
    let mut shift = 4;
    while file[at] & 0x80 != 0 {
        at += 1;
        bytes |= usize::from(file[at] & 0x7f) << shift;
        shift += 7;
    }
    at += 1;
    match kind {
        6 => {
            while file[at] & 0x80 != 0 {
                at += 1;
            }
            at += 1;
        }
        7 => at += ObjectFormat::Sha1.bytes(),
        _ => {}
    }
    Entry { start: at, end, bytes }
}
