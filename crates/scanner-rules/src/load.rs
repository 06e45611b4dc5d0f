//! From detector files to [`RuleSpec`]s, with file and line in every error.

use scanner_core::Severity;

use crate::checksum::ProofToml;
use crate::error::{Lines, RuleError, RuleErrorKind, from_toml};
use crate::schema::{
    CharClassName, DetectorFile, DetectorToml, KeyedToml, MultiToml, PartToml, PrimaryToml,
    RegexToml,
};
use crate::shape;
use crate::spec::{
    CharClassSpec, CharClasses, Checked, CompanionSpec, GateSpecs, LocalContextSpec, NearSpec,
    PARTS_MAX, PartSpec, RuleSpec, Shape, TwoPhaseSpec, WidthCap,
};

/// Least entropy by shape, bits per byte, where a detector states none. Random tokens of the usual
/// alphabets lie well above; words, masks and sequences lie below.
const ENTROPY_TOKEN: f32 = 2.5;
const ENTROPY_KEYED: f32 = 2.8;

/// Bytes around a match in which a `near` word must stand.
const NEAR_DISTANCE: u32 = 128;

/// Greatest width of a pattern that states `unbounded`.
const UNBOUNDED_WIDTH: u32 = 4096;

/// What a file says about all its detectors.
#[derive(Clone, Copy, Debug)]
pub struct FileDefaults<'a> {
    /// Kebab-case; empty where each detector names its own.
    pub service: &'a str,
    /// The vendor's page.
    pub reference: &'a str,
    /// What to revoke.
    pub remediation: &'a str,
    /// What the forms were checked against.
    pub checked: Checked,
}

/// One detector with the line it stands on.
#[derive(Debug)]
pub struct LoadedDetector {
    /// The file it came from.
    pub file: String,
    /// The line of its table.
    pub line: usize,
    /// What the engine takes.
    pub spec: RuleSpec,
    /// What was written, with the examples.
    pub source: DetectorToml,
}

/// Reads a file of detectors.
///
/// # Errors
///
/// The first thing that is wrong, with file and line.
pub fn load_file(file: &str, text: &str) -> Result<Vec<LoadedDetector>, RuleError> {
    let parsed: DetectorFile = toml::from_str(text).map_err(|e| from_toml(file, text, &e))?;
    let defaults = FileDefaults {
        service: &parsed.service,
        reference: &parsed.reference,
        remediation: &parsed.remediation,
        checked: parsed.checked,
    };
    let mut lines = Lines::new(text);
    parsed
        .detector
        .into_iter()
        .map(|spanned| {
            let line = lines.line_of(spanned.span().start);
            load_detector(file, line, defaults, spanned.into_inner())
        })
        .collect()
}

/// Derives the spec of one detector.
///
/// # Errors
///
/// The detector states no shape or several, or leaves out what it needs.
pub fn load_detector(
    file: &str,
    line: usize,
    defaults: FileDefaults<'_>,
    source: DetectorToml,
) -> Result<LoadedDetector, RuleError> {
    let fail = |kind| RuleError { file: file.to_owned(), line, kind };
    check_text(&source).map_err(fail)?;
    let service = source.service.as_deref().unwrap_or(defaults.service).to_owned();
    if service.is_empty() {
        return Err(fail(RuleErrorKind::NoService { id: source.id.clone() }));
    }
    let derived = derive_shape(&source).map_err(fail)?;
    let gates = derive_gates(&source, &derived);
    let remediation = source.remediation.as_deref().unwrap_or(defaults.remediation);
    let spec = RuleSpec {
        id: source.id.clone(),
        name: source.name.clone(),
        description: describe(&source, remediation),
        reference: source.reference.as_deref().unwrap_or(defaults.reference).to_owned(),
        checked: source.checked.unwrap_or(defaults.checked),
        tags: source.tags.clone(),
        severity: source.severity,
        shape: derived.shape,
        pattern: derived.pattern,
        assignment_words: source
            .assignment
            .as_ref()
            .map(shape::assignment_words)
            .unwrap_or_default(),
        secret_group: derived.group,
        width_cap: derived.width_cap,
        confidence: source.confidence.map_or(derived.shape.confidence(), Into::into),
        as_written: source.as_written,
        gates,
        service,
    };
    Ok(LoadedDetector { file: file.to_owned(), line, spec, source })
}

fn check_text(source: &DetectorToml) -> Result<(), RuleErrorKind> {
    let id = || source.id.clone();
    if source.id.is_empty() {
        return Err(RuleErrorKind::Empty { id: id(), key: "id" });
    }
    if source.name.is_empty() {
        return Err(RuleErrorKind::Empty { id: id(), key: "name" });
    }
    let keyed = source.keyed.as_ref().map(|shape| &shape.keywords);
    let assigned = source.assignment.as_ref().map(|shape| &shape.keywords);
    if keyed.or(assigned).is_some_and(Vec::is_empty) {
        return Err(RuleErrorKind::Empty { id: id(), key: "keywords" });
    }
    if let Some(multi) = &source.multi {
        check_multi(multi, id)?;
    }
    if source.uri.as_ref().is_some_and(|shape| shape.schemes.is_empty()) {
        return Err(RuleErrorKind::Empty { id: id(), key: "schemes" });
    }
    Ok(())
}

