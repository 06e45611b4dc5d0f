//! Values of settings: paths, and what is on or off.

use std::path::{Path, PathBuf};

use gix_config::file::SectionRef;
use gix_config::path::interpolate::Context;
use gix_config::{AsBStr, Boolean};

/// A value that is a path, as git understands it; `None` if it begins with a folder that is not known.
pub(super) fn path_of(value: &[u8], home: Option<&Path>) -> Option<PathBuf> {
    let context = Context { git_install_dir: None, home_dir: home, home_for_user: None };
    gix_config::Path::from(value.as_bstr()).interpolate(context).ok()
}

/// A setting that is on or off; without a value it is on, and what is neither is as if it were not there.
pub(super) fn is_true(section: &SectionRef<'_>, name: &str) -> Option<bool> {
    match section.value_implicit(name)? {
        Some(value) => Boolean::try_from(value).ok().map(Boolean::is_true),
        None => Some(true),
    }
}
