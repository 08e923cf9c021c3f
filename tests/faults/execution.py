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
            report = json.loads(out)
            self.diagnosis = report.get("diagnosis")
            # A diagnosis may end before any check runs.
            self.results = report["checks"] if self.diagnosis is None else report.get("checks", [])
        except (ValueError, KeyError):
            self.results = self.diagnosis = None


# A run that waits does so for this many looks at it.
QUIET = 10


async def execute(arguments, environment, progress=lambda: 0, idle=lambda: None):
    """Runs the program, and watches its memory. When it waits, `idle` is called: all its threads sleep, and
    `progress` stays the same. On a busy machine, one that only gets no time to compute does not."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began, highest, killed = time.monotonic(), 0, False
        quiet, so_far = 0, None
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
            before, so_far = so_far, progress()
            quiet = quiet + 1 if before == so_far and sleeps(pid) else 0
            if quiet >= QUIET:
                idle()
            await asyncio.sleep(0.01 if seconds < 1 else 0.1)
        out.seek(0), err.seek(0)
        text = [it.read().decode("utf-8", "replace") for it in (out, err)]
        return Done(os.waitstatus_to_exitcode(status), *text, time.monotonic() - began, highest, killed)


def resident(pid):
    """The most memory so far, in MB. Until it executes the program, a new process shares the memory of this one."""
    try:
        if not os.path.samefile(f"/proc/{pid}/exe", BINARY):
            return 0
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def sleeps(pid):
    """Whether no thread runs, or would if it got the time."""
    try:
        states = [file.read_text().rpartition(")")[2].split()[0] for file in Path(f"/proc/{pid}/task").glob("*/stat")]
    except (OSError, IndexError):
        return False
    return all(it == "S" for it in states)
