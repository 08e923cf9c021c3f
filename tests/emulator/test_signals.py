"""Given a service that never answers, then a signal or the deadline ends the run, with what is known."""

import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import time
import unittest
from pathlib import Path

from program import BINARY, demo

REGION = "eu-central-1"
ROLE = "arn:aws:iam::111122223333:role/app"


class Silent:
    """A server that accepts connections and says nothing."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "http://127.0.0.1:%d" % self.socket.getsockname()[1]

    def close(self):
        self.socket.close()


class Signals(unittest.TestCase):
    def setUp(self):
        self.server = Silent()
        self.addCleanup(self.server.close)
        folder = tempfile.TemporaryDirectory(prefix="preflight test ")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "taskdef.json").write_text(json.dumps(demo()))

    def start(self, *arguments, stdout=subprocess.PIPE):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "a",
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.server.url,
        }
        program = subprocess.Popen(
            [BINARY, *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(program.kill)
        return program

    def ended_by(self, number, *arguments):
        """What the program says, and its exit code, when this signal comes while it waits."""
        program = self.start(*arguments)
        time.sleep(1)
        self.assertIsNone(program.poll(), "it waits")
        program.send_signal(number)
        since = time.monotonic()
        out, err = program.communicate(timeout=10)
        self.assertLess(time.monotonic() - since, 5)
        return out, err, program.returncode

    def test_each_signal_ends_the_run_with_its_report_and_its_code(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
            out, err, ended = self.ended_by(number, "verify", "taskdef.json", "--format", "json")
            self.assertEqual(ended, code, err)
            report = json.loads(out)
            self.assertEqual(report["verdict"], "unknown")
            self.assertIn("the run ended early: checks without an answer are unknown", report["notes"])
            definition = [it for it in report["checks"] if it["group"] == "definition"]
            self.assertTrue(any(it["status"] == "pass" for it in definition))

    def test_a_recording_is_whole_or_does_not_exist(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
            path = self.folder / f"facts-{number}.json"
            program = self.start("verify", "taskdef.json", "--record", str(path))
            time.sleep(1)
            self.assertFalse(path.exists(), "there is nothing to record yet")
            program.send_signal(number)
            program.communicate(timeout=10)
            if number == signal.SIGKILL:
                self.assertFalse(path.exists())
            else:
                self.assertTrue(json.loads(path.read_text())["facts"])

    def test_a_recording_of_yesterday_is_kept_until_there_is_another(self):
        path = self.folder / "facts.json"
        path.write_text("yesterday")
        program = self.start("verify", "taskdef.json", "--record", str(path))
        time.sleep(1)
        program.kill()
        program.communicate(timeout=10)
        self.assertEqual(path.read_text(), "yesterday")

    def test_commands_without_checks_know_signals_and_the_deadline(self):
        commands = (
            ("can", ROLE, "secretsmanager:GetSecretValue", "*"),
            ("policy", "taskdef.json", "--for", "execution-role", "--live"),
        )
        for command in commands:
            for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
                _, err, ended = self.ended_by(number, *command)
                self.assertEqual((ended, err.strip()), (code, "aws-ecs-preflight: interrupted"), command)
            since = time.monotonic()
            program = self.start(*command, "--timeout", "1s")
            _, err = program.communicate(timeout=10)
            self.assertLess(time.monotonic() - since, 5)
            self.assertIn(program.returncode, (3, 4), err)

    def test_a_signal_ends_the_program_at_once_when_nobody_reads_its_report(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        many = ["taskdef.json"] * 60
        program = self.start("definition", *many, "--format", "json", stdout=writer)
        os.close(writer)
        for _ in range(300):
            if struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, b"\0" * 4))[0]:
                break
            time.sleep(0.1)
        time.sleep(0.5)
        self.assertIsNone(program.poll(), "it waits for a reader")
        program.send_signal(signal.SIGINT)
        program.wait(timeout=5)
        self.assertEqual(program.returncode, 130)


if __name__ == "__main__":
    unittest.main()
