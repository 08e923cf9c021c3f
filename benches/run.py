"""How fast it is: `python benches/run.py [--program FILE] [PART…]`, in the virtual environment of tests/run.

Prints a table for each part. Nothing is asked of AWS: accounts are emulated, and each answer takes as long as is said.
"""

import argparse
import os
import shutil
import statistics
import sys
from pathlib import Path

from world import REGION, ROOT, World, fleet, one_service, run

LATENCIES = (0, 0.020, 0.050, 0.100)


def latency(program, tries):
    """A Fargate service: how the time of a run follows from that of an answer."""
    with World(one_service) as world:
        command = [program, *world.arguments, "--format", "json"]
        world.run(command, 0)
        rows, least = [], {}
        for each in LATENCIES:
            done = [world.run(command, each) for _ in range(tries)]
            best = min(done, key=lambda it: it.seconds)
            least[each] = best
            rows.append([f"{each * 1000:.0f} ms", ms(best.seconds), ms(statistics.median(it.seconds for it in done)), ms(best.computing), str(len(best.came)), f"{best.memory:.0f} MB"])
        table(["each answer takes", "run, best", "median", "computing", "calls", "memory"], rows)
        rounds = (least[0.100].seconds - least[0.020].seconds) / 0.080
        own = least[0.020].seconds - rounds * 0.020
        print(f"\n{rounds:.1f} rounds; {ms(own)} of its own.\n")
        waves(least[0.100].came, 0.100)


def waves(came, latency):
    """The calls in the order of their rounds: a call belongs to the round after the last answer before it."""
    began = min(at for _, at, _ in came)
    rounds = {}
    for name, at, _ in came:
        rounds.setdefault(round((at - began) / latency, 1), {}).setdefault(name, []).append(at)
    rows = []
    for at, calls in sorted(rounds.items()):
        names = ", ".join(f"{name} × {len(times)}" if len(times) > 1 else name for name, times in sorted(calls.items()))
        rows.append([f"{at:.1f}", str(sum(map(len, calls.values()))), names])
    table(["after rounds", "calls", "which"], rows)


def many(program, _):
    """1,000 definitions of 10 containers, in one run."""
    with World(fleet) as world:
        facts = str(world.folder / "facts.json")
        command, rows = [program, *world.arguments, "--timeout", "600s", "--format"], []
        world.run([*command, "json"], 0)

        def row(name, done):
            rows.append([name, f"{done.seconds:.1f} s", f"{done.computing:.1f} s", f"{done.memory:.0f} MB", str(len(done.came))])

        for form in ("text", "json"):
            row(f"answers take 50 ms, {form}", world.run([*command, form, "--record", facts], 0.050))
            Path(facts).replace(facts + form)
            row(f"on a recording, {form}", world.run([*command, form, "--replay", facts + form], 0))
        row("on a recording, quiet", world.run([*command, "text", "--quiet", "--replay", facts + "text"], 0))
        table(["run", "time", "computing", "memory", "calls"], rows)
        documents = [it for it in world.arguments if it.endswith(".json")]
        offline = run([program, "definition", *documents, "--format", "short"], world.environment, world.folder)
        table(["run", "time", "computing", "memory", "calls"], [["`definition`, offline", ms(offline.seconds), ms(offline.computing), f"{offline.memory:.0f} MB", "0"]])


def start(program, tries):
    """What a user waits for at the prompt."""
    demo = [program, "verify", str(ROOT / "demo/broken.json"), "--replay", str(ROOT / "demo/account.json")]
    bash = {**os.environ, "AWS_ECS_PREFLIGHT_COMPLETE": "bash"}
    runs = {
        "`--version`": ([program, "--version"], None),
        "completion of a subcommand": ([program, "--", program, "ver"], bash),
        "`--help`": ([program, "--help"], None),
        "demo, on its recording": (demo, None),
        "`definition demo/healthy.json`": ([program, "definition", str(ROOT / "demo/healthy.json")], None),
    }
    rows = []
    for name, (command, environment) in runs.items():
        done = [run(command, environment) for _ in range(4 * tries)]
        rows.append([name, f"{min(it.seconds for it in done) * 1000:.1f} ms", f"{statistics.median(it.seconds for it in done) * 1000:.1f} ms"])
    rows.append(["the program itself", f"{os.path.getsize(program) / 1e6:.1f} MB", ""])
    table(["", "best", "median"], rows)


def by_hand(program, tries):
    """The same service, by this program and by hand with the AWS CLI: `benches/by_hand.sh`."""
    with World(one_service) as world:
        tools = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        world.environment |= {"PATH": tools, "AWS_DEFAULT_REGION": REGION}
        script = [shutil.which("bash"), str(Path(__file__).with_name("by_hand.sh")), world.arguments[1], world.arguments[3]]
        rows = []
        for each in (0, 0.050):
            own = min((world.run([program, *world.arguments], each) for _ in range(tries)), key=lambda it: it.seconds)
            hand = world.run(script, each)
            if hand.out or hand.err:
                raise AssertionError(hand.out + hand.err)
            rows.append([f"{each * 1000:.0f} ms", f"{own.seconds:.2f} s, {len(own.came)} calls", f"{hand.seconds:.1f} s, {len(hand.came)} calls"])
        table(["each answer takes", "verify", "by hand"], rows)


def ms(seconds):
    return f"{seconds * 1000:.0f} ms"


def table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")


PARTS = {"latency": latency, "many": many, "start": start, "by-hand": by_hand}


def main():
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--program", default=os.environ.get("AWS_ECS_PREFLIGHT_BINARY", ROOT / "target/release/aws-ecs-preflight"))
    asked.add_argument("--tries", type=int, default=7)
    asked.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    asked = asked.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    for name in asked.parts or PARTS:
        print(f"\n## {PARTS[name].__doc__}\n", flush=True)
        PARTS[name](str(Path(asked.program).resolve()), asked.tries)


if __name__ == "__main__":
    main()
