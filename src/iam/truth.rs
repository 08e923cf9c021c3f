//! Three-valued logic: true, false, and not known.

use std::ops::{BitAnd, BitOr, Not};

/// Whether something holds for a request. The order matters: *and* is the lesser of two, *or* the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold.
    False,
    /// It may or may not hold.
    Unknown,
    /// It holds.
    True,
}

impl Truth {
    /// Whether all of them hold. Of nothing at all that is true.
    pub fn all(truths: impl IntoIterator<Item = Truth>) -> Truth {
        truths.into_iter().min().unwrap_or(Truth::True)
    }

    /// Whether at least one of them holds. Of nothing at all that is false.
    pub fn any(truths: impl IntoIterator<Item = Truth>) -> Truth {
        truths.into_iter().max().unwrap_or(Truth::False)
    }
}

impl From<bool> for Truth {
    fn from(known: bool) -> Truth {
        if known { Truth::True } else { Truth::False }
    }
}

impl BitAnd for Truth {
    type Output = Truth;

    fn bitand(self, other: Truth) -> Truth {
        self.min(other)
    }
}

impl BitOr for Truth {
    type Output = Truth;

    fn bitor(self, other: Truth) -> Truth {
        self.max(other)
    }
}

impl Not for Truth {
    type Output = Truth;

    fn not(self) -> Truth {
        match self {
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
            Truth::True => Truth::False,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Unknown};
    use super::*;

    #[test]
    fn what_is_not_known_stays_so_unless_the_other_side_decides() {
        assert_eq!((Unknown & False, Unknown & True), (False, Unknown));
        assert_eq!((Unknown | False, Unknown | True), (Unknown, True));
        assert_eq!((!Unknown, !True, !False), (Unknown, False, True));
        assert_eq!((Truth::all([]), Truth::any([])), (True, False));
    }
}
