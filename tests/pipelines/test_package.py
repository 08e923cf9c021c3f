"""What a release is made of: the crate, its archives, and the names by which they are found."""

import re
import subprocess
import tarfile
import tempfile
import tomllib
import unittest
from pathlib import Path

import yaml

from releases import BINARY, NAME, ROOT, TARGETS, publish, version

MANIFEST = tomllib.loads((ROOT / "Cargo.toml").read_text())
PACKAGE = MANIFEST["package"]
# Modules that only tests have.
OF_TESTS = {"tests", "testing"}


def said(*command, **options):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, **options)


class Crate(unittest.TestCase):
    """What `cargo publish` would upload."""

    @classmethod
    def setUpClass(cls):
        done = said("cargo", "package", "--list", "--allow-dirty", "--offline")
        assert done.returncode == 0, done.stderr
        cls.files = set(done.stdout.split())

    def test_it_has_what_the_program_is_built_from(self):
        missing = set()
        for source in (ROOT / "src").rglob("*.rs"):
            path = source.relative_to(ROOT)
            if OF_TESTS & {*path.with_suffix("").parts}:
                continue
            included = re.findall(r'include_(?:str|bytes)!\(\s*"(.*?)"', source.read_text())
            missing |= {path, *((source.parent / it).resolve().relative_to(ROOT) for it in included)}
        self.assertEqual({str(it) for it in missing} - self.files, set())
        self.assertLessEqual({"Cargo.toml", "Cargo.lock", "README.md", "LICENSE-MIT", "LICENSE-APACHE"}, self.files)

    def test_it_has_nothing_else(self):
        tops = {it.split("/")[0] for it in self.files}
        self.assertLessEqual(tops, {"src", "completions", "Cargo.toml", "Cargo.toml.orig", "Cargo.lock", "README.md",
                               "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", ".cargo_vcs_info.json"})  # fmt: skip
        self.assertEqual([it for it in self.files if OF_TESTS & {*Path(it).with_suffix("").parts}], [])
        # The registry refuses ten megabytes, packed.
        self.assertLess(sum((ROOT / it).stat().st_size for it in self.files if (ROOT / it).exists()), 8e6)

    def test_the_registry_takes_its_description(self):
        self.assertLessEqual({"description", "license", "readme"}, PACKAGE.keys())
        self.assertLessEqual(len(PACKAGE["keywords"]), 5)
        for keyword in PACKAGE["keywords"]:
            self.assertRegex(keyword, r"^[A-Za-z][A-Za-z0-9_+-]{0,19}$")
        for group in ("dependencies", "dev-dependencies"):
            for name, wanted in MANIFEST[group].items():
                with self.subTest(name):
                    self.assertNotIn("path", wanted)
                    self.assertNotIn("git", wanted)


class Names(unittest.TestCase):
    """An archive is found under the same name by everything that looks for it."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.archives = {target: publish(folder.name, target) for target in TARGETS.values()}

    def test_the_release_workflow_builds_the_targets_of_the_action(self):
        workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
        jobs = workflow["jobs"]["build"]["strategy"]["matrix"]["include"]
        self.assertEqual(sorted(it["target"] for it in jobs), sorted(TARGETS.values()))
        # A program is tried where it is built, so the runner has the system and the machine of its target.
        for job in jobs:
            self.assertEqual("macos" in job["runner"], "apple" in job["target"])

    def test_cargo_binstall_finds_them(self):
        template = PACKAGE["metadata"]["binstall"]
        self.assertEqual(template["pkg-fmt"], "tgz")
        for target, archive in self.archives.items():
            values = {"repo": "REPO", "version": version(), "name": PACKAGE["name"], "target": target}
            values |= {"bin": NAME, "binary-ext": ""}

            def fill(text):
                return re.sub(r"\{ ([a-z-]+) \}", lambda it: values[it[1]], text)

            # The folder of the tag is that of `gh release create vVERSION`.
            self.assertEqual(fill(template["pkg-url"]), f"REPO/releases/download/v{version()}/{archive.name}")
            with tarfile.open(archive) as packed:
                member = packed.getmember(fill(template["bin-dir"]))
                self.assertEqual(packed.extractfile(member).read(), BINARY.read_bytes())
                self.assertTrue(member.mode & 0o100)

    def test_the_checksum_names_the_archive(self):
        for archive in self.archives.values():
            name = archive.with_name(f"{archive.name}.sha256").read_text().split()[1]
            self.assertEqual(name, archive.name)

    def test_install_sh_takes_the_program_out_of_each(self):
        for target, archive in self.archives.items():
            with self.subTest(target), tempfile.TemporaryDirectory() as folder:
                with tarfile.open(archive) as packed:
                    packed.extractall(folder, filter="data")
                script = Path(folder) / f"{NAME}-{version()}-{target}/install.sh"
                # No cargo on this path.
                environment = {"HOME": folder, "PATH": "/usr/bin:/bin"}
                done = subprocess.run([script], env=environment, capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual((Path(folder) / f".local/bin/{NAME}").read_bytes(), BINARY.read_bytes())

    def test_one_version(self):
        self.assertEqual(PACKAGE["version"], version())
        lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
        self.assertEqual([it["version"] for it in lock["package"] if it["name"] == NAME], [version()])


if __name__ == "__main__":
    unittest.main()
