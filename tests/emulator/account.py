"""The healthy account of the demo, built in the emulator: everything that demo/healthy.json names."""

import hashlib
import json
import uuid
from datetime import datetime

from moto.iam.models import iam_backends

from emulator import ACCOUNT, REGION, Emulator

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"


def build(emulator):
    """Fills an empty emulator, and returns what is named at random: ARNs and digests."""
    emulator.reset()
    named = {}
    key = make_key(emulator)
    make_images(emulator, named, key)
    make_secrets(emulator, named, key)
    make_roles(emulator, key)
    make_launch(emulator)
    emulator.credentials = make_caller(emulator)
    age_roles()
    emulator.restore()
    return named


def make_key(emulator):
    kms = emulator.client("kms")
    key = kms.create_key(Description="storefront")["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/storefront", TargetKeyId=key)
    return key


# --- Images --------------------------------------------------------------------------------------


def image(emulator, architecture, name):
    """The manifest of a Linux image, whose configuration the emulator keeps."""
    layer = hashlib.sha256(f"{name} {architecture}".encode()).hexdigest()
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {"Cmd": [f"/bin/{name}"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]},
    }
    text = json.dumps(config).encode()
    digest = emulator.blob(text)
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": CONFIG, "digest": digest, "size": len(text)},
        "layers": [{"mediaType": LAYER, "digest": f"sha256:{layer}", "size": 31_457_280}],
    }


def push(emulator, repository, manifest, tag=None):
    """Stores a manifest in a repository, and returns its digest."""
    text = json.dumps(manifest)
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    named = {"imageTag": tag} if tag else {}
    emulator.client("ecr").put_image(
        repositoryName=repository,
        imageManifest=text,
        imageManifestMediaType=manifest["mediaType"],
        imageDigest=digest,
        **named,
    )
    return digest


def push_index(emulator, repository, architectures, tag=None):
    """Stores an image for each architecture, and an index over them under the tag."""
    entries = []
    for architecture in architectures:
        manifest = image(emulator, architecture, repository)
        entries.append(
            {
                "mediaType": MANIFEST,
                "digest": push(emulator, repository, manifest),
                "size": len(json.dumps(manifest)),
                "platform": {"os": "linux", "architecture": architecture},
            }
        )
    return push(emulator, repository, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}, tag)


def push_unstated(emulator, repository, tag):
    """Stores an index whose only entry leaves its platform to the configuration, as some builders do."""
    manifest = image(emulator, "amd64", f"{repository}-{tag}")
    entry = {"mediaType": MANIFEST, "digest": push(emulator, repository, manifest), "size": len(json.dumps(manifest))}
    return push(emulator, repository, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}, tag)


def make_images(emulator, named, key):
    ecr = emulator.client("ecr")
    for repository in ("storefront", "storefront-worker"):
        ecr.create_repository(repositoryName=repository)
    sealed = {"encryptionType": "KMS", "kmsKey": key}
    ecr.create_repository(repositoryName="storefront-proxy", encryptionConfiguration=sealed)
    push_index(emulator, "storefront", ["amd64", "arm64"], "2.7.0")
    named["worker"] = push_index(emulator, "storefront-worker", ["amd64", "arm64"], "2.7.0")
    push(emulator, "storefront-worker", image(emulator, "arm64", "storefront-worker"), "2.7.0-graviton")
    push(emulator, "storefront-proxy", image(emulator, "amd64", "storefront-proxy"), "1.31.2")


# --- Secrets, parameters, files ------------------------------------------------------------------


def make_secrets(emulator, named, key):
    secrets = emulator.client("secretsmanager")

    def create(name, value, **more):
        # boto3 would draw the version's id at random.
        version = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
        return secrets.create_secret(Name=name, SecretString=value, ClientRequestToken=version, **more)["ARN"]

    values = {"user": "storefront", "password": "correct horse battery staple"}
    named["database"] = create("storefront/database", json.dumps(values), KmsKeyId=key)
    named["session"] = create("storefront/session-key", "keep me to yourself")
    named["legacy"] = create("storefront/legacy-api", "of the past")
    secrets.delete_secret(SecretId=named["legacy"], RecoveryWindowInDays=30)
    parameters = emulator.client("ssm")
    parameters.put_parameter(Name="/storefront/log-level", Value="info", Type="String")
    parameters.put_parameter(Name="/storefront/payment-token", Value="also a secret", Type="SecureString", KeyId="alias/storefront")
    files = emulator.client("s3")
    files.create_bucket(Bucket="storefront-config", CreateBucketConfiguration={"LocationConstraint": REGION})
    files.put_object(Bucket="storefront-config", Key="production.env", Body=b"CURRENCY=EUR\n")


# --- Roles, and where it runs --------------------------------------------------------------------


