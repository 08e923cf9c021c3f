//! Hosts that are no AWS service: registries and log servers.

use std::net::{IpAddr, SocketAddr};

use super::need::To;

/// Hosts that are known to be on the internet.
const PUBLIC: [&str; 9] = [
    "docker.io",
    "gcr.io",
    "ghcr.io",
    "mcr.microsoft.com",
    "nvcr.io",
    "public.ecr.aws",
    "quay.io",
    "registry.gitlab.com",
    "registry.k8s.io",
];

/// The option with the server of a log driver that connects when the container starts
/// (<https://docs.docker.com/engine/logging/drivers/splunk/>,
/// <https://docs.docker.com/engine/logging/drivers/fluentd/>).
pub(super) fn log_server(driver: &str) -> Option<&'static str> {
    Some(match driver {
        "splunk" => "splunk-url",
        "gelf" => "gelf-address",
        "fluentd" => "fluentd-address",
        "syslog" => "syslog-address",
        _ => return None,
    })
}

/// The host of a URL or address for TCP, with its port if that is not 443.
pub(super) fn host_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("tcp", url));
    let default = match scheme {
        "https" => Some(443),
        "http" => Some(80),
        "tcp" | "tls" | "tcp+tls" => None,
        _ => return None,
    };
    let host = rest.split(['/', '?']).next().filter(|host| !host.is_empty())?;
    let written = host.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
    match (written.or(default), written) {
        (Some(443), Some(_)) => host.rsplit_once(':').map(|(host, _)| host.to_owned()),
        (Some(443), None) | (_, Some(_)) => Some(host.to_owned()),
        (Some(port), None) => Some(format!("{host}:{port}")),
        // Routes do not depend on the default port of the driver.
        (None, None) => Some(host.to_owned()),
    }
}

/// The destination for a host, by its name. A host on the machine itself needs none.
pub(super) fn place_of(host: String) -> Option<To> {
    let by_address = host.parse::<SocketAddr>().map(|it| (it.ip(), it.port()));
    let by_address = by_address.or_else(|_| host.parse::<IpAddr>().map(|it| (it, 443)));
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    Some(match by_address {
        Ok((address, _)) if address.is_loopback() => return None,
        Ok((address, port)) => To::Address { host, address, port },
        Err(_) if name == "localhost" => return None,
        Err(_) if PUBLIC.contains(&host.as_str()) || host.ends_with(".gcr.io") => To::Host(host),
        Err(_) => To::Anywhere(host),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_server_is_a_host_with_the_port_that_is_not_https() {
        for (url, host) in [
            (
                "https://http-inputs-acme.splunkcloud.com:443",
                Some("http-inputs-acme.splunkcloud.com"),
            ),
            ("https://splunk.corp.example:8088/services", Some("splunk.corp.example:8088")),
            ("http://splunk.corp.example", Some("splunk.corp.example:80")),
            ("tcp://10.0.9.9:12201", Some("10.0.9.9:12201")),
            ("logs.corp.example:24224", Some("logs.corp.example:24224")),
            ("udp://10.0.9.9:12201", None),
            ("unix:///var/run/fluent.sock", None),
            ("", None),
        ] {
            assert_eq!(host_of(url).as_deref(), host, "{url}");
        }
    }

    #[test]
    fn the_machine_itself_is_no_place_to_go_to() {
        for host in ["localhost:5000", "localhost", "127.0.0.1:5000", "[::1]:5000"] {
            assert_eq!(place_of(host.to_owned()), None, "{host}");
        }
        let there = place_of("10.0.9.9:5000".to_owned());
        let address = "10.0.9.9".parse().unwrap();
        assert_eq!(
            there,
            Some(To::Address { host: "10.0.9.9:5000".to_owned(), address, port: 5000 })
        );
        assert_eq!(place_of("quay.io".to_owned()), Some(To::Host("quay.io".to_owned())));
        let own = "registry.corp.example:5000".to_owned();
        assert_eq!(place_of(own.clone()), Some(To::Anywhere(own)));
    }
}
