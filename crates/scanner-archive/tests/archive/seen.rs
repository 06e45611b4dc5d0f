//! A sink that keeps what it is given, and ways to give it an archive.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;

use scanner_archive::{
    Allowance, ArchiveReport, ArchiveScanner, Entry, EntryReader, EntrySink, Fault, Input, Limits,
    NoWatch, Outer, RunBudget, detect,
};

/// What came out of an archive.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Path and content, in order.
    pub(crate) entries: Vec<(String, Vec<u8>)>,
    pub(crate) modified: Vec<Option<i64>>,
    pub(crate) report: ArchiveReport,
}

#[derive(Default)]
struct Keep {
    entries: Vec<(String, Vec<u8>)>,
    modified: Vec<Option<i64>>,
}

impl EntrySink for Keep {
    fn entry(&mut self, entry: &Entry<'_>, bytes: &mut EntryReader<'_>) -> ControlFlow<()> {
        let mut content = Vec::new();
        bytes.read_to_end(&mut content).expect("an entry's reader never fails");
        self.entries.push((String::from_utf8_lossy(entry.path).into_owned(), content));
        self.modified.push(entry.modified);
        ControlFlow::Continue(())
    }
}

/// A reader that gives a few bytes at a time.
pub(crate) struct Trickle<'a>(pub(crate) &'a [u8], pub(crate) usize);

impl Read for Trickle<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(into.len());
        into[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// Reads an archive named `a`, in the given way.
pub(crate) fn read_as(bytes: &[u8], input: Input<'_>, limits: &Limits) -> Seen {
    let format = detect(bytes).expect("it is recognised");
    let run = RunBudget::new(limits.run_bytes_max);
    let mut keep = Keep::default();
    let report = ArchiveScanner::new(*limits, std::env::temp_dir()).scan(
        Outer { path: b"a", format },
        input,
        Allowance { run: &run, watch: &NoWatch },
        &mut keep,
    );
    Seen { entries: keep.entries, modified: keep.modified, report }
}

/// Reads an archive from memory, as a file and as two streams: all see the same.
pub(crate) fn read_within(bytes: &[u8], limits: &Limits) -> Seen {
    let seen = read_as(bytes, Input::Bytes(bytes), limits);
    let file = read_as(bytes, Input::Seekable(&mut Cursor::new(bytes)), limits);
    assert_eq!(file, seen, "as a file");
    for (head, step) in [(0, 4096), (bytes.len().min(700), 7)] {
        let (head, rest) = bytes.split_at(head);
        let stream =
            read_as(bytes, Input::Stream { head, reader: &mut Trickle(rest, step) }, limits);
        assert!(stream.entries == seen.entries, "as a stream, {step} bytes at a time");
        assert_eq!(stream.report, seen.report, "as a stream, {step} bytes at a time");
    }
    seen
}

/// The same within the limits that a scan has.
pub(crate) fn read(bytes: &[u8]) -> Seen {
    read_within(bytes, &Limits::DEFAULT)
}

impl Seen {
    /// The paths, in order.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.entries.iter().map(|(path, _)| path.as_str()).collect()
    }

    /// The faults, in order.
    pub(crate) fn faults(&self) -> Vec<(Fault, u64)> {
        self.report.faults().collect()
    }

    /// The content of an entry.
    pub(crate) fn content(&self, path: &str) -> &[u8] {
        let found = self.entries.iter().find(|(name, _)| name == path);
        &found.unwrap_or_else(|| panic!("no {path} in {:?}", self.paths())).1
    }
}

/// Asserts that an archive holds these entries and nothing is wrong with it.
pub(crate) fn check(bytes: &[u8], expected: &[(&str, &[u8])]) {
    let seen = read(bytes);
    let expected: Vec<(String, Vec<u8>)> =
        expected.iter().map(|(path, content)| ((*path).to_owned(), content.to_vec())).collect();
    assert_eq!(seen.entries, expected);
    assert_eq!(seen.faults(), []);
}
