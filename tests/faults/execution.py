"""One run of the program: what it writes, how long it takes, and how much memory."""

import asyncio
import json
import os
import signal
import tempfile
import time
from pathlib import Path

BINARY = Path(os.environ.get("AWS_ECS_PREFLIGHT_BINARY", Path(__file__).resolve().parents[2] / "target/release/aws-ecs-preflight"))
TIMEOUT = 20
GRACE = 4
MEMORY_MB = 300


class Done:
    """A run that ended: its report, how long it took, and how much memory."""

    def __init__(self, code, out, err, seconds, memory, killed):
        self.code, self.out, self.err = code, out, err
        self.seconds, self.memory, self.killed = seconds, memory, killed
        try:
            self.results = json.loads(out)["checks"]
        except (ValueError, KeyError):
            self.results = None


async def execute(arguments, environment, idle=lambda: None):
    """Runs the program, and watches its memory. One that takes longer than a second waits more than it computes:
    then `idle` is called."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began, highest, killed = time.monotonic(), 0, False
        streams = [(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, err.fileno(), 2)]
        pid = os.posix_spawn(str(BINARY), [str(BINARY), *map(str, arguments)], environment, file_actions=streams)
        while True:
            highest = max(highest, resident(pid))
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                break
            seconds = time.monotonic() - began
            if seconds > TIMEOUT + GRACE or highest > 4 * MEMORY_MB:
                os.kill(pid, signal.SIGKILL)
                killed, (_, status) = True, os.waitpid(pid, 0)
                break
            if seconds > 1:
                idle()
            await asyncio.sleep(0.01 if seconds < 1 else 0.1)
        out.seek(0), err.seek(0)
        text = [it.read().decode("utf-8", "replace") for it in (out, err)]
        return Done(os.waitstatus_to_exitcode(status), *text, time.monotonic() - began, highest, killed)


def resident(pid):
    """The most memory so far, in MB."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)
