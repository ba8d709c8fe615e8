"""Every number on the page leads to one place in audit.json, or is a constant named here."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date
from math import floor
from typing import Any

import pytest

from agentaudit.score import scorecard_json
from tests.reports.html.cards import CARDS, html
from tests.reports.html.reading import Element, read, value

_DIGIT = re.compile(r"\d")
_FIGURE = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
CONSTANTS = (
    "out of 100",
    "once in 100 times",
    "in 100",
    "of 100",
    "per 100 responses",
    "of 4",
    "95% interval",
    "Score, 0 to 100",
    "1 exists, 2 is recorded, 3 resolves, 4 is proven",
    "1 Exists",
    "2 Recorded",
    "3 Resolves",
    "4 Proven",
    "fewer than 30 responses",
    "a criterion of level 2 or 3",
    "a criterion of level 4 compares",
    "when 95% of responses",
    "interval at 95%",
    "100%",
    "50%",
    "0%",
)
"""Scales, and numbers that the method itself fixes."""
_LEVEL = re.compile(r"\b[Ll]evel [1-4]\b")


def _data(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(scorecard_json(CARDS[name]()))
    criteria = [c for d in data["dimensions"] for c in d["criteria"] if c["value"]]
    reliefs = ("debugging", "maintenance", "onboarding", "handover", "reuse")
    page = read(html(CARDS[name]()))
    shown = len(page.by_id("evidence").all("li", "rec"))
    every = [c for d in data["dimensions"] for c in d["criteria"]]
    data["derived"] = {
        "asked_by_relief": {r: sum(r in c["relieves"] for c in criteria) for r in reliefs},
        "unmet_by_relief": {
            r: sum(r in c["relieves"] and c["met"] is not True for c in criteria) for r in reliefs
        },
        "told": [_told(told) for told in data["dossiers"]],
        "waived": len({w["criterion"] for w in data["waivers"] if w["state"] == "in_force"}),
        "conditions_failing": sum(c["verdict"] != "pass" for c in data["gate"]["conditions"]),
        "stages": [len(stage.all("b", "chg")) or 1 for stage in _stages(page)],
        "stages_left": len(_stages(page)) - 8,
        "examples_left_out": sum(len(c["findings"]) for c in every) - shown,
    }
    return data


def _stages(page: Element) -> list[Element]:
    return [part for fixes in page.all("ol", "fixes") for part in fixes.all("li", "stage")]


def _told(told: dict[str, Any]) -> dict[str, int]:
    states = [link["state"] for link in told["links"] if link["state"] != "not_applicable"]
    blind = {
        (fact["recorded"], fact["where"])
        for link in told["links"]
        for fact in link["facts"]
        if fact["resolution"] == "not_looked"
    }
    return {
        "resolved": states.count("resolved"),
        "links": len(states),
        "unfollowed": len(blind),
    }


def _spellings(number: float) -> set[str]:
    """How a number may be written: whole, with one decimal cut, in per cent, as a time."""
    tenths = floor(round(number * 10, 6)) / 10
    seen = {f"{number:,}", f"{number:g}", str(floor(number)), f"{tenths:g}", f"{tenths:.1f}"}
    seen |= {str(floor(round(number * 100, 6))), f"{number / 1000:.2f}"}
    return seen


def _texts(element: Element) -> Iterator[tuple[Element, str]]:
    if element.tag == "style":
        return
    for child in element.children:
        if isinstance(child, str):
            yield element, " ".join(child.split())
        else:
            yield from _texts(child)


def _strings(node: Any) -> Iterator[str]:
    """Every text of the JSON, and every place as people write it."""
    if isinstance(node, dict):
        if node.get("line") is not None:
            yield f"{node['path']}:{node['line']}"
        for item in node.values():
            yield from _strings(item)
    elif isinstance(node, list):
        for item in node:
            yield from _strings(item)
    elif isinstance(node, str):
        yield node


@pytest.mark.parametrize("name", ["example", "common", "repository", "large", "crashed"])
def test_every_number_has_a_source(name: str) -> None:
    data = _data(name)
    known = " \0 ".join(" ".join(s.replace("`", "").split()) for s in _strings(data))
    known += hashlib.sha256(scorecard_json(CARDS[name]())).hexdigest()
    traced = 0
    for element, text in _texts(read(html(CARDS[name]()))):
        path = element.attributes.get("data-value") or (
            element.attributes["value"] if element.tag == "data" else ""
        )
        if path:
            traced += 1
            (figure,) = _FIGURE.findall(text)
            assert figure in _spellings(value(data, path)), (text, path, value(data, path))
        elif "data-day" in element.attributes:
            day = date.fromisoformat(element.attributes["data-day"])
            assert element.attributes["data-day"] in set(_strings(data))
            assert text == f"{day.day} {day:%b}"
        elif element.tag == "time":
            day = date.fromisoformat(element.attributes["datetime"])
            assert any(s.startswith(element.attributes["datetime"]) for s in _strings(data))
            assert f"{day.day} {day:%B} {day.year}".startswith(text)
        elif _DIGIT.search(text):
            assert not _unknown(text, known), text
    assert traced > 100


def _unknown(text: str, known: str) -> list[str]:
    """Words with a digit that stand neither in a text of the JSON nor among the constants."""
    if text.rstrip("…") in known:
        return []
    for constant in CONSTANTS:
        text = text.replace(constant, "")
    words = [w.strip("(),;:.…") for w in _LEVEL.sub("", text).split() if _DIGIT.search(w)]
    return [w for w in words if len(w) < 4 or w not in known]


def test_an_unsourced_number_would_be_found() -> None:
    assert _unknown("61 of 270 responses", "the 61 and 270 of another sentence") == ["61", "270"]
    assert not _unknown("commit 60875c54fc8e exists", "commit 60875c54fc8e exists on main")
    with pytest.raises(KeyError):
        value({"score": {"low": 1}}, "score.height")


@pytest.mark.parametrize("name", list(CARDS))
def test_dots_are_a_hundred_and_flatter_nobody(name: str) -> None:
    reach = json.loads(scorecard_json(CARDS[name]()))["reconstructable"]
    fields = read(html(CARDS[name]())).all("svg", "waffle")
    if not reach["total"]:
        assert not fields
        return
    uses = [u.attributes["href"] for u in fields[0].all("use")]
    full, none = uses.count("#w-f"), uses.count("#w-n")
    assert len(uses) == 100
    assert full == 100 * reach["full"] // reach["total"]
    assert none >= 100 * reach["none"] // reach["total"]
    assert bool(none) == bool(reach["none"])


@pytest.mark.parametrize("name", ["example", "common", "large", "crashed"])
def test_sums(name: str) -> None:
    data = json.loads(scorecard_json(CARDS[name]()))
    page = read(html(CARDS[name]()))
    shown: dict[str, int] = {}
    for element in page.all("data"):
        if re.fullmatch(r"[a-z_.\d]+", element.attributes["value"]):
            text = element.text.replace(",", "")
            if text.isdigit():
                shown[element.attributes["value"]] = int(text)
    reach = data["reconstructable"]
    parts = [shown[f"reconstructable.{part}"] for part in ("full", "partial", "none")]
    assert sum(parts) == shown["reconstructable.total"] == reach["total"]
    gains = sum(n for path, n in shown.items() if re.fullmatch(r"fixes\.\d+\.gain_responses", path))
    listed = sum(fix["gain_responses"] for fix in data["fixes"])
    assert gains == listed
    beyond = reach["total"] - reach["full"] - listed - shown["reconstructable.no_fix_known"]
    assert beyond >= 0
    assert ("need fixes beyond" in page.by_id("fixes").text) == (beyond > 0)


def test_the_last_bar_ends_where_the_fixes_lead() -> None:
    data = json.loads(scorecard_json(CARDS["common"]()))
    bars = read(html(CARDS["common"]())).one("ol", "fixes").all("svg", "hbar")
    ends = [
        max(
            float(r.attributes.get("x", 0)) + float(r.attributes["width"])
            for r in bar.all("rect")
            if r.attributes["class"] != "h-track"
        )
        for bar in bars
    ]
    reach = data["reconstructable"]
    full = reach["full"] + sum(fix["gain_responses"] for fix in data["fixes"])
    assert ends[-1] == pytest.approx(100 * full / reach["total"], abs=0.02)
    assert ends == sorted(ends)
