//! `jsonl`: one JSON object a line, written as things happen. First the run, last the summary, between them
//! findings and further places of findings, in the order in which they were found.
//!
//! Every beginning of the output that ends with a line is valid. Memory does not grow with the findings.

use std::io;

use scanner_core::{EventSink, ScanEvent, SinkError};
use serde::Serialize;

use crate::record::{FindingRecord, PlaceRecord, RunRecord, SummaryRecord};
use crate::{Output, SinkOptions};

/// Writes events as lines.
#[derive(Debug)]
pub struct JsonlSink {
    output: Output,
    show_secrets: bool,
}

impl JsonlSink {
    /// A sink that writes to `output`.
    pub fn new(output: Output, options: &SinkOptions) -> Self {
        Self { output, show_secrets: options.show_secrets }
    }

    fn line(&mut self, record: &impl Serialize) -> Result<(), SinkError> {
        self.output.write(|out| {
            serde_json::to_writer(&mut *out, record).map_err(io::Error::from)?;
            out.write_all(b"\n")
        })
    }
}

impl EventSink for JsonlSink {
    fn wants_report(&self) -> bool {
        false
    }

    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError> {
        match event {
            ScanEvent::Started(run) => self.line(&RunRecord::new(run)),
            ScanEvent::Finding(finding) => {
                self.line(&FindingRecord::live(finding, self.show_secrets))
            }
            ScanEvent::Place { finding, place } => self.line(&PlaceRecord::new(finding, place)),
            ScanEvent::Finished(summary) => {
                self.line(&SummaryRecord::new(summary))?;
                self.output.finish()
            }
            _ => Ok(()),
        }
    }
}
