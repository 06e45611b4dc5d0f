//! Files without findings, which are nearly all: 16 bytes each, in 256 rows by their first byte.
//!
//! A run over a hundred thousand unchanged files reads some megabytes, looks each file up where the first bits of its
//! state say that it lies, and writes nothing. Files of one folder share those bits and lie together: looking each up
//! somewhere else in the list costs more than anything else that is done for it outside of the system.

use rusqlite::{OptionalExtension as _, Transaction, params};
use scanner_core::FileState;

use super::insert::signed;
use super::open::Store;
use crate::limits::CLEAN_FILES_MAX;

/// Parts of the files without findings, by the first byte of their hash.
const CLEAN_PARTS: usize = 256;

const STATE_BYTES: usize = 16;

/// States that share a bucket, on average. There are no more buckets than the bits that files of a folder share tell.
const STATES_PER_BUCKET: usize = 4;
const BUCKETS_MAX: usize = 1 << 24;

/// States of files, sorted, and where the buckets of their first bits begin.
#[derive(Debug, Default)]
pub(crate) struct CleanFiles {
    states: Vec<u128>,
    /// One more than there are buckets.
    starts: Vec<u32>,
}

impl CleanFiles {
    fn new(mut states: Vec<u128>) -> Self {
        // Sorted within each part and the parts by their first byte; a damaged row must not upset the search.
        if !states.is_sorted() {
            states.sort_unstable();
        }
        states.truncate(CLEAN_FILES_MAX);
        let buckets = (states.len() / STATES_PER_BUCKET).next_power_of_two();
        let buckets = buckets.clamp(2, BUCKETS_MAX);
        let mut starts = Vec::with_capacity(buckets + 1);
        for (index, state) in states.iter().enumerate() {
            let bucket = bucket_of(*state, buckets);
            while starts.len() <= bucket {
                starts.push(u32::try_from(index).expect("the number of states is limited"));
            }
        }
        let end = u32::try_from(states.len()).expect("the number of states is limited");
        starts.resize(buckets + 1, end);
        Self { states, starts }
    }

    pub(crate) fn len(&self) -> usize {
        self.states.len()
    }

    /// Where a state lies, if it is known.
    pub(crate) fn find(&self, state: &FileState) -> Option<usize> {
        let state = u128::from_be_bytes(state.0);
        let bucket = bucket_of(state, self.starts.len().checked_sub(1)?);
        let range = self.starts[bucket] as usize..self.starts[bucket + 1] as usize;
        let start = range.start;
        self.states[range].binary_search(&state).ok().map(|index| start + index)
    }

    pub(crate) fn get(&self, index: usize) -> FileState {
        FileState(self.states[index].to_be_bytes())
    }
}

/// The bucket of a state among a power of two of them.
fn bucket_of(state: u128, buckets: usize) -> usize {
    usize::try_from(state >> (u128::BITS - buckets.ilog2()))
        .expect("as many bits as a bucket's number")
}

impl Store {
    pub(super) fn clean_files(&self, scope: (i64, i64)) -> rusqlite::Result<CleanFiles> {
        let sql =
            "SELECT states FROM clean_files WHERE root_id = ?1 AND rule_set_id = ?2 ORDER BY part";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query(scope)?;
        let mut clean = Vec::new();
        while let Some(row) = rows.next()? {
            let (states, _) = row.get_ref(0)?.as_blob()?.as_chunks::<STATE_BYTES>();
            clean.extend(states.iter().map(|state| u128::from_be_bytes(*state)));
        }
        Ok(CleanFiles::new(clean))
    }
}

/// Replaces the files without findings; parts that are the same are not written.
pub(super) fn put_clean_files(
    transaction: &Transaction<'_>,
    (root, rule_set): (i64, i64),
    states: &[FileState],
) -> rusqlite::Result<()> {
    let mut sorted: Vec<[u8; STATE_BYTES]> = states.iter().map(|state| state.0).collect();
    sorted.truncate(CLEAN_FILES_MAX);
    sorted.sort_unstable();
    sorted.dedup();
    let known =
        "SELECT states = ?4 FROM clean_files WHERE root_id = ?1 AND rule_set_id = ?2 AND part = ?3";
    let put = "INSERT INTO clean_files (root_id, rule_set_id, part, states) VALUES (?1, ?2, ?3, ?4) \
               ON CONFLICT DO UPDATE SET states = excluded.states";
    let mut known = transaction.prepare_cached(known)?;
    let mut put = transaction.prepare_cached(put)?;
    let mut from = 0;
    for part in 0..CLEAN_PARTS {
        let to = from + sorted[from..].partition_point(|state| usize::from(state[0]) <= part);
        let bytes = sorted[from..to].as_flattened();
        from = to;
        let values = params![root, rule_set, signed(part as u64), bytes];
        let is_same: Option<bool> = known.query_row(values, |row| row.get(0)).optional()?;
        if is_same == Some(true) || (is_same.is_none() && bytes.is_empty()) {
            continue;
        }
        put.execute(values)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spread as hashes are.
    fn state(number: u128) -> u128 {
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    }

    #[test]
    fn each_state_is_found_where_it_lies_and_no_other() {
        for count in [0, 1, 2, 3, 4, 5, 31, 32, 33, 1000] {
            let files = CleanFiles::new((0..count).map(state).collect());
            assert_eq!(files.len(), count as usize);
            for number in 0..count {
                let wanted = FileState(state(number).to_be_bytes());
                let index = files.find(&wanted).unwrap();
                assert_eq!(files.get(index), wanted);
            }
            let other = FileState(state(count + 1).to_be_bytes());
            assert_eq!(files.find(&other), None);
        }
        assert_eq!(CleanFiles::default().find(&FileState([7; 16])), None);
    }

    #[test]
    fn states_of_one_bucket_and_at_both_ends_are_found() {
        let all = [0, 1, 2, 3, 4, 5, 6, 7, u128::MAX - 1, u128::MAX];
        let files = CleanFiles::new(all.to_vec());
        for (index, state) in all.iter().enumerate() {
            assert_eq!(files.find(&FileState(state.to_be_bytes())), Some(index));
        }
        assert_eq!(files.find(&FileState(8u128.to_be_bytes())), None);
    }
}
