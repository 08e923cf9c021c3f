"""install.sh: given a clone and a home, then the right files are in the right places, and gone again."""

import os
import shutil
import stat
import subprocess
import tempfile
import unittest
from configparser import RawConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = "aws-ecs-preflight"
VALUE = "!AWS_ECS_PREFLIGHT_AWSCLI_PID=$PPID exec aws-ecs-preflight"
BINARY = Path(os.environ["AWS_ECS_PREFLIGHT_BINARY"]).resolve()
INSTALLED = {
    f"bin/{NAME}",
    f"share/bash-completion/completions/{NAME}",
    f"share/zsh/site-functions/_{NAME}",
    f"share/fish/vendor_completions.d/{NAME}.fish",
    f"share/man/man1/{NAME}.1",
    f"share/man/man1/{NAME}-verify.1",
}


class Clone(unittest.TestCase):
    """A clone with stand-ins for what is generated, a built program, and an empty home."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="install test "))
        self.addCleanup(shutil.rmtree, self.folder)
        self.clone, self.home = self.folder / "clone", self.folder / "home"
        self.home.mkdir()
        for file in (
            f"completions/{NAME}.bash",
            f"completions/_{NAME}",
            f"completions/{NAME}.fish",
            f"man/{NAME}.1",
            f"man/{NAME}-verify.1",
        ):
            path = self.clone / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{file}\n")
        shutil.copy(ROOT / "install.sh", self.clone)
        self.program = self.program_that_says("built")
        self.prefix = self.home / ".local"

    def program_that_says(self, word):
        path = self.folder / word
        path.write_text(f"#!/bin/sh\necho {word}\n")
        path.chmod(0o755)
        return path

    def run_script(self, *arguments, **environment):
        return subprocess.run(
            [self.clone / "install.sh", *arguments],
            env={"HOME": str(self.home), "PATH": os.environ["PATH"], **environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def install(self, *arguments, **environment):
        done = self.run_script("--binary", self.program, *arguments, **environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def uninstall(self, *arguments):
        done = self.run_script("--uninstall", *arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def files(self, prefix=None):
        prefix = prefix or self.prefix
        return {str(path.relative_to(prefix)) for path in prefix.rglob("*") if path.is_file()}


class Files(Clone):
    def test_everything_is_put_in_its_place(self):
        said = self.install()
        self.assertEqual(self.files(), INSTALLED)
        installed = self.prefix / "bin" / NAME
        self.assertEqual(stat.S_IMODE(installed.stat().st_mode), 0o755)
        self.assertEqual(subprocess.check_output([installed], text=True), "built\n")
        self.assertIn(str(installed), said)

    def test_a_second_run_replaces_and_leaves_no_old_page(self):
        self.install()
        (self.clone / f"man/{NAME}-verify.1").rename(self.clone / f"man/{NAME}-image.1")
        self.program = self.program_that_says("newer")
        self.install()
        renamed = INSTALLED - {f"share/man/man1/{NAME}-verify.1"} | {f"share/man/man1/{NAME}-image.1"}
        self.assertEqual(self.files(), renamed)
        self.assertEqual(subprocess.check_output([self.prefix / "bin" / NAME], text=True), "newer\n")

    def test_uninstall_removes_all_of_it_and_nothing_else(self):
        neighbour = self.prefix / "share/man/man1/aws.1"
        neighbour.parent.mkdir(parents=True)
        neighbour.touch()
        self.install()
        self.uninstall()
        self.assertEqual(self.files(), {"share/man/man1/aws.1"})
        self.uninstall()

    def test_a_prefix_may_be_relative_and_hold_blanks(self):
        self.install("--prefix", "some where/")
        self.assertEqual(self.files(self.folder / "some where"), INSTALLED)
        self.uninstall("--prefix=some where")
        self.assertEqual(self.files(self.folder / "some where"), set())

    def test_a_path_without_the_program_is_pointed_out(self):
        self.assertIn("not on your PATH", self.install())
        told = self.install(PATH=f"{self.prefix}/bin:{os.environ['PATH']}")
        self.assertNotIn("not on your PATH", told)


class Missing(Clone):
    def refused(self, *arguments, **environment):
        done = self.run_script(*arguments, **environment)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(self.files(), set())
        return done.stderr

    def bare_path(self, **commands):
        """A PATH that holds what any system has, and no toolchain but the commands given."""
        folder = self.folder / "bare"
        folder.mkdir()
        for command in ("sh", "dirname", "cat", "cut", "sed", "tail"):
            (folder / command).symlink_to(shutil.which(command))
        for command, text in commands.items():
            (folder / command).write_text(f"#!/bin/sh\n{text}\n")
            (folder / command).chmod(0o755)
        return str(folder)

    def test_without_tools_it_says_all_that_is_missing_and_where_to_get_it(self):
        said = self.refused(PATH=self.bare_path())
        self.assertIn("https://rustup.rs", said)
        self.assertIn("a C compiler", said)

    def test_an_old_rust_is_refused_before_it_fails_to_build(self):
        path = self.bare_path(cargo="echo cargo 1.94.1", cc="")
        self.assertIn("this is 1.94.1", self.refused(PATH=path))

    def test_a_clone_without_its_generated_files_is_refused(self):
        shutil.rmtree(self.clone / "man")
        self.assertIn(f"man/{NAME}.1", self.refused("--binary", self.program))

    def test_a_binary_that_cannot_run_is_refused(self):
        self.assertIn("executable", self.refused("--binary", self.folder / "nothing"))

    def test_a_wrong_argument_is_a_usage_error(self):
        for arguments in (["--perfix", "x"], ["--prefix"], ["verify"]):
            done = self.run_script(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn("--help", done.stderr)

    def test_help_explains_every_option(self):
        done = self.run_script("--help")
        self.assertEqual(done.returncode, 0)
        for option in ("--prefix", "--binary", "--with-aws-alias", "--uninstall", "--help"):
            self.assertIn(option, done.stdout)


class Built(Clone):
    """Built by a Cargo whose programs do not start here if their addresses are packed."""

    def setUp(self):
        super().setUp()
        tools = self.folder / "tools"
        tools.mkdir()
        self.asked = self.folder / "asked"
        (tools / "cargo").write_text(
            f"""#!/bin/sh
