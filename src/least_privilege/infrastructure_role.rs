//! What ECS does with the infrastructure role: volumes, load balancers, VPC Lattice
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html>).

use super::{Collector, Condition};
use crate::document::Field;
use crate::document::run_context::{ConnectTls, LoadBalancer, ManagedEbsVolume};
use crate::knowledge::{Gap, Stop};

impl Collector<'_> {
    pub(crate) fn of_infrastructure_role(&mut self) {
        let task = self.task;
        let request = &task.context.request;
        self.part(request.volume_configurations.place(), |needs| needs.manages_volumes());
        self.beside_volumes(None);
    }

    /// What one role of a service needs, which depends on its field.
    pub(crate) fn of_role(&mut self, role: &Field<String>) {
        self.beside_volumes(Some(role));
        let request = &self.task.context.request;
        if std::ptr::eq(&request.role, role) {
            self.part(request.load_balancers.place(), |needs| {
                request.load_balancers.items()?.iter().try_for_each(|it| needs.balances(it))
            });
        }
    }

    /// Load balancers, VPC Lattice and certificates: of one role, or of all.
    fn beside_volumes(&mut self, only: Option<&Field<String>>) {
        let request = &self.task.context.request;
        let is_meant = |role: &Field<String>| only.is_none_or(|only| std::ptr::eq(only, role));
        self.part(request.load_balancers.place(), |needs| {
            for balancer in request.load_balancers.items()? {
                match balancer.advanced.get()? {
                    Some(it) if is_meant(&it.role_arn) => needs.shifts_traffic(balancer)?,
                    _ => {}
                }
            }
            Ok(())
        });
        self.part(request.vpc_lattice.place(), |needs| {
            for lattice in request.vpc_lattice.items()? {
                match lattice.target_group_arn.get()? {
                    Some(group) if is_meant(&lattice.role_arn) => {
                        needs.registers_with_lattice(group)
                    }
                    _ => {}
                }
            }
            Ok(())
        });
        self.part(request.service_connect.place(), |needs| {
            let Some(connect) = request.service_connect.get()? else { return Ok(()) };
            for service in connect.services.items()? {
                match service.tls.get()? {
                    Some(tls) if is_meant(&tls.role_arn) => needs.certifies(tls)?,
                    _ => {}
                }
            }
            Ok(())
        });
    }

    /// A load balancer without the service-linked role, by a role of the service's own
    /// (<https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEC2ContainerServiceRole.html>).
    fn balances(&mut self, balancer: &LoadBalancer) -> Result<(), Stop> {
        let Some(group) = balancer.target_group_arn.get()? else { return Ok(()) };
        self.need(
            "RegisterTargets",
            &["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"],
            group,
        );
        self.need(
            "DescribeTargets",
            &[
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetHealth",
            ],
            "*",
        );
        Ok(())
    }

    /// TLS of Service Connect: certificates of a private authority, kept in secrets of the service, as in
    /// AWS's own policy for it
    /// (<https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity.html>).
    fn certifies(&mut self, tls: &ConnectTls) -> Result<(), Stop> {
        let secrets = self.home.arn("secretsmanager", "secret:ecs-sc!*");
        let created = Condition {
            operator: "ArnLike",
            key: "aws:RequestTag/AmazonECSCreated",
            value: self.home.arn("ecs", "service/*/*"),
        };
        let requested = Condition::equals("aws:RequestTag/AmazonECSManaged", "true");
        let owned = Condition::equals(
            "secretsmanager:ResourceTag/aws:secretsmanager:owningService",
            "ecs-sc",
        );
        let keep = ["secretsmanager:CreateSecret", "secretsmanager:TagResource"];
        self.need_under("KeepCertificates", &keep, &secrets, vec![created, requested]);
        self.need_under(
            "RotateCertificates",
            &[
                "secretsmanager:DeleteSecret",
                "secretsmanager:GetSecretValue",
                "secretsmanager:PutSecretValue",
                "secretsmanager:RotateSecret",
                "secretsmanager:UpdateSecret",
                "secretsmanager:UpdateSecretVersionStage",
            ],
            &secrets,
            vec![owned],
        );
        self.need("FindCertificates", &["secretsmanager:DescribeSecret"], secrets);
        let Some(issuer) = tls.issuer.get()? else { return Ok(()) };
        let Some(authority) = issuer.aws_pca_authority_arn.get()? else { return Ok(()) };
        let managed = Condition::equals("aws:ResourceTag/AmazonECSManaged", "true");
        let template = Condition::equals(
            "acm-pca:TemplateArn",
            format!("arn:{}:acm-pca:::template/EndEntityCertificate/V1", self.home.partition),
        );
        self.need_under(
            "ReadAuthority",
            &[
                "acm-pca:DescribeCertificateAuthority",
                "acm-pca:GetCertificate",
                "acm-pca:GetCertificateAuthorityCertificate",
            ],
            authority,
            vec![managed.clone()],
        );
        let issue = ["acm-pca:IssueCertificate"];
        self.need_under("IssueCertificates", &issue, authority, vec![template, managed]);
        Ok(())
    }

    fn manages_volumes(&mut self) -> Result<(), Stop> {
        let task = self.task;
        let mut at_launch = false;
        for volume in task.definition.volumes.items()? {
            at_launch |= volume.configured_at_launch.get()? == Some(&true);
        }
        let configurations = task.context.request.volume_configurations.items()?;
        if at_launch || !configurations.is_empty() {
            self.manages_ebs();
        }
        for configuration in configurations {
            match configuration.managed_ebs.get()? {
                Some(ebs) => self.encrypts(ebs)?,
                None => continue,
            }
        }
        if at_launch && configurations.is_empty() {
            let why = "a volume is configured at launch: pass --service-definition or --run-task for its key and snapshot";
            return Err(Gap::Undecidable { why: why.to_owned() }.into());
        }
        Ok(())
    }

    /// As in AWS's own policy AmazonECSInfrastructureRolePolicyForVolumes, in this account and region
    /// (<https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonECSInfrastructureRolePolicyForVolumes.html>).
    fn manages_ebs(&mut self) {
        let home = &self.home;
        let (volumes, instances) = (home.arn("ec2", "volume/*"), home.arn("ec2", "instance/*"));
        let tasks = home.arn("ecs", "task/*");
        let created = |key| Condition { operator: "ArnLike", key, value: tasks.clone() };
        let requested = vec![
            created("aws:RequestTag/AmazonECSCreated"),
            Condition::equals("aws:RequestTag/AmazonECSManaged", "true"),
        ];
        let mut tagging = requested.clone();
        tagging.push(Condition::equals("ec2:CreateAction", "CreateVolume"));
        let managed = Condition::equals("aws:ResourceTag/AmazonECSManaged", "true");
        let own = vec![created("aws:ResourceTag/AmazonECSCreated"), managed.clone()];
        let moves = ["ec2:AttachVolume", "ec2:DetachVolume"];
        self.need_under("CreateVolumes", &["ec2:CreateVolume"], &volumes, requested);
        self.need_under("TagVolumes", &["ec2:CreateTags"], &volumes, tagging);
        self.need_under("AttachVolumes", &moves, &volumes, vec![managed]);
        self.need("AttachToInstances", &moves, instances);
        self.need_under("DeleteVolumes", &["ec2:DeleteVolume"], volumes, own);
        self.need(
            "DescribeVolumes",
            &["ec2:DescribeAvailabilityZones", "ec2:DescribeInstances", "ec2:DescribeVolumes"],
            "*",
        );
    }

    /// Volumes from a snapshot, and volumes with a customer managed key
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-kms-encryption.html>).
    fn encrypts(&mut self, ebs: &ManagedEbsVolume) -> Result<(), Stop> {
        if let Some(snapshot) = ebs.snapshot_id.get()? {
            let (partition, region) = (self.home.partition, &self.home.region);
            let arn = format!("arn:{partition}:ec2:{region}::snapshot/{snapshot}");
            self.need("CreateFromSnapshots", &["ec2:CreateVolume"], arn);
        }
        let Some(key) = ebs.kms_key_id.get()? else {
            if ebs.encrypted.get()? == Some(&false) {
                return Ok(());
            }
            let why = "the volume names no key: set kmsKeyId if the cluster, the snapshot or the account has a customer managed key for it";
            return Err(Gap::Undecidable { why: why.to_owned() }.into());
        };
        let Some(arn) = self.key(key)? else { return Ok(()) };
        self.need(
            "UseVolumeKeys",
            &[
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            &arn,
        );
        let for_aws =
            Condition { operator: "Bool", key: "kms:GrantIsForAWSResource", value: "true".into() };
        self.need_under("GrantVolumeKeys", &["kms:CreateGrant"], arn, vec![for_aws]);
        Ok(())
    }

    /// The ARN of a key; none for an AWS managed key, which needs no permission.
    fn key(&mut self, key: &str) -> Result<Option<String>, Stop> {
        let alias = key.rsplit_once(":alias/").map(|(_, name)| name);
        let Some(alias) = alias.or_else(|| key.strip_prefix("alias/")) else {
            let is_arn = key.starts_with("arn:");
            return Ok(Some(match is_arn {
                true => key.to_owned(),
                false => self.home.arn("kms", &format!("key/{key}")),
            }));
        };
        if alias.starts_with("aws/") {
            return Ok(None);
        }
        if let Some(region) = &self.task.home {
            self.needs.asks.alias(region, key);
        }
        match self.known.aliases.get(key) {
            Some(arn) => Ok(Some(arn.clone())),
            None => {
                let why = format!(
                    "{key} is an alias, but a policy must name the key: pass --live to look it up"
                );
                Err(Gap::Undecidable { why }.into())
            }
        }
    }

    /// A blue/green deployment shifts traffic between two target groups. A rule is changed as a rule,
    /// and where it is its listener's default, as the listener.
    fn shifts_traffic(&mut self, balancer: &LoadBalancer) -> Result<(), Stop> {
        let Some(advanced) = balancer.advanced.get()? else { return Ok(()) };
        self.need(
            "DescribeLoadBalancers",
            &[
                "elasticloadbalancing:DescribeListeners",
                "elasticloadbalancing:DescribeRules",
                "elasticloadbalancing:DescribeTargetGroups",
                "elasticloadbalancing:DescribeTargetHealth",
            ],
            "*",
        );
        let groups = [balancer.target_group_arn.get()?, advanced.alternate_target_group_arn.get()?];
        for group in groups.into_iter().flatten() {
            self.need(
                "RegisterTargets",
                &["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"],
                group,
            );
        }
        let rules = [advanced.production_listener_rule.get()?, advanced.test_listener_rule.get()?];
        for rule in rules.into_iter().flatten() {
            let Some((before, place)) = rule.split_once(":listener-rule/") else {
                self.need("ModifyListeners", &["elasticloadbalancing:ModifyListener"], rule);
                continue;
            };
            self.need("ModifyRules", &["elasticloadbalancing:ModifyRule"], rule);
            if let Some((listener, _)) = place.rsplit_once('/') {
                let listener = format!("{before}:listener/{listener}");
                self.need("ModifyListeners", &["elasticloadbalancing:ModifyListener"], listener);
            }
        }
        Ok(())
    }

    fn registers_with_lattice(&mut self, group: &str) {
        self.need(
            "RegisterWithLattice",
            &[
                "vpc-lattice:DeregisterTargets",
                "vpc-lattice:GetTargetGroup",
                "vpc-lattice:ListTargets",
                "vpc-lattice:RegisterTargets",
            ],
            group,
        );
        self.need(
            "DescribeNetworks",
            &["ec2:DescribeInstances", "ec2:DescribeSubnets", "ec2:DescribeVpcs"],
            "*",
        );
    }
}
