//! Times of entries: of archives made byte by byte, and of such as the system's own tools make.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use scanner_testkit::archives::{
    Folder7z, Tar, Zip, ZipEntry, ZipMethod, ar, cpio_binary, cpio_new, cpio_old, docx, gzip, rpm,
    sevenz_dated, tar_checksum, tar_header, xz,
};

use crate::seen::read;

/// 20 January 2021, 13:41:36; an even second, as MS-DOS counts in twos.
const TIME: i64 = 1_611_150_096;
/// What the builders of ar and cpio write.
const BUILT: i64 = 1_600_000_000;

#[track_caller]
fn check(archive: &[u8], expected: &[Option<i64>]) {
    let seen = read(archive);
    assert_eq!(seen.modified, expected, "{:?}", seen.paths());
}

#[test]
fn every_format_that_states_times() {
    let file = [("f", b"x".as_slice())];
    check(&Tar::new().file("f", b"x").finish(), &[Some(0o14_371_573_200)]);
    check(&Zip::new().file("f", b"x").finish(), &[Some(TIME)]);
    for archive in [ar(&file), cpio_new(&file), cpio_old(&file), rpm(b"text", &cpio_new(&file))] {
        let seen = read(&archive);
        assert_eq!(seen.modified.last(), Some(&Some(BUILT)), "{:?}", seen.paths());
    }
    check(&cpio_binary(&file), &[Some(BUILT)]);
    // Steps of 100 nanoseconds since 1601.
    let windows = (TIME.unsigned_abs() + 11_644_473_600) * 10_000_000;
    check(&sevenz_dated(&file, Folder7z::Copy, windows), &[Some(TIME)]);
}

/// A gzip of `content` whose header states a time.
fn dated_gzip(content: &[u8], seconds: u32) -> Vec<u8> {
    let mut packed = gzip(content);
    packed[4..8].copy_from_slice(&seconds.to_le_bytes());
    packed
}

#[test]
fn what_is_made_of_an_entry_is_as_old_as_it_unless_it_says_otherwise() {
    let tar = |name: &str, content: &[u8]| Tar::new().file(name, content).finish();
    let built = Some(0o14_371_573_200);
    check(&dated_gzip(b"x", 1_611_150_096), &[Some(TIME)]);
    check(&gzip(b"x"), &[None]);
    check(&tar("f.gz", &dated_gzip(b"x", 1_611_150_096)), &[Some(TIME)]);
    check(&tar("f.gz", &gzip(b"x")), &[built]);
    check(&tar("f.xz", &xz(b"x")), &[built]);
    // Entries of an archive have their own times or none.
    let undated = dated_tar(b"00000000000\0");
    check(&tar("in.tar", &undated), &[None]);
    check(&tar("in.tgz", &dated_gzip(&undated, 1_611_150_096)), &[None]);
    let seen = read(&docx(&["some text", "joined"]));
    assert!(seen.modified.iter().all(|time| *time == Some(TIME)), "{seen:?}");
    assert!(seen.paths().iter().any(|path| path.ends_with("!text")), "{seen:?}");
}

/// A tar of one file with this field of time.
fn dated_tar(field: &[u8; 12]) -> Vec<u8> {
    let mut header = tar_header(b'0', b"f", 1);
    header[136..148].copy_from_slice(field);
    tar_checksum(&mut header);
    Tar::new().raw(&header).padded(b"x").finish()
}

#[test]
fn times_that_say_nothing_are_left_out() {
    for field in [
        b"00000000000\0",
        b"00000000001\0",
        // 1980, Gradle's 1980, npm's 1985.
        b"02263523000\0",
        b"02275702200\0",
        b"03560116604\0",
        b"not a number",
        b"            ",
        // Negative, the year 10000, and far beyond.
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xf0",
        b"\x80\0\0\0\0\0\0\x3a\xff\xf4\x41\x80",
        b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff",
    ] {
        check(&dated_tar(field), &[None]);
    }
    check(&dated_tar(b"\x80\0\0\0\0\0\0\x3a\xff\xf4\x41\x7f"), &[Some(253_402_300_799)]);
    let mtime = |value: &str| Tar::new().pax(&[("mtime", value)]).raw(&dated_tar(b"00000000000\0"));
    check(&mtime("-1.5").finish(), &[None]);
    check(&mtime("99999999999999999999").finish(), &[None]);
    check(&mtime("1611150096.5").finish(), &[Some(TIME)]);
}

/// A zip of one file whose record has this field after its time of MS-DOS.
fn zip_with_extra(extra: &[u8]) -> Vec<u8> {
    let mut entry = ZipEntry::new("f", b"x", ZipMethod::Stored);
    entry.extra = extra.to_vec();
    Zip::new().entry(&entry).finish()
}

