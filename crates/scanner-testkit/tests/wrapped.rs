//! One made-up token in every wrapping: each encoding, pairs and triples of them, each kind of archive, package and document,
//! archives in archives, layers and configurations of images. All are found under the right path and nothing else is, whatever
//! the chunks and workers, with every engine that is built in. And what one worker finds in an archive is what many find.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex};

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
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

type Encode = fn(&[u8]) -> String;

/// Each encoding, in a form that a text may hold.
const ENCODINGS: [(&str, Encode); 10] = [
    ("base64", |text| BASE64.encode(text)),
    ("url", |text| BASE64URL_NOPAD.encode(text)),
    ("lines", |text| {
        let whole = BASE64.encode(text);
        let lines = whole.as_bytes().chunks(64).map(String::from_utf8_lossy);
        lines.collect::<Vec<_>>().join("\n")
    }),
    ("hex", |text| HEXLOWER.encode(text)),
    ("percent", |text| each(text, |byte| format!("%{byte:02X}"))),
    ("unicode", |text| each(text, |byte| format!("\\u{byte:04x}"))),
    ("x", |text| each(text, |byte| format!("\\x{byte:02x}"))),
    ("entities", |text| each(text, |byte| format!("&#{byte};"))),
    ("gzip", |text| BASE64.encode(&gzip(text))),
    ("zlib", |text| BASE64.encode(&zlib(text))),
];

fn each(text: &[u8], escape: impl Fn(u8) -> String) -> String {
    text.iter().map(|byte| escape(*byte)).collect()
}

/// Each encoding, and chains of two and three, as files in which the token stands on the second line.
fn encoded() -> Vec<(String, Vec<u8>)> {
    let mut all = vec![("soft.eml".to_owned(), text_in_soft_lines())];
    let file = |value: &str| format!("# settings\nvalue: '{value}'\n").into_bytes();
    for (index, (name, encode)) in ENCODINGS.iter().enumerate() {
        let (second, then) = ENCODINGS[(index + 1) % ENCODINGS.len()];
        let (third, at_last) = ENCODINGS[(index + 4) % ENCODINGS.len()];
        // What is compressed counts as two.
        let cost = |name: &str| 1 + usize::from(matches!(name, "gzip" | "zlib"));
        let one = encode(&text());
        all.push((format!("{name}.txt"), file(&one)));
        let two = then(one.as_bytes());
        if cost(name) + cost(second) <= 3 {
            all.push((format!("{name}-{second}.txt"), file(&two)));
        }
        if cost(name) + cost(second) + cost(third) <= 3 {
            let three = at_last(two.as_bytes());
            all.push((format!("{name}-{second}-{third}.txt"), file(&three)));
        }
    }
    all
}

/// Quoted-printable with a soft break in the middle of the token.
fn text_in_soft_lines() -> Vec<u8> {
    let token = token();
    let line =
        format!("Please keep this to yourself, it is for the new shop: key=3D{}", &token[..14]);
    assert!((69..76).contains(&line.len()), "mail breaks as late as it may");
    format!("Subject: x\n\n{line}=\n{}\n", &token[14..]).into_bytes()
}

