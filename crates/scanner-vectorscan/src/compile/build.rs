//! Databases of many patterns, from the cache or compiled on several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::fallback::{Compiled, Refused, compile_or_name};
use super::shard::ShardPlan;
use crate::cache::{CacheKey, CacheKeyInput, Stored, VsDbCache};
use crate::database::{Database, Mode};
use crate::error::VsError;
use crate::pattern::Pattern;
use crate::platform::{Platform, version};

/// What was built.
#[derive(Debug)]
pub struct Built<M: Mode> {
    /// Databases whose matches together are those of all patterns that were not refused.
    pub databases: Vec<Database<M>>,
    /// Patterns that are in none of them.
    pub refused: Vec<Refused>,
    /// Whether nothing had to be compiled.
    pub is_from_cache: bool,
    /// Whether there is a cache and something could not be written to it.
    pub is_unkept: bool,
    /// The files it is kept in, or would be.
    pub keys: Vec<CacheKey>,
}

/// Builds databases of the patterns, shard by shard, on at most so many threads. `kind` names what they are for in
/// the cache, as in `vs-prefilter-db:block`.
///
/// # Errors
///
/// The library fails for another reason than a pattern.
pub fn build<M: Mode>(
    kind: &str,
    patterns: &[Pattern],
    plan: &ShardPlan,
    cache: Option<&VsDbCache>,
    threads: usize,
) -> Result<Built<M>, VsError> {
    let platform = Platform::of_this_machine()?;
    let shards: Vec<Shard> = (0..plan.len())
        .map(|index| Shard::new::<M>(kind, patterns, (plan, index), &platform))
        .collect();
    let next = AtomicUsize::new(0);
    let done: Vec<Slot<M>> = shards.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        while let Some(shard) = shards.get(next.fetch_add(1, Ordering::Relaxed)) {
            let part = shard.get(cache, &platform);
            *done[shard.index].lock().unwrap_or_else(PoisonError::into_inner) = Some(part);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(shards.len()) {
            scope.spawn(work);
        }
        work();
    });
    let parts = done.into_iter().map(|part| {
        let part = part.into_inner().unwrap_or_else(PoisonError::into_inner);
        part.expect("every shard was worked on")
    });
    Ok(Built::of(parts.collect::<Result<_, _>>()?, shards))
}

/// As [`build`], of what is in the cache; `None` where something would have to be compiled.
///
/// # Errors
///
/// The library does not run on this machine.
pub fn load<M: Mode>(
    kind: &str,
    patterns: &[Pattern],
    plan: &ShardPlan,
    cache: Option<&VsDbCache>,
) -> Result<Option<Built<M>>, VsError> {
    let Some(cache) = cache else { return Ok(None) };
    let platform = Platform::of_this_machine()?;
    let shards: Vec<Shard> = (0..plan.len())
        .map(|index| Shard::new::<M>(kind, patterns, (plan, index), &platform))
        .collect();
    let part = |shard: &Shard| {
        let compiled = shard.load(cache, &platform)?;
        Some(Part { compiled, is_from_cache: true, is_unkept: false })
    };
    let parts: Option<Vec<Part<M>>> = shards.iter().map(part).collect();
    Ok(parts.map(|parts| Built::of(parts, shards)))
}

impl<M: Mode> Built<M> {
    fn of(parts: Vec<Part<M>>, shards: Vec<Shard>) -> Self {
        let keys = shards.into_iter().map(|shard| shard.key).collect();
        let mut built = Self {
            databases: Vec::new(),
            refused: Vec::new(),
            is_from_cache: true,
            is_unkept: false,
            keys,
        };
        for part in parts {
            built.databases.extend(part.compiled.databases);
            built.refused.extend(part.compiled.refused);
            built.is_from_cache &= part.is_from_cache;
            built.is_unkept |= part.is_unkept;
        }
        built.refused.sort_by_key(|refused| refused.id);
        built
    }
}

/// The patterns of one shard, and their names in the cache.
struct Shard {
    index: usize,
    patterns: Vec<Pattern>,
    kind: String,
    key: CacheKey,
}

/// Where a thread leaves what became of a shard.
type Slot<M> = Mutex<Option<Result<Part<M>, VsError>>>;

/// What became of a shard.
struct Part<M: Mode> {
    compiled: Compiled<M>,
    is_from_cache: bool,
    is_unkept: bool,
}

/// The name of a database of exactly these patterns.
fn key_of<M: Mode>(kind: &str, patterns: &[Pattern], platform: &Platform) -> CacheKey {
    let expressions: Vec<&[u8]> = patterns.iter().map(Pattern::expression).collect();
    let flags: Vec<u32> = patterns.iter().map(|pattern| pattern.flags().bits()).collect();
    let ids: Vec<u32> = patterns.iter().map(Pattern::id).collect();
    let input = CacheKeyInput {
        kind,
        mode: M::BITS,
        platform: platform.facts(),
        version: version(),
        patterns: &expressions,
        flags: Some(&flags),
        ids: &ids,
    };
    input.key()
}

