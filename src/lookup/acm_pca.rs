//! AWS Private CA: the certificate authorities that issue the certificates of Service Connect.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::pages::Pages;
use super::{Answer, Call, Lookup, Mend, Missing, Named, Optional, Services, classify};
use crate::knowledge::Seen;
use crate::names::Region;
use crate::shell::ShellCommand;

/// A certificate authority.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeCertificateAuthority {
    /// The region.
    pub region: Region,
    /// Its ARN.
    pub arn: String,
}

/// The state of a certificate authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateAuthority {
    /// `ACTIVE`, `DISABLED`, `EXPIRED`, `PENDING_CERTIFICATE`, ...
    pub state: String,
}

const ABSENT: &[&str] = &["ResourceNotFoundException"];

impl Lookup for DescribeCertificateAuthority {
    type Fact = CertificateAuthority;
    const CALL: Call = Call("acm-pca:DescribeCertificateAuthority");
    const ABSENT: &'static [&'static str] = ABSENT;

    fn named(&self) -> Named {
        Named::by("CertificateAuthority/Arn", &self.arn)
    }

    fn what(&self) -> String {
        format!("certificate authority {} in {}", self.arn, self.region)
    }

    fn resource(&self) -> String {
        self.arn.clone()
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::by(
            ShellCommand::of("aws acm-pca list-certificate-authorities")
                .option("--query", "CertificateAuthorities[].[Arn,Status]")
                .region(&self.region),
        )
        .saying("Use a certificate authority of AWS Private CA in the region of the service, or create one")
        .instead_of("no error text: no task starts, because ECS cannot issue a certificate")
    }

    async fn fetch(&self, services: &Services) -> Answer<CertificateAuthority> {
        let asked = json!({"CertificateAuthorityArn": self.arn});
        let reply = services.acm_pca(&self.region).ask(self, &asked).await;
        classify::answer(self, reply, |it| {
            let authority = it.read::<Described>()?.certificate_authority;
            let authority = authority.ok_or("the certificate authority")?;
            Ok(CertificateAuthority { state: authority.status.ok_or("the status")? })
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    certificate_authority: Option<DescribedAuthority>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedAuthority {
    status: Option<String>,
}

/// The tags of a certificate authority.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListAuthorityTags {
    /// The region.
    pub region: Region,
    /// Its ARN.
    pub arn: String,
}

impl Lookup for ListAuthorityTags {
    type Fact = BTreeMap<String, String>;
    const CALL: Call = Call("acm-pca:ListTags");
    const ABSENT: &'static [&'static str] = ABSENT;

    fn named(&self) -> Named {
        Named::Nowhere("an answer has only tags")
    }

    fn what(&self) -> String {
        format!("tags of certificate authority {} in {}", self.arn, self.region)
    }

    fn resource(&self) -> String {
        self.arn.clone()
    }

    async fn fetch(&self, services: &Services) -> Answer<BTreeMap<String, String>> {
        let client = services.acm_pca(&self.region);
        let (mut tags, mut pages) = (BTreeMap::new(), Pages::default());
        loop {
            let mut asked = json!({"CertificateAuthorityArn": self.arn});
            if let Some(token) = pages.token() {
                asked["NextToken"] = token.into();
            }
            let page = match client.ask(self, &asked).await {
                Ok(page) => page,
                Err(error) => return classify::failed(self, &error),
            };
            let incomplete = |lacks| classify::incomplete(self, lacks);
            let page = page.read::<Page>().map_err(incomplete)?;
            for tag in page.tags.ok_or_else(|| incomplete("the tags"))? {
                tags.insert(
                    tag.key.ok_or_else(|| incomplete("the key of a tag"))?,
                    tag.value.unwrap_or_default(),
                );
            }
            if !pages.turn(self, page.next_token)? {
                return Ok(Seen::Found(tags));
            }
        }
    }
}

/// What is assumed without an answer.
pub(super) const MANAGED: &str =
    "that the certificate authority has the tag AmazonECSManaged, or the role needs none";

impl Optional for ListAuthorityTags {
    fn assumption(&self) -> String {
        MANAGED.to_owned()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    tags: Option<Vec<Tag>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: Option<String>,
    value: Option<String>,
}
