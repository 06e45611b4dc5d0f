//! Rules: read as drafts, laid over those they extend, and made into specs.

use std::collections::BTreeSet;

use scanner_core::{Confidence, Severity};

use super::document::{At, Table};
use super::expression;
use super::pattern::{Ends, translate};
use super::{AllowList, Disabled, Document, ForeignRule, Imported, Note, Reader, allow, names};
use crate::error::{RuleError, RuleErrorKind};
use crate::lint::parse_pattern;
use crate::spec::{
    CompanionSpec, GateSpecs, NearSpec, PARTS_MAX, PartSpec, RuleSpec, Shape, WidthCap,
};

/// Bytes around a match in which one of a rule's keywords must stand. Theirs may stand anywhere in the same piece of a
/// file, which depends on how the file is cut.
const KEYWORD_DISTANCE: u32 = 2048;

/// Bytes that stand for a line where a rule asks for company within some lines.
const LINE_BYTES: u32 = 120;

/// Bytes around a match in which its company is looked for, at most.
const COMPANY_DISTANCE_MAX: u32 = 4096;

/// Bytes of the widest match of a pattern without an end.
const WIDTH_MAX: u32 = 4096;

/// The service of rules that name none.
const SERVICE: &str = "custom";

/// Characters of a name.
const NAME_CHARS_MAX: usize = 80;

/// A rule as it is written, what it leaves out still open.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) id: String,
    description: Option<String>,
    regex: Option<At<String>>,
    path: Option<At<String>>,
    group: Option<At<u16>>,
    entropy: Option<f32>,
    keywords: Vec<String>,
    tags: Vec<String>,
    allow: Vec<AllowList>,
    required: Vec<Required>,
    /// Whether it only serves as company for others.
    is_silent: bool,
}

/// Another rule that must match nearby.
#[derive(Clone, Debug)]
struct Required {
    line: usize,
    id: String,
    distance: u32,
}

/// Reads one `[[rules]]`.
pub(super) fn read(reader: &mut Reader, mut table: Table<'_>) -> Result<Draft, RuleError> {
    let source = table.source();
    let mut draft = Draft { file: source.file.to_owned(), line: table.line, ..Draft::default() };
    draft.description = table.text("description")?.map(|text| text.value);
    let id = table.text("id")?.or(table.text("ruleid")?).map(|id| id.value).unwrap_or_default();
    draft.id = name_of(reader, &draft, &id)?;
    let about = format!("rule `{}`", draft.id);
    draft.regex = table.text("regex")?.filter(|text| !text.value.is_empty());
    draft.path = table.text("path")?.filter(|text| !text.value.is_empty());
    draft.group = group(&mut table)?;
    #[expect(clippy::cast_possible_truncation, reason = "bits of entropy are few")]
    let entropy = table.number("entropy")?.map(|bits| bits.value as f32);
    draft.entropy = entropy.filter(|bits| *bits > 0.0);
    draft.keywords = table.texts("keywords")?.into_iter().map(|word| word.value).collect();
    draft.tags = table.texts("tags")?.into_iter().map(|tag| tag.value).collect();
    draft.is_silent = table.flag("skipreport")?.is_some_and(|flag| flag.value);
    for key in ["allowlist", "allowlists"] {
        for mut list in table.tables(key)? {
            let list = allow::read(reader, &about, &mut list)?;
            draft.allow.extend(Some(list).filter(|list| !list.is_empty()));
        }
    }
    for key in ["required", "components"] {
        for required in table.tables(key)? {
            draft.required.push(company(reader, &about, required)?);
        }
    }
    filter(reader, &about, &mut table, &mut draft)?;
    without_counterpart(reader, &about, &mut table)?;
    reader.leftover(&about, &table);
    Ok(draft)
}

/// The rule's name, made from its description where it has none, in characters that ignore entries can hold.
fn name_of(reader: &mut Reader, draft: &Draft, id: &str) -> Result<String, RuleError> {
    let fail = || {
        let kind = RuleErrorKind::ForeignNameless;
        RuleError { file: draft.file.clone(), line: draft.line, kind }
    };
    let written = if id.is_empty() { draft.description.as_deref().unwrap_or_default() } else { id };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut name: String = written.chars().map(|c| if is_plain(c) { c } else { '-' }).collect();
    if id.is_empty() {
        name = name.to_ascii_lowercase();
    }
    let name = name.trim_matches('-').to_owned();
    if name.is_empty() {
        return Err(fail());
    }
    if name != id {
        let about = format!("rule `{name}`");
        let note = Note::approximated(&draft.file, draft.line, &about, "id");
        reader.note(note.because(format!("`{written}` is called `{name}` here")));
    }
    Ok(name)
}

