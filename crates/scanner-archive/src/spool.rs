//! A bounded copy of what has to be read out of order and cannot be: short ones in memory, longer ones in a file that
//! has no name, so that nothing is left behind whatever happens.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use crate::budget::Budget;
use crate::outcome::Fault;
use crate::source::{Random, SeekRandom, SliceRandom, Source};

/// Copies `source` and gives the copy to `read`, with the fault that cut it short, if one did.
pub(crate) fn with_copy<R>(
    source: &mut dyn Source,
    budget: &Budget<'_>,
    folder: &Path,
    read: impl FnOnce(&dyn Random, Option<Fault>) -> R,
) -> Result<R, Fault> {
    let limits = budget.limits;
    let mut memory = Vec::new();
    let mut file: Option<File> = None;
    let mut len = 0_u64;
    let cut = loop {
        let lent = match source.fill(1) {
            Ok([]) => break None,
            Ok(lent) => lent,
            Err(fault) if len == 0 || fault == Fault::Ratio || fault.ends_archive() => {
                return Err(fault);
            }
            Err(fault) => break Some(fault),
        };
        let room = usize::try_from(limits.spool_bytes_max - len).unwrap_or(usize::MAX);
        if room == 0 {
            break Some(Fault::Spool);
        }
        let count = lent.len().min(room);
        let lent = &lent[..count];
        len += count as u64;
        if let Some(file) = &mut file {
            file.write_all(lent).map_err(|_| Fault::Spool)?;
        } else {
            memory.extend_from_slice(lent);
            if memory.len() as u64 > limits.spool_memory_bytes_max {
                let mut made = tempfile::tempfile_in(folder).map_err(|_| Fault::Spool)?;
                made.write_all(&memory).map_err(|_| Fault::Spool)?;
                memory = Vec::new();
                file = Some(made);
            }
        }
        source.consume(count);
    };
    match &mut file {
        Some(file) => {
            file.seek(SeekFrom::Start(0)).map_err(|_| Fault::Spool)?;
            Ok(read(&SeekRandom::new(file)?, cut))
        }
        None => Ok(read(&SliceRandom(&memory), cut)),
    }
}
