//! How much work an evaluation may cost. Policies are written by others: some are made so that comparing
//! them with every value of an unknown key would never end.

/// The steps that are left. One step is one place of a pattern, or one letter of a text, that is looked at.
pub(super) struct Effort {
    limit: usize,
    left: usize,
}

/// How many steps an evaluation may take for its unknown keys. Real policies take a few thousand.
const STEPS: usize = 12_000_000;

impl Effort {
    /// The effort of one evaluation.
    pub fn of_evaluation() -> Effort {
        Effort { limit: STEPS, left: STEPS }
    }

    /// At most so much of it.
    pub fn part(&self, steps: usize) -> Effort {
        let limit = steps.min(self.left);
        Effort { limit, left: limit }
    }

    /// Uses these steps up; nothing if so many are not left, and then the answer cannot be determined.
    #[must_use]
    pub fn spend(&mut self, steps: usize) -> Option<()> {
        let left = self.left.checked_sub(steps);
        self.left = left.unwrap_or(0);
        left.map(|_| ())
    }

    /// How many steps were taken.
    pub fn spent(&self) -> usize {
        self.limit - self.left
    }
}