fn group(table: &mut Table<'_>) -> Result<Option<At<u16>>, RuleError> {
    let number = match table.number("secretgroup")? {
        Some(number) => Some(number),
        None => table.number("reportgroup")?,
    };
    let Some(number) = number.filter(|number| number.value != 0.0) else { return Ok(None) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
    let value = number.value as u16;
    if f64::from(value).to_bits() != number.value.to_bits() {
        let kind = RuleErrorKind::KeyType {
            key: "secretGroup".to_owned(),
            wanted: "the number of a group",
            found: "another number",
        };
        return Err(table.source().error(number.line, kind));
    }
    Ok(Some(At { line: number.line, value }))
}

/// `[[rules.required]]` of version 1 and `components` of version 2.
fn company(reader: &mut Reader, about: &str, mut table: Table<'_>) -> Result<Required, RuleError> {
    let line = table.line;
    let id = table.text("id")?.map(|id| id.value).unwrap_or_default();
    let mut lines = table.number("withinlines")?.map(|n| n.value);
    let mut columns = table.number("withincolumns")?.map(|n| n.value);
    if let Some(within) = table.text("within")? {
        for part in within.value.split(',').map(str::trim) {
            let number = part.get(..part.len().saturating_sub(1)).and_then(|n| n.parse().ok());
            match part.chars().last() {
                Some('L' | 'l') => lines = number.or(lines),
                Some('C' | 'c') => columns = number.or(columns),
                _ => {}
            }
        }
    }
    table.flag("optional")?;
    let bytes = |number: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        let bytes = number.clamp(0.0, f64::from(COMPANY_DISTANCE_MAX)) as u32;
        bytes
    };
    let by_lines = lines.map(|n| bytes((n + 1.0) * f64::from(LINE_BYTES)));
    let distance = [by_lines, columns.map(bytes)].into_iter().flatten().min();
    let distance = distance.unwrap_or(COMPANY_DISTANCE_MAX).clamp(1, COMPANY_DISTANCE_MAX);
    reader.leftover(about, &table);
    let note = Note::approximated(table.source().file, line, about, "required");
    reader.note(note.because(format!("`{id}` is looked for within {distance} bytes")));
    Ok(Required { line, id, distance })
}

/// A rule's own filter expression.
fn filter(
    reader: &mut Reader,
    about: &str,
    table: &mut Table<'_>,
    draft: &mut Draft,
) -> Result<(), RuleError> {
    for key in ["filter", "prefilter"] {
        let Some(text) = table.text(key)? else { continue };
        let filter = expression::read(&text.value);
        draft.entropy = filter.entropy.or(draft.entropy);
        draft.allow.extend(filter.lists);
        for why in filter.left_out {
            reader.note(Note::dropped(table.source().file, text.line, about, key).because(why));
        }
    }
    Ok(())
}

/// Keys whose meaning is known and has no counterpart.
fn without_counterpart(
    reader: &mut Reader,
    about: &str,
    table: &mut Table<'_>,
) -> Result<(), RuleError> {
    for key in ["validate", "analyze", "revoke"] {
        if let Some(text) = table.text(key)? {
            let note = Note::dropped(table.source().file, text.line, about, key);
            reader.note(note.because("credentials are never sent anywhere"));
        }
    }
    if let Some(flag) = table.flag("tokenefficiency")?.filter(|flag| flag.value) {
        let note = Note::dropped(table.source().file, flag.line, about, "tokenEfficiency");
        reader.note(note.because("its vocabulary is not part of this program; more is found"));
    }
    for key in ["severity", "confidence"] {
        if let Some(text) = table.text(key)? {
            let note = Note::dropped(table.source().file, text.line, about, key);
            reader.note(note.because("rules of other tools are medium and likely"));
        }
    }
    Ok(())
}

/// A document laid over the one it extends: what it says of a rule goes before what the base says, lists are joined.
pub(super) fn extend(mut top: Document, base: Document) -> Document {
    let mut drafts = Vec::new();
    for below in base.drafts {
        if top.disabled.iter().any(|disabled| disabled.id == below.id) {
            continue;
        }
        match top.drafts.iter_mut().find(|draft| draft.id == below.id) {
            Some(over) => over.lay_over(below),
            None => drafts.push(below),
        }
    }
    drafts.append(&mut top.drafts);
    let mut allow = base.allow;
    allow.append(&mut top.allow);
    let mut disabled = base.disabled;
    disabled.append(&mut top.disabled);
    Document { use_default: top.use_default.or(base.use_default), disabled, drafts, allow }
}

