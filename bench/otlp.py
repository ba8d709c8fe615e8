"""Reading OTLP JSON: a whole scan, less its start-up, against `orjson.loads` of the same lines."""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.cold import PYTHON, interleaved, median, verdict
from tests import dialects
from tests.scanning import repository

BUDGET = 4.0
FLOOR = """
import gc, sys, orjson
gc.disable()
read = 0
with open(sys.argv[1], "rb") as file:
    for line in file:
        read += len(orjson.loads(line))
print(read)
"""
"""The cheapest reading there is: one line at a time, without the cycle collector."""


def generate(folder: Path, spans: int) -> tuple[int, int]:
    """A repository and its traces, each a line of spans and one with a log record.

    How many spans and responses were written.
    """
    commit = repository(folder, dialects.REPOSITORY)
    resource = dialects.resource(commit)
    made = [make() for make in dialects.DIALECTS.values()]
    written = number = 0
    with (folder / "t.jsonl").open("w") as file, (folder / "one.jsonl").open("w") as one:
        while written < spans:
            steps = made[number % len(made)]
            for document in dialects.trace(number, steps, resource):
                file.write(json.dumps(document) + "\n")
                if not number:
                    one.write(json.dumps(document) + "\n")
            written += len(steps) + 1
            number += 1
    return written, number


def main(arguments: Sequence[str]) -> int:
    """Print floor, ratio and budget; 1 when over the budget."""
    parser = argparse.ArgumentParser(prog="python -m bench otlp", description=__doc__)
    parser.add_argument("--spans", type=int, default=50_000)
    parser.add_argument("--repetitions", type=int, default=3)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        return _measured(Path(name), asked.spans, asked.repetitions)


def _measured(folder: Path, spans: int, repetitions: int) -> int:
    written, responses = generate(folder, spans)
    size = (folder / "t.jsonl").stat().st_size
    scan = (PYTHON, "-m", "agentaudit", "scan", ".", "--format", "json", "--as-of", "2026-12-01")
    commands = {
        "floor": (PYTHON, "-c", FLOOR, "t.jsonl"),
        "floor start": (PYTHON, "-c", FLOOR, "one.jsonl"),
        "scan": (*scan, "--traces", "otlp:t.jsonl"),
        "scan start": (*scan, "--traces", "otlp:one.jsonl"),
    }
    costs = interleaved(repetitions, commands, folder)
    output = costs["scan"][0].output
    reach = json.loads(output)["reconstructable"]
    links = reach["links"]
    # Every link resolves but one a response: there is no source of images to open its image in.
    if (reach["total"], links["broken"], links["not_assessed"]) != (responses, 0, responses):
        raise RuntimeError(f"{responses} complete responses were written, {reach} were found")
    print(
        f"{written:,} spans, {responses:,} responses in four dialects, {size / 1e6:.0f} MB; median "
        f"of {repetitions} cold processes each, interleaved; audit {_digest(output)}"
    )
    for name, found in costs.items():
        cpu, wall = median(found), median(found, "wall")
        print(
            f"{name:<12} {cpu:7.2f} s CPU {wall:7.2f} s wall {median(found, 'megabytes'):5.0f} MB"
        )
    floor = median(costs["floor"]) - median(costs["floor start"])
    took = median(costs["scan"]) - median(costs["scan start"])
    print(f"less start-up: floor {floor:.2f} s, scan {took:.2f} s CPU")
    return verdict(took / floor, BUDGET)


def _digest(output: bytes) -> str:
    return f"sha256:{hashlib.sha256(output).hexdigest()[:12]}"
