"""The same evidence gives the same `audit.json`, and what stands in it holds together."""

from __future__ import annotations

import getpass
import json
import re
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests import dialects
from tests.cli.system import command, process
from tests.scanning import repository, write
from tests.system import example

COUNTED = ("pass", "fail", "unknown", "not_applicable", "error")
LOOKED = re.compile(
    r"\b(no|not|nothing|missing|lacks|without|only \d|placeholder|malformed|found)\b"
)
"""How a finding without evidence says what was searched and not there."""


def audited(folder: Path, *arguments: str, seed: str = "0") -> bytes:
    """`audit.json` of a directory, by a process of its own."""
    done = process(
        folder.parent,
        *("scan", folder.name, "--format", "json", *example.AS_OF, *arguments),
        env={"PYTHONHASHSEED": seed},
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return example.part(tmp_path_factory.mktemp("example") / "invoice")


@pytest.fixture(scope="module")
def audit(system: Path) -> bytes:
    return audited(system)


@pytest.fixture(scope="module")
def card(audit: bytes) -> Any:
    return json.loads(audit)


def test_two_runs(system: Path, audit: bytes) -> None:
    assert audited(system, seed="12345") == audit


@pytest.mark.parametrize("seed", [7, 8])
def test_shuffled_files_lines_spans_and_attributes(
    system: Path, audit: bytes, tmp_path: Path, seed: int
) -> None:
    copy = shutil.copytree(system, tmp_path / "invoice")
    example.shuffled(copy, seed)
    assert audited(copy, seed=str(seed)) == audit


def test_a_renamed_and_moved_checkout(system: Path, audit: bytes, tmp_path: Path) -> None:
    moved = shutil.copytree(system, tmp_path / "some where" / "renamed-Checkout")
    assert audited(moved) == audit


def test_a_renamed_checkout_without_configuration(tmp_path: Path) -> None:
    """A work tree, asked from its own directory, from above, and under another name."""
    found = set()
    for name in ("one", "two"):
        folder = tmp_path / name / f"checkout-{name}"
        commit = repository(folder, dialects.REPOSITORY)
        steps = dialects.openinference()
        write(
            folder / "t.jsonl",
            [d for n in range(5) for d in dialects.trace(n, steps, dialects.resource(commit))],
        )
        traces = ("--traces", "otlp:t.jsonl", "--format", "json", *example.AS_OF)
        found.add(process(folder, "scan", *traces).stdout)
        found.add(process(folder, "scan", ".", *traces).stdout)
    assert len(found) == 1
    assert b'"partial": 5' in found.pop()


def test_the_record_of_the_command_leaves_out_what_changes_nothing(system: Path) -> None:
    """`run.command` holds the flags that choose what is read and asked, as they were given; not
    PATH, and no flag that only decides what is shown or demanded."""
    plain = json.loads(audited(system))["run"]["command"]
    assert plain == "agentaudit scan --as-of 2026-12-01"
    shown = (
        "-v",
        "--ascii",
        "--color",
        "never",
        "-o",
        "x.json",
        "--exit-zero",
        "--min-level",
        "0",
    )
    done = process(system, "scan", ".", *example.AS_OF, *shown)
    assert done.returncode == 0
    written = json.loads((system / "x.json").read_text())
    (system / "x.json").unlink()
    assert written["run"]["command"] == plain
    seeded = json.loads(audited(system, "--seed", "3", "--sample", "9"))["run"]
    assert seeded["command"] == "agentaudit scan --sample 9 --seed 3 --as-of 2026-12-01"


def test_it_validates_against_the_published_schema(
    system: Path, card: Any, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert command(system, "schema") == 0
    schema = json.loads(capsysbinary.readouterr().out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(card)
    told = card["dimensions"][0]["criteria"][0]
    told["surprise"] = 1
    assert not Draft202012Validator(schema).is_valid(card)
    del told["surprise"]


def criteria(card: Any) -> list[tuple[Any, Any]]:
    return [(d, c) for d in card["dimensions"] for c in d["criteria"]]


def test_counts_add_up_to_the_subjects(card: Any) -> None:
    total = card["reconstructable"]["total"]
    recordings = list((example.EXAMPLE / "traces").glob("*.spans.jsonl.gz"))
    assert total == 12 * len(recordings)
    components = {
        f["subject"] for _, c in criteria(card) if c["subject"] == "component"
        for f in c["findings"] if f["subject"]
    }  # fmt: skip
    asked = {d["id"]: set() for d in card["dimensions"]}
    for dimension, criterion in criteria(card):
        counted = sum(criterion["counts"][outcome] for outcome in COUNTED)
        if dimension["applicability"]["applies"] == "no":
            continue
        if criterion["subject"] == "response":
            assert counted == total, criterion["id"]
        elif criterion["subject"] == "component":
            assert 1 <= counted <= max(1, len(components)), criterion["id"]
            asked[dimension["id"]].add(counted)
        elif criterion["subject"] == "image":
            assert counted >= 4, criterion["id"]
        else:
            assert counted == 1, criterion["id"]
    assert asked["environment"] == {len(components)} == {3}
    assert all(len(numbers) <= 1 for numbers in asked.values())
    reach = card["reconstructable"]
    assert reach["full"] + reach["partial"] + reach["none"] == total
    links = reach["links"]
    assert links["resolved"] + links["broken"] + links["not_assessed"] == links["total"]


def test_every_failure_shows_evidence_or_names_what_was_searched(card: Any) -> None:
    failures = [
        (c["id"], f) for _, c in criteria(card) for f in c["findings"] if f["outcome"] == "fail"
    ]
    assert len(failures) > 20
    for id, finding in failures:
        assert finding["reason"], id
        if not finding["evidence"]:
            assert LOOKED.search(finding["message"]), (id, finding["message"])
        for evidence in finding["evidence"]:
            assert evidence["source"], id
            assert evidence["path"], id


def test_nothing_of_this_machine_and_no_clock_is_in_it(system: Path, audit: bytes) -> None:
    text = audit.decode()
    for forbidden in (
        str(system.parent),
        str(Path.home()),
        str(example.ROOT),
        "/tmp",
        socket.gethostname(),
        str(datetime.now(UTC).date()) if str(datetime.now(UTC).date()) != "2026-11-21" else "\0",
    ):
        assert forbidden not in text, forbidden
    if len(getpass.getuser()) > 4:
        assert getpass.getuser() not in text


def test_the_default_day_is_the_only_time_in_it(system: Path, audit: bytes) -> None:
    done = process(system, "scan", ".", "--format", "json")
    today, fixed = json.loads(done.stdout), json.loads(audit)
    assert today["run"].pop("as_of") == str(datetime.now(UTC).date())
    assert fixed["run"].pop("as_of") == "2026-12-01"
    assert today["run"].pop("command") == "agentaudit scan"
    fixed["run"].pop("command")
    assert today["run"] == fixed["run"]
