//! From the user's settings to clients: profile, region, credentials, certificates, endpoints,
//! resolved like the AWS CLI resolves them.

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, environment, imds};
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_types::os_shim_internal::{Env, Fs};

use super::Services;
use super::connector::{AwsClock, Http};
use super::held::Held;
use super::oci::Registries;
use super::trust::{Clients, NoClient, Trust};
use crate::names::{Region, nearest};

/// The user's settings for the connection to AWS. Times apply to one request.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `--profile`. If set, environment credentials are ignored, as in the AWS CLI.
    pub profile: Option<String>,
    /// `--region`.
    pub region: Option<String>,
    /// `--endpoint-url`, for every service.
    pub endpoint_url: Option<String>,
    /// `--ca-bundle`.
    pub ca_bundle: Option<PathBuf>,
    /// `--no-verify-ssl`.
    pub accept_any_certificate: bool,
    /// `--cli-connect-timeout`.
    pub connect_timeout: Option<Duration>,
    /// `--cli-read-timeout`.
    pub read_timeout: Option<Duration>,
}

/// Why there is no connection.
#[derive(Debug)]
pub enum NoConnection {
    /// No credentials were found.
    NoCredentials {
        /// The profile that was looked at.
        profile: String,
        /// Why it has none, if it was named rather than the default.
        why: Option<String>,
        /// Whether the environment has a secret key, which counts for nothing without its access key.
        secret_alone: bool,
    },
    /// There are credentials, but they could not be had.
    Credentials {
        /// The profile, if one was named.
        profile: Option<String>,
        /// Why they could not be had.
        why: String,
    },
    /// The environment has an access key without its secret key.
    HalfOfCredentials,
    /// The profile that was named is not configured.
    Profile {
        /// What it was called.
        name: String,
        /// Where it was named: `--profile` or `AWS_PROFILE`.
        by: &'static str,
        /// Those that are.
        known: Vec<String>,
    },
    /// The AWS configuration cannot be read.
    Configuration(String),
    /// No region is configured.
    Region,
    /// The configured region is not a region.
    BadRegion(String),
    /// The CA bundle cannot be read.
    CaBundle(PathBuf, String),
    /// The HTTP client cannot be created.
    Client(String),
}

impl fmt::Display for NoConnection {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            NoConnection::NoCredentials { profile, why: Some(why), .. } => write!(
                f,
                "no AWS credentials: profile `{profile}` has none ({why})\n  Sign in (aws sso login --profile {profile}, aws configure --profile {profile}), or name another profile with --profile"
            ),
            NoConnection::NoCredentials { profile, secret_alone, .. } => {
                let environment = match secret_alone {
                    true => "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID",
                    false => "none in the environment",
                };
                write!(
                    f,
                    "no AWS credentials: {environment}, none in profile `{profile}`, none from a container or an instance role\n  Sign in (aws sso login, aws configure), name a profile with --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                )
            }
            NoConnection::Credentials { profile: Some(profile), why } => write!(
                f,
                "the credentials of profile `{profile}` cannot be used: {why}\n  Sign in again (aws sso login --profile {profile}), or correct the profile"
            ),
            NoConnection::Credentials { profile: None, why } => write!(
                f,
                "the AWS credentials cannot be used: {why}\n  Sign in again (aws sso login, aws configure), or name another profile with --profile"
            ),
            NoConnection::HalfOfCredentials => write!(
                f,
                "half of the AWS credentials: AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not\n  Set both, or unset AWS_ACCESS_KEY_ID to use a profile"
            ),
            NoConnection::Profile { name, by, known } => {
                write!(f, "there is no profile `{name}` ({by}) in the AWS configuration")?;
                if let Some(near) = nearest(name, known.iter().map(String::as_str)) {
                    write!(f, "; did you mean `{near}`?")?;
                }
                match known.is_empty() {
                    true => write!(
                        f,
                        "\n  No profile is configured: see `aws configure`, or check AWS_CONFIG_FILE"
                    ),
                    false => write!(f, "\n  Configured profiles: {}", known.join(", ")),
                }
            }
            NoConnection::Configuration(why) => {
                write!(
                    f,
                    "the AWS configuration cannot be read: {why}\n  Correct ~/.aws/config or ~/.aws/credentials"
                )
            }
            NoConnection::Region => write!(
                f,
                "no AWS region is configured\n  Pass --region, set AWS_REGION, or set `region` in the profile"
            ),
            NoConnection::BadRegion(given) => {
                write!(
                    f,
                    "{given:?} is not an AWS region\n  Pass one such as us-east-1 with --region"
                )
            }
            NoConnection::CaBundle(path, why) => {
                write!(f, "the CA bundle {} cannot be used: {why}", path.display())
            }
            // An image without a system, or a mistyped SSL_CERT_FILE.
            NoConnection::Client(why) => write!(
                f,
                "cannot create an HTTP client: {why}\n  Install the CA certificates of the system (often the package ca-certificates), set SSL_CERT_FILE to a file of them, or pass --ca-bundle"
            ),
        }
    }
}

