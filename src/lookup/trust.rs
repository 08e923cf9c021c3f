//! The HTTP clients of a run, by the certificates that they trust.
//!
//! A CA bundle is for calls to AWS. A registry whose certificate only this machine's own certificates prove is one
//! that Fargate, which cannot be given any, does not pull from.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder};

/// What the user set about connections.
#[derive(Clone, Debug)]
pub(super) struct Trust {
    /// The CA bundle for calls to AWS.
    pub(super) bundle: Option<PathBuf>,
    /// `SSL_CERT_FILE` or `SSL_CERT_DIR`, which replace the certificates of the system.
    pub(super) instead: Option<PathBuf>,
    pub(super) accept_any_certificate: bool,
    pub(super) connect_timeout: Duration,
    pub(super) read_timeout: Duration,
}

/// Why there is no client.
#[derive(Debug)]
pub(super) enum NoClient {
    /// The bundle cannot be used.
    Bundle(PathBuf, String),
    /// The client cannot be created: for example, there is no certificate to trust.
    Other(reqwest::Error),
}

/// The HTTP clients of a run.
pub(super) struct Clients {
    /// It trusts everything that this machine trusts.
    pub(super) client: Client,
    /// It trusts what the operating system trusts; none if the machine adds nothing to that.
    pub(super) public: Option<Client>,
}

/// Where operating systems keep the certificates that they trust.
const OF_SYSTEM: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

impl Trust {
    /// The clients of the run.
    ///
    /// # Errors
    /// If the bundle cannot be used.
    pub(super) fn clients(&self) -> Result<Clients, NoClient> {
        let mut builder = self.builder();
        if let Some(path) = &self.bundle {
            let unusable = |why: String| NoClient::Bundle(path.clone(), why);
            let certificates = certificates(path).map_err(unusable)?;
            if certificates.is_empty() {
                return Err(unusable("it contains no certificate in PEM format".to_owned()));
            }
            for certificate in certificates {
                builder = builder.add_root_certificate(certificate);
            }
        }
        let client = builder.build().map_err(NoClient::Other)?;
        let public = if self.accept_any_certificate { None } else { self.public() };
        Ok(Clients { client, public })
    }

    fn public(&self) -> Option<Client> {
        let builder = match &self.instead {
            Some(instead) => {
                let of_system = OF_SYSTEM.into_iter().map(Path::new).find(|path| path.exists())?;
                let is_same = instead.canonicalize().ok() == of_system.canonicalize().ok();
                if is_same && self.bundle.is_none() {
                    return None;
                }
                self.builder().tls_certs_only(certificates(of_system).ok()?)
            }
            None if self.bundle.is_some() => self.builder(),
            None => return None,
        };
        builder.build().ok()
    }

    fn builder(&self) -> ClientBuilder {
        let builder = super::connector::client_builder()
            .user_agent(concat!("aws-ecs-preflight/", env!("CARGO_PKG_VERSION")))
            // Some proxies and emulators compare header names by case, and expect botocore's.
            .http1_title_case_headers()
            .connect_timeout(self.connect_timeout)
            .read_timeout(self.read_timeout);
        match self.accept_any_certificate {
            true => builder.danger_accept_invalid_certs(true),
            false => builder,
        }
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, String> {
    let pem = std::fs::read(path).map_err(|error| error.to_string())?;
    Certificate::from_pem_bundle(&pem).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORITY: &str = "-----BEGIN CERTIFICATE-----\n\
        MIIBiTCCAS+gAwIBAgIUJbQ29vNGUxZDclZejiQYub02plYwCgYIKoZIzj0EAwIw\n\
        GTEXMBUGA1UEAwwOVGVzdCBhdXRob3JpdHkwIBcNMjYxMTMwMTY1NzQ2WhgPMjEy\n\
        NjExMDYxNjU3NDZaMBkxFzAVBgNVBAMMDlRlc3QgYXV0aG9yaXR5MFkwEwYHKoZI\n\
        zj0CAQYIKoZIzj0DAQcDQgAEh+jQ63y8L4vOfIwEARB1IlZoZWSJkm++FN+AGkc2\n\
        uLF0P0Leg/e+I66AhuzebTuhJ52/gCgOra4pMBsd72IKm6NTMFEwHQYDVR0OBBYE\n\
        FHJAF5h0aU39irDjoNsx1WP5gJwtMB8GA1UdIwQYMBaAFHJAF5h0aU39irDjoNsx\n\
        1WP5gJwtMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgFPq7143W\n\
        UkEHmcNpqAYLWIevhgkYtO30vl853wqcsmMCIQDZfQxddi4A7YYwDLeE31SzAev5\n\
        G4lZihcokjdDcbC5Dg==\n\
        -----END CERTIFICATE-----";

    /// What comes of a bundle with this text, and of the certificates that replace those of the system.
    fn clients(bundle: Option<&str>, instead: Option<&str>) -> Result<Clients, NoClient> {
        let folder = std::env::temp_dir().join(format!("trust-{:?}", std::thread::current().id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("bundle.pem");
        std::fs::write(&path, bundle.unwrap_or_default()).unwrap();
        let trust = Trust {
            bundle: bundle.map(|_| path),
            instead: instead.map(PathBuf::from),
            accept_any_certificate: false,
            connect_timeout: Duration::from_secs(1),
            read_timeout: Duration::from_secs(1),
        };
        let clients = trust.clients();
        std::fs::remove_dir_all(&folder).unwrap();
        clients
    }

    #[test]
    fn certificates_of_this_machine_are_kept_apart_from_those_of_its_system() {
        let has_public = |bundle, instead| clients(bundle, instead).unwrap().public.is_some();
        assert!(has_public(Some(AUTHORITY), None));
        assert!(!has_public(None, None), "one client is enough");
        // The system's own file may be named, and adds nothing.
        for path in OF_SYSTEM.into_iter().filter(|path| Path::new(path).exists()).take(1) {
            assert!(!has_public(None, Some(path)));
            assert!(has_public(Some(AUTHORITY), Some(path)));
            assert!(has_public(None, Some("/nonexistent/own.pem")));
        }
    }

    #[test]
    fn a_bundle_without_a_certificate_is_no_bundle() {
        for text in
            ["", "no certificate", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----"]
        {
            assert!(matches!(clients(Some(text), None), Err(NoClient::Bundle(..))), "{text}");
        }
    }
}
