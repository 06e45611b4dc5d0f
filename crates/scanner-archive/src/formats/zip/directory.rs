//! The directory of a zip: where it is, and its records one by one.

use std::ops::Range;

use crate::outcome::Fault;
use crate::source::{Random, Source, Window, take, take_bytes};
use crate::time;

/// Bytes of the record at the end, without its comment.
const END_BYTES: u64 = 22;
/// The longest comment.
const COMMENT_MAX: u64 = 0xffff;

/// Where the parts of an archive are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Directory {
    /// What offsets count from: more than 0 where something was put in front.
    pub(crate) base: u64,
    /// The records.
    pub(crate) start: u64,
    pub(crate) end: u64,
    /// The comment; what stands behind it is no part of the archive.
    pub(crate) comment: Range<u64>,
}

/// Looks for the record at the end, and for the longer one that archives over 4 GiB have in front of it.
pub(crate) fn find(random: &dyn Random) -> Option<Directory> {
    let len = random.len();
    let from = len.saturating_sub(END_BYTES + COMMENT_MAX);
    let mut tail = vec![0; (len - from) as usize];
    random.read_exact_at(from, &mut tail).ok()?;
    let ends = (0..=tail.len().checked_sub(END_BYTES as usize)?).rev();
    for at in ends.filter(|&at| tail[at..].starts_with(b"PK\x05\x06")) {
        let record = &tail[at..];
        let comment_start = from + at as u64 + END_BYTES;
        let comment = comment_start..comment_start + u64::from(u16_at(record, 20));
        let directory = located(random, from + at as u64, record, comment);
        if let Some(directory) = directory.filter(|d| d.comment.end <= len) {
            return Some(directory);
        }
    }
    None
}

/// Where the records are that an end record speaks of; `None` where there are none.
fn located(
    random: &dyn Random,
    end_at: u64,
    record: &[u8],
    comment: Range<u64>,
) -> Option<Directory> {
    let (mut size, mut offset) = (u64::from(u32_at(record, 12)), u64::from(u32_at(record, 16)));
    let mut end = end_at;
    if let Some((long_at, long)) = long_record(random, end_at) {
        (size, offset, end) = (u64_at(&long, 40), u64_at(&long, 48), long_at);
    }
    let start = end.checked_sub(size)?;
    let base = start.checked_sub(offset)?;
    let mut first = [0; 4];
    let has_records = size > 0;
    if has_records {
        random.read_exact_at(start, &mut first).ok()?;
    }
    (!has_records || is_record(&first)).then_some(Directory { base, start, end, comment })
}

/// The end record of long archives, found through its locator.
fn long_record(random: &dyn Random, end_at: u64) -> Option<(u64, [u8; 56])> {
    let locator_at = end_at.checked_sub(20)?;
    let mut locator = [0; 20];
    random.read_exact_at(locator_at, &mut locator).ok()?;
    if !locator.starts_with(b"PK\x06\x07") {
        return None;
    }
    let mut long = [0; 56];
    // Where it says, or right in front of the locator if something was put in front of the archive.
    for at in [u64_at(&locator, 8), locator_at.saturating_sub(56)] {
        if random.read_exact_at(at, &mut long).is_ok() && long.starts_with(b"PK\x06\x06") {
            return Some((at, long));
        }
    }
    None
}

/// Whether bytes begin a record of the directory.
pub(crate) fn is_record(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x01\x02")
}

/// What is known of an entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) name: Vec<u8>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    pub(crate) packed: u64,
    pub(crate) size: u64,
    pub(crate) offset: u64,
    pub(crate) modified: Option<i64>,
}