#[test]
fn universal_times_in_a_zip_come_before_the_clock_of_an_unknown_zone() {
    let seconds = 1_700_000_001_u32.to_le_bytes();
    check(
        &zip_with_extra(&[b"UT\x05\0\x01".as_slice(), &seconds].concat()),
        &[Some(1_700_000_001)],
    );
    check(
        &zip_with_extra(&[b"UX\x08\0\0\0\0\0".as_slice(), &seconds].concat()),
        &[Some(1_700_000_001)],
    );
    let steps = ((1_700_000_001_u64 + 11_644_473_600) * 10_000_000).to_le_bytes();
    let windows = [b"\x0a\0\x20\0\0\0\0\0\x01\0\x18\0".as_slice(), &steps, &[0; 16]].concat();
    check(&zip_with_extra(&windows), &[Some(1_700_000_001)]);
    // Fields that are cut, empty, or state another time only.
    for extra in [
        b"UT\x05\0\x02\x01\0\0\0".as_slice(),
        b"UT\x01\0\x01",
        b"UT\xff\xff\x01\0\0\0\0",
        b"UX\x04\0\0\0\0\0",
        b"\x0a\0\x06\0\0\0\0\0\x01\0",
        b"\x0a\0\x08\0\0\0\0\0\x01\0\xff\xff",
    ] {
        check(&zip_with_extra(extra), &[Some(TIME)]);
    }
}

/// Makes `archive` of the file `f`, if there is such a tool here.
fn made_by(dir: &Path, program: &str, args: &[&str], archive: &str) -> Option<Vec<u8>> {
    let done = Command::new(program)
        .args(args)
        .current_dir(dir)
        .env("TZ", "UTC")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let is_made = done.is_ok_and(|status| status.success());
    is_made.then(|| std::fs::read(dir.join(archive)).expect("the tool's archive"))
}

#[test]
fn the_system_s_own_tools_and_we_agree_about_times() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    std::fs::write(dir.join("f"), b"content\n").expect("a file");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(TIME.unsigned_abs());
    let file = std::fs::File::options().append(true).open(dir.join("f")).expect("the file");
    file.set_modified(time).expect("times can be set");
    std::fs::write(dir.join("list"), "f\n").expect("a list");
    let tools: [(&str, &[&str], &str); 17] = [
        ("tar", &["-cf", "ustar.tar", "--format=ustar", "f"], "ustar.tar"),
        ("tar", &["-cf", "v7.tar", "--format=v7", "f"], "v7.tar"),
        ("tar", &["-cf", "pax.tar", "--format=pax", "f"], "pax.tar"),
        ("tar", &["-cf", "gnu.tar", "--format=gnu", "f"], "gnu.tar"),
        ("tar", &["-czf", "gnu.tgz", "f"], "gnu.tgz"),
        ("gzip", &["-kf", "f"], "f.gz"),
        // As Info-ZIP writes it, and without the fields that state a zone.
        ("zip", &["-q", "unix.zip", "f"], "unix.zip"),
        ("zip", &["-q", "-X", "bare.zip", "f"], "bare.zip"),
        ("jar", &["cMf", "f.jar", "f"], "f.jar"),
        ("python3", &["-m", "zipfile", "-c", "python.zip", "f"], "python.zip"),
        ("7z", &["a", "-bd", "-mx=1", "f.7z", "f"], "f.7z"),
        ("7z", &["a", "-bd", "-tzip", "seven.zip", "f"], "seven.zip"),
        // ar of Debian writes no times unless it is told to.
        ("ar", &["rcU", "f.a", "f"], "f.a"),
        ("sh", &["-c", "cpio -o -H newc < list > new.cpio"], "new.cpio"),
        ("sh", &["-c", "cpio -o -H odc < list > old.cpio"], "old.cpio"),
        ("sh", &["-c", "cpio -o -H bin < list > bin.cpio"], "bin.cpio"),
        ("bsdtar", &["-cf", "bsd.7z", "--format=7zip", "f"], "bsd.7z"),
    ];
    let mut compared = Vec::new();
    for (program, args, archive) in tools {
        let Some(bytes) = made_by(dir, program, args, archive) else { continue };
        let seen = read(&bytes);
        assert_eq!(seen.modified, [Some(TIME)], "{program} {args:?}: {:?}", seen.paths());
        compared.push(archive);
    }
    // These two are on every system that builds this.
    assert!(compared.contains(&"gnu.tar") && compared.contains(&"f.gz"), "{compared:?}");
}
