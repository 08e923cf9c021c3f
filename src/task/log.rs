//! The log configurations of a task.

use super::subject::text;
use super::{Planned, Subject, Subjects, Task, Written, given};
use crate::document::container::{ConfigFile, LogConfiguration};
use crate::document::{Container, Field, Place};
use crate::knowledge::Stop;
use crate::names::{LogGroupName, Region, S3Object};

/// One configuration of the log driver awslogs.
#[derive(Clone, Copy)]
pub struct AwslogsUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The container; none for the proxy of Service Connect.
    pub container: Option<&'t Container>,
    /// The configuration.
    pub log: &'t LogConfiguration,
}

/// The configuration of a log router, kept in S3.
#[derive(Clone, Copy)]
pub struct FirelensFileUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The router.
    pub container: &'t Container,
    /// The ARN of the object, as written.
    pub file: &'t Field<String>,
}

/// The name of a stream, without the ID of the task or container at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamName(String);

impl StreamName {
    /// The name of the stream of this task.
    pub fn of(&self, id: &str) -> String {
        format!("{}{id}", self.0)
    }
}

/// A stand-in for the ID of the task, which is not known before it runs.
pub const SOME_TASK: &str = "0123456789abcdef0123456789abcdef";

/// What the driver calls, in this order.
pub const LOG_CALLS: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

/// The values that Docker and Fargate read as true
/// (<https://pkg.go.dev/strconv#ParseBool>).
const TRUTHS: [&str; 6] = ["1", "t", "T", "TRUE", "true", "True"];

impl Task {
    /// Each log configuration that has, or may have, the driver awslogs: of the containers, then of the
    /// Service Connect proxy.
    pub fn awslogs(&self) -> Vec<Planned<AwslogsUse<'_>>> {
        let mut found = Vec::new();
        for planned in self.containers() {
            match planned {
                Err(unplanned) => found.push(Err(unplanned)),
                Ok(it) => {
                    self.add_awslogs(
                        &it.container.log_configuration,
                        Some(it.container),
                        &mut found,
                    );
                }
            }
        }
        if let Some(log) = self.proxy_log(&mut found) {
            self.add_awslogs(log, None, &mut found);
        }
        found
    }

    /// The log configuration of the Service Connect proxy.
    pub(super) fn proxy_log<U>(
        &self,
        found: &mut Vec<Planned<U>>,
    ) -> Option<&Field<LogConfiguration>> {
        let connect = given(&self.context.request.service_connect, found)?;
        let is_off = connect.enabled.get() == Ok(Some(&false));
        (!is_off).then_some(&connect.log_configuration)
    }

    fn add_awslogs<'t>(
        &'t self,
        log: &'t Field<LogConfiguration>,
        container: Option<&'t Container>,
        found: &mut Vec<Planned<AwslogsUse<'t>>>,
    ) {
        let Some(log) = given(log, found) else { return };
        let may_be = log.log_driver.get().map_or(true, |it| it.is_some_and(|it| it == "awslogs"));
        if may_be {
            found.push(Ok(AwslogsUse { task: self, container, log }));
        }
    }

    /// Each configuration of a log router that is kept in S3.
    pub fn firelens_files(&self) -> Vec<Planned<FirelensFileUse<'_>>> {
        let mut found = Vec::new();
        for planned in self.containers() {
            let container = match planned {
                Err(unplanned) => {
                    found.push(Err(unplanned));
                    continue;
                }
                Ok(it) => it.container,
            };
            let Some(router) = given(&container.firelens_configuration, &mut found) else {
                continue;
            };
            let Some(options) = given(&router.options, &mut found) else { continue };
            let Some(ConfigFile { kind, value }) = ConfigFile::of(options) else { continue };
            let kind = given(kind, &mut found);
            if let (Some("s3"), Some(file)) = (kind.map(String::as_str), value) {
                found.push(Ok(FirelensFileUse { task: self, container, file }));
            }
        }
        found
    }
}

