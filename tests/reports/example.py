"""A fixed audit, made by the real arithmetic from a small rubric, for everything that draws."""

from __future__ import annotations

from agentaudit.evidence import Evidence, Location
from agentaudit.finding import Answer, Cause, Outcome
from agentaudit.probe import failed, not_applicable, passed, unknown
from agentaudit.rubric import Criterion, Dimension, Planned, Rubric
from agentaudit.score import (
    Applicability,
    Applies,
    GateSettings,
    Obstacle,
    Scorecard,
    Tally,
)
from agentaudit.score import score as make
from agentaudit.score.assembly import Population, Run
from agentaudit.score.dossier import (
    Dossier,
    DossierAnswer,
    DossierFact,
    DossierLink,
    DossierStep,
)
from agentaudit.score.ledgers import Origins
from agentaudit.score.provenance import HistoryPoint, Waiver
from agentaudit.source import Ledger, Unread

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"

_TITLES = {
    "environment": "Environment reproducibility",
    "telemetry": "System logs and metrics",
    "models": "Model versioning",
    "prompts": "Prompt tracking",
    "inference_code": "Inference code",
    "rag": "RAG lineage",
    "guardrails": "Guardrails and evaluation",
    "fine_tuning": "Fine-tuning lineage",
}
_ROWS = (
    ("environment", "ENV-01", 1, "component", "Lock file pins every dependency", "S"),
    ("environment", "ENV-05", 2, "response", "Image digest recorded by every service", "S"),
    ("environment", "ENV-08", 3, "response", "Image digest opens", "M"),
    ("telemetry", "LOG-01", 1, "component", "Tracing is wired in", "S"),
    ("telemetry", "LOG-07", 2, "response", "Tokens recorded for every call", "S"),
    ("telemetry", "LOG-10", 3, "response", "Logs found by trace id", "M"),
    ("telemetry", "LOG-13", 4, "system", "Evidence kept 180 days", "M"),
    ("models", "MOD-01", 1, "component", "Model ids are immutable", "S"),
    ("models", "MOD-04", 2, "response", "Requested and answering model recorded", "S"),
    ("prompts", "PRM-01", 1, "component", "Prompts live in versioned files", "M"),
    ("prompts", "PRM-03", 2, "response", "Exact input messages recorded", "S"),
    ("prompts", "PRM-07", 3, "response", "Prompt version opens", "M"),
    ("inference_code", "COD-01", 1, "component", "CI builds and tags with the commit", "M"),
    ("inference_code", "COD-03", 2, "response", "Commit recorded by every service", "S"),
    ("inference_code", "COD-04", 3, "response", "Commit exists in a repository", "S"),
    ("rag", "RAG-01", 1, "component", "Ingestion code is in the repository", "S"),
    ("rag", "RAG-06", 2, "response", "Index snapshot recorded", "S"),
    ("guardrails", "GRD-05", 2, "system", "CI runs the evaluation suite", "M"),
    ("guardrails", "GRD-06", 2, "response", "Guardrail verdict recorded", "S"),
    ("fine_tuning", "FTL-05", 2, "model", "Run records parameters and commit", "L"),
)


def rubric() -> Rubric:
    """Twenty criteria and two planned ones in the eight dimensions."""
    return Rubric(
        id="agentic-mlops",
        version="1.0",
        title="Agentic MLOps",
        dimensions=tuple(
            Dimension.model_validate(
                {
                    "id": id,
                    "title": title,
                    "question": f"Which {title.lower()} produced this response?",
                    "criteria": tuple(_criterion(row) for row in _ROWS if row[0] == id),
                    "planned": _planned(id),
                }
            )
            for id, title in _TITLES.items()
        ),
    )


def _criterion(row: tuple[str, str, int, str, str, str]) -> Criterion:
    _, id, level, subject, title, effort = row
    return Criterion.model_validate(
        {
            "id": id,
            "level": level,
            "subject": subject,
            "title": title,
            "must": f"{title}.",
            "probe": f"{id.lower()}-probe",
            "fix": f"Make it so: {title.lower()}.\n    export {id.replace('-', '_')}=1",
            "effort": effort,
            "relieves": ("debugging",),
        }
    )


