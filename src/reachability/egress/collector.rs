//! Collects the required destinations from the definition.

use super::host::{host_of, log_server, place_of};
use super::need::{Call, Errand, Need, Pull, Reach, Stream, To};
use super::partial;
use crate::document::{Container, Field, Place};
use crate::knowledge::{Gap, Stop};
use crate::names::{self, EcrHost, LogGroupName, Region, Registry, S3Object, ValueFrom};
use crate::network::Service;
use crate::task::{AwslogsUse, Carrier, Planned, Task, Unplanned};

/// The runtime errors if a destination is not reached.
const NOT_PULLED: &str = "CannotPullContainerError: ... dial tcp ...:443: i/o timeout";
const NOT_FETCHED: &str = "ResourceInitializationError: ... dial tcp ...:443: i/o timeout";
const NOT_LOGGED: &str = "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: ... dial tcp ...: i/o timeout";
const NOT_SENT: &str = "no error text: the log router cannot connect, and its log events are lost";
pub(crate) const NO_SHELL: &str = "aws ecs execute-command: TargetNotConnectedException: The execute command failed due to an internal error. Try again later.";
const NO_NEIGHBOURS: &str =
    "no error text: the Service Connect proxy does not receive the other services";
const NO_AGENT: &str = "RunTask, StartTask: failures with the reason AGENT";
const NO_METRICS: &str =
    "no error text: CloudWatch gets no CPU and memory utilization of the tasks";

pub(crate) struct Collector<'t> {
    task: &'t Task,
    home: Region,
    old_platform: bool,
    on_instances: bool,
    pub reach: Reach,
}

/// One errand before its destination is known.
struct Ask {
    what: String,
    carrier: Carrier,
    decides: bool,
}

impl<'t> Collector<'t> {
    pub(crate) fn of(task: &'t Task) -> Result<Collector<'t>, Stop> {
        Ok(Collector {
            task,
            home: task.region()?.clone(),
            old_platform: task.has_old_platform(),
            on_instances: !task.may_run_on_fargate()?,
            reach: Reach::default(),
        })
    }

    fn add(&mut self, to: To, ask: &Ask, call: Call) {
        let errands = vec![Errand { what: ask.what.clone(), call, decides: ask.decides }];
        let need = Need { to, decides: ask.decides, errands, carrier: ask.carrier };
        match self.reach.needs.iter_mut().find(|it| it.is_like(&need)) {
            Some(known) => known.join(need),
            None => self.reach.needs.push(need),
        }
    }

    fn service(&mut self, name: &str, region: &Region, ask: &Ask, call: Call) {
        self.add(To::Service(Service::new(name, region)), ask, call);
    }

    /// An unreadable part leaves the destinations undetermined; a wrong value is reported by its own check.
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

    pub(crate) fn images(&mut self) {
        self.each(self.task.images(), |this, it| match it.reference() {
            Ok(image) => {
                let pull = |host: &EcrHost| {
                    let (host, image) = (host.clone(), image.clone());
                    Call::Pull(Box::new(Pull { host, image }))
                };
                this.image(&image.registry, it.container, pull);
            }
            Err(stop) => {
                let place = it.image.place();
                match this.partial(place, &stop).and_then(partial::registry) {
                    Some(registry) if this.is_at_home(&registry) => {
                        this.image(&registry, it.container, |_| Call::Unnamed(stop.clone()));
                    }
                    _ => this.open(place, stop),
                }
            }
        });
        self.each(self.task.registry_credentials(), |this, it| {
            let place = it.secret.place();
            let (region, call) = match it.secret.get() {
                Ok(id) => {
                    let id = id.cloned().unwrap_or_default();
                    let arn = id.parse::<names::Arn>().ok();
                    (arn.and_then(|arn| arn.region), Call::Credentials(id))
                }
                Err(stop) => match this.partial(place, &stop) {
                    Some(text) if partial::is_name(text) => (None, Call::Unnamed(stop)),
                    Some(text) => match partial::of_arn(text) {
                        Some((service, region)) if service == "secretsmanager" => {
                            (region, Call::Unnamed(stop))
                        }
                        _ => return this.open(place, stop),
                    },
                    None => return this.open(place, stop),
                },
            };
            let region = region.unwrap_or_else(|| this.home.clone());
            let what = format!("the registry credentials of container {}", name(it.container));
            let ask = Ask { what, carrier: Carrier::Agent, decides: true };
            if !this.old_platform {
                this.service("secretsmanager", &region, &ask, call);
            }
        });
    }

    /// The text of a value that cannot be read because of a placeholder.
    fn partial(&self, place: &Place, stop: &Stop) -> Option<&'t str> {
        match stop {
            Stop::Gap(Gap::Unresolved { .. }) => partial::written(&self.task.source.root, place),
            _ => None,
        }
    }

