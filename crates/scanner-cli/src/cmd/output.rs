//! Printing to stdout without minding a reader that has gone.

use std::io::{self, Write as _};

/// Prints text; a closed pipe is no error.
///
/// # Errors
///
/// Anything else that the system says.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
