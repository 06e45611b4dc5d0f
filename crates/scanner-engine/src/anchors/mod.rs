//! What a pattern requires of every text it matches, derived from its syntax: literals of which one must
//! occur ([`literal`]), and runs of token characters ([`class`]). From these follows how the native prefilter
//! looks for the rule.
//!
//! Everything here is one-sided: claiming too little costs speed, claiming too much loses findings. The
//! property test at the end of this module generates patterns and texts to hold it to that.

mod class;
mod literal;

pub(crate) use class::{
    ALNUM_RUN_MIN, AnchorClass, BASE64_RUN_MIN, LITERAL_LEN_MIN, Neighbour, PLAIN_RUN_MIN,
    RunProof, SAMPLED_LEN_MIN, SCHEME_END, TOKEN_RUN_MIN, WORD_RUN_MIN, is_gap_byte,
    is_operator_byte, plan, plan_plain,
};
pub(crate) use literal::{Literal, byte_rarity, leading_literals, required_literals};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex_automata::meta::Regex;
    use regex_automata::util::syntax;
    use scanner_rules::lint::parse_pattern;

    fn pattern() -> impl Strategy<Value = String> {
        let atom = prop_oneof![
            "[a-c]{1,4}",
            "(?i:ab[a-c]{1,3})".prop_map(String::from),
            Just("[a-c]{2,5}".to_owned()),
            Just("[0-9]".to_owned()),
            Just("(?:x|yz)".to_owned()),
            Just("[ab]?".to_owned()),
            Just("(?:abc){2}".to_owned()),
            Just(r"\b{start-half}".to_owned()),
            Just(r"[=:]".to_owned()),
        ];
        let branch = prop::collection::vec(atom, 1..5).prop_map(|parts| parts.concat());
        prop::collection::vec(branch, 1..3).prop_map(|branches| format!("({})", branches.join("|")))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn every_match_contains_a_required_literal(
            pattern in pattern(),
            text in "[a-cA-Cxyz0-9=: ]{0,60}",
        ) {
            let hir = parse_pattern(&pattern).unwrap();
            let Some(literals) = required_literals(&hir) else { return Ok(()) };
            let re = Regex::builder()
                .syntax(syntax::Config::new().unicode(false).utf8(false))
                .build(&pattern)
                .unwrap();
            for found in re.find_iter(text.as_bytes()) {
                let matched = &text.as_bytes()[found.range()];
                let hit = literals.iter().any(|l| l.find_in(matched));
                prop_assert!(hit, "{pattern} matched {:?}, literals {literals:?}", &text[found.range()]);
            }
        }
    }
}
