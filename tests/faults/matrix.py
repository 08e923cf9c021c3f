"""Every call × every fault × every run: `python tests/faults/matrix.py [--run NAME] [--call CALL] [--fault NAME] [--jobs N]`.

Prints a line for each cell that breaks a rule, and the table. Ends with 1 if there is any. The rules:
  no pass rests on an answer that is broken; no failure that the account does not have;
  an end within --timeout, and within 300 MB.
"""

import argparse
import asyncio
import hashlib
import json
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import runs
import worlds
from execution import TIMEOUT, execute
from faults import BENT, FAULTS, LOST, fields, says_something, without
from proxy import Proxy
from recording import Recording
from rules import TIMELY, violations

# How many runs may wait at the same time.
WAITING = 60
STYLES = ("json", "rest", "query", "ec2", "s3", "registry", "blob")


class Run:
    """One thing to ask the program: its arguments, the truth, and the answers to each call."""

    def __init__(self, name, emulator, recording, named, everything):
        """`everything` is what any run is answered."""
        self.name, self.emulator, self.recording, self.everything = name, emulator, recording, everything
        make, self.command, own = runs.RUNS[name]
        self.own = {**runs.COMMON, **(own(named) if callable(own) else own)}
        self.folder = tempfile.TemporaryDirectory()
        self.arguments = [*self.command, *self.files(make(named))]
        self.arguments += ["-o", "json", "--timeout", f"{TIMEOUT}s"]
        # Of the second run, which waits for no answer: in the first, how lookups share a request depends on the emulator.
        for _ in range(2):
            self.known, self.questions, self.facts = {}, {}, Path(self.folder.name) / "facts.json"
            self.facts.unlink(missing_ok=True)
            self.truth, proxy = Proxy.run(self.ask(self.note, None, "--record", self.facts))
        if self.truth.results is None:
            raise AssertionError(f"{name}: {self.truth.out}{self.truth.err}")
        self.seen, self.calls = proxy.seen, sorted(proxy.seen)
        self.everything |= self.known

    def files(self, documents):
        for option, kind, document in zip(([], ["--service-definition"]), ("taskdef", "service"), documents):
            if document is not None:
                file = Path(self.folder.name) / f"{kind}.json"
                file.write_text(json.dumps(document))
                yield from [*option, file]

    async def ask(self, fault, call, *more, idle=lambda: None):
        async with Proxy(self.recording, self.own, fault, call) as proxy:
            proxy.answers = self.everything
            environment = self.emulator.environment(**proxy.environment)
            done = await execute([*self.arguments, *more], environment, lambda: len(proxy.requests), idle)
        return done, proxy

    def note(self, request, nth, answer, proxy):
        """A fault that is none."""
        self.known[request.key], self.questions[request.key] = answer, request

    def answers(self, call):
        return [answer for key, answer in self.known.items() if key[0] == call]

    def broken(self, call, function):
        """The answers to the questions of this call, after a fault; `None` where it does not apply."""
        keys = sorted((it for it in self.known if it[0] == call), key=repr)
        return [function(self.questions[it], 1, self.known[it], Known(self.everything)) for it in keys]


class Known:
    """What a fault asks of the proxy, before there is one: every question is new."""

    def __init__(self, answers):
        self.answers = answers

    def repeated(self, request):
        return 1


class Matrix:
    """All cells: a run, a call of it, a fault."""

    def __init__(self, emulator):
        named, recording, everything = worlds.build(emulator), Recording(emulator.url), {}
        self.runs = {name: Run(name, emulator, recording, named, everything) for name in runs.RUNS}
        self.most_memory = self.most_seconds = 0

    def calls(self):
        return {call for run in self.runs.values() for call in run.calls}

    def cells(self):
        for name, run in self.runs.items():
            for call in run.calls:
                for fault in FAULTS:
                    yield name, call, fault
                left_out = sorted({it for answer in run.answers(call) if answer.status == 200 and answer.body for it in readable(answer)})
                for field in left_out:
                    if not says_something(call, field):
                        yield name, call, f"without {field}"

    def distinct(self, cells):
        """The cells that break something, each answer once."""
        known = set()
        for name, call, fault in cells:
            effect, function = effect_of(fault)
            broken = self.runs[name].broken(call, function)
            mark = name, call, effect, hashlib.sha256(repr([it and vars(it) for it in broken]).encode()).digest()
            if any(broken) and mark not in known:
                known.add(mark)
                yield name, call, fault

    async def cell(self, name, call, fault, idle):
        """What a cell breaks; `None` if no question reached it."""
        run = self.runs[name]
        effect, function = effect_of(fault)
        # Where the other side is silent, a request is given up soon, so that a run is not over before the next one.
        patience = ["--cli-read-timeout", "1"] if fault in ("silence", "drip") else []
        if effect == LOST and None in run.broken(call, function):
            # Some questions of the call are answered as before.
            effect = BENT
        done, proxy = await run.ask(function, call, *patience, idle=idle)
        self.most_memory, self.most_seconds = max(self.most_memory, done.memory), max(self.most_seconds, done.seconds)
        if proxy.hits == 0 and not proxy.errors:
            return None
        return list(violations(run, effect, call, done, proxy))

    def close(self):
        for run in self.runs.values():
            run.folder.cleanup()

    def style(self, name, call):
        """The protocol of a call."""
        return next(it.style for key, it in self.runs[name].questions.items() if key[0] == call)


