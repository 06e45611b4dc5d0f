//! What rules of the other tools' own sets are called here, where the names differ: for files that turn one of them off or add
//! an allow list to it.

use std::collections::BTreeSet;

/// Their name, and a name or a beginning (ending in `*`) of ours.
const NAMES: &[(&str, &str)] = &[
    ("aws-access-token", "aws-access-key-id"),
    ("curl-auth-header", "generic-*"),
    ("curl-auth-user", "generic-*"),
    ("generic-api-key", "generic-*"),
    ("generic-password", "generic-*"),
    ("private-key", "dsa-private-key"),
    ("private-key", "ec-private-key"),
    ("private-key", "openssh-private-key"),
    ("private-key", "pgp-private-key"),
    ("private-key", "pkcs8-encrypted-private-key"),
    ("private-key", "pkcs8-private-key"),
    ("private-key", "rsa-private-key"),
];

/// The built-in rules that a name of theirs stands for; none where there is none.
pub(super) fn ours(id: &str, builtin: &BTreeSet<String>) -> Vec<String> {
    let mut all: Vec<String> = builtin.get(id).cloned().into_iter().collect();
    for (_, name) in NAMES.iter().filter(|(theirs, _)| *theirs == id) {
        match name.strip_suffix('*') {
            Some(start) => all.extend(builtin.iter().filter(|id| id.starts_with(start)).cloned()),
            None => all.extend(builtin.get(*name).cloned()),
        }
    }
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_a_built_in_rule() {
        let builtin = crate::builtin::specs().into_iter().map(|spec| spec.id).collect();
        for (theirs, _) in NAMES {
            assert!(!ours(theirs, &builtin).is_empty(), "{theirs}");
        }
        assert_eq!(ours("github-pat", &builtin), ["github-pat"]);
        assert!(ours("no-such-rule", &builtin).is_empty());
    }
}
