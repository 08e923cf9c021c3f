//! The `WWW-Authenticate` header: the authentication that a registry requires.

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// The challenge of a registry to an anonymous client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// Fetch a token, which registries issue to anyone for public repositories.
    Bearer(TokenSource),
    /// Name and password, or an unknown scheme: no anonymous access.
    Credentials,
}

/// The source and scope of a token: the key under which it is cached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct TokenSource {
    pub(super) realm: String,
    pub(super) service: Option<String>,
    pub(super) scope: Option<String>,
}

impl Challenge {
    /// The challenge that needs the least, or `None` if there is no readable one.
    pub(super) fn read(headers: &HeaderMap) -> Option<Challenge> {
        let offers: Vec<Scheme> = headers
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(schemes)
            .collect();
        let bearer = offers.iter().filter(|scheme| scheme.is("Bearer")).find_map(|scheme| {
            Some(Challenge::Bearer(TokenSource {
                realm: scheme.parameter("realm")?,
                service: scheme.parameter("service"),
                scope: scheme.parameter("scope"),
            }))
        });
        bearer.or_else(|| {
            offers.iter().any(|scheme| scheme.is("Basic")).then_some(Challenge::Credentials)
        })
    }
}

/// One scheme of the header with its parameters: `Bearer realm="…",service="…"`.
struct Scheme {
    name: String,
    parameters: Vec<(String, String)>,
}

impl Scheme {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let mut named = self.parameters.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
    }
}

/// The schemes of one header line. Commas separate both schemes and parameters, and occur in quoted scopes
/// too (`pull,push`), so a word followed by a space and not by `=` starts a scheme.
fn schemes(line: &str) -> Vec<Scheme> {
    let mut found: Vec<Scheme> = Vec::new();
    for piece in unquoted_pieces(line) {
        let (head, value) = piece.split_once('=').unwrap_or((piece, ""));
        let (scheme, key) = match head.trim().split_once(char::is_whitespace) {
            Some((scheme, key)) => (Some(scheme), key.trim()),
            None if piece.contains('=') => (None, head.trim()),
            None => (Some(head.trim()), ""),
        };
        if let Some(name) = scheme {
            found.push(Scheme { name: name.to_owned(), parameters: Vec::new() });
        }
        if let Some(last) = found.last_mut().filter(|_| !key.is_empty()) {
            last.parameters.push((key.to_owned(), unquote(value.trim())));
        }
    }
    found
}

fn unquoted_pieces(line: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    line.split(move |letter| {
        let parts = letter == ',' && !quoted;
        if letter == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = letter == '\\' && quoted && !escaped;
        parts
    })
    .map(str::trim)
    .filter(|piece| !piece.is_empty())
}

fn unquote(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&'static str]) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(WWW_AUTHENTICATE, reqwest::header::HeaderValue::from_static(line));
        }
        Challenge::read(&headers)
    }

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Option<Challenge> {
        Some(Challenge::Bearer(TokenSource {
            realm: realm.to_owned(),
            service: service.map(str::to_owned),
            scope: scope.map(str::to_owned),
        }))
    }

    #[test]
    fn a_bearer_challenge_names_where_the_token_comes_from() {
        let full = r#"Bearer realm="https://auth.example/token",service="registry.example",scope="repository:app/web:pull,push""#;
        assert_eq!(
            read(&[full]),
            bearer(
                "https://auth.example/token",
                Some("registry.example"),
                Some("repository:app/web:pull,push")
            )
        );
        assert_eq!(
            read(&["bearer Realm=https://a/t , error=\"x\""]),
            bearer("https://a/t", None, None)
        );
        assert_eq!(
            read(&[r#"Bearer realm="https://a/\"t\"",service="""#]),
            bearer("https://a/\"t\"", None, None)
        );
    }

    #[test]
    fn of_several_schemes_the_one_is_taken_that_the_anonymous_can_meet() {
        let token = bearer("https://a/t", None, None);
        assert_eq!(read(&["Basic realm=\"x, y\", Bearer realm=\"https://a/t\""]), token);
        assert_eq!(read(&["Negotiate, Bearer realm=\"https://a/t\""]), token);
        assert_eq!(read(&["Basic realm=x", "Bearer realm=\"https://a/t\""]), token);
        assert_eq!(read(&["Basic realm=\"Nexus\""]), Some(Challenge::Credentials));
        assert_eq!(read(&["BASIC"]), Some(Challenge::Credentials));
    }

    #[test]
    fn anything_else_is_no_challenge_of_a_registry() {
        for lines in
            [&[][..], &["Negotiate"], &["Bearer"], &["Bearer service=\"x\""], &[""], &["=,="]]
        {
            assert_eq!(read(lines), None, "{lines:?}");
        }
    }
}
