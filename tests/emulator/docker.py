"""Stands in for `docker` in printed commands: pushes an image to the emulated ECR, as docker would."""

import os
import sys

import account
import boto3


class Registry:
    """What account.py needs of an emulator, from another process."""

    def client(self, service):
        return boto3.client(service, region_name=self.region, endpoint_url=os.environ["AWS_ENDPOINT_URL"])

    def blob(self, _):
        # Every image is pushed under an index, which names its platform.
        return "sha256:" + "0" * 64


def push(reference, architecture):
    host, _, rest = reference.partition("/")
    repository, _, tag = rest.partition(":")
    registry = Registry()
    registry.region = host.split(".")[3]
    account.push_index(registry, repository, [architecture], tag)


def main(words):
    if words[:1] == ["push"] and len(words) == 2:
        push(words[1], "amd64")
    elif words[:2] == ["buildx", "build"] and words[-1] == "." and "--push" in words:
        options = dict(zip(words[2:], words[3:]))
        push(options["-t"], options["--platform"].removeprefix("linux/"))
    else:
        sys.exit(f"docker: this stand-in does not know {words}")


if __name__ == "__main__":
    main(sys.argv[1:])
