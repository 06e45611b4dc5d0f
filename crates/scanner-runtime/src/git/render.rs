//! From a secret and its places to the finding that sinks hear of. The object that stands for the finding is read and
//! scanned again with its path, by the same scanner that files go through: context line, redaction of its neighbours,
//! line hash and identities are made there and nowhere else.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::PoisonError;

use scanner_core::{Finding, ObjectPath, SkipReason, SourceKind};
use scanner_git::{Blob, BlobSink, Oid, Repository, scan_listed};

use super::fold::{FoundSecret, Spot};
use super::{GitRun, note_damage};
use crate::chunk::SliceSource;
use crate::object::{Capture, Object, ObjectScanner};
use crate::pipeline::Total;
use crate::storing::Judged;

/// Hands all findings to the collector, in an order that does not depend on the workers.
pub(super) fn render(
    run: &GitRun<'_>,
    repository: &Repository,
    found: &[FoundSecret],
    total: &mut Total,
) {
    let mut findings: Vec<(usize, bool, Finding)> = Vec::new();
    let mut waiting: Vec<Wanted> =
        (0..found.len()).map(|index| Wanted { index, spot: 0 }).collect();
    waiting.retain(|wanted| !found[wanted.index].spots.is_empty());
    // An object is looked at before its path is known, and what kind of file it is has a say: what is none under one path
    // is asked about under the next.
    for _ in 0..PATHS_MAX {
        if waiting.is_empty() {
            break;
        }
        let Round { told, refused } = render_round(run, repository, (found, &waiting), total);
        findings.extend(told);
        waiting = refused.iter().filter_map(|one| one.next(found)).collect();
        total.counts.suppressed += (refused.len() - waiting.len()) as u64;
    }
    total.counts.skips.add_many(SkipReason::FindingsDropped, waiting.len() as u64);
    findings.sort_by_key(|(index, ..)| *index);
    let judged = findings.into_iter().map(|(_, silenced, finding)| (finding, silenced));
    tell(run, judged.collect());
}

/// Paths under which a secret is asked about, at most.
const PATHS_MAX: usize = 64;

/// A place of a secret, as indices.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    /// In what was found.
    index: usize,
    /// In its spots.
    spot: usize,
}

impl Wanted {
    /// The next place of the secret in a file of another path.
    fn next(self, found: &[FoundSecret]) -> Option<Self> {
        let spots = &found[self.index].spots;
        let (asked, rest) = spots.split_at(self.spot + 1);
        let asked: HashSet<&[u8]> = asked.iter().map(outer).collect();
        let ahead = rest.iter().position(|spot| !asked.contains(outer(spot)))?;
        Some(Self { spot: self.spot + 1 + ahead, ..self })
    }
}

/// The path of the file, without that of an entry in it.
fn outer(spot: &Spot) -> &[u8] {
    &spot.path[..spot.outer]
}

/// What became of the places that were asked about.
struct Round {
    /// By place in what was found, and whether nobody is told.
    told: Vec<(usize, bool, Finding)>,
    /// Those that are none where they stand.
    refused: Vec<Wanted>,
}

/// Scans the objects of some places, each under its path.
fn render_round(
    run: &GitRun<'_>,
    repository: &Repository,
    (found, wanted): (&[FoundSecret], &[Wanted]),
    total: &mut Total,
) -> Round {
    let mut by_object: HashMap<Oid, Vec<Wanted>> = HashMap::new();
    for one in wanted {
        by_object.entry(found[one.index].spots[one.spot].oid).or_default().push(*one);
    }
    let oids: Vec<Oid> = by_object.keys().copied().collect();
    let workers = run.workers().min(oids.len().max(1));
    let sinks = (0..workers)
        .map(|_| {
            let scanner = ObjectScanner::new(run.request, run.stop, run.collector);
            let round = Round { told: Vec::new(), refused: Vec::new() };
            Renderer { run, found, by_object: &by_object, scanner, round }
        })
        .collect();
    let (sinks, damage, _) = scan_listed(repository.store(), &oids, sinks);
    note_damage(&damage, total);
    let mut round = Round { told: Vec::new(), refused: Vec::new() };
    for sink in sinks {
        round.told.extend(sink.round.told);
        round.refused.extend(sink.round.refused);
    }
    // A secret whose object could not be read or scanned a second time.
    let lost = wanted.len() - round.told.len() - round.refused.len();
    total.counts.skips.add_many(SkipReason::FindingsDropped, lost as u64);
    round
}

