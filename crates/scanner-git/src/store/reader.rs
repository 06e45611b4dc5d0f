//! Reading single objects, wherever they lie.
//!
//! Used where few objects are needed in no order: diffs, attribution of single commits, bases outside of a pack, and
//! objects whose first place was damaged. Chains of deltas are followed with a limit, results go to a [`PackCache`].

use std::sync::Mutex;
use std::sync::PoisonError;

use crate::damage::Damage;
use crate::delta::{self, DeltaHeader};
use crate::oid::{ObjectKind, Oid};
use crate::pack::Pack;
use crate::pack::cache::PackCache;
use crate::pack::entry::EntryKind;
use crate::pack::exec::BaseSource;
use crate::pack::inflate::{Inflater, is_possible};
use crate::spill::{Buffer, BufferPool};
use crate::store::ObjectStore;

/// One object.
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    buffer: Buffer,
    start: usize,
}

impl Object {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer.bytes()[self.start..]
    }
}

/// Reads single objects of a store.
pub struct Reader<'a> {
    store: &'a ObjectStore,
    inflater: Inflater,
    pool: BufferPool,
    cache: PackCache,
    /// Reads from packs that appeared later.
    late: Option<Box<Self>>,
}

/// One delta on the way to its base.
struct Link {
    pack: usize,
    offset: u64,
}

/// Where a chain of deltas ends.
enum Base {
    Object(Object),
    Cached(crate::pack::cache::Cached),
}

