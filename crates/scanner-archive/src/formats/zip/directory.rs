//! The directory of a zip: where it is, and its records one by one.

use std::ops::Range;

use crate::formats::gzip::take;
use crate::formats::tar::take_bytes;
use crate::outcome::Fault;
use crate::source::{Random, Source, Window};

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
        self.modified = dos_time(u16_at(&fixed, 12), u16_at(&fixed, 14));
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
        self.modified = dos_time(u16_at(&fixed, 10), u16_at(&fixed, 12));
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
                0x5455 => {
                    if let [1 | 3 | 5 | 7, a, b, c, d, ..] = *field {
                        self.modified = Some(i64::from(i32::from_le_bytes([a, b, c, d])));
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

/// Seconds since 1970 of a date as MS-DOS wrote them, taken for universal time.
fn dos_time(time: u16, date: u16) -> Option<i64> {
    let (day, month) = (i64::from(date & 31), i64::from(date >> 5 & 15));
    let year = 1980 + i64::from(date >> 9);
    if day == 0 || !(1..=12).contains(&month) {
        return None;
    }
    // Days since 1970 in years that begin in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 719_469;
    let (hour, minute) = (i64::from(time >> 11), i64::from(time >> 5 & 63));
    Some(days * 86_400 + hour * 3600 + minute * 60 + i64::from(time & 31) * 2)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_ms_dos() {
        assert_eq!(dos_time(0, 0), None);
        assert_eq!(dos_time(0, 0x0021), Some(315_532_800));
        // 2021-03-04 05:06:08.
        let (date, time) = (41 << 9 | 3 << 5 | 4, 5 << 11 | 6 << 5 | 4);
        assert_eq!(dos_time(time, date), Some(1_614_834_368));
    }
}
