//! `service-discovery`

use super::errors::{NO_NAMESPACE, PORT_NAME, REGISTRY_PAIR, REGISTRY_PORT};
use super::{lattice, registry, service_connect};
use crate::checks::{Check, each};
use crate::document::run_context::ServiceConnect;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::acm_pca::{DescribeCertificateAuthority, ListAuthorityTags};
use crate::lookup::ecs::DescribeService;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::servicediscovery::{FindNamespace, GetNamespace, GetRegistry, NamesInUse};
use crate::task::ServiceUse;
use crate::verdict::{Findings, Judgement, not_applicable};

pub(super) static SERVICE_DISCOVERY: Check = Check {
    id: "service-discovery",
    verifies: "service registries, Service Connect and VPC Lattice find the ports and names that they use",
    prevents: &[
        REGISTRY_PAIR,
        REGISTRY_PORT,
        PORT_NAME,
        NO_NAMESPACE,
        "NamespaceNotFoundException: ...",
    ],
    remedy: "Correct serviceRegistries or serviceConnectConfiguration, or name the port mapping in the task definition",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect.html",
    asks: &[
        &[GetRegistry::CALL],
        &[GetNamespace::CALL],
        &[FindNamespace::CALL],
        &[DescribeCertificateAuthority::CALL],
        &[ListAuthorityTags::CALL],
        &[DescribeCluster::CALL, DescribeService::CALL, NamesInUse::CALL],
    ],
    advises: false,
    judge: |task| each(task, service_discovery),
};

fn service_discovery(it: &ServiceUse, facts: &View) -> Judgement {
    let request = it.request();
    let registries = request.service_registries.items()?;
    let connect = enabled(it)?;
    let lattices = request.vpc_lattice.items()?;
    if registries.is_empty() && connect.is_none() && lattices.is_empty() {
        return not_applicable(match it.is_whole() {
            true => "the service uses no service registry, Service Connect or VPC Lattice",
            false => "the update changes no service registry, Service Connect or VPC Lattice",
        });
    }
    let mut found = Findings::new();
    let mut holds = Vec::new();
    if !registries.is_empty() {
        registry::count(it, registries, &mut found);
        for registry in registries {
            found.part(&registry.place, |found| registry::judge(it, registry, facts, found));
        }
        holds.push("the service registry exists and fits the task definition");
    }
    if let Some(connect) = connect {
        found.part(&connect.place, |found| service_connect::judge(it, connect, facts, found));
        holds.push("the namespace of Service Connect exists, and its ports and names are valid");
    }
    for lattice in lattices {
        lattice::judge(it, lattice, &mut found);
    }
    if !lattices.is_empty() {
        holds.push("VPC Lattice uses named ports");
    }
    found.or_pass(holds.join(", and "))
}

/// Service Connect, if it is on.
fn enabled<'t>(it: &ServiceUse<'t>) -> Result<Option<&'t ServiceConnect>, Stop> {
    let Some(connect) = it.request().service_connect.get()? else { return Ok(None) };
    Ok((connect.enabled.get()? == Some(&true)).then_some(connect))
}
