//! The engine of a run: there from the beginning, or made when something turns out to need it.
//!
//! Making it takes longer than everything else that a scan of an unchanged history does. Whoever knows from an earlier run
//! that the same rules make an engine may put it off; a run makes it before it scans anything, and fails as it would
//! have at its start where it cannot be made.

use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use scanner_core::RuleInfo;
use scanner_engine::Engine;

/// Why there is no engine.
pub type NoEngine = Box<dyn Error + Send + Sync>;

type Make = Box<dyn FnOnce() -> Result<Engine, NoEngine> + Send>;

/// The compiled rules of a run.
pub struct RunEngine {
    rules: Vec<Arc<RuleInfo>>,
    engine: OnceLock<Arc<Engine>>,
    /// `None` once it was tried.
    make: Mutex<Option<Make>>,
}

impl RunEngine {
    /// An engine of `rules` that `make` makes when it is needed.
    pub fn later(
        rules: Vec<Arc<RuleInfo>>,
        make: impl FnOnce() -> Result<Engine, NoEngine> + Send + 'static,
    ) -> Self {
        Self { rules, engine: OnceLock::new(), make: Mutex::new(Some(Box::new(make))) }
    }

    /// What outputs need to know of the rules, in their order.
    pub fn rule_infos(&self) -> &[Arc<RuleInfo>] {
        &self.rules
    }

    /// Waits for what the engine still does, if there is one.
    pub fn join(&self) {
        if let Some(engine) = self.engine.get() {
            engine.join();
        }
    }

    /// Sees to it that there is an engine.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub(crate) fn make(&self) -> Result<(), NoEngine> {
        let mut make = self.make.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(make) = make.take() {
            let engine = make()?;
            self.engine.get_or_init(|| Arc::new(engine));
        }
        if self.engine.get().is_some() { Ok(()) } else { Err("the rules make no engine".into()) }
    }
}

impl From<Engine> for RunEngine {
    fn from(engine: Engine) -> Self {
        Self::from(Arc::new(engine))
    }
}

impl From<Arc<Engine>> for RunEngine {
    fn from(engine: Arc<Engine>) -> Self {
        let rules = engine.rule_infos().cloned().collect();
        Self { rules, engine: OnceLock::from(engine), make: Mutex::new(None) }
    }
}

impl Deref for RunEngine {
    type Target = Engine;

    fn deref(&self) -> &Engine {
        self.engine.get().expect("a run makes its engine before it scans")
    }
}

impl fmt::Debug for RunEngine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_made = self.engine.get().is_some();
        formatter
            .debug_struct("RunEngine")
            .field("rules", &self.rules.len())
            .field("is_made", &is_made)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use scanner_engine::EngineOptions;

    use super::*;

    #[test]
    fn it_is_made_once_and_only_when_it_is_asked_for() {
        let engine =
            RunEngine::later(Vec::new(), || Ok(Engine::new(&[], EngineOptions::default())?));
        engine.join();
        assert!(engine.engine.get().is_none());
        engine.make().unwrap();
        engine.make().unwrap();
        assert_eq!(engine.rule_count(), 0);
    }

    #[test]
    fn one_that_cannot_be_made_is_an_error_however_often_it_is_asked_for() {
        let engine = RunEngine::later(Vec::new(), || Err("no".into()));
        assert_eq!(engine.make().unwrap_err().to_string(), "no");
        assert!(engine.make().is_err());
    }
}
