//! Archives made byte by byte, honest ones and such as no tool would write.

mod compress;
mod documents;
mod package;
mod quine;
mod sevenz;
mod tar;
mod zip;

pub use compress::{bzip2, gzip, lz4, xz, zlib, zstd};
pub use documents::{docx, pdf, xlsx};
pub use package::{ar, cpio_binary, cpio_new, cpio_old, rpm};
pub use quine::zip_quine;
pub use sevenz::{Folder7z, sevenz, sevenz_dated, sevenz_encrypted, sevenz_packed_header};
pub use tar::{Tar, tar_checksum, tar_header};
pub use zip::{Zip, ZipEntry, ZipMethod};
