"""Audits that every format must tell the truth about."""

from __future__ import annotations

from agentaudit.evidence import Evidence, Location
from agentaudit.probe import failed
from agentaudit.score import GateSettings, Obstacle, Scorecard, Tally
from agentaudit.score.ledgers import Origin
from agentaudit.score.provenance import Waiver
from agentaudit.source import Ledger
from tests.reports import example
from tests.reports.test_golden import GATE
from tests.reports.test_hostile import hostile

ORIGINS = {
    ("git", "."): Origin("default", ""),
    ("traces", "otlp:traces/*.jsonl"): Origin("agentaudit.yaml:7"),
}

IDS = frozenset({"id", "criterion"})
"""A rubric only holds plain ids; what is counted here is counted by them."""

EVILS = {
    "control": "\x1b]0;owned\x07\x1b[31m\u202etxt\x00\x9b2J\r\n::error::x\u2028 \x7f\ufffe",
    "markup": "<script>alert(1)</script><img src=x onerror=y> &amp; ]]> <![CDATA[ <!-- --> --!>",
    "markdown": "`code` ``` ~~~ | a \\| b | **x** [l](https://e.example) ![i](x) @everyone #1 \\",
    "formula": "=cmd|' /C calc'!A1",
    "plus": "+1+1",
    "minus": "-2+3",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "braces": "{0} {1!r} %s %0A::set-output name=x::y",
    "long": "a|`" * 700,
    "path": "../../../etc/passwd",
    "empty": "",
}


def waiver(criterion: str, state: str) -> Waiver:
    return Waiver.model_validate(
        {
            "criterion": criterion,
            "reason": "the new collector arrives in December",
            "owner": "ops",
            "until": "2026-12-31" if state == "in_force" else "2026-11-14",
            "state": state,
            "declared": "agentaudit.yaml:31",
        }
    )


def repository(line: int = 12) -> Scorecard:
    """A repository alone, of which one component names an alias of a model."""
    tally = example.tally()
    evidence = Evidence(Location("git:.", "services/wri ter/ä.py", line), "gpt-4o")
    answer = failed("model id gpt-4o is an alias", evidence, fact="model.pin", place="writer")
    tally.subject("MOD-01", "git:.:services/writer", answer)
    git = Ledger("git", ".", read=41, revision="9" * 40)
    return example.card(made=tally, sources=[git, *example.ledgers()[1:]], origins=ORIGINS)


def troubled() -> Scorecard:
    """A crashed probe, absent sources, unknowns, an expired waiver and one in force."""
    return example.card(
        GATE,
        crashed=True,
        population=1_000,
        waivers=(waiver("COD-03", "expired"), waiver("RAG-06", "in_force")),
        origins=ORIGINS,
    )


def nothing() -> Scorecard:
    """No source at all."""
    obstacle = Obstacle("nothing to audit", "no manifest, code, workflow, response or model")
    return example.card(made=Tally(example.rubric()), sources=[], obstacles=(obstacle,))


def every() -> dict[str, Scorecard]:
    """All of them, and the troubled one with each kind of hostile text."""
    plain = {
        "example": example.card(GATE, population=1_000, origins=ORIGINS),
        "ungated": example.card(GateSettings()),
        "repository": repository(),
        "troubled": troubled(),
        "nothing": nothing(),
    }
    return plain | {
        f"hostile-{name}": hostile(troubled(), evil, IDS) for name, evil in EVILS.items()
    }
