"""The pre-commit hook, run by pre-commit and by `git commit` in repositories of this test."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from releases import BINARY, NAME, ROOT

HOOK = "ecs-task-definition"


class Hook(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="hook test "))
        self.addCleanup(shutil.rmtree, self.folder)
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / NAME).symlink_to(BINARY)
        # Nothing of AWS: neither credentials nor a region, and no proxy that could answer.
        self.environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "PRE_COMMIT_HOME": str(self.folder / "cache"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
            "LANG": "C.UTF-8",
            "HTTPS_PROXY": "http://127.0.0.1:1", "AWS_EC2_METADATA_DISABLED": "true",
        }  # fmt: skip
        self.hooks = self.repository("hooks", {".pre-commit-hooks.yaml": (ROOT / ".pre-commit-hooks.yaml").read_text()})
        demo = ROOT / "demo"
        self.healthy, self.broken = (demo / "healthy.json").read_text(), (demo / "broken.json").read_text()

    def git(self, repository, *arguments):
        done = self.said("git", *arguments, folder=repository)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout.strip()

    def said(self, *command, folder):
        return subprocess.run(
            command,
            cwd=folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )

    def repository(self, name, files):
        repository = self.folder / name
        repository.mkdir()
        self.git(repository, "init", "--quiet")
        self.write(repository, files)
        self.git(repository, "commit", "--quiet", "--allow-empty", "--message", "first")
        return repository

    def write(self, repository, files):
        for name, text in files.items():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            (repository / name).write_text(text)
            self.git(repository, "add", name)

    def tried(self, files, *arguments):
        """What `pre-commit try-repo` says of files that are staged."""
        repository = self.repository(f"work {len(list(self.folder.iterdir()))}", {})
        self.write(repository, files)
        return self.said("pre-commit", "try-repo", str(self.hooks), HOOK, "--verbose", *arguments, folder=repository)

    def test_what_ecs_accepts_passes(self):
        done = self.tried({"taskdef.json": self.healthy, "ecs/web/task-definition.prod.json": self.healthy})
        self.assertEqual(done.returncode, 0, done.stdout)
        # Both in one run, and nothing deprecated.
        self.assertEqual(done.stdout.count("offline"), 1, done.stdout)
        self.assertIn("24 passed", done.stdout)
        self.assertNotIn("WARNING", done.stdout)

    def test_what_ecs_refuses_fails_at_its_line(self):
        done = self.tried({"taskdef.json": self.healthy, "deploy/taskDefinition.json": self.broken})
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("exit code: 1", done.stdout)
        self.assertIn("definition-fargate-size at deploy/taskDefinition.json:6:13", done.stdout)

    def test_a_file_that_is_no_task_definition_is_an_error(self):
        done = self.tried({"taskdef.json": '{"family": '})
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("exit code: 2", done.stdout)

    def test_the_names_that_it_takes(self):
        taken = ("taskdef.json", "task-def.yml", "task_definition_web.yaml", "a/taskdef2.json", "task-definitions/web.json")
        left = ("package.json", "task.json", "taskdef.txt", "task-defaults.json", "a/b.yaml", "task-definitions/a/b.json")
        # What is left out is not JSON: the run would end with an error.
        done = self.tried(dict.fromkeys(taken, self.healthy) | dict.fromkeys(left, "{"))
        self.assertEqual(done.returncode, 0, done.stdout)
        for name in taken:
            self.assertIn(f"\n{name} storefront\n", done.stdout)

    def test_a_commit_is_refused_until_the_definition_is_right(self):
        config = {"repos": [{"repo": str(self.hooks), "rev": self.git(self.hooks, "rev-parse", "HEAD")}]}
        config["repos"][0]["hooks"] = [{"id": HOOK, "files": "^web\\.json$", "args": ["--strict", "--format=short"]}]
        repository = self.repository("shop", {".pre-commit-config.yaml": json.dumps(config)})
        self.assertEqual(self.said("pre-commit", "install", folder=repository).returncode, 0)
        self.write(repository, {"web.json": self.broken})
        refused = self.said("git", "commit", "--message", "web", folder=repository)
        self.assertEqual(refused.returncode, 1, refused.stdout)
        self.assertIn("web.json:6:13: fail: definition-fargate-size", refused.stdout)
        self.write(repository, {"web.json": self.healthy})
        made = self.said("git", "commit", "--message", "web", folder=repository)
        self.assertEqual(made.returncode, 0, made.stdout)

    def test_without_the_program_it_says_so(self):
        (self.folder / "bin" / NAME).unlink()
        done = self.tried({"taskdef.json": self.healthy})
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(f"Executable `{NAME}` not found", done.stdout)


if __name__ == "__main__":
    unittest.main()
