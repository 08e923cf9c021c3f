//! References to container images, as the container engine reads them.
//!
//! ECS passes the text to the engine, whose grammar is that of the distribution project
//! (<https://pkg.go.dev/github.com/distribution/reference>).

use std::fmt;
use std::str::FromStr;

use super::{EcrHost, EcrHostProblem};

/// Longest text before the digest that ECS accepts
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>).
const LONGEST: usize = 255;

/// A normalized image reference: `ubuntu` is `docker.io/library/ubuntu`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageRef {
    written: String,
    /// The registry.
    pub registry: Registry,
    /// The repository inside the registry, such as `library/ubuntu`.
    pub repository: String,
    /// The tag, if there is one.
    pub tag: Option<String>,
    /// The digest, if there is one. It wins over the tag.
    pub digest: Option<Digest>,
}

/// A registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Registry {
    /// A private registry in Amazon ECR.
    Ecr(EcrHost),
    /// The public gallery of Amazon ECR.
    EcrPublic,
    /// Docker Hub, for every name without a host.
    DockerHub,
    /// Any other: its host, with `:port` if there is one.
    Other(String),
}

/// The content hash of an image, `sha256:` and 64 hexadecimal digits: the only kind that ECS accepts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

/// Why a text is not a digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// Not of the form `algorithm:hex`, or of another algorithm.
    #[error("the digest `{0}` must start with `sha256:`, the only algorithm that ECS accepts")]
    Algorithm(String),
    /// The hash is too short, too long, or not in lower case hexadecimal.
    #[error("the digest `{0}` must have 64 lower-case hexadecimal digits after `sha256:`")]
    Hex(String),
}

/// Why a text is not an image reference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// It is empty.
    #[error("the image is empty; write a reference such as public.ecr.aws/nginx/nginx:1.27")]
    Empty,
    /// A URL instead of a reference.
    #[error("`{0}` starts with a scheme; write the image without `{scheme}://`", scheme = scheme(.0))]
    Scheme(String),
    /// White space inside or around the reference.
    #[error("`{0}` contains white space, which is not allowed in an image reference")]
    WhiteSpace(String),
    /// 64 hexadecimal digits, which engines read as an image id, not as a name.
    #[error("`{0}` is read as an image id; write repository@sha256:{0}")]
    BareHash(String),
    /// A digest alone, which engines read as the repository `sha256` with a tag.
    #[error("`{0}` is a digest without a repository; write repository@{0}")]
    BareDigest(String),
    /// More characters before the digest than ECS accepts.
    #[error("the image has {0} characters before the digest, but ECS accepts at most {LONGEST}")]
    TooLong(usize),
    /// The host of the registry breaks the grammar.
    #[error("`{0}` is not a valid registry host, with or without :port")]
    Host(String),
    /// The host looks like a private ECR registry, but is not valid.
    #[error("`{host}` is not a host of Amazon ECR: {problem}")]
    UnknownEcrHost {
        /// The host.
        host: String,
        /// What is wrong with it.
        problem: EcrHostProblem,
    },
    /// A registry without a repository.
    #[error("`{0}` has no repository name")]
    NoRepository(String),
    /// Capitals in the repository.
    #[error(
        "`{part}` in the repository name has upper-case letters; a repository name must be lower-case"
    )]
    UpperCase {
        /// The part between slashes with them.
        part: String,
    },
    /// The repository breaks the grammar in another way.
    #[error(
        "`{part}` is not valid in a repository name: use lower-case letters and digits, \
         joined by one dot, one or two underscores, or hyphens"
    )]
    Repository {
        /// The invalid part between slashes.
        part: String,
    },
    /// The tag breaks the grammar.
    #[error(
        "`{0}` is not a valid tag: use up to 128 letters, digits and _.-, not starting with a dot or a hyphen"
    )]
    Tag(String),
    /// The digest is not one that ECS accepts.
    #[error(transparent)]
    Digest(#[from] DigestError),
}

impl ImageRef {
    /// The text it was read from.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The tag of the pull: the given one, or `latest` without tag and digest.
    pub fn tag_or_latest(&self) -> Option<&str> {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => Some(tag),
            (None, None) => Some("latest"),
            (None, Some(_)) => None,
        }
    }

    /// The full reference, equal for all spellings: `docker.io/library/ubuntu:latest`.
    pub fn canonical(&self) -> String {
        let mut text = format!("{}/{}", self.registry.host(), self.repository);
        if let Some(tag) = self.tag_or_latest() {
            text.push(':');
            text.push_str(tag);
        }
        if let Some(digest) = &self.digest {
            text.push('@');
            text.push_str(digest.as_str());
        }
        text
    }
}

