"""A cluster whose services have run for a while: `python tests/emulator/fleet.py BINARY` records
tests/reports/fleet.json, from a machine with tests/requirements.txt.

Each service was deployed when all was well. Since then something was deleted or changed beside them, which
nobody sees as long as the tasks run.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import account
from account import REGISTRY, policy, statement
from emulator import ACCOUNT, REGION, Emulator
from network import make_vpc

CLUSTER = "production"
FILE = Path(__file__).resolve().parents[1] / "reports/fleet.json"


def definition(family, role, **container):
    """A definition for Fargate, with the healthy image of the demo."""
    return {
        "family": family,
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "containerDefinitions": [{"name": "app", "image": f"{REGISTRY}/storefront:2.7.0", **container}],
    }


def secret(arn):
    return {"secrets": [{"name": "VALUE", "valueFrom": arn}]}


def place(made):
    network = {"subnets": [made["subnet"]], "securityGroups": [made["group"]], "assignPublicIp": "DISABLED"}
    return {"networkConfiguration": {"awsvpcConfiguration": network}}


def serve(emulator, name, document, made, count=2, **more):
    """Registers the definition, and creates the service that runs it."""
    ecs = emulator.client("ecs")
    revision = ecs.register_task_definition(**document)["taskDefinition"]["taskDefinitionArn"]
    ecs.create_service(
        cluster=CLUSTER,
        serviceName=name,
        taskDefinition=revision,
        desiredCount=count,
        **{"launchType": "FARGATE", **place(made), **more},
    )
    return revision


def build(emulator):
    """Six services: one is well, and of each other one thing is gone since it started."""
    named = account.build(emulator)
    made, adrift = make_vpc(emulator), make_vpc(emulator)
    role = "storefront-execution"
    emulator.client("iam").create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    secrets, kms, ecr, iam = (emulator.client(it) for it in ("secretsmanager", "kms", "ecr", "iam"))
    key = kms.create_key(Description="payments")["KeyMetadata"]
    token = secrets.create_secret(Name="storefront/payments", SecretString="{}", KmsKeyId=key["Arn"])["ARN"]
    iam.put_role_policy(RoleName=role, PolicyName="payments", PolicyDocument=json.dumps(policy(statement("kms:Decrypt", key["Arn"]))))
    account.push_index(emulator, "storefront-worker", ["amd64"], "1.9.0")
    trust = account.allow("sts:AssumeRole", Principal={"Service": "ecs-tasks.amazonaws.com"})
    iam.create_role(RoleName="storefront-mail", AssumeRolePolicyDocument=json.dumps(trust))
    pull = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
    iam.put_role_policy(RoleName="storefront-mail", PolicyName="pull", PolicyDocument=json.dumps(policy(statement(pull, "*"))))

    serve(emulator, "web", definition("web", role, **secret(named["session"])), made)
    serve(emulator, "checkout", definition("checkout", role, image=f"{REGISTRY}/storefront-worker:1.9.0"), made)
    serve(emulator, "orders", definition("orders", role, **secret(named["database"])), made)
    serve(emulator, "payments", definition("payments", role, **secret(token)), made)
    serve(emulator, "mail", definition("mail", "storefront-mail"), made, count=0)
    serve(emulator, "search", definition("search", role), adrift)

    # A lifecycle policy, an owner, an administrator, a clean-up, and again a clean-up.
    ecr.batch_delete_image(repositoryName="storefront-worker", imageIds=[{"imageTag": "1.9.0"}])
    secrets.delete_secret(SecretId=named["database"], RecoveryWindowInDays=30)
    kms.disable_key(KeyId=key["KeyId"])
    iam.delete_role_policy(RoleName="storefront-mail", PolicyName="pull")
    emulator.client("ec2").delete_nat_gateway(NatGatewayId=adrift["nat"])
    account.age_roles()
    emulator.restore()
    return named


def record(binary, emulator, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recording.json"
        command = [binary, "verify", "--cluster", CLUSTER, *arguments, "--record", file]
        done = subprocess.run(command, env=emulator.environment(), capture_output=True, text=True, timeout=60)
        return file.read_text(), done.stdout + done.stderr


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with Emulator() as emulator:
        build(emulator)
        recording, said = record(Path(sys.argv[1]).resolve(), emulator, "--all-services")
        FILE.write_text(recording)
        print(said)
