//! Findings of all workers come together here: folded by secret, passed on live, sorted at the end.

use std::collections::HashMap;

use scanner_core::{
    EventSink, Finding, NormHash, Place, ScanEvent, SkipCounts, SkipReason, SourceKind, Summary,
};

/// Sinks and what they have yet to hear.
pub(crate) struct Collector {
    sinks: Vec<Sink>,
    dedup: bool,
    keep: bool,
    findings: Vec<Finding>,
    by_secret: HashMap<(String, NormHash), usize>,
    /// Findings announced.
    pub(crate) count: u64,
    /// What sinks could not take.
    pub(crate) losses: SkipCounts,
    /// One sentence for each sink that failed.
    pub(crate) warnings: Vec<String>,
}

struct Sink {
    sink: Box<dyn EventSink>,
    failed: bool,
}

impl Collector {
    pub(crate) fn new(sinks: Vec<Box<dyn EventSink>>, dedup: bool) -> Self {
        let keep = dedup || sinks.iter().any(|sink| sink.wants_report());
        Self {
            sinks: sinks.into_iter().map(|sink| Sink { sink, failed: false }).collect(),
            dedup,
            keep,
            findings: Vec::new(),
            by_secret: HashMap::new(),
            count: 0,
            losses: SkipCounts::default(),
            warnings: Vec::new(),
        }
    }

    /// Tells every sink that has not failed. A sink that fails is left out from then on; the others go on.
    pub(crate) fn tell(&mut self, event: &ScanEvent<'_>) {
        for Sink { sink, failed } in &mut self.sinks {
            if *failed {
                continue;
            }
            if let Err(error) = sink.event(event) {
                *failed = true;
                self.losses.add(SkipReason::SinkFailed);
                self.warnings.push(error.to_string());
            }
        }
    }

    /// Takes a finding. Whatever order findings arrive in, the place that counts first is the smallest.
    pub(crate) fn add(&mut self, finding: Finding) {
        if self.dedup {
            let key = (finding.rule.id.clone(), finding.norm_hash);
            if let Some(index) = self.by_secret.get(&key).copied() {
                self.add_place(index, finding);
                return;
            }
            self.by_secret.insert(key, self.findings.len());
        }
        self.count += 1;
        self.tell(&ScanEvent::Finding(&finding));
        for place in &finding.places {
            self.tell(&ScanEvent::Place { finding: &finding, place });
        }
        if self.keep {
            self.findings.push(finding);
        }
    }

    /// Adds a finding, with the places it may bring, to one that was announced before.
    fn add_place(&mut self, index: usize, mut finding: Finding) {
        let mut known = std::mem::take(&mut self.findings);
        let first = &known[index];
        self.tell(&ScanEvent::Place { finding: first, place: &own_place(&finding) });
        for place in &finding.places {
            self.tell(&ScanEvent::Place { finding: first, place });
        }
        let first = &mut known[index];
        let git = [&first.git, &finding.git].into_iter().flatten().min().cloned();
        if finding.precedence_key() < first.precedence_key() {
            std::mem::swap(first, &mut finding);
        }
        // One place may prove what others cannot: a key beside its certificate.
        if finding.confidence > first.confidence {
            first.confidence = finding.confidence;
            (first.validation, first.score) = (finding.validation, finding.score);
        }
        first.places.push(own_place(&finding));
        first.places.append(&mut finding.places);
        first.git = git;
        self.findings = known;
    }

    /// Sorts, reports and says goodbye.
    pub(crate) fn finish(&mut self, summary: &mut Summary) {
        let mut findings = std::mem::take(&mut self.findings);
        for finding in &mut findings {
            finding.places.sort();
            finding.places.dedup();
            let own = (&finding.path, finding.location);
            // The version of a file that stands on disk and in history alike is one place.
            finding.places.retain(|place| (&place.path, place.location) != own);
            say_in_worktree(finding);
        }
        findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        if self.sinks.iter().any(|s| s.sink.wants_report()) {
            self.tell(&ScanEvent::Report(&findings));
        }
        summary.findings = self.count;
        // What fails only while saying goodbye is in the counts, though not in that sink's own summary.
        summary.skips.merge(&std::mem::take(&mut self.losses));
        summary.warnings.append(&mut self.warnings);
        self.tell(&ScanEvent::Finished(summary));
        summary.skips.merge(&std::mem::take(&mut self.losses));
        summary.warnings.append(&mut self.warnings);
    }
}

/// The place that a finding tells first.
fn own_place(finding: &Finding) -> Place {
    let git = finding.git.clone().filter(|_| finding.source == SourceKind::Git);
    let Finding { location, modified, .. } = *finding;
    Place { path: finding.path.clone(), location, modified, git }
}

/// A secret that stands in a file and in history is in the work tree, whatever history says of its object.
fn say_in_worktree(finding: &mut Finding) {
    if finding.source == SourceKind::Git {
        return;
    }
    if let Some(git) = &mut finding.git {
        std::sync::Arc::make_mut(git).in_worktree = Some(true);
    }
}
