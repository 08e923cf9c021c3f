//! What ECS does with the execution role before the containers start and while they run
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html>).

use super::Collector;
use crate::account::image;
use crate::document::Container;
use crate::document::volume::Volume;
use crate::knowledge::{Gap, Stop};
use crate::lookup::ecr::DescribeImage;
use crate::names::{Arn, ImageRef, ParameterRef, S3Object, ValueFrom};
use crate::task::AwslogsUse;

impl Collector<'_> {
    pub(crate) fn of_execution_role(&mut self) {
        let task = self.task;
        let containers = &task.definition.container_definitions;
        self.part(containers.place(), |needs| {
            for container in containers.items()? {
                needs.pulls(container);
                needs.configures_router(container);
                needs.reads(container);
            }
            Ok(())
        });
        let volumes = &task.definition.volumes;
        self.part(volumes.place(), |needs| {
            volumes.items()?.iter().try_for_each(|volume| needs.mounts_fsx(volume))
        });
        for planned in task.awslogs() {
            match planned {
                Ok(it) => self.part(&it.log.place, |needs| needs.writes_awslogs(&it)),
                Err(unplanned) => self.unplanned(*unplanned),
            }
        }
        for planned in task.value_froms() {
            match planned {
                Ok(it) => self.part(it.value_from.place(), |needs| {
                    needs.fetches(&it.reference()?);
                    Ok(())
                }),
                Err(unplanned) => self.unplanned(*unplanned),
            }
        }
        for planned in task.environment_files() {
            match planned {
                Ok(it) => self.part(it.file.value.place(), |needs| {
                    needs.downloads(&it.object()?);
                    Ok(())
                }),
                Err(unplanned) => self.unplanned(*unplanned),
            }
        }
        for key in &self.known.keys {
            self.need("DecryptSecrets", &["kms:Decrypt"], key);
        }
    }

    /// Signing in to a registry is asked of the account, not of a repository.
    fn pulls(&mut self, container: &Container) {
        self.part(container.image.place(), |needs| {
            let Some(text) = container.image.get()? else { return Ok(()) };
            let image = text
                .parse::<ImageRef>()
                .map_err(|flaw| Gap::Unresolved { why: flaw.to_string() })?;
            if let image::Home::Ecr(repository) = image::Home::of(&image) {
                let arn = repository.arn();
                needs.need("SignInToEcr", &["ecr:GetAuthorizationToken"], "*");
                needs.need(
                    "PullImages",
                    &[
                        "ecr:BatchCheckLayerAvailability",
                        "ecr:BatchGetImage",
                        "ecr:GetDownloadUrlForLayer",
                    ],
                    &arn,
                );
                needs.imports(&arn);
                let reference = image::reference(&image);
                needs.needs.asks.image(DescribeImage { repository, reference });
            }
            Ok(())
        });
        self.part(container.repository_credentials.place(), |needs| {
            let Some(credentials) = container.repository_credentials.get()? else { return Ok(()) };
            match credentials.credentials_parameter.get()? {
                Some(text) => needs.signs_in(text),
                None => Ok(()),
            }
        });
    }

    /// What the first pull through a cache rule takes besides, as far as it is known to be one.
    fn imports(&mut self, arn: &str) {
        if let Some(creates) = self.known.imports.get(arn) {
            let actions = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"];
            self.need("ImportImages", &actions[..1 + usize::from(*creates)], arn);
        }
    }

    /// The credentials of a private registry: a secret by its ARN, or by its name
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RepositoryCredentials.html>).
    fn signs_in(&mut self, text: &str) -> Result<(), Stop> {
        if text.starts_with("arn:") {
            self.fetches(&reference(text)?);
        } else {
            let arn = self.secret_named(text);
            self.need("ReadSecrets", &["secretsmanager:GetSecretValue"], arn);
        }
        Ok(())
    }

    fn configures_router(&mut self, container: &Container) {
        self.part(container.firelens_configuration.place(), |needs| {
            let Some(router) = container.firelens_configuration.get()? else { return Ok(()) };
            let Some(file) = router.file()? else { return Ok(()) };
            let value = file.value.map_or(Ok(None), |value| value.get())?;
            if let (true, Some(arn)) = (file.is_in_s3()?, value) {
                needs.downloads(&object(arn)?);
            }
            Ok(())
        });
    }

    /// Creating a group is asked of the group, writing of the streams in it.
    fn writes_awslogs(&mut self, it: &AwslogsUse) -> Result<(), Stop> {
        it.log.log_driver.get()?;
        let options = it.log.options.get()?;
        let option = |name| {
            let field = options.and_then(|options| options.get(name));
            field.map_or(Ok(None), |field| field.get())
        };
        let Some(group) = option("awslogs-group")? else {
            let why = "awslogs has no awslogs-group, so the log group is unknown";
            return Err(Gap::Undecidable { why: why.to_owned() }.into());
        };
        let region = option("awslogs-region")?.cloned().unwrap_or_else(|| self.home.region.clone());
        let group = self.home.arn_in(&region, "logs", &format!("log-group:{group}"));
        let streams = format!("{group}:*");
        self.need("WriteLogs", &["logs:CreateLogStream", "logs:PutLogEvents"], &streams);
        if it.creates_group()? {
            self.need("CreateLogGroups", &["logs:CreateLogGroup"], group);
            self.need("CreateLogGroups", &["logs:CreateLogGroup"], streams);
        }
        Ok(())
    }

    /// Credential specs that are kept elsewhere
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>).
    fn reads(&mut self, container: &Container) {
        self.part(container.credential_specs.place(), |needs| {
            for spec in container.credential_specs.items()? {
                let Some((_, arn)) = spec.value.split_once(":arn:") else { continue };
                let arn = format!("arn:{arn}");
                match arn.parse::<Arn>() {
                    Ok(it) if it.service == "s3" => needs.downloads(&object(&arn)?),
                    _ => needs.fetches(&reference(&arn)?),
                }
            }
            Ok(())
        });
    }

    fn mounts_fsx(&mut self, volume: &Volume) -> Result<(), Stop> {
        let Some(fsx) = volume.fsx.get()? else { return Ok(()) };
        if let Some(id) = fsx.file_system_id.get()? {
            let arn = self.home.arn("fsx", &format!("file-system/{id}"));
            self.need("FindFileShares", &["fsx:DescribeFileSystems"], arn);
        }
        let Some(authorization) = fsx.authorization.get()? else { return Ok(()) };
        match authorization.credentials_parameter.get()? {
            Some(text) => {
                self.fetches(&reference(text)?);
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn fetches(&mut self, value: &ValueFrom) {
        match value {
            ValueFrom::Secret(secret) => {
                let arn = self.secret(secret);
                self.need("ReadSecrets", &["secretsmanager:GetSecretValue"], arn);
            }
            ValueFrom::Parameter(parameter) => self.fetches_parameter(parameter),
            ValueFrom::SecretThroughParameter { secret_id, parameter } => {
                let arn = self.secret_named(secret_id);
                self.need("ReadSecrets", &["secretsmanager:GetSecretValue"], arn);
                self.need_parameter(parameter);
            }
        }
    }

    fn fetches_parameter(&mut self, parameter: &ParameterRef) {
        self.need_parameter(parameter);
        if let Some(region) = parameter.region().or(self.task.home.as_ref()) {
            self.needs.asks.parameter(region, parameter);
        }
    }

    fn need_parameter(&mut self, parameter: &ParameterRef) {
        let arn = match &parameter.arn {
            Some(arn) => arn.to_string(),
            None => self.home.arn("ssm", &parameter.resource()),
        };
        self.need("ReadParameters", &["ssm:GetParameters"], arn);
    }

    /// Where the bucket is has to be asked before the object is.
    fn downloads(&mut self, object: &S3Object) {
        let S3Object { partition, bucket, .. } = object;
        self.need("ReadFiles", &["s3:GetObject"], object.to_string());
        let bucket = format!("arn:{partition}:s3:::{bucket}");
        self.need("LocateFiles", &["s3:GetBucketLocation"], bucket);
        if let Some(region) = &self.task.home {
            self.needs.asks.file(region, object);
        }
    }
}

fn reference(text: &str) -> Result<ValueFrom, Gap> {
    text.parse::<ValueFrom>().map_err(|flaw| Gap::Unresolved { why: flaw.to_string() })
}

fn object(text: &str) -> Result<S3Object, Gap> {
    text.parse::<S3Object>().map_err(|flaw| Gap::Unresolved { why: flaw.to_string() })
}
