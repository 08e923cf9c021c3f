//! `extraHosts`, `dnsServers` and `dnsSearchDomains`, for `definition-schema`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HostEntry.html>).

use std::net::IpAddr;

use crate::document::{Container, Field};
use crate::knowledge::Stop;
use crate::names::words::shown;
use crate::verdict::{Findings, Rule};

const ENTRY: Rule = Rule::quoted(
    "an extra host is a name and an IP address",
    "CannotCreateContainerError: ... invalid IP address in add-host: \"<address>\"",
    "https://github.com/moby/moby/blob/master/opts/hosts.go",
    "2026-11",
);
const SERVER: Rule = Rule::unquoted(
    "a DNS server is an IP address",
    "the container is not created, or resolves no names",
    "https://docs.docker.com/reference/cli/docker/container/run/#dns",
    "2026-11",
);
const DOMAIN: Rule = Rule::unquoted(
    "a DNS search domain is a domain name",
    "the container is not created, or resolves no names",
    "https://docs.docker.com/reference/cli/docker/container/run/#dns",
    "2026-11",
);

pub(super) const RULES: &[Rule] = &[ENTRY, SERVER, DOMAIN];

/// Docker's word for the address of the host.
const GATEWAY: &str = "host-gateway";

pub(super) fn judge(container: &Container, found: &mut Findings) {
    for host in container.extra_hosts.items().unwrap_or_default() {
        found.part(host.ip_address.place(), |found| address(&host.ip_address, found));
        found.part(host.hostname.place(), |found| name(&host.hostname, found));
    }
    found.part(container.dns_servers.place(), |found| {
        for server in container.dns_servers.items()? {
            if server.value.parse::<IpAddr>().is_err() {
                found.add(
                    SERVER
                        .warn(format!("{} is not an IP address", shown(&server.value)))
                        .at(&server.place)
                        .remedy("Write the IP address of the DNS server"),
                );
            }
        }
        Ok(())
    });
    found.part(container.dns_search_domains.place(), |found| {
        for domain in container.dns_search_domains.items()? {
            let strange = |it: char| !it.is_ascii_alphanumeric() && !"-_.".contains(it);
            if domain.value.is_empty() || domain.value.contains(strange) {
                found.add(
                    DOMAIN
                        .warn(format!("{} is not a domain name", shown(&domain.value)))
                        .at(&domain.place)
                        .remedy("Write a domain such as corp.example.com"),
                );
            }
        }
        Ok(())
    });
}

fn address(field: &Field<String>, found: &mut Findings) -> Result<(), Stop> {
    let Some(text) = field.get()? else { return Ok(()) };
    if text.parse::<IpAddr>().is_err() && text != GATEWAY {
        found.add(
            ENTRY
                .fail(format!("{} is not an IP address", shown(text)))
                .at(field.place())
                .naming("<address>", text)
                .remedy("Write the IP address of the host"),
        );
    }
    Ok(())
}

fn name(field: &Field<String>, found: &mut Findings) -> Result<(), Stop> {
    let Some(text) = field.get()? else { return Ok(()) };
    if text.is_empty() || text.contains(|it: char| it.is_whitespace() || it == ':') {
        found.add(
            ENTRY
                .warn(format!("{} is not a host name", shown(text)))
                .at(field.place())
                .prevents("no error text: the name does not resolve")
                .remedy("Write the name without blanks and colons"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::schema::DEFINITION_SCHEMA;
    use crate::report::Status::{Fail, Pass, Warn};
    use crate::testing::story::{Story, Told};

    #[test]
    fn hosts_and_dns_have_addresses_and_names() {
        let held: Told = (Pass, "", "known");
        let host = |name: &str, address: &str| {
            format!(r#""extraHosts": [{{"hostname": "{name}", "ipAddress": "{address}"}}]"#)
        };
        for (fields, told) in [
            (host("db", "10.0.0.1"), held),
            (host("db", "fd00::1"), held),
            (host("host.docker.internal", "host-gateway"), held),
            (
                host("db", "10.0.0"),
                (Fail, "/containerDefinitions/0/extraHosts/0/ipAddress", "not an IP address"),
            ),
            (
                host("a b", "10.0.0.1"),
                (Warn, "/containerDefinitions/0/extraHosts/0/hostname", "not a host name"),
            ),
            (r#""dnsServers": ["10.0.0.2"], "dnsSearchDomains": ["corp.example"]"#.into(), held),
            (
                r#""dnsServers": ["dns.example"]"#.into(),
                (Warn, "/containerDefinitions/0/dnsServers/0", "not an IP address"),
            ),
            (
                r#""dnsSearchDomains": ["a b"]"#.into(),
                (Warn, "/containerDefinitions/0/dnsSearchDomains/0", "not a domain name"),
            ),
        ] {
            Story::container(&fields).ends(&DEFINITION_SCHEMA, &[told]);
        }
    }
}
