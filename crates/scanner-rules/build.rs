//! Embeds the built-in detectors: the specs as bytes that load in well under a millisecond, and the files
//! themselves for `rules show` and `rules test`. Files are taken in the order of their names, so the result
//! is the same on every machine.

#![expect(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the build uses a part of the library's own modules"
)]
#![expect(clippy::disallowed_methods, reason = "a build script is told by variables")]

use std::fmt::Write as _;
use std::path::Path;

#[path = "src/checksum/mod.rs"]
mod checksum;
#[path = "src/error.rs"]
mod error;
#[path = "src/load.rs"]
mod load;
#[path = "src/schema.rs"]
mod schema;
#[path = "src/shape.rs"]
mod shape;
#[path = "src/spec.rs"]
mod spec;

pub use error::RuleError;
pub use spec::RuleSpec;

fn main() {
    println!("cargo::rerun-if-changed=detectors");
    println!("cargo::rerun-if-changed=src");
    let folder = Path::new("detectors");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of detectors is there")
        .map(|entry| entry.expect("a folder entry").file_name().to_string_lossy().into_owned())
        .filter(|name| Path::new(name).extension().is_some_and(|e| e == "toml"))
        .collect();
    names.sort();
    let mut specs: Vec<RuleSpec> = Vec::new();
    let mut table = String::from("&[\n");
    let root = std::env::current_dir().expect("a current folder");
    for name in &names {
        let path = folder.join(name);
        let text = std::fs::read_to_string(&path).expect("a readable detector file");
        match load::load_file(&path.to_string_lossy(), &text) {
            Ok(loaded) => specs.extend(loaded.into_iter().map(|d| d.spec)),
            Err(error) => {
                println!("cargo::error={error}");
                std::process::exit(1);
            }
        }
        let full = root.join(&path);
        let _ = writeln!(table, "({name:?}, include_str!({:?})),", full.to_string_lossy());
    }
    table.push(']');
    specs.sort_by(|a, b| a.id.cmp(&b.id));
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    let out = Path::new(&out);
    let bytes = postcard::to_allocvec(&specs).expect("specs are plain data");
    std::fs::write(out.join("builtin.bin"), bytes).expect("OUT_DIR is writable");
    std::fs::write(out.join("builtin.rs"), table).expect("OUT_DIR is writable");
}