def _planned(dimension: str) -> tuple[Planned, ...]:
    ids = {"models": "MOD-08", "rag": "RAG-09"}
    if dimension not in ids:
        return ()
    return (Planned(id=ids[dimension], level=3, subject="response", must="It resolves."),)


def _at(path: str, attribute: str = "", line: int | None = None, text: str = "") -> Evidence:
    return Evidence(Location("otlp:traces/*.jsonl", path, line, attribute), text)


_GOOD = passed("recorded", _at(f"{TRACE}/00f067aa0ba902b7", "service.version"))


def _answers(number: int) -> dict[str, Answer]:
    """Response `number` of 100: 61 are complete."""
    answers = dict.fromkeys((row[1] for row in _ROWS if row[3] == "response"), _GOOD)
    if number >= 61:
        where = _at(f"{number:032x}/00f067aa0ba902b7", text="chroma.query")
        answers["RAG-06"] = failed(
            "index snapshot: missing",
            where,
            fact="retrieval.snapshot",
            place="retriever",
        )
    if number >= 80:
        cause = Cause("git.commit", "planner", "missing")
        answers["COD-03"] = failed("commit: missing", causes=[cause])
        answers["COD-04"] = failed("commit: missing", causes=[cause])
    if number >= 94:
        for id in answers:
            answers[id] = unknown(
                "the store cannot hold it", reason="dropped_by_store", fact=id, place="planner"
            )
    answers["GRD-06"] = not_applicable("no guardrail shown anywhere")
    return answers


def tally() -> Tally:
    """100 responses of two entries, two components, one system."""
    made = Tally(rubric())
    for number in range(100):
        entry = "handle_invoice" if number % 4 else "answer_mail"
        made.response(f"{number:032x}", entry, "planner", _answers(number))
    for row in _ROWS:
        if row[3] == "component":
            made.subject(row[1], "git:.:services/planner", passed("there"))
            made.subject(row[1], "git:.:services/retriever", _component(row[1]))
    made.subject("LOG-13", "", unknown("oldest span is 20 days old", reason="too_young"))
    made.subject("GRD-05", "", failed("no workflow runs it", fact="ci", place=""))
    made.unasked("FTL-05", "not_configured", (Cause("registry", "", "not_configured"),))
    return made


def _component(id: str) -> Answer:
    if id != "MOD-01":
        return passed("there")
    place = Evidence(Location("git:.", "services/retriever/settings.py", 12), "gpt-4o")
    return failed("model id gpt-4o is an alias", place, fact="model.pin", place="git:.:retriever")


def ledgers() -> list[Ledger]:
    """A repository and a trace store with everything a reader must know."""
    git = Ledger("git", "history.bundle", read=412, notes=["shallow history of 50 commits"])
    traces = Ledger(
        "traces",
        "otlp:traces/*.jsonl",
        role="read-only-team",
        read=3_040,
        unread=2,
        spans=2_900,
        records=140,
        traces=112,
        responses=100,
        unread_places=[Unread("traces/a.jsonl:17", "not JSON"), Unread("traces/b.jsonl:3", "cut")],
        unrecognised={"legacy": 12},
        recognised={"legacy": 8, "planner": 92},
        first_ns=1_795_219_200_000_000_000,
        last_ns=1_795_305_600_000_000_000,
    )
    return [git, traces]


