//! What this task has to reach, by what it asks for and where it runs. From the documents alone.
//!
//! Which service answers for what is AWS's list
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html>,
//! <https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>). A KMS endpoint is not
//! among it: secrets and parameters are decrypted by their own services.

use crate::checks::subject::{Planned, SenderUse, SendsFrom, Standing, Task, Unplanned};
use crate::document::launch::OperatingSystem;
use crate::document::{Container, Field, Place};
use crate::knowledge::Stop;
use crate::names::{
    self, EcrHost, ImageRef, ParameterRef, Partition, Region, Registry, S3Object, SecretRef,
    ValueFrom,
};
use crate::network::Service;
use crate::placement::platform_version::PlatformVersion;

/// Something that has to be reached.
#[derive(Clone, Debug)]
pub(in crate::checks) struct Need {
    /// What.
    pub to: To,
    /// Whether the task does not start without it.
    pub decides: bool,
    /// What for, at least one.
    pub errands: Vec<Errand>,
    carrier: Carrier,
}

/// What has to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::checks) enum To {
    /// A service that endpoints may lead to.
    Service(Service),
    /// A host that endpoints of this service perhaps lead to, since AWS's pages disagree.
    Variant(Service, String),
    /// A host in the internet, which no endpoint leads to.
    Host(String),
    /// A host that may stand anywhere.
    Anywhere(String),
}

/// What is done there.
#[derive(Clone, Debug)]
pub(in crate::checks) struct Errand {
    /// In words: `image web:1 of container app`.
    pub what: String,
    /// What is called, for the policy of an endpoint.
    pub call: Call,
}

/// What is called.
#[derive(Clone, Debug)]
pub(in crate::checks) enum Call {
    /// The token that images are pulled with.
    Login,
    /// The manifest of an image of ECR.
    Pull(EcrHost, String),
    /// The layers of an image of ECR, from ECR's own bucket in its region.
    Layers(Region),
    /// A secret.
    Secret(SecretRef),
    /// A parameter.
    Parameter(ParameterRef),
    /// A secret by its name or ARN.
    Credentials(String),
    /// A log group, and whether it may be created.
    Log(Option<String>),
    /// An object in S3.
    Object(S3Object),
    /// Something that no policy of an endpoint is judged for.
    Other,
    /// What the containers of an awsvpc task on EC2 may call themselves.
    Own,
}

/// By whose interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carrier {
    /// Whoever starts the task: on instances the agent.
    Agent,
    /// The containers of the task.
    Task,
}

/// What has to be reached, and what the documents do not tell of it.
#[derive(Clone, Debug, Default)]
pub(in crate::checks) struct Reach {
    /// Each place once, in the order of the document.
    pub needs: Vec<Need>,
    /// Places where the documents do not say what has to be reached.
    pub open: Vec<(Place, Stop)>,
}

impl To {
    /// The name: `ecr.dkr`, `docker.io`.
    pub(in crate::checks) fn name(&self) -> &str {
        match self {
            To::Service(service) => &service.name,
            To::Variant(_, host) | To::Host(host) | To::Anywhere(host) => host,
        }
    }

    /// The name, with the region where it is not that of the task.
    pub(in crate::checks) fn named_from(&self, home: &Region) -> String {
        match self {
            To::Service(service) if service.region != *home => {
                format!("{} in {}", service.name, service.region)
            }
            other => other.name().to_owned(),
        }
    }
}

impl Need {
    /// Whether it is but what the containers may call themselves.
    pub(in crate::checks) fn is_own_traffic(&self) -> bool {
        self.errands.iter().all(|errand| matches!(errand.call, Call::Own))
    }
}

/// What leaves by this sender.
///
/// # Errors
/// A gap where the documents do not say how the task stands in the network, or there is no region.
pub(in crate::checks) fn by(sender: &SenderUse) -> Result<Reach, Stop> {
    let standing = sender.task.standing()?;
    let mut reach = of(sender.task)?;
    let wanted = match (standing, sender.from) {
        (Standing::OwnInterface, SendsFrom::Subnet(_)) => Some(Carrier::Task),
        (Standing::OwnInterface, SendsFrom::Instances(_)) => Some(Carrier::Agent),
        _ => None,
    };
    match wanted {
        Some(wanted) => reach.needs.retain(|need| need.carrier == wanted),
        // One interface carries it all.
        None => reach.needs = together(reach.needs),
    }
    // What images, secrets and logs are is nothing to an interface that does not carry them.
    if wanted == Some(Carrier::Task) {
        reach.open.clear();
        reach.needs.push(Need {
            to: To::Host("the internet".to_owned()),
            decides: false,
            errands: vec![Errand {
                what: "what the containers call themselves".to_owned(),
                call: Call::Own,
            }],
            carrier: Carrier::Task,
        });
    }
    Ok(reach)
}

