//! A deployment on standard error: one line that changes on a terminal, a line per change elsewhere.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::printable;
use super::style::speaks_unicode;
use super::terminal::note;
use crate::diagnosis::ServiceRecord;

/// The line of a deployment.
pub struct Rollout {
    bar: Option<ProgressBar>,
    started: Instant,
    shown: String,
}

impl Rollout {
    /// A line that changes if standard error is a terminal.
    pub fn new(watched: bool) -> Rollout {
        let bar = watched.then(|| {
            let bar = ProgressBar::new(0);
            let style = "{spinner} {elapsed} [{bar:20}] {wide_msg}";
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(match speaks_unicode() {
                    true => style,
                    false => style.tick_chars("-\\|/ ").progress_chars("#>-"),
                });
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Rollout { bar, started: Instant::now(), shown: String::new() }
    }

    /// Shows the newest deployment.
    pub fn show(&mut self, service: &ServiceRecord) {
        let Some(primary) = service.primary() else { return };
        let counts = primary.counts();
        let state = primary.rollout_state().unwrap_or("in progress");
        let mut text = format!(
            "{}: {state}, {} of {} running, {} starting, {} failed",
            service.name(),
            counts.running,
            counts.desired,
            counts.pending,
            counts.failed
        );
        let older = service.deployments().len().saturating_sub(1);
        if older > 0 {
            text.push_str(&format!(", {older} older"));
        }
        if let Some(bar) = &self.bar {
            bar.set_length(u64::try_from(counts.desired).unwrap_or_default());
            bar.set_position(u64::try_from(counts.running).unwrap_or_default());
            bar.set_message(printable::lines(&text));
        } else if text != self.shown {
            self.write(&text);
        }
        self.shown = text;
    }

    /// Prints a line above it.
    pub fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.write(text)),
            None => self.write(text),
        }
    }

    fn write(&self, text: &str) {
        let seconds = self.started.elapsed().as_secs();
        note(&format!("{:>3}:{:02}  {text}", seconds / 60, seconds % 60));
    }
}

impl Drop for Rollout {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
