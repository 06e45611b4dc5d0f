//! Archives through the command: what is found in them, under which path, and how the run ends.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use scanner_testkit::archives::{
    Folder7z, Tar, Zip, ZipEntry, ZipMethod, gzip, sevenz, sevenz_encrypted, tar_checksum,
    tar_header, xz, zip_quine, zstd,
};
use serde_json::Value;

/// A made-up token with its right checksum, joined at run time.
fn token() -> String {
    let body = ["T9xWq2", "LmZr81", "KvYd73", "HsNp46", "GbCf05"].concat();
    let mut rest = crc32fast::hash(body.as_bytes());
    let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut check = [b'0'; 6];
    for place in check.iter_mut().rev() {
        *place = alphabet[(rest % 62) as usize];
        rest /= 62;
    }
    format!("{}{body}{}", ["gh", "p_"].concat(), String::from_utf8_lossy(&check))
}

fn line() -> Vec<u8> {
    format!("first line\nGITHUB_TOKEN={}\n", token()).into_bytes()
}

fn run(dir: &Path, args: &[&str], stdin: Option<&[u8]>) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_scanner-rs"))
        .args(args)
        .current_dir(dir)
        .env_remove("SCANNER_CONFIG")
        .env_remove("SCANNER_SECRET_KEY")
        .env("XDG_STATE_HOME", dir.join("state"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    let mut input = child.stdin.take().expect("a pipe");
    // A command that reads no input may be gone already.
    let _unread: std::io::Result<()> = input.write_all(stdin.unwrap_or_default());
    drop(input);
    child.wait_with_output().expect("the command ends")
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("a report")
}

/// Path and line of each finding.
fn places(report: &Value) -> Vec<(String, u64)> {
    let findings = report["findings"].as_array().expect("findings");
    let place = |f: &Value| {
        (f["path"].as_str().expect("a path").to_owned(), f["line"].as_u64().expect("a line"))
    };
    findings.iter().map(place).collect()
}

#[test]
fn a_token_in_a_nested_archive_is_found_at_its_virtual_path() {
    let dir = tempfile::tempdir().expect("a folder");
    let inner = gzip(&Tar::new().file("conf/.env", &line()).finish());
    let outer = gzip(&Tar::new().file("deep/inner.tgz", &inner).file("b", b"nothing").finish());
    fs::write(dir.path().join("outer.tar.gz"), outer).expect("a file");
    let output = run(dir.path(), &["scan", ".", "-f", "json"], None);
    let found = report(&output);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(places(&found), [("outer.tar.gz!deep/inner.tgz!conf/.env".to_owned(), 2)]);
    assert_eq!(found["summary"]["archive_entries"], 2);
    assert_eq!(found["summary"]["status"], "complete");
    let output = run(dir.path(), &["scan", ".", "-f", "json", "--max-archive-depth=1"], None);
    let shallow = report(&output);
    assert_eq!(places(&shallow), [("outer.tar.gz!deep/inner.tgz!inner".to_owned(), 2)]);
    assert_eq!(shallow["summary"]["failed"]["archive_too_deep"], 1);
    let output = run(dir.path(), &["scan", ".", "--no-archives"], None);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn standard_input_may_be_an_archive() {
    let dir = tempfile::tempdir().expect("a folder");
    let archive = gzip(&Tar::new().file("a/.env", &line()).finish());
    let output = run(dir.path(), &["scan", "stdin", "-f", "json"], Some(&archive));
    assert_eq!(places(&report(&output)), [("stdin!a/.env".to_owned(), 2)]);
}

#[test]
fn globs_reach_the_entries_of_archives() {
    let dir = tempfile::tempdir().expect("a folder");
    let inner = gzip(&Tar::new().file("deep/.env", &line()).file("deep/x.lock", &line()).finish());
    let tar = Tar::new().file("d/.env", &line()).file("d/x.lock", &line()).file("in.tgz", &inner);
    fs::create_dir(dir.path().join("data")).expect("a folder");
    fs::write(dir.path().join("data/a.tar"), tar.finish()).expect("a file");
    let scan = |args: &[&str]| {
        let report =
            report(&run(dir.path(), &[&["scan", "-f", "json", "--no-dedup"], args].concat(), None));
        let paths = places(&report).into_iter();
        let inner = paths.map(|(path, _)| path.split_once('!').expect("an entry").1.to_owned());
        let mut inner: Vec<String> = inner.collect();
        inner.sort();
        (inner, report["summary"]["skipped"]["excluded_path"].as_u64().unwrap_or(0))
    };
    let of = |paths: &[&str], skipped| (paths.iter().map(ToString::to_string).collect(), skipped);
    let all = ["d/.env", "d/x.lock", "in.tgz!deep/.env", "in.tgz!deep/x.lock"];
    assert_eq!(scan(&["data"]), of(&all, 0));
    assert_eq!(scan(&["data", "--exclude", "*.lock"]), of(&[all[0], all[2]], 2));
    assert_eq!(scan(&["data", "--exclude", "deep/"]), of(&all[..2], 2));
    assert_eq!(scan(&["data", "--exclude", "in.tgz"]), of(&all[..2], 2));
    // An archive that a glob found is scanned as a whole; in one that is named they choose.
    assert_eq!(scan(&["data", "--include", "*.tar"]), of(&all, 0));
    assert_eq!(scan(&["data/a.tar", "--include", "*.lock"]), of(&[all[1], all[3]], 2));
}

#[test]
fn a_damaged_archive_is_named_and_the_run_is_incomplete() {
    let dir = tempfile::tempdir().expect("a folder");
    let archive = gzip(&Tar::new().file("a/.env", &line()).finish());
    fs::write(dir.path().join("cut.tar.gz"), &archive[..archive.len() - 20]).expect("a file");
    let output = run(dir.path(), &["scan", ".", "-f", "json"], None);
    let report = report(&output);
    assert_eq!(report["summary"]["failed"]["archive_damaged"], 1);
    assert_eq!(report["summary"]["status"], "incomplete");
    let messages = String::from_utf8_lossy(&output.stderr);
    assert!(messages.contains("cut.tar.gz: cut off"), "{messages}");
}

#[test]
fn a_text_that_begins_like_an_archive_is_a_text() {
    let dir = tempfile::tempdir().expect("a folder");
    let text = [b"\x1f\x8b\x08\0\0\0\0\0\0\0 is how gzip begins\n".as_slice(), &line()].concat();
    fs::write(dir.path().join("notes"), text).expect("a file");
    let output = run(dir.path(), &["scan", ".", "-f", "json"], None);
    assert_eq!(places(&report(&output)), [("notes".to_owned(), 3)]);
}

#[test]
fn an_unchanged_archive_is_not_read_again_but_told_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    fs::create_dir(&data).expect("a folder");
    let archive = data.join("a.tar");
    fs::write(&archive, Tar::new().file(".env", &line()).finish()).expect("a file");
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1 << 30);
    fs::File::options()
        .append(true)
        .open(&archive)
        .and_then(|file| file.set_modified(long_ago))
        .expect("times can be set");
    let store = dir.path().join("store.db");
    let args = ["scan", "data", "-f", "json", "--store", store.to_str().expect("text")];
    let first = report(&run(dir.path(), &args, None));
    // The time of the last change of the name counts too; it cannot be set, only waited for.
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let second = report(&run(dir.path(), &args, None));
    let third = report(&run(dir.path(), &args, None));
    assert_eq!(places(&first), [("data/a.tar!.env".to_owned(), 2)]);
    assert_eq!(places(&second), places(&first));
    assert_eq!(places(&third), places(&first));
    assert_eq!(third["summary"]["reused"], 1, "{third}");
    // The time of the entry, not that of the archive; told anew, as stored, and from the store alone.
    let again = report(&run(dir.path(), &["report", "--store", args[5], "-f", "json"], None));
    for told in [&first, &second, &third, &again] {
        assert_eq!(told["findings"][0]["modified"], "2023-02-11T01:59:28Z", "{told}");
    }
}

