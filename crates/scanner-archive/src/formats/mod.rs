//! One file or folder a format. Each reads its container from a [`Source`](crate::source::Source) and gives every
//! entry to the [`Walker`](crate::walker::Walker); none knows where the bytes come from or what becomes of them.

pub(crate) mod ar;
pub(crate) mod compressed;
pub(crate) mod cpio;
pub(crate) mod gzip;
pub(crate) mod office;
pub(crate) mod pdf;
pub(crate) mod rpm;
pub(crate) mod sevenz;
pub(crate) mod tar;
pub(crate) mod zip;
