"""Completion: given a real shell and what somebody typed, then TAB writes the rest or shows the choice."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from terminal import Terminal

NAME = "aws-ecs-preflight"
BINARY = Path(os.environ["AWS_ECS_PREFLIGHT_BINARY"]).resolve()
PROMPT = "> "
FILES = [
    "web.json",
    "my definition.json",
    "a:b.json",
    "notes.txt",
    "taskdefs/batch.yaml",
    "service.json",
    "report.txt",
]

# What is typed behind the program's name, and what stands there after TAB and a `#`, which shows
# whether a blank was set.
COMPLETED = {
    "a command": ("verif", "verify #"),
    "a command's own command": ("help veri", "help verify #"),
    "a flag": ("verify --form", "verify --format #"),
    "a flag behind other arguments": ("verify web.json --strict --allow-u", "verify web.json --strict --allow-unknown #"),
    "a value behind a blank": ("verify --color of", "verify --color off #"),
    "a value behind =": ("verify --color=of", "verify --color=off #"),
    "a format": ("verify --format=nd", "verify --format=ndjson #"),
    "the file of a format": ("verify --format=json=rep", "verify --format=json=report.txt #"),
    "an upper-case value": ("verify --launch-type=FAR", "verify --launch-type=FARGATE #"),
    "a check to explain": ("explain secret-js", "explain secret-json-key #"),
    "a check to run": ("verify --only image-pl", "verify --only image-platform #"),
    "a group to skip": ("verify --skip=image,secrets", "verify --skip=image,secrets #"),
    "the last of a list": ("verify --only=image-exists,secret-js", "verify --only=image-exists,secret-json-key #"),
    "a check that may be unknown": ("verify --allow-unknown=image-pl", "verify --allow-unknown=image-platform #"),
    "a file": ("verify we", "verify web.json #"),
    "a second file": ("verify web.json serv", "verify web.json service.json #"),
    "a file behind file://": ("verify file://we", "verify file://web.json #"),
    "a file with a blank": ("verify my", r"verify my\ definition.json #"),
    "a file behind its blank": (r"verify my\ d", r"verify my\ definition.json #"),
    "a file in quotes": ('verify "my d', 'verify "my definition.json" #'),
    "a file with a blank behind =": ("verify --replay=my", r"verify --replay=my\ definition.json #"),
    "a file with a colon": ("verify a:", "verify a:b.json #"),
    "a directory": ("verify tas", "verify taskdefs/#"),
    "a file in a directory": ("verify taskdefs/b", "verify taskdefs/batch.yaml #"),
    "a file of a flag": ("verify --service-definition serv", "verify --service-definition service.json #"),
    "a file by its home": ("verify ~/we", "verify ~/web.json #"),
    "a record to diagnose": ("diagnose --from we", "diagnose --from web.json #"),
    "a page of the manual": ("man verif", "man verify #"),
    "a shell": ("completions z", "completions zsh #"),
    "nothing, if nothing fits": ("verify zzz", "verify zzz#"),
}

# What is typed, what TAB must show, and what it must not.
SHOWN = {
    "commands": ("", ["verify", "secrets", "explain", "man"], ["--format", "web.json"]),
    "flags": ("verify --s", ["--service", "--skip", "--strict", "--subnets"], ["--replay"]),
    "formats": ("verify --format=", ["text", "short", "json", "ndjson"], ["web.json"]),
    "checks": ("explain secret-", ["secret-exists", "secret-reference", "secret-region"], ["image-exists"]),
    "checks of a list": ("verify --only=image-", ["image-exists", "image-platform"], ["secret-exists"]),
    "files, not flags": ("verify ", ["web.json", "service.json", "taskdefs"], ["notes.txt", "--format"]),
}


class Shell:
    """The cases, once in each shell."""

    @classmethod
    def setUpClass(cls):
        cls.home = Path(tempfile.mkdtemp(prefix="completion-"))
        cls.addClassCleanup(shutil.rmtree, cls.home)
        for file in FILES:
            path = cls.home / file
            path.parent.mkdir(exist_ok=True)
            path.touch()
        environment = {
            "HOME": cls.home,
            "LC_ALL": "C.UTF-8",
            "TERM": "screen-256color",
            "PATH": f"{BINARY.parent}:/usr/local/bin:/usr/bin:/bin",
            **cls.environment(),
        }
        cls.terminal = Terminal(cls.prepare(), environment, cls.home)
        cls.addClassCleanup(cls.terminal.close)
        # A key that comes before the shell is ready would end it.
        cls.terminal.wait_until(lambda screen: screen == PROMPT.strip())

    @classmethod
    def environment(cls):
        return {}

    @classmethod
    def script(cls, path):
        """Puts the shell's script there, as install.sh would."""
        path = cls.home / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(subprocess.check_output([BINARY, "completions", cls.name], text=True, timeout=30))
        return path

    @classmethod
    def configure(cls, path, text):
        path = cls.home / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def setUp(self):
        # Empties the line, then the screen.
        self.terminal.press("C-u", "C-l")
        screen = self.terminal.wait_until(lambda screen: screen == PROMPT.strip())
        self.assertEqual(screen, PROMPT.strip(), "the shell does not come back")

    def test_completed(self):
        for what, (typed, wanted) in COMPLETED.items():
            wanted = self.wanted(wanted)
            with self.subTest(what):
                self.setUp()
                self.terminal.type(f"{NAME} {typed}")
                self.terminal.press("Tab")
                self.terminal.type("#")
                screen = self.terminal.wait_until(lambda screen: line(screen) == f"{NAME} {wanted}")
                self.assertEqual(line(screen), f"{NAME} {wanted}", screen)

    def wanted(self, text):
        """The same line as this shell writes it."""
        return text

    def test_shown(self):
        for what, (typed, shown, hidden) in SHOWN.items():
            with self.subTest(what):
                self.setUp()
                self.terminal.type(f"{NAME} {typed}")
                self.terminal.press("Tab")
                self.terminal.press("Tab")
                screen = self.terminal.wait_until(lambda screen: not lacking(screen, shown))
                self.assertEqual(lacking(screen, shown), [], screen)
                below = screen.split("\n", 1)[1]
                self.assertEqual([word for word in hidden if word in below], [], screen)


