"""The release workflow: the shell of its steps, run in a clone, from the tag to the published files."""

import os
import shutil
import subprocess
import tempfile
import tomllib
import unittest
from pathlib import Path

import yaml

from releases import BINARY, NAME, ROOT, TARGETS, version

WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
# What the steps use of a clone, but for the build.
PARTS = (".github", "Cargo.toml", "README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "install.sh",
         "completions", "man", "demo")  # fmt: skip


def steps(job):
    """The scripts of a job, by their names or their first words."""
    return {it.get("name", it["run"].split()[0]): it["run"] for it in WORKFLOW["jobs"][job]["steps"] if "run" in it}


class Release(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="clone "))
        self.addCleanup(shutil.rmtree, self.folder)
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copy(ROOT / part, self.folder / part)
        self.tag = f"v{version()}"

    def run_step(self, script, **environment):
        return subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.folder,
            env={"PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", "HOME": str(self.folder), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )

    def command(self, name, script):
        """A command of the runner, in its place."""
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def build(self, target):
        program = self.folder / f"target/{target}/release/{NAME}"
        program.parent.mkdir(parents=True)
        shutil.copy(BINARY, program)
        return self.run_step(steps("build")[".github/release/package.sh"], TARGET=target)

    def test_a_tag_is_the_version(self):
        script = steps("build")["The tag is the version of Cargo.toml"]
        self.assertEqual(self.run_step(script, TAG=self.tag).returncode, 0)
        for tag in ("v9.9.9", "v0", "latest", f"{self.tag}-rc1"):
            self.assertNotEqual(self.run_step(script, TAG=tag).returncode, 0, tag)

    def test_rust_is_the_version_of_cargo_toml(self):
        asked = self.folder / "asked"
        self.command("rustup", f"echo \"$*\" >>'{asked}'")
        script = steps("build")["Rust, at the version of Cargo.toml"]
        done = self.run_step(script, TARGET="x86_64-unknown-linux-musl")
        self.assertEqual(done.returncode, 0, done.stdout)
        rust = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["rust-version"]
        self.assertIn(f"toolchain install {rust} --profile minimal --target x86_64", asked.read_text())

    def test_an_archive_is_tried_before_it_is_published(self):
        script = steps("build")["The archive installs, and its program runs"]
        done = self.build("x86_64-unknown-linux-musl")
        self.assertEqual(done.returncode, 0, done.stdout)
        tried = self.run_step(script)
        self.assertEqual(tried.returncode, 0, tried.stdout)
        self.assertIn("PASS", tried.stdout)
        # Only a static program runs in a folder with nothing else; here it is in the folder, but not its root.
        self.command("sudo", 'cd "$2" && shift 2 && program=.$1 && shift && exec "$program" "$@"')
        alone = self.run_step(steps("build")["The program needs nothing of the system"])
        self.assertEqual(alone.returncode, 0, alone.stdout)
        self.assertIn("PASS", alone.stdout)
        # A program that does not run stops the release.
        shutil.rmtree(self.folder / "archives")
        shutil.rmtree(self.folder / "target")
        shutil.rmtree(next(self.folder.glob(f"{NAME}-*")))
        program = self.folder / "target/x86_64-unknown-linux-musl/release" / NAME
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\nexit 1\n")
        self.run_step(steps("build")[".github/release/package.sh"], TARGET="x86_64-unknown-linux-musl")
        self.assertNotEqual(self.run_step(script).returncode, 0)

    def test_what_is_published_is_what_the_action_asks_for(self):
        for target in TARGETS.values():
            self.assertEqual(self.build(target).returncode, 0)
        published = self.folder / "published"
        self.command("gh", f"printf '%s\\n' \"$@\" >'{published}'")
        publish = steps("publish")
        self.assertEqual(self.run_step(publish["Each archive is what its checksum says"]).returncode, 0)
        done = self.run_step(publish["The release"], TAG=self.tag)
        self.assertEqual(done.returncode, 0, done.stdout)
        words = published.read_text().splitlines()
        self.assertEqual(words[:3], ["release", "create", self.tag])
        names = {f"archives/{NAME}-{version()}-{target}.tar.gz" for target in TARGETS.values()}
        self.assertEqual({it for it in words if it.startswith("archives/")}, names | {f"{it}.sha256" for it in names})
        archive = next(iter(names))
        with (self.folder / archive).open("ab") as file:
            file.write(b"\0")
        self.assertNotEqual(self.run_step(publish["Each archive is what its checksum says"]).returncode, 0)


if __name__ == "__main__":
    unittest.main()
