//! Bundles: a list of references and a pack in one file.

use std::io::Read;
use std::path::Path;

use crate::error::OpenError;
use crate::mapped::open_regular;
use crate::oid::{ObjectFormat, Oid};
use crate::refs::Ref;

/// Longest head that is read.
const HEAD_BYTES_MAX: u64 = 256 << 20;

/// The head of a bundle.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BundleHead {
    pub(crate) format: ObjectFormat,
    pub(crate) refs: Vec<Ref>,
    /// Commits that the receiver must have already.
    pub(crate) prerequisites: Vec<Oid>,
    /// Where the pack begins.
    pub(crate) pack_start: usize,
}

/// Whether the file begins as bundles do.
pub(crate) fn is_bundle(path: &Path) -> bool {
    let mut start = [0; 16];
    open_regular(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && matches!(&start[..], b"# v2 git bundle\n" | b"# v3 git bundle\n")
}

/// Reads the head of the bundle at `path`.
pub(crate) fn read_head(path: &Path) -> Result<BundleHead, OpenError> {
    let io = |source| OpenError::Io { path: path.into(), source };
    let mut file = open_regular(path).map_err(io)?.take(HEAD_BYTES_MAX);
    let mut head = Vec::new();
    let mut part = vec![0; 1 << 16];
    let end = loop {
        let from = head.len().saturating_sub(1);
        let read = file.read(&mut part).map_err(io)?;
        head.extend_from_slice(&part[..read]);
        if let Some(at) = head[from..].windows(2).position(|two| two == b"\n\n") {
            break from + at + 2;
        }
        if read == 0 {
            return Err(OpenError::Bundle {
                path: path.into(),
                reason: "no end of the head".into(),
            });
        }
    };
    parse(&head[..end])
        .map_err(|reason| OpenError::Bundle { path: path.into(), reason: reason.into() })
}

fn parse(head: &[u8]) -> Result<BundleHead, &'static str> {
    let mut format = ObjectFormat::Sha1;
    let mut refs = Vec::new();
    let mut prerequisites = Vec::new();
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        if let Some(capability) = line.strip_prefix(b"@") {
            if let Some(name) = capability.strip_prefix(b"object-format=") {
                format = ObjectFormat::from_name(name).ok_or("unknown object format")?;
            }
        } else if let Some(prerequisite) = line.strip_prefix(b"-") {
            let hex = prerequisite.split(|byte| *byte == b' ').next().unwrap_or_default();
            prerequisites.push(Oid::from_hex(hex).ok_or("a prerequisite is no id")?);
        } else if !line.is_empty() {
            let (hex, name) = line.split_at_checked(format.bytes() * 2).ok_or("a line is short")?;
            let target = Oid::from_hex(hex).ok_or("a reference has no id")?;
            refs.push(Ref { name: name.trim_ascii().to_vec(), target });
        }
    }
    // They come in the order in which they were asked for, and may be there twice.
    refs.sort();
    refs.dedup_by(|a, b| a.name == b.name);
    Ok(BundleHead { format, refs, prerequisites, pack_start: head.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let hex = "1".repeat(40);
        let text =
            format!("# v3 git bundle\n@object-format=sha1\n-{hex} why\n{hex} refs/heads/a\n\n");
        let head = parse(text.as_bytes()).unwrap();
        assert_eq!((head.refs.len(), head.prerequisites.len()), (1, 1));
        assert_eq!(head.refs[0].name, b"refs/heads/a");
        assert_eq!(head.pack_start, text.len());
        assert!(parse(b"# v3 git bundle\n@object-format=md5\n\n").is_err());
        assert!(parse(b"# v2 git bundle\n-x\n\n").is_err());
        assert!(parse(b"# v2 git bundle\nabc\n\n").is_err());
    }
    #[test]
    fn references_of_a_bundle_are_sorted_and_each_is_there_once() {
        let hex = "1".repeat(40);
        let text = format!("# v2 git bundle\n{hex} refs/heads/b\n{hex} HEAD\n{hex} HEAD\n\n");
        let refs = parse(text.as_bytes()).unwrap().refs;
        let names: Vec<_> = refs.into_iter().map(|known| known.name).collect();
        assert_eq!(names, [&b"HEAD"[..], b"refs/heads/b"]);
    }
}
