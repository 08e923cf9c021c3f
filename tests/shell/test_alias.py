"""The AWS CLI's alias: given an alias file and the real `aws`, the program runs with what was typed, and the file is
kept."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
from configparser import RawConfigParser
from pathlib import Path

NAME = "aws-ecs-preflight"
BINARY = Path(os.environ["AWS_ECS_PREFLIGHT_BINARY"]).resolve()
DEMO = Path(__file__).resolve().parents[2] / "demo"
VALUE = "!AWS_ECS_PREFLIGHT_AWSCLI_PID=$PPID exec aws-ecs-preflight"
# Version 1 is that of tests/requirements.txt, version 2 that of Debian.
VERSION_1 = Path(sys.executable).parent / "aws"
VERSION_2 = Path("/usr/bin/aws")


class Home(unittest.TestCase):
    """A user with an empty home, whose PATH has the program."""

    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="alias "))
        self.addCleanup(shutil.rmtree, self.home)
        (self.home / "bin").mkdir()
        (self.home / "bin" / NAME).symlink_to(BINARY)
        self.file = self.home / ".aws/cli/alias"

    def run_command(self, *command, **environment):
        return subprocess.run(
            command,
            env={
                "HOME": str(self.home),
                "PATH": f"{self.home}/bin:/usr/bin:/bin",
                "AWS_EC2_METADATA_DISABLED": "true",
                "NO_COLOR": "1",
                **environment,
            },
            cwd=DEMO,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def alias(self, *flags):
        return self.run_command(NAME, "alias", *flags)

    def done(self, *flags):
        done = self.alias(*flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def refused(self, *flags):
        done = self.alias(*flags)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        return done.stderr

    def given(self, content):
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(content)


class File(Home):
    def test_a_new_file_has_what_is_printed_and_is_removed_again(self):
        self.done("--install")
        printed, written = RawConfigParser(), RawConfigParser()
        printed.read_string(self.done("--print"))
        written.read(self.file)
        self.assertEqual(printed, written)
        self.assertEqual(written["toplevel"]["ecs-preflight"], VALUE)
        self.assertEqual(written["command ecs"]["preflight"], VALUE)
        self.assertEqual(self.done(), self.done("--print"))
        self.done("--remove")
        self.assertFalse(self.file.exists())
        self.assertIn("does not exist", self.done("--remove"))

    def test_what_was_there_is_kept_and_restored(self):
        for content in (
            b"",
            b"# mine\n\n[toplevel]\nwhoami = sts get-caller-identity\n",
            b"[toplevel]\r\nwhoami = sts get-caller-identity\r\n\r\n; end",
            b"[command ecs] # containers\n  ls = list-clusters",
        ):
            with self.subTest(content):
                self.given(content)
                self.done("--install")
                added = self.file.read_bytes()
                self.assertIn("already", self.done("--install"))
                self.assertEqual(self.file.read_bytes(), added)
                before, after = RawConfigParser(), RawConfigParser()
                before.read_string(content.decode())
                after.read(self.file)
                for section in before.sections():
                    for key, value in before[section].items():
                        self.assertEqual(after[section][key], value)
                self.assertEqual(after["toplevel"]["ecs-preflight"], VALUE)
                self.assertEqual(after["command ecs"]["preflight"], VALUE)
                self.done("--remove")
                self.assertEqual(self.file.read_bytes(), content)

    def test_another_alias_of_the_name_is_named_and_kept(self):
        content = b"[toplevel]\na = b\n[command ecs]\npreflight = describe-clusters\n"
        self.given(content)
        said = self.refused("--install")
        self.assertIn(f"{self.file}:4: ", said)
        self.assertIn("describe-clusters", said)
        self.assertEqual(self.file.read_bytes(), content)
        self.assertIn("another alias", self.done("--remove"))
        self.assertEqual(self.file.read_bytes(), content)

    def test_a_file_that_breaks_the_aws_cli_is_not_changed(self):
        for content, line in ((b"[a]\nx = 1\n[a]\n", 3), (b"x = 1\n", 1), (b"[a]\nword\n", 2)):
            self.given(content)
            self.assertIn(f"{self.file}:{line}: ", self.refused("--install"))
            self.assertEqual(self.file.read_bytes(), content)

    def test_a_link_stays_a_link_and_the_mode_is_kept(self):
        kept = self.home / "dotfiles"
        kept.write_text("[plugins]\na = b\n")
        kept.chmod(0o640)
        self.file.parent.mkdir(parents=True)
        self.file.symlink_to(kept)
        for flag in ("--install", "--remove"):
            self.done(flag)
            self.assertTrue(self.file.is_symlink())
            self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o640)
            self.assertEqual(NAME in kept.read_text(), flag == "--install")
        self.assertEqual(kept.read_text(), "[plugins]\na = b\n")
        kept.unlink()
        self.assertIn("link to a file that does not exist", self.refused("--install"))

    def test_a_file_that_is_read_only_is_not_changed(self):
        self.given(b"[toplevel]\n")
        self.file.chmod(0o444)
        self.assertIn("read-only", self.refused("--install"))
        self.assertEqual(self.file.read_bytes(), b"[toplevel]\n")

    def test_a_file_in_another_encoding_is_not_changed(self):
        self.given(b"[toplevel]\nna\xefve = ec2\n")
        self.assertIn("not UTF-8", self.refused("--install"))

    def test_nothing_else_is_left_in_the_folder(self):
        self.given(b"[toplevel]\n")
        self.done("--install")
        self.assertEqual([it.name for it in self.file.parent.iterdir()], ["alias"])

    def test_a_program_that_the_alias_would_not_find_is_said(self):
        self.assertNotIn("PATH", self.done("--install"))
        done = self.run_command(str(BINARY), "alias", "--install", PATH="/usr/bin:/bin")
        self.assertIn("not on your PATH", done.stdout)


class Cli(Home):
    """The demo, judged by a real AWS CLI."""

    VERDICT = ("verify", "broken.json", "--replay", "account.json")

    def setUp(self):
        super().setUp()
        self.done("--install")

    def through_each(self, judge):
        """Once for each way in which a real AWS CLI runs the program: its command, and the words of the alias."""
        for aws, prefixes in (
            (VERSION_1, [["ecs-preflight"]]),
            (VERSION_2, [["ecs-preflight"], ["ecs", "preflight"]]),
        ):
            self.assertTrue(aws.exists(), f"{aws} is not installed")
            for prefix in prefixes:
                with self.subTest(aws=str(aws), prefix=prefix):
                    judge([str(aws)], prefix)

    def test_it_prints_what_the_program_prints_with_its_exit_code(self):
        # Without the time that it took.
        run = [*self.VERDICT, "-o", "short"]
        alone = self.run_command(NAME, *run)
        self.assertEqual(alone.returncode, 1)

        def judge(aws, prefix):
            done = self.run_command(*aws, *prefix, *run)
            self.assertEqual((done.returncode, done.stdout), (1, alone.stdout), done.stderr)

        self.through_each(judge)

    def test_options_that_the_aws_cli_consumes_are_applied_and_said(self):
        def judge(aws, prefix):
            for before, after, said in (
                (["--region", "eu-central-1"], [], "--region eu-central-1"),
                ([], ["--reg=eu-central-1"], "--region eu-central-1"),
                (["--region", "us-east-1"], ["--region", "eu-central-1"], "--region eu-central-1"),
                (["--profile", "prod", "--color", "off"], [], "--profile prod"),
            ):
                done = self.run_command(*aws, *before, *prefix, *self.VERDICT, *after)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(f"{said} was taken from the aws command line", done.stdout)
            done = self.run_command(*aws, *prefix, *self.VERDICT, "--query", "verdict", "--output", "json")
            self.assertEqual((done.returncode, done.stdout), (1, '"fail"\n'), done.stderr)

        self.through_each(judge)

    def test_the_region_counts_that_was_consumed(self):
        run = [*self.VERDICT, "--expect-region", "eu-central-1"]

        def judge(aws, prefix):
            for region, code in (("eu-central-1", 1), ("us-west-2", 4)):
                done = self.run_command(*aws, "--region", region, *prefix, *run)
                self.assertEqual(done.returncode, code, done.stderr)

        self.through_each(judge)

    def test_what_follows_two_dashes_is_passed_on(self):
        def judge(aws, prefix):
            run = ["--", *self.VERDICT, "--query", "verdict"]
            done = self.run_command(*aws, *prefix, *run)
            self.assertEqual((done.returncode, done.stdout), (1, '"fail"\n'), done.stderr)

        self.through_each(judge)

    def test_words_with_spaces_and_quotes_are_passed_on(self):
        definition = self.home / "it's \"my\" $HOME.json"
        shutil.copy(DEMO / "broken.json", definition)

        def judge(aws, prefix):
            run = ["verify", definition, "--replay", "account.json", "-o", "short"]
            done = self.run_command(*aws, *prefix, *run, "--region", "eu-central-1")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(definition.name, done.stdout)

        self.through_each(judge)

    def test_an_output_without_counterpart_is_said(self):
        def judge(aws, prefix):
            done = self.run_command(*aws, *prefix, "version", "--output", "table")
            self.assertIn("--output table", done.stderr)

        self.through_each(judge)

    def test_unsigned_requests_are_refused(self):
        def judge(aws, prefix):
            done = self.run_command(*aws, "--no-sign-request", *prefix, *self.VERDICT)
            self.assertEqual((done.returncode, done.stdout), (2, ""))

        self.through_each(judge)


if __name__ == "__main__":
    unittest.main()
