//! Container images: every layer and configuration once, by several workers.
//!
//! An image is an archive of `docker save`, or an OCI layout as folder or archive. Its manifests say what belongs to it;
//! each part is then an object like a file, and a layer is an archive like any other. What a later layer deletes or
//! covers is still in the image, so it is scanned; such deletions are counted. Only what a manifest names is read, and only
//! inside of the image.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use scanner_archive::image::{ImageFiles, Part, PartKind, Plan, TarIndex, TarPlace, plan};
use scanner_archive::{Format, HEAD_BYTES, ReadSeek, detect};
use scanner_core::{ObjectPath, SkipReason, SourceKind};
use scanner_fs::{Filled, skip_reason};

use crate::chunk::{ByteSource, ReadSource};
use crate::collect::Collector;
use crate::config::ScanRequest;
use crate::control::Stop;
use crate::object::{Counts, Object, ObjectScanner};
use crate::pipeline::{Total, shared_pool};
use crate::share::EntryPool;

/// Scans images one after the other.
pub(crate) fn scan_images(
    request: &ScanRequest,
    (images, exclude_layers): (&[PathBuf], &[String]),
    stop: Stop<'_>,
    collector: &Mutex<Collector>,
) -> Total {
    let mut total = Total::default();
    // What images share is scanned with the first.
    let mut seen = BTreeSet::new();
    for path in images {
        let image = match Image::open(path) {
            Ok(image) => image,
            Err(error) => {
                total.counts.skips.add(skip_reason(&error));
                total.fail(format!("{}: {error}", path.display()));
                continue;
            }
        };
        let mut plan =
            plan(&mut Files(&image), &|digest| exclude_layers.iter().any(|e| e == digest));
        if !plan.is_image && image.is_packed() {
            // Its layers are found as archives in archives.
            total.fail(format!("{}: {PACKED}", path.display()));
            if !exclude_layers.is_empty() {
                total.counts.skips.add(SkipReason::ArchiveUnsupported);
                continue;
            }
            plan.parts.push(Part { name: WHOLE.to_owned(), kind: PartKind::Layer });
        } else {
            note(path, &plan, &mut total);
        }
        plan.parts.retain(|p| !p.name.starts_with("blobs/") || seen.insert(p.name.clone()));
        let before = total.counts.whiteouts;
        let scan = Scan { request, stop, collector, image: &image, plan: &plan };
        for counts in scan.run() {
            total.add(counts, Vec::new());
        }
        let whiteouts = total.counts.whiteouts - before;
        if whiteouts > 0 {
            let what = "marks delete files of lower layers, which were scanned all the same";
            total.fail(format!("{}: {whiteouts} {what}", path.display()));
        }
    }
    total
}

/// The name of the part that is the whole file.
const WHOLE: &str = "";

/// What is said of an image that `docker save | gzip` wrote.
const PACKED: &str = "compressed, so read from its start as any archive: whether all of its layers are there is not known, \
                      nor can layers be left out; unpack it for that";

/// Counts what an image lacks.
fn note(path: &Path, plan: &Plan, total: &mut Total) {
    if !plan.is_image {
        total.counts.skips.add(SkipReason::ArchiveDamaged);
        total.fail(format!("{}: no image: neither manifest.json nor index.json", path.display()));
    }
    total.counts.skips.add_many(SkipReason::ArchiveDamaged, plan.missing.len() as u64);
    if let Some(missing) = plan.missing.first() {
        total.fail(format!("{}: {missing} is missing", path.display()));
    }
    if let Some(absent) = plan.absent.first() {
        let count = plan.absent.len();
        let what = "manifests of platforms are not in the image, nor is what they name";
        total.fail(format!("{}: {count} {what}: {absent}", path.display()));
    }
    if let Some(foreign) = plan.foreign.first() {
        let count = plan.foreign.len();
        let what = "layers may not be passed on with an image, and are not in it";
        total.fail(format!("{}: {count} {what}: {foreign}", path.display()));
    }
    total.counts.skips.add_many(SkipReason::ArchiveEncrypted, plan.encrypted);
    total.counts.skips.add_many(SkipReason::ExcludedPath, plan.excluded);
}

/// An image on disk.
struct Image {
    path: PathBuf,
    kind: ImageKind,
}

/// What an image is on disk.
enum ImageKind {
    /// A folder, by its real path.
    Folder(PathBuf),
    /// A tar. One that is none, a compressed one say, has no files.
    Tar(TarIndex),
}

impl Image {
    fn open(path: &Path) -> io::Result<Self> {
        let kind = if path.is_dir() {
            ImageKind::Folder(path.canonicalize()?)
        } else {
            ImageKind::Tar(TarIndex::read(&mut File::open(path)?).unwrap_or_default())
        };
        Ok(Self { path: path.to_owned(), kind })
    }

    /// Whether it is a compressed file, so that nothing in it is found by name.
    fn is_packed(&self) -> bool {
        let mut head = Vec::new();
        let Ok(whole) = self.part(WHOLE) else { return false };
        if whole.take(HEAD_BYTES as u64).read_to_end(&mut head).is_err() {
            return false;
        }
        let format = detect(&head);
        [Format::Gzip, Format::Bzip2, Format::Xz, Format::Zstd, Format::Lz4]
            .iter()
            .any(|packed| format.as_ref() == Some(packed))
    }

