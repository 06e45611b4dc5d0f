//! The driver of archives: all formats, from memory and as a stream.

use std::io::{Cursor, Read};
use std::ops::ControlFlow;

use scanner_archive::image::{ImageFiles, TarIndex, plan};
use scanner_archive::{
    Allowance, ArchiveReport, ArchiveScanner, Entry, EntryReader, EntrySink, Input, Limits,
    NoWatch, Outer, RunBudget, detect,
};
use scanner_testkit::archives::{
    Folder7z, Tar, Zip, ZipMethod, ar, bzip2, cpio_binary, cpio_new, cpio_old, docx, gzip, lz4,
    pdf, rpm, sevenz, sevenz_encrypted, sevenz_packed_header, xz, zstd,
};

use crate::Target;

/// So small that budgets are met.
const LIMITS: Limits = Limits {
    depth_max: 3,
    entries_max: 200,
    entry_bytes_max: 1 << 20,
    archive_bytes_max: 4 << 20,
    ratio_max: 50,
    ratio_floor_bytes: 1 << 20,
    decoder_bytes_max: 16 << 20,
    header_bytes_max: 1 << 16,
    spool_bytes_max: 1 << 20,
    spool_memory_bytes_max: 1 << 20,
    ..Limits::DEFAULT
};

const WORDS: &[&[u8]] = &[
    b"PK\x01\x02",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x06\x06",
    b"PK\x06\x07",
    b"PK\x07\x08",
    b"\x1f\x8b\x08\0",
    b"BZh91AY&SY",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"7z\xbc\xaf\x27\x1c",
    b"!<arch>\n",
    b"070701",
    b"070707",
    b"ustar\0",
    b"stream\r\n",
    b"/FlateDecode>>",
    b"\xff\xff\xff\xff",
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x80\0\0\0\0\0\0\0\0\0\0\x01",
];

pub(super) const ARCHIVE: Target = Target {
    name: "archive",
    about: "the driver of archives, all formats",
    seeds,
    words: WORDS,
    bytes_max: 1 << 16,
    run: whole,
};

pub(super) const IMAGE: Target = Target {
    name: "image",
    about: "manifests of container images",
    seeds: images,
    words: &[b"\"digest\":\"sha256:", b"\"manifests\":[{", b"\"layers\":[{", b"\"Layers\":[\""],
    bytes_max: 1 << 14,
    run: image,
};

fn seeds() -> Vec<Vec<u8>> {
    let text = b"key = value\n".repeat(20);
    let files: [(&str, &[u8]); 2] = [("dir/f", &text), ("g", b"x")];
    let tar = Tar::new()
        .pax(&[("path", "long"), ("size", "5"), ("GNU.sparse.map", "0,2,99,3")])
        .member(b'0', b"f", b"12345")
        .file(&"n".repeat(120), &text)
        .member(b'S', b"s", b"x")
        .finish();
    let zip = Zip::new().file("a", &text).with("b", &text, ZipMethod::Stored);
    let zip = zip.with("c", &text, ZipMethod::Zstd).with("d", &text, ZipMethod::Lzma);
    let zip = zip.with("e", &text, ZipMethod::Bzip2).comment(b"comment");
    vec![
        gzip(&tar),
        xz(&text),
        bzip2(&text),
        zstd(&text),
        lz4(&text),
        zip.clone().finish(),
        zip.clone().long().finish(),
        zip.unfinished(),
        sevenz(&files, Folder7z::Copy),
        sevenz(&files, Folder7z::X86Lzma2),
        sevenz_packed_header(&files, Folder7z::Deflate),
        sevenz_encrypted(),
        ar(&files),
        cpio_new(&files),
        cpio_old(&files),
        cpio_binary(&files),
        rpm(b"scripts", &gzip(&cpio_new(&files))),
        docx(&["a&amp;", "b"]),
        pdf("BT 1 2 Td (a\\051) Tj [<4142> -300 (c)] TJ ET"),
        tar,
    ]
}

/// Takes what it is given and checks that budgets hold.
#[derive(Default)]
struct Measure {
    entries: u64,
    bytes: u64,
}

impl EntrySink for Measure {
    fn entry(&mut self, entry: &Entry<'_>, bytes: &mut EntryReader<'_>) -> ControlFlow<()> {
        assert!(entry.path.starts_with(b"outer"), "{:?}", entry.path.escape_ascii());
        let mut buffer = [0; 4096];
        let mut own = 0;
        loop {
            match bytes.read(&mut buffer).expect("an entry's reader never fails") {
                0 => break,
                count => own += count as u64,
            }
        }
        assert!(own <= LIMITS.entry_bytes_max);
        self.entries += 1;
        self.bytes += own;
        ControlFlow::Continue(())
    }
}

fn whole(input: &[u8]) {
    let Some(format) = detect(input) else { return };
    let mut scanner = ArchiveScanner::new(LIMITS, std::env::temp_dir());
    let mut measure = |input: Input<'_>| -> ArchiveReport {
        let run = RunBudget::new(1 << 30);
        let mut measure = Measure::default();
        let report = scanner.scan(
            Outer { path: b"outer", format },
            input,
            Allowance { run: &run, watch: &NoWatch },
            &mut measure,
        );
        assert_eq!((report.entries, report.bytes), (measure.entries, measure.bytes));
        assert!(report.bytes <= LIMITS.archive_bytes_max + 4096);
        assert!(report.entries <= LIMITS.entries_max);
        report
    };
    let memory = measure(Input::Bytes(input));
    let file = measure(Input::Seekable(&mut Cursor::new(input)));
    assert_eq!(memory, file, "a file is read as memory is");
    let (head, mut rest) = input.split_at(input.len().min(600));
    measure(Input::Stream { head, reader: &mut rest });
}

fn images() -> Vec<Vec<u8>> {
    vec![
        br#"{"manifests":[{"digest":"sha256:aa"}],"layers":[{"digest":"sha256:bb"}]}"#.to_vec(),
        br#"[{"Config":"c","Layers":["blobs/sha256/aa","b/layer.tar"]}]"#.to_vec(),
        br#"{"config":{"digest":"sha256:cc"},"rootfs":{"diff_ids":["sha256:dd"]}}"#.to_vec(),
        Tar::new().file("index.json", b"{}").member(b'2', b"l", b"").finish(),
    ]
}

/// Every file is the same one.
struct Same<'a>(&'a [u8]);

impl ImageFiles for Same<'_> {
    fn read(&mut self, _name: &str, bytes_max: u64) -> Option<Vec<u8>> {
        (self.0.len() as u64 <= bytes_max).then(|| self.0.to_vec())
    }

    fn has(&mut self, name: &str) -> bool {
        name.len().is_multiple_of(2)
    }
}

fn image(input: &[u8]) {
    let plan = plan(&mut Same(input), &|digest| digest.ends_with('a'));
    assert!(plan.parts.len() <= input.len() && plan.missing.len() <= input.len() + 8192);
    if let Some(index) = TarIndex::read(&mut Cursor::new(input))
        && let Some(place) = index.get("index.json")
    {
        assert!(place.at <= input.len() as u64);
    }
}
