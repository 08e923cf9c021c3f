//! Where the answers come from: AWS, or a recording.

use std::future::Future;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Failure, input, wait};
use crate::cli::Global;
use crate::document::{Identity, Role, Source};
use crate::facts::Recording;
use crate::lookup::{Connection, Settings, connect};
use crate::names::Region;
use crate::preflight::{Bounds, Origin, RunLoop, Watch};

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

/// A run without a deadline, which Ctrl-C ends.
pub(super) fn start(origin: Origin, watch: &mut dyn Watch) -> RunLoop<'_> {
    let bounds = Bounds { deadline: None, per_service: 32 };
    RunLoop::new(origin, bounds, Box::pin(wait::ctrl_c()), watch)
}

/// Runs to the end.
pub(super) fn wait_for<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::no_verdict(format!("cannot start: {error}")))?;
    let done = runtime.block_on(work);
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
        let source = Source::read(&path.to_string_lossy(), Role::Context, text.as_bytes());
        match source.ok().and_then(|source| Some((Identity::of(&source.root)?, source))) {
            Some((identity, source)) if identity != Identity::Recording => {
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
