//! The time of a run: its deadline, and the rounds of `--wait`.

use std::time::{Duration, Instant};

/// The first pause between two rounds; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(2);

/// The longest pause.
const LONGEST: Duration = Duration::from_secs(30);

/// The times of `--wait` and `--timeout`, from the start of the program.
pub(super) struct Clock {
    started: Instant,
    wait: Option<Duration>,
    timeout: Option<Duration>,
    pause: Duration,
}

impl Clock {
    /// Starts the clock.
    pub(super) fn start(wait: Option<Duration>, timeout: Option<Duration>) -> Clock {
        Clock { started: Instant::now(), wait, timeout, pause: FIRST }
    }

    /// How long the run has taken so far.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The time left until the deadline, if there is one.
    pub(super) fn left(&self) -> Option<Duration> {
        self.timeout.map(|timeout| timeout.saturating_sub(self.elapsed()))
    }

    /// Completes at the deadline.
    pub(super) async fn over(&self) {
        match self.left() {
            Some(left) => tokio::time::sleep(left).await,
            None => std::future::pending().await,
        }
    }

    /// How long to pause before the next round; `None` if `elapsed` leaves no time for one. The rest of
    /// `--wait` is used in full for a last try. A round that the deadline would cut off is not started: it
    /// would know less than the one before.
    pub(super) fn pause(&mut self, elapsed: Duration) -> Option<Duration> {
        let left = self.wait?.checked_sub(elapsed).filter(|left| !left.is_zero())?;
        let pause = self.pause.min(left);
        if self.timeout.is_some_and(|timeout| elapsed + pause >= timeout) {
            return None;
        }
        self.pause = (self.pause * 2).min(LONGEST);
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds of all pauses, when a round takes this long.
    fn pauses(wait: Option<u64>, timeout: Option<u64>, round: u64) -> Vec<u64> {
        let mut clock =
            Clock::start(wait.map(Duration::from_secs), timeout.map(Duration::from_secs));
        let (mut elapsed, mut pauses) = (Duration::from_secs(round), Vec::new());
        while let Some(pause) = clock.pause(elapsed) {
            pauses.push(pause.as_secs());
            elapsed += pause + Duration::from_secs(round);
        }
        pauses
    }

    #[test]
    fn rounds_grow_apart_and_the_last_try_comes_at_the_end() {
        let table = [
            (None, None, 1, vec![]),
            (Some(0), None, 1, vec![]),
            (Some(1), None, 0, vec![1]),
            (Some(10), None, 1, vec![2, 4, 1]),
            (Some(100), None, 0, vec![2, 4, 8, 16, 30, 30, 10]),
            (Some(100), Some(20), 1, vec![2, 4, 8]),
            (Some(100), Some(3), 1, vec![]),
        ];
        for (wait, timeout, round, expected) in table {
            assert_eq!(pauses(wait, timeout, round), expected, "{wait:?} {timeout:?} {round}");
        }
    }
}
