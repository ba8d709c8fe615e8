"""Audits to draw: a common one, a repository alone, a large one, and one full of hostile text."""

from __future__ import annotations

import json
import random
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from agentaudit.finding import Answer
from agentaudit.probe import failed, not_applicable, passed, unknown
from agentaudit.reports import View
from agentaudit.reports.html import render
from agentaudit.rubric import DEFAULT, Rubric, load
from agentaudit.score import (
    Applicability,
    Applies,
    GateSettings,
    Scorecard,
    Tally,
    read,
    scorecard_json,
)
from agentaudit.score import score as make
from agentaudit.score.assembly import Population, Run
from agentaudit.score.provenance import HistoryPoint, Waiver
from agentaudit.source import Ledger
from tests.cli.system import ROOT, command
from tests.reports import example

EXAMPLE = ROOT / "examples" / "invoice-agents"

EVIL = (
    '<script>window.owned=1</script><img src=x onerror="window.owned=1">\'"></style></svg>'
    "<style>body{display:none}</style>{{7*7}}{% raw %}&lt;b&gt;\u202etxt\u2066\x00\x1b[31m "
    "javascript:alert(1) " + "A" * 300
)
_CLOSED = frozenset(
    {
        *("id", "level", "subject", "effort", "relieves", "outcome", "verdict", "state", "chosen"),
        *("applies", "resolution", "schema_version", "weakest", "dimension", "method", "sha256"),
        *("config_sha256", "as_of", "until"),
    }
)
HISTORY = tuple(
    HistoryPoint(as_of=f"2026-{month:02}-18", full=full, total=100, score=30.0 + full / 4, level=0)
    for month, full in ((6, 22), (7, 31), (8, 38), (9, 44), (10, 52))
)
WAIVERS = (
    Waiver(
        criterion="RAG-06",
        reason="the index vendor gives no snapshots before spring",
        owner="P. Okafor",
        until="2027-01-31",
        state="in_force",
    ),
    Waiver(
        criterion="GRD-05",
        reason="the evaluation suite moves to the new runners",
        owner="L. Brandt",
        until="2026-11-14",
        state="expired",
    ),
)


def html(card: Scorecard, *, printable: bool = False) -> str:
    """The report of an audit."""
    return render(card, View(printable=printable))


@cache
def common() -> Scorecard:
    """A sampled audit with a gate that fails, history, waivers and one response."""
    gate = GateSettings(fail_under=60, min_level=2, min_reconstructable=60)
    told = example.dossier().model_copy(update={"chosen": "median"})
    card = example.card(gate, dossiers=(told,), population=1_000)
    return card.model_copy(update={"history": HISTORY, "waivers": WAIVERS})


@cache
def repository_only() -> Scorecard:
    """No trace was read: every question about responses is unasked."""
    rubric = load(DEFAULT)
    tally = Tally(rubric)
    for criterion in rubric.criteria:
        if criterion.subject == "component":
            tally.subject(criterion.id, "git:.:services/planner", passed("there"))
            tally.subject(criterion.id, "git:.:services/search", failed("not there", fact="x"))
        elif criterion.subject == "system":
            tally.subject(criterion.id, "", failed("not there", fact=criterion.id))
        else:
            tally.unasked(criterion.id, "not_configured")
    return _scored(rubric, tally, [Ledger("git", ".", read=412)], 0)


@cache
def large() -> Scorecard:
    """10,000 responses of twelve services and 40 components, by the real rubric."""
    rubric, draw = load(DEFAULT), random.Random(7)
    tally = Tally(rubric)
    own = [c for c in rubric.criteria if c.subject == "response"]
    good = [dict.fromkeys((c.id for c in own), passed("it is recorded")) for _ in range(14)]
    kinds = good + [{c.id: _answer(c.id, draw, place) for c in own} for place in range(46)]
    for number in range(10_000):
        service = f"service-{number % 12}"
        tally.response(f"{number:032x}", f"POST /{number % 25}", service, kinds[number % 60])
    for criterion in rubric.criteria:
        if criterion.subject == "component":
            for number in range(40):
                id = f"git:platform.bundle:services/team-{number % 7}/component-{number}"
                tally.subject(criterion.id, id, _answer(criterion.id, draw, number))
        elif criterion.subject != "response":
            tally.subject(criterion.id, "", _answer(criterion.id, draw, 0))
    traces = Ledger(
        "traces", "otlp:traces/*.jsonl.zst", read=812_000, traces=10_400, responses=10_000
    )
    traces.unrecognised, traces.recognised = {"legacy-mail": 400}, {"legacy-mail": 30}
    return _scored(rubric, tally, [Ledger("git", "platform.bundle", read=9_100), traces], 10_000)


def _answer(id: str, draw: random.Random, place: int) -> Answer:
    where = f"services/team-{place % 7}"
    chance = draw.random()
    if chance < 0.8:
        return passed("it is recorded for every service of the response")
    if chance < 0.94:
        return failed(f"{id.lower()} of {where}: missing", fact=id.lower(), place=where)
    if chance < 0.98:
        return unknown("the store cannot hold it", reason="dropped_by_store", fact=id, place=where)
    return not_applicable("nothing of the kind took part")


def _scored(rubric: Rubric, tally: Tally, ledgers: list[Ledger], size: int) -> Scorecard:
    return make(
        rubric,
        tally,
        applicability={"fine_tuning": Applicability(Applies.UNKNOWN, "no registry was read")},
        run=Run("agentaudit 0.1.0", "2026-11-20", "agentaudit scan", "ab" * 32, system="Desk"),
        population=Population(size, 128_412 if size else 0, 7),
        ledgers=ledgers,
    )


@cache
def hostile() -> Scorecard:
    """The common audit with every free text replaced."""
    data = _poisoned(json.loads(scorecard_json(common())))
    return Scorecard.model_validate(data)


def _poisoned(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _poisoned(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_poisoned(item, key) for item in value]
    free = isinstance(value, str) and key not in _CLOSED
    return EVIL if free else value


@cache
def crashed() -> Scorecard:
    """An audit in which a probe crashed."""
    return example.card(crashed=True)


@cache
def invoice_agents() -> Scorecard:
    """The example that the repository ships, as a newcomer scans it."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "audit.json")
        assert command(EXAMPLE, "scan", "-q", "--as-of", "2026-11-21", "-o", str(target)) == 0
        return read(target.read_bytes())


CARDS = {
    "example": invoice_agents,
    "common": common,
    "repository": repository_only,
    "large": large,
    "hostile": hostile,
    "crashed": crashed,
}
