//! From records to findings: one secret of one rule at one path is one place, however many versions of the file have it;
//! the places of one secret are one finding, whose own place is the earliest.

use std::collections::BTreeMap;
use std::sync::Arc;

use scanner_core::{
    FindingRec, GitPlace, Location, NormHash, ObjectPath, Place, RuleId, SecretBytes,
};
use scanner_git::{ObjectKind, Oid};

use super::GitRun;
use super::detect::{Detected, Named, Occurrence, Secrets};
use super::dropped::tell_one;
use super::origin::{Home, Homes};
use crate::allow::{AllowSubject, Around};
use crate::identity::Candidate;
use crate::ledger::DroppedBy;
use crate::object::Counts;

/// A place, before its object is read again.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// The version that stands for the place: of the earliest commit that has it.
    pub(super) oid: Oid,
    /// Where in it.
    pub(super) location: Location,
    /// When it last changed, if it is an entry of an archive.
    pub(super) modified: Option<i64>,
    /// Path inside the repository, and inside of the archive that it may be.
    pub(super) path: Vec<u8>,
    /// Bytes of the path that are the object's own.
    pub(super) outer: usize,
    /// What git knows.
    pub(super) git: GitPlace,
    /// The engine's record, for identities.
    pub(super) rec: FindingRec,
    /// Whether something decided keeps it out of the reports; then only a store hears of it.
    pub(super) silenced: bool,
    rank: u32,
    last: Option<(u32, Oid)>,
}

impl Spot {
    /// As reports tell it.
    pub(super) fn place(&self, prefix: &[u8]) -> Place {
        Place {
            path: ObjectPath::new(&[prefix, &self.path].concat()),
            location: self.location,
            modified: self.modified,
            git: Some(Arc::new(self.git.clone())),
        }
    }
}

/// A secret of a rule with its places, the earliest first.
#[derive(Debug)]
pub(super) struct FoundSecret {
    pub(super) rule: RuleId,
    pub(super) hash: NormHash,
    pub(super) spots: Vec<Spot>,
}

/// What makes two occurrences the same place. Where duplicates are wanted the object and the location take part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rule: RuleId,
    hash: NormHash,
    path: Vec<u8>,
    own: Option<(Oid, Location)>,
}

/// Gathers places.
pub(super) struct Places<'a> {
    run: &'a GitRun<'a>,
    homes: &'a Homes,
    secrets: Secrets,
    spots: BTreeMap<Key, Spot>,
    refused: Named,
    counts: Counts,
    /// Places about which somebody has decided.
    pub(super) silenced: u64,
}

impl<'a> Places<'a> {
    pub(super) fn new(run: &'a GitRun<'a>, homes: &'a Homes, secrets: Secrets) -> Self {
        let (spots, refused) = (BTreeMap::new(), Named::new());
        Self { run, homes, secrets, spots, refused, counts: Counts::default(), silenced: 0 }
    }

    /// Files each occurrence under the paths of its object.
    pub(super) fn add(&mut self, occurrences: &[Occurrence]) {
        let homeless = Home { rank: u32::MAX, ..Home::default() };
        for occurrence in occurrences {
            let home = self.homes.get(&occurrence.oid).unwrap_or(&homeless);
            if home.paths.is_empty() {
                self.add_one(occurrence, home, &made_up_path(occurrence.kind, &occurrence.oid));
            }
            for path in &home.paths {
                self.add_one(occurrence, home, path);
            }
        }
    }

    /// Objects in which a rule was dropped because of the path, which may hide another finding.
    pub(super) fn take_refused(&mut self) -> Named {
        std::mem::take(&mut self.refused)
    }

    /// Files what was found when the refused objects were scanned again.
    pub(super) fn add_named(&mut self, again: Detected, named: &Named) {
        self.secrets.extend(again.secrets);
        let homeless = Home { rank: u32::MAX, ..Home::default() };
        for occurrence in &again.occurrences {
            let home = self.homes.get(&occurrence.oid).unwrap_or(&homeless);
            if let Some(path) = named.get(&occurrence.oid) {
                self.add_one(occurrence, home, path);
            }
        }
    }

