//! Ctrl-C, SIGTERM and SIGHUP: the first one ends the run with its report, a second one ends the program at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::exit::Exit;
use crate::preflight::{Interrupter, Interruption, Signal};

/// The signals of the program.
pub(super) struct Signals {
    /// Whether and when one came.
    pub(super) interruption: Interruption,
    /// Whether a run looks at them.
    heeded: Arc<AtomicBool>,
}

impl Signals {
    /// Listens from now on, on a separate thread: the others may be busy, or wait for the terminal. Without a
    /// listener, a signal ends the program as it always does.
    pub(super) fn listen() -> Signals {
        let (interrupter, interruption) = Interruption::channel();
        let heeded = Arc::new(AtomicBool::new(true));
        let (ready, listens) = std::sync::mpsc::channel();
        let of_listener = heeded.clone();
        let listener = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                runtime.block_on(pass_on(&interrupter, &of_listener, || _ = ready.send(())));
            }
        };
        if thread::Builder::new().name("signals".to_owned()).spawn(listener).is_ok() {
            // Until it listens, the signal kills the program. The other end is dropped if it cannot.
            let _listens = listens.recv();
        }
        Signals { interruption, heeded }
    }
}

/// From now on a signal ends the program at once: the run is over, and its report is being written.
impl Drop for Signals {
    fn drop(&mut self) {
        self.heeded.store(false, Ordering::Relaxed);
    }
}

/// Passes the first signal on to the run.
#[expect(
    clippy::disallowed_methods,
    reason = "a second signal ends the program, whatever it is doing"
)]
async fn pass_on(interrupter: &Interrupter, heeded: &AtomicBool, ready: impl FnOnce()) {
    let Some(mut listener) = Listener::new() else { return };
    ready();
    while let Some(signal) = listener.next().await {
        // Looked at first: the run may end as soon as it has the signal.
        let is_heeded = heeded.load(Ordering::Relaxed);
        if !interrupter.signal(signal) || !is_heeded {
            std::process::exit(Exit::by(signal).code().into());
        }
    }
}

#[cfg(unix)]
struct Listener([(Signal, tokio::signal::unix::Signal); 3]);

#[cfg(unix)]
impl Listener {
    fn new() -> Option<Listener> {
        use tokio::signal::unix::{SignalKind, signal};

        Some(Listener([
            (Signal::Interrupt, signal(SignalKind::interrupt()).ok()?),
            (Signal::Terminate, signal(SignalKind::terminate()).ok()?),
            (Signal::HangUp, signal(SignalKind::hangup()).ok()?),
        ]))
    }

    async fn next(&mut self) -> Option<Signal> {
        let [(first, of_first), (second, of_second), (third, of_third)] = &mut self.0;
        tokio::select! {
            came = of_first.recv() => came.map(|()| *first),
            came = of_second.recv() => came.map(|()| *second),
            came = of_third.recv() => came.map(|()| *third),
        }
    }
}

#[cfg(not(unix))]
struct Listener;

#[cfg(not(unix))]
impl Listener {
    fn new() -> Option<Listener> {
        Some(Listener)
    }

    async fn next(&mut self) -> Option<Signal> {
        tokio::signal::ctrl_c().await.ok().map(|()| Signal::Interrupt)
    }
}
