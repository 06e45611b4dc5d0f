//! What git tells hooks on their standard input.

use thiserror::Error;

use crate::history::Selection;
use crate::oid::Oid;
use crate::open::Repository;

/// Why the input of a hook makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// A line without the words it must have.
    #[error("line {line} of the hook's input makes no sense")]
    Line {
        /// Number of the line, from 1.
        line: usize,
    },
}

/// A reference that is about to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// Its name on the receiving side.
    pub name: Vec<u8>,
    /// What it points at now; `None` if it is new.
    pub old: Option<Oid>,
    /// What it will point at; `None` if it is being deleted.
    pub new: Option<Oid>,
}

/// The updates that `pre-push` is told: lines of `<local ref> <local id> <remote ref> <remote id>`.
///
/// # Errors
/// [`ProtocolError`]
pub fn pre_push(input: &[u8]) -> Result<Vec<RefUpdate>, ProtocolError> {
    updates(input, |words| match words {
        [_, new, name, old] => Some((*old, *new, *name)),
        _ => None,
    })
}

/// The updates that `pre-receive` is told: lines of `<old id> <new id> <ref>`.
///
/// # Errors
/// [`ProtocolError`]
pub fn pre_receive(input: &[u8]) -> Result<Vec<RefUpdate>, ProtocolError> {
    updates(input, |words| match words {
        [old, new, name] => Some((*old, *new, *name)),
        _ => None,
    })
}

/// Old id, new id and name among the words of a line.
type Words<'a> = Option<(&'a [u8], &'a [u8], &'a [u8])>;

fn updates(
    input: &[u8],
    pick: impl for<'a> Fn(&[&'a [u8]]) -> Words<'a>,
) -> Result<Vec<RefUpdate>, ProtocolError> {
    let mut updates = Vec::new();
    for (index, line) in input.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let words: Vec<_> = line.split(|byte| *byte == b' ').collect();
        let update = pick(&words).and_then(|(old, new, name)| {
            let (old, new) = (Oid::from_hex(old)?, Oid::from_hex(new)?);
            let some = |oid: Oid| (!oid.is_zero()).then_some(oid);
            Some(RefUpdate { name: name.to_vec(), old: some(old), new: some(new) })
        });
        updates.push(update.ok_or(ProtocolError::Line { line: index + 1 })?);
    }
    Ok(updates)
}

impl Selection {
    /// What a push brings: everything that the updates reach and the receiving side does not have. `known` says what
    /// else it has: the references of the receiver, or the remote-tracking ones of the sender.
    pub fn of_updates(updates: &[RefUpdate], known: impl IntoIterator<Item = Oid>) -> Self {
        let mut exclude: Vec<_> = updates.iter().filter_map(|update| update.old).collect();
        exclude.extend(known);
        exclude.sort_unstable();
        exclude.dedup();
        let include = updates.iter().filter_map(|update| update.new).collect();
        Self { include, exclude, since: None }
    }
}

impl Repository {
    /// Where the references under this prefix point: `refs/remotes/origin/` for what that remote had when we last
    /// looked, `refs/` for everything.
    pub fn targets_under(&self, prefix: &[u8]) -> Vec<Oid> {
        let under = self.refs().iter().filter(|known| known.name.starts_with(prefix));
        under.map(|known| known.target).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_hooks() {
        let (a, zero) = ("a".repeat(40), "0".repeat(40));
        let push =
            format!("refs/heads/x {a} refs/heads/y {zero}\n\n(delete) {zero} refs/heads/z {a}\n");
        let updates = pre_push(push.as_bytes()).unwrap();
        let oid = Oid::from_hex(a.as_bytes());
        let new = RefUpdate { name: b"refs/heads/y".to_vec(), old: None, new: oid };
        let deleted = RefUpdate { name: b"refs/heads/z".to_vec(), old: oid, new: None };
        assert_eq!(updates, [new.clone(), deleted]);
        let receive = format!("{zero} {a} refs/heads/y");
        assert_eq!(pre_receive(receive.as_bytes()).unwrap(), [new]);
        assert_eq!(pre_receive(push.as_bytes()), Err(ProtocolError::Line { line: 1 }));
        assert_eq!(pre_push(b"\nx y z w"), Err(ProtocolError::Line { line: 2 }));
        let selection = Selection::of_updates(&updates, []);
        assert_eq!((selection.include.len(), selection.exclude.len()), (1, 1));
    }
}
