//! Where a report goes: a stream that somebody reads, or a file that appears when it is whole.
//!
//! Invariants: every error carries the output's name. After one failed write nothing more is written, and
//! every later event fails as well, so that each lost event is counted. A file opened with
//! [`Output::file`] takes the place of the old one only in [`Output::finish`]; an output dropped before
//! leaves the old file as it was. A stream whose reader has gone takes the rest in silence: whoever closed it has what
//! they wanted.
//!
//! Not done here: deciding whether the stream is a terminal. The caller knows.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use scanner_core::SinkError;

/// An output with a name for messages.
pub struct Output {
    name: String,
    writer: BufWriter<Box<dyn Write + Send>>,
    live: bool,
    failed: bool,
    /// Whether whoever reads a pipe at its other end has left.
    left: bool,
    pending: Option<Pending>,
}

/// A file that is written beside its destination until it is whole.
struct Pending {
    temporary: PathBuf,
    destination: PathBuf,
}

/// When a file shows what is written to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Growth {
    Live,
    Whole,
}

/// How many names are tried for the temporary file before giving up.
const TEMPORARY_NAMES_MAX: u32 = 64;

/// Bytes gathered before the system is asked to write.
const BUFFER_BYTES: usize = 64 * 1024;

impl Output {
    /// A stream whose reader wants every line at once: a terminal, a pipe.
    pub fn live(name: impl Into<String>, writer: Box<dyn Write + Send>) -> Self {
        let mut output = Self::buffered(name, writer);
        output.live = true;
        output
    }

    /// A stream that is read when it is complete.
    pub fn buffered(name: impl Into<String>, writer: Box<dyn Write + Send>) -> Self {
        Self {
            name: name.into(),
            writer: BufWriter::with_capacity(BUFFER_BYTES, writer),
            live: false,
            failed: false,
            left: false,
            pending: None,
        }
    }

    /// A file that is replaced as a whole when the report is finished. Links are followed. What is not a
    /// regular file (a fifo, `/dev/stdout`) is written directly.
    ///
    /// With `private` only the owner may read the file, for reports that show secrets.
    ///
    /// # Errors
    ///
    /// The file cannot be created, known before the scan starts.
    pub fn file(path: &Path, private: bool) -> Result<Self, SinkError> {
        Self::open(path, private, Growth::Whole)
    }

    /// A file that is written as the run goes, for formats of which every beginning is valid (`jsonl`).
    ///
    /// # Errors
    ///
    /// As for [`Output::file`].
    pub fn growing_file(path: &Path, private: bool) -> Result<Self, SinkError> {
        Self::open(path, private, Growth::Live)
    }

    fn open(path: &Path, private: bool, growth: Growth) -> Result<Self, SinkError> {
        let name = path.display().to_string();
        let fail = |source| SinkError { sink: name.clone(), source };
        let old = fs::metadata(path).ok();
        if old.as_ref().is_some_and(|m| !m.is_file()) {
            let file = OpenOptions::new().write(true).open(path).map_err(fail)?;
            return Ok(Self::live(name, Box::new(file)));
        }
        if growth == Growth::Live {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            let file = with_mode(options, private).open(path).map_err(fail)?;
            return Ok(Self::buffered(name, Box::new(file)));
        }
        let destination = match old {
            Some(_) => fs::canonicalize(path).map_err(fail)?,
            None => path.to_path_buf(),
        };
        let (temporary, file) = create_beside(&destination, private).map_err(fail)?;
        let mut output = Self::buffered(name, Box::new(file));
        output.pending = Some(Pending { temporary, destination });
        Ok(output)
    }

