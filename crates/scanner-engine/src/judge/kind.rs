//! The kind of file, from its path alone.

use super::features::{Feature, Features};
use crate::contains::contains;

/// What a path says of the text in it. No path (standard input, a nameless object) says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a feature of its own")]
pub struct FileKind {
    family: Family,
    is_test: bool,
    is_example: bool,
    is_docs: bool,
    is_vendored: bool,
    is_translation: bool,
}

/// A family of languages with the same look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
enum Family {
    #[default]
    Unknown,
    Json,
    Yaml,
    Settings,
    Markup,
    Docs,
    Shell,
    Infrastructure,
    Sql,
    C,
    Java,
    CSharp,
    Script,
    Python,
    Ruby,
    Php,
    Go,
    Other,
    Style,
}

/// Extensions (and whole names) of each family.
const FAMILIES: &[(Family, &[&[u8]])] = &[
    (Family::Json, &[b"json", b"json5", b"jsonc", b"ipynb", b"webmanifest", b"har"]),
    (Family::Yaml, &[b"yml", b"yaml", b"sls"]),
    (
        Family::Settings,
        &[
            b"ini",
            b"env",
            b"properties",
            b"conf",
            b"cfg",
            b"cnf",
            b"toml",
            b"config",
            b"rc",
            b"local",
            b"example",
            b"sample",
            b"dist",
            b"rsp",
            b"settings",
            b"prefs",
            b"plist",
            b"tfvars",
            b"ks",
        ],
    ),
    (
        Family::Markup,
        &[
            b"xml", b"html", b"htm", b"xhtml", b"svg", b"xaml", b"resx", b"csproj", b"jsp", b"ftl",
            b"erb", b"haml", b"hbs", b"j2", b"tmpl", b"tpl",
        ],
    ),
    (
        Family::Docs,
        &[
            b"md",
            b"rst",
            b"txt",
            b"adoc",
            b"asciidoc",
            b"markdown",
            b"rdoc",
            b"org",
            b"textile",
            b"log",
        ],
    ),
    (
        Family::Shell,
        &[b"sh", b"bash", b"zsh", b"fish", b"ps1", b"psm1", b"bat", b"cmd", b"ksh", b"awk"],
    ),
    (
        Family::Infrastructure,
        &[b"tf", b"hcl", b"dockerfile", b"nomad", b"bicep", b"mk", b"makefile"],
    ),
    (Family::Sql, &[b"sql", b"ddl", b"psql", b"ora"]),
    (Family::C, &[b"c", b"h", b"cc", b"cpp", b"cxx", b"hpp", b"hh", b"m", b"mm", b"ino"]),
    (Family::Java, &[b"java", b"kt", b"kts", b"scala", b"groovy", b"gradle", b"clj"]),
    (Family::CSharp, &[b"cs", b"vb", b"fs", b"cshtml"]),
    (
        Family::Script,
        &[
            b"js", b"ts", b"jsx", b"tsx", b"mjs", b"cjs", b"mts", b"cts", b"vue", b"svelte",
            b"coffee",
        ],
    ),
    (Family::Python, &[b"py", b"pyi", b"pyw"]),
    (Family::Ruby, &[b"rb", b"rake", b"gemspec", b"ru"]),
    (Family::Php, &[b"php", b"inc", b"phtml"]),
    (Family::Go, &[b"go"]),
    (
        Family::Other,
        &[
            b"rs", b"swift", b"dart", b"lua", b"pl", b"pm", b"ex", b"exs", b"erl", b"hs", b"elm",
            b"r", b"jl", b"s", b"asm", b"proto", b"graphql", b"pas", b"nim", b"zig", b"v",
        ],
    ),
    (Family::Style, &[b"css", b"scss", b"less", b"sass"]),
];

impl FileKind {
    /// Reads a path.
    pub fn of(path: &[u8]) -> Self {
        let mut lower = [0; PATH_MAX];
        let tail = &path[path.len().saturating_sub(PATH_MAX)..];
        for (to, from) in lower.iter_mut().zip(tail) {
            *to = from.to_ascii_lowercase();
        }
        let path = &lower[..tail.len()];
        let name = memchr::memrchr(b'/', path).map_or(path, |at| &path[at + 1..]);
        let extension = memchr::memrchr(b'.', name).map_or(name, |at| &name[at + 1..]);
        let family = FAMILIES.iter().find(|(_, all)| all.contains(&extension)).map(|(f, _)| *f);
        let has = |word: &[u8]| contains(path, word);
        Self {
            family: family.unwrap_or_default(),
            is_test: [&b"test"[..], b"spec", b"mock", b"fixture"].into_iter().any(has),
            is_example: [&b"example"[..], b"sample", b"demo", b"template", b"tutorial"]
                .into_iter()
                .any(has),
            is_docs: family == Some(Family::Docs) || has(b"doc/") || has(b"docs/"),
            is_vendored: [
                &b"vendor/"[..],
                b"node_modules/",
                b"third_party/",
                b".min.",
                b"dist/",
                b"lock",
            ]
            .into_iter()
            .any(has),
            is_translation: [&b"locale/"[..], b"locales/", b"i18n/", b"l10n/", b"translations/"]
                .into_iter()
                .any(has),
        }
    }

    /// Whether it holds what a program says, in one of its languages: `password: "Hasło"`.
    pub(crate) fn is_translation(self) -> bool {
        self.is_translation
    }

    /// Whether it is program code.
    fn is_code(self) -> bool {
        (Family::C as u8..=Family::Other as u8).contains(&(self.family as u8))
    }

    /// Whether literals that stand side by side are arguments of their own there, and none is put together by an operator.
    pub(crate) fn separates_literals(self) -> bool {
        matches!(self.family, Family::Shell | Family::Infrastructure)
    }

    /// Writes its features.
    pub(crate) fn describe(self, features: &mut Features) {
        features.set(Feature::FileFamily, self.family as usize);
        features.set_if(Feature::FileCode, self.is_code());
        let settings = matches!(
            self.family,
            Family::Json | Family::Yaml | Family::Settings | Family::Infrastructure
        );
        features.set_if(Feature::FileSettings, settings);
        features.set_if(Feature::FileDocs, self.is_docs);
        features.set_if(Feature::FileTest, self.is_test);
        features.set_if(Feature::FileExample, self.is_example);
        features.set_if(Feature::FileVendored, self.is_vendored);
    }
}

/// Bytes of a path that are looked at, from its end.
const PATH_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_what_they_hold() {
        let kind = FileKind::of(b"src/Test/fixtures/App.PY");
        assert_eq!((kind.family, kind.is_test, kind.is_docs), (Family::Python, true, false));
        assert_eq!(FileKind::of(b".env").family, Family::Settings);
        assert_eq!(FileKind::of(b"docker/Dockerfile").family, Family::Infrastructure);
        assert!(FileKind::of(b"docs/a.js").is_docs);
        assert!(FileKind::of(b"config/locales/pl.yml").is_translation());
        assert!(!FileKind::of(b"config/locals.yml").is_translation());
        assert_eq!(FileKind::of(b""), FileKind::default());
    }
}
