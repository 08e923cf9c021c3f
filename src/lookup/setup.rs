//! What decides where requests go, with its source: for `doctor`, which shows it. Nothing here contains a
//! password.

use aws_types::os_shim_internal::{Env, Fs};

use super::connect::{Settings, environment_variable, named_profile};

/// A setting, and what it is set by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// What it decides.
    pub path: Path,
    /// A flag, a variable, or a profile.
    pub by: String,
    /// Its value, without a password.
    pub value: String,
}

/// What a setting decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// The address of a service.
    Endpoint,
    /// A proxy in between, or what is reached without it.
    Proxy,
    /// Which certificates are trusted.
    Certificates,
}

/// The variables that the HTTP client reads.
const PROXIES: &[&str] = &["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"];

/// The settings that change the path of requests.
pub async fn paths(settings: &Settings) -> Vec<Setting> {
    let mut found = endpoints(settings).await;
    for name in PROXIES {
        let lower = name.to_lowercase();
        let set = [name, lower.as_str()].into_iter().find_map(|it| set(Path::Proxy, it));
        found.extend(set.map(|it| Setting { value: without_password(&it.value), ..it }));
    }
    let flag =
        |by: &str, value: String| Setting { path: Path::Certificates, by: by.to_owned(), value };
    match &settings.ca_bundle {
        Some(file) => found.push(flag("--ca-bundle", file.display().to_string())),
        None => found.extend(set(Path::Certificates, "AWS_CA_BUNDLE")),
    }
    let instead = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
    found.extend(instead.into_iter().find_map(|it| set(Path::Certificates, it)));
    if settings.accept_any_certificate {
        found.push(flag("--no-verify-ssl", "certificates are not verified".to_owned()));
    }
    found
}

async fn endpoints(settings: &Settings) -> Vec<Setting> {
    if let Some(url) = &settings.endpoint_url {
        let value = without_password(url);
        return vec![Setting { path: Path::Endpoint, by: "--endpoint-url".to_owned(), value }];
    }
    let mut found: Vec<Setting> = [
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    ]
    .into_iter()
    .filter_map(|it| set(Path::Endpoint, it))
    .collect();
    for name in variables("AWS_ENDPOINT_URL") {
        let set = set(Path::Endpoint, &name);
        found.extend(set.map(|it| Setting { value: without_password(&it.value), ..it }));
    }
    let named = settings.profile.clone().map(Into::into);
    let profiles =
        aws_config::profile::load(&Fs::real(), &Env::real(), &Default::default(), named).await;
    let Ok(profiles) = profiles else { return found };
    for key in ["endpoint_url", "use_fips_endpoint", "use_dualstack_endpoint", "services"] {
        if let Some(value) = profiles.get(key) {
            let by = format!("{key} in profile `{}`", named_profile(settings));
            let value = without_password(value);
            found.push(Setting { path: Path::Endpoint, by, value });
        }
    }
    found
}

fn set(path: Path, name: &str) -> Option<Setting> {
    let value = environment_variable(name)?;
    Some(Setting { path, by: name.to_owned(), value })
}

/// The names of the variables with this beginning, sorted.
#[expect(clippy::disallowed_methods, reason = "there is one for each service of AWS")]
fn variables(beginning: &str) -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut names: Vec<String> = names.filter(|it| it.starts_with(beginning)).collect();
    names.sort();
    names
}

/// An address without its user and password.
fn without_password(address: &str) -> String {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), address),
    };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}***@{}", &rest[at + 1..]),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (address, shown) in [
            ("http://proxy:3128", "http://proxy:3128"),
            ("http://me:p@ss@proxy:3128/x@y", "http://***@proxy:3128/x@y"),
            ("me:secret@proxy", "***@proxy"),
            ("localhost,.internal", "localhost,.internal"),
        ] {
            assert_eq!(without_password(address), shown);
        }
    }
}
