//! ARNs among the arguments: what they name, and whether it belongs to this run.

use super::Failure;
use super::input::Given;
use crate::cli::PlaceToRun;
use crate::knowledge::Seen;
use crate::lookup::CallerIdentity;
use crate::names::{Arn, Region};
use crate::preflight::RunLoop;

/// An argument that is an ARN.
pub(super) struct ArnArgument {
    /// The flag, or the name of the positional argument.
    flag: &'static str,
    arn: Arn,
    /// Its kind, as the resource of its ARN begins.
    kind: &'static str,
}

impl ArnArgument {
    /// The ARN in an argument that takes a name or the ARN of something of this kind.
    ///
    /// # Errors
    /// A text that is not an ARN, or not of this kind.
    fn of(
        flag: &'static str,
        kind: &'static str,
        text: &str,
    ) -> Result<Option<ArnArgument>, Failure> {
        if !text.starts_with("arn:") {
            return Ok(None);
        }
        let words = kind.replace('-', " ");
        let pass = format!("Pass the name or the ARN of a {words}");
        let arn: Arn =
            text.parse().map_err(|why| Failure::usage(format!("{flag}: {why}\n  {pass}")))?;
        let is_meant = arn.service == "ecs" && arn.resource.strip_prefix(kind).is_some_and(is_tail);
        match is_meant {
            true => Ok(Some(ArnArgument { flag, arn, kind })),
            false => {
                Err(Failure::usage(format!("{flag}: {text} is not the ARN of a {words}\n  {pass}")))
            }
        }
    }

    fn words(&self) -> String {
        self.kind.replace('-', " ")
    }
}

/// Whether a name follows the kind in the resource of an ARN.
fn is_tail(rest: &str) -> bool {
    rest.strip_prefix('/').is_some_and(|name| !name.is_empty())
}

/// The ARNs among the arguments.
///
/// # Errors
/// What is not an ARN of the kind that its flag takes.
pub(super) fn given(
    place: &PlaceToRun,
    services: &[String],
    given: &[Given],
) -> Result<Vec<ArnArgument>, Failure> {
    let definitions = given.iter().filter_map(|given| match given {
        Given::Registered(name) => Some(name),
        _ => None,
    });
    let mut found = Vec::new();
    let mut add = |flag, kind, text: &str| -> Result<(), Failure> {
        found.extend(ArnArgument::of(flag, kind, text)?);
        Ok(())
    };
    if let Some(cluster) = &place.cluster {
        add("--cluster", "cluster", cluster)?;
    }
    if let Some(service) = &place.service {
        add("--service", "service", service)?;
    }
    for service in services {
        add("--services", "service", service)?;
    }
    for provider in &place.capacity_provider {
        add("--capacity-provider", "capacity-provider", provider)?;
    }
    for instance in &place.container_instances {
        add("--container-instances", "container-instance", instance)?;
    }
    for definition in definitions {
        add("TASKDEF", "task-definition", definition)?;
    }
    Ok(found)
}

/// The flags, with the cluster and the name of a service that was given as an ARN.
///
/// # Errors
/// An ARN of something else, or of a service in another cluster than that of `--cluster`.
pub(super) fn resolved(place: &PlaceToRun) -> Result<PlaceToRun, Failure> {
    let mut place = place.clone();
    let Some(service) = &place.service else { return Ok(place) };
    let cluster = place.cluster.as_deref();
    let (cluster, name) = service_of("--service", service, cluster)?;
    (place.cluster, place.service) = (cluster, Some(name));
    Ok(place)
}

/// The cluster and the name of a service that is given as a name or an ARN.
///
/// # Errors
/// An ARN of something else, or of a service in another cluster than that of `--cluster`.
pub(super) fn service_of(
    flag: &'static str,
    text: &str,
    cluster: Option<&str>,
) -> Result<(Option<String>, String), Failure> {
    let given = cluster.map(str::to_owned);
    let Some(it) = ArnArgument::of(flag, "service", text)? else {
        return Ok((given, text.to_owned()));
    };
    // The older form of the ARN, `service/NAME`, does not contain the cluster.
    let path = it.arn.resource.trim_start_matches("service/");
    let Some((own, name)) = path.split_once('/') else { return Ok((given, path.to_owned())) };
    match &given {
        Some(other) if last(other) != own => Err(Failure::usage(format!(
            "{flag}: {text} is in cluster {own}, but --cluster is {other}\n  Pass --cluster {own}, or a service of {other}"
        ))),
        Some(_) => Ok((given, name.to_owned())),
        None => Ok((Some(own.to_owned()), name.to_owned())),
    }
}