/// Each place once, whoever calls it.
fn together(needs: Vec<Need>) -> Vec<Need> {
    let mut found: Vec<Need> = Vec::new();
    for need in needs {
        match found.iter_mut().find(|it| it.to == need.to) {
            Some(known) => {
                known.decides |= need.decides;
                known.errands.extend(need.errands);
            }
            None => found.push(need),
        }
    }
    found
}

/// Everything that the task has to reach.
///
/// # Errors
/// A gap where there is no region.
pub(in crate::checks) fn of(task: &Task) -> Result<Reach, Stop> {
    let mut found = Collector {
        task,
        home: task.region()?.clone(),
        old_platform: is_old_platform(task),
        docker: !task.may_run_on_fargate()?,
        reach: Reach::default(),
    };
    found.images();
    found.secrets();
    found.files();
    found.logs();
    found.features();
    Ok(found.reach)
}

/// On version 1.3.0 an interface of Fargate's own fetches the token and the secrets
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html>).
fn is_old_platform(task: &Task) -> bool {
    let version = task.context.request.platform_version.get().ok().flatten();
    let os = match task.definition.operating_system() {
        Ok(OperatingSystem::Windows(_)) => names::OperatingSystem::Windows,
        _ => names::OperatingSystem::Linux,
    };
    let version = version.map(|text| PlatformVersion::read(text, os));
    let on_fargate = task.may_run_on_fargate().unwrap_or(false);
    on_fargate && version.and_then(|it| it.at_least_1_4()) == Some(false)
}

/// Hosts of which everybody knows that they stand in the internet.
const PUBLIC: [&str; 9] = [
    "docker.io",
    "gcr.io",
    "ghcr.io",
    "mcr.microsoft.com",
    "nvcr.io",
    "public.ecr.aws",
    "quay.io",
    "registry.gitlab.com",
    "registry.k8s.io",
];

struct Collector<'t> {
    task: &'t Task,
    home: Region,
    old_platform: bool,
    docker: bool,
    reach: Reach,
}

/// One errand before it is known where it leads.
struct Ask {
    what: String,
    carrier: Carrier,
    decides: bool,
}

