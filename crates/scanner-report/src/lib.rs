//! Findings for people and machines: one file a format, each an [`EventSink`](scanner_core::EventSink) that
//! writes to an [`Output`].
//!
//! | format | file | when it writes |
//! |---|---|---|
//! | `text` | `text.rs` | at the end, for a terminal |
//! | `jsonl` | `jsonl.rs` | as things happen |
//! | `json` | `json.rs` | at the end |
//! | `sarif` | `sarif.rs` | at the end |
//! | `gitlab` | `gitlab.rs` | at the end |
//! | `csv` | `csv.rs` | at the end |
//! | `junit` | `junit.rs` | at the end |
//! | `html` | `html/` | at the end |
//!
//! Besides, what findings need before they can be reported: lines and columns ([`LineCounter`]), the line
//! for people without its secrets ([`context_line`]), the fingerprint of a line ([`LineHasher`]).
//!
//! No secret is written in clear unless [`SinkOptions::show_secrets`] says so, and never in `sarif` and `gitlab`.
//! Terminals, colours and the root of paths are the caller's affair.

mod csv;
mod format;
mod gitlab;
mod html;
mod json;
mod jsonl;
mod junit;
mod line_hash;
mod lines;
mod options;
mod output;
mod paint;
mod printable;
mod record;
mod redact;
mod sarif;
mod text;
mod units;
mod upload;
mod uri;

pub use csv::CsvSink;
pub use format::{Format, UnknownFormat};
pub use gitlab::GitlabSink;
pub use html::{HTML_FINDINGS_MAX, HtmlSink};
pub use json::JsonSink;
pub use jsonl::JsonlSink;
pub use junit::JunitSink;
pub use line_hash::{LINES_MAX, LineHasher};
pub use lines::LineCounter;
pub use options::{PathBase, SinkOptions};
pub use output::Output;
pub use redact::{Mark, context_line, line_window};
pub use sarif::{RESULTS_MAX, SarifSink};
pub use text::TextSink;
pub use units::date;
pub use upload::{RESULTS_SHOWN_MAX, UploadNotes};
