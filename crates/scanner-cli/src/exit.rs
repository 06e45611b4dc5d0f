//! Exit codes: stable, documented, and different for findings, wrong use, incomplete scans and nothing done.

use std::process::ExitCode;

use scanner_core::{Status, Summary};

/// How the command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: nothing was found and everything was scanned.
    Clean,
    /// 1, or what `--exit-code` says: something was found.
    Findings(u8),
    /// 2: wrong use or configuration; nothing was scanned.
    Usage,
    /// 3: something that should have been scanned was not.
    Incomplete,
    /// 4: there was nothing to scan.
    Nothing,
    /// 130: interrupted.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings(code) => code,
            Exit::Usage => 2,
            Exit::Incomplete => 3,
            Exit::Nothing => 4,
            Exit::Interrupted => 130,
        })
    }
}

impl Exit {
    /// The code of a finished run. Findings outrank what is incomplete; an interruption outranks both.
    pub(crate) fn of(summary: &Summary, findings_code: u8) -> Self {
        if summary.status == Status::Interrupted {
            Self::Interrupted
        } else if summary.findings > 0 {
            Self::Findings(findings_code)
        } else if summary.status == Status::Incomplete {
            Self::Incomplete
        } else if summary.looked_at_nothing() {
            Self::Nothing
        } else {
            Self::Clean
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_outrank_incomplete_and_interruption_outranks_findings() {
        let summary = |status, findings, bytes| Summary {
            status,
            findings,
            bytes,
            rules: 1,
            ..Summary::default()
        };
        for (summary, want) in [
            (summary(Status::Complete, 0, 1), Exit::Clean),
            (summary(Status::Complete, 0, 0), Exit::Nothing),
            (summary(Status::Complete, 2, 1), Exit::Findings(7)),
            (summary(Status::Incomplete, 2, 1), Exit::Findings(7)),
            (summary(Status::Incomplete, 0, 1), Exit::Incomplete),
            (summary(Status::Interrupted, 2, 1), Exit::Interrupted),
            (Summary { reused: 1, ..summary(Status::Complete, 0, 0) }, Exit::Clean),
        ] {
            assert_eq!(Exit::of(&summary, 7), want);
        }
    }
}
