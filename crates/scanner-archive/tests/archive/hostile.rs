//! Archives that were made to do harm. Each ends in an outcome with a name, within its budget, and what lies beside it
//! is read.

use scanner_archive::{Fault, Input, Limits, detect};
use scanner_testkit::archives::{
    Folder7z, Tar, Zip, ZipEntry, ZipMethod, ar, bzip2, cpio_new, cpio_old, gzip, lz4, rpm, sevenz,
    tar_checksum, tar_header, xz, zip_quine, zstd,
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
fn a_zip_that_contains_itself_ends_at_its_depth() {
    let quine = zip_quine();
    // It is what it says: the inflated entry is the zip again, checksum and all.
    let limits = Limits { depth_max: 1, ..Limits::DEFAULT };
    let seen = read_within(&quine, &limits);
    assert_eq!(seen.content("a!quine.zip"), quine);
    assert_eq!(seen.faults(), [(Fault::Depth, 1)]);
    let seen = read(&Tar::new().file("q", &quine).file("beside", b"x").finish());
    assert_eq!(seen.faults(), [(Fault::Depth, 1)]);
    assert_eq!(seen.paths(), [&format!("a!q{}", "!quine.zip".repeat(7)), "a!beside"]);
}

#[test]
fn links_in_circles_lead_nowhere() {
    let link = |name: &[u8], target: &[u8], kind| {
        let mut header = tar_header(kind, name, 0);
        header[157..157 + target.len()].copy_from_slice(target);
        tar_checksum(&mut header);
        header
    };
    let tar = Tar::new().raw(&link(b"a", b"b", b'2')).raw(&link(b"b", b"a", b'2'));
    let tar = tar.raw(&link(b"c", b"c", b'1')).raw(&link(b"d", b"../../etc/passwd", b'2'));
    let seen = read(&tar.file("beside", b"x").finish());
    assert_eq!((seen.paths(), seen.faults()), (vec!["a!beside"], vec![]));
    assert_eq!(seen.report.without_data, 4);
}

/// Every archive cut at every byte: what was whole in front of the cut is read, and the rest is told.
#[test]
fn archives_may_be_cut_anywhere() {
    let files: [(&str, &[u8]); 2] = [("f", b"first first first"), ("g", b"second")];
    let tar = Tar::new().file("f", files[0].1).file("g", files[1].1).finish();
    let zip = Zip::new().file("f", files[0].1).file("g", files[1].1).finish();
    let archives = [
        tar.clone(),
        zip,
        gzip(&tar),
        xz(&tar),
        zstd(&tar),
        bzip2(&tar),
        lz4(&tar),
        sevenz(&files, Folder7z::Lzma),
        ar(&files),
        cpio_new(&files),
        cpio_old(&files),
        rpm(b"scripts", &gzip(&cpio_new(&files))),
    ];
    for archive in archives {
        let whole = read(&archive);
        assert_eq!(whole.faults(), [], "{:?}", whole.paths());
        for cut in (0..archive.len()).filter(|cut| detect(&archive[..*cut]).is_some()) {
            let seen = read_as(&archive[..cut], Input::Bytes(&archive[..cut]), &SMALL);
            for (path, content) in &seen.entries {
                let known = whole.entries.iter().find(|(known, _)| known == path);
                let is_part = known.is_none_or(|(_, known)| known.starts_with(content));
                assert!(is_part, "{path} cut at {cut}: {content:?}");
            }
        }
    }
}

#[test]
fn wrong_sizes_and_checksums_are_told() {
    let honest = ZipEntry::new("f", &b"first ".repeat(9), ZipMethod::Deflate);
    let checksum = ZipEntry { crc: honest.crc ^ 1, ..honest.clone() };
    let short = ZipEntry { size: honest.size - 1, ..honest.clone() };
    let long = ZipEntry { size: honest.size + 1_000_000, ..honest.clone() };
    for entry in [checksum, short, long] {
        let zip = Zip::new().entry(&entry).file("beside", b"x").finish();
        let seen = read(&zip);
        assert!(
            !seen.faults().is_empty()
                && seen.faults().iter().all(|(fault, _)| {
                    matches!(
                        fault,
                        Fault::Checksum | Fault::Damaged | Fault::Truncated | Fault::Overlap
                    )
                }),
            "{:?}",
            seen.faults()
        );
        assert_eq!(seen.content("a!beside"), b"x");
    }
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
