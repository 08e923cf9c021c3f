//! `doctor`: can this program do its work here? Credentials, caller, region, clock, endpoints, and the caller's
//! rights.

mod finding;
mod page;
mod rights;
mod state;

use std::sync::Arc;

use super::wait::Clock;
use super::{Failure, accept, asking, look, outlet_without_results};
use crate::cli::{Doctor, Global};
use crate::exit::Exit;
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::{CallerIdentity, Connection, NoConnection, Settings, connect, paths};
use crate::output::{self, Progress};
use crate::preflight::{Interruption, Origin};
use finding::Finding;
use rights::Rights;
use state::State;

/// Reports whether this program can do its work, and what is missing.
pub(super) fn run(wanted: &Doctor, global: &Global) -> Result<Exit, Failure> {
    let outlet = outlet_without_results(global)?;
    let clock = Clock::start(None, wanted.timeout);
    let settings = asking::settings(global);
    let state =
        asking::wait_for(async |interruption| gather(&settings, &clock, interruption).await)?;
    let look = look(global);
    let text = page::text(&state, &look);
    output::show(&text, &page::document(&state), &outlet, &look).map_err(Failure::usage)?;
    Ok(state.exit())
}

/// Asks for everything, each as far as it can be asked.
async fn gather(
    settings: &Settings,
    clock: &Clock,
    interruption: Interruption,
) -> Result<State, Failure> {
    let mut state = State { paths: paths(settings).await, ..State::default() };
    let connecting = async { Ok(connect(settings).await) };
    let connected = asking::in_time(connecting, clock, &interruption).await?;
    let connection = match connected {
        Ok(connection) => connection,
        Err(no) => {
            state.unconnected = true;
            let no_region = matches!(no, NoConnection::Region | NoConnection::BadRegion(_));
            state.findings.push(Finding::unconnected(&no));
            // Without a region, the credentials can be found nevertheless: nothing is asked with them.
            if no_region {
                let anywhere =
                    Settings { region: Some("us-east-1".to_owned()), ..settings.clone() };
                let trying = async { Ok(connect(&anywhere).await) };
                match asking::in_time(trying, clock, &interruption).await? {
                    Ok(found) => state.credentials(found.profile, found.credentials),
                    Err(no) => state.findings.push(Finding::unconnected(&no)),
                }
            }
            let region = settings.region.as_deref().and_then(|it| it.parse().ok());
            if let Some(region) = region.filter(|_| !no_region) {
                state.findings.push(Finding::region(&region, "--region"));
            }
            state.findings.push(Finding::paths(&state.paths, false));
            return Ok(state.in_order());
        }
    };
    let Connection { services, region, region_from, profile, credentials, clock: of_aws } =
        connection;
    state.credentials(profile, credentials);
    state.findings.push(Finding::region(&region, &region_from));
    state.region = Some((region.clone(), region_from));
    let mut watch = Progress::new(output::is_watched());
    let origin = Origin::Live(Arc::new(services));
    let mut run = asking::start(origin, clock, &interruption, &mut watch);
    let caller = match run.learn(&CallerIdentity { region: region.clone() }).await {
        Ok(Seen::Found(caller)) => Ok(caller.clone()),
        Ok(Seen::Absent(absence)) => Err(Gap::Undecidable { why: absence.sentence }),
        Err(gap) => Err(gap),
    };
    if let Some(signal) = run.interrupted() {
        return Err(Failure::interrupted(signal));
    }
    state.ahead = of_aws.seconds_ahead();
    state.findings.push(Finding::clock(state.ahead));
    state.findings.push(Finding::caller(&caller));
    let answered = matches!(caller, Ok(_) | Err(Gap::Rejected { .. } | Gap::Refused { .. }));
    state.findings.push(Finding::paths(&state.paths, answered));
    let Ok(caller) = caller else { return Ok(state.in_order()) };
    let now = accept::now().unix_timestamp();
    let rights = run
        .work_out(|facts| Rights::of(&caller.arn, &region, now, facts))
        .await
        .map_err(Stop::from);
    if let Some(signal) = run.interrupted() {
        return Err(Failure::interrupted(signal));
    }
    state.caller = Some(caller);
    match rights.and_then(|it| it) {
        Ok(rights) => {
            state.findings.push(Finding::rights(&rights));
            state.rights = Some(rights);
        }
        Err(stop) => state.findings.push(Finding::unread_rights(&stop)),
    }
    Ok(state.in_order())
}

#[cfg(test)]
mod tests;
