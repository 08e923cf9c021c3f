"""A sample of the matrix: no broken answer makes a pass or a failure, and every run ends.

`AWS_ECS_PREFLIGHT_FAULTS_SEED` draws another sample, `AWS_ECS_PREFLIGHT_FAULTS_CELLS` a larger one.
"""

import json
import os
import subprocess
import unittest

import worlds
from emulator import Emulator
from matrix import BINARY, FAULTS, Matrix, run_cells, sample

SEED = int(os.environ.get("AWS_ECS_PREFLIGHT_FAULTS_SEED", "14"))
CELLS = int(os.environ.get("AWS_ECS_PREFLIGHT_FAULTS_CELLS", "260"))

# The runs without a fault, by their exit code.
TRUTH = {
    **dict.fromkeys(("fargate", "sealed", "instances", "by themselves", "serving", "blue green"), 0),
    **dict.fromkeys(("update", "live", "windows", "values"), 0),
    # The capacity provider of `tagged` has no container instance, and nothing launches one.
    **dict.fromkeys(("broken", "granted", "registry", "tagged"), 1),
}


def said(*arguments):
    return json.loads(subprocess.run([BINARY, *arguments], capture_output=True, check=True).stdout)


class Sample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        emulator = Emulator()
        cls.addClassCleanup(emulator.close)
        cls.matrix = Matrix(emulator)

    def test_the_truth_is_known(self):
        self.assertEqual({name: run.truth.code for name, run in self.matrix.runs.items()}, TRUTH)

    def test_every_call_of_the_program_is_broken(self):
        calls = {call for check in said("checks", "--format", "json")["checks"] for call in check["calls"]}
        # What is read before any check runs is in the policy that the program needs.
        calls |= {action for it in said("policy", "--for", "preflight")["Statement"] for action in it["Action"]}
        self.assertEqual(calls - self.matrix.calls(), set(worlds.NEVER), "no run makes these calls: add one to worlds.py")
        self.assertLessEqual(self.matrix.calls() - calls, {"registry:GetToken"}, "the program makes calls that it does not list")

    def test_every_fault_is_applied(self):
        cells = sample(self.matrix.cells(), 0, SEED)
        self.assertEqual({fault for _, _, fault in cells} & set(FAULTS), set(FAULTS))

    def test_no_broken_answer_decides(self):
        cells = sample(self.matrix.cells(), CELLS, SEED)
        done = run_cells(self.matrix, cells, os.cpu_count())
        applied = [found for _, found in done if found is not None]
        self.assertGreater(len(applied), len(cells) // 2)
        broken = [" | ".join([*cell, it]) for cell, found in done for it in found or ()]
        self.assertEqual(len(broken), 0, "\n".join(broken) + f"\nseed {SEED}; one cell again: matrix.py --run RUN --call CALL --fault FAULT")


if __name__ == "__main__":
    unittest.main()
