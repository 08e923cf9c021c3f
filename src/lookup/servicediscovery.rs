//! AWS Cloud Map: service registries and namespaces.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::pages::Pages;
use super::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::knowledge::Seen;
use crate::names::Region;
use crate::shell::ShellCommand;

/// A service registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetRegistry {
    /// The region.
    pub region: Region,
    /// `srv-…`
    pub id: String,
}

/// A service registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registry {
    /// The types of the DNS records that it makes for each task: `A`, `AAAA`, `SRV`, `CNAME`.
    pub records: Vec<String>,
}

impl Lookup for GetRegistry {
    type Fact = Registry;
    const CALL: Call = Call("servicediscovery:GetService");
    const ABSENT: &'static [&'static str] = &["ServiceNotFound"];

    fn named(&self) -> Named {
        Named::by("Service/Id", &self.id)
    }

    fn what(&self) -> String {
        format!("service registry {} in {}", self.id, self.region)
    }

    fn resource(&self) -> String {
        let GetRegistry { region, id } = self;
        format!("arn:{}:servicediscovery:{region}:*:service/{id}", region.partition())
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::by(
            ShellCommand::of("aws servicediscovery list-services")
                .option("--query", "Services[].[Name,Arn]")
                .flag("--output table")
                .region(&self.region),
        )
        .saying("Use the ARN of an existing service of AWS Cloud Map, or create it")
        .instead_of("InvalidParameterException from CreateService or UpdateService (AWS's exact words are not known)")
    }

    async fn fetch(&self, services: &Services) -> Answer<Registry> {
        let client = services.servicediscovery(&self.region);
        let reply = client.ask(self, &json!({"Id": self.id})).await;
        classify::answer(self, reply, |it| {
            let service = it.read::<Described>()?.service.ok_or("the service")?;
            if service.id.as_deref() != Some(self.id.as_str()) {
                return Err("the service");
            }
            let records = service.dns_config.and_then(|config| config.dns_records);
            let kinds = records.unwrap_or_default().into_iter().map(|it| it.kind);
            let records = kinds.collect::<Option<Vec<_>>>().ok_or("the type of a record")?;
            Ok(Registry { records })
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    service: Option<DescribedService>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedService {
    id: Option<String>,
    /// None for a registry without DNS.
    dns_config: Option<DnsConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DnsConfig {
    dns_records: Option<Vec<DnsRecord>>,
}

#[derive(Deserialize)]
struct DnsRecord {
    #[serde(rename = "Type")]
    kind: Option<String>,
}

/// A namespace, by its id.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetNamespace {
    /// The region.
    pub region: Region,
    /// `ns-…`
    pub id: String,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    /// Its ARN.
    pub arn: String,
}

/// The error for a missing namespace.
const NAMESPACE_MISSING: &str = "NamespaceNotFoundException: ...";

/// The error and the fix for a missing namespace.
fn create(name: Option<&str>, region: &Region) -> Mend {
    let create = ShellCommand::of("aws servicediscovery create-http-namespace");
    let list = ShellCommand::of("aws servicediscovery list-namespaces")
        .option("--query", "Namespaces[].[Name,Arn]")
        .flag("--output table");
    let command = name.map_or(list, |name| create.option("--name", name));
    Mend::by(command.region(region))
        .saying("Create the namespace, or correct namespace of serviceConnectConfiguration")
        .instead_of(NAMESPACE_MISSING)
}

impl Lookup for GetNamespace {
    type Fact = Namespace;
    const CALL: Call = Call("servicediscovery:GetNamespace");
    const ABSENT: &'static [&'static str] = &["NamespaceNotFound"];

    fn named(&self) -> Named {
        Named::by("Namespace/Id", &self.id)
    }

    fn what(&self) -> String {
        format!("namespace {} in {}", self.id, self.region)
    }

    fn resource(&self) -> String {
        let GetNamespace { region, id } = self;
        format!("arn:{}:servicediscovery:{region}:*:namespace/{id}", region.partition())
    }

    fn mend(&self, _: &Missing) -> Mend {
        create(None, &self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Namespace> {
        let client = services.servicediscovery(&self.region);
        let reply = client.ask(self, &json!({"Id": self.id})).await;
        classify::answer(self, reply, |it| {
            let namespace = it.read::<DescribedNamespace>()?.namespace.ok_or("the namespace")?;
            match namespace.id.as_deref() == Some(self.id.as_str()) {
                true => Ok(Namespace { arn: namespace.arn.ok_or("the ARN")? }),
                false => Err("the namespace"),
            }
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedNamespace {
    namespace: Option<NamespaceSummary>,
}

/// A namespace, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FindNamespace {
    /// The region.
    pub region: Region,
    /// Its name.
    pub name: String,
}

impl Lookup for FindNamespace {
    type Fact = Namespace;
    const CALL: Call = Call("servicediscovery:ListNamespaces");

    fn named(&self) -> Named {
        Named::by("Namespaces/Name", &self.name)
    }

    fn what(&self) -> String {
        format!("namespace {} in {}", self.name, self.region)
    }

    fn mend(&self, _: &Missing) -> Mend {
        create(Some(&self.name), &self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Namespace> {
        let client = services.servicediscovery(&self.region);
        let mut pages = Pages::default();
        loop {
            let mut asked = json!({"Filters": [{"Name": "NAME", "Values": [self.name]}]});
            if let Some(token) = pages.token() {
                asked["NextToken"] = token.into();
            }
            let page = match client.ask(self, &asked).await {
                Ok(page) => page.read::<NamespacePage>(),
                Err(error) => return classify::failed(self, &error),
            };
            let page = page.map_err(|lacks| classify::incomplete(self, lacks))?;
            // A missing name is proven by its omission, so the list must exist.
            let list =
                page.namespaces.ok_or_else(|| classify::incomplete(self, "the namespaces"))?;
            for namespace in list {
                let name = namespace.name.ok_or_else(|| classify::incomplete(self, "a name"))?;
                if name == self.name {
                    let arn = namespace.arn.ok_or_else(|| classify::incomplete(self, "the ARN"))?;
                    return Ok(Seen::Found(Namespace { arn }));
                }
            }
            if !pages.turn(self, page.next_token)? {
                return classify::absent(
                    self,
                    "not among the namespaces that servicediscovery:ListNamespaces lists",
                );
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamespacePage {
    namespaces: Option<Vec<NamespaceSummary>>,
    next_token: Option<String>,
}

/// The names that are in use in a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct NamesInUse {
    /// The region.
    pub region: Region,
    /// `ns-…`
    pub namespace: String,
}

impl Lookup for NamesInUse {
    type Fact = Vec<String>;
    const CALL: Call = Call("servicediscovery:ListServices");

    fn named(&self) -> Named {
        Named::Nowhere("services do not name their namespace")
    }

    fn what(&self) -> String {
        format!("names in namespace {} in {}", self.namespace, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let client = services.servicediscovery(&self.region);
        let (mut names, mut pages) = (Vec::new(), Pages::default());
        loop {
            let filter = json!({"Name": "NAMESPACE_ID", "Values": [self.namespace]});
            let mut asked = json!({"Filters": [filter]});
            if let Some(token) = pages.token() {
                asked["NextToken"] = token.into();
            }
            let page = match client.ask(self, &asked).await {
                Ok(page) => page.read::<ServicePage>(),
                Err(error) => return classify::failed(self, &error),
            };
            let page = page.map_err(|lacks| classify::incomplete(self, lacks))?;
            let list = page.services.ok_or_else(|| classify::incomplete(self, "the services"))?;
            for service in list {
                let name = service.name;
                names
                    .push(name.ok_or_else(|| classify::incomplete(self, "the name of a service"))?);
            }
            if !pages.turn(self, page.next_token)? {
                return Ok(Seen::Found(names));
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ServicePage {
    services: Option<Vec<ServiceSummary>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceSummary {
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NamespaceSummary {
    id: Option<String>,
    name: Option<String>,
    arn: Option<String>,
}
