//! zip and everything that is built on it.
//!
//! The directory at the end says what there is. Where it is missing or broken, the headers in front of the entries
//! are followed from the beginning as far as they lead. Entries that claim more bytes than the archive has share
//! them: that is a bomb, and ends it.

mod directory;
mod entry;

use self::directory::{Directory, Record};
use crate::formats::compressed::REST_NAME;
use crate::outcome::Fault;
use crate::source::{Random, Source, Window};
use crate::walker::{Meta, Walker};

/// The name of what stands in front of the first entry.
const HEAD_NAME: &[u8] = b"~head";
/// The name of the comment at the end.
const COMMENT_NAME: &[u8] = b"~comment";

/// Reads an archive.
pub(crate) fn read(walker: &mut Walker<'_>, source: &mut dyn Source) -> Result<(), Fault> {
    walker.with_random(source, |walker, random, cut| match (directory::find(random), cut) {
        (Some(directory), None) => with_directory(walker, random, &directory),
        (_, Some(fault)) => {
            walker.fault(fault);
            without_directory(walker, random)
        }
        (None, None) => {
            walker.fault(Fault::Truncated);
            without_directory(walker, random)
        }
    })
}

fn with_directory(
    walker: &mut Walker<'_>,
    random: &dyn Random,
    directory: &Directory,
) -> Result<(), Fault> {
    if directory.base > 0 {
        let mut head = Window::new(random, 0, directory.base, walker.buffers.take());
        walker.entry(&Meta { name: HEAD_NAME, ..Meta::default() }, &mut head)?;
    }
    let mut records = Window::new(random, directory.start, directory.end, walker.buffers.take());
    let mut record = Record::default();
    let mut claimed = 0_u64;
    let office = &mut false;
    while record.read(&mut records)? {
        claimed = claimed.saturating_add(record.packed).saturating_add(30);
        if claimed > random.len() {
            return Err(Fault::Overlap);
        }
        let start = match entry::data_start(random, directory.base, &record) {
            Ok(start) => start,
            Err(fault) => {
                walker.fault(fault);
                continue;
            }
        };
        entry::read(walker, random, start, &record)?;
        if crate::formats::office::is_text_part(&record.name, office) {
            entry::read_text(walker, random, start, &record)?;
        }
    }
    trailer(walker, random, directory)
}

/// The comment, and what stands behind it.
fn trailer(
    walker: &mut Walker<'_>,
    random: &dyn Random,
    directory: &Directory,
) -> Result<(), Fault> {
    let parts = [
        (COMMENT_NAME, directory.comment.clone()),
        (REST_NAME, directory.comment.end..random.len()),
    ];
    for (name, part) in parts {
        if !part.is_empty() {
            let mut window = Window::new(random, part.start, part.end, walker.buffers.take());
            walker.entry(&Meta { name, ..Meta::default() }, &mut window)?;
        }
    }
    Ok(())
}

/// Follows the headers in front of the entries.
fn without_directory(walker: &mut Walker<'_>, random: &dyn Random) -> Result<(), Fault> {
    let mut at = 0;
    let mut record = Record::default();
    while let Some(start) = record.read_local(random, at)? {
        walker.budget.check()?;
        match entry::read_unmeasured(walker, random, start, &record)? {
            Some(end) => at = end,
            None => return Ok(()),
        }
    }
    let mut left = Window::new(random, at, random.len(), walker.buffers.take());
    if left.fill(1)?.is_empty() || directory::is_record(left.fill(4)?) {
        return Ok(());
    }
    walker.entry(&Meta { name: REST_NAME, ..Meta::default() }, &mut left)
}