impl Shard {
    fn new<M: Mode>(
        kind: &str,
        patterns: &[Pattern],
        (plan, index): (&ShardPlan, usize),
        platform: &Platform,
    ) -> Self {
        let patterns: Vec<Pattern> =
            plan.shards()[index].iter().map(|at| patterns[*at].clone()).collect();
        let kind = match plan.len() {
            1 => kind.to_owned(),
            count => format!("{kind}:shard-{index}-of-{count}:{}", std::env::consts::ARCH),
        };
        let key = key_of::<M>(&kind, &patterns, platform);
        Self { index, patterns, kind, key }
    }

    /// Where the patterns are listed that the library refuses.
    fn refusals<M: Mode>(&self, platform: &Platform) -> CacheKey {
        key_of::<M>(&format!("{}:refused", self.kind), &self.patterns, platform)
    }

    /// From the cache, else compiled and stored.
    fn get<M: Mode>(
        &self,
        cache: Option<&VsDbCache>,
        platform: &Platform,
    ) -> Result<Part<M>, VsError> {
        if let Some(compiled) = cache.and_then(|cache| self.load(cache, platform)) {
            return Ok(Part { compiled, is_from_cache: true, is_unkept: false });
        }
        let compiled = compile_or_name(&self.patterns, platform)?;
        let is_kept = match cache {
            Some(cache) => self.store(cache, &compiled, platform)?,
            None => true,
        };
        Ok(Part { compiled, is_from_cache: false, is_unkept: !is_kept })
    }

    /// A database is found under the name of the patterns that it holds, so one that holds fewer than were asked for
    /// can only be found by way of the list of what was refused.
    fn load<M: Mode>(&self, cache: &VsDbCache, platform: &Platform) -> Option<Compiled<M>> {
        if self.patterns.is_empty() {
            return None;
        }
        if let Some(database) = load_one(cache, &self.key) {
            return Some(Compiled { databases: vec![database], refused: Vec::new() });
        }
        let listed = cache.load(&self.refusals::<M>(platform))?;
        let refused = read_refusals(listed.payload(), &self.patterns)?;
        let rest = without(&self.patterns, &refused);
        let databases = if rest.is_empty() {
            Vec::new()
        } else {
            vec![load_one(cache, &key_of::<M>(&self.kind, &rest, platform))?]
        };
        Some(Compiled { databases, refused })
    }

    /// Whether it could be written. What took several databases is too rare to be kept.
    fn store<M: Mode>(
        &self,
        cache: &VsDbCache,
        compiled: &Compiled<M>,
        platform: &Platform,
    ) -> Result<bool, VsError> {
        let refused = &compiled.refused;
        let mut is_kept = true;
        if compiled.databases.len() > 1 || self.patterns.is_empty() {
            return Ok(is_kept);
        }
        let mut key = self.key.clone();
        if !refused.is_empty() {
            let listed = write_refusals(refused);
            is_kept &= cache.try_store(&self.refusals::<M>(platform), &listed) != Stored::Failed;
            key = key_of::<M>(&self.kind, &without(&self.patterns, refused), platform);
        }
        if let Some(database) = compiled.databases.first() {
            is_kept &= cache.try_store(&key, &database.serialize()?) != Stored::Failed;
        }
        Ok(is_kept)
    }
}

/// A database of the cache. One that the library does not take, though it is what was stored, is deleted.
fn load_one<M: Mode>(cache: &VsDbCache, key: &CacheKey) -> Option<Database<M>> {
    let verified = cache.load(key)?;
    let database = Database::from_cache(&verified);
    if database.is_err() {
        cache.delete(key);
    }
    database.ok()
}

fn without(patterns: &[Pattern], refused: &[Refused]) -> Vec<Pattern> {
    let is_good = |pattern: &&Pattern| refused.iter().all(|refused| refused.id != pattern.id());
    patterns.iter().filter(is_good).cloned().collect()
}

/// Number, length and text of each.
fn write_refusals(refused: &[Refused]) -> Vec<u8> {
    let mut out = Vec::new();
    for Refused { id, message } in refused {
        out.extend(id.to_le_bytes());
        out.extend((message.len() as u32).to_le_bytes());
        out.extend(message.as_bytes());
    }
    out
}

/// `None` where the bytes are not what [`write_refusals`] writes of these patterns.
fn read_refusals(mut bytes: &[u8], patterns: &[Pattern]) -> Option<Vec<Refused>> {
    let mut refused = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_at_checked(8)?;
        let id = u32::from_le_bytes(head[..4].try_into().ok()?);
        let len = u32::from_le_bytes(head[4..].try_into().ok()?) as usize;
        let (message, rest) = rest.split_at_checked(len)?;
        patterns.iter().find(|pattern| pattern.id() == id)?;
        refused.push(Refused { id, message: String::from_utf8_lossy(message).into_owned() });
        bytes = rest;
    }
    Some(refused)
}
