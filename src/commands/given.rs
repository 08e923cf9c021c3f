//! What is to be judged, where it has to be read from AWS first.

use super::Failure;
use crate::cli::PlaceToRun;
use crate::document::{RunContext, Source};
use crate::knowledge::{Gap, Seen};
use crate::lookup::ecs::{DescribeService, DescribeTaskDefinition};
use crate::names::Region;
use crate::preflight::Loop;

/// What the live service of `--service` says about where the task will run.
pub(super) async fn live_service(
    place: &PlaceToRun,
    region: Option<&Region>,
    run: &mut Loop<'_>,
) -> Result<RunContext, Failure> {
    let Some(service) = &place.service else { return Ok(RunContext::flags()) };
    let region = region.ok_or_else(|| Failure::no_verdict("--service needs a region"))?;
    let lookup = DescribeService {
        region: region.clone(),
        cluster: place.cluster.clone(),
        service: service.clone(),
    };
    let json = match run.learn(&lookup).await {
        Ok(Seen::Found(described)) => described.json.clone(),
        Ok(Seen::Absent(absence)) => return Err(Failure::usage(absence.sentence)),
        Err(gap) => return Err(unread(run, &gap)),
    };
    let name = format!("service {service}");
    let source = Source::from_json_value(&name, crate::document::Role::Context, &json);
    Ok(RunContext::live_service(&source))
}

pub(super) async fn registered(
    name: &str,
    region: Option<&Region>,
    run: &mut Loop<'_>,
) -> Result<Source, Failure> {
    let region =
        region.ok_or_else(|| Failure::no_verdict("a registered definition needs a region"))?;
    let lookup = DescribeTaskDefinition { region: region.clone(), name: name.to_owned() };
    match run.learn(&lookup).await {
        Ok(Seen::Found(described)) => {
            Ok(Source::from_json_value(name, crate::document::Role::Definition, &described.json))
        }
        Ok(Seen::Absent(absence)) => Err(Failure::usage(format!(
            "{}, and no file of that name\n  Check the name, or the region with --region",
            absence.sentence
        ))),
        Err(gap) => Err(unread(run, &gap)),
    }
}

/// The input itself could not be read from AWS: there is nothing to judge.
fn unread(run: &Loop, gap: &Gap) -> Failure {
    if run.was_interrupted() {
        return Failure::interrupted();
    }
    Failure::no_verdict(format!("what is to be judged cannot be read: {gap}"))
}
