"""Given a failure, when the commands that it prints are run as printed, then the same check passes.

Every story of `broken_*.py` is an account in which something is wrong. What changes something among the
commands is run in a shell, by the AWS CLI; then the definition is judged again. Commands that only show
something leave the decision to the reader, and are not run. An edit that a remedy names is made in the document.

`python tests/emulator/test_remedies.py [WORD…]` prints what comes of the stories whose names have such a word.
"""

import json
import re
import subprocess
import sys
import unittest

from program import BINARY, ROOT
from remedies import STORIES, tell
from sandbox import PLACEHOLDERS, changes_something

# Stories whose commands are known not to make the check pass, each with the reason.
KNOWN = {}

DOCUMENT = "its remedies are edits of a document, and the user knows what is meant"
INSTANCES = "its remedies are container instances, or what runs on them"
CHOICE = "its remedies are another resource, which only the user can choose"

# Checks whose remedies are no commands, or cannot be carried out here, each with the reason.
NOT_CARRIED_OUT = {
    "definition-platform": DOCUMENT,
    "definition-execution-role": DOCUMENT,
    "definition-container-resources": DOCUMENT,
    "definition-environment": DOCUMENT,
    "definition-registered": DOCUMENT,
    "definition-nested-stacks": DOCUMENT,
    "image-reference": DOCUMENT,
    "secret-json-key": DOCUMENT,
    "network-configuration": DOCUMENT,
    "ebs-snapshot": CHOICE + "; the emulator has no archive and no recycle bin",
    "efs-file-system": CHOICE,
    "efs-access-point": CHOICE,
    "network-addresses": CHOICE,
    "network-zone": CHOICE,
    "volume-driver": "it is installed on each container instance",
    "capacity-agent": INSTANCES,
    "capacity-attributes": INSTANCES,
    "capacity-instance": INSTANCES,
    "capacity-location": INSTANCES,
    "capacity-placement": INSTANCES,
    "capacity-provider": INSTANCES,
    "capacity-resources": INSTANCES,
    "service-container-port": DOCUMENT,
    "service-deployment": DOCUMENT,
    "service-exists": DOCUMENT,
    "service-stack": "waiting ends by itself, and nobody deletes a stack by a command that was pasted",
    "service-target-group": CHOICE,
}

# Commands that change something and are run by no story, each with the reason.
NOT_RUN = {
    "acm-pca tag-certificate-authority": "it belongs to a warning",
    "docker plugin": "it runs on the container instance",
    "sudo systemctl": "it runs on the container instance",
    "ec2 associate-iam-instance-profile": "it belongs to a warning about some of several instances",
    "ec2 create-egress-only-internet-gateway": "the emulator describes no subnet that is for IPv6 alone",
    "ec2 modify-subnet-attribute": "the emulator describes no subnet that is for IPv6 alone",
    "ec2 create-vpc-block-public-access-exclusion": "the emulator has no Block Public Access",
    "ec2 modify-instance-attribute": "in the emulator the interface of the instance keeps its own setting",
    "ec2 restore-snapshot-from-recycle-bin": "the emulator has no recycle bin",
    "ec2 restore-snapshot-tier": "the emulator has no archive of snapshots",
    "ecr update-image-storage-class": "the emulator has no archive of images",
    "ecs put-account-setting-default": "it belongs to a warning",
    "efs put-file-system-policy": "it puts back a policy that the user has edited in a file",
    "s3api put-bucket-policy": "the emulator shows no bucket of another account",
    "service-quotas request-service-quota-increase": "AWS decides on it later",
}

# In the source, a command is the first argument of what makes it, or a constant.
COMMAND = re.compile(r'[(=]\s*"((?:aws [a-z0-9-]+ [a-z-]+|docker [a-z]+|sudo [a-z]+ [a-z]+)(?: [^"{]*)?)"')
TESTS = re.compile(r"#\[cfg\(test\)\]\n(?:pub\(super\) )?mod tests {")


def kind(command):
    """The service and the verb: `ec2 create-route`."""
    words = command.split()
    return " ".join(words[:3] if words[0] == "docker" and words[1] == "buildx" else words[:2] if words[0] != "aws" else words[1:3])


class Remedies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.told = tell(list(STORIES))

    def each(self):
        for story, outcomes in self.told.items():
            for check, commands, wrong in outcomes:
                yield story, check, commands, wrong

    def test_each_command_makes_its_check_pass(self):
        for story, check, commands, wrong in self.each():
            if story not in KNOWN:
                with self.subTest(story=story, check=check):
                    self.assertIsNone(wrong, "\n".join(commands))

    def test_what_is_known_not_to_help_does_not(self):
        wrong = {story for story, _, _, wrong in self.each() if wrong}
        self.assertEqual(set(KNOWN) - wrong, set(), "remove what helps from the list")

    def test_each_check_is_carried_out_or_listed(self):
        done = subprocess.run([BINARY, "checks", "--format", "json"], capture_output=True, text=True, check=True)
        checks = {it["id"] for it in json.loads(done.stdout)["checks"] if not it["advises"]}
        carried_out = {check for _, check, commands, wrong in self.each() if commands and not wrong}
        self.assertEqual(checks - carried_out - set(NOT_CARRIED_OUT), set(), "tell a story, or list the check")
        self.assertEqual(set(NOT_CARRIED_OUT) - (checks - carried_out), set(), "remove it from the list")

    def test_each_command_in_the_program_is_run_or_listed(self):
        printed = set()
        for file in (ROOT / "src").rglob("*.rs"):
            if "tests" not in file.parts and file.name != "tests.rs":
                # The tests of a file follow what they test.
                text = TESTS.split(file.read_text())[0]
                printed |= {it for it in COMMAND.findall(text) if changes_something(it)}
        printed = {kind(it) for it in printed}
        run = {kind(part) for _, _, commands, wrong in self.each() if not wrong for it in commands for part in it.split(" && ")}
        self.assertEqual(printed - run - set(NOT_RUN), set(), "tell a story, or list the command")
        self.assertEqual(set(NOT_RUN) - (printed - run), set(), "remove it from the list")

    def test_each_placeholder_is_filled(self):
        # The commands of symptoms look at something, and fix nothing; the flags for another account ask again.
        others = {"shell", "symptoms", "elsewhere.rs"}
        text = "".join(file.read_text() for file in (ROOT / "src").rglob("*.rs") if not others & set(file.parts))
        names = set(re.findall(r'placeholder\("([A-Z-]+)"\)', text))
        self.assertEqual(names - set(PLACEHOLDERS), set())


def main(words):
    names = [name for name in STORIES if not words or any(word in name for word in words)]
    for name, outcomes in tell(names).items():
        for check, commands, wrong in outcomes:
            print("WRONG" if wrong else "passes" if commands else "no command", check, name, sep=" | ")
            for line in [*commands, *([wrong] if wrong else [])]:
                print("   ", line)


if __name__ == "__main__":
    main(sys.argv[1:]) if "unittest" not in sys.argv[0] else unittest.main()
