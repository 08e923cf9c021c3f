"""A shell that runs printed commands against an emulator, and reaches nothing else."""

import json
import re
import subprocess
import sys
from pathlib import Path

# Verbs of commands that only show something.
READS = {"get", "list", "describe", "wait", "simulate"}


def changes_something(command):
    """Whether a printed command changes an account, a registry or a machine."""
    words = command.split()
    if words[0] != "aws":
        return words[:2] != ["docker", "pull"]
    verb = words[3] if words[1].startswith("--") else words[2]
    return verb.split("-")[0] not in READS


class Sandbox:
    """A folder, which is the home too, and a shell in it."""

    def __init__(self, folder, emulator):
        self.folder, self.emulator = Path(folder), emulator
        self.printed = {}
        tools = self.folder / "bin"
        tools.mkdir()
        own = Path(sys.executable).parent
        (tools / "aws").symlink_to(own / "aws")
        docker = tools / "docker"
        docker.write_text(f'#!/bin/sh\nexec "{sys.executable}" -B "{Path(__file__).with_name("docker.py")}" "$@"\n')
        docker.chmod(0o755)
        self.environment = {
            "PATH": f"{tools}:/usr/bin:/bin",
            "HOME": str(self.folder),
            "AWS_ENDPOINT_URL": emulator.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            # Every other host is behind a proxy that does not answer.
            **{name: "http://127.0.0.1:9" for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")},
            **{name: "127.0.0.1" for name in ("NO_PROXY", "no_proxy")},
            # An administrator, whose own region is not that of the account.
            "AWS_DEFAULT_REGION": "us-west-2",
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "not-a-real-key",
        }

    def run(self, command):
        """Runs it as it is printed, and returns what went wrong, if anything did."""
        done = subprocess.run(
            ["bash", "-c", PLACEHOLDER.sub(self.value, command)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.stdout.startswith("{"):
            self.printed |= json.loads(done.stdout)
        return None if done.returncode == 0 else f"exit {done.returncode}: {done.stderr.strip()[-400:]}"

    def value(self, match):
        """What a user puts in place of a placeholder: something that only the user knows, or an id that a
        command before has printed."""
        fill = PLACEHOLDERS[match.group(0)]
        if callable(fill):
            return fill(self)
        answer = self.printed
        for key in fill:
            answer = answer[key]
        return answer


def file_of_value(sandbox):
    (sandbox.folder / "value.txt").write_text("a value")
    return "value.txt"


def file(sandbox):
    (sandbox.folder / "production.env").write_text("CURRENCY=EUR\n")
    return "production.env"


def key(sandbox):
    return sandbox.emulator.client("kms").create_key(Description="chosen")["KeyMetadata"]["Arn"]


def key_id(sandbox):
    return key(sandbox).rsplit("/", 1)[1]


def address(sandbox):
    return sandbox.emulator.client("ec2").allocate_address(Domain="vpc")["AllocationId"]


def route_table(sandbox):
    ec2 = sandbox.emulator.client("ec2")
    return ec2.create_route_table(VpcId=ec2.describe_vpcs()["Vpcs"][-1]["VpcId"])["RouteTable"]["RouteTableId"]


def public_subnet(sandbox):
    """One as the remedy asks for: its route table leads to an internet gateway."""
    ec2 = sandbox.emulator.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][-1]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.9.0/24")["Subnet"]["SubnetId"]
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    gateways = ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]
    gateway = (gateways or [ec2.create_internet_gateway()["InternetGateway"]])[0]["InternetGatewayId"]
    if not gateways:
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    return subnet


def security_group(sandbox):
    """One that admits the task to endpoints."""
    ec2 = sandbox.emulator.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][-1]["VpcId"]
    group = ec2.create_security_group(GroupName="chosen", Description="chosen", VpcId=vpc)["GroupId"]
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[https])
    return group


# The longest first.
PLACEHOLDERS = {
    "NAT-GATEWAY-ID": ("NatGateway", "NatGatewayId"),
    "INTERNET-GATEWAY-ID": ("InternetGateway", "InternetGatewayId"),
    "EGRESS-ONLY-GATEWAY-ID": ("EgressOnlyInternetGateway", "EgressOnlyInternetGatewayId"),
    "MOUNT-TARGET-GROUP-ID": ("GroupId",),
    "PUBLIC-SUBNET-ID": public_subnet,
    "SECURITY-GROUP-ID": security_group,
    "ROUTE-TABLE-ID": route_table,
    "EIPALLOC-ID": address,
    "KEY-ARN": key,
    "KEY-ID": key_id,
    "VALUE": file_of_value,
    "FILE": file,
}
PLACEHOLDER = re.compile(rf"(?<![\w-])({'|'.join(PLACEHOLDERS)})(?![\w-])")
