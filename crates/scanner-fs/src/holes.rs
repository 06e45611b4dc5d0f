//! Holes of sparse files: what the file system knows to be zeros is not read.
//!
//! The image of a disk may state terabytes and hold a few megabytes. Its holes are given out as the zeros that they are, so that
//! nothing else sees a difference, without asking the system for them. Where holes cannot be asked for, everything is read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use rustix::fs::Stat;

/// Files that are shorter are just read.
const BYTES_MIN: i64 = 1 << 20;

/// What is known of the stretch in which a file is read.
#[derive(Debug, Default)]
pub(crate) struct Holes {
    /// Up to here, from the position on, there is nothing on disk.
    hole_to: u64,
    /// Up to here, from there on, there is.
    data_to: u64,
}

impl Holes {
    /// For a file of which less is on disk than it is long.
    #[expect(clippy::unnecessary_cast, reason = "the fields have other types on other systems")]
    pub(crate) fn of(stat: &Stat) -> Option<Self> {
        let (len, blocks) = (stat.st_size as i64, stat.st_blocks as i64);
        let is_sparse = cfg!(target_os = "linux") && len >= BYTES_MIN && blocks < len / 512;
        is_sparse.then(Self::default)
    }

    /// Reads at `position`, where the file stands. `None` where holes are of no use any more.
    pub(crate) fn read(
        &mut self,
        file: &mut File,
        position: u64,
        buf: &mut [u8],
    ) -> Option<io::Result<usize>> {
        if position >= self.hole_to.max(self.data_to) {
            // Where there is no more data the rest is read, a hole or not: it may have grown.
            let Some(found) = find(file, position) else {
                return file.seek(SeekFrom::Start(position)).err().map(Err);
            };
            (self.hole_to, self.data_to) = found;
        }
        let end = if position < self.hole_to { self.hole_to } else { self.data_to };
        let count = usize::try_from(end - position).unwrap_or(usize::MAX).min(buf.len());
        if position >= self.hole_to {
            return Some(file.read(&mut buf[..count]));
        }
        buf[..count].fill(0);
        let moved = file.seek(SeekFrom::Start(position + count as u64));
        Some(moved.map(|_| count))
    }
}

/// Where data begin, from `position` on, and where they end; the file then stands at `position`.
#[cfg(target_os = "linux")]
fn find(file: &mut File, position: u64) -> Option<(u64, u64)> {
    use rustix::fs::{SeekFrom as To, seek};
    let data = match seek(&*file, To::Data(position)) {
        Ok(data) => data,
        // Only a hole is left, up to the end.
        Err(rustix::io::Errno::NXIO) => {
            file.seek(SeekFrom::End(0)).ok().filter(|e| *e > position)?
        }
        Err(_) => return None,
    };
    let end = seek(&*file, To::Hole(data)).unwrap_or(data);
    file.seek(SeekFrom::Start(position)).ok()?;
    (end > position).then_some((data, end))
}

#[cfg(not(target_os = "linux"))]
fn find(_file: &mut File, _position: u64) -> Option<(u64, u64)> {
    None
}
