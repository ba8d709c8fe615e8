"""Hiding never helps (DESIGN.md §5.4), tried on every worked case about a response."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import SOURCES, Example, Probe
from agentaudit.probes import builtin
from agentaudit.semconv import FACTS, MARKERS, Vocabulary

CREDITED = {Outcome.PASS, Outcome.NOT_APPLICABLE}
VOCABULARY = Vocabulary()
MARKED = {name.text for key in MARKERS for name in VOCABULARY[key].names}
CASES = [
    pytest.param(probe, example, id=f"{probe.id}-{number}")
    for probe in builtin().values()
    if probe.subject == "response"
    for number, example in enumerate(probe.examples)
    if "response" in example.given
]
Carries = Callable[[str], bool]


def _carrier(key: str) -> Carries:
    """Whether an attribute name carries a fact, and is no marker at the same time."""
    names = [name for name in VOCABULARY[key].names if name.text not in MARKED]
    whole = {name.text for name in names if not name.prefix}
    starts = tuple(name.text for name in names if name.prefix)
    return lambda name: name in whole or (bool(starts) and name.startswith(starts))


CARRIERS = {key: _carrier(key) for key in sorted(FACTS)}


def _everything(name: str) -> bool:
    return any(carries(name) for carries in CARRIERS.values())


def _without(given: Any, carries: Carries) -> Any:
    """Plain data of an example without the attributes that carry a fact."""
    if isinstance(given, Mapping):
        return {
            key: {n: v for n, v in value.items() if not carries(n)}
            if key in {"attributes", "resource"} and isinstance(value, Mapping)
            else _without(value, carries)
            for key, value in given.items()
        }
    return [_without(item, carries) for item in given] if isinstance(given, list) else given


def _stays(probe: Probe, example: Example, given: Mapping[str, Any]) -> bool:
    """Whether the answer is the same, or one that is credited with nothing."""
    outcome = probe.ask({"limits": {}, **testing.build(given)}).outcome
    assert outcome is not Outcome.ERROR
    return outcome is example.outcome or outcome not in CREDITED


@pytest.mark.parametrize(("probe", "example"), CASES)
def test_removing_a_fact_never_helps(probe: Probe, example: Example) -> None:
    for key, carries in (*CARRIERS.items(), ("everything", _everything)):
        response = _without(example.given["response"], carries)
        if response != example.given["response"]:
            assert _stays(probe, example, {**example.given, "response": response}), key


@pytest.mark.parametrize(("probe", "example"), CASES)
def test_removing_events_and_logs_never_helps(probe: Probe, example: Example) -> None:
    response = dict(example.given["response"])
    response["spans"] = [{**span, "events": []} for span in response["spans"]]
    assert _stays(probe, example, {**example.given, "response": {**response, "logs": []}})


@pytest.mark.parametrize(("probe", "example"), CASES)
def test_removing_sources_never_helps(probe: Probe, example: Example) -> None:
    response = {k: v for k, v in example.given["response"].items() if k != "opens"}
    assert _stays(probe, example, {**example.given, "response": response})
    alone = {need: value for need, value in example.given.items() if need not in SOURCES}
    assert _stays(probe, example, alone)
