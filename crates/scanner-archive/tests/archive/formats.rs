//! Every format but tar and gzip: what comes out, and what happens when a part is missing or wrong.

use scanner_archive::{Fault, Limits};
use scanner_testkit::archives::{
    Folder7z, Tar, Zip, ZipEntry, ZipMethod, ar, bzip2, cpio_binary, cpio_new, cpio_old, docx,
    gzip, lz4, pdf, rpm, sevenz, sevenz_encrypted, sevenz_packed_header, xlsx, xz, zstd,
};

use crate::seen::{check, read, read_within};

const FILES: [(&str, &[u8]); 3] =
    [("a.txt", b"first file"), ("dir/odd", b"seven b"), ("a-name-of-more-than-fifteen", b"x")];

/// What [`FILES`] are seen as.
fn expected() -> Vec<(String, Vec<u8>)> {
    FILES.iter().map(|(name, content)| (format!("a!{name}"), content.to_vec())).collect()
}

fn check_files(archive: &[u8]) {
    let seen = read(archive);
    assert_eq!((seen.entries, seen.report.faults().collect::<Vec<_>>()), (expected(), vec![]));
}

#[test]
fn compressed_streams_of_every_kind() {
    let text: Vec<u8> = (0..200_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
    for pack in [bzip2, xz, zstd, lz4, gzip] {
        check(&pack(&text), &[("a!content", &text)]);
        check(&pack(b""), &[("a!content", b"")]);
        let twice = [pack(b"one "), pack(b"two")].concat();
        check(&twice, &[("a!content", b"one two")]);
        let tar = Tar::new().file("f", b"x").finish();
        check(&pack(&tar), &[("a!f", b"x")]);
        let followed = [pack(b"one"), b"\n# behind".to_vec()].concat();
        check(&followed, &[("a!content", b"one"), ("a!~rest", b"\n# behind")]);
    }
}

#[test]
fn compressed_streams_cut_at_every_byte_say_so() {
    let text: Vec<u8> = (0..600_u32).flat_map(|n| (n * n).to_le_bytes()).collect();
    for pack in [bzip2, xz, zstd, lz4] {
        let packed = pack(&text);
        for cut in 16..packed.len() {
            let seen = read(&packed[..cut]);
            // The last bytes of an lz4 frame are a mark of zeros, which the decoder does not ask for.
            let is_mark = packed.starts_with(b"\x04\x22") && cut + 8 > packed.len();
            assert!(!seen.report.is_complete() || is_mark, "{cut} of {}", packed.len());
            assert!(text.starts_with(&seen.entries[0].1), "{cut}");
        }
    }
}

#[test]
fn zip_entries_of_every_method() {
    use ZipMethod::{Bzip2, Deflate, Lzma, Stored, Xz, Zstd};
    let text = b"a line of text\n".repeat(500);
    let methods = [Stored, Deflate, Bzip2, Lzma, Zstd, Xz];
    let mut zip = Zip::new();
    for method in methods {
        zip = zip.with(&format!("{method:?}"), &text, method);
    }
    let seen = read(&zip.finish());
    assert_eq!(seen.faults(), []);
    for method in methods {
        assert_eq!(seen.content(&format!("a!{method:?}")), text, "{method:?}");
    }
    // 20 January 2021, 13:41:36, as the builder writes it.
    assert_eq!(seen.modified[0], Some(1_611_150_096));
}

#[test]
fn zips_with_long_records_comments_stubs_and_folders() {
    let mut long = ZipEntry::new("long", b"content", ZipMethod::Deflate);
    long.long = true;
    check(&Zip::new().entry(&long).long().finish(), &[("a!long", b"content")]);
    let zip = Zip::new().file("f", b"x").with("folder/", b"", ZipMethod::Stored);
    let zip = zip.comment(b"password: none").finish();
    check(&zip, &[("a!f", b"x"), ("a!~comment", b"password: none")]);
    let followed = [Zip::new().file("f", b"x").finish(), b"more".to_vec()].concat();
    check(&followed, &[("a!f", b"x"), ("a!~rest", b"more")]);
    check(&Zip::new().finish(), &[]);
    let two = [Zip::new().file("f", b"x").finish(), Zip::new().file("g", b"y").finish()].concat();
    check(&two, &[("a!~head!f", b"x"), ("a!g", b"y")]);
}

#[test]
fn archives_in_zips_are_read_in_place_or_through_a_copy() {
    let inner = Zip::new().file("f", b"x").finish();
    for method in [ZipMethod::Stored, ZipMethod::Deflate] {
        let zip = Zip::new().with("in.zip", &inner, method).with("n", b"y", method).finish();
        check(&zip, &[("a!in.zip!f", b"x"), ("a!n", b"y")]);
    }
    let large = Zip::new().with("f", &vec![b'x'; 3 << 20], ZipMethod::Stored).finish();
    let limits = Limits { spool_memory_bytes_max: 1 << 20, ..Limits::DEFAULT };
    let seen = read_within(&gzip(&large), &limits);
    assert_eq!((seen.entries[0].1.len(), seen.faults()), (3 << 20, vec![]));
    let limits = Limits { spool_bytes_max: 2 << 20, ..Limits::DEFAULT };
    let seen = read_within(&gzip(&large), &limits);
    assert!(seen.report.count(Fault::Spool) == 1 && seen.entries[0].1.len() > 1 << 20);
}

#[test]
fn encrypted_and_unknown_entries_are_counted() {
    let mut secret = ZipEntry::new("secret", b"content", ZipMethod::Deflate);
    secret.flags |= 1;
    let mut strange = ZipEntry::new("strange", b"content", ZipMethod::Deflate);
    strange.method = 98;
    let seen = read(&Zip::new().entry(&secret).entry(&strange).file("f", b"x").finish());
    assert_eq!(seen.paths(), ["a!f"]);
    assert_eq!(seen.faults(), [(Fault::Encrypted, 1), (Fault::Unsupported, 1)]);
    assert_eq!(read(&sevenz_encrypted()).faults(), [(Fault::Encrypted, 1)]);
    for method in [Folder7z::Ppmd, Folder7z::Bcj2] {
        let archive = Tar::new().file("a.7z", &sevenz(&[("f", b"content")], method));
        let seen = read(&archive.file("beside", b"x").finish());
        assert_eq!(seen.faults(), [(Fault::Unsupported, 1)], "{method:?}");
        assert_eq!(seen.paths(), ["a!beside"], "{method:?}");
    }
}

#[test]
fn a_zip_without_its_directory_is_read_from_the_front() {
    let mut streamed = ZipEntry::new("streamed", &b"text ".repeat(100), ZipMethod::Deflate);
    streamed.flags |= 8;
    let zip = Zip::new().file("f", b"x").entry(&streamed).file("g", b"y").unfinished();
    let seen = read(&zip);
    assert_eq!(seen.paths(), ["a!f", "a!streamed", "a!g"]);
    assert_eq!(seen.content("a!streamed"), b"text ".repeat(100));
    assert_eq!(seen.faults(), [(Fault::Truncated, 1)]);
    let whole = Zip::new().entry(&streamed).file("g", b"y").finish();
    check(&whole, &[("a!streamed", &b"text ".repeat(100)), ("a!g", b"y")]);
}

#[test]
fn zips_cut_at_every_byte_give_what_they_have_and_say_so() {
    let zip = Zip::new().file("f", b"first").file("g", b"second").finish();
    for cut in 4..zip.len() {
        let seen = read(&zip[..cut]);
        assert!(!seen.report.is_complete(), "{cut}");
        if cut > 60 {
            assert_eq!(seen.content("a!f"), b"first", "{cut}");
        }
    }
}

#[test]
fn entries_that_lie_about_their_content_are_read_and_counted() {
    let mut crc = ZipEntry::new("crc", b"content", ZipMethod::Deflate);
    crc.crc ^= 1;
    let mut size = ZipEntry::new("size", b"content", ZipMethod::Deflate);
    size.size = 3;
    let mut huge = ZipEntry::new("huge", b"content", ZipMethod::Stored);
    huge.size = 1 << 31;
    let seen = read(&Zip::new().entry(&crc).entry(&size).entry(&huge).file("f", b"x").finish());
    assert_eq!(seen.content("a!crc"), b"content");
    assert_eq!(seen.content("a!size"), b"content");
    assert_eq!(seen.content("a!f"), b"x");
    assert_eq!(seen.faults(), [(Fault::Checksum, 3)]);
}

#[test]
fn seven_zip_with_every_method() {
    use Folder7z::{Bzip2, Copy, Deflate, Lzma, X86Lzma2};
    for method in [Copy, Lzma, X86Lzma2, Deflate, Bzip2] {
        check_files(&sevenz(&FILES, method));
        check_files(&sevenz_packed_header(&FILES, method));
    }
}

#[test]
fn seven_zip_cut_at_every_byte_is_named() {
    let archive = sevenz_packed_header(&FILES, Folder7z::Lzma);
    for cut in 6..archive.len() {
        assert!(!read(&archive[..cut]).report.is_complete(), "{cut}");
    }
}

#[test]
fn packages() {
    check_files(&ar(&FILES));
    check_files(&cpio_new(&FILES));
    check_files(&cpio_old(&FILES));
    check_files(&cpio_binary(&FILES));
    let deb = ar(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", &gzip(&Tar::new().file("./control", b"Package: x").finish())),
        ("data.tar.xz", &xz(&Tar::new().file("./usr/x", b"data").finish())),
    ]);
    let seen = read(&deb);
    assert_eq!(
        seen.paths(),
        ["a!debian-binary", "a!control.tar.gz!./control", "a!data.tar.xz!./usr/x"]
    );
    for pack in [gzip, xz, zstd, bzip2] {
        let seen = read(&rpm(b"%post: export TOKEN=1", &pack(&cpio_new(&FILES))));
        assert_eq!(seen.faults(), []);
        assert!(seen.content("a!~header").ends_with(b"TOKEN=1"));
        assert_eq!(seen.entries[1..], expected());
    }
    let two = [cpio_new(&FILES[..1]), vec![0; 512], gzip(&cpio_new(&FILES[1..2]))].concat();
    check(&two, &[("a!a.txt", b"first file"), ("a!~rest!dir/odd", b"seven b")]);
}

