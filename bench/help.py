"""Start-up: `agentaudit --help` against a bare interpreter."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bench.cold import PYTHON, interleaved, median, verdict

BUDGET = 10.0


def main(arguments: Sequence[str]) -> int:
    """Print floor, ratio and budget; 1 when over the budget."""
    parser = argparse.ArgumentParser(prog="python -m bench help", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=21)
    asked = parser.parse_args(arguments)
    bare, help = (PYTHON, "-c", "pass"), (PYTHON, "-m", "agentaudit", "--help")
    costs = interleaved(asked.repetitions, {"floor": bare, "help": help})
    if b"Usage" not in costs["help"][0].output:
        raise RuntimeError("agentaudit --help prints no usage")
    print(f"median of {asked.repetitions} cold processes each, interleaved; byte code compiled")
    for name, command in (("floor", "python -c pass"), ("help ", "python -m agentaudit --help")):
        found = costs[name.strip()]
        cpu, wall = 1000 * median(found), 1000 * median(found, "wall")
        print(f"{name}  {cpu:7.1f} ms CPU  {wall:7.1f} ms wall   {command}")
    return verdict(median(costs["help"]) / median(costs["floor"]), BUDGET)
