//! The time of a run: its deadline, the rounds of `--wait`, and Ctrl-C, once for all of them.

use std::future::Future;
use std::time::{Duration, Instant};

use tokio::sync::watch;

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

/// Ctrl-C, which ends the whole run, whatever it is doing.
#[derive(Clone)]
pub(super) struct Interruption(watch::Receiver<bool>);

impl Interruption {
    /// Listens from now on.
    pub(super) fn listen() -> Interruption {
        let (sender, receiver) = watch::channel(false);
        let pressed = ctrl_c();
        tokio::spawn(async move {
            pressed.await;
            sender.send_replace(true);
        });
        Interruption(receiver)
    }

    /// Completes when it comes, also for later callers.
    pub(super) async fn came(mut self) {
        if self.0.wait_for(|came| *came).await.is_err() {
            // Without a listener it never comes.
            std::future::pending::<()>().await;
        }
    }
}

/// Completes when Ctrl-C is pressed from now on. The future of `tokio::signal::ctrl_c` would listen only once
/// it is polled, and until then the signal kills the program.
#[cfg(unix)]
pub(super) fn ctrl_c() -> impl Future<Output = ()> + Send + 'static {
    use tokio::signal::unix::{SignalKind, signal};

    let listening = signal(SignalKind::interrupt());
    async move {
        let came = match listening {
            Ok(mut signals) => signals.recv().await,
            Err(_) => None,
        };
        if came.is_none() {
            // Without a listener it never comes.
            std::future::pending::<()>().await;
        }
    }
}

/// Completes when Ctrl-C is pressed.
#[cfg(not(unix))]
pub(super) fn ctrl_c() -> impl Future<Output = ()> + Send + 'static {
    async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
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

    #[tokio::test]
    async fn an_interruption_ends_every_round_after_it() {
        let (sender, receiver) = watch::channel(false);
        let interruption = Interruption(receiver);
        sender.send_replace(true);
        drop(sender);
        for _ in 0..2 {
            let came = interruption.clone().came();
            assert!(tokio::time::timeout(Duration::from_secs(5), came).await.is_ok());
        }
    }
}
