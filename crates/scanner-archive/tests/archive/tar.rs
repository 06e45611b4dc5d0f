//! tar and gzip.

use scanner_archive::{Fault, Limits, detect};
use scanner_testkit::archives::{Tar, gzip, tar_checksum, tar_header};

use crate::seen::{check, read, read_within};

#[test]
fn files_with_names_of_every_length() {
    let long = "d/".repeat(90) + "file";
    let tar = Tar::new().file("a.txt", b"one").file(&long, b"two").file("empty", b"").finish();
    check(&tar, &[("a!a.txt", b"one"), (&format!("a!{long}"), b"two"), ("a!empty", b"")]);
    let mut header = tar_header(b'0', b"name", 3);
    header[345..351].copy_from_slice(b"pre/fi");
    tar_checksum(&mut header);
    check(&Tar::new().raw(&header).padded(b"xyz").finish(), &[("a!pre/fi/name", b"xyz")]);
}

#[test]
fn times_and_extended_headers() {
    let tar = Tar::new()
        .pax(&[("path", "über/name"), ("mtime", "1700000000.25"), ("comment", "x")])
        .file("short", b"content")
        .file("plain", b"more")
        .finish();
    let seen = read(&tar);
    assert_eq!(seen.paths(), ["a!über/name", "a!plain"]);
    assert_eq!(seen.modified, [Some(1_700_000_000), Some(0o14_371_573_200)]);
}

#[test]
fn large_sizes_stand_in_extended_headers_and_binary_numbers() {
    let tar = Tar::new().pax(&[("size", "5")]).raw(&tar_header(b'0', b"x", 0)).padded(b"12345");
    check(&tar.finish(), &[("a!x", b"12345")]);
    let mut header = tar_header(b'0', b"x", 0);
    header[124..136].copy_from_slice(b"\x80\0\0\0\0\0\0\0\0\0\0\x05");
    tar_checksum(&mut header);
    check(&Tar::new().raw(&header).padded(b"12345").finish(), &[("a!x", b"12345")]);
}

#[test]
fn names_that_lead_elsewhere_are_only_names() {
    let tar = Tar::new()
        .file("../../etc/passwd", b"1")
        .file("/etc/shadow", b"2")
        .member(b'0', b"nul", b"3")
        .finish();
    check(&tar, &[("a!../../etc/passwd", b"1"), ("a!/etc/shadow", b"2"), ("a!nul", b"3")]);
}

#[test]
fn links_and_folders_are_counted() {
    let mut link = tar_header(b'2', b"loop", 0);
    link[157..161].copy_from_slice(b"loop");
    tar_checksum(&mut link);
    let tar = Tar::new()
        .member(b'5', b"folder/", b"")
        .raw(&link)
        .raw(&tar_header(b'1', b"hard", 4000))
        .file("f", b"x")
        .finish();
    let seen = read(&tar);
    assert_eq!((seen.paths(), seen.report.without_data), (vec!["a!f"], 3));
    assert_eq!(seen.faults(), []);
}

#[test]
fn holes_of_sparse_files_are_short() {
    let zeros = [0_u8; 512];
    let whole = [b"begin".as_slice(), &zeros, b"end"].concat();
    // Old GNU: the list stands in the header, and goes on in a block of its own.
    let mut header = tar_header(b'S', b"old", 8);
    let pair = |offset: u64, len: u64| format!("{offset:011o}\0{len:011o}\0").into_bytes();
    header[386..410].copy_from_slice(&pair(0, 5));
    header[482] = 1;
    tar_checksum(&mut header);
    let mut more = [0; 512];
    more[..24].copy_from_slice(&pair(1 << 32, 3));
    let old = Tar::new().raw(&header).raw(&more).padded(b"beginend").file("n", b"next").finish();
    check(&old, &[("a!old", &whole), ("a!n", b"next")]);
    // pax 0.1: in the extended header.
    let map = [("GNU.sparse.map", "0,5,100000,3"), ("GNU.sparse.name", "real")];
    let pax = Tar::new().pax(&map).member(b'0', b"GNUSparseFile.0/x", b"beginend").finish();
    check(&pax, &[("a!real", &whole)]);
    // pax 1.0: in front of the data.
    let mut data = b"2\n0\n5\n100000\n3\n".to_vec();
    data.resize(512, 0);
    data.extend_from_slice(b"beginend");
    let one = [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "real")];
    let pax = Tar::new().pax(&one).member(b'0', b"GNUSparseFile.0/x", &data).finish();
    check(&pax, &[("a!real", &whole)]);
}