#[test]
fn packages_cut_at_every_byte_are_named() {
    for archive in [ar(&FILES), cpio_new(&FILES), cpio_old(&FILES)] {
        for cut in 120..archive.len() - 4 {
            let seen = read(&archive[..cut]);
            let whole = seen.entries == expected() || seen.entries.len() < 3;
            assert!(!seen.report.is_complete() || whole, "{cut}");
        }
    }
}

#[test]
fn runs_of_office_documents_are_joined() {
    let seen = read(&docx(&["tok", "en-", "1&amp;2"]));
    assert_eq!(seen.content("a!word/document.xml!text"), b"Notes\ntoken-1&2\n");
    assert!(seen.content("a!word/document.xml").starts_with(b"<?xml"));
    let seen = read(&xlsx(&["one", "two"]));
    assert_eq!(seen.content("a!xl/sharedStrings.xml!text"), b"one\ntwo\n");
    let odt = Zip::new()
        .with("mimetype", b"application/vnd.oasis.opendocument.text", ZipMethod::Stored)
        .file("content.xml", b"<o:t><text:p>to<text:span>ken</text:span></text:p></o:t>");
    assert_eq!(read(&odt.finish()).content("a!content.xml!text"), b"token\n");
}

#[test]
fn text_of_pdf_pages() {
    let page = "BT /F1 9 Tf 10 10 Td (to) Tj [(ke) -10 (n=1)] TJ 0 -12 Td (next) Tj ET";
    let document = pdf(page);
    let seen = read(&document);
    assert_eq!(seen.content("a"), document);
    assert_eq!(seen.content("a!object-7"), page.as_bytes());
    assert_eq!(seen.content("a!object-7!text"), b"token=1\nnext\n");
    assert_eq!(seen.faults(), []);
    for cut in (8..document.len()).step_by(3) {
        read(&document[..cut]);
    }
}

/// One letter and a copy of it of 1,003 bytes: a length that only deflate64 has, which gives its code 16 bits more.
#[test]
fn deflate64_is_decoded() {
    let mut bits: Vec<bool> = Vec::new();
    let mut number =
        |value: u32, count: u32| bits.extend((0..count).map(|bit| value >> bit & 1 == 1));
    number(0b011, 3);
    // Codes stand with their highest bit first: the letter, the length 3 + 1,000, the distance 1, the end.
    number((0x30 + u32::from(b'x')).reverse_bits() >> 24, 8);
    number(0b1100_0101_u32.reverse_bits() >> 24, 8);
    number(1000, 16);
    number(0, 5);
    number(0, 7);
    let byte =
        |bits: &[bool]| bits.iter().rev().fold(0, |byte: u8, bit| byte << 1 | u8::from(*bit));
    let content = vec![b'x'; 1004];
    let mut entry = ZipEntry::new("f", &content, ZipMethod::Deflate);
    (entry.method, entry.packed) = (9, bits.chunks(8).map(byte).collect());
    check(&Zip::new().entry(&entry).finish(), &[("a!f", &content)]);
}
