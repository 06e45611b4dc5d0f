//! The file of a journal: appending records, and reading back those that are whole.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::db::beside::{path_of, tokens};
use crate::limits::RECORD_BYTES_MAX;

const MAGIC: [u8; 4] = *b"SCRJ";
const VERSION: u8 = 1;

/// Magic, version, three spare bytes, token.
const HEAD_BYTES: usize = 24;

/// Room that a caller leaves in front of a payload, for its length.
pub(crate) const RECORD_HEAD_BYTES: usize = 4;

const MAC_BYTES: usize = 16;

/// Stands between the store's name and the run's token.
const MARK: &str = "-findings-";

/// Where the journal of a run is.
pub(crate) fn journal_path(store: &Path, token: &str) -> PathBuf {
    path_of(store, MARK, token)
}

/// Removes journals of runs that are not waiting for theirs.
pub(crate) fn sweep(store: &Path, waiting: &[String]) {
    for token in tokens(store, MARK) {
        if !waiting.contains(&token) {
            // A file that stays behind is only litter.
            let _ = std::fs::remove_file(journal_path(store, &token));
        }
    }
}

/// A journal that is being written. There is no file before the first record.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    token: String,
    key: [u8; 32],
    file: Option<File>,
    bytes: u64,
    bytes_max: u64,
    /// Bytes that are on the disk.
    synced: u64,
}

impl Journal {
    pub(crate) fn new(store: &Path, token: &str, key: [u8; 32], bytes_max: u64) -> Self {
        let (path, token) = (journal_path(store, token), token.to_owned());
        Self { path, token, key, file: None, bytes: 0, bytes_max, synced: 0 }
    }

    /// Bytes up to the end of the last whole record; 0 where there is no file.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Appends a record: `record` holds [`RECORD_HEAD_BYTES`] of room and the payload, and is given back framed.
    pub(crate) fn append(&mut self, record: &mut Vec<u8>) -> io::Result<()> {
        let payload = record.len() - RECORD_HEAD_BYTES;
        if payload > RECORD_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let length = u32::try_from(payload).expect("records are limited");
        record[..RECORD_HEAD_BYTES].copy_from_slice(&length.to_le_bytes());
        let at = self.bytes.max(HEAD_BYTES as u64);
        let mac = mac(&self.key, &self.token, at, &record[RECORD_HEAD_BYTES..]);
        record.extend_from_slice(&mac);
        let end = at + record.len() as u64;
        if end > self.bytes_max {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the store is full"));
        }
        match self.write(record) {
            Ok(()) => {
                self.bytes = end;
                Ok(())
            }
            Err(error) => {
                // Half a record at the end is not read; without it the disk has more room.
                if let Some(file) = &mut self.file {
                    let _ = file.set_len(self.bytes);
                    let _ = file.seek(SeekFrom::Start(self.bytes));
                }
                Err(error)
            }
        }
    }

    fn write(&mut self, record: &[u8]) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            return file.write_all(record);
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = self.file.insert(options.open(&self.path)?);
        file.write_all(&head(&self.token))?;
        file.write_all(record)
    }

    /// Removes the file; all of it is in tables.
    pub(crate) fn remove(&mut self) {
        if self.file.take().is_some() {
            // A file that stays behind is litter, which `gc` removes.
            let _ = std::fs::remove_file(&self.path);
        }
    }

    /// Waits until all records are on the disk.
    pub(crate) fn sync(&mut self) -> io::Result<()> {
        if let Some(file) = self.file.as_ref().filter(|_| self.synced < self.bytes) {
            file.sync_data()?;
            self.synced = self.bytes;
        }
        Ok(())
    }
}

/// What comes next in a journal.
#[derive(Debug)]
pub(crate) enum Next {
    /// A whole record.
    Record,
    /// The file ends here, or in the middle of a record, or it is none of ours from here on.
    End,
}

/// Reads a journal from a place on.
#[derive(Debug)]
pub(crate) struct JournalReader {
    file: Option<BufReader<File>>,
    token: String,
    key: [u8; 32],
    at: u64,
    payload: Vec<u8>,
}

impl JournalReader {
    /// The journal of a run, behind the first `folded` bytes. A file that is not there is one without records.
    pub(crate) fn open(store: &Path, token: &str, key: [u8; 32], folded: u64) -> io::Result<Self> {
        let mut reader = Self {
            file: None,
            token: token.to_owned(),
            key,
            at: folded.max(HEAD_BYTES as u64),
            payload: Vec::new(),
        };
        let mut file = match File::open(journal_path(store, token)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(reader),
            Err(error) => return Err(error),
        };
        let mut found = [0; HEAD_BYTES];
        match file.read_exact(&mut found) {
            Ok(()) if found == head(token) => {
                file.seek(SeekFrom::Start(reader.at))?;
                reader.file = Some(BufReader::with_capacity(256 * 1024, file));
            }
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(error),
        }
        Ok(reader)
    }

