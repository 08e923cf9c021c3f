"""The program under test, and what it says."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import account
from emulator import Emulator

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("AWS_ECS_PREFLIGHT_BINARY", ROOT / "target/release/aws-ecs-preflight"))


def demo(name="healthy"):
    """A definition of the demo, to be changed."""
    return json.loads((ROOT / f"demo/{name}.json").read_text())


class Story(unittest.TestCase):
    """The healthy account, which all tests of a class share: none may change it."""

    @classmethod
    def setUpClass(cls):
        cls.emulator = Emulator()
        cls.addClassCleanup(cls.emulator.close)
        cls.named = account.build(cls.emulator)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="preflight test ")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.emulator.restore()

    def write(self, document, name="taskdef.json"):
        path = self.folder / name
        path.write_text(document if isinstance(document, str) else json.dumps(document, indent=2))
        return path

    def run_program(self, *arguments, stdin="", **environment):
        return subprocess.run(
            [BINARY, *arguments],
            cwd=self.folder,
            env=self.emulator.environment(**environment),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def verify(self, document, *arguments, code, **environment):
        """Judges a definition, and returns the report; the exit code must be this one."""
        return self.report("verify", self.write(document), *arguments, code=code, **environment)

    def report(self, *arguments, code, **more):
        done = self.run_program(*arguments, "--format", "json", **more)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def found(self, report, *statuses):
        """The results of these statuses: id, subject."""
        return [(it["id"], it["subject"]) for it in report["checks"] if it["status"] in statuses]

    def only(self, report, status, check, subject):
        """The one result that is neither pass nor skip nor warn."""
        self.assertEqual(self.found(report, "fail", "unknown"), [(check, subject)])
        result = next(it for it in report["checks"] if it["status"] in ("fail", "unknown"))
        self.assertEqual(result["status"], status)
        return result
