"""A release: given a built program, then an archive that installs it, the same bytes each time."""

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ["AWS_ECS_PREFLIGHT_BINARY"]).resolve()
NAME = "aws-ecs-preflight"
TARGET = "x86_64-unknown-linux-musl"


class Archive(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="release test "))
        self.addCleanup(shutil.rmtree, self.folder)
        self.archive = self.packed("first")

    def packed(self, folder):
        script = ROOT / ".github/release/package.sh"
        subprocess.run([script, BINARY, TARGET, self.folder / folder], check=True, timeout=60)
        archives = list((self.folder / folder).glob("*.tar.gz"))
        self.assertEqual(len(archives), 1)
        return archives[0]

    def test_it_is_named_by_version_and_target(self):
        said = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True)
        version = said.stdout.split()[1]
        self.assertEqual(self.archive.name, f"{NAME}-{version}-{TARGET}.tar.gz")

    def test_its_checksum_is_that_of_its_bytes(self):
        line = self.archive.with_name(f"{self.archive.name}.sha256").read_text()
        digest = hashlib.sha256(self.archive.read_bytes()).hexdigest()
        self.assertEqual(line, f"{digest}  {self.archive.name}\n")

    def test_the_same_files_give_the_same_bytes(self):
        self.assertEqual(self.packed("second").read_bytes(), self.archive.read_bytes())

    def test_it_installs_without_building_and_the_program_runs(self):
        with tarfile.open(self.archive) as archive:
            archive.extractall(self.folder, filter="data")
        (released,) = self.folder.glob(f"{NAME}-*")
        home = self.folder / "home"
        home.mkdir()
        # No cargo on this path: what cannot be built cannot be built by mistake.
        environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
        done = subprocess.run(
            [released / "install.sh"], env=environment, capture_output=True, text=True, timeout=60
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = subprocess.run(
            [
                home / f".local/bin/{NAME}",
                "verify",
                released / "demo/healthy.json",
                "--replay",
                released / "demo/account.json",
            ],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