    /// Files an occurrence under one path of its object.
    fn add_one(&mut self, occurrence: &Occurrence, home: &Home, outer: &[u8]) {
        let path = &*[outer, occurrence.inner_path()].concat();
        let engine = &self.run.request.engine;
        let rule = occurrence.rec.rule_id;
        if !engine.applies_to_path(rule, path) {
            self.refused.entry(occurrence.oid).or_insert_with(|| outer.to_vec());
            return;
        }
        if !self.run.source.paths.takes(outer) {
            return;
        }
        let (allowed, silenced) = self.judge(occurrence, home, path);
        if allowed || silenced {
            let by = if allowed { DroppedBy::AllowList } else { DroppedBy::Decision };
            let redacted = self.secrets.get(&occurrence.hash).map(SecretBytes::redacted);
            tell_one(self.run, (occurrence, path), (by, redacted.unwrap_or_default()));
        }
        if allowed {
            self.counts.suppressed += 1;
            return;
        }
        if silenced {
            self.silenced += 1;
            if self.run.request.store.is_none() {
                return;
            }
        }
        let own =
            (!self.run.request.filters.dedup).then_some((occurrence.oid, occurrence.location));
        let key = Key { rule, hash: occurrence.hash, path: path.to_vec(), own };
        let spot = Spot {
            oid: occurrence.oid,
            location: occurrence.location,
            modified: occurrence.inner.as_ref().and_then(|inner| inner.modified),
            path: path.to_vec(),
            outer: outer.len(),
            git: git_place(&occurrence.oid, home),
            rec: occurrence.rec,
            silenced,
            rank: home.rank,
            last: home.last,
        };
        match self.spots.get_mut(&key) {
            Some(known) => known.merge(spot),
            None => {
                self.spots.insert(key, spot);
            }
        }
    }

    /// Whether an allow list takes it, and whether something decided silences it.
    fn judge(&self, occurrence: &Occurrence, home: &Home, path: &[u8]) -> (bool, bool) {
        let request = self.run.request;
        let rule = &request.engine.rule_info(occurrence.rec.rule_id).id;
        let unknown = SecretBytes::withheld("");
        let secret = self.secrets.get(&occurrence.hash).unwrap_or(&unknown);
        let commit = home.first.as_ref().map(|commit| commit.oid.to_string());
        let subject = AllowSubject {
            rule,
            paths: [path; 2],
            // Exposed to be compared with the user's allow list.
            secret: secret.expose(),
            around: Around::Asked(&occurrence.around),
            commit: commit.as_deref(),
        };
        if request.filters.allow.allows(&subject) {
            return (true, false);
        }
        let candidate = Candidate {
            rule,
            hash: &occurrence.hash,
            secret,
            path: &ObjectPath::new(path),
            line: occurrence.location.line,
            commit: commit.as_deref(),
        };
        (false, request.identities.ignores.silences(&candidate))
    }

    /// The secrets, and what was silenced.
    pub(super) fn finish(self) -> (Vec<FoundSecret>, Counts) {
        let mut found: Vec<FoundSecret> = Vec::new();
        for (key, mut spot) in self.spots {
            spot.git.last_commit = spot.last.map(|(_, oid)| oid.to_string());
            let same = found
                .last_mut()
                .filter(|last| last.rule == key.rule && last.hash == key.hash && key.own.is_none());
            match same {
                Some(last) => last.spots.push(spot),
                None => {
                    found.push(FoundSecret { rule: key.rule, hash: key.hash, spots: vec![spot] });
                }
            }
        }
        for secret in &mut found {
            secret.spots.sort_by(|a, b| a.order().cmp(&b.order()));
        }
        (found, self.counts)
    }
}

impl Spot {
    /// What is told before what is not, then the earliest first; where commits say nothing, paths and places do.
    fn order(&self) -> (bool, u32, scanner_core::GitReach, &[u8], Oid, Location) {
        (self.silenced, self.rank, self.git.reach, &self.path, self.oid, self.location)
    }

    /// Two versions of one place: the earlier one stands for both, and lasts as long as the later one.
    fn merge(&mut self, other: Self) {
        let in_worktree = match (self.git.in_worktree, other.git.in_worktree) {
            (Some(a), Some(b)) => Some(a || b),
            (a, b) => a.or(b),
        };
        let is_earlier = other.order() < self.order();
        let (first, second) =
            if is_earlier { (other, self.clone()) } else { (self.clone(), other) };
        let same_reach = first.git.reach == second.git.reach;
        let last = if same_reach { first.last.max(second.last) } else { first.last };
        *self = first;
        self.last = last;
        self.git.in_worktree = in_worktree;
    }
}

fn git_place(oid: &Oid, home: &Home) -> GitPlace {
    GitPlace {
        reach: home.reach,
        author_time: home.first.as_ref().map(|commit| commit.author_time),
        commit: home.first.as_ref().map(|commit| commit.oid.to_string()),
        last_commit: None,
        object: oid.to_string(),
        author: home.author.clone(),
        in_worktree: home.in_worktree,
    }
}

/// The path of what has none. No tree of git can hold a `.git`, so it is nobody's real path.
pub(super) fn made_up_path(kind: ObjectKind, oid: &Oid) -> Vec<u8> {
    format!(".git/{}/{oid}", kind.name()).into_bytes()
}