def make_roles(emulator, key):
    iam = emulator.client("iam")
    for name in ("storefront-execution", "storefront-task"):
        trust = allow("sts:AssumeRole", Principal={"Service": "ecs-tasks.amazonaws.com"})
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    own = f"{REGION}:{ACCOUNT}"
    pull = policy(
        statement("ecr:GetAuthorizationToken", "*"),
        statement(
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            f"arn:aws:ecr:{own}:repository/storefront*",
        ),
    )
    pull = iam.create_policy(PolicyName="storefront-pull", PolicyDocument=json.dumps(pull))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="storefront-execution", PolicyArn=pull)
    rights = policy(
        statement("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{own}:secret:storefront/*"),
        statement("ssm:GetParameters", f"arn:aws:ssm:{own}:parameter/storefront/*"),
        statement("kms:Decrypt", key),
        statement("s3:GetObject", "arn:aws:s3:::storefront-config/*"),
        statement("s3:GetBucketLocation", "arn:aws:s3:::storefront-config"),
        statement(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{own}:log-group:/ecs/storefront:*"),
    )
    iam.put_role_policy(RoleName="storefront-execution", PolicyName="start", PolicyDocument=json.dumps(rights))


def make_caller(emulator):
    """The user that the program runs as, by its credentials."""
    iam = emulator.client("iam")
    iam.create_user(UserName="ci")
    passes = statement("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/storefront-*")
    passes["Condition"] = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    rights = policy(statement("ecs:RegisterTaskDefinition", "*"), passes)
    iam.put_user_policy(UserName="ci", PolicyName="deploy", PolicyDocument=json.dumps(rights))
    key = iam.create_access_key(UserName="ci")["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def offer_managed_policy(name):
    """moto leaves out the policies that AWS manages, unless it loads all of them."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data
    from moto.iam.models import AWSManagedPolicy

    data = json.loads(aws_managed_policies_data)[name]
    policy = AWSManagedPolicy.from_data(name, ACCOUNT, "aws", data)
    iam_backends[ACCOUNT]["aws"].managed_policies[policy.arn] = policy


def age_roles():
    """Makes roles and policies that are older than a change takes to be known everywhere."""
    iam = iam_backends[ACCOUNT]["aws"]
    for one in [*iam.roles.values(), *iam.managed_policies.values(), *iam.users.values()]:
        one.create_date = one.update_date = datetime(2026, 1, 5, 9, 30)


def statement(action, resource):
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def allow(action, **rest):
    return policy({"Effect": "Allow", "Action": action, **rest})


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def make_launch(emulator):
    emulator.client("logs").create_log_group(logGroupName="/ecs/storefront")
    emulator.client("ecs").create_cluster(clusterName="production")


def make_volumes(emulator):
    """The role that creates volumes, and the snapshot of one."""
    iam, ec2 = emulator.client("iam"), emulator.client("ec2")
    trust = allow("sts:AssumeRole", Principal={"Service": "ecs.amazonaws.com"})
    iam.create_role(RoleName="storefront-volumes", AssumeRolePolicyDocument=json.dumps(trust))
    rights = policy(
        statement(["ec2:*Volume", "ec2:CreateTags"], "*"),
        statement(["ec2:DescribeVolumes", "ec2:DescribeAvailabilityZones"], "*"),
        statement("kms:*", "*"),
    )
    iam.put_role_policy(RoleName="storefront-volumes", PolicyName="volumes", PolicyDocument=json.dumps(rights))
    age_roles()
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=10)["VolumeId"]
    return ec2.create_snapshot(VolumeId=volume)["SnapshotId"]


def make_instances(emulator, cluster):
    """A container instance, with the attributes that its agent would register, and a role."""
    ec2, ecs, iam = emulator.client("ec2"), emulator.client("ecs"), emulator.client("iam")
    name = "storefront-instance"
    trust = allow("sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"})
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    rights = policy(statement(["ecr:*", "logs:*"], "*"))
    iam.put_role_policy(RoleName=name, PolicyName="start", PolicyDocument=json.dumps(rights))
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    ami = ec2.describe_images()["Images"][0]["ImageId"]
    machine = ec2.run_instances(ImageId=ami, MinCount=1, MaxCount=1, IamInstanceProfile={"Name": name})
    instance = machine["Instances"][0]["InstanceId"]
    document = {"instanceId": instance, "accountId": ACCOUNT, "region": REGION}
    arn = ecs.register_container_instance(cluster=cluster, instanceIdentityDocument=json.dumps(document))
    arn = arn["containerInstance"]["containerInstanceArn"]
    attributes = {"ecs.cpu-architecture": "x86_64", "ecs.os-type": "linux"}
    capabilities = ["ecr-auth", "logging-driver.awslogs", "logging-driver.json-file", "task-iam-role"]
    capabilities = [f"com.amazonaws.ecs.capability.{name}" for name in capabilities]
    capabilities += [f"ecs.capability.{name}" for name in ["execution-role-awslogs", "execution-role-ecr-pull", "task-eni"]]
    ecs.put_attributes(
        cluster=cluster,
        attributes=[{"name": name, "value": value, "targetId": arn} for name, value in attributes.items()]
        + [{"name": name, "targetId": arn} for name in capabilities],
    )
    return arn


if __name__ == "__main__":
    with Emulator() as emulator:
        print(json.dumps(build(emulator), indent=2))
