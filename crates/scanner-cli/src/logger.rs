//! Diagnostics on stderr: warnings by default, more with `-v`, nothing with `-q`.

use tracing::level_filters::LevelFilter;

use crate::env::Environment;

/// Starts the log.
pub(crate) fn start(verbose: u8, quiet: bool, environment: &Environment) {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, 2) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(!environment.no_color && std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .without_time()
        .init();
}
