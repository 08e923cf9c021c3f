//! Facts that are computed from others.

use std::any::Any;
use std::fmt;
use std::hash::Hash;

use super::view::View;
use crate::knowledge::Stop;

/// A fact that is computed from others by a pure function.
pub trait Derived: Clone + fmt::Debug + Eq + Hash + Send + Sync + 'static {
    /// The result of the computation.
    type Fact: Send + Sync + 'static;

    /// What is derived, in words.
    fn what(&self) -> String;

    /// The computation. It reads facts like a check, and passes on every gap with `?`.
    ///
    /// # Errors
    /// The gap or the absence at which it stopped.
    fn derive(&self, facts: &View) -> Result<Self::Fact, Stop>;
}

/// A derived fact of any type, as the run loop sees it.
pub trait Derivation: Send + Sync + fmt::Debug {
    /// What is derived, in words.
    fn what(&self) -> String;
    /// Computes it.
    ///
    /// # Errors
    /// The gap or the absence at which it stopped.
    fn derive(&self, facts: &View) -> Result<Box<dyn Any + Send + Sync>, Stop>;
}

impl<D: Derived> Derivation for D {
    fn what(&self) -> String {
        Derived::what(self)
    }
    fn derive(&self, facts: &View) -> Result<Box<dyn Any + Send + Sync>, Stop> {
        Derived::derive(self, facts).map(|fact| Box::new(fact) as Box<dyn Any + Send + Sync>)
    }
}