    /// Whether the registry is in the partition of the task.
    fn is_at_home(&self, registry: &Registry) -> bool {
        match registry {
            Registry::Ecr(host) => host.partition == self.home.partition(),
            _ => true,
        }
    }

    fn image(
        &mut self,
        registry: &Registry,
        container: &Container,
        pull: impl FnOnce(&EcrHost) -> Call,
    ) {
        let what = format!("the image of container {}", name(container));
        let ask = Ask { what, carrier: Carrier::Agent, decides: true };
        match registry {
            Registry::Ecr(host) => {
                let region = &host.region;
                if !self.old_platform {
                    self.service("ecr.api", region, &ask, Call::Login);
                }
                let dkr = Service::new("ecr.dkr", region);
                let to = match host.fips || host.dual_stack {
                    true => To::Variant(dkr, registry.host()),
                    false => To::Service(dkr),
                };
                self.add(to, &ask, pull(host));
                self.service("s3", region, &ask, Call::Layers(region.clone()));
            }
            other => {
                let host = match other {
                    Registry::DockerHub => "docker.io".to_owned(),
                    other => other.host(),
                };
                if let Some(to) = place_of(host) {
                    self.add(to, &ask, Call::Other(NOT_PULLED));
                }
            }
        }
    }

    pub(crate) fn secrets(&mut self) {
        self.each(self.task.value_froms(), |this, it| {
            let place = it.value_from.place();
            let reference = match it.reference() {
                Ok(reference) => reference,
                Err(stop) => return this.partial_secret(place, stop),
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
                // Parameter Store calls Secrets Manager itself.
                ValueFrom::Parameter(parameter)
                | ValueFrom::SecretThroughParameter { parameter, .. } => {
                    let region = parameter.region().unwrap_or(&this.home).clone();
                    this.service("ssm", &region, &ask, Call::Parameter(parameter));
                }
            }
        });
    }

    /// A secret or a parameter of which at least the service and the region are known.
    fn partial_secret(&mut self, place: &Place, stop: Stop) {
        let told = self.partial(place, &stop).and_then(|text| match partial::is_name(text) {
            true => Some(("ssm".to_owned(), None)),
            false => partial::of_arn(text),
        });
        let told = told.filter(|(service, _)| matches!(service.as_str(), "secretsmanager" | "ssm"));
        let Some((service, region)) = told else { return self.open(place, stop) };
        if self.old_platform {
            return;
        }
        let region = region.unwrap_or_else(|| self.home.clone());
        let what = format!("what {} names", place.subject());
        let ask = Ask { what, carrier: Carrier::Agent, decides: true };
        self.service(&service, &region, &ask, Call::Unnamed(stop));
    }

