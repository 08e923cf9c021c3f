//! What is absent, and where: the error that it becomes, and what fixes it.

use crate::facts::Asked;
use crate::knowledge::{Absence, Purpose};
use crate::lookup::Missing;
use crate::lookup::acm_pca::DescribeCertificateAuthority;
use crate::lookup::ec2::security_group::DescribeSecurityGroup;
use crate::lookup::ec2::snapshot::DescribeSnapshot;
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::lookup::ecr::{
    DescribeImage, EcrManifest, REPOSITORY_MISSING, Reference, Repository as EcrRepository,
};
use crate::lookup::ecs::capacity_provider::DescribeCapacityProvider;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::ecs::instance::ContainerInstances;
use crate::lookup::efs::{DescribeAccessPoint, DescribeFileSystem, DescribeMountTargets};
use crate::lookup::elasticloadbalancing::{
    DescribeClassicLoadBalancer, DescribeListener, DescribeListenerRule, DescribeTargetGroup,
};
use crate::lookup::fsx::DescribeFsxFileSystem;
use crate::lookup::iam::role::GetRole;
use crate::lookup::iam::user::GetUser;
use crate::lookup::kms::DescribeKey;
use crate::lookup::logs::DescribeLogGroup;
use crate::lookup::oci::Repository;
use crate::lookup::registry::HeadManifest;
use crate::lookup::s3::HeadObject;
use crate::lookup::secretsmanager::DescribeSecret;
use crate::lookup::servicediscovery::{FindNamespace, GetNamespace, GetRegistry};
use crate::lookup::ssm::DescribeParameter;
use crate::names::Region;

/// A row: what is absent, what its service said, what it is wanted for; then words of the error, of the
/// remedy, and of the first command. No words: there must be none of it.
type Row =
    (Box<dyn Asked>, &'static str, Option<Purpose>, &'static str, &'static str, &'static str);

fn region() -> Region {
    "eu-west-1".parse().unwrap()
}

fn name(text: &str) -> String {
    text.to_owned()
}

#[test]
fn each_absence_has_the_error_the_remedy_and_the_commands_of_its_own() {
    for (asked, said, purpose, error, remedy, command) in network()
        .into_iter()
        .chain(roles())
        .chain(values())
        .chain(images())
        .chain(storage())
        .chain(services())
    {
        let absence = Absence { sentence: name("there is none"), said: name(said) };
        let account = "111122223333".parse().unwrap();
        let missing = Missing { absence: &absence, account: Some(&account), purpose, arn: None };
        let mend = asked.mend(&missing);
        let what = format!("{} for {purpose:?}: {mend:#?}", asked.what());
        let command_is = mend.commands.first().map(|it| it.to_string()).unwrap_or_default();
        for (text, words) in [
            (mend.prevents.clone().unwrap_or_default(), error),
            (mend.remedy.clone().unwrap_or_default(), remedy),
            (command_is, command),
        ] {
            assert_eq!(text.is_empty(), words.is_empty(), "{what}");
            assert!(text.contains(words), "{words:?}: {what}");
        }
    }
}

fn network() -> Vec<Row> {
    let cluster = || name("prod");
    let subnet = || Box::new(DescribeSubnet { region: region(), id: name("subnet-1") });
    let group = || Box::new(DescribeSecurityGroup { region: region(), id: name("sg-1") });
    let not_found = "ClusterNotFoundException: Cluster not found.";
    let create = "aws ecs create-cluster --cluster-name prod --region eu-west-1";
    let task = Some(Purpose::TaskNetwork);
    let instances = Some(Purpose::ContainerInstance);
    vec![
        (
            Box::new(DescribeCluster { region: region(), cluster: cluster() }),
            "MISSING",
            None,
            not_found,
            "Create the cluster",
            create,
        ),
        (
            Box::new(ContainerInstances { region: region(), cluster: cluster() }),
            "ClusterNotFoundException",
            None,
            not_found,
            "Create the cluster",
            create,
        ),
        (
            Box::new(DescribeCapacityProvider { region: region(), name: name("spot") }),
            "MISSING",
            None,
            "The specified capacity provider was not found",
            "Use an existing capacity provider",
            "aws ecs describe-capacity-providers",
        ),
        (
            subnet(),
            "",
            None,
            "The subnet ID 'subnet-1' does not exist",
            "Use an existing subnet of eu-west-1",
            "aws ec2 describe-subnets",
        ),
        (subnet(), "", instances, "", "Run again", ""),
        (
            group(),
            "",
            task,
            "The security group 'sg-1' does not exist",
            "Use an existing security group of the subnets' VPC",
            "aws ec2 describe-security-groups",
        ),
        (
            group(),
            "",
            None,
            "",
            "Replace sg-1 with an existing group",
            "aws ec2 describe-security-groups",
        ),
    ]
}

