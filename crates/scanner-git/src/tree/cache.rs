//! `TreeCache`: trees that were read a moment ago. Neighbouring commits share nearly all of theirs, and what is new in
//! one is old in the next.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::damage::Damage;
use crate::oid::{ObjectKind, Oid};
use crate::store::Reader;

/// Reads trees and keeps the latest, up to a number of bytes.
pub(crate) struct TreeCache<'a> {
    reader: Reader<'a>,
    trees: HashMap<Oid, Arc<[u8]>>,
    /// In the order in which they came.
    order: VecDeque<Oid>,
    bytes: usize,
    bytes_max: usize,
}

/// Bytes that an entry takes beside the tree's.
const ENTRY_BYTES: usize = 128;

impl<'a> TreeCache<'a> {
    pub(crate) fn new(reader: Reader<'a>, bytes_max: u64) -> Self {
        let bytes_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
        Self { reader, trees: HashMap::new(), order: VecDeque::new(), bytes: 0, bytes_max }
    }

    /// For objects that are no trees.
    pub(crate) fn reader(&mut self) -> &mut Reader<'a> {
        &mut self.reader
    }

    /// The bytes of a tree.
    pub(crate) fn read(&mut self, oid: &Oid) -> Result<Arc<[u8]>, Damage> {
        if let Some(known) = self.trees.get(oid) {
            return Ok(Arc::clone(known));
        }
        let object = self.reader.read(oid)?;
        let tree = (object.kind == ObjectKind::Tree).then(|| Arc::from(object.bytes()));
        self.reader.recycle(object);
        let tree = tree.ok_or(Damage::BadTree)?;
        self.keep(*oid, &tree);
        Ok(tree)
    }

    fn keep(&mut self, oid: Oid, tree: &Arc<[u8]>) {
        let size = tree.len() + ENTRY_BYTES;
        if size > self.bytes_max / 4 {
            return;
        }
        self.bytes += size;
        self.trees.insert(oid, Arc::clone(tree));
        self.order.push_back(oid);
        while self.bytes > self.bytes_max
            && let Some(oldest) = self.order.pop_front()
        {
            let size = self.trees.remove(&oldest).map_or(0, |tree| tree.len() + ENTRY_BYTES);
            self.bytes -= size;
        }
    }
}
