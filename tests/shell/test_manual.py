"""The manual: every page renders without a warning, is found by `man`, and holds what it must."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ["AWS_ECS_PREFLIGHT_BINARY"]
NAME = "aws-ecs-preflight"
PAGES = sorted((ROOT / "man").glob("*.1"))


def run(*command, **environment):
    return subprocess.run(
        [str(word) for word in command],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANWIDTH": "80", **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


class Pages(unittest.TestCase):
    def test_each_renders_without_a_warning(self):
        self.assertIn(ROOT / f"man/{NAME}.1", PAGES)
        self.assertIn(ROOT / f"man/{NAME}-verify.1", PAGES)
        for page in PAGES:
            with self.subTest(page.name):
                done = run("man", "--warnings", "--encoding=UTF-8", "--local-file", page)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertIn("SYNOPSIS", done.stdout)

    def test_each_has_a_name_that_whatis_can_read(self):
        for page in PAGES:
            done = run("lexgrog", page)
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn(f'"{page.stem} - ', done.stdout)

    def test_man_finds_them_where_install_puts_them(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "man1").mkdir()
            for page in PAGES:
                shutil.copy(page, Path(folder) / "man1")
            # The second way is that of `git log`: `man git log`.
            for words in ([f"{NAME}-verify"], [NAME, "verify"]):
                done = run("man", *words, MANPATH=folder)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"{NAME} verify [OPTIONS] [TASKDEF]...", done.stdout)

    def test_the_program_prints_the_installed_page(self):
        for page in PAGES:
            words = page.stem.removeprefix(NAME).removeprefix("-").split()
            done = run(BINARY, "man", *words)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(done.stdout, page.read_text())

    def test_a_page_that_is_not_there_is_a_usage_error(self):
        done = run(BINARY, "man", "no-such-command")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no-such-command", done.stderr)


class Contents(unittest.TestCase):
    def rendered(self, page):
        return run("man", "--local-file", ROOT / "man" / page).stdout

    def test_the_program_page_has_its_sections(self):
        text = self.rendered(f"{NAME}.1")
        for section in ("EXIT STATUS", "ENVIRONMENT", "FILES", "CHECKS", "AWS ACTIONS", "EXAMPLES", "SEE ALSO"):
            self.assertIn(f"\n{section}\n", text)
        for word in ("secret-exists", "secretsmanager:DescribeSecret", "130", "AWS_PROFILE"):
            self.assertIn(word, text)

    def test_the_page_of_the_gate_has_its_flags_and_exit_codes(self):
        text = self.rendered(f"{NAME}-verify.1")
        for word in ("--service-definition", "--allow-unknown", "--replay", "EXIT STATUS", "EXAMPLES"):
            self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