    /// The name used in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Lets `write` write, and passes it on at once where the output is live.
    pub(crate) fn write(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), SinkError> {
        if self.left {
            return Ok(());
        }
        if self.failed {
            return Err(self.error(io::Error::other("an earlier write failed")));
        }
        let mut result = write(&mut self.writer);
        if self.live && result.is_ok() {
            result = self.writer.flush();
        }
        if result.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::BrokenPipe) {
            self.left = true;
            return Ok(());
        }
        result.map_err(|source| {
            self.failed = true;
            self.error(source)
        })
    }

    /// Writes what is left and, for a whole file, puts it in its place.
    pub(crate) fn finish(&mut self) -> Result<(), SinkError> {
        self.write(|writer| writer.flush())?;
        if let Some(pending) = &self.pending {
            fs::rename(&pending.temporary, &pending.destination).map_err(|source| {
                self.failed = true;
                self.error(source)
            })?;
            self.pending = None;
        }
        Ok(())
    }

    fn error(&self, source: io::Error) -> SinkError {
        SinkError { sink: self.name.clone(), source }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(pending) = &self.pending {
            // Nobody is left to tell; the worst that remains is a stray temporary file.
            let _ = fs::remove_file(&pending.temporary);
        }
    }
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Creates a new file next to `destination`, so that the rename stays within one file system.
fn create_beside(destination: &Path, private: bool) -> io::Result<(PathBuf, File)> {
    let file_name = destination
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"))?;
    for attempt in 0..TEMPORARY_NAMES_MAX {
        let mut name = std::ffi::OsString::from(".");
        name.push(file_name);
        name.push(format!(".{}-{attempt}.part", std::process::id()));
        let temporary = destination.with_file_name(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        match with_mode(options, private).open(&temporary) {
            Ok(file) => return Ok((temporary, file)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => return Err(e),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "no free name for a temporary file"))
}

/// Restricts a new file to its owner where the system knows owners.
fn with_mode(mut options: OpenOptions, private: bool) -> OpenOptions {
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = (&mut options, private);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(output: &mut Output, text: &str) {
        output.write(|w| w.write_all(text.as_bytes())).unwrap();
    }

    #[test]
    fn a_file_is_replaced_only_when_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.json");
        fs::write(&path, "old").unwrap();
        let mut output = Output::file(&path, false).unwrap();
        text(&mut output, "new");
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        output.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_abandoned_file_leaves_the_old_one_and_no_litter() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.json");
        fs::write(&path, "old").unwrap();
        let mut output = Output::file(&path, false).unwrap();
        text(&mut output, "half");
        drop(output);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_growing_file_starts_empty() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.jsonl");
        fs::write(&path, "something longer than the new text").unwrap();
        let mut output = Output::growing_file(&path, false).unwrap();
        text(&mut output, "a line\n");
        output.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a line\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_kept_and_its_target_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let (target, link) = (dir.path().join("target"), dir.path().join("link"));
        fs::write(&target, "old").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let mut output = Output::file(&link, false).unwrap();
        text(&mut output, "new");
        output.finish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_directly() {
        let mut output = Output::file(Path::new("/dev/null"), false).unwrap();
        text(&mut output, "gone");
        output.finish().unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.json");
        Output::file(&path, true).unwrap().finish().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn errors_name_the_output_and_do_not_end() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::other("no space left"))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut output = Output::live("out.json", Box::new(Full));
        let first = output.write(|w| w.write_all(b"x")).unwrap_err();
        assert_eq!(first.to_string(), "cannot write out.json: no space left");
        let second = output.finish().unwrap_err();
        assert_eq!(second.to_string(), "cannot write out.json: an earlier write failed");
    }

    #[test]
    fn a_reader_that_has_left_is_no_error() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut output = Output::live("stdout", Box::new(Closed));
        text(&mut output, "a line");
        text(&mut output, "another");
        output.finish().unwrap();
    }

    #[test]
    fn a_folder_that_does_not_exist_is_said_at_once() {
        let error = Output::file(Path::new("/nowhere/at/all.json"), false).unwrap_err();
        assert!(error.to_string().contains("/nowhere/at/all.json"), "{error}");
    }
}
