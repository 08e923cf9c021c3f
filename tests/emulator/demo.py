"""Records demo/account.json: `python tests/emulator/demo.py BINARY`, from a machine with tests/requirements.txt.

The recording holds what both definitions of the demo ask of the account.
"""

import subprocess
import sys
from pathlib import Path

from account import build
from emulator import Emulator

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


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with Emulator() as emulator:
        build(emulator)
        done = record(Path(sys.argv[1]).resolve(), emulator, DEMO / "account.json")
        print(done.stdout + done.stderr)
        # The broken definition fails, and nothing may be unknown.
        sys.exit(done.returncode != 1 or "\n  ? " in done.stdout)
