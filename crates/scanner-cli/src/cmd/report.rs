//! `report`: an earlier run in any format, from the store.

use scanner_core::{EventSink, ScanEvent};
use scanner_report::UploadNotes;
use scanner_runtime::store::StoredRunData;

use super::sinks::{self, Wanted};
use crate::args::{Cli, ReportArgs};
use crate::env::Environment;
use crate::exit::Exit;
use crate::messages;
use crate::store_place::StorePlace;

/// Runs the command.
pub(crate) fn run(cli: &Cli, args: &ReportArgs, environment: &Environment) -> anyhow::Result<Exit> {
    let store = StorePlace::of(args.store.as_deref(), environment).open(environment)?;
    let run = match args.run {
        Some(run) => run,
        None => store.latest_run(args.root.as_deref())?,
    };
    let data = store.run_data(run)?;
    let wanted = Wanted {
        formats: &args.reports.format,
        output: args.reports.output.as_deref(),
        show_secrets: false,
        upload: args.reports.upload_ready.then(UploadNotes::default),
    };
    let (sinks, _) = sinks::build(cli, &wanted, environment, None)?;
    let mut exit = Exit::Clean;
    for mut sink in sinks {
        if let Err(error) = tell(&mut *sink, &data) {
            messages::error(&error);
            exit = Exit::Incomplete;
        }
    }
    wanted.tell_cuts();
    Ok(exit)
}

fn tell(sink: &mut dyn EventSink, data: &StoredRunData) -> anyhow::Result<()> {
    sink.event(&ScanEvent::Started(&data.info))?;
    for finding in &data.findings {
        sink.event(&ScanEvent::Finding(finding))?;
        for place in &finding.places {
            sink.event(&ScanEvent::Place { finding, place })?;
        }
    }
    sink.event(&ScanEvent::Report(&data.findings))?;
    sink.event(&ScanEvent::Finished(&data.summary))?;
    Ok(())
}