impl Draft {
    fn lay_over(&mut self, below: Self) {
        self.description = self.description.take().or(below.description);
        self.regex = self.regex.take().or(below.regex);
        self.path = self.path.take().or(below.path);
        self.group = self.group.take().or(below.group);
        self.entropy = self.entropy.or(below.entropy);
        self.keywords = [below.keywords, std::mem::take(&mut self.keywords)].concat();
        self.tags = [below.tags, std::mem::take(&mut self.tags)].concat();
        self.allow = [below.allow, std::mem::take(&mut self.allow)].concat();
        self.required = [below.required, std::mem::take(&mut self.required)].concat();
    }
}

/// Makes specs of all drafts, and allow lists of the rules' own.
pub(super) fn finish(reader: &mut Reader, document: Document, imported: &mut Imported) {
    let builtin: BTreeSet<String> =
        crate::builtin::specs().into_iter().map(|spec| spec.id).collect();
    imported.use_default = document.use_default.unwrap_or(true);
    imported.allow = document.allow;
    let all = document.drafts.clone();
    for Disabled { file, line, id } in document.disabled {
        let ours = names::ours(&id, &builtin);
        // Those of a file that is extended are not there any more.
        if ours.is_empty() && document.use_default != Some(false) {
            let note = Note::dropped(&file, line, "extend", "disabledRules");
            reader.note(note.because(format!("no built-in rule is called `{id}`")));
        }
        imported.disabled.extend(ours);
    }
    for draft in document.drafts {
        let mut lists = draft.allow.clone();
        if draft.regex.is_none() {
            without_pattern(reader, &draft, imported.use_default, &builtin);
        } else {
            match spec(reader, &draft, &all) {
                Ok(spec) if !draft.is_silent => imported.rules.push(ForeignRule {
                    file: draft.file.clone(),
                    line: draft.line,
                    spec,
                }),
                Ok(_) => lists.clear(),
                Err(error) => reader.errors.push(error),
            }
        }
        for list in &mut lists {
            list.rules = vec![draft.id.clone()];
        }
        imported.allow.append(&mut lists);
    }
    let own: BTreeSet<&str> = imported.rules.iter().map(|rule| rule.spec.id.as_str()).collect();
    for list in &mut imported.allow {
        let known = |id: &String| {
            let ours = names::ours(id, &builtin);
            if own.contains(id.as_str()) || ours.is_empty() { vec![id.clone()] } else { ours }
        };
        list.rules = list.rules.iter().flat_map(known).collect();
    }
}

/// A rule that only has a path, or that only adds to a built-in one.
fn without_pattern(
    reader: &mut Reader,
    draft: &Draft,
    use_default: bool,
    builtin: &BTreeSet<String>,
) {
    let about = format!("rule `{}`", draft.id);
    if let Some(path) = &draft.path {
        let note = Note::dropped(&draft.file, path.line, &about, "path");
        reader.note(note.because("a path alone is no finding here; see --include and --exclude"));
        return;
    }
    if !use_default {
        let kind = RuleErrorKind::Empty { id: draft.id.clone(), key: "regex" };
        reader.errors.push(RuleError { file: draft.file.clone(), line: draft.line, kind });
        return;
    }
    if names::ours(&draft.id, builtin).is_empty() {
        let note = Note::dropped(&draft.file, draft.line, &about, "id");
        reader.note(
            note.because("it has no regex, and no built-in rule has this name (`rules list`)"),
        );
    } else if draft.entropy.is_some() || draft.group.is_some() || !draft.keywords.is_empty() {
        let note = Note::dropped(&draft.file, draft.line, &about, "entropy");
        reader.note(note.because("of a built-in rule only the allow lists can be changed"));
    }
}

