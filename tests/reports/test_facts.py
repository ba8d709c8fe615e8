"""The same facts at every width, in plain records and in the JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from math import floor
from typing import Any

import pytest

from agentaudit.probe import failed
from agentaudit.reports import View, builtin
from agentaudit.score import Tally, scorecard_json
from tests.reports import example
from tests.reports.test_golden import audited

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def _drawn(format: str, view: View) -> str:
    return builtin()[format].render(audited(), view).decode()


def _numbers(text: str) -> Counter[str]:
    return Counter(found.replace(",", "").rstrip(".") for found in _NUMBER.findall(text))


def _words(text: str) -> str:
    return " ".join(text.split())


def _json() -> dict[str, Any]:
    return json.loads(scorecard_json(audited()))  # type: ignore[no-any-return]


def _table(text: str) -> dict[str, list[str]]:
    """Rows of the table of dimensions, by title, as words."""
    rows = text[text.index("  Dimension ") : text.index("  ● met")].splitlines()[1:]
    return {row[2:29].rstrip(): row[29:].split() for row in rows}


def test_80_and_120_columns_carry_the_same_numbers() -> None:
    for explain in (False, True):
        narrow = _numbers(_drawn("terminal", View(width=80, explain=explain)))
        wide = _numbers(_drawn("terminal", View(width=120, explain=explain)))
        cut = {number for number in narrow - wide | (wide - narrow) if len(number) < 3}
        assert set(narrow) | cut == set(wide) | cut


def test_the_headline_is_the_json_everywhere() -> None:
    reach = _json()["reconstructable"]
    for width in (80, 120):
        text = _words(_drawn("terminal", View(width=width)))
        assert f"Fully reconstructable {reach['full']} of {reach['total']} responses" in text
        parts = (reach["full"], reach["partial"], reach["none"])
        assert "{} full {} in part {} untraceable".format(*parts) in text
        links = reach["links"]
        average = [floor(links[key] / reach["total"] * 10) / 10 for key in ("resolved", "total")]
        assert "on average {} of {:g} links resolve".format(*average) in text
        assert f"{links['broken']} broken, {links['not_assessed']} not assessed" in text
    plain = _drawn("plain", View())
    assert (
        f"reconstructable full={reach['full']} total={reach['total']} "
        f"percent={floor(100 * reach['low'])} high={floor(100 * reach['high'])} "
        f"partial={reach['partial']} untraceable={reach['none']} "
    ) in plain


def test_dimensions_are_the_json_everywhere() -> None:
    plain = _drawn("plain", View())
    for dimension in _json()["dimensions"]:
        level, high = dimension["level"], dimension["level_high"]
        shown = "n/a" if level is None else str(level) if level == high else f"{level}–{high}"
        score = dimension["score"]
        points = "-"
        if score:
            low, up = floor(score["low"]), floor(score["high"])
            points = str(low) if low == up else f"{low}–{up}"
        for width in (80, 120):
            row = _table(_drawn("terminal", View(width=width)))[dimension["title"]]
            assert shown in row
            assert points in row
        record = next(
            row for row in plain.splitlines() if row.startswith(f"dimension {dimension['id']} ")
        )
        assert f" level={'n/a' if level is None else level}" in record
        if score:
            assert f" score={floor(score['low'])} score_high={floor(score['high'])} " in record


def test_fixes_add_up_to_the_json() -> None:
    data = _json()
    full = data["reconstructable"]["full"]
    records = [r for r in _drawn("plain", View()).splitlines() if r.startswith("fix +")]
    assert len(records) == len(data["fixes"])
    for fix, record in zip(data["fixes"], records, strict=True):
        full += fix["gain_responses"]
        start = f"fix +{fix['gain_responses']} to={full}/100 links={fix['gain_links']} "
        assert record.startswith(start)
        assert f"criteria={','.join(fix['criteria'])} " in record
    assert full + data["reconstructable"]["no_fix_known"] == 100


@pytest.mark.parametrize("width", [80, 120])
def test_the_terminal_groups_the_same_fixes_and_their_gains_still_add_up(width: int) -> None:
    data = _json()
    text = _drawn("terminal", View(width=width, verbosity=1))
    fixes = text[text.index("  Next fixes\n") : text.index("What no audit can see")]
    gains = re.findall(r"^  \+(\d+) +to (\d+) of 100 ", fixes, re.MULTILINE)
    assert [int(gain) for gain, _ in gains if gain != "0"] == [
        fix["gain_responses"] for fix in data["fixes"] if fix["gain_responses"]
    ]
    full = data["reconstructable"]["full"]
    for gain, reached in gains:
        full += int(gain)
        assert int(reached) == full
    links = [int(found) for found in re.findall(r"\+(\d+) links", _words(fixes))]
    assert sum(links) == sum(fix["gain_links"] for fix in data["fixes"])
    for fix in data["fixes"]:
        assert fix["cause"]["fact"] in fixes
        for criterion in fix["criteria"]:
            assert criterion in fixes


def test_without_responses_the_fixes_say_what_points_they_gain() -> None:
    tally = Tally(example.rubric())
    for criterion, fact in (("MOD-01", "model.pin"), ("ENV-01", "lock file")):
        answer = failed(f"no {fact}", fact=fact, place="writer")
        tally.subject(criterion, "git:.:services/writer", answer)
    card = example.card(made=tally)
    text = builtin()["terminal"].render(card, View(width=80, verbosity=1)).decode()
    fixes = text[text.index("  Next fixes\n") : text.index("What no audit can see")]
    gains = re.findall(r"^  \+([\d.]+) +points ", fixes, re.MULTILINE)
    data = json.loads(scorecard_json(card))
    points = [floor(fix["gain_points"] * 10 + 1e-9) / 10 for fix in data["fixes"]]
    assert [float(gain) for gain in gains] == points != []
    assert "0 of 0" not in fixes


def test_criteria_and_gate_are_the_json() -> None:
    data = _json()
    plain = _drawn("plain", View(verbosity=1))
    wide = _words(_drawn("terminal", View(width=120, verbosity=1)))
    for criterion in (c for d in data["dimensions"] for c in d["criteria"]):
        counts = criterion["counts"]
        expected = " ".join(f"{key}={value}" for key, value in counts.items())
        assert f"{expected} subject={criterion['subject']} {criterion['title']}" in plain
        total = sum(counts.values()) - counts["not_applicable"]
        if total:
            assert f"{criterion['title']} {counts['pass']} of {total} " in wide
    for condition in data["gate"]["conditions"]:
        assert f"gate {condition['verdict']} {condition['name']} " in plain
        assert condition["message"] in plain
        assert condition["message"] in wide


def _derived(data: dict[str, Any]) -> Iterator[float]:
    """Numbers that reports may show and that stand in the JSON only as their parts."""
    reach, rubric = data["reconstructable"], data["run"]["rubric"]
    yield rubric["criteria_total"] - rubric["criteria_planned"]
    yield from (reach["links"][key] / reach["total"] for key in ("resolved", "total"))
    full = reach["full"]
    for fix in data["fixes"]:
        full += fix["gain_responses"]
        yield full
    texts = {fix["text"] for fix in data["fixes"]}
    for text in texts:
        grouped = [fix for fix in data["fixes"] if fix["text"] == text]
        yield sum(fix["gain_links"] for fix in grouped)
        yield sum(fix["gain_points"] for fix in grouped)
    for service in (s for source in data["run"]["sources"] for s in source["services"]):
        yield service["recognised"] + service["unrecognised"]


def _all(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from (item for inner in value.values() for item in _all(inner))
    elif isinstance(value, list):
        yield from (item for inner in value for item in _all(inner))
    else:
        yield value


def _spellings(data: dict[str, Any]) -> set[str]:
    known: set[str] = set()
    for value in [*_all(data), *_derived(data)]:
        if isinstance(value, str):
            known |= set(_numbers(value)) | {value[:12]}
        elif value is not None:
            for number in (value, value * 100, value / 1000):
                cut = floor(number * 10 + 1e-9) / 10
                known |= {str(floor(number + 1e-9)), f"{cut:.1f}", f"{cut:g}", f"{number:.2f}"}
    return known


def test_no_report_shows_a_number_that_the_json_does_not_hold() -> None:
    known = _spellings(_json()) | {"95"}  # the level of confidence
    for explain in (False, True):
        for verbosity in (0, 1):
            view = View(verbosity=verbosity, explain=explain)
            assert set(_numbers(_drawn("plain", view))) <= known


def test_the_terminal_shows_no_number_that_plain_records_do_not() -> None:
    for explain in (False, True):
        plain = set(_numbers(_drawn("plain", View(verbosity=1, explain=explain))))
        drawn = re.sub(r"\d+ more\b", "", _drawn("terminal", View(explain=explain)))
        assert set(_numbers(drawn)) <= plain | {"95"}
