//! Where the answers come from, for commands that ask AWS without judging.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use super::{Failure, judge};
use crate::cli::Global;
use crate::lookup::{Connection, connect};
use crate::names::Region;
use crate::preflight::{Bounds, Loop, Origin, Watch};

/// A recording, or AWS.
pub(super) async fn origin(
    global: &Global,
    replay: Option<&Path>,
) -> Result<(Origin, Region), Failure> {
    let Some(path) = replay else {
        let Connection { services, region, .. } =
            connect(&judge::settings(global)).await.map_err(Failure::no_verdict)?;
        return Ok((Origin::Live(Arc::new(services)), region));
    };
    let recording = judge::replayed(path)?;
    let region = global.region.as_deref().or(recording.region.as_deref());
    let region = region.ok_or_else(|| Failure::no_verdict("the recording names no region"))?;
    let region = judge::region(region)?;
    Ok((Origin::Replay(recording), region))
}

/// A run without a deadline, which Ctrl-C ends.
pub(super) fn start(origin: Origin, watch: &mut dyn Watch) -> Loop<'_> {
    let interrupt = Box::pin(async {
        let _ended = tokio::signal::ctrl_c().await;
    });
    Loop::new(origin, Bounds { deadline: None, per_service: 32 }, interrupt, watch)
}

/// Runs to the end.
pub(super) fn wait_for<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::no_verdict(format!("cannot start: {error}")))?;
    let done = runtime.block_on(work);
    // Name lookups that hang cannot be aborted; they must not hold the exit.
    runtime.shutdown_background();
    done
}
