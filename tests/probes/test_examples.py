"""What every probe must show: that its worked cases hold, and that it is documented."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, Probe
from agentaudit.probes import builtin

PROBES = list(builtin().values())
CASES = [
    pytest.param(probe, example, id=f"{probe.id}-{number}-{example.outcome}")
    for probe in PROBES
    for number, example in enumerate(probe.examples)
]
each = pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)


def ask(probe: Probe, example: Example) -> Answer:
    return probe.ask({"limits": {}, **testing.build(example.given)})


@pytest.mark.parametrize(("probe", "example"), CASES)
def test_worked_case_has_the_outcome_it_claims(probe: Probe, example: Example) -> None:
    answer = ask(probe, example)
    assert answer.outcome is example.outcome, answer.message


@pytest.mark.parametrize(("probe", "example"), CASES)
def test_answer_can_be_followed(probe: Probe, example: Example) -> None:
    answer = ask(probe, example)
    assert answer.message
    if answer.outcome in {Outcome.FAIL, Outcome.UNKNOWN}:
        assert answer.reason
        assert answer.causes
        assert all(cause.fact and cause.reason for cause in answer.causes)
    if answer.outcome is Outcome.FAIL:
        assert answer.evidence or "searched" in answer.message
    if answer.outcome is Outcome.NOT_APPLICABLE:
        assert not answer.causes


@each
def test_probe_is_documented(probe: Probe) -> None:
    assert probe.question.endswith("?")
    assert len(probe.why.split()) >= 10
    assert probe.fix.endswith(".")
    outcomes = {example.outcome for example in probe.examples}
    assert {Outcome.PASS, Outcome.FAIL} <= outcomes


@each
def test_names_agree(probe: Probe) -> None:
    *_, folder, file = probe.answer.__module__.split(".")
    assert probe.answer.__name__ == file
    assert probe.id == f"{folder}-{file}".replace("_", "-")
