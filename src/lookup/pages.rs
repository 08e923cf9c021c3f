//! Pagination of lists.

use super::{Lookup, classify};
use crate::knowledge::Gap;

/// The tokens of the pages so far.
#[derive(Debug, Default)]
pub(super) struct Pages(Vec<String>);

impl Pages {
    /// The token of the next page; none for the first.
    pub(super) fn token(&self) -> Option<String> {
        self.0.last().cloned()
    }

    /// Moves to the page of the token `next`; `false` if there is none.
    ///
    /// # Errors
    /// A repeated token: pagination would never end, and the list would not be complete.
    pub(super) fn turn<L: Lookup>(
        &mut self,
        lookup: &L,
        next: Option<String>,
    ) -> Result<bool, Gap> {
        self.follow(next).map_err(|lacks| classify::incomplete(lookup, lacks))
    }

    /// The same, without the lookup.
    ///
    /// # Errors
    /// What the list lacks.
    pub(super) fn follow(&mut self, next: Option<String>) -> Result<bool, &'static str> {
        let Some(next) = next.filter(|token| !token.is_empty()) else { return Ok(false) };
        if self.0.contains(&next) {
            return Err("the last page: pagination repeats a token");
        }
        self.0.push(next);
        Ok(true)
    }
}
