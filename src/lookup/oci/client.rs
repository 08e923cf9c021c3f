//! The registry client: anonymous, with as few pulls as possible.
//!
//! A HEAD of a manifest proves that it exists and is free; a GET counts against the pull quota of Docker Hub.
//! So a HEAD comes first. A body is fetched by its digest, only if it is needed, and its hash is verified.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use reqwest::{Method, Request, StatusCode, Url};
use serde::Deserialize;

use super::answer::{Trouble, names_itself, refusal, silence, token_refusal};
use super::challenge::{Challenge, TokenSource};
use super::digest;
use super::exchange;
use super::manifest::{ImageConfig, Manifest};
use super::repository::Repository;
use super::served::{
    MANIFEST_TYPES, RegistryManifest, describe, is_challenge, media_type, promised_digest,
};
use crate::lookup::sent::Sent;

/// The types that containerd accepts. The last one prevents a registry from reporting a manifest of another
/// type as unknown, which would look like an absence.
const ACCEPTED: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, */*";

const MANIFEST_LIMIT: usize = 4 << 20;
const CONFIG_LIMIT: usize = 8 << 20;
const REFUSAL_LIMIT: usize = 64 << 10;

/// All registries of a run: the HTTP clients, and the cached tokens.
#[derive(Debug)]
pub struct Registries {
    http: reqwest::Client,
    /// It trusts further certificates, which only this machine has.
    here: Option<reqwest::Client>,
    passes: Mutex<Passes>,
}

#[derive(Debug, Default)]
struct Passes {
    sources: HashMap<Repository, TokenSource>,
    tokens: HashMap<TokenSource, String>,
    /// The hosts whose certificates only this machine trusts.
    trusted_here: HashSet<String>,
}

impl Registries {
    /// Uses the given client, with its proxy, certificates and timeouts.
    #[must_use]
    pub fn new(http: reqwest::Client) -> Registries {
        Registries { http, here: None, passes: Mutex::default() }
    }

    /// Uses the second client for registries whose certificates the first does not trust.
    #[must_use]
    pub fn trusting(public: reqwest::Client, here: reqwest::Client) -> Registries {
        Registries { here: Some(here), ..Registries::new(public) }
    }

    /// Is there such a manifest, and which one? Never counts as a pull.
    ///
    /// # Errors
    /// Why this cannot be determined anonymously.
    pub async fn head(
        &self,
        at: &Repository,
        reference: &str,
    ) -> Result<RegistryManifest, Trouble> {
        let answer = self.answer(Method::HEAD, at, "manifests", reference).await?;
        let (status, wants_credentials) = (answer.status(), is_challenge(&answer));
        let is_named = names_itself(answer.headers());
        let described = match success(answer).await {
            Ok(answer) => describe(answer.headers(), at, reference),
            Err(trouble) => Err(trouble),
        };
        match described {
            Ok(it) => Ok(RegistryManifest { trusted_here: self.is_trusted_here(&at.host), ..it }),
            // Not every registry supports HEAD well, and without a body a registry cannot be distinguished
            // from a proxy. If a GET is free, it decides.
            Err(trouble) if !at.is_docker_hub() && !wants_credentials && trouble.is_answer() => {
                self.instead_of_head(at, reference, (status, is_named), trouble).await
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// What a GET returns, after HEAD had this status, and an answer that names itself or not. containerd asks by GET after a success without a digest or
    /// 405, and after no other answer; it looks for a digest among the blobs, too (`Resolve` and `retryRequest` in
    /// <https://github.com/containerd/containerd/blob/main/core/remotes/docker/resolver.go>).
    async fn instead_of_head(
        &self,
        at: &Repository,
        reference: &str,
        (status, is_named): (StatusCode, bool),
        of_head: Trouble,
    ) -> Result<RegistryManifest, Trouble> {
        let (found, is_found_named) = match self.get(at, reference).await {
            Ok(found) => found,
            Err(of_get @ (Trouble::Absent { .. } | Trouble::Denied { .. })) => return Err(of_get),
            Err(of_get) => {
                return Err(match of_head {
                    Trouble::Garbled { .. } => of_get,
                    of_head => of_head,
                });
            }
        };
        let is_answered = status.is_success()
            || status == StatusCode::METHOD_NOT_ALLOWED
            || self.has_as_blob(at, reference).await;
        if !is_answered && is_found_named && !is_named && status != StatusCode::NOT_FOUND {
            // The registry names itself, and whatever refused the HEAD does not. A registry without HEAD
            // answers 404, and some then without their name.
            return Err(match of_head {
                Trouble::Garbled { .. } => of_head,
                _ => at.garbled(&format!("HTTP {}", status.as_u16())),
            });
        }
        let refused = (!is_answered).then(|| format!("HTTP {}", status.as_u16()));
        Ok(RegistryManifest { head_refused: refused, ..found })
    }

    /// Whether the registry serves this digest among its blobs, and as a manifest.
    async fn has_as_blob(&self, at: &Repository, reference: &str) -> bool {
        if !reference.contains(':') {
            return false;
        }
        let answer = self.send(Method::HEAD, at, "blobs", reference).await;
        answer.is_ok_and(|it| MANIFEST_TYPES.contains(&media_type(it.headers()).as_str()))
    }

    /// The manifest with its contents. Counts as a pull on Docker Hub.
    ///
    /// # Errors
    /// Why it cannot be read anonymously.
    pub async fn manifest(
        &self,
        at: &Repository,
        reference: &str,
    ) -> Result<RegistryManifest, Trouble> {
        let described = self.head(at, reference).await?;
        match described.manifest {
            Some(_) => Ok(described),
            None => Ok(self.get(at, &described.digest).await?.0),
        }
    }

    /// The platform that the configuration blob of an image states. Never counts as a pull.
    ///
    /// # Errors
    /// Why it cannot be read anonymously.
    pub async fn config(&self, at: &Repository, digest: &str) -> Result<ImageConfig, Trouble> {
        let answer = self.send(Method::GET, at, "blobs", digest).await?;
        let body = body_of(answer, at, CONFIG_LIMIT).await?;
        digest::verify(&body, digest).map_err(|why| at.garbled(&why))?;
        ImageConfig::read(&body)
            .map_err(|error| at.garbled(&format!("a configuration that {error}")))
    }

    /// The same from a URL that the registry's API returned, such as a presigned one of ECR.
    ///
    /// # Errors
    /// Why it cannot be read; a denial proves nothing here.
    pub async fn config_at(&self, url: &str, digest: &str) -> Result<ImageConfig, Trouble> {
        let url = Url::parse(url).map_err(|_| Trouble::Garbled {
            why: "the registry returned an invalid URL".to_owned(),
        })?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let at = Repository { host, name: String::new() };
        let answer = self.exchange(&Request::new(Method::GET, url), &at.host).await?;
        let status = answer.status();
        if !status.is_success() {
            return Err(at.garbled(&format!("HTTP {} instead of the blob", status.as_u16())));
        }
        let body = body_of(answer, &at, CONFIG_LIMIT).await?;
        digest::verify(&body, digest).map_err(|why| at.garbled(&why))?;
        ImageConfig::read(&body)
            .map_err(|error| at.garbled(&format!("a configuration that {error}")))
    }

    /// The manifest, and whether the answer has the header of a registry.
    async fn get(
        &self,
        at: &Repository,
        reference: &str,
    ) -> Result<(RegistryManifest, bool), Trouble> {
        let answer = self.send(Method::GET, at, "manifests", reference).await?;
        let is_named = names_itself(answer.headers());
        let media_type = media_type(answer.headers());
        let promised = promised_digest(answer.headers()).map(str::to_owned);
        let body = body_of(answer, at, MANIFEST_LIMIT).await?;

        let manifest = Manifest::read(&body, Some(&media_type))
            .map_err(|error| at.garbled(&format!("a manifest that {error}")))?;
        let asked = Some(reference).filter(|reference| reference.contains(':')).map(str::to_owned);
        let digest = asked.clone().or(promised.clone()).unwrap_or_else(|| digest::sha256(&body));
        for expected in asked.iter().chain(&promised) {
            digest::verify(&body, expected).map_err(|why| at.garbled(&why))?;
        }
        let trusted_here = self.is_trusted_here(&at.host);
        let manifest = Some(manifest);
        let found =
            RegistryManifest { digest, media_type, manifest, head_refused: None, trusted_here };
        Ok((found, is_named))
    }

    async fn send(
        &self,
        method: Method,
        at: &Repository,
        kind: &str,
        reference: &str,
    ) -> Result<reqwest::Response, Trouble> {
        success(self.answer(method, at, kind, reference).await?).await
    }

    /// Sends the request, and repeats it with an anonymous token if the registry requires one.
    async fn answer(
        &self,
        method: Method,
        at: &Repository,
        kind: &str,
        reference: &str,
    ) -> Result<reqwest::Response, Trouble> {
        let url = at.url(kind, reference)?;
        let kept = self.kept_token(at);
        let answer = self.ask(&method, &url, at, kept.as_deref()).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let Some(Challenge::Bearer(source)) = Challenge::read(answer.headers()) else {
            return Ok(answer);
        };
        let token = self.fetch_token(at, source).await?;
        self.ask(&method, &url, at, Some(&token)).await
    }

    async fn ask(
        &self,
        method: &Method,
        url: &Url,
        at: &Repository,
        token: Option<&str>,
    ) -> Result<reqwest::Response, Trouble> {
        let mut request = Request::new(method.clone(), url.clone());
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(ACCEPTED));
        if let Some(token) = token {
            let value = HeaderValue::from_str(&format!("Bearer {token}"));
            let value = value.map_err(|_| at.garbled("a token that no header can hold"))?;
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        self.exchange(&request, &at.host).await
    }

    /// One request for a registry, with the certificates that it needs.
    async fn exchange(
        &self,
        request: &Request,
        registry: &str,
    ) -> Result<reqwest::Response, Trouble> {
        let Some(here) = &self.here else { return exchange::ask(&self.http, request).await };
        if self.is_trusted_here(registry) {
            return exchange::ask(here, request).await;
        }
        match exchange::ask(&self.http, request).await {
            Err(Trouble::Untrusted { .. }) => {
                let answer = exchange::ask(here, request).await?;
                self.passes().trusted_here.insert(registry.to_owned());
                Ok(answer)
            }
            answer => answer,
        }
    }

    fn is_trusted_here(&self, registry: &str) -> bool {
        self.passes().trusted_here.contains(registry)
    }

    /// <https://distribution.github.io/distribution/spec/auth/token/>
    async fn fetch_token(&self, at: &Repository, source: TokenSource) -> Result<String, Trouble> {
        let url = token_url(at, &source)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let answer = self.exchange(&Request::new(Method::GET, url), &at.host).await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let requests = exchange::requests(&answer);
        let body = read_up_to(answer, REFUSAL_LIMIT).await?;
        if !status.is_success() {
            return Err(token_refusal(status.as_u16(), &headers, &body).after(requests));
        }
        let token = serde_json::from_slice::<Token>(&body)
            .ok()
            .and_then(Token::text)
            .ok_or_else(|| Trouble::Garbled { why: format!("{host} did not return a token") })?;
        let mut passes = self.passes();
        passes.sources.insert(at.clone(), source.clone());
        passes.tokens.insert(source, token.clone());
        Ok(token)
    }

    fn kept_token(&self, at: &Repository) -> Option<String> {
        let passes = self.passes();
        passes.sources.get(at).and_then(|source| passes.tokens.get(source)).cloned()
    }

    /// The maps are consistent after every statement, so a panic elsewhere does not break them.
    fn passes(&self) -> MutexGuard<'_, Passes> {
        self.passes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

/// The order of containerd
/// (<https://github.com/containerd/containerd/blob/main/core/remotes/docker/auth/fetch.go>).
impl Token {
    fn text(self) -> Option<String> {
        let is_given = |text: &String| !text.is_empty();
        self.access_token.filter(is_given).or(self.token.filter(is_given))
    }
}

fn token_url(at: &Repository, source: &TokenSource) -> Result<Url, Trouble> {
    let mut url = Url::parse(&source.realm)
        .ok()
        .filter(|url| url.scheme() == "https" || (url.scheme() == "http" && at.is_local()))
        .filter(|url| !exchange::is_link_local(url))
        .ok_or_else(|| at.garbled(&format!("an untrusted token server, {:?}", source.realm)))?;
    let scope = source.scope.clone().unwrap_or_else(|| format!("repository:{}:pull", at.name));
    if let Some(service) = &source.service {
        url.query_pairs_mut().append_pair("service", service);
    }
    url.query_pairs_mut().append_pair("scope", &scope);
    Ok(url)
}

async fn success(answer: reqwest::Response) -> Result<reqwest::Response, Trouble> {
    if answer.status() == StatusCode::OK {
        return Ok(answer);
    }
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let requests = exchange::requests(&answer);
    let body = read_up_to(answer, REFUSAL_LIMIT).await.unwrap_or_default();
    Err(refusal(status, &headers, &body).after(requests))
}

async fn body_of(
    answer: reqwest::Response,
    at: &Repository,
    limit: usize,
) -> Result<Vec<u8>, Trouble> {
    let body = read_up_to(answer, limit).await?;
    if body.len() > limit {
        return Err(at.garbled(&format!("more than the limit of {} MiB", limit >> 20)));
    }
    Ok(body)
}

/// Stops reading in the chunk that passes the limit. Masks what the request sent.
async fn read_up_to(mut answer: reqwest::Response, limit: usize) -> Result<Vec<u8>, Trouble> {
    let host = answer.url().host_str().unwrap_or_default().to_owned();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| silence(&error, &host))? {
        body.extend_from_slice(&chunk);
        if body.len() > limit {
            break;
        }
    }
    match answer.extensions().get::<Sent>().map(|sent| sent.mask(&body)) {
        Some(Cow::Owned(masked)) => Ok(masked),
        _ => Ok(body),
    }
}

#[cfg(test)]
mod tests;
