//! Rules about every tracked text: nothing that holds on one machine only.
//!
//! A path of somebody's machine or the address of a package registry in a file means that the file
//! was made for one place. Detectors and test data are examples of what others write: they may name
//! registries, and the home folders that every machine has.

use super::Complaint;

/// First folder of paths that nobody's example needs.
const WORK_FOLDER: &str = "work";

/// First folders of paths that belong to somebody's machine.
const HOME_FOLDERS: &[&str] = &["root", "home"];

/// Parts of host names of package registries, in halves so that this file does not name them.
const REGISTRY_HOSTS: &[(&str, &str)] = &[
    ("arti", "factory"),
    ("registry.", "npmjs"),
    ("index.", "crates.io"),
    ("static.", "crates.io"),
    ("files.", "pythonhosted"),
    ("pypi.", "org/simple"),
    ("proxy.", "golang"),
    ("deb.", "debian.org"),
];

/// Folders whose files hold examples of what others write.
const EXAMPLES: &[&str] = &["crates/scanner-rules/", "testdata/"];

fn holds_examples(file: &str) -> bool {
    EXAMPLES.iter().any(|folder| file.starts_with(folder))
}

/// Refuses absolute paths below folders that only one machine has.
pub(crate) fn machine_paths(file: &str, text: &str) -> Vec<Complaint> {
    let homes = if holds_examples(file) { &[][..] } else { HOME_FOLDERS };
    complain(file, text, |line| {
        std::iter::once(&WORK_FOLDER)
            .chain(homes)
            .map(|folder| format!("/{folder}/"))
            .find(|path| line.match_indices(path.as_str()).any(|(at, _)| is_path(line, at, path)))
            .map(|path| format!("a path below {path} holds on one machine only: make it relative"))
    })
}

/// Whether the text at `at` begins an absolute path and not the middle of an address or a path.
fn is_path(line: &str, at: usize, path: &str) -> bool {
    let before = line[..at].chars().next_back();
    let after = line[at + path.len()..].chars().next();
    let begins = before.is_none_or(|c| !c.is_alphanumeric() && !"._-/}*~$".contains(c));
    begins && after.is_some_and(|c| c.is_alphanumeric() || "._".contains(c))
}

/// Refuses the addresses of package registries.
pub(crate) fn registry_hosts(file: &str, text: &str) -> Vec<Complaint> {
    if holds_examples(file) {
        return Vec::new();
    }
    complain(file, text, |line| {
        REGISTRY_HOSTS
            .iter()
            .map(|(first, second)| format!("{first}{second}"))
            .find(|host| line.contains(host.as_str()))
            .map(|host| format!("names a package registry ({host}): leave it to its client"))
    })
}

fn complain(file: &str, text: &str, rule: impl Fn(&str) -> Option<String>) -> Vec<Complaint> {
    text.lines()
        .enumerate()
        .filter_map(|(index, line)| Some(Complaint::new(file, index + 1, rule(line)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts a path together so that this file does not hold it.
    fn below(folder: &str, rest: &str) -> String {
        format!("/{folder}/{rest}")
    }

    #[test]
    fn machine_paths_are_refused_where_they_begin() {
        for (line, refused) in [
            (format!("see {}", below("work", "notes")), true),
            (format!("\"{}\"", below("home", "alice/.netrc")), true),
            (format!("path={}", below("root", ".cargo")), true),
            (format!("https://example.com{}", below("work", "x")), false),
            (format!("target{}", below("work", "x")), false),
            (format!("${{base}}{}", below("home", "x")), false),
            ("for `/home/<x>` and /work/ alone".to_owned(), false),
            ("/rooted/x and /homes/x".to_owned(), false),
        ] {
            assert_eq!(machine_paths("a.md", &line).len(), usize::from(refused), "{line}");
        }
    }

    #[test]
    fn examples_may_name_homes_but_no_work_folder() {
        let file = "crates/scanner-rules/detectors/keys.toml";
        assert!(machine_paths(file, &below("root", ".ssh/id_rsa")).is_empty());
        assert_eq!(machine_paths(file, &below("work", "main")).len(), 1);
    }

    #[test]
    fn the_line_is_told() {
        let text = format!("fine\nfine\n{}", below("work", "a"));
        assert_eq!(machine_paths("a.md", &text)[0].line, 3);
    }

    #[test]
    fn registries_are_refused_but_not_where_tokens_are_described() {
        for (first, second) in REGISTRY_HOSTS {
            let line = format!("url = \"https://{first}{second}.example/x\"");
            assert_eq!(registry_hosts("Cargo.toml", &line).len(), 1, "{line}");
            assert!(registry_hosts("crates/scanner-rules/detectors/npm.toml", &line).is_empty());
        }
        assert!(registry_hosts("deny.toml", "only crates.io and github.com").is_empty());
    }
}