#[test]
fn compressed_archives_have_the_path_of_the_outer_file() {
    let tar = Tar::new().file("dir/f", b"content").finish();
    check(&gzip(&tar), &[("a!dir/f", b"content")]);
    check(&gzip(b"just text"), &[("a!content", b"just text")]);
    let outer = Tar::new().file("in/x.tar.gz", &gzip(&tar)).file("n.txt.gz", &gzip(b"note"));
    check(&outer.finish(), &[("a!in/x.tar.gz!dir/f", b"content"), ("a!n.txt.gz!n.txt", b"note")]);
}

#[test]
fn all_members_of_a_gzip_file_are_one_entry() {
    let joined = [gzip(b"one "), gzip(b""), gzip(b"two")].concat();
    check(&joined, &[("a!content", b"one two")]);
    let padded = [joined, vec![0; 1000]].concat();
    check(&padded, &[("a!content", b"one two")]);
    let mut with_name = b"\x1f\x8b\x08\x1e\0\0\0\0\0\x03\x04\0abcdname\0comment\0\x12\x34".to_vec();
    with_name.extend_from_slice(&gzip(b"x")[10..]);
    check(&with_name, &[("a!content", b"x")]);
}

#[test]
fn what_follows_an_archive_is_handed_over_too() {
    let behind = [gzip(b"one"), b"token behind".to_vec()].concat();
    check(&behind, &[("a!content", b"one"), ("a!~rest", b"token behind")]);
    let mut tar = Tar::new().file("f", b"x").finish();
    tar.extend_from_slice(&[0; 512]);
    tar.extend_from_slice(&[b'y'; 600]);
    check(&tar, &[("a!f", b"x"), ("a!~rest", &[b'y'; 600])]);
    let two = [Tar::new().file("f", b"x").finish(), Tar::new().file("g", b"y").finish()].concat();
    check(&two, &[("a!f", b"x"), ("a!g", b"y")]);
}

#[test]
fn a_damaged_header_leaves_the_rest_as_it_is() {
    let rest = [b'z'; 1024];
    let seen = read(&Tar::new().file("f", b"x").raw(&rest).unfinished());
    assert_eq!(seen.entries[1], ("a!~rest".to_owned(), rest.to_vec()));
    assert_eq!(seen.faults(), [(Fault::Damaged, 1)]);
    let mut negative = tar_header(b'0', b"n", 0);
    negative[124..136].fill(0xff);
    tar_checksum(&mut negative);
    let seen = read(&Tar::new().file("f", b"x").raw(&negative).finish());
    assert_eq!(seen.paths(), ["a!f", "a!~rest"]);
    assert_eq!(seen.faults(), [(Fault::Damaged, 1)]);
}

#[test]
fn checksums_are_compared() {
    let mut bytes = gzip(b"content");
    let at = bytes.len() - 6;
    bytes[at] ^= 1;
    let seen = read(&bytes);
    assert_eq!(seen.content("a!content"), b"content");
    assert_eq!(seen.faults(), [(Fault::Checksum, 1)]);
}