/// The files of an image with two layers, one of which deletes a file; names of blobs are not checked.
fn image_files(token_in_env: &str) -> Vec<(String, Vec<u8>)> {
    let hash = |letter: &str| letter.repeat(64);
    let blob = |letter: &str| format!("blobs/sha256/{}", hash(letter));
    let lower = Tar::new().file("app/.env", &line()).file("etc/base", b"x").finish();
    let upper = Tar::new().file("app/.wh..env", b"").finish();
    let config = format!(
        r#"{{"config":{{"Env":["PATH=/bin","{token_in_env}"]}},"rootfs":{{"diff_ids":["sha256:{}","sha256:{}"]}}}}"#,
        hash("d"),
        hash("e"),
    );
    let manifest = format!(
        r#"{{"config":{{"digest":"sha256:{}"}},"layers":[{{"digest":"sha256:{}"}},{{"digest":"sha256:{}"}}]}}"#,
        hash("c"),
        hash("a"),
        hash("b"),
    );
    let platform = |name: &str, digest: &str| {
        let platform = format!(r#"{{"os":"linux","architecture":"{name}"}}"#);
        format!(r#"{{"digest":"sha256:{}","platform":{platform}}}"#, hash(digest))
    };
    // One platform was pulled.
    let index =
        format!(r#"{{"manifests":[{},{}]}}"#, platform("amd64", "f"), platform("arm64", "9"));
    let docker =
        format!(r#"[{{"Config":"{}","Layers":["{}","{}"]}}]"#, blob("c"), blob("a"), blob("b"));
    vec![
        (blob("a"), gzip(&lower)),
        (blob("b"), zstd(&upper)),
        (blob("c"), config.into_bytes()),
        (blob("f"), manifest.into_bytes()),
        ("index.json".to_owned(), index.into_bytes()),
        ("manifest.json".to_owned(), docker.into_bytes()),
    ]
}

#[test]
fn images_are_scanned_layer_by_layer() {
    let dir = tempfile::tempdir().expect("a folder");
    let files = image_files(&format!("GITHUB_TOKEN={}", token()));
    let mut tar = Tar::new();
    for (name, content) in &files {
        tar = tar.file(name, content);
        let path = dir.path().join("layout").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        // Without manifest.json it is a layout of the OCI only.
        if name != "manifest.json" {
            fs::write(path, content).expect("a file");
        }
    }
    fs::write(dir.path().join("image.tar"), tar.finish()).expect("a file");
    let (lower, config) = ("a".repeat(64), "c".repeat(64));
    for image in ["image.tar", "layout"] {
        let output = run(dir.path(), &["scan", "image", image, "-f", "json", "--no-dedup"], None);
        let report = report(&output);
        let mut paths: Vec<String> = places(&report).into_iter().map(|(path, _)| path).collect();
        paths.sort();
        let expected = [
            format!("{image}!blobs/sha256/{lower}!app/.env"),
            format!("{image}!blobs/sha256/{config}"),
        ];
        assert_eq!(paths, expected, "{report}");
        assert_eq!(report["summary"]["status"], "complete");
        let in_layer = &report["findings"][0];
        assert_eq!(in_layer["modified"], "2023-02-11T01:59:28Z", "{report}");
        let warnings = report["summary"]["warnings"].to_string();
        assert!(warnings.contains("1 marks delete files"), "{warnings}");
        assert!(warnings.contains("1 manifests of platforms are not in the image"), "{warnings}");
    }
    fs::write(dir.path().join("base.txt"), format!("# base\nsha256:{}\n", "d".repeat(64)))
        .expect("a file");
    let args = ["scan", "image", "image.tar", "-f", "json", "--exclude-layers", "base.txt"];
    let report = report(&run(dir.path(), &args, None));
    assert_eq!(places(&report).len(), 1, "only the configuration is left: {report}");
    assert_eq!(report["summary"]["skipped"]["excluded_path"], 1);
    fs::write(dir.path().join("none.tar"), Tar::new().file("f", b"x").finish()).expect("a file");
    let output = run(dir.path(), &["scan", "image", "none.tar"], None);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The findings of an image, as paths, with the code and the summary of the scan.
fn scan_image(dir: &Path, args: &[&str]) -> (Option<i32>, Vec<String>, Value) {
    let args = [&["scan", "image", "-f", "json", "--no-dedup"], args].concat();
    let output = run(dir, &args, None);
    let report = report(&output);
    let mut paths: Vec<String> = places(&report).into_iter().map(|(path, _)| path).collect();
    paths.sort();
    (output.status.code(), paths, report["summary"].clone())
}

/// Writes files below a folder.
fn write_all(folder: &Path, files: &[(&str, Vec<u8>)]) {
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
}

/// An address with a token in it is what build servers write into `org.opencontainers.image.source`.
#[test]
fn annotations_of_an_image_are_scanned() {
    let dir = tempfile::tempdir().expect("a folder");
    let manifest = format!(
        r#"{{"annotations":{{"source":"https://u:{}@example.com/x"}},"config":{{"digest":"sha256:cc"}},"layers":[]}}"#,
        token()
    );
    let index = r#"{"manifests":[{"digest":"sha256:aa"}]}"#;
    write_all(
        &dir.path().join("layout"),
        &[
            ("index.json", index.into()),
            ("blobs/sha256/aa", manifest.into_bytes()),
            ("blobs/sha256/cc", b"{}".to_vec()),
        ],
    );
    let (code, paths, summary) = scan_image(dir.path(), &["layout"]);
    assert_eq!((code, summary["status"].as_str()), (Some(1), Some("complete")));
    assert!(paths.contains(&"layout!blobs/sha256/aa".to_owned()), "{paths:?}");
}

/// What `docker save | gzip` writes is an image all the same.
#[test]
fn a_compressed_image_is_read_and_says_what_it_lacks() {
    let dir = tempfile::tempdir().expect("a folder");
    let layer = Tar::new().file("app/.env", &line()).finish();
    let manifest = br#"[{"Config":"c.json","Layers":["a/layer.tar"]}]"#;
    let tar = Tar::new().file("manifest.json", manifest).file("a/layer.tar", &layer).finish();
    fs::write(dir.path().join("image.tar.gz"), gzip(&tar)).expect("a file");
    let (code, paths, summary) = scan_image(dir.path(), &["image.tar.gz"]);
    assert_eq!(code, Some(1), "{summary}");
    assert_eq!(paths, ["image.tar.gz!a/layer.tar!app/.env"]);
    assert!(summary["warnings"].to_string().contains("compressed"), "{summary}");
    let digest = format!("sha256:{}", "a".repeat(64));
    let (code, paths, _) = scan_image(dir.path(), &["image.tar.gz", "--exclude-layers", &digest]);
    assert_eq!((code, paths.len()), (Some(3), 0), "layers that cannot be left out are not scanned");
}

#[test]
fn images_of_other_forms_are_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let layer = Tar::new().file("app/.env", &line()).finish();
    let manifest =
        br#"{"schemaVersion":2,"config":{"digest":"sha256:cc"},"layers":[{"digest":"sha256:aa"}]}"#;
    // skopeo's `dir:`.
    write_all(
        &dir.path().join("plain"),
        &[("manifest.json", manifest.to_vec()), ("aa", gzip(&layer)), ("cc", b"{}".to_vec())],
    );
    // Docker before 1.10.
    let old = Tar::new()
        .file("ab12/VERSION", b"1.0")
        .file("ab12/json", br#"{"id":"ab12"}"#)
        .file("ab12/layer.tar", &layer)
        .file("repositories", br#"{"app":{"v1":"ab12"}}"#);
    fs::write(dir.path().join("old.tar"), old.finish()).expect("a file");
    for (image, want) in
        [("plain", "plain!aa!app/.env"), ("old.tar", "old.tar!ab12/layer.tar!app/.env")]
    {
        let (code, paths, summary) = scan_image(dir.path(), &[image]);
        assert_eq!((code, paths), (Some(1), vec![want.to_owned()]), "{summary}");
        assert_eq!(summary["status"], "complete");
    }
}

#[test]
fn layers_kept_elsewhere_are_a_warning_and_encrypted_ones_are_counted() {
    let dir = tempfile::tempdir().expect("a folder");
    let layer = |digest: &str, kind: &str| {
        format!(
            r#"{{"digest":"sha256:{digest}","mediaType":"application/vnd.oci.image.layer.{kind}"}}"#
        )
    };
    let manifest = format!(
        r#"{{"config":{{"digest":"sha256:cc"}},"layers":[{},{},{}]}}"#,
        layer("aa", "nondistributable.v1.tar+gzip"),
        layer("bb", "v1.tar+gzip+encrypted"),
        layer("dd", "v1.tar"),
    );
    let whole = Tar::new().file("etc/.wh..wh..opq", b"").file(".wh.secret.env", &line()).finish();
    write_all(
        &dir.path().join("layout"),
        &[
            ("index.json", br#"{"manifests":[{"digest":"sha256:ff"}]}"#.to_vec()),
            ("blobs/sha256/ff", manifest.into_bytes()),
            ("blobs/sha256/cc", b"{}".to_vec()),
            ("blobs/sha256/bb", vec![7; 100]),
            ("blobs/sha256/dd", whole),
        ],
    );
    let (code, paths, summary) = scan_image(dir.path(), &["layout"]);
    // What a mark holds, against the rules, is scanned.
    assert_eq!(paths, ["layout!blobs/sha256/dd!.wh.secret.env"]);
    assert_eq!((code, summary["status"].as_str()), (Some(1), Some("complete")), "{summary}");
    assert_eq!(summary["skipped"]["archive_encrypted"], 1, "{summary}");
    let warnings = summary["warnings"].to_string();
    assert!(warnings.contains("1 layers may not be passed on"), "{warnings}");
    assert!(warnings.contains("2 marks delete"), "{warnings}");
}

/// A folder that came from elsewhere may link to what is none of its business.
#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_an_image() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("outside.env"), line()).expect("a file");
    write_all(
        &dir.path().join("image"),
        &[
            ("manifest.json", br#"[{"Config":"c.json","Layers":["in.tar","out.tar"]}]"#.to_vec()),
            ("c.json", b"{}".to_vec()),
            ("real.tar", Tar::new().file("f", &line()).finish()),
        ],
    );
    let link = |to: &str, name: &str| {
        std::os::unix::fs::symlink(to, dir.path().join("image").join(name)).expect("a link");
    };
    link("real.tar", "in.tar");
    link("../outside.env", "out.tar");
    let (_, paths, summary) = scan_image(dir.path(), &["image"]);
    assert_eq!(paths, ["image!in.tar!f"], "{summary}");
    assert!(summary["warnings"].to_string().contains("out.tar is missing"), "{summary}");
}

/// Archives made to do harm, a token beside each that is read on.
fn hostile_archives() -> Vec<(&'static str, Vec<u8>)> {
    let mut bomb = vec![0; 1 << 20];
    for _ in 0..6 {
        bomb = (0..8).fold(Zip::new(), |zip, n| zip.file(&n.to_string(), &bomb)).finish();
    }
    let entry = ZipEntry::new("0", &vec![0; 1 << 20], ZipMethod::Deflate);
    let overlapping = Zip::new().entry(&entry);
    let checksum = ZipEntry { crc: 7, ..ZipEntry::new("f", b"text", ZipMethod::Stored) };
    let mut dictionary = xz(b"text");
    dictionary[16] = 40;
    let sized = |kind, size: &[u8; 12]| {
        let mut header = tar_header(kind, b"n", 0);
        header[124..136].copy_from_slice(size);
        tar_checksum(&mut header);
        Tar::new().file("before.env", &line()).raw(&header).padded(b"9 a=b").unfinished()
    };
    let tar = Tar::new().file("f.env", &line()).file("g", &[7; 5000]).finish();
    let names = Zip::new().file("../../etc/passwd", &line()).file("nul\0", b"2");
    vec![
        ("bomb.zip", bomb),
        ("zeros.gz", gzip(&vec![0; 1 << 20]).repeat(100)),
        // Ten GiB.
        ("zeros.zst", zstd(&vec![0; 1 << 20]).repeat(10 << 10)),
        ("quine.zip", zip_quine()),
        ("overlap.zip", (0..100).fold(overlapping, |zip, _| zip.record(&entry, 0)).finish()),
        ("checksum.zip", Zip::new().entry(&checksum).file("f.env", &line()).finish()),
        ("cut.tar", tar[..3000].to_vec()),
        ("million.zip", a_million_entries()),
        ("negative.tar", sized(b'0', &[0xff; 12])),
        ("names.zip", names.file(&"n".repeat(65_535), b"3").finish()),
        ("pax.tar", sized(b'x', b"\x80\0\0\0\0\0\x01\0\0\0\0\0")),
        ("deep.gz", (0..40).fold(line(), |inner, _| gzip(&inner))),
        ("dictionary.xz", dictionary),
        ("locked.7z", sevenz_encrypted()),
        ("ppmd.7z", sevenz(&[("f", b"text")], Folder7z::Ppmd)),
        ("bcj2.7z", sevenz(&[("f", b"text")], Folder7z::Bcj2)),
    ]
}

/// A zip with 1,000,000 entries, the last of which holds the token.
fn a_million_entries() -> Vec<u8> {
    let empty = ZipEntry::new("e", b"", ZipMethod::Stored);
    let zip = (1..1_000_000).fold(Zip::new(), |zip, _| zip.entry(&empty));
    zip.file("last.env", &line()).long().finish()
}

/// Texts that decode to themselves, or for ever, or are nothing but encoded.
fn hostile_texts() -> Vec<(&'static str, Vec<u8>)> {
    let base64 = |text: &[u8]| data_encoding::BASE64.encode(&text[..text.len().min(1 << 20)]);
    vec![
        ("forty.txt", (0..40).fold(line(), |inner, _| base64(&inner).into_bytes())),
        ("percent.txt", "%25".repeat(1 << 20).into_bytes()),
        ("itself.txt", "%25252525".repeat(1 << 18).into_bytes()),
        ("alphabet.txt", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo".repeat(3_000_000).into_bytes()),
    ]
}

/// Under half a GiB of address space each has its outcome by name, and what lies beside it is found.
#[cfg(unix)]
#[test]
fn hostile_archives_stay_within_half_a_gibibyte() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    fs::create_dir(&data).expect("a folder");
    for (name, bytes) in hostile_archives().into_iter().chain(hostile_texts()) {
        fs::write(data.join(name), bytes).expect("a file");
    }
    fs::write(data.join("beside.env"), line()).expect("a file");
    let program = env!("CARGO_BIN_EXE_scanner-rs");
    let spool = dir.path().join("spool");
    fs::create_dir(&spool).expect("a folder");
    let script = format!("ulimit -v 524288 && exec '{program}' scan data -j 2 -f json --no-dedup");
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(dir.path())
        .env("XDG_STATE_HOME", dir.path().join("state"))
        .env("TMPDIR", &spool)
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    let report = report(&output);
    let failed = &report["summary"]["failed"];
    let places: Vec<String> = places(&report).into_iter().map(|(path, _)| path).collect();
    for path in [
        "beside.env",
        "checksum.zip!f.env",
        "cut.tar!f.env",
        "million.zip!last.env",
        "names.zip!../../etc/passwd",
        "negative.tar!before.env",
        "pax.tar!before.env",
    ] {
        assert!(places.contains(&format!("data/{path}")), "{path}: {places:?}");
    }
    let outcomes = [
        // bomb.zip, zeros.gz, zeros.zst
        ("archive_expansion", 3),
        // quine.zip, deep.gz
        ("archive_too_deep", 2),
        // overlap.zip, checksum.zip, cut.tar, negative.tar, pax.tar
        ("archive_damaged", 4),
        // dictionary.xz
        ("archive_memory", 1),
        // ppmd.7z, bcj2.7z
        ("archive_unsupported", 2),
        // percent.txt, alphabet.txt
        ("decode_budget", 1),
    ];
    for (kind, least) in outcomes {
        assert!(failed[kind].as_u64() >= Some(least), "{kind}: {failed}");
    }
    assert_eq!(report["summary"]["skipped"]["archive_encrypted"], 1);
    assert!(report["summary"]["archive_entries"].as_u64() >= Some(1_000_000), "{report}");
    assert!(report["summary"]["bytes"].as_u64() < Some(1 << 30), "{report}");
    assert_eq!(fs::read_dir(&spool).expect("a folder").count(), 0, "nothing is left behind");
    assert!(!dir.path().join("etc").exists(), "nothing is written where names say");
}
