"""Breaks an account as a story tells, runs what the program prints, and judges again."""

import importlib
import json
import subprocess
import tempfile
import traceback
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import account
from broken import STORIES
from emulator import Emulator
from program import BINARY
from sandbox import Sandbox, changes_something

for module in sorted(Path(__file__).parent.glob("broken_*.py")):
    importlib.import_module(module.stem)


def tell(names):
    """What comes of stories: for each failure its check, its commands, and what they leave wrong.

    Two are told at a time, each in its own process: moto's accounts are global.
    """
    with ProcessPoolExecutor(2) as pool:
        return dict(zip(names, pool.map(outcomes, names)))


def outcomes(name):
    try:
        return told(STORIES[name])
    except Exception:  # With it, the other process would take all other stories along.
        return [(check, [], traceback.format_exc()) for check in STORIES[name].checks]


def told(story):
    with Emulator() as emulator:
        with Attempt(emulator, story) as first:
            missing = [it for it in story.checks if it not in {check for check, _ in first.failures}]
            failures = list(first.failures)
            found = [first.outcome(which) for which in failures[:1]]
        # Each failure is fixed by itself, in an account that the others have not touched.
        for which in failures[1:]:
            with Attempt(emulator, story) as attempt:
                found.append(attempt.outcome(which))
    return found + [(check, [], f"{check} does not fail") for check in missing]


class Attempt:
    """A broken account, in which the program was run."""

    def __init__(self, emulator, story):
        self.emulator, self.story = emulator, story

    def __enter__(self):
        named = account.build(self.emulator)
        self.judged = self.story.tell(self.emulator, named)
        account.age_roles()
        self.temporary = tempfile.TemporaryDirectory(prefix="preflight ")
        self.folder = Path(self.temporary.name)
        self.write_profile()
        self.before = self.verify()
        self.failures = {}
        for result in self.before:
            if result["status"] == self.story.status and result["id"] in self.story.checks:
                self.failures.setdefault(identity(result), []).append(result)
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def write_profile(self):
        """The profile `shop` of the caller, whose own region is not that of the task."""
        keys = "".join(f"{name.lower()} = {value}\n" for name, value in self.emulator.credentials.items())
        (self.folder / ".aws").mkdir()
        (self.folder / ".aws/config").write_text(f"[profile shop]\nregion = us-west-2\n{keys}")

    def verify(self):
        """The results of a run."""
        taskdef = self.folder / "taskdef.json"
        text = json.dumps(self.judged.definition, indent=2)
        taskdef.write_text(text.replace("LOCAL", self.emulator.url.removeprefix("http://")))
        done = subprocess.run(
            [BINARY, "verify", taskdef, *map(self.written, self.judged.arguments), "--format", "json"],
            cwd=self.folder,
            env=self.emulator.environment(HOME=str(self.folder)),
            capture_output=True,
            text=True,
            timeout=60,
        )
        if not done.stdout:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout)["checks"]

    def written(self, argument):
        """An argument; a document becomes a file."""
        if isinstance(argument, str):
            return argument
        file = self.folder / f"{'-'.join(argument)[:40]}.json"
        file.write_text(json.dumps(argument, indent=2))
        return file

    def outcome(self, which):
        failed = self.failures[which]
        commands = list(dict.fromkeys(it for result in failed for it in result["commands"] if changes_something(it)))
        if not commands and self.judged.edited:
            return which[0], [f"({failed[0]['remedy']})"], self.left_wrong(which, failed[0])
        if not commands:
            return which[0], commands, None
        sandbox = Sandbox(self.folder, self.emulator)
        wrong = next(filter(None, map(sandbox.run, commands)), None)
        return which[0], commands, wrong or self.left_wrong(which, failed[0])

    def left_wrong(self, which, failure):
        """What the commands have left wrong, or broken."""
        remedy = failure["remedy"]
        account.age_roles()
        if self.judged.edited:
            self.judged = self.judged.edited(failure)
        after = self.verify()
        good = (self.story.then, "pass", "skip")
        still = [it for it in after if identity(it) == which and it["status"] not in good]
        if still and self.story.rest:
            return None if self.story.rest in remedy else f"the remedy does not say what is left to do: {remedy}"
        if still:
            return f"it is still {still[0]['status']}: {still[0]['message']}"
        judged = (it for it in after if it["id"] == which[0])
        if not any(it["status"] == self.story.then or identity(it) in self.failures for it in judged):
            return "it is not judged any more"
        statuses = {}
        for result in self.before:
            statuses.setdefault(identity(result), set()).add(result["status"])
        broken = [it for it in after if it["status"] in ("fail", "unknown") and statuses.get(identity(it)) == {"pass"}]
        return f"they break {broken[0]['id']}: {broken[0]['message']}" if broken else None


def identity(result):
    """Results that share it are parts of one judgement, such as the hosts that a subnet cannot reach."""
    return result["id"], result["subject"].rpartition(".json#")[2]
