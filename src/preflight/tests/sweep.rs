//! Every recording with less and less of it, judged once for all who look at what comes of it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::scenario::{Outcome, Scenario};
use crate::checks::{Check, Group};
use crate::facts::Recording;
use crate::verdict::Trust;

/// A check with its group.
pub(super) type Listed = (&'static Group, &'static Check);

/// Recordings of at most so many facts are also swept with two of them refused at once: two of three
/// are this small, and all pairs of the others would take longer than everything else.
const FEW: usize = 20;

/// Less than was recorded.
pub(super) struct Variation<'s> {
    pub scenario: &'s str,
    pub how: String,
    pub gone: Vec<usize>,
}

/// What came of a recording, by the author's word and by the log.
pub(super) struct Verdicts {
    pub by_author: Outcome,
    /// Nothing if it is the same.
    by_log: Option<Outcome>,
}

impl Verdicts {
    pub(super) fn by_log(&self) -> &Outcome {
        self.by_log.as_ref().unwrap_or(&self.by_author)
    }

    /// The facts that some probe looked at together with this one.
    fn looked_at_with(&self, fact: usize) -> BTreeSet<usize> {
        let both = [&self.by_author, self.by_log()];
        both.into_iter().flat_map(|outcome| outcome.looked_at_with(fact)).collect()
    }
}

/// Judges every scenario by `checks` as it was recorded, then each of its variations, and collects for
/// each scenario what `look` makes of them: it gets what came of the whole recording, and of less of it.
/// All cores share the scenarios.
pub(super) fn sweep<T: Default + Send>(
    scenarios: &[Scenario],
    checks: &[Listed],
    look: impl Fn(&mut T, &Variation, &Verdicts, &Verdicts) + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut seen = Vec::new();
        while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut collected = T::default();
            vary(scenario, checks, |whole, variation, verdicts| {
                look(&mut collected, variation, whole, verdicts);
            });
            seen.push(collected);
        }
        seen
    };
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

/// Each fact removed, each refused, and pairs of them. What nobody asks for makes no difference; nor do
/// two facts that no probe looks at together: each probe says then what it says without one of them.
fn vary(
    scenario: &Scenario,
    checks: &[Listed],
    mut look: impl FnMut(&Verdicts, &Variation, &Verdicts),
) {
    let (recording, staged) = (&scenario.recording, scenario.staged(checks));
    let judge = |recording: &Recording, only: Option<&BTreeSet<usize>>| {
        let by_author = staged.judge(recording, Trust::Author, only);
        let by_log = by_author.leans.then(|| staged.judge(recording, Trust::Log, only));
        Verdicts { by_author, by_log }
    };
    let whole = judge(recording, None);
    let mut try_out = |how: String, gone: &[usize], less: &Recording| {
        let mut affected = staged.affected(&whole.by_author, gone);
        affected.extend(staged.affected(whole.by_log(), gone));
        let verdicts = judge(less, Some(&affected));
        let variation = Variation { scenario: &scenario.name, how, gone: gone.to_vec() };
        look(&whole, &variation, &verdicts);
        verdicts
    };
    for one in whole.by_author.asked() {
        try_out(format!("fact {one} removed"), &[one], &recording.without(one));
        let refused = recording.refused(one);
        let verdicts = try_out(format!("fact {one} refused"), &[one], &refused);
        if recording.len() <= FEW {
            let together = verdicts.looked_at_with(one);
            for other in together.into_iter().filter(|other| *other > one) {
                let how = format!("facts {one} and {other} refused");
                try_out(how, &[one, other], &refused.refused(other));
            }
        }
    }
}