/// Hands findings about which nobody has decided to the collector.
pub(super) fn tell(run: &GitRun<'_>, findings: Vec<Judged>) {
    let mut collector = run.collector.lock().unwrap_or_else(PoisonError::into_inner);
    for (finding, silenced) in findings {
        if !silenced {
            collector.add(finding);
        }
    }
}

struct Renderer<'a> {
    run: &'a GitRun<'a>,
    found: &'a [FoundSecret],
    by_object: &'a HashMap<Oid, Vec<Wanted>>,
    scanner: ObjectScanner<'a>,
    round: Round,
}

impl Renderer<'_> {
    /// Writes each place down as an occurrence of its own, if there is a store.
    fn store(&self, finding: &Finding, secret: &FoundSecret, spots: &[Spot]) {
        let request = self.run.request;
        let Some(store) = &request.store else { return };
        let place = |(number, spot): (usize, &Spot)| {
            let key = ObjectPath::new(spot.oid.to_string().as_bytes());
            let about = (SourceKind::Git, &key);
            let hashes = request.identities.hashes(
                &finding.rule,
                (&spot.rec, &finding.decode),
                &secret.hash,
                about,
            );
            let place = spot.place(self.run.prefix);
            let mut own = finding.clone();
            own.occurrence_id = hashes.occurrence;
            (own.path, own.location) = (place.path, place.location);
            (own.modified, own.git) = (place.modified, place.git);
            if number > 0 {
                own.parts.clear();
            }
            (own, spot.silenced)
        };
        let places: Vec<Judged> = spots.iter().enumerate().map(place).collect();
        store.emit(&request.identities.paths, (&finding.path, None), (0, 0), &places);
    }

    /// Scans the object under one of its paths.
    fn scan(&mut self, oid: Oid, path: &[u8], bytes: &[u8]) -> Vec<Finding> {
        let key = ObjectPath::new(oid.to_string().as_bytes());
        self.scanner.capture = Some(Capture { key, findings: Vec::new() });
        let path = &ObjectPath::new(path);
        let object = Object { path, source: SourceKind::Git, modified: None };
        let _ = self.scanner.scan_opening(&object, &mut SliceSource::new(bytes));
        self.scanner.capture.take().map(|capture| capture.findings).unwrap_or_default()
    }
}

impl BlobSink for Renderer<'_> {
    type Carry = ();

    fn blob(&mut self, blob: &Blob<'_>) -> ControlFlow<()> {
        let (found, prefix) = (self.found, self.run.prefix);
        let Some(wanted) = self.by_object.get(&blob.oid) else { return ControlFlow::Continue(()) };
        let mut path: Option<&[u8]> = None;
        let mut captured = Vec::new();
        let mut is_whole = true;
        for one in wanted {
            let secret = &found[one.index];
            let spots = &secret.spots[one.spot..];
            let Some((first, rest)) = spots.split_first() else { continue };
            let outer = outer(first);
            if path != Some(outer) {
                let before = self.scanner.failures();
                captured = self.scan(blob.oid, outer, blob.bytes);
                is_whole = self.scanner.failures() == before;
                path = Some(outer);
            }
            let rule = &self.run.request.engine.rule_info(secret.rule).id;
            let own = captured.iter().find(|finding| {
                finding.norm_hash == secret.hash
                    && finding.location == first.location
                    && finding.path.as_bytes() == first.path
                    && finding.rule.id == *rule
            });
            if let Some(finding) = own {
                let mut finding = finding.clone();
                finding.path = first.place(prefix).path;
                finding.git = Some(Arc::new(first.git.clone()));
                self.store(&finding, secret, spots);
                let told = rest.iter().filter(|spot| !spot.silenced);
                finding.places = told.map(|spot| spot.place(prefix)).collect();
                self.round.told.push((one.index, first.silenced, finding));
            } else if is_whole {
                self.round.refused.push(*one);
            }
        }
        ControlFlow::Continue(())
    }
}
