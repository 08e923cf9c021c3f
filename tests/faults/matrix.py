"""Every call × every fault × every run: `python tests/faults/matrix.py [--run NAME] [--call CALL] [--fault NAME] [--jobs N]`.

Prints a line for each cell that breaks a rule, and the table. Ends with 1 if there is any. The rules:
  no pass rests on an answer that is broken; no failure that the account does not have;
  an end within --timeout, and within 300 MB.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import worlds
from faults import BENT, FAULTS, LOST, OVERCOME, fields, without
from front import Front
from proxy import Proxy

BINARY = Path(os.environ.get("AWS_ECS_PREFLIGHT_BINARY", worlds.ROOT / "target/release/aws-ecs-preflight"))
TIMEOUT = 20
GRACE = 4
MEMORY_MB = 300
# How an answer is named in the evidence, where it is not by its own call.
IN_EVIDENCE = {
    "ecs:ListContainerInstances": "ecs:DescribeContainerInstances",
    "servicequotas:GetAWSDefaultServiceQuota": "servicequotas:GetServiceQuota",
}

# Passes that a lost answer leaves as they are, and why.
EITHER_WAY = {
    ("kms:ListGrants", "kms-decrypt-permission"): "the policies allow it, and a grant cannot deny it",
    ("ecs:ListContainerInstances", "image-platform"): "the version of Docker changes nothing for these manifests",
    ("ecs:DescribeContainerInstances", "image-platform"): "the version of Docker changes nothing for these manifests",
}


class Done:
    """A run that ended: its report, how long it took, and how much memory."""

    def __init__(self, code, out, err, seconds, memory, killed):
        self.code, self.out, self.err = code, out, err
        self.seconds, self.memory, self.killed = seconds, memory, killed
        try:
            self.results = json.loads(out)["checks"]
        except (ValueError, KeyError):
            self.results = None


def execute(arguments, environment):
    """Runs the program, and watches its memory."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began, highest, killed = time.monotonic(), 0, False
        streams = [(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, err.fileno(), 2)]
        pid = os.posix_spawn(str(BINARY), [str(BINARY), *map(str, arguments)], environment, file_actions=streams)
        while True:
            highest = max(highest, resident(pid))
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() - began > TIMEOUT + GRACE or highest > 4 * MEMORY_MB:
                os.kill(pid, signal.SIGKILL)
                killed, (_, status) = True, os.waitpid(pid, 0)
                break
            time.sleep(0.02)
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


@contextmanager
def registry_at(proxy, folder):
    """The environment in which the proxy is a registry with a name."""
    host, port = proxy.host.split(":")
    front = Front(folder, (host, int(port)))
    try:
        yield front.environment
    finally:
        front.close()


class Run:
    """One thing to ask the program: its arguments, the truth, and the answers to each call."""

    def __init__(self, name, emulator, named):
        self.name, self.emulator = name, emulator
        make, self.command, own = worlds.RUNS[name]
        self.own = {**worlds.COMMON, **own}
        self.definition, self.service = make(named)
        self.kept = {}
        self.known = {}
        for _ in range(2):
            self.truth, proxy = self.ask(self.note, None)
        if self.truth.results is None:
            raise AssertionError(f"{name}: {self.truth.out}{self.truth.err}")
        self.calls = sorted(proxy.seen)

    def ask(self, fault, call, *more):
        with Proxy(self.emulator.url, self.kept, self.own, fault, call) as proxy, tempfile.TemporaryDirectory() as folder:
            proxy.answers, files = self.known, {}
            for kind, document in (("taskdef", self.definition), ("service", self.service)):
                files[kind] = Path(folder) / f"{kind}.json"
                files[kind].write_text(json.dumps(document))
            arguments = list(self.command)
            if self.definition is not None:
                arguments += [files["taskdef"], "--service-definition", files["service"]]
            arguments += ["-o", "json", "--timeout", f"{TIMEOUT}s", "--cli-read-timeout", "1", "--cli-connect-timeout", "1", *more]
            with registry_at(proxy, Path(folder)) as environment:
                done = execute(arguments, self.emulator.environment(AWS_ENDPOINT_URL=proxy.url, **environment))
        return done, proxy

    def note(self, request, nth, answer, proxy):
        """A fault that is none."""
        self.known[request.key] = answer

    def answers(self, call):
        return [answer for key, answer in self.known.items() if key[0] == call]


def table(results):
    """The results by check, subject and container; several of one subject are numbered."""
    found = {}
    for result in results:
        key, nth = (result["id"], result["subject"].split(".json#")[-1], result["container"] or ""), 0
        while (*key, nth) in found:
            nth += 1
        found[(*key, nth)] = result
    return found


def rests_on(result, call):
    name = IN_EVIDENCE.get(call, call)
    return any(line.startswith(f"{name} (") for line in result["evidence"])


