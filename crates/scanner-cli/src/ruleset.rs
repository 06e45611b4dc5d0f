//! The rules that take part: built-in ones, the user's in their place or beside them, and what the flags leave.

use std::collections::HashMap;

use anyhow::bail;
use globset::{Glob, GlobMatcher};
use scanner_runtime::engine::EngineError;
use scanner_runtime::rules::lint::{Level, lint};
use scanner_runtime::rules::{RuleSpec, builtin};

use crate::config_file::Config;
use crate::messages::did_you_mean;

/// The rules of a configuration, with the user's own replacing built-in ones of the same id.
///
/// # Errors
///
/// A rule of the user's cannot be used: every such rule is named with file and line.
pub(crate) fn all(config: &Config) -> anyhow::Result<Vec<RuleSpec>> {
    let errors: Vec<String> = lint(&config.detectors)
        .iter()
        .filter(|issue| issue.level == Level::Error)
        .map(ToString::to_string)
        .collect();
    if !errors.is_empty() {
        bail!("the configuration's rules cannot be used:\n  {}", errors.join("\n  "));
    }
    let mut specs: Vec<RuleSpec> = if config.use_default { builtin::specs() } else { Vec::new() };
    let mut places: HashMap<String, usize> =
        specs.iter().enumerate().map(|(at, spec)| (spec.id.clone(), at)).collect();
    let own = config.detectors.iter().map(|detector| &detector.spec);
    for own in own.chain(config.foreign_rules.iter().map(|rule| &rule.spec)) {
        if let Some(spec) = places.get(&own.id).and_then(|at| specs.get_mut(*at)) {
            *spec = own.clone();
        } else {
            places.insert(own.id.clone(), specs.len());
            specs.push(own.clone());
        }
    }
    Ok(specs)
}

/// An error of the engine, with the place of a rule of the user's.
pub(crate) fn with_place(config: &Config, error: EngineError) -> anyhow::Error {
    let own = config.detectors.iter().map(|d| (&d.spec.id, &d.file, d.line));
    let foreign = config.foreign_rules.iter().map(|r| (&r.spec.id, &r.file, r.line));
    let place = own.chain(foreign).find(|(id, ..)| error.rule() == Some(id.as_str()));
    match place {
        Some((_, file, line)) => anyhow::anyhow!("{file}:{line}: {error}"),
        None => error.into(),
    }
}

/// What `--enable-rule` and `--disable-rule` leave.
///
/// # Errors
///
/// A name that no rule has.
pub(crate) fn select(
    mut specs: Vec<RuleSpec>,
    enabled: &[String],
    disabled: &[String],
) -> anyhow::Result<Vec<RuleSpec>> {
    let enabled = matchers(&specs, enabled)?;
    let disabled = matchers(&specs, disabled)?;
    let any = |matchers: &[GlobMatcher], id: &str| matchers.iter().any(|m| m.is_match(id));
    specs.retain(|spec| {
        (enabled.is_empty() || any(&enabled, &spec.id)) && !any(&disabled, &spec.id)
    });
    Ok(specs)
}

/// What finds the rules of these names.
///
/// # Errors
///
/// A name that no rule has.
pub(crate) fn matchers(specs: &[RuleSpec], names: &[String]) -> anyhow::Result<Vec<GlobMatcher>> {
    let mut matchers = Vec::new();
    for name in names {
        let matcher = Glob::new(name)?.compile_matcher();
        if !specs.iter().any(|spec| matcher.is_match(&spec.id)) {
            let hint = did_you_mean(name, specs.iter().map(|spec| spec.id.as_str()));
            bail!("there is no rule `{name}`{hint} (`scanner-rs rules list` lists them)");
        }
        matchers.push(matcher);
    }
    Ok(matchers)
}
