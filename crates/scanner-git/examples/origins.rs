//! Attributes some blobs of a repository and prints how long it took.
//!
//! `origins REPOSITORY [WORKERS] [EVERY_NTH_BLOB]`

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use scanner_git::{
    Blob, BlobSink, KindSet, Limits, MEMORY_BYTES_DEFAULT, NothingSeen, ObjectKind, OdbRequest,
    Oid, OpenOptions, Overlay, PathScope, Repository, Trust, attribute, scan_objects,
};

/// Ids of all blobs.
#[derive(Default)]
struct Ids(Vec<Oid>);

impl BlobSink for Ids {
    type Carry = ();

    fn blob(&mut self, blob: &Blob<'_>) -> ControlFlow<()> {
        self.0.push(blob.oid);
        ControlFlow::Continue(())
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let path = args.next().expect("a repository");
    let workers = args.next().map_or(1, |n| n.parse().expect("a number of workers"));
    let nth: usize = args.next().map_or(1000, |n| n.parse().expect("a number"));
    let options = OpenOptions {
        limits: Limits::from_memory(MEMORY_BYTES_DEFAULT, workers),
        spill_dir: std::env::temp_dir(),
        trust: Trust::All,
        home: None,
        config_files: Vec::new(),
        overlay: Overlay::default(),
    };
    let repository = Repository::open(Path::new(&path), &options).expect("a repository");
    let kinds = KindSet::of(&[ObjectKind::Blob]);
    let request = OdbRequest { kinds, seen: &NothingSeen };
    let sinks = (0..workers).map(|_| Ids::default()).collect();
    let (sinks, _) = scan_objects(repository.store(), &request, sinks);
    let mut ids: Vec<_> = sinks.into_iter().flat_map(|sink| sink.0).collect();
    ids.sort_unstable();
    let wanted: Vec<_> = ids.into_iter().step_by(nth).collect();
    let begin = Instant::now();
    let found = attribute(&repository, &wanted, PathScope::First, workers);
    let seconds = begin.elapsed().as_secs_f64();
    let with_commit = found.origins.iter().filter(|origin| origin.first.is_some()).count();
    let paths: usize = found.origins.iter().map(|origin| origin.paths.len()).sum();
    println!(
        "{} blobs, {with_commit} with a commit, {paths} paths, {} damaged, cut {}, {seconds:.3} s",
        wanted.len(),
        found.damage.len(),
        found.edges_cut,
    );
    for origin in found.origins.iter().take(3) {
        let path = origin.paths.first().map(|path| String::from_utf8_lossy(path).into_owned());
        println!("{} {:?} {path:?}", origin.oid, origin.first.as_ref().map(|commit| commit.oid));
    }
}