fn roles() -> Vec<Row> {
    let role = || Box::new(GetRole { region: region(), name: name("app") });
    let said = "NoSuchEntity";
    let create = "aws iam create-role --role-name app";
    vec![
        (
            role(),
            said,
            Some(Purpose::Task),
            "assume the role 'app' that was provided for this task",
            "Create the role",
            create,
        ),
        (
            role(),
            said,
            Some(Purpose::Infrastructure),
            "ECS Infrastructure Role 'app'",
            "Create the role",
            create,
        ),
        (
            role(),
            said,
            Some(Purpose::LoadBalancing),
            "validate the specified targetGroupArn",
            "Create the role",
            create,
        ),
        (
            role(),
            said,
            Some(Purpose::Deployment),
            "sts:AssumeRole on resource: role app",
            "--caller-arn",
            "aws sts get-caller-identity",
        ),
        (role(), said, Some(Purpose::ContainerInstance), "", "instance profile", ""),
        (role(), said, None, "", "Create the role", ""),
        (
            Box::new(GetUser { region: region(), name: name("ci") }),
            said,
            Some(Purpose::Deployment),
            "InvalidClientTokenId",
            "--caller-arn",
            "aws sts get-caller-identity",
        ),
    ]
}

fn values() -> Vec<Row> {
    let secret = || {
        let id = name("arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf");
        Box::new(DescribeSecret { region: region(), id })
    };
    let parameter =
        || Box::new(DescribeParameter { region: region(), name: name("/db"), shared: None });
    let key = || Box::new(DescribeKey { region: region(), id: name("alias/app") });
    let object = || {
        Box::new(HeadObject { region: region(), object: "arn:aws:s3:::config/a".parse().unwrap() })
    };
    let gone = "ResourceNotFoundException";
    let described = "aws secretsmanager describe-secret --secret-id db";
    vec![
        (
            secret(),
            gone,
            None,
            "unable to retrieve secret from asm",
            "last six characters",
            described,
        ),
        (
            secret(),
            gone,
            Some(Purpose::RegistryCredentials),
            "CannotPullContainerAuthError",
            "\"username\"",
            described,
        ),
        (
            secret(),
            gone,
            Some(Purpose::UpstreamCredentials),
            "UnableToGetUpstreamImageException",
            "ecr-pullthroughcache/",
            described,
        ),
        (
            secret(),
            gone,
            Some(Purpose::VolumeCredentials),
            "unable to mount",
            "\"username\"",
            described,
        ),
        (parameter(), "", None, "invalid ssm parameters: /db", "create", "aws ssm put-parameter"),
        (
            parameter(),
            "",
            Some(Purpose::VolumeCredentials),
            "unable to mount",
            "create",
            "aws ssm put-parameter",
        ),
        (key(), "", None, "Invalid keyId", "Create the alias again", "aws kms create-alias"),
        (key(), "", Some(Purpose::Repository), "KmsException", "Build the image again", ""),
        (
            key(),
            "",
            Some(Purpose::LogGroup),
            "logs:PutLogEvents",
            "Create the alias again",
            "aws kms create-alias",
        ),
        (
            object(),
            "NoSuchKey",
            None,
            "failed to download env files",
            "Upload the file",
            "aws s3 cp",
        ),
        (
            object(),
            "NoSuchKey",
            Some(Purpose::LogRouter),
            "unable to download s3 config a from bucket config",
            "Upload the file",
            "aws s3 cp",
        ),
        (
            Box::new(DescribeLogGroup { region: region(), name: "/app".parse().unwrap() }),
            "",
            None,
            "The specified log group does not exist",
            "Create the log group",
            "aws logs create-log-group --log-group-name /app",
        ),
    ]
}

