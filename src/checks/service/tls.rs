//! TLS of Service Connect, for `service-discovery`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-tls.html>).

use std::collections::BTreeMap;

use super::errors::REFUSED;
use crate::document::Place;
use crate::document::run_context::ConnectedService;
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::acm_pca::{DescribeCertificateAuthority, ListAuthorityTags};
use crate::names::{Arn, Region};
use crate::shell::ShellCommand;
use crate::task::ServiceUse;
use crate::verdict::{Findings, Rule};

const TLS: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectTlsConfiguration.html";

const AUTHORITY: Rule = Rule::unquoted(
    "TLS of Service Connect has a certificate authority of AWS Private CA",
    REFUSED,
    TLS,
    "2026-11-30",
);
const REGION: Rule = Rule::unquoted(
    "the certificate authority is in the region of the service",
    "no task starts, because ECS cannot issue a certificate",
    TLS,
    "2026-11-30",
);
const ROLE: Rule = Rule::unquoted(
    "TLS of Service Connect has a role with which ECS issues certificates",
    "no task starts, because ECS cannot issue a certificate",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-tls.html",
    "2026-11-30",
);

const ACTIVE: Rule = Rule::unquoted(
    "the certificate authority is ACTIVE",
    "no task starts, because ECS cannot issue a certificate",
    "https://docs.aws.amazon.com/privateca/latest/userguide/PcaCaLifecycle.html",
    "2026-11-30",
);
const MANAGED: Rule = Rule::unquoted(
    "the certificate authority has the tag AmazonECSManaged with the value true",
    "no task starts, because ECS cannot issue a certificate",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-tls.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[AUTHORITY, REGION, ROLE, ACTIVE, MANAGED];

pub(super) fn judge(
    it: &ServiceUse,
    service: &ConnectedService,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(tls) = service.tls.get()? else { return Ok(()) };
    if tls.role_arn.is_missing() {
        // The API accepts it without a role.
        found.add(
            ROLE.warn("tls has no roleArn, so ECS cannot issue certificates for the tasks")
                .at(&tls.place)
                .remedy("Set roleArn to a role with the policy AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity"),
        );
    }
    let Some(issuer) = tls.issuer.get()? else { return Ok(()) };
    let field = &issuer.aws_pca_authority_arn;
    let Some(text) = field.get()? else { return Ok(()) };
    let arn = text.parse::<Arn>().ok();
    let is_authority =
        |arn: &&Arn| arn.service == "acm-pca" && arn.resource.starts_with("certificate-authority/");
    let Some(arn) = arn.as_ref().filter(is_authority) else {
        found.add(
            AUTHORITY
                .fail(format!("{text} is not the ARN of a certificate authority of AWS Private CA"))
                .at(field.place())
                .remedy("Set awsPcaAuthorityArn to arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID"),
        );
        return Ok(());
    };
    let region = it.task.region()?;
    if let Some(other) = arn.region.as_ref().filter(|other| *other != region) {
        found.add(
            REGION
                .warn(format!(
                    "the certificate authority is in {other}, but the service in {region}"
                ))
                .at(field.place())
                .remedy("Use a certificate authority of the region of the service"),
        );
        return Ok(());
    }
    let authority = Authority { region, arn: text, place: field.place() };
    found.part(field.place(), |found| authority.judge(facts, found));
    Ok(())
}

/// The certificate authority as the account has it.
struct Authority<'a> {
    region: &'a Region,
    arn: &'a str,
    place: &'a Place,
}

impl Authority<'_> {
    fn judge(&self, facts: &View, found: &mut Findings) -> Result<(), Stop> {
        let (region, arn) = (self.region.clone(), self.arn.to_owned());
        let tags = ListAuthorityTags { region: region.clone(), arn: arn.clone() };
        let tags = facts.peek(&tags);
        let authority = facts.need(&DescribeCertificateAuthority { region, arn })?;
        if authority.state != "ACTIVE" {
            found.add(
                ACTIVE
                    .fail(format!("the certificate authority is {}", authority.state))
                    .at(self.place)
                    .on(self.arn)
                    .remedy(
                        "Install its certificate, enable or restore it, or use one that is ACTIVE",
                    ),
            );
        }
        let is_managed = |tags: &BTreeMap<String, String>| {
            tags.get("AmazonECSManaged").is_some_and(|value| value == "true")
        };
        if let Some(Seen::Found(tags)) = tags?
            && !is_managed(tags)
        {
            found.add(
                MANAGED
                    .warn("the certificate authority has no tag AmazonECSManaged = true, without which the managed policy of the role does not apply")
                    .at(self.place)
                    .on(self.arn)
                    .remedy("Add the tag AmazonECSManaged with the value true to the certificate authority")
                    .command(
                        ShellCommand::of("aws acm-pca tag-certificate-authority")
                            .option("--certificate-authority-arn", self.arn)
                            .option("--tags", "Key=AmazonECSManaged,Value=true")
                            .region(self.region),
                    ),
            );
        }
        Ok(())
    }
}
