//! Pagination of lists.

use super::{Call, Lookup, classify, page_limits};
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
    /// A repeated token, or more pages than AWS allows: pagination would never end, and the list would not be
    /// complete.
    pub(super) fn turn<L: Lookup>(
        &mut self,
        lookup: &L,
        next: Option<String>,
    ) -> Result<bool, Gap> {
        self.follow(L::CALL, next).map_err(|lacks| classify::incomplete(lookup, lacks))
    }

    /// The same, without the lookup.
    ///
    /// # Errors
    /// What the list lacks.
    pub(super) fn follow(
        &mut self,
        call: Call,
        next: Option<String>,
    ) -> Result<bool, &'static str> {
        let Some(next) = next.filter(|token| !token.is_empty()) else { return Ok(false) };
        if self.0.contains(&next) {
            return Err("the last page: pagination repeats a token");
        }
        if self.0.len() + 1 >= page_limits::pages(call) {
            return Err("the last page: there are more pages than AWS allows items");
        }
        self.0.push(next);
        Ok(true)
    }
}

/// Whether a list may have so many items.
///
/// # Errors
/// What the list lacks.
pub(super) fn may_have(call: Call, items: usize) -> Result<(), &'static str> {
    match items > page_limits::items(call) {
        true => Err("an end: it has more items than AWS allows"),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRANTS: Call = Call("kms:ListGrants");

    #[test]
    fn a_repeated_token_ends_a_list_at_once() {
        let mut pages = Pages::default();
        let mut next = |token: &str| pages.follow(GRANTS, Some(token.to_owned()));
        assert_eq!((next("a"), next("b")), (Ok(true), Ok(true)));
        assert!(next("a").unwrap_err().contains("repeats a token"));
        assert_eq!((Pages::default().follow(GRANTS, None), next("")), (Ok(false), Ok(false)));
    }

    #[test]
    fn ever_new_tokens_end_at_the_quota() {
        for (call, expected) in [(GRANTS, 1_010), (Call("logs:DescribeLogGroups"), 1_000)] {
            let mut pages = Pages::default();
            let mut read = 1;
            while pages.follow(call, Some(format!("token {read}"))) == Ok(true) {
                read += 1;
            }
            assert_eq!(read, expected, "{call}");
            assert!(pages.follow(call, Some("one more".to_owned())).is_err());
        }
    }

    #[test]
    fn a_list_has_as_many_items_as_its_quota_allows() {
        assert_eq!(may_have(GRANTS, 60_000), Ok(()));
        assert!(may_have(GRANTS, 200_000).is_err());
    }
}