fn check_multi(multi: &MultiToml, id: impl Fn() -> String) -> Result<(), RuleErrorKind> {
    if multi.companions.is_empty() && multi.parts.is_empty() {
        return Err(RuleErrorKind::Empty { id: id(), key: "companions" });
    }
    if multi.parts.iter().any(|part| part.name.trim().is_empty()) {
        return Err(RuleErrorKind::Empty { id: id(), key: "parts.name" });
    }
    if multi.parts.len() > PARTS_MAX {
        let count = multi.parts.len();
        return Err(RuleErrorKind::TooManyParts { id: id(), count, most: PARTS_MAX });
    }
    Ok(())
}

/// What a shape decides.
struct Derived {
    shape: Shape,
    pattern: String,
    group: Option<u16>,
    width_cap: Option<WidthCap>,
    digits_min: u8,
    companion: Option<CompanionSpec>,
}

impl Derived {
    fn simple(shape: Shape, pattern: String) -> Self {
        let group = Some(1);
        Self { shape, pattern, group, width_cap: None, digits_min: 0, companion: None }
    }
}

fn derive_shape(source: &DetectorToml) -> Result<Derived, RuleErrorKind> {
    let mut shapes: Vec<Derived> = Vec::new();
    if let Some(token) = &source.token {
        shapes.push(Derived::simple(Shape::Token, shape::token(token)));
    }
    if let Some(keyed) = &source.keyed {
        shapes.push(derive_keyed(keyed));
    }
    if let Some(assignment) = &source.assignment {
        shapes.push(Derived::simple(Shape::Assignment, shape::assignment(assignment)));
    }
    if let Some(uri) = &source.uri {
        shapes.push(Derived::simple(Shape::Uri, shape::uri(uri)));
    }
    if let Some(block) = &source.block {
        let (pattern, cap) = shape::block(block);
        shapes.push(Derived { width_cap: Some(cap), ..Derived::simple(Shape::Block, pattern) });
    }
    if let Some(regex) = &source.regex {
        shapes.push(derive_regex(regex));
    }
    if let Some(multi) = &source.multi {
        shapes.push(derive_multi(multi));
    }
    let count = shapes.len();
    let mut shapes = shapes.into_iter();
    match (shapes.next(), count) {
        (Some(mut derived), 1) => {
            if source.unbounded.is_some() && derived.width_cap.is_none() {
                derived.width_cap = Some(WidthCap { min: 0, max: UNBOUNDED_WIDTH });
            }
            Ok(derived)
        }
        _ => Err(RuleErrorKind::ShapeCount { id: source.id.clone(), count }),
    }
}

fn derive_keyed(keyed: &KeyedToml) -> Derived {
    Derived { digits_min: keyed.digits, ..Derived::simple(Shape::Keyed, shape::keyed(keyed)) }
}

fn derive_regex(regex: &RegexToml) -> Derived {
    Derived { group: regex.group, ..Derived::simple(Shape::Regex, regex.pattern.clone()) }
}

fn derive_multi(multi: &MultiToml) -> Derived {
    let mut derived = match &multi.primary {
        PrimaryToml::Token(token) => Derived::simple(Shape::Token, shape::token(token)),
        PrimaryToml::Keyed(keyed) => derive_keyed(keyed),
        PrimaryToml::Uri(uri) => Derived::simple(Shape::Uri, shape::uri(uri)),
        PrimaryToml::Regex(regex) => derive_regex(regex),
    };
    let parts = multi.parts.iter();
    let part = |part: &PartToml| PartSpec {
        name: part.name.clone(),
        public: part.public,
        required: part.required,
    };
    derived.companion = Some(CompanionSpec {
        patterns: parts
            .clone()
            .map(|part| &part.pattern)
            .chain(&multi.companions)
            .cloned()
            .collect(),
        parts: parts.map(part).collect(),
        distance: multi.distance,
    });
    derived
}