impl Registry {
    /// The host in references. Docker Hub is `docker.io`, although another host serves its data.
    pub fn host(&self) -> String {
        match self {
            Registry::Ecr(host) => host.to_string(),
            Registry::EcrPublic => "public.ecr.aws".to_owned(),
            Registry::DockerHub => "docker.io".to_owned(),
            Registry::Other(host) => host.clone(),
        }
    }

    fn of_host(host: &str) -> Result<Registry, ImageError> {
        match host {
            "docker.io" | "index.docker.io" => return Ok(Registry::DockerHub),
            "public.ecr.aws" | "ecr-public.aws.com" => return Ok(Registry::EcrPublic),
            _ => {}
        }
        if !is_host(host) {
            return Err(ImageError::Host(host.to_owned()));
        }
        match EcrHost::parse(host) {
            Some(Ok(ecr)) => Ok(Registry::Ecr(ecr)),
            Some(Err(problem)) => {
                Err(ImageError::UnknownEcrHost { host: host.to_owned(), problem })
            }
            None => Ok(Registry::Other(host.to_owned())),
        }
    }
}

impl Digest {
    /// `sha256:` and the hash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Digest, DigestError> {
        let Some(hex) = text.strip_prefix("sha256:") else {
            return Err(DigestError::Algorithm(text.to_owned()));
        };
        if is_hash(hex) {
            Ok(Digest(text.to_owned()))
        } else {
            Err(DigestError::Hex(text.to_owned()))
        }
    }
}

impl FromStr for ImageRef {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<ImageRef, ImageError> {
        refuse_at_sight(text)?;
        let (before_digest, digest) = match text.split_once('@') {
            Some((before, digest)) => (before, Some(digest.parse()?)),
            None => (text, None),
        };
        if before_digest.chars().count() > LONGEST {
            return Err(ImageError::TooLong(before_digest.chars().count()));
        }
        let (registry, rest) = split_registry(before_digest)?;
        let (path, tag) = match rest.split_once(':') {
            Some((path, tag)) if is_tag(tag) => (path, Some(tag.to_owned())),
            Some((_, tag)) => return Err(ImageError::Tag(tag.to_owned())),
            None => (rest, None),
        };
        check_repository(text, path)?;
        let repository = if registry == Registry::DockerHub && !path.contains('/') {
            format!("library/{path}")
        } else {
            path.to_owned()
        };
        Ok(ImageRef { written: text.to_owned(), registry, repository, tag, digest })
    }
}

fn refuse_at_sight(text: &str) -> Result<(), ImageError> {
    let cause = match text {
        "" => return Err(ImageError::Empty),
        text if text.contains(char::is_whitespace) => ImageError::WhiteSpace,
        text if text.contains("://") => ImageError::Scheme,
        text if is_hash(text) => ImageError::BareHash,
        text if text.strip_prefix("sha256:").is_some_and(is_hash) => ImageError::BareDigest,
        _ => return Ok(()),
    };
    Err(cause(text.to_owned()))
}

/// The first part is a host if it cannot be part of a repository; otherwise the image is on Docker Hub.
fn split_registry(text: &str) -> Result<(Registry, &str), ImageError> {
    let looks_like_a_host = |first: &str| {
        first.contains(['.', ':']) || first == "localhost" || first.contains(char::is_uppercase)
    };
    match text.split_once('/') {
        Some((host, rest)) if looks_like_a_host(host) => Ok((Registry::of_host(host)?, rest)),
        _ => Ok((Registry::DockerHub, text)),
    }
}

fn check_repository(written: &str, path: &str) -> Result<(), ImageError> {
    if path.is_empty() {
        return Err(ImageError::NoRepository(written.to_owned()));
    }
    for part in path.split('/') {
        if part.contains(char::is_uppercase) {
            return Err(ImageError::UpperCase { part: part.to_owned() });
        }
        if !is_repository_part(part) {
            return Err(ImageError::Repository { part: part.to_owned() });
        }
    }
    Ok(())
}

/// Runs of lower case letters and digits, joined by `.`, `_`, `__` or any number of `-`.
fn is_repository_part(part: &str) -> bool {
    let alphanumeric = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let joins = |between: &[u8]| {
        matches!(between, [] | b"." | b"_" | b"__") || between.iter().all(|b| *b == b'-')
    };
    let bytes = part.as_bytes();
    bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
        && bytes.split(alphanumeric).all(joins)
}

fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || b == b'.' || b == b'-')
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    };
    let ipv6 = |inner: &str| {
        !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')
    };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let host_is_one = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inner) => ipv6(inner),
        None => host.split('.').all(label),
    };
    host_is_one
        && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn scheme(text: &str) -> &str {
    text.split_once("://").map_or("", |(scheme, _)| scheme)
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(ImageRef);
serde_as_text!(Digest);

#[cfg(test)]
mod tests;
