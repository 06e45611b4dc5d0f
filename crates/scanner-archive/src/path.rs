//! Names of entries: data for display and identity, never a place on disk.
//!
//! A virtual path is `outer.tar.gz!inner.zip!dir/file`. Names stand in it exactly as the archive has them:
//! `..`, absolute names, NUL and bytes that are not text are kept. Only length is bounded: a name over the
//! limit keeps its beginning and its end, with a hash of the whole between, so that two such names stay two.

/// The path of what is being read, grown and cut back as containers are entered and left.
#[derive(Debug, Default)]
pub(crate) struct VirtualPath {
    bytes: Vec<u8>,
}

/// Where to cut the path back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(usize);

impl VirtualPath {
    /// Starts again with the path of an outermost object.
    pub(crate) fn reset(&mut self, path: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(path);
    }

    /// The whole path.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The last name of the path: what stands behind the last slash or bang.
    pub(crate) fn last_name(&self) -> &[u8] {
        let start = self.bytes.iter().rposition(|&b| matches!(b, b'/' | b'!' | b'\\'));
        &self.bytes[start.map_or(0, |at| at + 1)..]
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.bytes.len())
    }

    /// Adds an entry's name behind a `!`.
    pub(crate) fn push(&mut self, name: &[u8], name_bytes_max: usize) {
        self.bytes.push(b'!');
        push_bounded(&mut self.bytes, name, name_bytes_max);
    }

    pub(crate) fn cut(&mut self, mark: Mark) {
        self.bytes.truncate(mark.0);
    }
}

fn push_bounded(into: &mut Vec<u8>, name: &[u8], max: usize) {
    if name.len() <= max {
        into.extend_from_slice(name);
        return;
    }
    let room = max.saturating_sub("…".len() * 2 + 16);
    let tail = room / 4;
    into.extend_from_slice(&name[..room - tail]);
    into.extend_from_slice("…".as_bytes());
    into.extend_from_slice(format!("{:016x}", fnv1a(name)).as_bytes());
    into.extend_from_slice("…".as_bytes());
    into.extend_from_slice(&name[name.len() - tail..]);
}

/// FNV-1a: tells shortened names apart; nothing depends on it being hard to collide.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The name of what a compressed stream holds: its own without the ending that compression added.
pub(crate) fn stem(name: &[u8]) -> &[u8] {
    const ENDINGS: &[&[u8]] = &[
        b".gz", b".z", b".bz2", b".xz", b".lzma", b".zst", b".zstd", b".lz4", b".gzip", b".bz",
        b".tgz", b".tbz2", b".txz", b".tzst",
    ];
    for ending in ENDINGS {
        let Some(cut) = name.len().checked_sub(ending.len()).filter(|&cut| cut > 0) else {
            continue;
        };
        if name[cut..].eq_ignore_ascii_case(ending) {
            return &name[..cut];
        }
    }
    if name.is_empty() { b"content" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_as_they_are() {
        let mut path = VirtualPath::default();
        path.reset(b"a/b.tar");
        let mark = path.mark();
        path.push(b"../../etc/passwd", 64);
        assert_eq!(path.as_bytes(), b"a/b.tar!../../etc/passwd");
        assert_eq!(path.last_name(), b"passwd");
        path.push(b"x\0y\xff", 64);
        assert_eq!(path.as_bytes(), b"a/b.tar!../../etc/passwd!x\0y\xff");
        path.cut(mark);
        assert_eq!(path.as_bytes(), b"a/b.tar");
    }

    #[test]
    fn long_names_are_bounded_and_stay_apart() {
        let shorten = |name: &[u8]| {
            let mut path = VirtualPath::default();
            path.push(name, 64);
            path.as_bytes().to_vec()
        };
        let mut name = vec![b'n'; 65_536];
        let one = shorten(&name);
        name[30_000] = b'm';
        let other = shorten(&name);
        assert!(one.len() <= 65 && other.len() <= 65, "{} {}", one.len(), other.len());
        assert_ne!(one, other);
    }

    #[test]
    fn stems() {
        assert_eq!(stem(b"notes.txt.GZ"), b"notes.txt");
        assert_eq!(stem(b".gz"), b".gz");
        assert_eq!(stem(b"plain"), b"plain");
        assert_eq!(stem(b""), b"content");
    }
}
