//! One made-up token in every wrapping: each kind of archive, package and document, archives in archives, encodings and
//! UTF-16 inside them. All are found under the right path and nothing else is, whatever the chunks and workers.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex};

use data_encoding::BASE64;
use scanner_core::{Confidence, EventSink, ScanEvent, SinkError, Status, Summary};
use scanner_engine::Engine;
use scanner_rules::builtin;
use scanner_runtime::archives::Limits;
use scanner_runtime::fs::WalkPolicy;
use scanner_runtime::store::Keys;
use scanner_runtime::{
    ArchiveOptions, Control, Filters, Identities, KeyPaths, NoIgnores, ScanRequest, Source,
};
use scanner_testkit::archives::{
    Folder7z, Tar, Zip, ZipEntry, ZipMethod, ar, bzip2, cpio_binary, cpio_new, cpio_old, docx,
    gzip, lz4, pdf, rpm, sevenz, sevenz_packed_header, xlsx, xz, zlib, zstd,
};
use scanner_testkit::engines;

/// A made-up key of a shape that needs no checksum, joined at run time.
fn token() -> String {
    ["sk_live_", "7hQm2Xv9KdTz", "Rb4nWc8LpJfY"].concat()
}

fn text() -> Vec<u8> {
    format!("# settings\nstripe: {}\n", token()).into_bytes()
}