impl<'t> AwslogsUse<'t> {
    /// The field that names the log group, if there is one.
    pub fn group_field(&self) -> Option<&'t Field<String>> {
        self.log.options.get().ok().flatten()?.get("awslogs-group")
    }

    /// The log group, and the region that it is in.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for an option that is missing, or for a text that names no
    /// log group or no region within reach.
    pub fn group(&self) -> Result<(Region, LogGroupName), Stop> {
        self.log.log_driver.get()?;
        let (group, region) = (self.needed("awslogs-group")?, self.needed("awslogs-region")?);
        let name = group.value()?.parse::<LogGroupName>();
        let name = name.map_err(|flaw| group.flawed(flaw.to_string()))?;
        let home = region.value()?.parse::<Region>();
        let home = home.map_err(|flaw| region.flawed(format!("awslogs-region: {flaw}")))?;
        self.task
            .same_partition(home.partition(), "awslogs-region")
            .map_err(|flaw| region.flawed(flaw))?;
        Ok((home, name))
    }

    /// Whether the driver creates a log group that is missing.
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn creates_group(&self) -> Result<bool, Stop> {
        Ok(self.option("awslogs-create-group")?.is_some_and(|it| TRUTHS.contains(&it.as_str())))
    }

    /// Whether the driver calls CloudWatch Logs by a custom endpoint.
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn names_endpoint(&self) -> Result<bool, Stop> {
        Ok(self.option("awslogs-endpoint")?.is_some())
    }

    /// The mode in which the driver delivers, if it is written.
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn mode(&self) -> Result<Option<&'t str>, Stop> {
        Ok(self.option("mode")?.map(String::as_str))
    }

    /// The name of the task's stream: `prefix/container/task`, or without a prefix the container's id
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html>).
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn stream(&self) -> Result<StreamName, Stop> {
        let container = match self.container {
            Some(it) => it.name.get()?.map_or("app", String::as_str),
            None => "ecs-service-connect-AbCdE",
        };
        Ok(match self.option("awslogs-stream-prefix")?.filter(|it| !it.is_empty()) {
            Some(prefix) => StreamName(format!("{prefix}/{container}/")),
            None => StreamName(String::new()),
        })
    }

    fn option(&self, name: &str) -> Result<Option<&'t String>, Stop> {
        let field = self.log.options.get()?.and_then(|options| options.get(name));
        field.map_or(Ok(None), Field::get)
    }

    fn needed(&self, name: &'static str) -> Result<Needed<'t>, Stop> {
        let field = self.log.options.get()?.and_then(|options| options.get(name));
        Ok(Needed { name, field, log: self.log })
    }
}

/// An option that the driver requires.
struct Needed<'t> {
    name: &'static str,
    field: Option<&'t Field<String>>,
    log: &'t LogConfiguration,
}

impl<'t> Needed<'t> {
    fn value(&self) -> Result<&'t str, Stop> {
        let value = self.field.map_or(Ok(None), Field::get)?.filter(|text| !text.is_empty());
        let value = value.map(String::as_str);
        value.ok_or_else(|| self.flawed(format!("awslogs lacks the option {}", self.name)))
    }

    /// At the place where `definition-log-options` reports it.
    fn flawed(&self, sentence: String) -> Stop {
        let place = self.field.map_or_else(|| self.log.options.place(), Field::place);
        Stop::written(place.subject(), sentence)
    }
}

impl FirelensFileUse<'_> {
    /// The S3 object, parsed.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for a text that is no ARN of an S3 object.
    pub fn object(&self) -> Result<S3Object, Stop> {
        super::object(self.file, self.task)
    }
}

impl Subject for AwslogsUse<'_> {
    const KIND: &'static str = "log configuration with the driver awslogs";

    fn place(&self) -> &Place {
        &self.log.place
    }

    fn container(&self) -> Option<&Container> {
        self.container
    }

    fn resource(&self) -> Option<String> {
        self.group_field().and_then(text)
    }
}

impl<'t> Written<'t> for AwslogsUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.awslogs())
    }
}

impl Subject for FirelensFileUse<'_> {
    const KIND: &'static str = "FireLens configuration in S3";

    fn place(&self) -> &Place {
        self.file.place()
    }

    fn container(&self) -> Option<&Container> {
        Some(self.container)
    }

    fn resource(&self) -> Option<String> {
        text(self.file)
    }
}

impl<'t> Written<'t> for FirelensFileUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.firelens_files())
    }
}