#[test]
fn archives_cut_at_every_byte_give_what_they_have_and_say_so() {
    let text: Vec<u8> = (0..3000_u32).flat_map(u32::to_le_bytes).collect();
    let tar = Tar::new().pax(&[("path", "long")]).file("x", b"first").file("y", &text).finish();
    let (second, end) = (512 + 512 + 1024, tar.len() - 1024);
    for cut in 512..tar.len() {
        // Between two entries a cut cannot be told from an end; nor can padding be missed.
        let looks_whole = cut >= end - 288 || (second - 507..=second).contains(&cut);
        let seen = read(&tar[..cut]);
        let expected = if looks_whole { vec![] } else { vec![(Fault::Truncated, 1)] };
        assert_eq!(seen.faults(), expected, "{cut}");
    }
    let packed = gzip(&tar);
    for cut in 10..packed.len() {
        let seen = read(&packed[..cut]);
        assert_eq!(seen.faults(), [(Fault::Truncated, 1)], "{cut}");
    }
}

#[test]
fn nesting_ends_at_its_depth_and_the_rest_is_read_raw() {
    let mut bytes = Tar::new().file("core", b"secret").finish();
    for _ in 0..9 {
        bytes = gzip(&Tar::new().file("t", &bytes).finish());
    }
    let seen = read(&bytes);
    assert_eq!(seen.faults(), [(Fault::Depth, 1)]);
    assert_eq!(seen.entries.len(), 1);
    let shallow = Limits { depth_max: 10, ..Limits::DEFAULT };
    let seen = read_within(&bytes, &shallow);
    assert_eq!(seen.faults(), []);
    assert_eq!(seen.entries[0].1, b"secret");
    let mut bytes = b"secret".to_vec();
    for _ in 0..40 {
        bytes = gzip(&bytes);
    }
    assert_eq!(read(&bytes).faults(), [(Fault::Depth, 1)]);
}

#[test]
fn budgets_end_in_an_outcome() {
    let small = Limits { ratio_max: 10, ratio_floor_bytes: 1 << 16, ..Limits::DEFAULT };
    let bomb = gzip(&vec![0; 10 << 20]);
    let seen = read_within(&Tar::new().file("b.gz", &bomb).file("f", b"x").finish(), &small);
    assert_eq!(seen.faults(), [(Fault::Ratio, 1)]);
    assert_eq!(seen.content("a!f"), b"x");
    assert!(seen.content("a!b.gz!b").len() < 1 << 20);
    let tar = Tar::new().file("1", b"x").file("2", b"x").file("3", b"x").finish();
    let seen = read_within(&tar, &Limits { entries_max: 2, ..Limits::DEFAULT });
    assert_eq!((seen.entries.len(), seen.faults()), (2, vec![(Fault::Entries, 1)]));
    let seen = read_within(
        &Tar::new().file("1", b"12345").file("2", b"x").finish(),
        &Limits { entry_bytes_max: 3, ..Limits::DEFAULT },
    );
    assert_eq!(seen.content("a!1"), b"123");
    assert_eq!((seen.entries.len(), seen.faults()), (2, vec![(Fault::EntryBytes, 1)]));
    let seen = read_within(&tar, &Limits { archive_bytes_max: 1, ..Limits::DEFAULT });
    assert_eq!(seen.faults(), [(Fault::ArchiveBytes, 1)]);
    let seen = read_within(&tar, &Limits { run_bytes_max: 1, ..Limits::DEFAULT });
    assert_eq!(seen.faults(), [(Fault::RunBytes, 1)]);
}

#[test]
fn an_extended_header_of_a_gigabyte_is_passed_over() {
    let limits = Limits { header_bytes_max: 4096, ..Limits::DEFAULT };
    let tar = Tar::new().member(b'x', b"pax", &vec![b'9'; 10_000]).file("f", b"x").finish();
    let seen = read_within(&tar, &limits);
    assert_eq!((seen.paths(), seen.faults()), (vec!["a!f"], vec![(Fault::Memory, 1)]));
}

#[test]
fn a_size_that_ends_nowhere_is_a_cut() {
    let tar = Tar::new().raw(&tar_header(b'0', b"f", 0o77_777_777_777)).padded(b"x").finish();
    assert!(detect(&tar).is_some());
    let seen = read(&tar);
    assert_eq!(seen.faults(), [(Fault::Truncated, 1)]);
    assert_eq!(&seen.content("a!f")[..1], b"x");
}