    /// Bytes up to the end of the last record that was read.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// The payload of the last record.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Reads the next record.
    pub(crate) fn next(&mut self) -> io::Result<Next> {
        let Some(file) = &mut self.file else { return Ok(Next::End) };
        let mut length = [0; RECORD_HEAD_BYTES];
        let mut mac_found = [0; MAC_BYTES];
        let mut read = || -> io::Result<bool> {
            file.read_exact(&mut length)?;
            let length = u32::from_le_bytes(length) as usize;
            if length > RECORD_BYTES_MAX {
                return Ok(false);
            }
            self.payload.clear();
            let payload = file.by_ref().take(length as u64).read_to_end(&mut self.payload)?;
            file.read_exact(&mut mac_found)?;
            Ok(payload == length)
        };
        let is_whole = match read() {
            Ok(is_whole) => is_whole,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => false,
            Err(error) => return Err(error),
        };
        if !is_whole || mac(&self.key, &self.token, self.at, &self.payload) != mac_found {
            self.file = None;
            return Ok(Next::End);
        }
        self.at += (RECORD_HEAD_BYTES + self.payload.len() + MAC_BYTES) as u64;
        Ok(Next::Record)
    }
}

fn head(token: &str) -> [u8; HEAD_BYTES] {
    let mut head = [0; HEAD_BYTES];
    head[..4].copy_from_slice(&MAGIC);
    head[4] = VERSION;
    let bytes = token.as_bytes();
    let length = bytes.len().min(HEAD_BYTES - 8);
    head[8..8 + length].copy_from_slice(&bytes[..length]);
    head
}

fn mac(key: &[u8; 32], token: &str, at: u64, payload: &[u8]) -> [u8; MAC_BYTES] {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(token.as_bytes()).update(&[0]).update(&at.to_le_bytes()).update(payload);
    let hash = hasher.finalize();
    let (mac, _) = hash.as_bytes().as_chunks();
    mac[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [3; 32];

    fn record(text: &str) -> Vec<u8> {
        [&[0; RECORD_HEAD_BYTES], text.as_bytes()].concat()
    }

    fn written(store: &Path, texts: &[&str]) -> u64 {
        let mut journal = Journal::new(store, "0123456789abcdef", KEY, u64::MAX);
        for text in texts {
            journal.append(&mut record(text)).unwrap();
        }
        journal.sync().unwrap();
        journal.bytes()
    }

    fn read(store: &Path, token: &str, from: u64) -> (Vec<String>, u64) {
        let mut reader = JournalReader::open(store, token, KEY, from).unwrap();
        let mut texts = Vec::new();
        while matches!(reader.next().unwrap(), Next::Record) {
            texts.push(String::from_utf8(reader.payload().to_vec()).unwrap());
        }
        (texts, reader.at())
    }

    #[test]
    fn records_are_read_back_from_any_of_them_on() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("s.db");
        let bytes = written(&store, &["one", "", "three"]);
        let (texts, end) = read(&store, "0123456789abcdef", 0);
        assert_eq!(
            (texts.as_slice(), end),
            (["one", "", "three"].map(str::to_owned).as_slice(), bytes)
        );
        let (texts, _) = read(&store, "0123456789abcdef", 24 + 4 + 3 + 16);
        assert_eq!(texts, ["", "three"]);
        assert_eq!(read(&store, "fedcba9876543210", 0).0, [""; 0]);
    }

    #[test]
    fn a_journal_that_ends_anywhere_gives_its_whole_records() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("s.db");
        written(&store, &["one", "two"]);
        let path = journal_path(&store, "0123456789abcdef");
        let bytes = std::fs::read(&path).unwrap();
        let second = 24 + 4 + 3 + 16;
        for end in 0..bytes.len() {
            std::fs::write(&path, &bytes[..end]).unwrap();
            let expected = usize::from(end >= second);
            assert_eq!(read(&store, "0123456789abcdef", 0).0.len(), expected, "{end}");
        }
    }

    #[test]
    fn an_altered_byte_ends_a_journal() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("s.db");
        written(&store, &["one", "two"]);
        let path = journal_path(&store, "0123456789abcdef");
        let whole = std::fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, &bytes).unwrap();
            assert!(read(&store, "0123456789abcdef", 0).0.len() < 2, "{at}");
        }
    }

    #[test]
    fn a_full_store_keeps_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("s.db");
        let mut journal = Journal::new(&store, "0123456789abcdef", KEY, 60);
        journal.append(&mut record("one")).unwrap();
        let error = journal.append(&mut record("two")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        let large = vec![0; RECORD_HEAD_BYTES + RECORD_BYTES_MAX + 1];
        assert!(Journal::new(&store, "x", KEY, u64::MAX).append(&mut large.clone()).is_err());
        assert_eq!(read(&store, "0123456789abcdef", 0).0, ["one"]);
    }

    #[test]
    fn journals_without_a_waiting_run_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("s.db");
        written(&store, &["one"]);
        std::fs::write(journal_path(&store, "gone"), "").unwrap();
        std::fs::write(folder.path().join("other"), "").unwrap();
        sweep(&store, &["0123456789abcdef".to_owned()]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        assert!(journal_path(&store, "0123456789abcdef").is_file());
    }
}
