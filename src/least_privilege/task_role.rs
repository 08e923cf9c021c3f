//! What ECS and its agents do with the task role. The calls of the programs in the containers are in no
//! definition.

use super::{Collector, Condition};
use crate::document::Container;
use crate::document::container::LogConfiguration;
use crate::document::volume::{S3FilesVolume, Volume};
use crate::knowledge::Stop;
use crate::lookup::ecs::cluster::ExecuteCommand;

impl Collector<'_> {
    pub(crate) fn of_task_role(&mut self) {
        let task = self.task;
        let exec = &task.context.request.enable_execute_command;
        self.part(exec.place(), |needs| {
            if exec.get()? == Some(&true) {
                needs.opens_sessions();
            }
            Ok(())
        });
        let volumes = &task.definition.volumes;
        self.part(volumes.place(), |needs| {
            volumes.items()?.iter().try_for_each(|volume| needs.mounts(volume))
        });
        let containers = &task.definition.container_definitions;
        self.part(containers.place(), |needs| {
            containers.items()?.iter().for_each(|container| needs.routes_logs(container));
            Ok(())
        });
    }

    /// ECS Exec (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>).
    fn opens_sessions(&mut self) {
        self.need(
            "OpenExecSessions",
            &[
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
            "*",
        );
        self.needs.asks.cluster = self.task.cluster().ok();
        if let Some(sessions) = &self.known.sessions {
            self.keeps_sessions(sessions);
        }
    }

    /// How the cluster has sessions logged and encrypted.
    fn keeps_sessions(&mut self, exec: &ExecuteCommand) {
        if exec.logging.as_deref() == Some("OVERRIDE") {
            if let Some(group) = &exec.log_group {
                let actions =
                    ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"];
                let streams = self.home.arn("logs", &format!("log-group:{group}:*"));
                self.need("LogExecSessions", &actions, streams);
                self.need("FindLogGroups", &["logs:DescribeLogGroups"], "*");
            }
            if let Some(bucket) = &exec.bucket {
                let bucket = format!("arn:{}:s3:::{bucket}", self.home.partition);
                let objects = format!("{bucket}/*");
                self.need("StoreExecSessions", &["s3:PutObject"], objects);
                self.need("InspectExecBucket", &["s3:GetEncryptionConfiguration"], bucket);
            }
        }
        match &exec.key {
            Some(key) if key.contains("alias/") => {
                let why = format!("{key} is an alias, but a policy must name the key");
                self.needs.open.push(why);
            }
            Some(key) => {
                let key = match key.starts_with("arn:") {
                    true => key.clone(),
                    false => self.home.arn("kms", &format!("key/{key}")),
                };
                self.need("DecryptExecSessions", &["kms:Decrypt"], key);
            }
            None => {}
        }
    }

    /// EFS with IAM authorization: to write is needed unless every container mounts it read-only
    /// (<https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html>).
    fn mounts(&mut self, volume: &Volume) -> Result<(), Stop> {
        if let Some(files) = volume.s3_files.get()? {
            return self.mounts_s3_files(volume, files);
        }
        let Some(efs) = volume.efs.get()? else { return Ok(()) };
        let Some(authorization) = efs.authorization.get()? else { return Ok(()) };
        if authorization.iam.get()?.map(String::as_str) != Some("ENABLED") {
            return Ok(());
        }
        let Some(id) = efs.file_system_id.get()? else { return Ok(()) };
        let mut actions = vec!["elasticfilesystem:ClientMount"];
        if !self.task.writers(volume)?.is_empty() {
            actions.push("elasticfilesystem:ClientWrite");
        }
        let point = authorization.access_point_id.get()?;
        let conditions = point.map(|point| {
            let arn = self.home.arn("elasticfilesystem", &format!("access-point/{point}"));
            Condition::equals("elasticfilesystem:AccessPointArn", arn)
        });
        let arn = self.home.arn("elasticfilesystem", &format!("file-system/{id}"));
        self.need_under("MountFileSystems", &actions, arn, conditions.into_iter().collect());
        Ok(())
    }

    /// S3 Files always signs in as the task role. The right to read the bucket behind it, which speeds
    /// up reading, is not in the definition
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-files-prereq-policies.html>).
    fn mounts_s3_files(&mut self, volume: &Volume, files: &S3FilesVolume) -> Result<(), Stop> {
        let Some(arn) = files.file_system_arn.get()? else { return Ok(()) };
        let mut actions = vec!["s3files:ClientMount"];
        if !self.task.writers(volume)?.is_empty() {
            actions.push("s3files:ClientWrite");
        }
        let point = files.access_point_arn.get()?;
        let condition = point.map(|arn| Condition::equals("s3files:AccessPointArn", arn));
        self.need_under("MountFileSystems", &actions, arn, condition.into_iter().collect());
        Ok(())
    }

    fn routes_logs(&mut self, container: &Container) {
        self.part(container.log_configuration.place(), |needs| {
            let Some(log) = container.log_configuration.get()? else { return Ok(()) };
            match log.log_driver.get()?.map(String::as_str) {
                Some("awsfirelens") => needs.routes_to_aws(log),
                _ => Ok(()),
            }
        });
    }

    /// The outputs of Fluent Bit for services of AWS, which take the credentials of the task
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html>).
    fn routes_to_aws(&mut self, log: &LogConfiguration) -> Result<(), Stop> {
        let Some(options) = log.options.get()? else { return Ok(()) };
        let option = |name| options.get(name).map_or(Ok(None), |field| field.get());
        let name = match option("Name")? {
            Some(name) => Some(name),
            None => option("name")?,
        };
        let region = option("region")?.cloned().unwrap_or_else(|| self.home.region.clone());
        let arn = |service: &str, resource: String| self.home.arn_in(&region, service, &resource);
        match name.map(String::as_str) {
            Some("firehose" | "kinesis_firehose") => {
                let stream = option("delivery_stream")?.map_or("*", String::as_str);
                let stream = arn("firehose", format!("deliverystream/{stream}"));
                self.need("RouteLogs", &["firehose:PutRecordBatch"], stream);
            }
            Some("kinesis" | "kinesis_streams") => {
                let stream = option("stream")?.map_or("*", String::as_str);
                let stream = arn("kinesis", format!("stream/{stream}"));
                self.need("RouteLogs", &["kinesis:PutRecords"], stream);
            }
            Some(name @ ("cloudwatch" | "cloudwatch_logs")) => {
                let mut actions = CloudWatch::of(name).actions().to_vec();
                let creates = option("auto_create_group")?;
                if creates.is_some_and(|it| ["true", "on"].contains(&&*it.to_lowercase())) {
                    actions.push("logs:CreateLogGroup");
                }
                let group = option("log_group_name")?.map_or("*", String::as_str);
                let group = arn("logs", format!("log-group:{group}"));
                self.need("RouteLogs", &actions, format!("{group}:*"));
                self.need("RouteLogs", &actions, group);
            }
            Some("s3") => {
                let bucket = option("bucket")?.map_or("*", String::as_str);
                let objects = format!("arn:{}:s3:::{bucket}/*", self.home.partition);
                self.need("RouteLogs", &["s3:PutObject"], objects);
            }
            _ => {}
        }
        Ok(())
    }
}

/// The two outputs of Fluent Bit for CloudWatch Logs. The older one looks for the streams that are there
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloudWatch {
    /// `cloudwatch_logs`, in C.
    Core,
    /// `cloudwatch`, in Go.
    Plugin,
}

impl CloudWatch {
    /// The output of this name, which is one of the two.
    pub(crate) fn of(name: &str) -> CloudWatch {
        if name == "cloudwatch" { CloudWatch::Plugin } else { CloudWatch::Core }
    }

    /// What it calls on a stream of its group.
    pub(crate) fn actions(self) -> &'static [&'static str] {
        match self {
            CloudWatch::Core => &["logs:CreateLogStream", "logs:PutLogEvents"],
            CloudWatch::Plugin => {
                &["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
            }
        }
    }
}