/// The name at the end of an ARN.
pub(super) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Refuses what is in another region or account than the run. An account that cannot be determined
/// contradicts nothing.
pub(super) async fn check(
    arns: &[ArnArgument],
    region: Option<&Region>,
    asks: bool,
    run: &mut RunLoop<'_>,
) -> Result<(), Failure> {
    let Some(region) = region.filter(|_| !arns.is_empty()) else { return Ok(()) };
    for it in arns {
        if let Some(other) = it.arn.region.as_ref().filter(|other| *other != region) {
            let (flag, arn, words) = (it.flag, &it.arn, it.words());
            return Err(Failure::usage(format!(
                "{flag}: {arn} is in region {other}, but this run is in {region}\n  Pass --region {other}, or a {words} in {region}"
            )));
        }
    }
    if !asks {
        return Ok(());
    }
    let Ok(Seen::Found(caller)) = run.learn(&CallerIdentity { region: region.clone() }).await
    else {
        return Ok(());
    };
    let own = &caller.account;
    for it in arns {
        if let Some(other) = it.arn.account().filter(|other| *other != own) {
            let (flag, arn, words) = (it.flag, &it.arn, it.words());
            return Err(Failure::usage(format!(
                "{flag}: {arn} is in account {other}, but this run is in account {own}\n  Run with credentials of account {other} (--profile), or pass a {words} of account {own}"
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = "arn:aws:ecs:eu-west-1:111122223333:service/production/web";
    const OLDER: &str = "arn:aws:ecs:eu-west-1:111122223333:service/web";
    const CLUSTER: &str = "arn:aws:ecs:eu-west-1:111122223333:cluster/production";

    fn service(text: &str, cluster: Option<&str>) -> Result<(Option<String>, String), String> {
        service_of("--service", text, cluster).map_err(|failure| failure.message)
    }

    #[test]
    fn the_arn_of_a_service_contains_its_cluster() {
        let web = |cluster: Option<&str>| Ok((cluster.map(str::to_owned), "web".to_owned()));
        for (text, cluster, expected) in [
            ("web", None, web(None)),
            ("web", Some("production"), web(Some("production"))),
            (SERVICE, None, web(Some("production"))),
            (SERVICE, Some("production"), web(Some("production"))),
            (SERVICE, Some(CLUSTER), web(Some(CLUSTER))),
            (OLDER, None, web(None)),
            (OLDER, Some("production"), web(Some("production"))),
        ] {
            assert_eq!(service(text, cluster), expected, "{text} {cluster:?}");
        }
        let other = service(SERVICE, Some("staging")).unwrap_err();
        assert!(other.contains("is in cluster production, but --cluster is staging"), "{other}");
    }

    #[test]
    fn an_arn_of_another_kind_is_refused() {
        for (text, why) in [
            (CLUSTER, "is not the ARN of a service"),
            ("arn:aws:iam::111122223333:role/service", "is not the ARN of a service"),
            ("arn:aws:ecs:eu-west-1:111122223333:service/", "is not the ARN of a service"),
            ("arn:aws:ecs:web", "an ARN has six"),
        ] {
            let said = service(text, None).unwrap_err();
            assert!(said.starts_with("--service: ") && said.contains(why), "{said}");
        }
        let place = PlaceToRun { cluster: Some(SERVICE.to_owned()), ..PlaceToRun::default() };
        let said = given(&place, &[], &[]).err().map(|failure| failure.message).unwrap_or_default();
        assert!(said.contains("--cluster: ") && said.contains("the ARN of a cluster"), "{said}");
    }

    #[test]
    fn names_are_not_looked_at() {
        let place = PlaceToRun {
            cluster: Some("production".to_owned()),
            container_instances: vec!["0123456789abcdef".to_owned()],
            ..PlaceToRun::default()
        };
        assert!(
            given(&place, &["web".to_owned()], &[Given::Registered("web:7".to_owned())])
                .is_ok_and(|it| it.is_empty())
        );
    }
}
