"""What is measured against: accounts in a stub, and the documents.

The account is built in the emulator of the tests. The stub asks it each question once, then answers from memory.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / it) for it in ("tests/faults", "tests/emulator", "tests/registry")]

import account  # noqa: E402
import runs  # noqa: E402
import worlds  # noqa: E402
from emulator import ACCOUNT, REGION, Emulator  # noqa: E402
from proxy import Proxy  # noqa: E402
from recording import Recording  # noqa: E402


class World:
    """An account behind a stub, with the arguments that judge its documents."""

    def __init__(self, make):
        self.temporary = tempfile.TemporaryDirectory(prefix="preflight bench ")
        self.folder = Path(self.temporary.name)
        self.emulator = Emulator()
        named = worlds.build(self.emulator)
        self.arguments = [str(it) for it in make(self.emulator, named, self.folder)]
        self.proxy = Proxy(Recording(self.emulator.url), runs.COMMON).__enter__()
        stub = [sys.executable, Path(__file__).with_name("stub.py"), self.proxy.url]
        self.stub = subprocess.Popen(stub, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.stub.stdout.readline().strip()
        self.environment = {**self.emulator.environment(), "AWS_ENDPOINT_URL": self.url}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stub.stdin.close()
        self.stub.wait()
        self.proxy.__exit__()
        self.emulator.close()
        self.temporary.cleanup()

    def run(self, command, latency, tries=12):
        """Runs it until the stub has all answers; what that run took, and its calls."""
        for _ in range(tries):
            request = urllib.request.Request(f"{self.url}/stub?latency={latency}", method="POST")
            urllib.request.urlopen(request).close()
            done = run([*command], self.environment, self.folder)
            with urllib.request.urlopen(f"{self.url}/stub") as got:
                said = json.load(got)
            if not said["new"]:
                done.came = said["came"]
                return done
        raise AssertionError(f"questions are new in each of {tries} runs")


class Done:
    """A run that ended: seconds, of them computing, and the most memory in MB."""

    def __init__(self, code, out, err, seconds, computing, memory):
        self.code, self.out, self.err, self.came = code, out, err, []
        self.seconds, self.computing, self.memory = seconds, computing, memory


def run(command, environment=None, folder=None):
    """Runs a command to its end."""
    memory = [0]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        looking = threading.Thread(target=look, args=(process.pid, command[0], memory))
        looking.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        looking.join()
        out.seek(0), err.seek(0)
        computing = used.ru_utime + used.ru_stime
        return Done(process.returncode, out.read().decode(), err.read().decode(), seconds, computing, memory[0])


def look(pid, program, memory):
    """Notes the most memory of a process. Until it executes the program, it shares that of this one."""
    while True:
        try:
            if os.path.samefile(f"/proc/{pid}/exe", program):
                lines = Path(f"/proc/{pid}/status").read_text().splitlines()
                memory[0] = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
        except (OSError, StopIteration):
            if not Path(f"/proc/{pid}").exists():
                return
        time.sleep(0.01)


def written(folder, name, document):
    file = folder / name
    file.write_text(json.dumps(document, indent=2))
    return str(file)


def one_service(emulator, named, folder):
    """A service on Fargate: three containers, secrets under a key, volumes, private subnets."""
    definition, service = runs.fargate(named)
    yield from ["verify", written(folder, "taskdef.json", definition)]
    yield from ["--service-definition", written(folder, "service.json", service)]


# --- A thousand definitions -------------------------------------------------------------------------------

# Of each, how many there are. Every definition has ten containers.
FLEET = {"definitions": 1000, "repositories": 20, "tags": 10, "secrets": 200, "parameters": 100, "roles": 50, "logs": 100}


def fleet(emulator, named, folder):
    """A thousand definitions of ten containers. What they name is shared, as in one account with many services."""
    furnish(emulator, named)
    yield "verify"
    for nth in range(FLEET["definitions"]):
        yield written(folder, f"service-{nth:04}.json", one_of_many(nth, named))
    network = named["vpc"]
    yield from ["--cluster", "production", "--launch-type", "FARGATE", "--assign-public-ip", "DISABLED"]
    yield from ["--subnets", network["subnet"], "--security-groups", network["group"]]


def furnish(emulator, named):
    key = emulator.client("kms").create_key(Description="fleet")["KeyMetadata"]["Arn"]
    secrets, parameters, iam = (emulator.client(it) for it in ("secretsmanager", "ssm", "iam"))
    for nth in range(FLEET["repositories"]):
        emulator.client("ecr").create_repository(repositoryName=f"fleet/{nth:02}")
        for tag in range(FLEET["tags"]):
            account.push_index(emulator, f"fleet/{nth:02}", ["amd64", "arm64"], f"1.{tag}")
    named["secrets"] = [
        secrets.create_secret(Name=f"fleet/{nth:03}", SecretString="{}", KmsKeyId=key, ClientRequestToken=f"{nth:036}")["ARN"]
        for nth in range(FLEET["secrets"])
    ]
    for nth in range(FLEET["parameters"]):
        parameters.put_parameter(Name=f"/fleet/{nth:03}", Value="x", Type="SecureString", KeyId=key)
    for nth in range(FLEET["logs"]):
        emulator.client("logs").create_log_group(logGroupName=f"/fleet/{nth:03}")
    own, trust = f"{REGION}:{ACCOUNT}", account.allow("sts:AssumeRole", Principal={"Service": "ecs-tasks.amazonaws.com"})
    rights = account.policy(
        account.statement("ecr:GetAuthorizationToken", "*"),
        account.statement(
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            f"arn:aws:ecr:{own}:repository/fleet/*",
        ),
        account.statement("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{own}:secret:fleet/*"),
        account.statement("ssm:GetParameters", f"arn:aws:ssm:{own}:parameter/fleet/*"),
        account.statement("kms:Decrypt", key),
        account.statement(["logs:CreateLogStream", "logs:PutLogEvents"], f"arn:aws:logs:{own}:log-group:/fleet/*"),
    )
    for nth in range(FLEET["roles"]):
        for kind in ("storefront-execution", "storefront-task"):
            iam.create_role(RoleName=f"{kind}-{nth:02}", AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName=f"storefront-execution-{nth:02}", PolicyName="start", PolicyDocument=json.dumps(rights))
    account.age_roles()


def one_of_many(nth, named):
    role = f"arn:aws:iam::{ACCOUNT}:role/storefront-%s-{nth % FLEET['roles']:02}"
    return {
        "family": f"service-{nth:04}",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "4096",
        "memory": "8192",
        "executionRoleArn": role % "execution",
        "taskRoleArn": role % "task",
        "containerDefinitions": [container(10 * nth + place, nth, place, named) for place in range(10)],
    }


def container(at, nth, place, named):
    tag, repository = at % FLEET["tags"], at // FLEET["tags"] % FLEET["repositories"]
    group = {"awslogs-group": f"/fleet/{nth % FLEET['logs']:03}", "awslogs-region": REGION, "awslogs-stream-prefix": f"c{place}"}
    return {
        "name": f"c{place}",
        "image": f"{account.REGISTRY}/fleet/{repository:02}:1.{tag}",
        "essential": place == 0,
        "portMappings": [{"containerPort": 8080 + place, "protocol": "tcp"}],
        "environment": [{"name": f"SETTING_{it}", "value": f"value {it} of {at}"} for it in range(5)],
        "secrets": [
            {"name": "PASSWORD", "valueFrom": named["secrets"][at % FLEET["secrets"]]},
            {"name": "TOKEN", "valueFrom": f"/fleet/{at % FLEET['parameters']:03}"},
        ],
        "logConfiguration": {"logDriver": "awslogs", "options": group},
    }