case "$1 $*" in
    --version*) echo cargo 1.100.0 ;;
    rustc*--manifest-path*)
        while [ "$1" != --target-dir ]; do shift; done
        mkdir -p "$2/debug"
        ending=0
        case "$*" in *pack-relative-relocs*) ending=1 ;; esac
        printf '#!/bin/sh\nexit %s\n' "$ending" >"$2/debug/trial"
        chmod +x "$2/debug/trial"
        ;;
    rustc*)
        echo "$@" >'{self.asked}'
        echo '{{"reason":"compiler-artifact","executable":"{self.program}"}}'
        ;;
esac
"""
        )
        (tools / "cargo").chmod(0o755)
        self.done = self.run_script(PATH=f"{tools}:{os.environ['PATH']}")

    def test_it_installs_what_cargo_says_that_it_built(self):
        self.assertEqual(self.done.returncode, 0, self.done.stdout + self.done.stderr)
        self.assertEqual(self.files(), INSTALLED)
        self.assertIn("rustc --release --locked --bin", self.asked.read_text())

    def test_only_linker_options_with_which_a_program_starts_are_used(self):
        self.assertIn("--icf=all", self.asked.read_text())
        self.assertNotIn("pack-relative-relocs", self.asked.read_text())


class Alias(Clone):
    """With the real program, which edits the alias file."""

    def setUp(self):
        super().setUp()
        self.program = BINARY
        self.file = self.home / ".aws/cli/alias"

    def given(self, text):
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(text)

    def test_it_is_only_written_when_asked_for(self):
        self.install()
        self.assertFalse(self.file.exists())

    def test_it_is_merged_into_whatever_is_there_and_taken_out_again(self):
        for before in (None, "[toplevel]\nwhoami = sts get-caller-identity\n", "[command ecs]\n# mine"):
            with self.subTest(before):
                self.file.unlink(missing_ok=True)
                if before is not None:
                    self.given(before)
                self.install("--with-aws-alias")
                parser = RawConfigParser()
                parser.read(self.file)
                self.assertEqual(parser["toplevel"]["ecs-preflight"], VALUE)
                self.assertEqual(parser["command ecs"]["preflight"], VALUE)
                merged = self.file.read_text()
                self.install("--with-aws-alias")
                self.assertEqual(self.file.read_text(), merged, "a second run changes nothing")
                self.uninstall()
                self.assertEqual(self.files(), set())
                self.assertEqual(self.file.read_text() if self.file.exists() else None, before)

    def test_an_alias_of_somebody_else_is_left_alone(self):
        before = "[command ecs]\npreflight = describe-clusters\n"
        self.given(before)
        done = self.run_script("--binary", self.program, "--with-aws-alias")
        self.assertEqual(done.returncode, 1)
        self.assertIn("another alias preflight: describe-clusters", done.stderr)
        self.assertEqual(self.file.read_text(), before)
        self.uninstall()
        self.assertEqual(self.file.read_text(), before)

    def test_aliases_that_cannot_be_removed_stop_before_the_program_goes(self):
        self.install("--with-aws-alias")
        self.file.chmod(0o444)
        done = self.run_script("--uninstall")
        self.assertEqual(done.returncode, 1)
        self.assertIn("read-only", done.stderr)
        self.assertIn(f"bin/{NAME}", self.files())


if __name__ == "__main__":
    unittest.main()
