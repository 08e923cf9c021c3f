"""Live completion: given an account and what somebody typed, TAB writes the name or shows the choice, and asks nothing
that it need not ask."""

import os
import shutil
import stat
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from account import REGION, Account
from terminal import Terminal
from test_completion import BINARY, NAME, PROMPT, lacking, line

ROLE = "arn:aws:iam::111122223333:role/ecs-infrastructure"
FILES = {
    "web.json": '{"containerDefinitions": [{"name": "web"}, {"name": "router"}]}',
    "service definition.json": f'{{"volumeConfigurations": [{{"managedEBSVolume": {{"roleArn": "{ROLE}"}}}}]}}',
}

# What is typed behind the program's name, and what is there after TAB and a `#`.
COMPLETED = {
    "a cluster": ("verify web.json --cluster st", "verify web.json --cluster staging #"),
    "a cluster behind =": ("verify web.json --cluster=st", "verify web.json --cluster=staging #"),
    "a service of the cluster": ("diagnose --cluster prod --service wo", "diagnose --cluster prod --service worker #"),
    "a service of the default cluster": ("diagnose --service l", "diagnose --service lonely #"),
    "a service before its cluster is known": ("diagnose --cluster=none --service w", "diagnose --cluster=none --service w#"),
    "the last of several services": (
        "verify --cluster prod --services web,wo",
        "verify --cluster prod --services web,worker #",
    ),
    "a family": ("verify sto", "verify sto#"),
    "the only family": ("verify storef", "verify storefront #"),
    "a revision": ("verify stock:", "verify stock:3 #"),
    "a subnet": ("network web.json --subnets subnet-0a", "network web.json --subnets subnet-0a1b #"),
    "the second subnet": (
        "network web.json --subnets=subnet-0a1b,subnet-0c",
        "network web.json --subnets=subnet-0a1b,subnet-0c2d #",
    ),
    "a security group": ("network web.json --security-groups sg-0c", "network web.json --security-groups sg-0c2d #"),
    "a role with colons, of a file with a blank": (
        r"verify web.json --service-definition service\ definition.json --infrastructure-role-arn arn:aws:i",
        rf"verify web.json --service-definition service\ definition.json --infrastructure-role-arn {ROLE} #",
    ),
    "a container, before its image": ("verify web.json --image ro", "verify web.json --image router=#"),
    "a container behind =": ("verify web.json --image=w", "verify web.json --image=web=#"),
    "a check, as without --live": ("verify --only image-pl", "verify --only image-platform #"),
    "a file before a family": ("verify w", "verify web.json #"),
}

SHOWN = {
    "clusters": ("verify web.json --cluster ", ["prod", "proving-ground", "staging"], ["web.json"]),
    "services": ("diagnose --cluster prod --service we", ["web", "web-admin"], ["worker"]),
    "families": ("verify sto", ["storefront", "stock"], ["web.json"]),
    "revisions": ("verify storefront:", ["9", "8", "7"], ["stock"]),
    "subnets": ("network web.json --subnets ", ["subnet-0a1b", "subnet-0c2d"], ["web.json"]),
}


class Shell:
    """The cases, once in each shell."""

    @classmethod
    def setUpClass(cls):
        cls.account = Account()
        cls.addClassCleanup(cls.account.close)
        cls.home = Path(tempfile.mkdtemp(prefix="live-"))
        cls.addClassCleanup(shutil.rmtree, cls.home)
        for file, text in FILES.items():
            (cls.home / file).write_text(text)
        environment = {
            "HOME": cls.home,
            "LC_ALL": "C.UTF-8",
            "TERM": "screen-256color",
            "PATH": f"{BINARY.parent}:/usr/local/bin:/usr/bin:/bin",
            "ZDOTDIR": cls.home,
            **account_of(cls.account),
        }
        cls.terminal = Terminal(cls.prepare(), environment, cls.home, width=180)
        cls.addClassCleanup(cls.terminal.close)
        cls.terminal.wait_until(lambda screen: screen == PROMPT.strip())

    @classmethod
    def configure(cls, path, text):
        path = cls.home / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def setUp(self):
        self.account.delay, self.account.broken = 0.0, False
        self.empty()

    def empty(self):
        shutil.rmtree(self.home / ".cache", ignore_errors=True)
        self.terminal.press("C-u", "C-l")
        screen = self.terminal.wait_until(lambda screen: screen == PROMPT.strip())
        self.assertEqual(screen, PROMPT.strip(), "the shell does not come back")
        self.account.asked.clear()

    def type(self, typed):
        self.terminal.type(f"{NAME} {typed}")
        self.terminal.press("Tab")

    def test_completed(self):
        for what, (typed, wanted) in COMPLETED.items():
            with self.subTest(what):
                self.empty()
                self.type(typed)
                time.sleep(0.3)
                self.terminal.type("#")
                screen = self.terminal.wait_until(lambda screen: line(screen) == f"{NAME} {wanted}")
                self.assertEqual(line(screen), f"{NAME} {wanted}", screen)

    def test_shown(self):
        for what, (typed, shown, hidden) in SHOWN.items():
            with self.subTest(what):
                self.empty()
                self.type(typed)
                time.sleep(0.3)
                self.terminal.press("Tab")
                time.sleep(0.3)
                # bash writes what all begin with first.
                self.terminal.press("Tab")
                screen = self.terminal.wait_until(lambda screen: not lacking(screen, shown))
                self.assertEqual(lacking(screen, shown), [], screen)
                choice = "\n".join(it for it in screen.split("\n") if not it.startswith(PROMPT))
                self.assertEqual([word for word in hidden if word in choice], [], screen)

    def test_a_bare_tab_and_words_that_name_nothing_live_ask_nothing(self):
        for typed in ("", "verify ", "verify --form", "verify web.json --only image-", "network we"):
            with self.subTest(typed):
                self.empty()
                self.type(typed)
                self.terminal.press("Tab")
                time.sleep(0.5)
                self.assertEqual(self.account.asked, [])

    def test_a_refused_or_late_answer_is_silence(self):
        for broken, delay in ((True, 0.0), (False, 5.0)):
            with self.subTest(broken=broken, delay=delay):
                self.account.broken, self.account.delay = broken, delay
                self.empty()
                self.type("verify web.json --cluster st")
                self.terminal.type("#")
                began = time.monotonic()
                wanted = f"{NAME} verify web.json --cluster st#"
                screen = self.terminal.wait_until(lambda screen: line(screen).startswith(wanted))
                self.assertLess(time.monotonic() - began, 2.0)
                self.assertEqual(screen.strip(), f"{PROMPT}{wanted}".strip())


