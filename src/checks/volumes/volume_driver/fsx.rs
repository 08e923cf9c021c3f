//! Volumes on FSx for Windows File Server
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/wfsx-volumes.html>).

use super::errors::{NO_ATTRIBUTE, NOT_MOUNTED};
use crate::account;
use crate::account::parameter::ParameterNamed;
use crate::account::rights::{Policies, of_task};
use crate::document::Field;
use crate::document::launch::OperatingSystem;
use crate::document::volume::FsxVolume;
use crate::facts::View;
use crate::knowledge::{Purpose, Stop};
use crate::lookup::fsx::{DescribeFsxFileSystem, FsxFileSystem};
use crate::lookup::secretsmanager::DescribeSecret;
use crate::names::{ParameterRef, SecretRef, ValueFrom, words};
use crate::permission::secret::Version;
use crate::permission::{Answer, ResourceSide, Wish, decide, secret};
use crate::reachability::origin::CallOrigin;
use crate::shell::ShellCommand;
use crate::task::DrivenVolumeUse;
use crate::verdict::{Findings, Judgement, Verdict, fail, not_applicable};

pub(super) fn judge(it: &DrivenVolumeUse, fsx: &FsxVolume, facts: &View) -> Judgement {
    if it.task.may_run_on_fargate()? {
        return not_applicable(
            "Fargate does not support FSx volumes; see definition-fargate-parameters",
        );
    }
    let mut found = Findings::new();
    let place = &it.volume.place;
    found.part(place, |found| windows(it, found));
    found.part(fsx.file_system_id.place(), |found| file_system(it, fsx, facts, found));
    found.part(place, |found| credentials(it, fsx, facts, found));
    found.or_pass(
        "the file system is available for Windows, and the execution role may read the credentials",
    )
}

fn windows(it: &DrivenVolumeUse, found: &mut Findings) -> Result<(), Stop> {
    let why = match it.task.definition.operating_system()? {
        OperatingSystem::Linux => {
            "the task is for Linux, but only Windows tasks can mount FSx for Windows File Server"
        }
        OperatingSystem::Windows(family) if family.starts_with("WINDOWS_SERVER_2016") => {
            "ECS on Windows Server 2016 cannot mount FSx volumes"
        }
        OperatingSystem::Windows(_) => return Ok(()),
    };
    found.add(
        fail(why)
            .at(it.task.definition.runtime_platform.place())
            .prevents(NO_ATTRIBUTE)
            .remedy("Set runtimePlatform.operatingSystemFamily to Windows Server 2019 or later"),
    );
    Ok(())
}

fn file_system(
    it: &DrivenVolumeUse,
    fsx: &FsxVolume,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(id) = fsx.file_system_id.get()?.filter(|id| !id.is_empty()) else {
        let sentence = "the volume has no FSx file system ID";
        return Err(Stop::written(fsx.place.subject(), sentence));
    };
    let asked = DescribeFsxFileSystem { region: it.task.region()?.clone(), id: id.clone() };
    let who = of_task::policies(it.task, facts);
    let FsxFileSystem { kind, state } = facts.need(&asked)?;
    let named = format!("FSx file system {id} in {}", asked.region);
    let place = fsx.file_system_id.place();
    if kind != "WINDOWS" {
        found.add(
            fail(format!("{named} has type {kind}, but ECS mounts only WINDOWS"))
                .at(place)
                .prevents(NOT_MOUNTED)
                .remedy("Use a file system of FSx for Windows File Server"),
        );
    }
    // The states of FSx, and which of them are usable
    // (https://docs.aws.amazon.com/fsx/latest/APIReference/API_FileSystem.html).
    match state.as_str() {
        "AVAILABLE" | "UPDATING" => {}
        "MISCONFIGURED" => found.warn(
            place,
            format!("{named} is MISCONFIGURED: it works, but its configuration needs a repair"),
        ),
        other => found.add(
            fail(format!("{named} is {other}, not AVAILABLE"))
                .at(place)
                .prevents(NOT_MOUNTED)
                .remedy("Wait until the file system is available, or repair it")
                .command(
                    ShellCommand::of("aws fsx describe-file-systems")
                        .option("--file-system-ids", id)
                        .region(&asked.region),
                ),
        ),
    }
    finds(it, &asked, who?, facts, found)
}

