//! Where credentials come from, for `doctor`, without any of their contents.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature as From;

/// The credentials in use, without any of their contents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Where they come from, if the SDK says so.
    pub source: Option<&'static str>,
    /// When they expire, if they do.
    pub expires: Option<SystemTime>,
    /// Whether the access key is that of a user, which does not expire: AWS begins those of temporary
    /// credentials with `ASIA`
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
    pub lasting: bool,
}

impl Held {
    pub(super) fn of(credentials: &Credentials) -> Held {
        let steps = credentials.get_property::<Vec<From>>().map(Vec::as_slice).unwrap_or_default();
        Held {
            source: steps.iter().rev().find_map(in_words),
            expires: credentials.expiry(),
            lasting: credentials.access_key_id().starts_with("AKIA"),
        }
    }
}

/// A source of credentials.
fn in_words(from: &From) -> Option<&'static str> {
    Some(match from {
        From::CredentialsEnvVars => "AWS_ACCESS_KEY_ID in the environment",
        From::CredentialsEnvVarsStsWebIdToken | From::CredentialsProfileStsWebIdToken => {
            "a web identity token"
        }
        From::CredentialsStsAssumeRole => "an assumed role",
        From::CredentialsStsAssumeRoleWebId => "a role assumed with a web identity token",
        From::CredentialsProfile => "access keys in the AWS configuration",
        From::CredentialsProfileSso | From::CredentialsSso => "IAM Identity Center (SSO)",
        From::CredentialsProfileProcess | From::CredentialsProcess => "a credential process",
        From::CredentialsHttp => "the endpoint of the container",
        From::CredentialsImds => "the role of this instance",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_step_says_where_credentials_come_from() {
        let of = |steps: Vec<From>| {
            let mut credentials = Credentials::new("id", "key", None, None, "test");
            credentials.set_property(steps);
            Held::of(&credentials).source
        };
        let role = vec![
            From::CredentialsProfileSourceProfile,
            From::CredentialsProfile,
            From::CredentialsStsAssumeRole,
        ];
        assert_eq!(of(role), Some("an assumed role"));
        assert_eq!(of(vec![From::CredentialsImds]), Some("the role of this instance"));
        assert_eq!(of(Vec::new()), None);
    }

    #[test]
    fn only_the_access_key_of_a_user_is_known_to_last() {
        for (key, lasting) in [("AKIAIOSFODNN7EXAMPLE", true), ("ASIAIOSFODNN7EXAMPLE", false)] {
            let credentials = Credentials::new(key, "secret", None, None, "test");
            assert_eq!(Held::of(&credentials).lasting, lasting);
        }
    }
}
