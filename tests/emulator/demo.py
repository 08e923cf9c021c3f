"""Records demo/account.json: `python tests/emulator/demo.py BINARY`, from a machine with tests/requirements.txt.

The recording holds what both definitions of the demo ask of the account. Besides, the README's picture of
the network is drawn: the demo's service behind a NAT gateway that is gone.
"""

import subprocess
import sys
from pathlib import Path

from account import build
from emulator import Emulator
from network import make_vpc

DEMO = Path(__file__).resolve().parents[2] / "demo"


def record(binary, emulator, file):
    """Runs the program on both definitions, and has it write what it learnt."""
    return subprocess.run(
        [binary, "verify", "healthy.json", "broken.json", "--record", file],
        cwd=DEMO,
        env=emulator.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


def draw(binary, emulator):
    made = make_vpc(emulator)
    emulator.client("ec2").delete_nat_gateway(NatGatewayId=made["nat"])
    place = ["--launch-type", "FARGATE", "--subnets", made["subnet"], "--security-groups", made["group"]]
    subprocess.run(
        [binary, "network", "healthy.json", *place, "--graph", f"svg={DEMO.parent / '.github/network.svg'}"],
        cwd=DEMO,
        env=emulator.environment(),
        capture_output=True,
        timeout=60,
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with Emulator() as emulator:
        build(emulator)
        done = record(Path(sys.argv[1]).resolve(), emulator, DEMO / "account.json")
        print(done.stdout + done.stderr)
        draw(Path(sys.argv[1]).resolve(), emulator)
        # The broken definition fails, and nothing may be unknown.
        sys.exit(done.returncode != 1 or "\n  ? " in done.stdout)
