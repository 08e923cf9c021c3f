//! TLS of Service Connect, for `service-discovery`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-tls.html>).

use super::errors::REFUSED;
use crate::document::run_context::ConnectedService;
use crate::knowledge::Stop;
use crate::names::Arn;
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

pub(super) const RULES: &[Rule] = &[AUTHORITY, REGION, ROLE];

pub(super) fn judge(
    it: &ServiceUse,
    service: &ConnectedService,
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
    }
    Ok(())
}
