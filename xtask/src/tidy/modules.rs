//! The modules of a crate stand on each other in one way: none reaches itself over others.
//!
//! What a module names is told from the text: `crate::name` outside of comments and tests. Only the modules directly below
//! a crate's root count; inside of one, files may know each other.

use std::collections::{BTreeMap, BTreeSet};

use super::Complaint;

/// Crates whose modules still go in circles. One that no longer does is to be taken off.
const IN_CIRCLES: [&str; 3] = ["scanner-archive", "scanner-rules", "scanner-runtime"];

/// The modules of every crate, and what each names.
#[derive(Debug, Default)]
pub(crate) struct Modules(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Modules {
    /// Takes a Rust file; those outside of a crate's library or program are passed over.
    pub(crate) fn add(&mut self, file: &str, text: &str) {
        let Some((of, path)) =
            file.strip_prefix("crates/").and_then(|rest| rest.split_once("/src/"))
        else {
            return;
        };
        let module = path.split(['/', '.']).next().unwrap_or_default();
        if module == "lib" || path.ends_with("tests.rs") {
            return;
        }
        let named = named(text).filter(|name| *name != module).map(str::to_owned);
        self.0
            .entry(of.to_owned())
            .or_default()
            .entry(module.to_owned())
            .or_default()
            .extend(named);
    }

    /// A complaint for each crate with a circle, and for each that is said to have one and has none.
    pub(crate) fn check(&self) -> Vec<Complaint> {
        self.0.iter().filter_map(|(of, modules)| judge(of, &circle(modules))).collect()
    }
}

fn judge(of: &str, circle: &BTreeSet<&str>) -> Option<Complaint> {
    let message = match (circle.is_empty(), IN_CIRCLES.contains(&of)) {
        (false, false) => {
            let circle: Vec<&str> = circle.iter().copied().collect();
            format!("modules name each other in a circle: {}: turn an arrow", circle.join(", "))
        }
        (true, true) => "its modules go in no circle any more: take it off the list in \
                         xtask/src/tidy/modules.rs"
            .to_owned(),
        _ => return None,
    };
    Some(Complaint::new(&format!("crates/{of}/src"), 1, message))
}

/// Names behind `crate::` in the text before its tests, comments left out.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]");
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1)).map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        &rest[..end.unwrap_or(rest.len())]
    })
}

/// The modules that reach themselves.
fn circle(modules: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&str> {
    let reached = |from: &str| {
        let (mut reached, mut waiting) = (BTreeSet::new(), vec![from.to_owned()]);
        while let Some(module) = waiting.pop() {
            for next in modules.get(&module).into_iter().flatten() {
                if modules.contains_key(next) && reached.insert(next.clone()) {
                    waiting.push(next.clone());
                }
            }
        }
        reached
    };
    modules.keys().map(String::as_str).filter(|module| reached(module).contains(*module)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(files: &[(&str, &str)]) -> Vec<String> {
        let mut modules = Modules::default();
        for (file, text) in files {
            modules.add(file, text);
        }
        modules.check().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_circle_is_a_complaint_that_names_its_modules() {
        let files = [
            ("crates/scanner-x/src/lib.rs", "mod a;\nmod b;\nmod c;\n"),
            ("crates/scanner-x/src/a.rs", "use crate::b::B;\n"),
            ("crates/scanner-x/src/b/mod.rs", "use crate::c::C;\n"),
            ("crates/scanner-x/src/b/d.rs", "use crate::b::B;\n"),
            ("crates/scanner-x/src/c.rs", "fn f(a: &crate::a::A) {}\n"),
            ("crates/scanner-x/src/e.rs", "use crate::a::A;\n"),
        ];
        let all = complaints(&files);
        assert_eq!(all.len(), 1, "{all:?}");
        assert!(
            all[0].contains("crates/scanner-x/src") && all[0].contains(": a, b, c:"),
            "{all:?}"
        );
        assert_eq!(complaints(&files[..4]), Vec::<String>::new());
    }

    #[test]
    fn comments_and_tests_are_no_arrows() {
        let files = [
            ("crates/scanner-x/src/a.rs", "//! See `crate::b`.\n#[cfg(test)]\nuse crate::b::B;\n"),
            ("crates/scanner-x/src/b.rs", "use crate::a::A;\n"),
            ("crates/scanner-x/tests/a.rs", "use crate::b::B;\n"),
        ];
        assert_eq!(complaints(&files), Vec::<String>::new());
    }

    #[test]
    fn a_crate_that_left_its_circles_leaves_the_list() {
        let all = complaints(&[("crates/scanner-runtime/src/a.rs", "use crate::b::B;\n")]);
        assert!(all[0].contains("take it off the list"), "{all:?}");
    }
}
