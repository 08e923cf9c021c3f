//! What ends a run from outside: Ctrl-C, or another signal.

use tokio::sync::watch;
use tokio::time::Instant;

/// A signal that ends the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C: SIGINT.
    Interrupt,
    /// SIGTERM, as from a CI system that cancels a job.
    Terminate,
    /// SIGHUP: the terminal was closed.
    HangUp,
}

/// Whether a signal came, for everything that waits or computes.
#[derive(Clone, Debug)]
pub struct Interruption(watch::Receiver<Option<(Signal, Instant)>>);

/// The other end: where signals arrive.
#[derive(Debug)]
pub struct Interrupter(watch::Sender<Option<(Signal, Instant)>>);

impl Interruption {
    /// Both ends.
    pub fn channel() -> (Interrupter, Interruption) {
        let (sender, receiver) = watch::channel(None);
        (Interrupter(sender), Interruption(receiver))
    }

    /// One that never comes.
    pub fn never() -> Interruption {
        Interruption::channel().1
    }

    /// Completes when it comes, also for later callers.
    pub async fn came(mut self) -> Signal {
        if let Ok(came) = self.0.wait_for(Option::is_some).await
            && let Some((signal, _)) = *came
        {
            return signal;
        }
        // Without a listener it never comes.
        std::future::pending().await
    }

    /// The signal, if it came.
    pub fn signal(&self) -> Option<Signal> {
        self.0.borrow().map(|(signal, _)| signal)
    }

    /// When it came.
    pub fn since(&self) -> Option<Instant> {
        self.0.borrow().map(|(_, since)| since)
    }
}

impl Interrupter {
    /// Passes the first signal on; `false` if there was one before.
    pub fn signal(&self, signal: Signal) -> bool {
        self.0.send_if_modified(|came| {
            let is_first = came.is_none();
            came.get_or_insert((signal, Instant::now()));
            is_first
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn an_interruption_ends_every_round_after_it_and_the_first_signal_counts() {
        let (interrupter, interruption) = Interruption::channel();
        assert_eq!((interruption.signal(), interruption.since()), (None, None));
        assert!(interrupter.signal(Signal::Terminate));
        assert!(!interrupter.signal(Signal::Interrupt), "the second one ends at once");
        drop(interrupter);
        for _ in 0..2 {
            let came = interruption.clone().came();
            let came = tokio::time::timeout(Duration::from_secs(5), came).await;
            assert_eq!(came.ok(), Some(Signal::Terminate));
        }
        assert_eq!(interruption.signal(), Some(Signal::Terminate));
    }

    #[tokio::test]
    async fn without_a_listener_it_never_comes() {
        let came = Interruption::never().came();
        assert!(tokio::time::timeout(Duration::from_millis(20), came).await.is_err());
    }
}