/// How long the whole search for credentials may take when a network is involved.
const SEARCH: Duration = Duration::from_secs(10);

/// The connection of a run.
pub struct Connection {
    /// The clients.
    pub services: Services,
    /// The region of the run.
    pub region: Region,
    /// What decided the region.
    pub region_from: String,
    /// The profile in use; none with credentials from the environment.
    pub profile: Option<String>,
    /// The credentials in use.
    pub credentials: Held,
    /// The clock of AWS.
    pub clock: AwsClock,
}

/// The clients, the region and the profile of the run.
///
/// # Errors
/// When there are no credentials or no region; found before anything is asked.
pub fn connect(settings: &Settings) -> Connecting<'_> {
    // In a box, because each caller would otherwise contain a copy of the whole configuration of the SDK.
    Box::pin(connected(settings))
}

/// What [`connect`] waits for.
pub type Connecting<'a> = Pin<Box<dyn Future<Output = Result<Connection, NoConnection>> + 'a>>;

async fn connected(settings: &Settings) -> Result<Connection, NoConnection> {
    let profiles = aws_config::profile::load(
        &Fs::real(),
        &Env::real(),
        &Default::default(),
        settings.profile.clone().map(Into::into),
    )
    .await
    .map_err(|error| NoConnection::Configuration(reason(&error)))?;
    check_profile(settings, &profiles)?;
    check_keys(settings)?;
    let bundle = settings
        .ca_bundle
        .clone()
        .or_else(|| environment_variable("AWS_CA_BUNDLE").map(PathBuf::from))
        .or_else(|| profiles.get("ca_bundle").map(PathBuf::from));
    let Clients { client, public } = trust(settings, bundle).clients().map_err(|no| match no {
        NoClient::Bundle(path, why) => NoConnection::CaBundle(path, why),
        NoClient::Other(error) => NoConnection::Client(root_cause(&error)),
    })?;
    let provider = ProviderConfig::default().with_http_client(Http::of(&client));
    let metadata = imds::Client::builder()
        .configure(&provider)
        .max_attempts(1)
        .connect_timeout(Duration::from_millis(300))
        .read_timeout(Duration::from_millis(500))
        .build();
    let (region, region_from) = region(settings, &provider, metadata.clone()).await?;
    let name = aws_config::Region::new(region.to_string());
    let provider = provider.with_region(Some(name.clone()));
    let (credentials, secret, held) = credentials(settings, &provider, metadata).await?;
    let http = Http::of(&client).hiding(&secret);
    let clock = http.clock();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .region(name)
        .credentials_provider(credentials)
        .timeout_config(timeouts(settings));
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &settings.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let registries = match public {
        Some(public) => Registries::trusting(public, client),
        None => Registries::new(client),
    };
    let services = Services::new(loader.load().await, registries);
    let profile = profile(settings);
    Ok(Connection { services, region, region_from, profile, credentials: held, clock })
}

/// A profile that is named must be there: the AWS CLI says so too, and does not look further.
fn check_profile(settings: &Settings, profiles: &ProfileSet) -> Result<(), NoConnection> {
    let named = settings.profile.clone().map(|name| (name, "--profile"));
    let environment = || Some((environment_variable("AWS_PROFILE")?, "AWS_PROFILE"));
    match named.or_else(environment) {
        Some((name, by)) if profiles.get_profile(&name).is_none() => {
            let mut known: Vec<String> = profiles.profiles().map(str::to_owned).collect();
            known.sort();
            Err(NoConnection::Profile { name, by, known })
        }
        _ => Ok(()),
    }
}

/// An access key without its secret key is a slip, where the environment counts. The SDK would look
/// further, and could find another account.
fn check_keys(settings: &Settings) -> Result<(), NoConnection> {
    let is_half = settings.profile.is_none()
        && environment_variable("AWS_ACCESS_KEY_ID").is_some()
        && !has_secret_key();
    if is_half { Err(NoConnection::HalfOfCredentials) } else { Ok(()) }
}

fn has_secret_key() -> bool {
    ["AWS_SECRET_ACCESS_KEY", "SECRET_ACCESS_KEY"]
        .into_iter()
        .any(|name| environment_variable(name).is_some())
}

#[expect(
    clippy::disallowed_methods,
    reason = "settings of the AWS CLI that the SDK does not read or expose"
)]
pub(super) fn environment_variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The profile that the credentials come from, as the AWS CLI chooses it.
fn profile(settings: &Settings) -> Option<String> {
    let from_environment = environment_variable("AWS_ACCESS_KEY_ID").is_some();
    match &settings.profile {
        Some(given) => Some(given.clone()),
        None if from_environment => None,
        None => Some(named_profile(settings)),
    }
}

