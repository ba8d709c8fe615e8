"""Sources + rubric + probes → scorecard. An audit is "explain" over all responses."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from agentaudit.audit.request import Identity, Request, Sources
from agentaudit.audit.run import Run
from agentaudit.errors import NothingToAudit, UsageError
from agentaudit.response import Response
from agentaudit.score import assembly
from agentaudit.score.asked import Obstacle
from agentaudit.score.dossier import Dossier
from agentaudit.score.scorecard import Scorecard
from agentaudit.source import Traces

__all__ = ["Identity", "Request", "Sources", "audit", "explain"]


def audit(request: Request, sources: Sources) -> Scorecard:
    """Ask the whole rubric of everything that was opened."""
    run = Run(request, sources)
    run.all()
    told = run.typical.chosen(run.observed.applicability(sources, run.components))
    return _scorecard(run, [] if told is None else [told])


def explain(request: Request, sources: Sources, id: str) -> Scorecard:
    """The same audit over the one response whose id starts with `id`, told in full.

    Raises UsageError when no response, or several traces, start with it.
    """
    if sources.traces is None:
        raise UsageError(
            "no trace source to look in", hint="declare one: --traces otlp:traces/*.jsonl"
        )
    found = _found(sources.traces, id)
    run = Run(request, sources)
    answered = [(response, run.answers(response)) for response in found]
    for response, answers in answered:
        service = response.service_name(response.entry)
        borrowed = run.borrowed(response)
        run.tally.response(response.id, response.entry.name, service, answers, borrowed)
    run.repositories()
    applicability = run.observed.applicability(sources, run.components)
    told = [run.tell(response, answers, applicability) for response, answers in answered]
    return _scorecard(run, told)


def _found(traces: Traces, id: str) -> list[Response]:
    found = list(traces.find(id))
    ids = sorted({response.trace_id for response in found})
    if len(ids) > 1:
        shown = ", ".join(ids[:5])
        raise UsageError(
            f"{len(ids)} traces start with {id!r}: {shown}", hint="give more of the trace id"
        )
    if not found:
        known = sorted(traces.ids())
        near = sorted(known, key=lambda other: (-_alike(id, other), other))[:4]
        raise UsageError(
            f"no response starts with {id!r}",
            where=traces.name,
            hint=f"nearest: {', '.join(near)}" if near else "the trace source holds no response",
        )
    return found


def _alike(id: str, other: str) -> float:
    """Length of the common beginning, then general likeness."""
    common = next((n for n, (a, b) in enumerate(zip(id, other, strict=False)) if a != b), len(id))
    return common + difflib.SequenceMatcher(None, id, other[: len(id)]).ratio()


def _scorecard(run: Run, dossiers: Iterable[Dossier] = ()) -> Scorecard:
    request, identity = run.request, run.request.identity
    responses = run.observed.survey.responses
    return assembly.score(
        request.rubric,
        run.tally,
        applicability=run.observed.applicability(run.sources, run.components),
        run=assembly.Run(
            tool=f"agentaudit {identity.tool}",
            as_of=identity.as_of.isoformat(),
            command=identity.command,
            config_sha256=identity.config_sha256,
            rubric_sha256=identity.rubric_sha256,
            system=identity.system,
            config=identity.config,
            origins=identity.origins,
        ),
        population=assembly.Population(responses, run.population, identity.seed),
        conditions=request.gate,
        ledgers=run.ledgers,
        dossiers=dossiers,
        waivers=request.waivers,
        history=request.history,
        obstacles=_obstacles(run),
    )


def _obstacles(run: Run) -> list[Obstacle]:
    """Why there can be no verdict: a source that did not open, or one that holds nothing."""
    found = [
        Obstacle(f"source {failure.where}".rstrip(), _sentence(str(failure), failure.hint))
        for failure in run.sources.failures
    ]
    if run.sources.traces is not None and not run.observed.survey.responses:
        found.append(
            Obstacle(
                f"source {run.sources.traces.name}",
                "it was read and holds no response: no trace with a recognised agentic span",
            )
        )
    if not found and not run.components and not run.steps and not run.observed.survey.responses:
        nothing = NothingToAudit("nothing to audit: no manifest, code, workflow, response or model")
        found.append(Obstacle("nothing to audit", str(nothing)))
    return found


def _sentence(message: str, hint: str) -> str:
    return f"{message}; {hint}" if hint else message
