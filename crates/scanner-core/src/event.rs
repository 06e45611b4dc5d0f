//! Events of a run, and who listens to them. Sinks stream: memory stays bounded whatever is found.

use crate::{Finding, Place, RunInfo, Summary};

/// Something that happened in a run.
///
/// `Finding` and `Place` come live, in whatever order the workers work; `Report` comes once, sorted, and is
/// the same whatever the number of workers. A sink listens to the one or to the other.
#[derive(Debug)]
#[non_exhaustive]
pub enum ScanEvent<'a> {
    /// The run starts; comes first, once.
    Started(&'a RunInfo),
    /// Live: a secret that was not seen before in this run (with duplicates off: any occurrence).
    Finding(&'a Finding),
    /// Live: one more place of a secret that was announced by a `Finding`.
    Place {
        /// What was announced, with the place that was found first.
        finding: &'a Finding,
        /// The further place.
        place: &'a Place,
    },
    /// At the end: all findings, sorted, each with all its places. Not sent where no sink asked for it.
    Report(&'a [Finding]),
    /// The run is over; comes last, once, also after an interruption.
    Finished(&'a Summary),
}

/// A sink could not take an event.
#[derive(Debug)]
pub struct SinkError {
    /// The output, as the user named it.
    pub sink: String,
    /// What the system said.
    pub source: std::io::Error,
}

impl std::fmt::Display for SinkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot write {}: {}", self.sink, self.source)
    }
}

impl std::error::Error for SinkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Takes the events of a run. Called from one thread at a time.
pub trait EventSink: Send {
    /// Whether the sink needs [`ScanEvent::Report`]. Where none does, findings are not kept until the end
    /// and memory does not grow with their number.
    fn wants_report(&self) -> bool {
        true
    }

    /// Takes one event.
    ///
    /// # Errors
    ///
    /// The output cannot be written. The run goes on with the other sinks and counts the loss.
    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError>;
}