    pub(crate) fn files(&mut self) {
        self.each(self.task.environment_files(), |this, it| {
            let place = it.file.value.place();
            match it.object() {
                Ok(object) => {
                    let what = format!("environment file {}", object.key);
                    let ask = Ask { what, carrier: Carrier::Agent, decides: true };
                    let home = this.home.clone();
                    this.service("s3", &home, &ask, Call::Object(object));
                }
                Err(stop) => match this.partial(place, &stop).and_then(partial::of_arn) {
                    Some((service, _)) if service == "s3" => {
                        let what = "an environment file".to_owned();
                        let ask = Ask { what, carrier: Carrier::Agent, decides: true };
                        let home = this.home.clone();
                        this.service("s3", &home, &ask, Call::Unnamed(stop));
                    }
                    _ => this.open(place, stop),
                },
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
            if let Err(stop) = this.router_file(it.container) {
                this.open(it.container.firelens_configuration.place(), stop);
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
            "ssm" => self.service("ssm", &region, &ask, Call::Other(NOT_FETCHED)),
            "s3" => self.service("s3", &region, &ask, Call::Other(NOT_FETCHED)),
            _ => {}
        }
    }

    /// The configuration file of the log router, where it is in S3.
    fn router_file(&mut self, container: &Container) -> Result<(), Stop> {
        let router = &container.firelens_configuration;
        let Some(router) = router.get()? else { return Ok(()) };
        let Some(file) = router.file()? else { return Ok(()) };
        if !file.is_in_s3()? {
            return Ok(());
        }
        let Some(file) = file.value.map_or(Ok(None), Field::get)? else { return Ok(()) };
        let Ok(object) = file.parse::<S3Object>() else { return Ok(()) };
        let what = format!("the log router's configuration {}", object.key);
        let ask = Ask { what, carrier: Carrier::Agent, decides: true };
        let home = self.home.clone();
        self.service("s3", &home, &ask, Call::Object(object));
        Ok(())
    }

    pub(crate) fn logs(&mut self) {
        self.each(self.task.containers(), |this, it| {
            if let Err(stop) = this.log(it.container) {
                this.open(it.container.log_configuration.place(), stop);
            }
        });
    }

    fn log(&mut self, container: &Container) -> Result<(), Stop> {
        let field = &container.log_configuration;
        let Some(log) = field.get()? else { return Ok(()) };
        let driver = log.log_driver.get()?.map_or("", String::as_str);
        let options = log.options.get()?;
        let option = |name: &str| match options.and_then(|it| it.get(name)) {
            Some(field) => Ok::<_, Stop>(field.get()?.cloned()),
            None => Ok(None),
        };
        let region = |text: Option<String>| {
            text.and_then(|text| text.parse().ok()).unwrap_or_else(|| self.home.clone())
        };
        let what = format!("the logs of container {}", name(container));
        match driver {
            "awslogs" => {
                // Docker creates the stream asynchronously if the mode is non-blocking
                // (https://docs.docker.com/engine/logging/configure/#configure-the-delivery-mode-of-log-messages-from-container-to-log-driver).
                let decides =
                    !(self.on_instances && option("mode")?.as_deref() == Some("non-blocking"));
                let region = region(option("awslogs-region")?);
                let ask = Ask { what, carrier: Carrier::Agent, decides };
                // The group exists, whatever its name.
                let group: Option<LogGroupName> = match option("awslogs-group") {
                    Ok(group) => group.and_then(|name| name.parse().ok()),
                    Err(stop) => {
                        self.service("logs", &region, &ask, Call::Unnamed(stop));
                        return Ok(());
                    }
                };
                let it = AwslogsUse { task: self.task, container: Some(container), log };
                let name = it.stream();
                let stream = Stream { group: group.clone(), region: region.clone(), name };
                self.service("logs", &region, &ask, Call::Log(Box::new(stream)));
                if let (Some(group), true) = (group, it.creates_group()?) {
                    self.service("logs", &region, &ask, Call::NewGroup(group, region.clone()));
                }
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
                let ask = Ask { what, carrier: Carrier::Containers, decides: false };
                self.service(service, &region, &ask, Call::Other(NOT_SENT));
            }
            // The log server may be anywhere, so it only warns.
            driver => {
                let Some(option_name) = log_server(driver) else { return Ok(()) };
                let Some(host) = option(option_name)?.as_deref().and_then(host_of) else {
                    return Ok(());
                };
                let ask = Ask { what, carrier: Carrier::Agent, decides: false };
                if let Some(to) = place_of(host) {
                    self.add(to, &ask, Call::Other(NOT_LOGGED));
                }
            }
        }
        Ok(())
    }

    /// ECS Exec and Service Connect
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>). A task starts
    /// without them, so a missing setting does not make the result unknown.
    pub(crate) fn features(&mut self) {
        let request = &self.task.context.request;
        let exec = request.enable_execute_command.get().map(|it| it == Some(&true));
        if let Some(ask) = feature("ECS Exec", Carrier::Containers, exec) {
            let home = self.home.clone();
            self.service("ssmmessages", &home, &ask, Call::Other(NO_SHELL));
        }
        // The Service Connect proxy receives the other services through the endpoint for ecs-agent, or else
        // through public addresses
        // (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html). On instances
        // the agent has a relay for it, in the network of the machine
        // (https://github.com/aws/amazon-ecs-agent/blob/master/agent/engine/serviceconnect/manager_linux.go).
        if let Some(ask) = feature("Service Connect", Carrier::Agent, self.is_connected()) {
            let home = self.home.clone();
            self.service("ecs-agent", &home, &ask, Call::Other(NO_NEIGHBOURS));
        }
    }

    /// Whether Service Connect is on.
    fn is_connected(&self) -> Result<bool, Stop> {
        let Some(connect) = self.task.context.request.service_connect.get()? else {
            return Ok(false);
        };
        Ok(connect.enabled.get()? == Some(&true))
    }

    /// The destinations of a container agent
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html>). Without
    /// telemetry it lacks metrics but stays connected. Fargate needs none of them.
    pub(crate) fn agents(&mut self) {
        if !self.on_instances {
            return;
        }
        let home = self.home.clone();
        for (service, decides, error) in [
            ("ecs", true, NO_AGENT),
            ("ecs-agent", true, NO_AGENT),
            ("ecs-telemetry", false, NO_METRICS),
        ] {
            let what = "the agents of the container instances".to_owned();
            let ask = Ask { what, carrier: Carrier::Agent, decides };
            self.service(service, &home, &ask, Call::Agent(error));
        }
    }
}

/// The errand of an optional feature, unless it is off.
fn feature(name: &str, carrier: Carrier, is_on: Result<bool, Stop>) -> Option<Ask> {
    let what = match is_on {
        Ok(true) => name.to_owned(),
        Ok(false) => return None,
        Err(_) => format!("{name}, if it is on"),
    };
    Some(Ask { what, carrier, decides: false })
}

fn name(container: &Container) -> &str {
    container.name.get().ok().flatten().map_or("?", String::as_str)
}