impl Record {
    /// Reads the next record; `false` at the end of the directory.
    pub(crate) fn read(&mut self, records: &mut Window<'_>) -> Result<bool, Fault> {
        let lent = records.fill(4)?;
        if lent.is_empty() || lent.starts_with(b"PK\x05\x05") {
            return Ok(false);
        }
        if !is_record(lent) {
            return Err(Fault::Damaged);
        }
        let fixed: [u8; 46] = take(records)?;
        self.flags = u16_at(&fixed, 8);
        self.method = u16_at(&fixed, 10);
        self.modified = time::of_dos(u16_at(&fixed, 12), u16_at(&fixed, 14));
        self.crc = u32_at(&fixed, 16);
        self.packed = u64::from(u32_at(&fixed, 20));
        self.size = u64::from(u32_at(&fixed, 24));
        self.offset = u64::from(u32_at(&fixed, 42));
        self.name = take_bytes(records, usize::from(u16_at(&fixed, 28)))?;
        let extra = take_bytes(records, usize::from(u16_at(&fixed, 30)))?;
        self.extra(&extra);
        let comment = u64::from(u16_at(&fixed, 32));
        if records.skip(comment)? < comment {
            return Err(Fault::Truncated);
        }
        Ok(true)
    }

    /// Reads the header in front of an entry and returns where its data begin; `None` where there is no header.
    pub(crate) fn read_local(
        &mut self,
        random: &dyn Random,
        at: u64,
    ) -> Result<Option<u64>, Fault> {
        let mut fixed = [0; 30];
        if random.read_exact_at(at, &mut fixed).is_err() || !fixed.starts_with(b"PK\x03\x04") {
            return Ok(None);
        }
        self.flags = u16_at(&fixed, 6);
        self.method = u16_at(&fixed, 8);
        self.modified = time::of_dos(u16_at(&fixed, 10), u16_at(&fixed, 12));
        self.crc = u32_at(&fixed, 14);
        self.packed = u64::from(u32_at(&fixed, 18));
        self.size = u64::from(u32_at(&fixed, 22));
        self.name = vec![0; usize::from(u16_at(&fixed, 26))];
        random.read_exact_at(at + 30, &mut self.name)?;
        let mut extra = vec![0; usize::from(u16_at(&fixed, 28))];
        let extra_at = at + 30 + self.name.len() as u64;
        random.read_exact_at(extra_at, &mut extra)?;
        self.extra(&extra);
        Ok(Some(extra_at + extra.len() as u64))
    }

    /// Long sizes, and times in seconds.
    fn extra(&mut self, mut extra: &[u8]) {
        while let [a, b, c, d, rest @ ..] = extra {
            let (id, len) = (u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d]));
            let Some(mut field) = rest.get(..usize::from(len)) else { return };
            extra = &rest[usize::from(len)..];
            match id {
                1 => {
                    for value in [&mut self.size, &mut self.packed, &mut self.offset] {
                        if *value == u64::from(u32::MAX)
                            && let Some((long, more)) = field.split_first_chunk::<8>()
                        {
                            *value = u64::from_le_bytes(*long);
                            field = more;
                        }
                    }
                }
                // In universal time, which the clock of MS-DOS is not: of Info-ZIP, of its older versions, of Windows.
                0x5455 => {
                    if let [flags, a, b, c, d, ..] = *field
                        && flags & 1 != 0
                    {
                        self.modified = Some(i64::from(i32::from_le_bytes([a, b, c, d])));
                    }
                }
                0x5855 => {
                    if let [_, _, _, _, a, b, c, d, ..] = *field {
                        self.modified = Some(i64::from(i32::from_le_bytes([a, b, c, d])));
                    }
                }
                0x000a => {
                    if let Some(ticks) = field.get(4..).and_then(windows_time) {
                        self.modified = time::of_windows(ticks);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a password is needed.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.flags & 0x2001 != 0 || self.method == 99
    }

    /// Whether it is a folder.
    pub(crate) fn is_folder(&self) -> bool {
        self.name.ends_with(b"/") && self.size == 0
    }
}

/// The time of the last change among the attributes of a Windows field.
fn windows_time(mut attributes: &[u8]) -> Option<u64> {
    while attributes.len() >= 4 {
        let (tag, len) = (u16_at(attributes, 0), usize::from(u16_at(attributes, 2)));
        let value = attributes.get(4..4 + len)?;
        if tag == 1 {
            return value.first_chunk().map(|ticks| u64::from_le_bytes(*ticks));
        }
        attributes = &attributes[4 + len..];
    }
    None
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