fn trust(settings: &Settings, bundle: Option<PathBuf>) -> Trust {
    let instead = ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().find_map(environment_variable);
    Trust {
        bundle,
        instead: instead.map(PathBuf::from),
        accept_any_certificate: settings.accept_any_certificate,
        connect_timeout: settings.connect_timeout.unwrap_or(Duration::from_secs(3)),
        read_timeout: settings.read_timeout.unwrap_or(Duration::from_secs(8)),
    }
}

/// A server that accepts a connection but never answers must not block the run: each attempt times out.
fn timeouts(settings: &Settings) -> TimeoutConfig {
    let connect = settings.connect_timeout.unwrap_or(Duration::from_secs(3));
    let read = settings.read_timeout.unwrap_or(Duration::from_secs(8));
    TimeoutConfig::builder()
        .connect_timeout(connect)
        .read_timeout(read)
        .operation_attempt_timeout(connect + read)
        .operation_timeout((connect + read) * 2)
        .build()
}

async fn region(
    settings: &Settings,
    provider: &ProviderConfig,
    metadata: imds::Client,
) -> Result<(Region, String), NoConnection> {
    let (found, from) = match &settings.region {
        Some(given) => (Some(given.clone()), "--region".to_owned()),
        None => match configured(settings, provider).region().await {
            Some(region) => (Some(region.to_string()), configured_by(settings)),
            None => {
                let instance = imds::region::ImdsRegionProvider::builder()
                    .configure(provider)
                    .imds_client(metadata);
                let region = instance.build().region().await.map(|region| region.to_string());
                (region, "the metadata of this instance".to_owned())
            }
        },
    };
    let found = found.ok_or(NoConnection::Region)?;
    let region = found.parse::<Region>().map_err(|_| NoConnection::BadRegion(found))?;
    Ok((region, from))
}

/// What names the region, of the environment and the profile.
fn configured_by(settings: &Settings) -> String {
    let mut names = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter();
    match names.find(|name| environment_variable(name).is_some()) {
        Some(name) => name.to_owned(),
        None => format!("profile `{}`", named_profile(settings)),
    }
}

/// The profile that is named, or the default one.
pub(super) fn named_profile(settings: &Settings) -> String {
    let named = settings.profile.clone().or_else(|| environment_variable("AWS_PROFILE"));
    named.unwrap_or_else(|| "default".to_owned())
}

/// The region that the environment or the profile names, in the AWS CLI's order.
fn configured(settings: &Settings, provider: &ProviderConfig) -> RegionProviderChain {
    let mut profile = ProfileFileRegionProvider::builder().configure(provider);
    if let Some(name) = &settings.profile {
        profile = profile.profile_name(name);
    }
    RegionProviderChain::first_try(environment::EnvironmentVariableRegionProvider::new())
        .or_else(profile.build())
}

/// The region that is configured, without any call.
pub async fn configured_region(settings: &Settings) -> Option<Region> {
    let found = match &settings.region {
        Some(given) => given.clone(),
        None => configured(settings, &ProviderConfig::default()).region().await?.to_string(),
    };
    found.parse().ok()
}

/// The credentials, and the secret access key, loaded once before any call: the SDK does not cache a failed
/// search, so every request would repeat it.
#[expect(
    clippy::disallowed_methods,
    reason = "the secret access key is masked in answers, so the client has to know it"
)]
async fn credentials(
    settings: &Settings,
    provider: &ProviderConfig,
    metadata: imds::Client,
) -> Result<(SharedCredentialsProvider, String, Held), NoConnection> {
    let found = match &settings.profile {
        Some(profile) => SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .configure(provider)
                .profile_name(profile)
                .build(),
        ),
        None => SharedCredentialsProvider::new(
            DefaultCredentialsChain::builder()
                .configure(provider.clone())
                .imds_client(metadata)
                .build()
                .await,
        ),
    };
    let unusable = |why| NoConnection::Credentials { profile: settings.profile.clone(), why };
    match tokio::time::timeout(SEARCH, found.provide_credentials()).await {
        Ok(Ok(credentials)) => {
            Ok((found, credentials.secret_access_key().to_owned(), Held::of(&credentials)))
        }
        Ok(Err(error @ CredentialsError::CredentialsNotLoaded(_))) => {
            Err(NoConnection::NoCredentials {
                profile: named_profile(settings),
                why: settings.profile.as_ref().map(|_| root_cause(&error)),
                secret_alone: has_secret_key()
                    && environment_variable("AWS_ACCESS_KEY_ID").is_none(),
            })
        }
        Ok(Err(error)) => Err(unusable(root_cause(&error))),
        Err(_) => Err(unusable(format!(
            "the credential source did not answer within {} s",
            SEARCH.as_secs()
        ))),
    }
}

/// The last of the chain of causes: those before it say only which part of the SDK failed.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string().trim_end().to_owned()
}

/// The chain of causes on one line.
fn reason(error: &dyn std::error::Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !parts.contains(&text) {
            parts.push(text);
        }
        source = cause.source();
    }
    parts.join(": ")
}
