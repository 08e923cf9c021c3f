"""A sample of the matrix: no broken answer makes a pass or a failure, and every run ends.

`AWS_ECS_PREFLIGHT_FAULTS_SEED` draws another sample, `AWS_ECS_PREFLIGHT_FAULTS_CELLS` a larger one.
"""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

import runs
from emulator import Emulator
from execution import BINARY
from matrix import FAULTS, Matrix, run_cells, sample

SEED = int(os.environ.get("AWS_ECS_PREFLIGHT_FAULTS_SEED", "14"))
CELLS = int(os.environ.get("AWS_ECS_PREFLIGHT_FAULTS_CELLS", "1000"))

# The runs without a fault, by their exit code.
TRUTH = {**dict.fromkeys(runs.RUNS, 0), **dict.fromkeys(("broken", "granted", "registry", "failed"), 1)}


def said(*arguments):
    return json.loads(subprocess.run([BINARY, *arguments], capture_output=True, check=True).stdout)


def told(matrix):
    """For each run its cells, and the answers by their questions."""
    known = {name: {repr(key): repr(vars(it)) for key, it in run.known.items()} for name, run in matrix.runs.items()}
    return {name: [[list(it) for it in matrix.cells() if it[0] == name], known[name]] for name in known}


def tell():
    with Emulator() as emulator:
        print(json.dumps(told(Matrix(emulator))))


class Sample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        emulator = Emulator()
        cls.addClassCleanup(emulator.close)
        cls.matrix = Matrix(emulator)
        cls.addClassCleanup(cls.matrix.close)

    def test_the_truth_is_known(self):
        self.assertEqual({name: run.truth.code for name, run in self.matrix.runs.items()}, TRUTH)

    def test_every_call_of_the_program_is_broken(self):
        calls = {call for check in said("checks", "--format", "json")["checks"] for call in check["calls"]}
        # What is read before any check runs is in the policy that the program needs.
        calls |= {action for it in said("policy", "--for", "preflight")["Statement"] for action in it["Action"]}
        self.assertEqual(calls - self.matrix.calls(), set(runs.NEVER), "no run makes these calls: add one to runs.py")
        self.assertLessEqual(self.matrix.calls() - calls, {"registry:GetToken"}, "the program makes calls that it does not list")

    def test_every_lookup_is_made(self):
        """Several lookups may have one call. A fact of a recording is known by its call and the fields of its key."""
        rows = [line.split() for line in Path(__file__).with_name("lookups.txt").read_text().splitlines()]
        facts = [fact for run in self.matrix.runs.values() for fact in json.loads(run.facts.read_text())["facts"]]
        keys = {(fact["call"], *sorted(fact["key"])) for fact in facts}

        def is_made(call, *fields):
            # A field that may be absent is in the key of some facts only.
            exact = (call, *fields) in keys
            others = {tuple(key) for _, *key in rows} - {(call, *fields)}
            return exact or any(key[0] == call and key not in others and set(fields) < set(key) for key in keys)

        unmade = {name for name, *key in rows if not is_made(*key) and key[0] not in runs.NEVER}
        self.assertEqual(unmade, set(), "no run makes these lookups: add one to runs.py")

    def test_every_process_gives_the_same_answers(self):
        again = [sys.executable, "-c", "import test_matrix; test_matrix.tell()"]
        again = json.loads(subprocess.run(again, capture_output=True, check=True, cwd=os.path.dirname(__file__)).stdout)
        for name, (cells, answers) in again.items():
            own_cells, own_answers = told(self.matrix)[name]
            self.assertEqual(cells, own_cells)
            # Which names share a request depends on which answer comes first.
            both = answers.keys() & own_answers.keys()
            self.assertGreater(len(both), len(own_answers) * 9 // 10)
            self.assertEqual({it: answers[it] for it in both}, {it: own_answers[it] for it in both})

    def test_every_fault_is_applied(self):
        cells = self.matrix.distinct(sample(self.matrix.cells(), 0, SEED))
        self.assertEqual({fault for _, _, fault in cells} & set(FAULTS), set(FAULTS))

    def test_no_broken_answer_decides(self):
        cells = list(self.matrix.distinct(sample(self.matrix.cells(), CELLS, SEED)))
        self.assertGreater(len(cells), CELLS // 2)
        done = run_cells(self.matrix, cells, os.cpu_count() + 1)
        self.assertGreater(sum(found is not None for _, found in done), len(cells) * 9 // 10)
        broken = [" | ".join([*cell, it]) for cell, found in done for it in found or ()]
        self.assertEqual(len(broken), 0, "\n".join(broken) + f"\nseed {SEED}; one cell again: matrix.py --run RUN --call CALL --fault FAULT")


if __name__ == "__main__":
    unittest.main()
