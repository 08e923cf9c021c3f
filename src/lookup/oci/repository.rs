//! A repository of a registry, and its addresses.

use std::net::IpAddr;

use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::answer::Trouble;

/// A repository of a registry, from a normalized image reference.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Repository {
    /// Such as `docker.io`, `ghcr.io` or `127.0.0.1:5000`.
    pub host: String,
    /// Such as `library/nginx`.
    pub name: String,
}

impl Repository {
    /// A digest contains a colon, which no tag does.
    #[must_use]
    pub fn reference(&self, reference: &str) -> String {
        let mark = if reference.contains(':') { '@' } else { ':' };
        format!("{}/{}{mark}{reference}", self.host, self.name)
    }

    /// An answer that proves nothing.
    pub(super) fn garbled(&self, what: &str) -> Trouble {
        Trouble::Garbled { why: format!("{} answers with {what}", self.host) }
    }

    pub(super) fn is_docker_hub(&self) -> bool {
        matches!(self.host.as_str(), "docker.io" | "index.docker.io" | "registry-1.docker.io")
    }

    /// Whether it is on whatever machine pulls from it.
    #[must_use]
    pub fn is_on_loopback(&self) -> bool {
        let host = match self.host.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => self.host.as_str(),
        };
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
    }

    /// Runtimes use registries without TLS only on the local machine.
    pub(super) fn is_local(&self) -> bool {
        let host = self.host.rsplit_once(':').map_or(self.host.as_str(), |(host, _)| host);
        matches!(host, "localhost" | "127.0.0.1")
    }

    pub(super) fn url(&self, kind: &str, reference: &str) -> Result<Url, Trouble> {
        let scheme = if self.is_local() { "http" } else { "https" };
        let host = if self.is_docker_hub() { "registry-1.docker.io" } else { &self.host };
        let unusable = || Trouble::Silent { why: format!("{host} is not a valid host name") };
        let mut url = Url::parse(&format!("{scheme}://{host}")).map_err(|_| unusable())?;
        url.path_segments_mut()
            .map_err(|()| unusable())?
            .push("v2")
            .extend(self.name.split('/'))
            .extend([kind, reference]);
        Ok(url)
    }
}