/// An image with one layer and a configuration that hold the token, and where they do.
fn image() -> (Vec<u8>, [String; 2]) {
    let hash = |letter: &str| format!("blobs/sha256/{}", letter.repeat(64));
    let layer = Tar::new().file("app/.env", &text()).finish();
    let config = format!(r#"{{"config":{{"Env":["KEY={}"]}},"rootfs":{{}}}}"#, token());
    let manifest = format!(r#"[{{"Config":"{}","Layers":["{}"]}}]"#, hash("c"), hash("a"));
    let image = Tar::new()
        .file(&hash("a"), &gzip(&layer))
        .file(&hash("c"), config.as_bytes())
        .file("manifest.json", manifest.as_bytes());
    (image.finish(), [format!("!{}!app/.env", hash("a")), format!("!{}", hash("c"))])
}

/// Path, line and secret of each finding, in the order in which they were told.
type Told = Vec<(String, u64, Vec<u8>)>;

/// Path and secret.
type Found = BTreeSet<(String, Vec<u8>)>;

#[derive(Clone, Default)]
struct Collect(Arc<Mutex<Told>>);

impl EventSink for Collect {
    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError> {
        if let ScanEvent::Finding(finding) = event {
            let path = finding.path.lossy().into_owned();
            let found = (path, finding.location.line, finding.secret.expose().to_vec());
            self.0.lock().expect("no test holds it for long").push(found);
        }
        Ok(())
    }
}

/// All files below a folder.
fn below(root: &Path) -> Source {
    Source::Files {
        roots: vec![root.to_path_buf()],
        policy: WalkPolicy { respect_ignore: false, ..WalkPolicy::default() },
    }
}

/// Every engine that is built in, with the rules of the token.
fn all_engines() -> Vec<Arc<Engine>> {
    let specs = builtin::specs();
    let rules: Vec<_> = specs.into_iter().filter(|s| s.id.starts_with("stripe-")).collect();
    engines(&rules).into_iter().map(Arc::new).collect()
}

fn scan(
    source: Source,
    engine: &Arc<Engine>,
    (jobs, chunk_bytes): (usize, usize),
    input: Option<&[u8]>,
) -> (Told, Summary) {
    let collect = Collect::default();
    let request = ScanRequest {
        engine: Arc::clone(engine).into(),
        source,
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
    let mut input = input;
    let input = input.as_mut().map(|input| input as &mut (dyn Read + Send));
    let summary = scanner_runtime::scan(&request, input, sinks, &Control::default());
    let found = collect.0.lock().expect("the scan is over").clone();
    (found, summary.expect("the scan starts"))
}

/// Scans and compares paths and secrets.
fn check(source: Source, engine: &Arc<Engine>, (jobs, chunk): (usize, usize), expected: &Found) {
    let (told, summary) = scan(source, engine, (jobs, chunk), None);
    let found: Found = told.into_iter().map(|(path, _, secret)| (path, secret)).collect();
    let missing: Vec<_> = expected.difference(&found).map(|(path, _)| path).collect();
    let surplus: Vec<_> = found.difference(expected).map(|(path, _)| path).collect();
    let how = format!("{} {jobs} {chunk}", engine.prefilter_name());
    assert!(missing.is_empty(), "{how}: missing {missing:#?}");
    assert!(surplus.is_empty(), "{how}: surplus {surplus:#?}");
    assert_eq!(summary.status, Status::Complete, "{how}: {:?}", summary.warnings);
}

#[test]
fn a_token_is_found_in_every_wrapping() {
    let made = tempfile::tempdir().expect("a temporary folder");
    let root = made.path().join("tree");
    std::fs::create_dir(&root).expect("a writable folder");
    let mut expected = Found::new();
    let mut plant = |name: &str, bytes: &[u8], inner: &[&str]| {
        let path = root.join(name);
        std::fs::write(&path, bytes).expect("a writable folder");
        for inner in inner {
            expected.insert((format!("{}{inner}", path.display()), token().into_bytes()));
        }
    };
    let archives = [compressed_and_tars(), zips_and_packages(), documents_and_mixtures()].concat();
    let encoded = encoded();
    assert!(archives.len() + encoded.len() >= 70);
    for (name, bytes, inner) in archives {
        plant(name, &bytes, inner);
    }
    for (name, bytes) in encoded {
        plant(&name, &bytes, &[""]);
    }
    let (image, parts) = image();
    let image_path = made.path().join("image.tar");
    std::fs::write(&image_path, image).expect("a writable folder");
    let in_image = parts
        .map(|part| (format!("{}{part}", image_path.display()), token().into_bytes()))
        .into_iter()
        .collect();
    for engine in all_engines() {
        for chunk_bytes in [4 << 10, 64 << 10, 1 << 20, 8 << 20] {
            for jobs in [1, 2, 4, 16] {
                check(below(&root), &engine, (jobs, chunk_bytes), &expected);
                let images = vec![image_path.clone()];
                let image = Source::Image { images, exclude_layers: Vec::new() };
                check(image, &engine, (jobs, chunk_bytes), &in_image);
            }
        }
    }
}

/// Lines without a secret, as many as fill so many bytes, and a token of its own in the last one.
fn long_text(number: usize, bytes: usize) -> Vec<u8> {
    let mut text =
        "let width = entries.iter().map(|entry| entry.width).sum();\n".repeat(bytes / 58);
    let token = token();
    let _ = writeln!(text, "stripe: {}{number:04}{}", &token[..16], &token[20..]);
    text.into_bytes()
}

/// Many entries, long and short ones, some with tokens, an archive and a damaged one among them.
fn large_archive() -> Vec<u8> {
    let mut tar = Tar::new();
    for number in 0..400 {
        let text = match number {
            _ if number % 5 > 0 => vec![b'x'; number * 37 % 9000],
            100 | 300 => long_text(number, 3 << 20),
            _ => long_text(number, number * 131 % 20_000),
        };
        tar = tar.file(&format!("d/{number}"), &text);
    }
    let inner = gzip(&Tar::new().file("inner", &long_text(7000, 100)).finish());
    let cut = gzip(&Tar::new().file("cut", &long_text(7001, 100)).finish());
    let tar = tar.file("in.tgz", &inner).file("cut.tgz", &cut[..cut.len() - 12]);
    gzip(&tar.file("last", &long_text(7002, 40)).finish())
}

#[test]
fn an_archive_that_workers_share_is_told_of_as_by_one() {
    let made = tempfile::tempdir().expect("a temporary folder");
    let archive = large_archive();
    let path = made.path().join("large.tar.gz");
    std::fs::write(&path, &archive).expect("a writable folder");
    let [engine, ..] = &all_engines()[..] else { panic!("there is an engine") };
    let told = |source: Source, jobs, input| {
        let (mut told, summary) = scan(source, engine, (jobs, 256 << 10), input);
        for (path, _, _) in &mut told {
            let inner = path.split_once('!').expect("all stand in the archive").1.to_owned();
            *path = inner;
        }
        let Summary { status, files, archive_entries, bytes, findings, suppressed, skips, .. } =
            summary;
        (told, status, (files, archive_entries, bytes, findings, suppressed), skips)
    };
    let alone = told(below(made.path()), 1, None);
    assert_eq!(alone.1, Status::Incomplete, "one entry is cut off");
    assert!(alone.0.len() >= 82, "{}", alone.0.len());
    for jobs in [2, 3, 4, 8, 16] {
        for _ in 0..2 {
            assert_eq!(told(below(made.path()), jobs, None), alone, "{jobs} workers");
            let stream = Source::Stream { name: "stdin".to_owned() };
            assert_eq!(told(stream, jobs, Some(&archive)), alone, "{jobs} workers, a stream");
        }
    }
}
