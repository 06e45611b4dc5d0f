//! Decodes every object of a repository and prints how many there are and how long it took.
//!
//! `decode_all OBJECTS_FOLDER [WORKERS] [all|content|trees|verify|list]`
//!
//! `verify` hashes every object and compares it with its id; `list` does too and prints what
//! `git cat-file --batch-all-objects --batch-check` prints, in its order; the others only decode.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use scanner_git::{
    Blob, BlobSink, KindSet, Limits, MEMORY_BYTES_DEFAULT, NothingSeen, ObjectFormat, ObjectStore,
    OdbRequest, scan_objects,
};

/// Looks at one byte of each object, so that nothing is optimised away.
#[derive(Default)]
struct Touch {
    sum: u64,
    verify: bool,
    wrong: u64,
    /// Id, kind and size of each object, if they are wanted.
    list: Option<Vec<String>>,
}

impl BlobSink for Touch {
    type Carry = ();

    fn blob(&mut self, blob: &Blob<'_>) -> ControlFlow<()> {
        self.sum = self.sum.wrapping_add(blob.bytes.last().copied().map_or(0, u64::from));
        if self.verify && blob.oid.format().hash_object(blob.kind, blob.bytes) != blob.oid {
            self.wrong += 1;
        }
        if let Some(list) = &mut self.list {
            list.push(format!("{} {} {}", blob.oid, blob.kind.name(), blob.bytes.len()));
        }
        ControlFlow::Continue(())
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let objects = args.next().expect("the objects folder");
    let workers = args.next().map_or(1, |n| n.parse().expect("a number of workers"));
    let what = args.next();
    let is_list = what.as_deref() == Some("list");
    let verify = is_list || what.as_deref() == Some("verify");
    let kinds = match what.as_deref() {
        None | Some("all" | "verify" | "list") => KindSet::ALL,
        Some("trees") => KindSet::TREES,
        Some(_) => KindSet::CONTENT,
    };
    let limits = Limits::from_memory(MEMORY_BYTES_DEFAULT, workers);
    let begin = Instant::now();
    let spill_dir = std::env::temp_dir();
    let store = ObjectStore::open(Path::new(&objects), ObjectFormat::Sha1, &limits, &spill_dir)
        .expect("a folder of objects");
    let opened = begin.elapsed();
    let request = OdbRequest { kinds, seen: &NothingSeen };
    let sink = || Touch { verify, list: is_list.then(Vec::new), ..Touch::default() };
    let sinks = (0..workers).map(|_| sink()).collect();
    let (sinks, report) = scan_objects(&store, &request, sinks);
    let seconds = begin.elapsed().as_secs_f64();
    let sum = sinks.iter().fold(0, |sum: u64, sink| sum.wrapping_add(sink.sum));
    let wrong: u64 = sinks.iter().map(|sink| sink.wrong).sum();
    if is_list {
        assert!(wrong == 0 && report.damage.is_empty(), "{wrong} wrong, {:?}", report.damage);
        let mut lines: Vec<String> =
            sinks.into_iter().flat_map(|sink| sink.list.unwrap_or_default()).collect();
        lines.sort();
        for line in lines {
            println!("{line}");
        }
        return;
    }
    println!(
        "{:?}\n{:?} warnings {:?}\nopened {:.3} s, sum {sum}, {wrong} wrong, {seconds:.3} s",
        report.counters,
        report.damage.by_kind(),
        store.warnings(),
        opened.as_secs_f64(),
    );
}