/// The agent looks up the name of the file server with the execution role.
fn finds(
    it: &DrivenVolumeUse,
    asked: &DescribeFsxFileSystem,
    who: Option<&Policies>,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(who) = who else { return Ok(()) };
    let account = of_task::account(who);
    let DescribeFsxFileSystem { region, id } = asked;
    let resource = format!("arn:{}:fsx:{region}:{account}:file-system/{id}", it.task.partition()?);
    let wish = Wish::new("fsx:DescribeFileSystems", resource);
    let calls = vec![(wish, ResourceSide::default())];
    let from = (region, CallOrigin::Agent(it.task));
    if let Answer::Refused(finding) = decide(who, calls, from, None, facts)? {
        found.add(finding.prevents(NOT_MOUNTED));
    }
    Ok(())
}

/// The credentials for mounting the share: the ARN of a secret or a parameter.
fn credentials(
    it: &DrivenVolumeUse,
    fsx: &FsxVolume,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(authorization) = fsx.authorization.get()? else {
        let sentence = "the volume has no credentials for the file server (authorizationConfig)";
        return Err(Stop::written(fsx.place.subject(), sentence));
    };
    let field = &authorization.credentials_parameter;
    let text = field.get()?.map_or("", String::as_str);
    let wrong = |why: String| Stop::written(field.place().subject(), why);
    if !text.starts_with("arn:") {
        return Err(wrong(format!(
            "credentialsParameter is {}, but must be the ARN of a secret or a parameter",
            words::shown(text)
        )));
    }
    match text.parse::<ValueFrom>().map_err(|flaw| wrong(flaw.to_string()))? {
        ValueFrom::Secret(secret) => of_secret(it, field, &secret, facts, found),
        ValueFrom::Parameter(parameter) => of_parameter(it, field, &parameter, facts, found),
        ValueFrom::SecretThroughParameter { .. } => Err(wrong(format!(
            "{text} is a reference to a secret through Parameter Store, but must be the ARN of the secret itself"
        ))),
    }
}

fn of_secret(
    it: &DrivenVolumeUse,
    field: &Field<String>,
    secret: &SecretRef,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let arn = secret.secret_arn();
    let region = arn.region.as_ref().map_or_else(|| it.task.region(), Ok)?;
    let lookup = DescribeSecret { region: region.clone(), id: arn.to_string() };
    let who = of_task::policies(it.task, facts);
    let known = account::secret::found(&lookup, facts)
        .map_err(|stop| stop.wanted_for(Purpose::VolumeCredentials))?;
    if let Some(scheduled) = known.scheduled_for_deletion() {
        found.add(fail(scheduled).at(field.place()).mended(known.restored(region)));
        return Ok(());
    }
    let Some(who) = who? else { return Ok(()) };
    let made = (Vec::new(), CallOrigin::Agent(it.task));
    let read = secret::reads_secret(who, &lookup, Version::default(), made, facts)?;
    if let Verdict::Found(findings) = read {
        findings.into_iter().for_each(|finding| found.add(finding.at(field.place())));
    }
    Ok(())
}

/// Shares of AWS RAM are not visible, so only parameters of the role's account are looked up.
fn of_parameter(
    it: &DrivenVolumeUse,
    field: &Field<String>,
    parameter: &ParameterRef,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let region = parameter.region().map_or_else(|| it.task.region(), Ok)?.clone();
    let Some(who) = of_task::policies(it.task, facts)? else { return Ok(()) };
    let account = of_task::account(who);
    if parameter.account() == Some(account) {
        let names = parameter.candidate_names();
        facts
            .derive(&ParameterNamed { region: region.clone(), names })
            .map_err(|stop| stop.wanted_for(Purpose::VolumeCredentials))?;
    }
    let wish = Wish::new("ssm:GetParameters", parameter.arn_in(&region, account));
    let calls = vec![(wish, ResourceSide::default())];
    let from = (&region, CallOrigin::Agent(it.task));
    if let Answer::Refused(finding) = decide(who, calls, from, None, facts)? {
        found.add(finding.at(field.place()));
    }
    Ok(())
}