def line(screen):
    """The command line: behind the last prompt."""
    return screen[screen.rfind(PROMPT) + len(PROMPT):].split("\n")[0]


def lacking(screen, words):
    below = screen.split("\n", 1)[1] if "\n" in screen else ""
    return [word for word in words if word not in below]


class Bash(Shell, unittest.TestCase):
    name = "bash"

    @classmethod
    def prepare(cls):
        script = cls.script(f"{NAME}.bash")
        start = cls.configure("bashrc", f"PS1='{PROMPT}'\nsource '{script}'\n")
        return ["bash", "--noprofile", "--rcfile", str(start), "-i"]


class Zsh(Shell, unittest.TestCase):
    name = "zsh"

    @classmethod
    def environment(cls):
        return {"ZDOTDIR": cls.home / ".zsh"}

    @classmethod
    def prepare(cls):
        script = cls.script(f".site-functions/_{NAME}")
        cls.configure(".zsh/.zshrc", f"PS1='{PROMPT}'\nfpath=('{script.parent}' $fpath)\n"
                                     "autoload -U compinit\ncompinit -u -D\n")
        return ["zsh", "-d", "-i"]


class Fish(Shell, unittest.TestCase):
    name = "fish"

    @classmethod
    def prepare(cls):
        cls.script(f".config/fish/completions/{NAME}.fish")
        cls.configure(".config/fish/config.fish", f"function fish_prompt; echo -n '{PROMPT}'; end\n"
                                                  "set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n")
        return ["fish", "-i"]


class Program(unittest.TestCase):
    """What the scripts ask of the program."""

    def ask(self, *words, shell="bash"):
        return subprocess.run(
            [BINARY, "--", NAME, *words],
            env={"PATH": os.environ["PATH"], f"{NAME.upper().replace('-', '_')}_COMPLETE": shell},
            capture_output=True,
            text=True,
            timeout=30,
        )

    def test_it_says_nothing_on_standard_error(self):
        for shell in ("bash", "zsh", "fish", "elvish", "powershell", "tcsh"):
            for words in ([], [""], ["verify", "--no-such-flag", ""], ["no-such-command", "x"]):
                self.assertEqual(self.ask(*words, shell=shell).stderr, "", (shell, words))

    def test_every_shell_has_a_script_that_names_the_program(self):
        for shell in ("bash", "zsh", "fish", "elvish", "powershell"):
            script = subprocess.check_output([BINARY, "completions", shell], text=True, timeout=30)
            self.assertIn(NAME, script)
            self.assertNotIn(str(BINARY), script)


if __name__ == "__main__":
    unittest.main()
