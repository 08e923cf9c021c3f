//! The way through the pages of a list.

use super::{Lookup, classify};
use crate::knowledge::Gap;

/// The tokens that led through the pages so far.
#[derive(Debug, Default)]
pub(super) struct Pages(Vec<String>);

impl Pages {
    /// The token of the page to ask for; none for the first.
    pub(super) fn token(&self) -> Option<String> {
        self.0.last().cloned()
    }

    /// Turns to the page that `next` leads to, and says whether there is one.
    ///
    /// # Errors
    /// A service that repeats a token would be asked for ever, and never shows the whole list.
    pub(super) fn turn<L: Lookup>(
        &mut self,
        lookup: &L,
        next: Option<String>,
    ) -> Result<bool, Gap> {
        let Some(next) = next.filter(|token| !token.is_empty()) else { return Ok(false) };
        if self.0.contains(&next) {
            return Err(classify::incomplete(lookup, "an end: its pages go round in a circle"));
        }
        self.0.push(next);
        Ok(true)
    }
}