fn images() -> Vec<Row> {
    let repository = || EcrRepository {
        region: region(),
        registry: "111122223333".parse().unwrap(),
        name: name("web"),
    };
    let image = |reference| Box::new(DescribeImage { repository: repository(), reference });
    let tag = || Reference::Tag(name("1"));
    let digest = Reference::Digest(name("sha256:00"));
    let missing = "ImageNotFoundException";
    let uri = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web";
    vec![
        (
            image(tag()),
            missing,
            None,
            "failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1: not found",
            "Push the image",
            "docker push",
        ),
        (image(digest), missing, None, "web@sha256:00: not found", "Push the image", ""),
        (
            image(tag()),
            REPOSITORY_MISSING,
            None,
            "404): repository 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web not found",
            "Push the image",
            "aws ecr create-repository --repository-name web",
        ),
        (
            Box::new(EcrManifest { repository: repository(), reference: tag() }),
            "ImageNotFound",
            None,
            "web:1: not found",
            "Push the image",
            uri,
        ),
        (
            Box::new(HeadManifest {
                repository: Repository { host: name("ghcr.io"), name: name("org/app") },
                reference: name("1"),
            }),
            "MANIFEST_UNKNOWN",
            None,
            "failed to resolve ref ghcr.io/org/app:1: not found",
            "Push the image",
            "",
        ),
    ]
}

fn storage() -> Vec<Row> {
    let id = || name("fs-1");
    let resolved = "Failed to resolve \"fs-1.efs.eu-west-1.amazonaws.com\"";
    let systems = "aws efs describe-file-systems";
    vec![
        (
            Box::new(DescribeFileSystem { region: region(), id: id() }),
            "FileSystemNotFound",
            None,
            resolved,
            "Use a file system in the region of the task",
            systems,
        ),
        (
            Box::new(DescribeMountTargets { region: region(), file_system: id() }),
            "FileSystemNotFound",
            None,
            resolved,
            "Use a file system in the region of the task",
            systems,
        ),
        (
            Box::new(DescribeAccessPoint { region: region(), id: name("fsap-1") }),
            "AccessPointNotFound",
            None,
            "access denied by server",
            "Use an access point",
            "aws efs describe-access-points",
        ),
        (
            Box::new(DescribeFsxFileSystem { region: region(), id: id() }),
            "FileSystemNotFound",
            None,
            "unable to mount file system fs-1",
            "for Windows",
            "aws fsx describe-file-systems",
        ),
        (
            Box::new(DescribeSnapshot { region: region(), id: name("snap-1") }),
            "InvalidSnapshot.NotFound",
            None,
            "InvalidSnapshot.NotFound from ec2:CreateVolume",
            "Use a completed snapshot",
            "aws ec2 describe-snapshots --owner-ids self",
        ),
    ]
}

fn services() -> Vec<Row> {
    let arn = || name("arn:aws:elasticloadbalancing:eu-west-1:111122223333:x/web/0123");
    let shift = "the deployment fails when ECS shifts the traffic";
    vec![
        (
            Box::new(DescribeCertificateAuthority { region: region(), arn: arn() }),
            "ResourceNotFoundException",
            None,
            "ECS cannot issue a certificate",
            "Use a certificate authority",
            "aws acm-pca list-certificate-authorities",
        ),
        (
            Box::new(DescribeTargetGroup { region: region(), arn: arn() }),
            "TargetGroupNotFound",
            None,
            "Unable to assume role and validate the specified targetGroupArn.",
            "Use an existing target group",
            "aws elbv2 describe-target-groups",
        ),
        (
            Box::new(DescribeClassicLoadBalancer { region: region(), name: name("old") }),
            "LoadBalancerNotFound",
            None,
            "InvalidParameterException",
            "existing Classic Load Balancer",
            "aws elb describe-load-balancers",
        ),
        (
            Box::new(DescribeListenerRule { region: region(), arn: arn() }),
            "RuleNotFound",
            None,
            shift,
            "existing rule",
            "",
        ),
        (
            Box::new(DescribeListener { region: region(), arn: arn() }),
            "ListenerNotFound",
            None,
            shift,
            "existing listener",
            "",
        ),
        (
            Box::new(GetRegistry { region: region(), id: name("srv-1") }),
            "ServiceNotFound",
            None,
            "InvalidParameterException",
            "existing service of AWS Cloud Map",
            "aws servicediscovery list-services",
        ),
        (
            Box::new(GetNamespace { region: region(), id: name("ns-1") }),
            "NamespaceNotFound",
            None,
            "NamespaceNotFoundException",
            "Create the namespace",
            "aws servicediscovery list-namespaces",
        ),
        (
            Box::new(FindNamespace { region: region(), name: name("prod") }),
            "",
            None,
            "NamespaceNotFoundException",
            "Create the namespace",
            "aws servicediscovery create-http-namespace --name prod --region eu-west-1",
        ),
    ]
}
