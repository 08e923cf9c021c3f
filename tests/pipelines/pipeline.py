"""Where an example of a pipeline runs: its files, a release, and programs that stand in for AWS's and Docker's."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

from releases import BINARY, NAME, ROOT, publish, serve, version

EXAMPLES = ROOT / "examples/pipelines"
TARGET = f"{os.uname().machine}-unknown-linux-musl"

# The released program, on the recorded account of the demo. That account has no service, so that flags of one are
# left out, unless the run has to show that the program takes them.
PROGRAM = """#!/bin/sh
command=$1
[ "$command" = verify ] || { echo "$NAME $*" >>"$CALLS"; exit; }
shift
for argument; do
    shift
    case ${next-} in
        skip) next= ;;
        *) case $argument in
            --cluster | --service) [ -n "${SERVICES-}" ] && set -- "$@" "$argument" || next=skip ;;
            --cluster=* | --service=*) [ -z "${SERVICES-}" ] || set -- "$@" "$argument" ;;
            *) set -- "$@" "$argument" ;;
        esac ;;
    esac
done
exec "$BINARY" "$command" --replay "$REPLAY" "$@"
"""
AWS = """#!/bin/sh
echo "aws $*" >>"$CALLS"
case $1-$2 in
    ecs-describe-services) echo storefront:7 ;;
    ecs-describe-task-definition) cat "$CURRENT" ;;
    ecs-register-task-definition) echo arn:aws:ecs:eu-central-1:111122223333:task-definition/storefront:8 ;;
esac
"""
DOCKER = """#!/bin/sh
echo "docker $*" >>"$CALLS"
[ "$1" != login ] || cat >/dev/null
"""


def example(name):
    return yaml.safe_load((EXAMPLES / name).read_text())


def definitions():
    """A definition for each exit code of the program, and one whose only fault is accepted.json's."""
    healthy = (ROOT / "demo/healthy.json").read_text()
    return {
        0: healthy,
        1: (ROOT / "demo/broken.json").read_text(),
        2: '{"family": ',
        3: healthy.replace("storefront:2.7.0", "storefront:9.9.9"),
        "accepted": healthy.replace("storefront:2.7.0", "storefront:2.8.0"),
    }


class Pipeline:
    """The workspace of one run."""

    def __init__(self, test, kind, **environment):
        self.add_cleanup = test.addCleanup
        self.folder = Path(tempfile.mkdtemp(prefix="pipeline "))
        test.addCleanup(shutil.rmtree, self.folder)
        self.work = self.folder / "work"
        self.work.mkdir()
        self.definition = self.work / "taskdef.json"
        self.definition.write_text(definitions()[kind])
        shutil.copy(EXAMPLES / "accepted.json", self.work)
        self.calls_file = self.folder / "calls"
        self.calls_file.touch()
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        for name, text in (("aws", AWS), ("docker", DOCKER)):
            self.program(self.bin / name, text)
        self.environment = {
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "NAME": NAME,
            "BINARY": str(BINARY),
            "REPLAY": str(ROOT / "demo/account.json"),
            "CALLS": str(self.calls_file),
            **environment,
        }

    @staticmethod
    def program(path, text):
        path.write_text(text)
        path.chmod(0o755)
        return path

    def release(self):
        """Publishes a release on a server, and says what a pipeline has to know of it."""
        archive = publish(self.folder / "releases", TARGET, self.program(self.folder / NAME, PROGRAM))
        return {
            "RELEASES": serve(self.add_cleanup, self.folder / "releases"),
            "VERSION": version(),
            "SHA256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        }

    def run(self, script, *shell, **environment):
        file = self.folder / "script"
        file.write_text(script)
        done = subprocess.run(
            [*(shell or ("sh", "-e")), file],
            cwd=self.work,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        return done.returncode, done.stdout

    @property
    def calls(self):
        return self.calls_file.read_text().splitlines()

    @property
    def deployed(self):
        return any(it.startswith("aws ecs update-service") for it in self.calls)

    def accept_until(self, date):
        file = self.work / "accepted.json"
        file.write_text(json.dumps([it | {"expires": date} for it in json.loads(file.read_text())]))
