"""JUnit XML: one suite for each dimension, one case for each criterion, and the gate as a suite.

Not met is a failure and a crash an error; what was not looked at and what is waived is skipped with
its reason, never passed.
"""

from __future__ import annotations

from xml.etree import ElementTree as xml

from agentaudit.evidence import safe
from agentaudit.expressions import regex
from agentaudit.reports import figures
from agentaudit.reports.notices import condition, notices, told, waived
from agentaudit.reports.spot import Spots
from agentaudit.reports.view import View
from agentaudit.score.dimension import CriterionScore, DimensionScore
from agentaudit.score.provenance import Waiver
from agentaudit.score.scorecard import Scorecard
from agentaudit.score.shortfall import Shortfall, shortfalls

_FORBIDDEN = regex("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(card: Scorecard, view: View) -> bytes:
    """The same whatever the view."""
    root = xml.Element("testsuites", name=_text(f"agentaudit {card.run.system}"))
    failing: dict[str, list[Shortfall]] = {}
    for found in shortfalls(card.dimensions):
        failing.setdefault(found.criterion.id, []).append(found)
    for dimension in card.dimensions:
        suite = _suite(root, dimension.id, card)
        for criterion in dimension.criteria:
            _case(suite, dimension, criterion, card, failing.get(criterion.id, []))
        _count(suite)
    _gate(root, card)
    _count(root)
    xml.indent(root)
    return bytes(xml.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _suite(root: xml.Element, name: str, card: Scorecard) -> xml.Element:
    day = f"{_text(card.run.as_of)}T00:00:00"
    return xml.SubElement(root, "testsuite", name=_text(name), time="0", timestamp=day)


def _case(
    suite: xml.Element,
    dimension: DimensionScore,
    criterion: CriterionScore,
    card: Scorecard,
    failing: list[Shortfall],
) -> None:
    case = xml.SubElement(
        suite,
        "testcase",
        name=_text(f"{criterion.id} {criterion.title}"),
        classname=_text(f"{card.run.rubric.id}.{dimension.id}"),
        time="0",
    )
    if failing:
        spot = Spots(card).of(failing[0])
        case.set("file", _text(spot.path))
        case.set("line", str(spot.line))
    waiver = waived(card).get(criterion.id)
    _properties(case, criterion, waiver)
    _outcome(case, criterion, waiver, failing)


def _outcome(
    case: xml.Element, criterion: CriterionScore, waiver: Waiver | None, failing: list[Shortfall]
) -> None:
    counts, tallied = criterion.counts, figures.tallied(criterion)
    if counts.error:
        said = (f.message for f in criterion.findings if f.outcome.value == "error")
        _say(case, "error", "crashed", f"the probe crashed: {next(said, '')}", tallied)
    elif criterion.value is None:
        _say(case, "skipped", "", "not applicable", "")
    elif criterion.met:
        return
    elif waiver:
        _say(case, "skipped", "", told(waiver), tallied)
    elif criterion.met is None or not counts.fail:
        shown = figures.examples(criterion, 1)
        why = f": {shown[0].message}" if shown else ""
        _say(case, "skipped", "", f"not assessed{why}", tallied)
    else:
        rows = [f"{found.place}: {found.finding.message}" for found in failing]
        body = "\n".join([tallied, *rows, "What to do:", criterion.fix])
        _say(case, "failure", "not_met", f"{tallied}: {criterion.must}", body)


def _gate(root: xml.Element, card: Scorecard) -> None:
    """Conditions, and what no case above can carry."""
    suite = _suite(root, "gate", card)
    for found in card.gate.conditions:
        case = xml.SubElement(
            suite, "testcase", name=_text(found.name), classname="agentaudit.gate", time="0"
        )
        if found.verdict == "fail":
            _say(case, "failure", "gate_failed", condition(found), "")
        elif found.verdict == "not_assessed":
            _say(case, "error", "no_verdict", condition(found), "")
    ended = {f"waiver {w.criterion}" for w in card.waivers if w.state == "expired"}
    ended -= {found.name for found in card.gate.conditions}
    for waiver in card.waivers:
        if (name := f"waiver {waiver.criterion}") in ended:
            case = xml.SubElement(
                suite, "testcase", name=_text(name), classname="agentaudit.waivers", time="0"
            )
            _say(case, "failure", "waiver_expired", told(waiver), "")
    lines = [f"{notice.level}: {notice.text}" for notice in notices(card)]
    _count(suite)
    xml.SubElement(suite, "system-out").text = _text("\n".join(lines), 200_000)


def _say(case: xml.Element, tag: str, kind: str, message: str, body: str) -> None:
    element = xml.SubElement(case, tag, message=_text(message, 2000))
    if kind:
        element.set("type", kind)
    if body:
        element.text = _text(body, 20_000)


def _properties(case: xml.Element, criterion: CriterionScore, waiver: Waiver | None) -> None:
    counts = criterion.counts
    rows = {
        "level": criterion.level,
        "passed": counts.passed,
        "failed": counts.fail,
        "unknown": counts.unknown,
        "crashed": counts.error,
        "not_applicable": counts.not_applicable,
        **({"waived_until": waiver.until, "waiver_owner": waiver.owner} if waiver else {}),
    }
    held = xml.SubElement(case, "properties")
    for name, value in rows.items():
        xml.SubElement(held, "property", name=name, value=_text(str(value)))


def _count(element: xml.Element) -> None:
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for name, tag in _COUNTED.items():
        element.set(name, str(sum(case.find(tag) is not None for case in cases)))


def _text(text: str, limit: int = 400) -> str:
    """What XML 1.0 can hold, line by line."""
    lines = "\n".join(safe(line, limit) for line in text.splitlines())
    return _FORBIDDEN.sub("?", lines)[:limit]