/// The rule as the engine takes it.
fn spec(reader: &mut Reader, draft: &Draft, all: &[Draft]) -> Result<RuleSpec, RuleError> {
    let about = format!("rule `{}`", draft.id);
    let (pattern, width_cap) = pattern(reader, draft, &about)?;
    let path_pattern = match &draft.path {
        None => None,
        Some(path) => {
            let read = allow::whole_text_pattern(&path.value);
            let (pattern, _) =
                read.map_err(|error| foreign(draft, path.line, "path", error.to_string()))?;
            Some(pattern)
        }
    };
    let keywords: Vec<String> =
        draft.keywords.iter().filter(|k| !k.is_empty()).map(|k| k.to_ascii_lowercase()).collect();
    let gates = GateSpecs {
        near: (!keywords.is_empty())
            .then_some(NearSpec { any: keywords, distance: KEYWORD_DISTANCE }),
        companion: company_of(draft, all)?,
        // Theirs must lie above what is stated, ours may lie on it.
        entropy_min: draft.entropy.map(f32::next_up),
        char_class: crate::spec::CharClassSpec { lower_percent_max: 100, ..Default::default() },
        uuid: true,
        path_pattern,
        min_signals: Some(0),
        ..GateSpecs::default()
    };
    let description = draft.description.clone().unwrap_or_default();
    let name = if description.is_empty() { draft.id.clone() } else { description.clone() };
    Ok(RuleSpec {
        id: draft.id.clone(),
        name: name.chars().take(NAME_CHARS_MAX).collect(),
        service: SERVICE.to_owned(),
        description: if description.is_empty() {
            format!("A secret that the rule `{}` describes.", draft.id)
        } else {
            description
        },
        reference: String::new(),
        checked: crate::spec::Checked::Unverified,
        tags: draft.tags.clone(),
        severity: Severity::Medium,
        shape: Shape::Regex,
        assignment_words: Vec::new(),
        pattern,
        secret_group: draft.group.as_ref().map(|group| group.value),
        width_cap,
        confidence: Confidence::Likely,
        as_written: true,
        gates,
    })
}

fn foreign(draft: &Draft, line: usize, key: &str, message: String) -> RuleError {
    let (about, key) = (format!("rule `{}`", draft.id), key.to_owned());
    let kind = RuleErrorKind::ForeignPattern { about, key, message };
    RuleError { file: draft.file.clone(), line, kind }
}

/// The rule's pattern, checked, and a bound on its width where it has none.
fn pattern(
    reader: &mut Reader,
    draft: &Draft,
    about: &str,
) -> Result<(String, Option<WidthCap>), RuleError> {
    let At { line, value } = draft.regex.as_ref().expect("a rule without one makes no spec");
    let fail = |message: String| foreign(draft, *line, "regex", message);
    let translated = translate(value, Ends::Line).map_err(|error| fail(error.to_string()))?;
    for why in &translated.approximated {
        reader.note(Note::approximated(&draft.file, *line, about, "regex").because(*why));
    }
    let hir = parse_pattern(&translated.pattern).map_err(|error| fail(super::last_line(&error)))?;
    let properties = hir.properties();
    if properties.minimum_len().unwrap_or(0) == 0 {
        return Err(fail("it matches the empty text; it would match everywhere".to_owned()));
    }
    if let Some(group) = &draft.group
        && usize::from(group.value) > properties.explicit_captures_len()
    {
        let (group_line, wanted) = (group.line, group.value);
        let groups = properties.explicit_captures_len();
        let message = format!("there is no group {wanted}; the pattern has {groups}");
        return Err(foreign(draft, group_line, "secretGroup", message));
    }
    let most = properties.maximum_len().and_then(|most| u32::try_from(most).ok());
    let width_cap = match most {
        Some(most) if most <= WIDTH_MAX => None,
        _ => Some(WidthCap { min: 0, max: WIDTH_MAX }),
    };
    Ok((translated.pattern, width_cap))
}

/// The patterns of the rules that must match nearby.
fn company_of(draft: &Draft, all: &[Draft]) -> Result<Option<CompanionSpec>, RuleError> {
    let mut patterns = Vec::new();
    let mut parts = Vec::new();
    let mut distance = 0;
    for required in &draft.required {
        let other = all.iter().find(|other| other.id == required.id);
        let Some(regex) = other.and_then(|other| other.regex.as_ref()) else {
            let message = format!("there is no rule `{}` with a regex", required.id);
            return Err(foreign(draft, required.line, "required", message));
        };
        let translated = translate(&regex.value, Ends::Line)
            .map_err(|error| foreign(draft, required.line, "required", error.to_string()))?;
        patterns.push(translated.pattern);
        if parts.len() < PARTS_MAX {
            parts.push(PartSpec { name: required.id.clone(), public: false, required: true });
        }
        distance = distance.max(required.distance);
    }
    Ok((!patterns.is_empty()).then_some(CompanionSpec { patterns, parts, distance }))
}