def effect_of(fault):
    return FAULTS[fault] if fault in FAULTS else (BENT, without(fault.removeprefix("without ")))


def readable(answer):
    try:
        return fields(answer)
    except Exception:
        return []


def sample(cells, most, seed):
    """Some cells: at least one of each call, and of each fault. What else there is does not change the draw."""
    cells = sorted(cells, key=lambda cell: hashlib.sha256(f"{seed} {cell}".encode()).digest())
    chosen, known = [], set()
    for cell in cells:
        new = {cell[1], cell[2].split(" ")[0]} - known
        if new:
            chosen.append(cell)
            known |= new
    rest = (cell for cell in cells if cell not in set(chosen))
    return chosen + [cell for cell, _ in zip(rest, range(most - len(chosen)))]


def each_first(cells):
    """Each fault of each call in one run, then in a second one, and so on: so that what breaks is seen early."""
    seen = Counter()
    numbered = []
    for _, call, fault in (cells := list(cells)):
        seen[call, fault] += 1
        numbered.append(seen[call, fault])
    return [cell for _, cell in sorted(zip(numbered, cells), key=lambda it: it[0])]


def run_cells(matrix, cells, jobs, said=lambda *_: None):
    """Each cell with what it breaks."""

    async def all_of_them():
        waiting, busy = asyncio.Semaphore(WAITING), asyncio.Semaphore(jobs)

        async def one(cell):
            async with waiting:
                await busy.acquire()
                held = [busy]
                idle = lambda: held and held.pop().release()
                try:
                    found = await matrix.cell(*cell, idle)
                finally:
                    idle()
            said(cell, found)
            return cell, found

        return await asyncio.gather(*map(one, cells))

    async def alone(cell):
        return cell, await matrix.cell(*cell, lambda: None)

    done = Proxy.run(all_of_them())
    # A machine that has no time for a run looks like a program that does not end: it is tried again, alone.
    late = {cell for cell, found in done if any(it.startswith(TIMELY) for it in found or ())}
    return [Proxy.run(alone(cell)) if cell in late else (cell, found) for cell, found in done]


def main():
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--run", action="append")
    asked.add_argument("--call", action="append")
    asked.add_argument("--fault", action="append")
    asked.add_argument("--jobs", type=int, default=os.cpu_count() + 1, help="how many runs may compute at the same time")
    asked = asked.parse_args()
    from emulator import Emulator

    with Emulator() as emulator:
        matrix = Matrix(emulator)
        wanted = asked.run, asked.call, asked.fault
        cells = [cell for cell in matrix.cells() if all(not some or it in some for it, some in zip(cell, wanted))]
        broken = each_first(matrix.distinct(cells))
        print(f"{len(matrix.runs)} runs, {len(matrix.calls())} calls, {len(cells)} cells, {len(broken)} with an answer that no other has", flush=True)
        began, ended = time.monotonic(), 0

        def said(cell, found):
            nonlocal ended
            ended += 1
            for it in found or ():
                print(" | ".join(cell), "|", it, flush=True)
            if ended % 1000 == 0:
                print(f"{ended} after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

        done = run_cells(matrix, broken, asked.jobs, said)
        table(matrix, done)
        print(f"\nThe longest run took {matrix.most_seconds:.1f} s, the largest {matrix.most_memory} MB; all of them {time.monotonic() - began:.0f} s.")
    sys.exit(any(found for _, found in done))


def table(matrix, done):
    """How many cells of each fault and protocol are as expected, and how many break a rule."""
    rows = {}
    for (name, call, fault), found in done:
        row = rows.setdefault("without a field" if fault.startswith("without") else fault, {})
        for column in (matrix.style(name, call), "all"):
            cells = row.setdefault(column, [0, 0, 0])
            cells[0] += 1
            cells[1] += found is None
            cells[2] += bool(found)
    columns = [it for it in (*STYLES, "all") if any(it in row for row in rows.values())]
    print("\nCells; those that no question reached in brackets; holes after an exclamation mark.\n")
    print("|".join(["", "fault", *columns, ""]))
    print("|".join(["", "---", *["---:"] * len(columns), ""]))
    rows["all"] = {it: [sum(row.get(it, [0] * 3)[at] for row in rows.values()) for at in range(3)] for it in columns}
    for fault, row in [*sorted(it for it in rows.items() if it[0] != "all"), ("all", rows["all"])]:
        print("|".join(["", fault, *[count(*row.get(it, [0] * 3)) for it in columns], ""]))


def count(cells, unreached, holes):
    return f"{cells or '-'}" + (f" ({unreached})" if unreached else "") + (f" **!{holes}**" if holes else "")


if __name__ == "__main__":
    main()
