"""Runs action.yml as the runner of GitHub Actions does: contexts, environment files, conditions, one shell per step."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")


class Outcome:
    """What a run of the action leaves."""

    def __init__(self):
        self.code = 0
        self.log = ""
        self.summary = ""
        self.steps = {}
        self.uploads = []
        self.outputs = {}
        self.path = []

    @property
    def annotations(self):
        return [line for line in self.log.splitlines() if line.startswith("::")]


class Runner:
    """A job whose workspace has the files of the demo."""

    def __init__(self, test, **environment):
        self.folder = Path(tempfile.mkdtemp(prefix="runner of GitHub "))
        test.addCleanup(shutil.rmtree, self.folder)
        self.workspace = self.folder / "work space"
        self.temporary = self.folder / "_temp"
        self.temporary.mkdir()
        shutil.copytree(ROOT / "demo", self.workspace / "demo")
        self.action = ROOT
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "shop/storefront",
            "GITHUB_SERVER_URL": "https://github.invalid",
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temporary),
            "RUNNER_OS": "Linux",
            "RUNNER_ARCH": "X64",
            "AWS_EC2_METADATA_DISABLED": "true",
            **environment,
        }
        # The `github` context of a composite action.
        self.github = {"action_repository": "someone/aws-ecs-preflight"}

    def run(self, **inputs):
        action = yaml.safe_load((self.action / "action.yml").read_text())
        known = {name: it.get("default", "") for name, it in action["inputs"].items()}
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() <= known.keys(), given.keys() - known.keys()
        contexts = {"inputs": known | given, "github": self.github, "steps": {}}
        outcome = Outcome()
        for step in action["runs"]["steps"]:
            condition = step.get("if", "${{ success() }}")
            if not self.condition(condition, contexts, outcome.code == 0):
                continue
            if "uses" in step:
                outcome.uploads.append({key: self.fill(it, contexts) for key, it in step["with"].items()})
                continue
            assert not EXPRESSION.search(step["run"]), "an expression in a script runs what its value says"
            self.script(step, contexts, outcome)
        outcome.outputs = {name: self.fill(it["value"], contexts) for name, it in action["outputs"].items()}
        return outcome

    def script(self, step, contexts, outcome):
        files = {}
        for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"):
            files[name] = Path(tempfile.mkstemp(dir=self.temporary, prefix=name)[1])
        environment = self.environment | {name: str(file) for name, file in files.items()}
        environment["GITHUB_ACTION_PATH"] = str(self.action)
        environment["PATH"] = ":".join([*reversed(outcome.path), environment["PATH"]])
        environment |= {name: self.fill(it, contexts) for name, it in step.get("env", {}).items()}
        script = self.temporary / "step.sh"
        script.write_text(step["run"])
        done = subprocess.run(
            [step["shell"], "-e", script],
            cwd=self.workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
        outcome.log += done.stdout
        outcome.code = outcome.code or done.returncode
        outcome.steps[step["name"]] = done.returncode
        outcome.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        outcome.path += files["GITHUB_PATH"].read_text().splitlines()
        lines = files["GITHUB_OUTPUT"].read_text().splitlines()
        if "id" in step:
            contexts["steps"][step["id"]] = {"outputs": dict(line.split("=", 1) for line in lines)}

    def fill(self, text, contexts):
        return EXPRESSION.sub(lambda it: self.value(it[1], contexts), text)

    @staticmethod
    def value(expression, contexts):
        """The value of a path such as `steps.verify.outputs.verdict`; what is not there is empty."""
        value = contexts
        for part in expression.strip().split("."):
            value = value.get(part, "") if isinstance(value, dict) else ""
        assert isinstance(value, str), expression
        return value

    def condition(self, text, contexts, good):
        """A condition of `&&`: of functions of the status, and of comparisons with a text."""
        for part in EXPRESSION.fullmatch(text)[1].split("&&"):
            part = part.strip()
            if part in ("success()", "!cancelled()"):
                holds = good or part == "!cancelled()"
            else:
                left, sign, right = re.fullmatch(r"(\S+) (==|!=) '(.*)'", part).groups()
                holds = (self.value(left, contexts) == right) == (sign == "==")
            if not holds:
                return False
        return True