fn utf16(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text).into_owned();
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Files, each with the paths under which the token is found in it, without the file's own.
type Planted = Vec<(&'static str, Vec<u8>, &'static [&'static str])>;

fn compressed_and_tars() -> Planted {
    let text = text();
    let tar = Tar::new().file("d/f", &text).finish();
    let long = Tar::new().pax(&[("path", "a/pax/name")]).file("x", &text).finish();
    let mut data = b"1\n100000\n".to_vec();
    data.extend_from_slice(format!("{}\n", text.len()).as_bytes());
    data.resize(512, 0);
    data.extend_from_slice(&text);
    let records = [("GNU.sparse.major", "1"), ("GNU.sparse.name", "hole")];
    let sparse = Tar::new().pax(&records).member(b'0', b"x", &data).finish();
    vec![
        ("plain.txt", text.clone(), &[""]),
        ("n.txt.gz", gzip(&text), &["!n.txt"]),
        ("n.txt.bz2", bzip2(&text), &["!n.txt"]),
        ("n.txt.xz", xz(&text), &["!n.txt"]),
        ("n.txt.zst", zstd(&text), &["!n.txt"]),
        ("n.txt.lz4", lz4(&text), &["!n.txt"]),
        ("two.gz", [gzip(&text[..20]), gzip(&text[20..])].concat(), &["!two"]),
        ("behind.gz", [gzip(b"x"), text.clone()].concat(), &["!~rest"]),
        ("a.tar", tar.clone(), &["!d/f"]),
        ("pax.tar", long, &["!a/pax/name"]),
        ("sparse.tar", sparse, &["!hole"]),
        ("a.tar.gz", gzip(&tar), &["!d/f"]),
        ("a.tar.bz2", bzip2(&tar), &["!d/f"]),
        ("a.tar.xz", xz(&tar), &["!d/f"]),
        ("a.tar.zst", zstd(&tar), &["!d/f"]),
        ("a.tar.lz4", lz4(&tar), &["!d/f"]),
        ("no-ending", xz(&tar), &["!d/f"]),
    ]
}

fn zips_and_packages() -> Planted {
    let text = text();
    let files: [(&str, &[u8]); 2] = [("first", b"nothing"), ("d/f", &text)];
    let zip = |method| Zip::new().with("d/f", &text, method).finish();
    let mut long = ZipEntry::new("d/f", &text, ZipMethod::Deflate);
    long.long = true;
    let tar = Tar::new().file("./usr/f", &text).finish();
    let deb = ar(&[("debian-binary", b"2.0\n"), ("data.tar.zst", &zstd(&tar))]);
    vec![
        ("stored.zip", zip(ZipMethod::Stored), &["!d/f"]),
        ("deflate.zip", zip(ZipMethod::Deflate), &["!d/f"]),
        ("bzip2.zip", zip(ZipMethod::Bzip2), &["!d/f"]),
        ("lzma.zip", zip(ZipMethod::Lzma), &["!d/f"]),
        ("zstd.zip", zip(ZipMethod::Zstd), &["!d/f"]),
        ("xz.zip", zip(ZipMethod::Xz), &["!d/f"]),
        ("long.zip", Zip::new().entry(&long).long().finish(), &["!d/f"]),
        ("comment.zip", Zip::new().file("x", b"x").comment(&text).finish(), &["!~comment"]),
        ("copy.7z", sevenz(&files, Folder7z::Copy), &["!d/f"]),
        ("lzma.7z", sevenz_packed_header(&files, Folder7z::Lzma), &["!d/f"]),
        ("lzma2.7z", sevenz(&files, Folder7z::X86Lzma2), &["!d/f"]),
        ("deflate.7z", sevenz(&files, Folder7z::Deflate), &["!d/f"]),
        ("bzip2.7z", sevenz(&files, Folder7z::Bzip2), &["!d/f"]),
        ("lib.a", ar(&files), &["!d/f"]),
        ("p.deb", deb, &["!data.tar.zst!./usr/f"]),
        ("new.cpio", cpio_new(&files), &["!d/f"]),
        ("old.cpio", cpio_old(&files), &["!d/f"]),
        ("binary.cpio", cpio_binary(&files), &["!d/f"]),
        ("p.rpm", rpm(b"scripts", &xz(&cpio_new(&files))), &["!d/f"]),
        ("scripts.rpm", rpm(&text, &gzip(&cpio_new(&[]))), &["!~header"]),
    ]
}

fn documents_and_mixtures() -> Planted {
    let text = text();
    let token = token();
    let encoded = BASE64.encode(&text);
    let helm = BASE64.encode(BASE64.encode(&gzip(&text)).as_bytes());
    let tar = Tar::new().file("f", &text).finish();
    let deep = (0..3).fold(text.clone(), |inner, _| Zip::new().file("z", &inner).finish());
    let page =
        format!("BT 9 9 Td (key {}) Tj [({}) -5 ({})] TJ ET", "=", &token[..11], &token[11..]);
    let packed = BASE64.encode(&zlib(&text));
    vec![
        ("runs.docx", docx(&["key: ", &token[..9], &token[9..]]), &["!word/document.xml!text"]),
        (
            "whole.docx",
            docx(&[&format!("key: {token}")]),
            &["!word/document.xml", "!word/document.xml!text"],
        ),
        (
            "book.xlsx",
            xlsx(&["x", &token]),
            &["!xl/sharedStrings.xml", "!xl/sharedStrings.xml!text"],
        ),
        ("page.pdf", pdf(&page), &["!object-7!text"]),
        ("utf16.zip", Zip::new().file("u.txt", &utf16(&text)).finish(), &["!u.txt"]),
        ("utf16.tar.gz", gzip(&Tar::new().file("u", &utf16(&text)).finish()), &["!u"]),
        ("base64.zip", Zip::new().file("b", encoded.as_bytes()).finish(), &["!b"]),
        ("helm.tgz", gzip(&Tar::new().file("s", helm.as_bytes()).finish()), &["!s"]),
        ("zlib.zip", Zip::new().file("z", packed.as_bytes()).finish(), &["!z"]),
        ("deep.zip", deep, &["!z!z!z"]),
        (
            "in.tar",
            Tar::new().file("a.zip", &Zip::new().file("f", &text).finish()).finish(),
            &["!a.zip!f"],
        ),
        ("in.zip", Zip::new().file("a.tgz", &gzip(&tar)).finish(), &["!a.tgz!f"]),
        ("in.7z", sevenz(&[("a.tar.xz", &xz(&tar))], Folder7z::Lzma), &["!a.tar.xz!f"]),
        ("seven.zip.gz", gzip(&sevenz(&[("f", &text)], Folder7z::Lzma)), &["!f"]),
        (
            "doc.zip",
            Zip::new().file("r.docx", &docx(&[&token[..9], &token[9..]])).finish(),
            &["!r.docx!word/document.xml!text"],
        ),
        (
            "tars.tar.zst",
            zstd(&Tar::new().file("t.tar.gz", &gzip(&tar)).finish()),
            &["!t.tar.gz!f"],
        ),
    ]
}

/// Path and secret.
type Found = BTreeSet<(String, Vec<u8>)>;

#[derive(Clone, Default)]
struct Collect(Arc<Mutex<Found>>);

impl EventSink for Collect {
    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError> {
        if let ScanEvent::Finding(finding) = event {
            let found = (finding.path.lossy().into_owned(), finding.secret.expose().to_vec());
            self.0.lock().expect("no test holds it for long").insert(found);
        }
        Ok(())
    }
}

fn scan(root: &Path, engine: &Arc<Engine>, jobs: usize, chunk_bytes: usize) -> (Found, Summary) {
    let collect = Collect::default();
    let request = ScanRequest {
        engine: Arc::clone(engine),
        source: Source::Files {
            roots: vec![root.to_path_buf()],
            policy: WalkPolicy { respect_ignore: false, ..WalkPolicy::default() },
        },
        jobs: NonZeroUsize::new(jobs).expect("at least one"),
        chunk_bytes,
        archives: Some(ArchiveOptions::new(Limits::DEFAULT, std::env::temp_dir())),
        filters: Filters {
            min_confidence: Confidence::Possible,
            dedup: false,
            ..Filters::default()
        },
        identities: Identities {
            keys: Arc::new(Keys::from_bytes(&[7; 32])),
            ignores: Arc::new(NoIgnores),
            paths: KeyPaths::default(),
        },
        store: None,
        ledger: None,
        timeout: None,
        version: "0".to_owned(),
        targets: Vec::new(),
        started_unix: 0,
        line_hashes: false,
    };
    let sinks: Vec<Box<dyn EventSink>> = vec![Box::new(collect.clone())];
    let summary = scanner_runtime::scan(&request, None, sinks, &Control::default());
    let found = collect.0.lock().expect("the scan is over").clone();
    (found, summary.expect("the scan starts"))
}

#[test]
fn a_token_is_found_in_every_wrapping() {
    let made = tempfile::tempdir().expect("a temporary folder");
    let mut expected = Found::new();
    let planted = [compressed_and_tars(), zips_and_packages(), documents_and_mixtures()].concat();
    assert!(planted.len() >= 50);
    for (name, bytes, inner) in planted {
        let path = made.path().join(name);
        std::fs::write(&path, bytes).expect("a writable folder");
        for inner in inner {
            expected.insert((format!("{}{inner}", path.display()), token().into_bytes()));
        }
    }
    let specs = builtin::specs();
    let rules: Vec<_> = specs.into_iter().filter(|s| s.id.starts_with("stripe-")).collect();
    let all = [(1, 4 << 10), (4, 64 << 10), (1, 256 << 10), (4, 8 << 20)];
    for (number, engine) in engines(&rules).into_iter().map(Arc::new).enumerate() {
        // Cutting is no matter of the engine's prefilter: one way of it is enough for the others.
        for (jobs, chunk_bytes) in &all[..if number == 0 { all.len() } else { 1 }] {
            let (found, summary) = scan(made.path(), &engine, *jobs, *chunk_bytes);
            let missing: Vec<_> = expected.difference(&found).map(|(path, _)| path).collect();
            let surplus: Vec<_> = found.difference(&expected).map(|(path, _)| path).collect();
            let name = engine.prefilter_name();
            assert!(missing.is_empty(), "{name} {jobs} {chunk_bytes}: missing {missing:#?}");
            assert!(surplus.is_empty(), "{name} {jobs} {chunk_bytes}: surplus {surplus:#?}");
            assert_eq!(summary.status, Status::Complete, "{:?}", summary.warnings);
        }
    }
}