fn derive_gates(source: &DetectorToml, derived: &Derived) -> GateSpecs {
    let entropy_default = match derived.shape {
        Shape::Token | Shape::Regex => Some(ENTROPY_TOKEN),
        Shape::Keyed => Some(ENTROPY_KEYED),
        Shape::Assignment | Shape::Uri | Shape::Block => None,
    };
    let required = source.classes.iter().fold(0, |bits, class| {
        bits | match class {
            CharClassName::Digit => CharClasses::DIGIT,
            CharClassName::Lower => CharClasses::LOWER,
            CharClassName::Upper => CharClasses::UPPER,
            CharClassName::Special => CharClasses::SPECIAL,
        }
    });
    let lower = |words: &[String]| words.iter().map(|w| w.to_ascii_lowercase()).collect::<Vec<_>>();
    GateSpecs {
        must_contain: source.must_contain.clone(),
        confirm_all: source.all_of.clone(),
        near: (!source.near.is_empty()).then(|| NearSpec {
            any: lower(&source.near),
            distance: source.near_distance.unwrap_or(NEAR_DISTANCE),
        }),
        companion: derived.companion.clone(),
        entropy_min: source.entropy.or(entropy_default).filter(|bits| *bits > 0.0),
        char_class: CharClassSpec {
            required: CharClasses(required),
            digits_min: source.digits.unwrap_or(derived.digits_min),
            lower_percent_max: source.lower_percent_max.unwrap_or(100),
        },
        local_context: LocalContextSpec { quoted: source.quoted },
        assignment_shape: source.assigned,
        generic_value: source.judged || matches!(derived.shape, Shape::Assignment | Shape::Uri),
        suppress: lower(&source.suppress),
        two_phase: source
            .two_phase
            .as_ref()
            .map(|t| TwoPhaseSpec { confirm: t.confirm.clone(), seed_radius: t.seed_radius }),
        checksum: source.checksum.map(ProofToml::spec),
        uuid: source.uuid,
        paths: source.paths.clone(),
        path_pattern: source.path_pattern.clone(),
        text_only: source.text_only,
        min_signals: source.min_signals,
    }
}

/// One or two sentences for people: what it is, how bad, what to do.
fn describe(source: &DetectorToml, remediation: &str) -> String {
    let what = if source.description.is_empty() {
        let harm = match source.severity {
            Severity::Critical => "whoever holds it has control over the account",
            Severity::High => "whoever holds it can reach data or spend money",
            Severity::Medium => "whoever holds it has some access",
            Severity::Low => "it gives little access by itself",
        };
        format!("{}: {harm}.", source.name)
    } else {
        source.description.clone()
    };
    if remediation.is_empty() {
        format!("{what} Revoke it at the service that issued it, then replace it.")
    } else {
        format!("{what} {remediation}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        load_file("d.toml", text).expect_err("must be refused").to_string()
    }

    #[test]
    fn unknown_keys_name_line_and_suggestion() {
        let text =
            "service = \"x\"\n\n[[detector]]\nid = \"a\"\nname = \"A\"\nsevirity = \"low\"\n";
        let message = error(text);
        assert!(message.starts_with("d.toml:6: unknown field `sevirity`"), "{message}");
        assert!(message.ends_with("did you mean `severity`?"), "{message}");
    }

    #[test]
    fn a_detector_needs_exactly_one_shape() {
        let head = "service = \"x\"\n[[detector]]\nid = \"a\"\nname = \"A\"\n";
        assert!(error(head).contains("states 0 shapes"));
        let two = format!(
            "{head}token = {{ prefix = \"a_\", body = \"[0-9]{{4}}\" }}\nregex = {{ pattern = \"abc\" }}\n"
        );
        assert!(error(&two).contains("states 2 shapes"));
    }

    #[test]
    fn what_a_file_was_checked_against_holds_for_its_detectors() {
        let detector = |id: &str, line: &str| {
            format!(
                "[[detector]]\nid = \"{id}\"\nname = \"A\"\n{line}\
                 token = {{ prefix = \"{id}_\", body = \"[0-9]{{16}}\" }}\n"
            )
        };
        let body = detector("aaa", "") + &detector("bbb", "checked = \"public-examples\"\n");
        let checked = |head: &str| -> Vec<Checked> {
            let text = format!("service = \"x\"\n{head}{body}");
            load_file("d.toml", &text).unwrap().iter().map(|d| d.spec.checked).collect()
        };
        assert_eq!(checked(""), [Checked::Unverified, Checked::PublicExamples]);
        let head = "checked = \"vendor-code\"\n";
        assert_eq!(checked(head), [Checked::VendorCode, Checked::PublicExamples]);
        let message = error(&format!("service = \"x\"\nchecked = \"by-me\"\n{body}"));
        assert!(message.starts_with("d.toml:2: unknown variant `by-me`"), "{message}");
    }

    #[test]
    fn shapes_bring_their_default_gates() {
        let text = "service = \"x\"\n[[detector]]\nid = \"a\"\nname = \"A\"\n\
                    keyed = { keywords = [\"acme\"], value = \"[0-9a-f]{32}\" }\n";
        let loaded = load_file("d.toml", text).unwrap();
        let gates = &loaded[0].spec.gates;
        assert_eq!(gates.entropy_min, Some(ENTROPY_KEYED));
        assert_eq!(gates.char_class.digits_min, 1);
        assert_eq!(loaded[0].line, 2);
    }
}
