//! The histogram of the entropy gate: 256 counters, cleared before each use.

/// One KiB of counters; engines without entropy gates never touch it.
#[derive(Debug)]
pub(crate) struct EntropyScratch(Box<[u32; 256]>);

const _: () = assert!(size_of::<[u32; 256]>() == 1024);

impl Default for EntropyScratch {
    fn default() -> Self {
        Self(Box::new([0; 256]))
    }
}

impl EntropyScratch {
    /// How often each byte value occurs.
    pub(crate) fn counts(&mut self, bytes: &[u8]) -> &[u32; 256] {
        self.0.fill(0);
        for byte in bytes {
            self.0[usize::from(*byte)] += 1;
        }
        &self.0
    }
}
