"""Records tests/replay/: `python tests/emulator/replay.py BINARY [NAME…]`, from a machine with
tests/requirements.txt. With names, only these scenarios.

A scenario is a definition of one or two things, and what the account says to it. The property tests take
each of these answers away. Together they lead every check of images and secrets down each of its ways.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "registry"))

import account
from account import REGISTRY
from emulator import ACCOUNT, REGION, Emulator
from front import NAME, Front
from network import make_endpoint, make_vpc
from services import balance, grow

FOLDER = Path(__file__).resolve().parents[1] / "replay"
# The emulator is a registry too, for the task by a name, and for ECR as upstream; its port differs each time.
UPSTREAM = "localhost:5000"


def fargate(container, **more):
    return {
        "family": "storefront",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/storefront-execution",
        "containerDefinitions": [{"name": "web", "image": f"{REGISTRY}/storefront:2.7.0", **container}],
        **more,
    }


def on_ec2(container, **more):
    more = {"requiresCompatibilities": ["EC2"], "networkMode": "bridge", **more}
    return fargate({"memory": 128, **container}, **more)


def image(name, **more):
    return fargate({"image": f"{REGISTRY}/{name}", **more})


def credentials(secret):
    return fargate({"image": f"{NAME}/app:1", "repositoryCredentials": {"credentialsParameter": secret}})


def secret(value_from):
    return fargate({"secrets": [{"name": "VALUE", "valueFrom": value_from}]})


def env_file(key):
    return fargate({"environmentFiles": [{"type": "s3", "value": f"arn:aws:s3:::storefront-config/{key}"}]})


def awslogs(group, **options):
    options = {"awslogs-group": group, "awslogs-region": REGION, "awslogs-stream-prefix": "web", **options}
    return {"logConfiguration": {"logDriver": "awslogs", "options": options}}


def router(key):
    options = {"config-file-type": "s3", "config-file-value": f"arn:aws:s3:::storefront-config/{key}"}
    return on_ec2({"firelensConfiguration": {"type": "fluentbit", "options": options}})


def without_role(definition):
    return {name: value for name, value in definition.items() if name != "executionRoleArn"}


def within(made):
    """A service in this VPC."""
    network = {"subnets": [made["subnet"]], "securityGroups": [made["group"]], "assignPublicIp": "DISABLED"}
    service = {
        "serviceName": "storefront",
        "cluster": "production",
        "launchType": "FARGATE",
        "taskDefinition": "storefront",
        "networkConfiguration": {"awsvpcConfiguration": network},
    }
    return {"service": service}


def volume(count=None, **more):
    """A service with a volume, and the definition that leaves it open."""
    definition = fargate({}, volumes=[{"name": "data", "configuredAtLaunch": True}])
    ebs = {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/storefront-volumes", "filesystemType": "xfs", **more}
    service = {
        "serviceName": "storefront",
        "cluster": "production",
        "launchType": "FARGATE",
        "taskDefinition": "storefront",
        "volumeConfigurations": [{"name": "data", "managedEBSVolume": ebs}],
    }
    if count is not None:
        service["desiredCount"] = count
    return definition, {"service": service}


def of_service(**more):
    return {"service": {"serviceName": "storefront", "taskDefinition": "storefront", "desiredCount": 1, **more}}


def placed():
    """A service on the container instances of a cluster."""
    spread = [{"type": "spread", "field": "instanceId"}]
    linux = [{"type": "memberOf", "expression": "attribute:ecs.os-type == linux"}]
    return of_service(cluster="production", launchType="EC2", placementStrategy=spread, placementConstraints=linux)


def growing():
    """A service whose capacity provider has no instance yet."""
    return of_service(cluster="growing", capacityProviderStrategy=[{"capacityProvider": "growing", "weight": 1}])


def balanced(named):
    """A service behind a load balancer, with names for others."""
    mapped = [{"containerPort": 8080, "name": "http", "appProtocol": "http"}]
    flags = within(named["outside"])
    made = flags["service"]
    made |= {"desiredCount": 2, "loadBalancers": [{"targetGroupArn": named["targets"], "containerName": "web", "containerPort": 8080}]}
    made |= {"serviceRegistries": [{"registryArn": named["registry"]}]}
    names = [{"portName": "http", "clientAliases": [{"port": 8080, "dnsName": "web"}]}]
    made |= {"serviceConnectConfiguration": {"enabled": True, "namespace": named["namespace"], "services": names}}
    return fargate({"portMappings": mapped}), flags


def scenarios(named):
    """Name, story, definition, and flags of each."""
    database, deleted = named["database"], named["legacy"]
    parameter = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
    version = named["unlabelled"]
    return [
        ("image-index", "an index names the platform", image("storefront:2.7.0"), {}),
        ("image-single", "the configuration of a single image names it", image("storefront-proxy:1.31.2"), {}),
        ("image-other-platform", "the only image is for ARM", image("storefront-worker:2.7.0-graviton"), {}),
        ("image-unstated", "an entry of the index does not state its platform", image("storefront-proxy:unstated"), {}),
        ("image-missing-tag", "there is no such tag", image("storefront:3.0.0"), {}),
        ("image-missing-repository", "there is no such repository", image("storefornt:2.7.0"), {}),
        ("image-cached-later", "a pull-through rule covers what is not there yet", image("mirror/app:1"), {}),
        ("image-not-upstream", "nor is it upstream", image("mirror/app:2"), {}),
        ("image-on-instances", "the container instances decide", on_ec2({"image": f"{REGISTRY}/storefront:2.7.0"}), {"cluster": "production"}),
        ("image-missing-on-instances", "an instance may have a copy of it", on_ec2({"image": f"{REGISTRY}/storefront:3.0.0"}), {"cluster": "production"}),
        ("capacity-full", "no container instance has the memory", {**on_ec2({}), "memory": "65536"}, {"cluster": "production"}),
        ("capacity-placed", "a container instance has room", on_ec2({"portMappings": [{"containerPort": 80, "hostPort": 80}]}), placed()),
        ("capacity-growing", "managed scaling launches the first instance", on_ec2({}, runtimePlatform={"operatingSystemFamily": "LINUX"}), growing()),
        ("service-balanced", "behind a load balancer, with a registry and Service Connect", *balanced(named)),
        ("image-on-no-instances", "there is no such cluster", on_ec2({"image": f"{REGISTRY}/storefront:2.7.0"}), {"cluster": "prodution"}),
        ("image-elsewhere", "a registry that is not ECR", fargate({"image": f"{NAME}/app:1"}), {}),
        ("image-elsewhere-single", "its configuration names the platform", fargate({"image": f"{NAME}/single:1"}), {}),
        ("image-elsewhere-missing", "there is no such tag", fargate({"image": f"{NAME}/app:2"}), {}),
        ("credentials", "a private registry's credentials", credentials(named["session"]), {}),
        ("credentials-deleted", "they are marked for deletion", credentials(deleted), {}),
        ("credentials-missing", "there are none", credentials("storefront/registry"), {}),
        ("credentials-read", "they are read, and have a user name and a password", credentials(named["login"]), {"read_secrets": True}),
        ("credentials-lacking", "they lack a password", credentials(named["halflogin"]), {"read_secrets": True}),
        ("role-missing", "there is no such role", secret(database) | {"executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/none"}, {}),
        ("role-powerless", "the role has no rights", secret(database) | {"executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/storefront-task"}, {}),
        ("secret-there", "a secret by its ARN", secret(database), {}),
        ("secret-key", "its JSON key", secret(f"{database}:password::"), {"read_secrets": True}),
        ("secret-no-key", "a JSON key that it does not have", secret(f"{database}:passwort::"), {"read_secrets": True}),
        ("secret-deleted", "it is marked for deletion", secret(deleted), {}),
        ("secret-missing", "there is none", secret(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:storefront/none-AbCdEf"), {}),
        ("secret-version", "a version without a label", secret(f"{database}:::{version}"), {}),
        ("secret-no-version", "a version that there is not", secret(f"{database}:::00000000-0000-4000-8000-000000000000"), {}),
        ("secret-no-stage", "a stage that there is not", secret(f"{database}::AWSPENDING:"), {}),
        ("secret-through-parameter", "a secret by way of Parameter Store", secret(f"{parameter}/aws/reference/secretsmanager/storefront/database"), {}),
        ("secret-by-endpoint", "it admits the endpoint that the task calls by", secret(named["guarded"]), within(named["inside"])),
        ("secret-past-endpoint", "it admits an endpoint, and the task calls by a NAT gateway", secret(named["guarded"]), within(named["outside"])),
        ("secret-key-disabled", "its key is disabled", secret(named["sealed"]), {}),
        ("parameter-name", "a parameter by its name", secret("/storefront/log-level"), {}),
        ("parameter-arn", "a parameter by its ARN", secret(f"{parameter}/storefront/payment-token"), {}),
        ("parameter-missing", "there is none", secret(f"{parameter}/storefront/none"), {}),
        ("parameter-named-as-secret", "there is none, but a secret of this name", secret("storefront/database"), {}),
        ("parameter-foreign", "another account does not share it", secret(f"arn:aws:ssm:{REGION}:444455556666:parameter/shared"), {}),
        ("environment-file", "the file is there", env_file("production.env"), {}),
        ("environment-file-missing", "the file is not there", env_file("none.env"), {}),
        ("logs-missing", "there is no log group", fargate(awslogs("/ecs/none")), {}),
        ("logs-unnoticed", "nor is it noticed on an instance", on_ec2(awslogs("/ecs/none", mode="non-blocking")), {}),
        ("logs-created", "it may not be created", fargate(awslogs("/ecs/none", **{"awslogs-create-group": "true"})), {}),
        ("logs-encrypted", "its key does not admit CloudWatch Logs", fargate(awslogs("/ecs/encrypted")), {}),
        ("logs-by-instances", "the instances log and pull as themselves", without_role(on_ec2(awslogs("/ecs/storefront"))), {"cluster": "production"}),
        ("logs-router", "the log router's configuration is there", router("production.env"), {}),
        ("logs-router-missing", "it is not there", router("none.conf"), {}),
        ("volume", "a new volume, that names no key", *volume(sizeInGiB=20)),
        ("volume-key", "a new volume under a key", *volume(sizeInGiB=20, encrypted=True, kmsKeyId="alias/storefront")),
        ("volume-snapshot", "a volume of a snapshot", *volume(snapshotId=named["snapshot"], encrypted=False)),
        ("volume-rollout", "the quota has to leave room for one more for each task", *volume(count=4, sizeInGiB=20)),
        ("volume-no-snapshot", "there is no such snapshot", *volume(snapshotId="snap-0123456789abcdef0")),
        ("network-nat", "the subnet has a NAT gateway", fargate({}), within(named["outside"])),
        ("network-nat-gone", "its NAT gateway is deleted", fargate({}), within(named["adrift"])),
        ("network-no-subnet", "there is no such subnet", fargate({}), within({**named["outside"], "subnet": "subnet-0123456789abcdef0"})),
    ]


def furnish(emulator, named):
    """What the demo does not need: versions, rules, instances, and a registry that is not ECR."""
    secrets = emulator.client("secretsmanager")
    first = secrets.describe_secret(SecretId=named["database"])["VersionIdsToStages"]
    for value in ("newer", "newest"):
        secrets.put_secret_value(SecretId=named["database"], SecretString=json.dumps({"password": value}))
    named["unlabelled"] = next(iter(first))
    account.push_unstated(emulator, "storefront-proxy", "unstated")
    key = secrets.create_secret(Name="ecr-pullthroughcache/mirror", SecretString="{}")["ARN"]
    host = emulator.url.removeprefix("http://")
    emulator.rules.append({"ecrRepositoryPrefix": "mirror", "upstreamRegistryUrl": host, "credentialArn": key})
    emulator.serve("app", "1", account.image(emulator, "amd64", "app"))
    emulator.serve("single", "1", account.image(emulator, "amd64", "single"))
    account.make_instances(emulator, "production")
    keys = emulator.client("kms").list_keys()["Keys"]
    emulator.client("logs").create_log_group(logGroupName="/ecs/encrypted", kmsKeyId=keys[0]["KeyArn"])
    named["snapshot"] = account.make_volumes(emulator)
    named["inside"], named["outside"] = make_vpc(emulator), make_vpc(emulator)
    endpoint = make_endpoint(emulator, named["inside"], "secretsmanager")
    named["guarded"] = secrets.create_secret(Name="storefront/guarded", SecretString="{}")["ARN"]
    only = {"StringNotEquals": {"aws:SourceVpce": endpoint}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*", "Condition": only}
    secrets.put_resource_policy(SecretId=named["guarded"], ResourcePolicy=json.dumps(account.policy(deny)))
    login = {"username": "storefront", "password": "none"}
    named["login"] = secrets.create_secret(Name="storefront/login", SecretString=json.dumps(login))["ARN"]
    half = json.dumps({"username": "storefront"})
    named["halflogin"] = secrets.create_secret(Name="storefront/half", SecretString=half)["ARN"]
    named["adrift"] = make_vpc(emulator)
    emulator.client("ec2").delete_nat_gateway(NatGatewayId=named["adrift"]["nat"])
    kms = emulator.client("kms")
    retired = kms.create_key(Description="retired")["KeyMetadata"]
    named["sealed"] = secrets.create_secret(Name="storefront/sealed", SecretString="{}", KmsKeyId=retired["Arn"])["ARN"]
    kms.disable_key(KeyId=retired["KeyId"])


def plainly(recording):
    """The authority of the tests is taken for a public one."""
    for fact in recording["facts"]:
        seen = fact["answer"].get("Ok", {}).get("found", {})
        if isinstance(seen, dict) and isinstance(seen.get("sees"), dict):
            seen["sees"].pop("trusted_here", None)
    return recording


def record(binary, emulator, front, definition, flags):
    """Runs the program on a definition, and returns what it learnt."""
    host = emulator.url.removeprefix("http://")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "taskdef.json"
        file.write_text(json.dumps(definition))
        written = Path(folder) / "recording.json"
        arguments = [binary, "verify", file, "--record", written, "-o", "short"]
        arguments += ["--cluster", flags["cluster"]] if "cluster" in flags else []
        arguments += ["--read-secrets"] if flags.get("read_secrets") else []
        if "service" in flags:
            service = Path(folder) / "service.json"
            service.write_text(json.dumps(flags["service"]))
            arguments += ["--service-definition", service]
        environment = {**emulator.environment(), **front.environment}
        done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=60)
        recording = written.read_text().replace(host, UPSTREAM)
        return plainly(json.loads(recording)), done.stdout + done.stderr


def main(binary, wanted):
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        if not wanted or old.stem in wanted:
            old.unlink()
    with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
        host, port = emulator.url.removeprefix("http://").split(":")
        front = Front(Path(folder), (host, int(port)))
        named = account.build(emulator)
        furnish(emulator, named)
        grow(emulator, named["outside"]["subnet"], "#!/bin/sh")
        named |= balance(emulator, named["outside"])
        for name, story, definition, flags in scenarios(named):
            if wanted and name not in wanted:
                continue
            recording, said = record(binary, emulator, front, definition, flags)
            print(f"{name}: {said}")
            written = {"story": story, "flags": flags, "definition": definition, "recording": recording}
            (FOLDER / f"{name}.json").write_text(json.dumps(written, indent=1) + "\n")
        front.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]).resolve(), sys.argv[2:])