def violations(run, effect, call, done, proxy):
    """The rules that a cell breaks."""
    if proxy.errors:
        yield f"the fault itself: {proxy.errors[0]}"
    if done.killed or done.seconds > TIMEOUT + GRACE:
        yield f"no end after {done.seconds:.0f} s, {done.memory} MB"
        return
    if done.memory > MEMORY_MB:
        yield f"{done.memory} MB"
    if "panicked" in done.err or "internal error" in done.out:
        yield "a panic: " + (done.err or done.out)[-300:]
    if done.results is None:
        # Without an identity there is no verdict, and the exit code says so.
        if done.code not in (2, 4):
            yield f"no report, exit code {done.code}: {done.err[-200:]}"
        return
    before, after = table(run.truth.results), table(done.results)
    failed = {key[:3] for key, it in before.items() if it["status"] == "fail"}
    for key, result in after.items():
        was, what = before.get(key), f"{key[0]} {key[1]}: {result['message'][:160]}"
        if result["status"] == "fail" and key[:3] not in failed:
            yield f"a new fail, {what}"
        if result["status"] == "pass" and not passed_elsewhere(before, key):
            yield f"a new pass, {what}"
        if effect == LOST and result["status"] in ("pass", "warn") and was and rests_on(was, call) and rests_on(result, call):
            says_so = assumptions(result) > assumptions(was) or is_simulated(result)
            if not says_so and (call, key[0]) not in EITHER_WAY:
                yield f"a pass on a broken answer, {what}"
    if effect == OVERCOME:
        changed = [key for key in before.keys() | after.keys() if status(before, key) != status(after, key)]
        if changed:
            yield f"not overcome: {sorted(changed)[0]} {status(before, changed[0])} > {status(after, changed[0])}"


def assumptions(result):
    return {line for line in result["evidence"] if line.startswith("assuming ")}


def is_simulated(result):
    """Whether it says that it rests on the policy simulator, in place of policies that cannot be read."""
    return any("(simulator only)" in line for line in assumptions(result))


def status(results, key):
    return results[key]["status"] if key in results else None


def passed_elsewhere(before, key):
    """Whether the check passed or only warned before, for this subject."""
    return any(it["status"] in ("pass", "warn") and known[:3] == key[:3] for known, it in before.items())


class Matrix:
    """All cells: a run, a call of it, a fault."""

    def __init__(self, emulator, names=None):
        named = worlds.build(emulator)
        self.runs = {name: Run(name, emulator, named) for name in names or worlds.RUNS}

    def calls(self):
        return {call for run in self.runs.values() for call in run.calls}

    def cells(self):
        """A call is broken in the first run that makes it, and in those where it may decide otherwise."""
        for name, run in self.runs.items():
            for call in run.calls:
                for fault in FAULTS:
                    yield name, call, fault
                left_out = sorted({it for answer in run.answers(call) if answer.status == 200 and answer.body for it in readable(answer)})
                for field in left_out:
                    yield name, call, f"without {field}"

    def cell(self, name, call, fault):
        """What a cell breaks; `None` if the fault does not apply."""
        run = self.runs[name]
        effect, function = FAULTS[fault] if fault in FAULTS else (BENT, without(fault.removeprefix("without ")))
        done, proxy = run.ask(function, call)
        if proxy.hits == 0 and not proxy.errors:
            return None
        return list(violations(run, effect, call, done, proxy))


def readable(answer):
    try:
        return fields(answer)
    except Exception:
        return []


def sample(cells, most, seed):
    """Some cells: at least one of each call, and of each fault."""
    draw, cells = random.Random(seed), list(cells)
    draw.shuffle(cells)
    chosen, known = [], set()
    for cell in cells:
        new = {cell[1], cell[2].split(" ")[0]} - known
        if new:
            chosen.append(cell)
            known |= new
    return (chosen + [cell for cell in cells if cell not in set(chosen)])[: max(most, len(chosen))]


def run_cells(matrix, cells, jobs, said=lambda *_: None):
    """Each cell with what it breaks."""

    def one(cell):
        found = matrix.cell(*cell)
        said(cell, found)
        return cell, found

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(one, cells))


def main():
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--run", action="append")
    asked.add_argument("--call", action="append")
    asked.add_argument("--fault", action="append")
    asked.add_argument("--jobs", type=int, default=os.cpu_count())
    asked = asked.parse_args()
    from emulator import Emulator

    with Emulator() as emulator:
        matrix = Matrix(emulator, asked.run)
        cells = [
            cell
            for cell in matrix.cells()
            if (not asked.call or cell[1] in asked.call) and (not asked.fault or cell[2] in asked.fault)
        ]
        print(f"{len(cells)} cells, {len(matrix.calls())} calls", flush=True)

        def said(cell, found):
            for it in found or ():
                print(" | ".join(cell), "|", it, flush=True)

        done = run_cells(matrix, cells, asked.jobs, said)
    summary(done)
    sys.exit(any(found for _, found in done))


def summary(done):
    """How many cells of each fault there are, do not apply, and break a rule."""
    rows = {}
    for (_, _, fault), found in done:
        row = rows.setdefault("without a field" if fault.startswith("without") else fault, [0, 0, 0])
        row[0] += 1
        row[1] += found is None
        row[2] += bool(found)
    print(f"{'fault':28} {'cells':>6} {'do not apply':>13} {'broken':>7}")
    for fault, row in sorted(rows.items()):
        print(f"{fault:28} {row[0]:6} {row[1]:13} {row[2]:7}")


if __name__ == "__main__":
    main()
