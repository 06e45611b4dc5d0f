//! Archives that were made to do harm. Each ends in an outcome with a name, within its budget, and what lies beside it
//! is read.

use scanner_archive::{Fault, Input, Limits};
use scanner_testkit::archives::{
    Tar, Zip, ZipEntry, ZipMethod, ar, cpio_new, gzip, tar_checksum, tar_header, xz, zstd,
};

use crate::seen::{read, read_as, read_within};

/// Budgets small enough for tests, in the same relations as those of a scan.
const SMALL: Limits =
    Limits { ratio_floor_bytes: 1 << 20, ratio_max: 20, entries_max: 10_000, ..Limits::DEFAULT };

#[test]
fn a_bomb_of_nested_zips_costs_its_budget_and_no_more() {
    let mut bomb = vec![0; 1 << 20];
    for level in 0..6 {
        let mut zip = Zip::new();
        for copy in 0..8 {
            zip = zip.file(&format!("{level}-{copy}"), &bomb);
        }
        bomb = zip.finish();
    }
    let tar = Tar::new().file("bomb.zip", &bomb).file("beside", b"x").finish();
    let seen = read_as(&tar, Input::Bytes(&tar), &SMALL);
    assert!(seen.report.count(Fault::Ratio) > 0, "{:?}", seen.faults());
    assert!(seen.report.bytes < 30 << 20, "{}", seen.report.bytes);
    assert_eq!(seen.content("a!beside"), b"x");
}

#[test]
fn zeros_without_end_stop_at_the_ratio() {
    let member = gzip(&vec![0; 1 << 20]);
    let packed = member.repeat(2000);
    let seen = read_as(&packed, Input::Bytes(&packed), &SMALL);
    assert_eq!(seen.faults(), [(Fault::Ratio, 1)]);
    assert!(seen.report.bytes <= 20 * packed.len() as u64 + (1 << 20));
    let frames = zstd(&vec![0; 1 << 20]).repeat(2000);
    assert_eq!(read_as(&frames, Input::Bytes(&frames), &SMALL).faults(), [(Fault::Ratio, 1)]);
}

#[test]
fn entries_that_share_their_data_are_a_bomb() {
    let entry = ZipEntry::new("0", &vec![0; 1 << 20], ZipMethod::Deflate);
    let mut zip = Zip::new().entry(&entry);
    for index in 1..200 {
        zip = zip.record(&ZipEntry { name: index.to_string().into_bytes(), ..entry.clone() }, 0);
    }
    let seen = read(&Tar::new().file("z", &zip.finish()).file("beside", b"x").finish());
    assert_eq!(seen.report.count(Fault::Overlap), 1);
    assert!(seen.entries.len() < 50, "{}", seen.entries.len());
    assert_eq!(seen.content("a!beside"), b"x");
}

#[test]
fn an_archive_of_archives_of_archives_ends_at_its_depth() {
    let mut zip = Zip::new().file("core", b"text").finish();
    for _ in 0..40 {
        zip = Zip::new().with("z", &zip, ZipMethod::Stored).finish();
    }
    let seen = read(&zip);
    assert_eq!(seen.faults(), [(Fault::Depth, 1)]);
    assert_eq!(seen.entries.len(), 1);
    let twenty = (0..20)
        .fold(b"text".to_vec(), |inner, n| if n % 2 == 0 { xz(&inner) } else { zstd(&inner) });
    assert_eq!(read(&twenty).faults(), [(Fault::Depth, 1)]);
}

#[test]
fn many_entries_end_at_their_number() {
    let mut zip = Zip::new();
    let entry = ZipEntry::new("", b"", ZipMethod::Stored);
    for index in 0..20_000_u32 {
        zip = zip.entry(&ZipEntry { name: index.to_string().into_bytes(), ..entry.clone() });
    }
    let seen = read_within(&zip.finish(), &SMALL);
    assert_eq!(seen.entries.len(), 10_000);
    assert_eq!(seen.faults(), [(Fault::Entries, 1)]);
}

#[test]
fn names_of_every_kind_stay_names() {
    let long = "n".repeat(65_535);
    let zip = Zip::new()
        .file("../../etc/passwd", b"1")
        .file("nul\0name", b"2")
        .file(&long, b"3")
        .file("same", b"4")
        .file("same", b"5")
        .file("C:\\windows\\x", b"6");
    let seen = read(&zip.finish());
    assert_eq!(seen.faults(), []);
    assert_eq!(seen.entries.len(), 6);
    assert_eq!(seen.entries[1].0, "a!nul\0name");
    assert!(seen.entries.iter().all(|(path, _)| path.len() <= 4200));
    let seen = read(&Tar::new().file(&long, b"1").file("beside", b"x").finish());
    assert_eq!((seen.entries.len(), seen.faults()), (2, vec![]));
}

#[test]
fn a_dictionary_of_gigabytes_is_refused() {
    let mut packed = xz(b"text");
    // Size, flags, and the filter's number and length stand in front of the dictionary.
    assert_eq!(packed[14..16], [0x21, 0x01]);
    packed[16] = 40;
    let seen = read(&Tar::new().file("x.xz", &packed).file("beside", b"x").finish());
    assert_eq!(seen.faults(), [(Fault::Memory, 1)]);
    assert_eq!(seen.content("a!beside"), b"x");
    let window = b"\x28\xb5\x2f\xfd\x00\xf8 more";
    assert_eq!(read(window).faults(), [(Fault::Memory, 1)]);
}

#[test]
fn headers_that_promise_gigabytes_take_no_memory() {
    let huge = 1 << 40;
    let mut headers =
        vec![Tar::new().raw(&binary_size(b'x', huge)).padded(b"9 a=b\n").unfinished()];
    headers.push(Tar::new().raw(&binary_size(b'L', huge)).padded(b"name").unfinished());
    headers.push(Tar::new().raw(&binary_size(b'0', huge)).padded(b"data").unfinished());
    let mut cpio = cpio_new(&[("f", b"x")]);
    cpio[94..102].copy_from_slice(b"FFFFFFFF");
    headers.push(cpio);
    let mut lib = ar(&[("a-name-that-is-very-long", b"x")]);
    lib[8 + 48..8 + 58].copy_from_slice(b"9999999999");
    headers.push(lib);
    for archive in headers {
        let seen = read(&archive);
        assert!(!seen.report.is_complete());
        assert!(seen.report.bytes < 4096);
    }
}

fn binary_size(kind: u8, size: u64) -> [u8; 512] {
    let mut header = tar_header(kind, b"huge", 0);
    header[124..136].copy_from_slice(&[&[0x80, 0, 0, 0][..], &size.to_be_bytes()].concat());
    tar_checksum(&mut header);
    header
}

#[test]
fn every_byte_of_a_zip_may_be_wrong() {
    let zip = Zip::new().file("f", &b"first ".repeat(9)).with("g", b"second", ZipMethod::Stored);
    let tar = Tar::new().file("z", &zip.finish()).file("beside", b"x").finish();
    for at in 512..tar.len() - 2560 {
        for change in [0x01, 0x80, 0xff] {
            let mut bent = tar.clone();
            bent[at] ^= change;
            assert_eq!(read_within(&bent, &SMALL).content("a!beside"), b"x", "{at} {change}");
        }
    }
}
