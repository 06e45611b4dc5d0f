//! The gates of a rule, compiled into the engine's pools; what comes back are indices.

use scanner_rules::RuleSpec;

use crate::packed::PackedPatterns;
use crate::rule::{
    CompanionCompiled, EntropyCompiled, GatePools, LazyRegex, NO_GATE, NearCompiled,
    TwoPhaseCompiled,
};

/// Indices of a rule's gates.
pub(super) struct Pooled {
    pub(super) must_contain: u32,
    pub(super) implied: u32,
    pub(super) confirm_all: u32,
    pub(super) keywords: u32,
    pub(super) value_suppressors: u32,
    pub(super) entropy: u32,
    pub(super) char_class: u32,
    pub(super) local_context: u32,
    pub(super) two_phase: u32,
    pub(super) offline_validation: u32,
    pub(super) companion: u32,
}

/// Adds a gate to its pool, where there is one, and gives its index.
fn add<T>(pool: &mut Vec<T>, gate: Option<T>) -> u32 {
    let Some(gate) = gate else { return NO_GATE };
    pool.push(gate);
    pool.len() as u32 - 1
}

fn pack(words: &[impl AsRef<[u8]>]) -> Option<PackedPatterns> {
    (!words.is_empty()).then(|| PackedPatterns::new(words.iter().map(AsRef::as_ref)))
}

/// Compiles the gates of a rule.
pub(super) fn pool(spec: &RuleSpec, implied: &[Vec<u8>], pools: &mut GatePools) -> Pooled {
    let gates = &spec.gates;
    let near = gates.near.as_ref().and_then(|near| {
        pack(&near.any).map(|words| NearCompiled { words, distance: near.distance })
    });
    let two_phase = gates.two_phase.as_ref().and_then(|two_phase| {
        let seed_radius = two_phase.seed_radius;
        pack(&two_phase.confirm).map(|confirm| TwoPhaseCompiled { confirm, seed_radius })
    });
    let must_contain = gates.must_contain.as_ref().map(|literal| literal.as_bytes().into());
    let char_class = Some(gates.char_class).filter(|gate| !gate.is_empty());
    let local_context = Some(gates.local_context).filter(|gate| gate.quoted);
    Pooled {
        must_contain: add(&mut pools.must_contain, must_contain),
        implied: add(&mut pools.implied, pack(implied)),
        confirm_all: add(&mut pools.confirm_all, pack(&gates.confirm_all)),
        keywords: add(&mut pools.keywords, near),
        value_suppressors: add(&mut pools.value_suppressors, pack(&gates.suppress)),
        entropy: add(
            &mut pools.entropy,
            gates.entropy_min.map(|bits_min| EntropyCompiled { bits_min }),
        ),
        char_class: add(&mut pools.char_class, char_class),
        local_context: add(&mut pools.local_context, local_context),
        two_phase: add(&mut pools.two_phase, two_phase),
        offline_validation: add(&mut pools.offline, gates.checksum),
        companion: add(&mut pools.companion, companion(spec)),
    }
}

/// The patterns were read with the rule's own; compiling them waits for the first candidate.
fn companion(spec: &RuleSpec) -> Option<CompanionCompiled> {
    let companion = spec.gates.companion.as_ref()?;
    Some(CompanionCompiled {
        patterns: companion.patterns.iter().map(|p| p.as_str().into()).collect(),
        regexes: companion.patterns.iter().map(|_| LazyRegex::new()).collect(),
        parts: companion.parts.clone().into(),
        distance: companion.distance,
    })
}
