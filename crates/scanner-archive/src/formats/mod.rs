//! One file or folder a format. Each reads its container from a [`Source`](crate::source::Source) and gives every
//! entry to the [`Walker`](crate::driver::Walker); none knows where the bytes come from or what becomes of them.

pub(crate) mod compressed;
pub(crate) mod gzip;
pub(crate) mod tar;
