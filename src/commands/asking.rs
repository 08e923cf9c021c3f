//! Where the answers come from: AWS, or a recording.

use std::future::Future;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::signals::Signals;
use super::wait::Clock;
use super::{Failure, input};
use crate::cli::Global;
use crate::document::{Identity, Role, Source};
use crate::facts::Recording;
use crate::lookup::{Connection, Settings, connect};
use crate::names::Region;
use crate::output::{self, Progress, Trace};
use crate::preflight::{Bounds, Interruption, Origin, RunLoop, Watch};

/// Why there is no answer if connecting took all the time.
const TOO_LATE: &str = "--timeout expired before credentials and region were resolved";

/// A recording, or AWS, for commands that run no checks.
pub(super) async fn origin(
    global: &Global,
    replay: Option<&Path>,
) -> Result<(Origin, Region), Failure> {
    let Some(path) = replay else {
        let Connection { services, region, .. } =
            connect(&settings(global)).await.map_err(Failure::no_verdict)?;
        return Ok((Origin::Live(Arc::new(services)), region));
    };
    let recording = replayed(path)?;
    let region = global.region.as_deref().or(recording.region.as_deref());
    let region = region.ok_or_else(|| Failure::no_verdict("the recording contains no region"))?;
    let region = self::region(region)?;
    Ok((Origin::Replay(recording), region))
}

/// Where a run gets its answers.
pub(super) struct Asking {
    pub(super) origin: Origin,
    pub(super) region: Option<Region>,
    /// For the report: `profile prod`.
    pub(super) asked_with: String,
}

impl Asking {
    /// From a recording.
    pub(super) fn replay(
        recording: &Recording,
        file: &Path,
        region: Option<&str>,
    ) -> Result<Asking, Failure> {
        let region = region.or(recording.region.as_deref()).map(self::region).transpose()?;
        let asked_with = format!("replay of {}", file.display());
        Ok(Asking { origin: Origin::Replay(recording.clone()), region, asked_with })
    }

    /// From AWS.
    pub(super) async fn live(global: &Global) -> Result<Asking, Failure> {
        let Connection { services, region, profile, .. } =
            connect(&settings(global)).await.map_err(Failure::no_verdict)?;
        let asked_with = match profile {
            Some(name) => format!("profile {name}"),
            None => "credentials from the environment".to_owned(),
        };
        Ok(Asking { origin: Origin::Live(Arc::new(services)), region: Some(region), asked_with })
    }
}

/// Progress on a terminal, or with `--debug` every request.
pub(super) fn watch(global: &Global) -> Box<dyn Watch> {
    match global.debug {
        true => Box::new(Trace::new()),
        false => Box::new(Progress::new(output::is_watched())),
    }
}

/// A run of a command that runs no checks.
pub(super) fn start<'w>(
    origin: Origin,
    clock: &Clock,
    interruption: &Interruption,
    watch: &'w mut dyn Watch,
) -> RunLoop<'w> {
    let bounds = Bounds { deadline: clock.left(), per_service: 32 };
    RunLoop::new(origin, bounds, interruption.clone(), watch)
}

/// What comes first: the end of the work, of the time, or a signal. For what comes before the first lookup.
pub(super) async fn in_time<T>(
    work: impl Future<Output = Result<T, Failure>>,
    clock: &Clock,
    interruption: &Interruption,
) -> Result<T, Failure> {
    tokio::select! {
        done = work => done,
        () = clock.over() => Err(Failure::no_verdict(TOO_LATE)),
        signal = interruption.clone().came() => Err(Failure::interrupted(signal)),
    }
}

/// Runs to the end. The work is given the signals that end it.
pub(super) fn wait_for<T>(
    work: impl AsyncFnOnce(Interruption) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let signals = Signals::listen();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::no_verdict(format!("cannot start: {error}")))?;
    let done = runtime.block_on(work(signals.interruption.clone()));
    // Hanging DNS lookups cannot be aborted; they must not delay the exit.
    runtime.shutdown_background();
    done
}

/// The recording in this file.
pub(super) fn replayed(path: &Path) -> Result<Recording, Failure> {
    let shown = path.display();
    let mut text = String::new();
    input::open(path)?
        .read_to_string(&mut text)
        .map_err(|error| Failure::usage(format!("cannot read {shown}: {error}")))?;
    Recording::parse(&text).map_err(|error| {
        let source = match Source::read(&path.to_string_lossy(), Role::Context, text.as_bytes()) {
            Ok(source) => source,
            Err(flaw) => return Failure::usage(format!("cannot replay {flaw}")),
        };
        match Identity::of(&source.root) {
            Some(identity) if identity != Identity::Recording => {
                Failure::usage(identity.out_of_place(&source, "a recording of this program"))
            }
            _ => Failure::usage(format!("cannot replay {shown}: {error}")),
        }
    })
}

/// The region of this name.
pub(super) fn region(text: &str) -> Result<Region, Failure> {
    text.parse().map_err(|_| {
        Failure::no_verdict(format!(
            "{text:?} is not an AWS region\n  Pass one such as us-east-1 with --region"
        ))
    })
}

/// The connection settings from the flags.
pub(super) fn settings(global: &Global) -> Settings {
    Settings {
        profile: global.profile.clone(),
        region: global.region.clone(),
        endpoint_url: global.endpoint_url.clone(),
        ca_bundle: global.ca_bundle.clone(),
        accept_any_certificate: global.no_verify_ssl,
        connect_timeout: global.cli_connect_timeout.map(Duration::from_secs),
        read_timeout: global.cli_read_timeout.map(Duration::from_secs),
    }
}