    /// A file of the image.
    fn part(&self, name: &str) -> io::Result<Section> {
        let path = match &self.kind {
            ImageKind::Tar(index) if name != WHOLE => {
                let place = index.get(name).ok_or(io::ErrorKind::NotFound)?;
                return Section::new(File::open(&self.path)?, place);
            }
            ImageKind::Tar(_) => self.path.clone(),
            // Neither names of a manifest nor links lead out of the folder.
            ImageKind::Folder(root) => Some(root.join(name).canonicalize()?)
                .filter(|path| path.starts_with(root))
                .ok_or(io::ErrorKind::NotFound)?,
        };
        let file = File::open(path)?;
        let facts = file.metadata()?;
        if !facts.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Section::new(file, TarPlace { at: 0, size: facts.len(), modified: None })
    }
}

struct Files<'a>(&'a Image);

impl ImageFiles for Files<'_> {
    fn read(&mut self, name: &str, bytes_max: u64) -> Option<Vec<u8>> {
        let mut part = self.0.part(name).ok().filter(|part| part.place.size <= bytes_max)?;
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn has(&mut self, name: &str) -> bool {
        self.0.part(name).is_ok()
    }
}

/// A stretch of a file, as a file of its own.
struct Section {
    file: File,
    place: TarPlace,
    at: u64,
}

impl Section {
    fn new(mut file: File, place: TarPlace) -> io::Result<Self> {
        file.seek(SeekFrom::Start(place.at))?;
        Ok(Self { file, place, at: 0 })
    }
}

impl Read for Section {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.place.size - self.at).unwrap_or(usize::MAX);
        let room = into.len().min(left);
        let count = self.file.read(&mut into[..room])?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Section {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(step) => self.place.size.checked_add_signed(step),
            SeekFrom::Current(step) => self.at.checked_add_signed(step),
        };
        let at = at.ok_or(io::ErrorKind::InvalidInput)?.min(self.place.size);
        self.file.seek(SeekFrom::Start(self.place.at.saturating_add(at)))?;
        self.at = at;
        Ok(at)
    }
}

impl ByteSource for Section {
    fn fill(&mut self, buf: &mut [u8]) -> io::Result<Filled> {
        ReadSource(self).fill(buf)
    }

    fn rewind(&mut self) -> bool {
        Seek::rewind(self).is_ok()
    }

    fn seekable(&mut self) -> Option<&mut dyn ReadSeek> {
        Some(self)
    }
}

/// Says when no worker has a part any more, so that nobody waits for entries that do not come.
struct Leave<'a> {
    at_work: &'a AtomicUsize,
    pool: Option<&'a EntryPool>,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        if self.at_work.fetch_sub(1, Ordering::SeqCst) == 1
            && let Some(pool) = self.pool
        {
            pool.close();
        }
    }
}

/// One image being scanned.
struct Scan<'a> {
    request: &'a ScanRequest,
    stop: Stop<'a>,
    collector: &'a Mutex<Collector>,
    image: &'a Image,
    plan: &'a Plan,
}

impl Scan<'_> {
    /// Shares the parts out among workers.
    fn run(&self) -> Vec<Counts> {
        let next = AtomicUsize::new(0);
        let pool = shared_pool(self.request);
        let workers = match pool {
            // Who gets no part helps with those of others.
            Some(_) => self.request.jobs.get(),
            None => self.request.jobs.get().min(self.plan.parts.len()),
        };
        let at_work = AtomicUsize::new(workers);
        let work = || {
            let leave = Leave { at_work: &at_work, pool: pool.as_ref() };
            let Self { request, stop, collector, .. } = *self;
            let mut scanner = ObjectScanner::in_pool(request, stop, collector, pool.as_ref());
            while let Some(part) = self.plan.parts.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.scan_part(&mut scanner, part);
                if self.stop.interrupted() || self.stop.out_of_time() {
                    break;
                }
            }
            drop(leave);
            if let Some(pool) = &pool {
                pool.serve(|batch| scanner.scan_batch(batch, pool));
            }
            scanner.into_counts()
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
            let mut counts = vec![work()];
            let others = others.into_iter().map(std::thread::ScopedJoinHandle::join);
            counts.extend(others.map(|o| o.unwrap_or_else(|_| Counts::of_lost_worker())));
            counts
        })
    }

    fn scan_part(&self, scanner: &mut ObjectScanner<'_>, part: &Part) {
        let path = ObjectPath::from_path(&self.image.path);
        let path = if part.name == WHOLE { path } else { path.entry(part.name.as_bytes()) };
        match self.image.part(&part.name) {
            Ok(mut section) => {
                scanner.open(None);
                let modified = section.place.modified;
                let object = Object { path: &path, source: SourceKind::Image, modified };
                // That the run is over is seen by whoever asks for the next part.
                let _ = scanner.scan_opening(&object, &mut section);
                scanner.close(&path);
            }
            Err(error) => {
                scanner.counts.skips.add(skip_reason(&error));
                scanner.counts.failures.push(format!("{path}: {error}"));
            }
        }
    }
}