def card(
    gate: GateSettings | None = None,
    *,
    dossiers: tuple[Dossier, ...] = (),
    population: int | None = 100,
    obstacles: tuple[Obstacle, ...] = (),
    crashed: bool = False,
    waivers: tuple[Waiver, ...] = (),
    history: tuple[HistoryPoint, ...] = (),
    sources: list[Ledger] | None = None,
    origins: Origins | None = None,
    made: Tally | None = None,
) -> Scorecard:
    """The scorecard of it all."""
    made = made or tally()
    if crashed:
        crash = Answer(Outcome.ERROR, "acme crashed: KeyError: 'run_id'", (), "crashed")
        made.subject("GRD-05", "two", crash)
    no = Applicability(
        Applies.NO,
        "every model is hosted by a known provider",
        (_at(TRACE, "server.address", text="api.openai.com"),),
    )
    return make(
        rubric(),
        made,
        applicability={"fine_tuning": no},
        run=Run(
            "agentaudit 0.1.0",
            "2026-11-21",
            "agentaudit scan --traces 'otlp:traces/*.jsonl'",
            "c" * 64,
            "5" * 64,
            "invoice-agents",
            "agentaudit.yaml",
            origins or {},
        ),
        population=Population(100, population),
        conditions=gate,
        ledgers=ledgers() if sources is None else sources,
        dossiers=dossiers,
        waivers=waivers,
        history=history,
        obstacles=obstacles,
    )


def dossier() -> Dossier:
    """One response with every state of a link."""
    return Dossier(
        id=TRACE,
        service="planner",
        entry="handle_invoice",
        started="2026-11-20T14:07:31Z",
        duration_ms=2_410.0,
        state="partial",
        asked="63 characters, sha256:0a1b2c3d4e5f",
        answered="118 characters, sha256:5e6f7a8b9c0d",
        steps=_steps(),
        links=_links(),
    )


def _steps() -> tuple[DossierStep, ...]:
    rows: tuple[tuple[int, str, str, float | None, float | None, bool, tuple[str, ...]], ...] = (
        (0, "agent", "handle_invoice", 0.0, 2410.0, False, ()),
        (1, "retriever", "procedures", 330.0, 380.0, False, ("5 documents",)),
        (1, "agent", "decide", 740.0, 1380.0, False, ()),
        (2, "llm", "chat gpt-4o-2024-08-06", 790.0, 1290.0, False, ("3,182 tokens in",)),
        (2, "tool", "a tool with a very long name that does not fit", 2100.0, 5.0, True, ()),
        (1, "other", "no clock", None, None, False, ()),
    )
    return tuple(
        DossierStep(
            span_id=f"{number:016x}",
            depth=depth,
            kind=kind,
            name=name,
            service="planner",
            offset_ms=offset,
            duration_ms=duration,
            failed=failed,
            notes=notes,
        )
        for number, (depth, kind, name, offset, duration, failed, notes) in enumerate(rows)
    )


def _fact(
    what: str, recorded: str, *, there: bool = True, leads: str = "", how: str = ""
) -> DossierFact:
    where = f"{TRACE}/00f067aa0ba902b7 vcs.ref.head.revision" if there else ""
    return DossierFact(
        what=what, recorded=recorded, there=there, where=where, leads_to=leads, resolution=how
    )


def _links() -> tuple[DossierLink, ...]:
    facts = {
        "inference_code": (
            _fact("planner: commit", "91ac2fe", leads="reachable from main", how="resolved"),
            _fact("retriever: commit", "0" * 40, leads="in no repository", how="broken"),
        ),
        "rag": (_fact("procedures: index snapshot", "missing", there=False),),
        "environment": (
            _fact("planner: image", "sha256:4be1", leads="no image source", how="not_looked"),
        ),
    }
    states = {
        "environment": "not_assessed",
        "inference_code": "broken",
        "rag": "broken",
        "guardrails": "not_applicable",
        "fine_tuning": "not_applicable",
    }
    answers = {
        "inference_code": DossierAnswer(
            criterion="COD-04", outcome=Outcome.FAIL, message="no such commit", reason="broken"
        ),
        "rag": DossierAnswer(
            criterion="RAG-06", outcome=Outcome.FAIL, message="snapshot missing", reason="missing"
        ),
        "environment": DossierAnswer(
            criterion="ENV-08", outcome=Outcome.UNKNOWN, message="no images", reason="not_looked"
        ),
    }
    return tuple(
        DossierLink.model_validate(
            {
                "dimension": id,
                "title": title,
                "state": states.get(id, "resolved"),
                "facts": facts.get(id, (_fact("planner: fact", "there"),)),
                "answers": (answers[id],) if id in answers else (),
            }
        )
        for id, title in _TITLES.items()
    )
