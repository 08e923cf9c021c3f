//! Progress on standard error of a terminal. Nothing on a pipe.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::printable;
use super::style::speaks_unicode;
use super::terminal::note;
use crate::knowledge::FactId;
use crate::preflight::{Event, Watch};

/// An answer that takes longer than this is shown.
const SLOW: Duration = Duration::from_secs(2);

/// A line with the progress of the run, and slow answers.
pub struct Progress {
    bar: ProgressBar,
    waiting: BTreeMap<FactId, (String, Instant)>,
}

impl Progress {
    /// A line on standard error; silent without a terminal.
    pub fn new(watched: bool) -> Progress {
        let bar = if watched { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
            let is_plain = !speaks_unicode();
            bar.set_style(if is_plain { style.tick_chars("-\\|/ ") } else { style });
        }
        if watched {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Progress { bar, waiting: BTreeMap::new() }
    }

    fn show(&self) {
        let slow = self.waiting.values().find(|(_, since)| since.elapsed() > SLOW);
        let message = match (slow, self.waiting.values().next()) {
            (Some((what, since)), _) => {
                format!("still waiting for {what} ({} s)", since.elapsed().as_secs())
            }
            (None, Some((what, _))) if self.waiting.len() == 1 => format!("reading {what}"),
            (None, Some((what, _))) => {
                format!("reading {what} and {} more", self.waiting.len() - 1)
            }
            (None, None) => "judging".to_owned(),
        };
        self.bar.set_message(printable::lines(&message));
    }
}

impl Watch for Progress {
    fn on(&mut self, event: Event) {
        match event {
            Event::Asked { id, what, .. } => {
                self.waiting.insert(id, (what, Instant::now()));
            }
            Event::Answered { id, .. } => {
                self.waiting.remove(&id);
            }
            Event::Settled { .. } => {}
        }
        self.show();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// One line on standard error per lookup and answer: `--debug`. Without content, so it cannot contain
/// secrets.
pub struct Trace {
    started: Instant,
}

impl Trace {
    /// Starts the clock.
    pub fn new() -> Trace {
        Trace { started: Instant::now() }
    }
}

impl Default for Trace {
    fn default() -> Trace {
        Trace::new()
    }
}

impl Watch for Trace {
    fn on(&mut self, event: Event) {
        let at = self.started.elapsed().as_secs_f64();
        match event {
            Event::Asked { call, what, .. } => {
                note(&format!("{at:8.3} s  ask     {call} ({what})"))
            }
            Event::Answered { said, .. } => note(&format!("{at:8.3} s  answer  {said}")),
            Event::Settled { .. } => {}
        }
    }
}