def account_of(account):
    return {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "not-a-real-key",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": account.url,
        "AWS_REGION": REGION,
    }


class Bash(Shell, unittest.TestCase):
    @classmethod
    def prepare(cls):
        start = cls.configure("bashrc", f"PS1='{PROMPT}'\nsource <({NAME} completions bash --live)\n")
        return ["bash", "--noprofile", "--rcfile", str(start), "-i"]


class Zsh(Shell, unittest.TestCase):
    @classmethod
    def prepare(cls):
        cls.configure(".zshrc", f"PS1='{PROMPT}'\nautoload -U compinit\ncompinit -u -D\n"
                                f"source <({NAME} completions zsh --live)\n")
        return ["zsh", "-d", "-i"]


class Fish(Shell, unittest.TestCase):
    @classmethod
    def prepare(cls):
        cls.configure(".config/fish/config.fish", f"function fish_prompt; echo -n '{PROMPT}'; end\n"
                                                  "set -g fish_greeting\nset -g fish_autosuggestion_enabled 0\n"
                                                  f"{NAME} completions fish --live | source\n")
        return ["fish", "-i"]


class Program(unittest.TestCase):
    """What the scripts ask of the program."""

    def setUp(self):
        self.account = Account()
        self.addCleanup(self.account.close)
        self.home = Path(tempfile.mkdtemp(prefix="live-"))
        self.addCleanup(shutil.rmtree, self.home)

    def ask(self, *words, live="1", **environment):
        began = time.monotonic()
        done = subprocess.run(
            [BINARY, "--", NAME, *words],
            env={
                "HOME": str(self.home),
                "PATH": os.environ["PATH"],
                "AWS_ECS_PREFLIGHT_COMPLETE": "bash",
                **({"AWS_ECS_PREFLIGHT_COMPLETE_LIVE": live} if live else {}),
                **account_of(self.account),
                **environment,
            },
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=30,
        )
        self.took = time.monotonic() - began
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_without_live_nothing_is_asked(self):
        self.assertEqual(self.ask("verify", "--cluster", "st", live=None), [])
        self.assertEqual(self.account.asked, [])

    def test_a_second_tab_is_answered_by_the_cache_of_the_same_question(self):
        for _ in range(2):
            self.assertEqual(self.ask("verify", "--cluster", "st"), ["staging"])
        self.assertEqual(self.account.asked, ["ListClusters"])
        self.assertEqual(self.ask("verify", "--cluster", "p"), ["prod", "proving-ground"])
        self.assertEqual(self.account.asked, ["ListClusters"])
        self.ask("verify", "--region", "us-east-1", "--cluster", "st")
        self.ask("verify", "--cluster", "st", AWS_ACCESS_KEY_ID="AKIAI44QH8DHBEXAMPLE")
        self.assertEqual(len(self.account.asked), 3, "each region and account has its own")

    def test_the_cache_is_private_and_holds_names_only(self):
        self.ask("network", "--subnets", "")
        files = [it for it in (self.home / ".cache").rglob("*") if it.is_file()]
        self.assertEqual(len(files), 1)
        self.assertEqual(stat.S_IMODE(files[0].stat().st_mode), 0o600)
        for secret in ("AKIA", "not-a-real-key", "111122223333"):
            self.assertNotIn(secret, files[0].read_text() + files[0].name)
        cache = self.home / "elsewhere"
        self.ask("network", "--subnets", "", XDG_CACHE_HOME=str(cache))
        self.assertTrue(list(cache.rglob("*.json")))

    def test_an_answer_comes_within_a_second(self):
        self.account.delay = 5.0
        self.assertEqual(self.ask("verify", "--cluster", ""), [])
        self.assertLess(self.took, 1.0)

    def test_without_credentials_or_region_it_is_silent(self):
        for missing in ("AWS_ACCESS_KEY_ID", "AWS_REGION"):
            self.assertEqual(self.ask("verify", "--cluster", "", **{missing: ""}), [])
            self.assertLess(self.took, 1.0)
        self.assertEqual(self.account.asked, [])

    def test_a_shell_without_live_completion_is_refused(self):
        for shell in ("elvish", "powershell"):
            done = subprocess.run([BINARY, "completions", shell, "--live"], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("bash, zsh and fish", done.stderr)


if __name__ == "__main__":
    unittest.main()