impl Collector<'_> {
    fn add(&mut self, to: To, ask: &Ask, call: Call) {
        let errand = Errand { what: ask.what.clone(), call };
        let same = |need: &&mut Need| need.to == to && need.carrier == ask.carrier;
        match self.reach.needs.iter_mut().find(same) {
            Some(need) => {
                need.decides |= ask.decides;
                need.errands.push(errand);
            }
            None => self.reach.needs.push(Need {
                to,
                decides: ask.decides,
                errands: vec![errand],
                carrier: ask.carrier,
            }),
        }
    }

    fn service(&mut self, name: &str, region: &Region, ask: &Ask, call: Call) {
        self.add(To::Service(Service::new(name, region)), ask, call);
    }

    /// What cannot be read leaves open what has to be reached; what is written wrongly is told elsewhere.
    fn open(&mut self, place: &Place, stop: Stop) {
        if matches!(stop, Stop::Gap(_)) {
            self.reach.open.push((place.clone(), stop));
        }
    }

    fn each<T>(&mut self, planned: Vec<Planned<T>>, mut collect: impl FnMut(&mut Self, T)) {
        for planned in planned {
            match planned {
                Ok(it) => collect(self, it),
                Err(unplanned) => {
                    let Unplanned { place, stop } = *unplanned;
                    self.open(&place, stop);
                }
            }
        }
    }

    fn images(&mut self) {
        self.each(self.task.images(), |this, it| match it.reference() {
            Ok(image) => this.image(&image, it.container),
            Err(stop) => this.open(it.image.place(), stop),
        });
        self.each(self.task.registry_credentials(), |this, it| {
            let place = it.secret.place();
            let id = match it.secret.get() {
                Ok(id) => id.cloned().unwrap_or_default(),
                Err(stop) => return this.open(place, stop),
            };
            let arn = id.parse::<names::Arn>().ok();
            let region = arn.and_then(|arn| arn.region).unwrap_or_else(|| this.home.clone());
            let what = format!("the registry credentials of container {}", name(it.container));
            let ask = Ask { what, carrier: Carrier::Agent, decides: true };
            if !this.old_platform {
                this.service("secretsmanager", &region, &ask, Call::Credentials(id));
            }
        });
    }

    fn image(&mut self, image: &ImageRef, container: &Container) {
        let what = format!("the image of container {}", name(container));
        let ask = Ask { what, carrier: Carrier::Agent, decides: true };
        match &image.registry {
            Registry::Ecr(host) => {
                let region = &host.region;
                if !self.old_platform {
                    self.service("ecr.api", region, &ask, Call::Login);
                }
                let pull = Call::Pull(host.clone(), image.repository.clone());
                let dkr = Service::new("ecr.dkr", region);
                let to = match host.fips || host.dual_stack {
                    true => To::Variant(dkr, image.registry.host()),
                    false => To::Service(dkr),
                };
                self.add(to, &ask, pull);
                self.service("s3", region, &ask, Call::Layers(region.clone()));
            }
            other => {
                let host = match other {
                    Registry::DockerHub => "docker.io".to_owned(),
                    other => other.host(),
                };
                let is_public = PUBLIC.contains(&host.as_str()) || host.ends_with(".gcr.io");
                let to = if is_public { To::Host(host) } else { To::Anywhere(host) };
                self.add(to, &ask, Call::Other);
            }
        }
    }

    fn secrets(&mut self) {
        self.each(self.task.value_froms(), |this, it| {
            let place = it.value_from.place();
            let reference = match it.reference() {
                Ok(reference) => reference,
                Err(stop) => return this.open(place, stop),
            };
            if this.old_platform {
                return;
            }
            let what = match &reference {
                ValueFrom::Secret(secret) => format!("secret {}", secret.id),
                ValueFrom::Parameter(parameter)
                | ValueFrom::SecretThroughParameter { parameter, .. } => {
                    format!("parameter {}", parameter.name)
                }
            };
            let ask = Ask { what, carrier: Carrier::Agent, decides: true };
            match reference {
                ValueFrom::Secret(secret) => {
                    let region = secret.region().unwrap_or(&this.home).clone();
                    this.service("secretsmanager", &region, &ask, Call::Secret(secret));
                }
                // Parameter Store asks Secrets Manager itself.
                ValueFrom::Parameter(parameter)
                | ValueFrom::SecretThroughParameter { parameter, .. } => {
                    let region = parameter.region().unwrap_or(&this.home).clone();
                    this.service("ssm", &region, &ask, Call::Parameter(parameter));
                }
            }
        });
    }

    fn files(&mut self) {
        self.each(self.task.environment_files(), |this, it| {
            let place = it.file.value.place();
            match it.object() {
                Ok(object) => {
                    let what = format!("environment file {}", object.key);
                    let ask = Ask { what, carrier: Carrier::Agent, decides: true };
                    let home = this.home.clone();
                    this.service("s3", &home, &ask, Call::Object(object));
                }
                Err(stop) => this.open(place, stop),
            }
        });
        self.each(self.task.containers(), |this, it| {
            let specs = &it.container.credential_specs;
            match specs.items() {
                Ok(items) => {
                    for spec in items {
                        this.credential_spec(&spec.value, it.container);
                    }
                }
                Err(stop) => this.open(specs.place(), stop),
            }
            if let Err((place, stop)) = this.router_file(it.container) {
                this.open(&place, stop);
            }
        });
    }

    /// `credentialspec:ARN` or `credentialspecdomainless:ARN`
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>).
    fn credential_spec(&mut self, text: &str, container: &Container) {
        let Some((_, arn)) = text.split_once(':') else { return };
        let Ok(arn) = arn.parse::<names::Arn>() else { return };
        let what = format!("the credential spec of container {}", name(container));
        let ask = Ask { what, carrier: Carrier::Agent, decides: true };
        let region = arn.region.clone().unwrap_or_else(|| self.home.clone());
        match arn.service.as_str() {
            "ssm" => self.service("ssm", &region, &ask, Call::Other),
            "s3" => self.service("s3", &region, &ask, Call::Other),
            _ => {}
        }
    }

    /// The configuration file of the log router, where it is in S3.
    fn router_file(&mut self, container: &Container) -> Result<(), (Place, Stop)> {
        let router = &container.firelens_configuration;
        let at = |stop| (router.place().clone(), stop);
        let Some(router) = router.get().map_err(at)? else { return Ok(()) };
        let Some(options) = router.options.get().map_err(at)? else { return Ok(()) };
        let option = |name: &str| options.get(name).map_or(Ok(None), Field::get);
        if option("config-file-type").map_err(at)?.is_none_or(|kind| kind != "s3") {
            return Ok(());
        }
        let Some(file) = option("config-file-value").map_err(at)? else { return Ok(()) };
        let Ok(object) = file.parse::<S3Object>() else { return Ok(()) };
        let what = format!("the log router's configuration {}", object.key);
        let ask = Ask { what, carrier: Carrier::Agent, decides: true };
        let home = self.home.clone();
        self.service("s3", &home, &ask, Call::Object(object));
        Ok(())
    }

    fn logs(&mut self) {
        self.each(self.task.containers(), |this, it| {
            if let Err((place, stop)) = this.log(it.container) {
                this.open(&place, stop);
            }
        });
    }

    fn log(&mut self, container: &Container) -> Result<(), (Place, Stop)> {
        let field = &container.log_configuration;
        let at = |stop| (field.place().clone(), stop);
        let Some(log) = field.get().map_err(at)? else { return Ok(()) };
        let driver = log.log_driver.get().map_err(at)?.map_or("", String::as_str);
        let options = log.options.get().map_err(at)?;
        let option = |name: &str| match options.and_then(|it| it.get(name)) {
            Some(field) => Ok(field.get().map_err(at)?.cloned()),
            None => Ok(None),
        };
        let region = |text: Option<String>| {
            text.and_then(|text| text.parse().ok()).unwrap_or_else(|| self.home.clone())
        };
        let what = format!("the logs of container {}", name(container));
        match driver {
            "awslogs" => {
                // Docker creates the stream behind the container's back where the mode is non-blocking
                // (https://docs.docker.com/engine/logging/configure/#configure-the-delivery-mode-of-log-messages-from-container-to-log-driver).
                let decides = !(self.docker && option("mode")?.as_deref() == Some("non-blocking"));
                let region = region(option("awslogs-region")?);
                let group = option("awslogs-group")?;
                let ask = Ask { what, carrier: Carrier::Agent, decides };
                self.service("logs", &region, &ask, Call::Log(group));
            }
            "awsfirelens" => {
                let service = match option("Name")?.as_deref() {
                    Some("cloudwatch" | "cloudwatch_logs") => "logs",
                    Some("firehose" | "kinesis_firehose") => "kinesis-firehose",
                    Some("kinesis" | "kinesis_streams") => "kinesis-streams",
                    Some("s3") => "s3",
                    _ => return Ok(()),
                };
                let region = region(option("region")?);
                let ask = Ask { what, carrier: Carrier::Task, decides: false };
                self.service(service, &region, &ask, Call::Other);
            }
            _ => {}
        }
        Ok(())
    }

    /// ECS Exec and Service Connect
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>).
    fn features(&mut self) {
        let request = &self.task.context.request;
        let home = self.home.clone();
        match request.enable_execute_command.get() {
            Ok(Some(true)) => {
                let ask =
                    Ask { what: "ECS Exec".to_owned(), carrier: Carrier::Task, decides: false };
                self.service("ssmmessages", &home, &ask, Call::Other);
            }
            Ok(_) => {}
            Err(stop) => self.open(request.enable_execute_command.place(), stop),
        }
    }
}

fn name(container: &Container) -> &str {
    container.name.get().ok().flatten().map_or("?", String::as_str)
}

/// The bucket that ECR keeps the layers of a region in
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>).
pub(in crate::checks) fn layer_bucket(region: &Region) -> String {
    let partition = Partition::of_region(region.as_str());
    format!("arn:{partition}:s3:::prod-{region}-starport-layer-bucket")
}