impl Base {
    fn kind(&self) -> ObjectKind {
        match self {
            Self::Object(object) => object.kind,
            Self::Cached(cached) => cached.kind(),
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Object(object) => object.bytes(),
            Self::Cached(cached) => cached.bytes(),
        }
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(store: &'a ObjectStore) -> Self {
        let limits = store.limits();
        Self {
            store,
            inflater: Inflater::new(),
            pool: BufferPool::uncounted(&limits.pack, store.spill_dir().to_path_buf()),
            cache: PackCache::new(&limits.store),
            late: None,
        }
    }

    /// Reads an object; every place where it lies is tried.
    ///
    /// # Errors
    /// [`Damage::Missing`] if it is nowhere, else what is wrong at the first place.
    pub fn read(&mut self, oid: &Oid) -> Result<Object, Damage> {
        let mut damage = None;
        let store = self.store;
        for (pack, offset) in store.places(oid) {
            match self.read_at(pack, offset) {
                Ok(object) => return Ok(object),
                Err(found) => damage = damage.or(Some(found)),
            }
        }
        match self.store.loose().read(oid, &mut self.inflater, &mut self.pool) {
            Ok(loose) => Ok(Object { kind: loose.kind, buffer: loose.buffer, start: loose.start }),
            Err(found) => {
                let late = self.read_late(oid);
                let first = if found == Damage::Missing { damage } else { damage.or(Some(found)) };
                late.ok_or(first.unwrap_or(Damage::Missing))
            }
        }
    }

    /// Reads an object from a pack that appeared later.
    fn read_late(&mut self, oid: &Oid) -> Option<Object> {
        let store = self.store.late()?;
        self.late.get_or_insert_with(|| Box::new(Reader::new(store))).read(oid).ok()
    }

    /// Gives the memory of an object back, to be used for others.
    pub fn recycle(&mut self, object: Object) {
        self.pool.give(object.buffer);
    }

    /// The kind of an object, without decoding it.
    pub(crate) fn kind(&self, oid: &Oid) -> Option<ObjectKind> {
        let mut oid = *oid;
        let mut offset = None;
        let mut pack = 0;
        for _ in 0..self.store.limits().pack.delta_depth_max {
            if offset.is_none() {
                let Some((number, at)) = self.store.places(&oid).next() else {
                    let late = || self.store.late()?.reader().kind(&oid);
                    return self.store.loose().kind(&oid).or_else(late);
                };
                (pack, offset) = (number, Some(at));
            }
            match self.store.packs()[pack].entry(offset?).ok()?.kind {
                EntryKind::Whole(kind) => return Some(kind),
                EntryKind::OffsetDelta(base) => offset = Some(base),
                EntryKind::RefDelta(base) => (oid, offset) = (base, None),
            }
        }
        None
    }

    fn read_at(&mut self, pack: usize, offset: u64) -> Result<Object, Damage> {
        let (links, mut base) = self.chain(pack, offset)?;
        for link in links.into_iter().rev() {
            let (kind, buffer) = (base.kind(), self.undelta(&link, base.bytes()));
            if let Base::Object(object) = base {
                self.pool.give(object.buffer);
            }
            let buffer = buffer?;
            self.cache.put(link.pack, link.offset, kind, buffer.bytes());
            base = Base::Object(Object { kind, buffer, start: 0 });
        }
        match base {
            Base::Object(object) => Ok(object),
            Base::Cached(cached) => {
                let mut buffer = self.pool.take(cached.bytes().len() as u64)?;
                buffer.bytes_mut().copy_from_slice(cached.bytes());
                Ok(Object { kind: cached.kind(), buffer, start: 0 })
            }
        }
    }

    /// The deltas from an entry down to a base that is whole or cached.
    fn chain(&mut self, mut pack: usize, mut offset: u64) -> Result<(Vec<Link>, Base), Damage> {
        let mut links = Vec::new();
        loop {
            if let Some(cached) = self.cache.get(pack, offset) {
                return Ok((links, Base::Cached(cached)));
            }
            if links.len() >= self.store.limits().pack.delta_depth_max as usize {
                return Err(Damage::DeltaCycle);
            }
            let header = self.store.packs()[pack].entry(offset)?;
            match header.kind {
                EntryKind::Whole(kind) => {
                    let buffer = self.inflate(pack, offset)?;
                    self.cache.put(pack, offset, kind, buffer.bytes());
                    return Ok((links, Base::Object(Object { kind, buffer, start: 0 })));
                }
                EntryKind::OffsetDelta(base) => {
                    links.push(Link { pack, offset });
                    offset = base;
                }
                EntryKind::RefDelta(base) => {
                    links.push(Link { pack, offset });
                    match self.locate(pack, &base) {
                        Some(place) => (pack, offset) = place,
                        None => return Ok((links, Base::Object(self.loose_base(&base)?))),
                    }
                }
            }
        }
    }

    /// Where a base lies, asking the delta's own pack first.
    fn locate(&self, pack: usize, oid: &Oid) -> Option<(usize, u64)> {
        let own = self.store.packs()[pack].offset_of(oid).map(|offset| (pack, offset));
        own.or_else(|| self.store.places(oid).next())
    }

    fn loose_base(&mut self, oid: &Oid) -> Result<Object, Damage> {
        match self.store.loose().read(oid, &mut self.inflater, &mut self.pool) {
            Ok(loose) => Ok(Object { kind: loose.kind, buffer: loose.buffer, start: loose.start }),
            Err(Damage::Missing) => Err(Damage::BaseMissing),
            Err(_) => Err(Damage::BaseDamaged),
        }
    }

    fn inflate(&mut self, pack: usize, offset: u64) -> Result<Buffer, Damage> {
        let pack: &Pack = &self.store.packs()[pack];
        let header = pack.entry(offset)?;
        let stored = pack.stored(offset, &header);
        if !is_possible(stored.len(), header.size) {
            return Err(Damage::WrongSize);
        }
        let mut buffer = self.pool.take(header.size)?;
        match self.inflater.inflate(stored, buffer.bytes_mut()) {
            Ok(()) => Ok(buffer),
            Err(damage) => {
                self.pool.give(buffer);
                Err(damage)
            }
        }
    }

    fn undelta(&mut self, link: &Link, base: &[u8]) -> Result<Buffer, Damage> {
        let delta = self.inflate(link.pack, link.offset)?;
        let result = self.apply(delta.bytes(), base);
        self.pool.give(delta);
        result
    }

    fn apply(&mut self, delta: &[u8], base: &[u8]) -> Result<Buffer, Damage> {
        let header = DeltaHeader::parse(delta)?;
        if header.base_bytes != base.len() as u64 {
            return Err(Damage::WrongBaseSize);
        }
        let code = &delta[header.instructions..];
        delta::check_large(code, &header)?;
        let mut buffer = self.pool.take(header.result_bytes)?;
        match delta::apply(code, base, buffer.bytes_mut(), &mut Vec::new()) {
            Ok(()) => Ok(buffer),
            Err(damage) => {
                self.pool.give(buffer);
                Err(damage)
            }
        }
    }
}

/// A reader that several workers ask in turn.
pub(crate) struct SharedReader<'a>(Mutex<Reader<'a>>);

impl<'a> SharedReader<'a> {
    pub(crate) fn new(store: &'a ObjectStore) -> Self {
        Self(Mutex::new(store.reader()))
    }

    pub(crate) fn with<T>(&self, use_it: impl FnOnce(&mut Reader<'a>) -> T) -> T {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl BaseSource for SharedReader<'_> {
    fn base(&self, oid: &Oid) -> Result<Vec<u8>, Damage> {
        self.with(|reader| {
            let object = reader.read(oid).map_err(|damage| match damage {
                Damage::Missing => Damage::BaseMissing,
                _ => Damage::BaseDamaged,
            })?;
            let bytes = object.bytes().to_vec();
            reader.recycle(object);
            Ok(bytes)
        })
    }
}
