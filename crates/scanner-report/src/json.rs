//! `json`: one object with all findings, sorted, and the summary.
//!
//! Findings are written one by one as the report comes in, so that no second copy of them is made.

use std::io;

use scanner_core::{EventSink, Finding, ScanEvent, SinkError, Summary};

use crate::record::{FindingRecord, SCHEMA, SummaryRecord};
use crate::{Output, SinkOptions};

/// Writes one JSON object.
#[derive(Debug)]
pub struct JsonSink {
    output: Output,
    show_secrets: bool,
    reported: bool,
}

impl JsonSink {
    /// A sink that writes to `output`.
    pub fn new(output: Output, options: &SinkOptions) -> Self {
        Self { output, show_secrets: options.show_secrets, reported: false }
    }

    fn report(&mut self, findings: &[Finding]) -> Result<(), SinkError> {
        self.reported = true;
        let show_secrets = self.show_secrets;
        self.output.write(|out| {
            write!(out, "{{\"schema\":{SCHEMA},\"findings\":[")?;
            for (index, finding) in findings.iter().enumerate() {
                out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
                serde_json::to_writer(&mut *out, &FindingRecord::new(finding, show_secrets))
                    .map_err(io::Error::from)?;
            }
            Ok(())
        })
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), SinkError> {
        if !self.reported {
            self.report(&[])?;
        }
        self.output.write(|out| {
            out.write_all(b"\n],\"summary\":")?;
            serde_json::to_writer(&mut *out, &SummaryRecord::new(summary))
                .map_err(io::Error::from)?;
            out.write_all(b"}\n")
        })?;
        self.output.finish()
    }
}

impl EventSink for JsonSink {
    fn event(&mut self, event: &ScanEvent<'_>) -> Result<(), SinkError> {
        match event {
            ScanEvent::Report(findings) => self.report(findings),
            ScanEvent::Finished(summary) => self.finish(summary),
            _ => Ok(()),
        }
    }
}
