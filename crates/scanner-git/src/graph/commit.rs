//! Parsing of commits.

use crate::oid::Oid;

/// The head of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitInfo {
    /// Its id.
    pub oid: Oid,
    /// Its tree.
    pub tree: Oid,
    /// Its parents in order.
    pub parents: Vec<Oid>,
    /// When it was written: seconds since 1970.
    pub author_time: i64,
    /// When it was committed.
    pub committer_time: i64,
}

impl CommitInfo {
    /// Parses a commit; `None` without the line of its tree. Dates that make no sense are 0, as git takes them.
    pub fn parse(oid: Oid, bytes: &[u8]) -> Option<Self> {
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let tree = Oid::from_hex(lines.next()?.strip_prefix(b"tree ")?)?;
        let mut commit = Self { oid, tree, parents: Vec::new(), author_time: 0, committer_time: 0 };
        for line in lines {
            if let Some(hex) = line.strip_prefix(b"parent ") {
                commit.parents.extend(Oid::from_hex(hex));
            } else if let Some(person) = line.strip_prefix(b"author ") {
                commit.author_time = time_of(person);
            } else if let Some(person) = line.strip_prefix(b"committer ") {
                commit.committer_time = time_of(person);
                break;
            } else if line.is_empty() {
                break;
            }
        }
        Some(commit)
    }
}

/// The time in `Name <mail> 1234567890 +0000`.
fn time_of(person: &[u8]) -> i64 {
    let after = person.iter().rposition(|byte| *byte == b'>').map_or(0, |at| at + 1);
    let mut words = person[after..].split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let digits = words.next().and_then(|word| std::str::from_utf8(word).ok());
    digits.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// The target of an annotated tag.
pub(super) fn tag_target(bytes: &[u8]) -> Option<Oid> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    Oid::from_hex(line.strip_prefix(b"object ")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oid::{ObjectFormat, ObjectKind};

    #[test]
    fn heads_of_commits() {
        let oid = ObjectFormat::Sha1.hash_object(ObjectKind::Commit, b"");
        let hex = "b".repeat(40);
        let text = format!(
            "tree {hex}\nparent {hex}\nparent {hex}\nauthor A <a> b> 12 +0100\ncommitter B <> -5 +0000\n\nparent x"
        );
        let commit = CommitInfo::parse(oid, text.as_bytes()).unwrap();
        assert_eq!((commit.parents.len(), commit.author_time, commit.committer_time), (2, 12, -5));
        assert_eq!(CommitInfo::parse(oid, b"parent x"), None);
        assert_eq!(CommitInfo::parse(oid, b""), None);
        let odd = CommitInfo::parse(oid, format!("tree {hex}\nauthor x\n").as_bytes()).unwrap();
        assert_eq!(odd.author_time, 0);
        assert_eq!(
            tag_target(format!("object {hex}\ntype blob").as_bytes()),
            Oid::from_hex(hex.as_bytes())
        );
    }
}
