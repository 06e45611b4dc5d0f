//! A history that has not changed since an earlier run: its findings are told as stored, and nothing is looked at again.
//!
//! What makes a history is everything that decides who was first and what is still there: every reference, the reflogs,
//! the borders of a shallow clone, the indexes. While all of it is as it was, so is what was found in it.

use scanner_core::{Finding, ObjectPath, Place};
use scanner_git::{Oid, Pack, Repository};

use super::GitRun;
use super::render::tell;
use crate::pipeline::Total;
use crate::storing::{Judged, StoreSession, judge};

/// One hash of all that makes the history.
type Marks = [u8; 32];

/// Bytes that are hashed at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// Tells what is known of a history that has not changed, and makes the store leave it out of the scan. Also says how
/// many of its places somebody has decided about.
pub(super) fn tell_known(
    run: &GitRun<'_>,
    store: &StoreSession,
    (repositories, marks): (&[&Repository], &Marks),
) -> (Total, u64) {
    let mut total = Total::default();
    let known = store.history();
    let is_same = known.marks.as_ref() == Some(marks)
        && known.findings.iter().all(|finding| are_there(finding, repositories))
        && (!run.request.line_hashes || known.findings.iter().all(|f| !f.line_hash.is_empty()));
    let mut silenced = 0;
    if store.decide_history(is_same && !run.source.show_authors) {
        let mut findings: Vec<Judged> = Vec::with_capacity(known.findings.len());
        for stored in &known.findings {
            let places = judged_places(run, stored);
            silenced += places.iter().filter(|(_, silenced)| *silenced).count() as u64;
            let (paths, object) = (&run.request.identities.paths, &places[0].0.path);
            store.emit(paths, (object, None), (0, 0), &places);
            findings.push(together(places));
        }
        total.counts.suppressed = known.suppressed;
        total.counts.reused = (known.clean.len() + known.found.len()) as u64;
        tell(run, findings);
    } else {
        total.counts.reused = known.clean.len() as u64;
    }
    total.counts.files = total.counts.reused;
    total.counts.git_objects = total.counts.reused;
    (total, silenced)
}

/// Packs of which every object was looked at; a later run need not open them.
pub(super) fn note_packs(run: &GitRun<'_>, repository: &Repository) {
    if run.seen.is_recording() {
        let packs = repository.store().packs().iter();
        let checksums: Vec<Oid> = packs.filter_map(Pack::checksum).collect();
        run.seen.scanned_packs(&checksums);
    }
}

/// Whether some repository still has each object of a finding.
fn are_there(finding: &Finding, repositories: &[&Repository]) -> bool {
    let has = |oid: &Oid| repositories.iter().any(|repository| repository.store().contains(oid));
    let places = finding.places.iter().map(|place| &place.git);
    std::iter::once(&finding.git).chain(places).all(|git| {
        let oid = git.as_ref().and_then(|git| Oid::from_hex(git.object.as_bytes()));
        oid.is_some_and(|oid| has(&oid))
    })
}

/// The places of a stored finding, each under the path by which this run shows it, those about which somebody has
/// decided last. There is at least one.
fn judged_places(run: &GitRun<'_>, stored: &Finding) -> Vec<Judged> {
    let identities = &run.request.identities;
    let own = Finding { places: Vec::new(), ..stored.clone() };
    let others = stored.places.iter().map(|place| identities.at_place(&own, place));
    let mut places: Vec<Judged> = std::iter::once(own.clone())
        .chain(others)
        .map(|mut finding| {
            let silenced = judge(identities, &mut finding);
            if let [prefix] = run.source.prefixes.as_slice() {
                finding.path = ObjectPath::new(&[prefix, finding.path.as_bytes()].concat());
            }
            (finding, silenced)
        })
        .collect();
    places.sort_by_key(|(_, silenced)| *silenced);
    places
}

/// The first place with the others behind it, of which those that nobody is told of are left out.
fn together(places: Vec<Judged>) -> Judged {
    let mut places = places.into_iter();
    let (mut first, silenced) = places.next().expect("a finding has a place");
    first.places = places
        .filter(|(_, silenced)| !silenced)
        .map(|(f, _)| Place {
            path: f.path,
            location: f.location,
            modified: f.modified,
            git: f.git,
        })
        .collect();
    (first, silenced)
}

/// What makes the histories of all repositories, in one hash. It is made without a copy of names, of which there may be
/// a million.
pub(super) fn marks(repositories: &[&Repository]) -> Marks {
    let mut all = blake3::Hasher::new();
    // Hashed in large pieces, for which it has faster code.
    let mut piece: Vec<u8> = Vec::with_capacity(PIECE_BYTES + PIECE_BYTES / 4);
    for repository in repositories {
        piece.extend_from_slice(&(repository.refs().len() as u64).to_le_bytes());
        for reference in repository.refs() {
            let target = reference.target.as_bytes();
            for part in [&*reference.name, target] {
                piece.extend_from_slice(&(part.len() as u64).to_le_bytes());
                piece.extend_from_slice(part);
            }
            if piece.len() >= PIECE_BYTES {
                all.update(&piece);
                piece.clear();
            }
        }
        for (_, digest) in borders(repository) {
            piece.extend_from_slice(&digest);
        }
    }
    *all.update(&piece).finalize().as_bytes()
}

/// References with what they name, and what else makes a history, under the names by which the store lists them.
pub(super) fn refs(repositories: &[&Repository]) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for (index, repository) in repositories.iter().enumerate() {
        let name = |name: &str| format!("{index}:{name}");
        for reference in repository.refs() {
            let text = String::from_utf8_lossy(&reference.name);
            all.push((name(&text), reference.target.as_bytes().to_vec()));
        }
        let borders = borders(repository).into_iter();
        all.extend(borders.map(|(text, digest)| (name(text), digest.to_vec())));
    }
    all.sort();
    all
}

/// What makes a history besides its references. No reference has a name with a star.
fn borders(repository: &Repository) -> [(&'static str, [u8; 32]); 3] {
    let (entries, warnings) = repository.all_indexes();
    let mut lines: Vec<Vec<u8>> = entries
        .iter()
        .map(|entry| {
            let head = [&entry.mode.to_le_bytes()[..], &[entry.stage], entry.oid.as_bytes()];
            [head.concat(), entry.path.clone()].concat()
        })
        .collect();
    lines.extend(warnings.iter().map(|warning| warning.to_string().into_bytes()));
    [
        ("*reflogs", digest(repository.logged().iter().map(Oid::as_bytes))),
        ("*borders", digest(repository.shallow().iter().map(Oid::as_bytes))),
        ("*indexes", digest(lines.iter().map(Vec::as_slice))),
    ]
}

fn digest<'a>(parts: impl Iterator<Item = &'a [u8]>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    *hasher.finalize().as_bytes()
}
