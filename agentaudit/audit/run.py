"""Ask every probe about each of its subjects and fold the answers into a tally."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agentaudit.audit.dossier import dossier
from agentaudit.audit.images import Imagery
from agentaudit.audit.observed import DECIDED_LAST, Observed, survey
from agentaudit.audit.request import Request, Sources
from agentaudit.audit.typical import Typical
from agentaudit.finding import Answer, Cause
from agentaudit.lineage import Lineage
from agentaudit.lineage.placing import Placing
from agentaudit.response import Response
from agentaudit.rubric import Criterion
from agentaudit.score.dossier import Dossier
from agentaudit.score.layout import Applicability
from agentaudit.score.tally import Tally
from agentaudit.source import Component, Ledger

_NOBODY_AGENTIC = Cause("agentic component", "", "none_recognised")
_NO_LIBRARY = "no component declares a library that calls a model, agent, retriever or trainer"


class Run:
    """One audit in progress: streams responses, then asks about components and the system."""

    def __init__(self, request: Request, sources: Sources) -> None:
        self.request = request
        self.sources = sources
        self.available: dict[str, Any] = sources.available()
        self.components = _components(sources)
        self.tally = Tally(request.rubric)
        self._by_subject: dict[str, list[Criterion]] = {}
        for criterion in request.rubric.criteria:
            self._by_subject.setdefault(criterion.subject, []).append(criterion)
        self._everywhere = {
            c.id for d in request.rubric.dimensions if d.id == "environment" for c in d.criteria
        }
        self.typical = Typical(request.rubric, DECIDED_LAST)
        self.ledgers = _ledgers(sources)
        self.observed = Observed(survey(request, sources, self.ledgers))
        self.lineage = Lineage(
            self.available, request.declared, Placing(self.components, request.services)
        )

        self.imagery = Imagery(self.lineage.pictures, sources)

    def all(self) -> None:
        """Ask everything."""
        responses = self.sources.traces.responses() if self.sources.traces else ()
        self.responses(responses)
        self.repositories()

    def responses(self, found: Iterable[Response]) -> None:
        """Ask about each response; nothing of it is kept but the answers."""
        done = 0
        for done, response in enumerate(found, 1):
            self._response(response)
            self.request.progress("responses", done)
        if not done:
            self._nobody("response", "traces")
        self.ledgers = _ledgers(self.sources)

    def _response(self, response: Response) -> None:
        answers = self.answers(response)
        service = response.service_name(response.entry)
        borrowed = self.borrowed(response)
        self.tally.response(response.id, response.entry.name, service, answers, borrowed)
        self.typical.offer(response.id, answers, lambda: self.tell(response, answers, {}))

    def tell(
        self,
        response: Response,
        answers: Mapping[str, Answer],
        applicability: Mapping[str, Applicability],
    ) -> Dossier:
        """One response, told end to end."""
        content = self.request.include_content
        borrowed = self.borrowed(response)
        return dossier(
            response, self.request.rubric, answers, applicability, borrowed, content=content
        )

    def answers(self, response: Response) -> dict[str, Answer]:
        """Answers about one response, by criterion id."""
        self.lineage.follow(response)
        self.observed.observe(response)
        return {c.id: self.ask(c, response=response) for c in self._of("response")}

    def borrowed(self, response: Response) -> dict[str, tuple[Answer, ...]]:
        """Answers about the images that a response ran in, by criterion id."""
        if not self._of("image"):
            return {}
        subjects = tuple(self.imagery.of(response))
        asked = {c.id: tuple(self.ask(c, image=s) for s in subjects) for c in self._of("image")}
        return asked if subjects else {}

    def repositories(self) -> None:
        """Ask about components and the system as a whole."""
        for criterion in self._of("component"):
            subjects = self._concerned(criterion)
            for component in subjects:
                answer = self.ask(criterion, component=component)
                self.tally.subject(criterion.id, component.id, answer)
            if not subjects and self.components:
                self.tally.unasked(criterion.id, "none_recognised", (_NOBODY_AGENTIC,), _NO_LIBRARY)
            elif not subjects:
                self._unasked(criterion, "component", "repo")
        if self.sources.traces:
            self.available["traces"] = self.observed.survey
        for criterion in self._of("system"):
            self.tally.subject(criterion.id, "", self.ask(criterion))
        self._images()
        self._nobody("model", "registry")

    def _images(self) -> None:
        """Ask about every image that responses or the configuration name."""
        found = list(self.imagery.subjects(self.observed.images))
        for criterion in self._of("image"):
            for subject, count in found:
                answer = self.imagery.weighed(self.ask(criterion, image=subject))
                self.tally.subject(criterion.id, subject.id, answer, count)
        if not found:
            self._nobody("image", "images")

    @property
    def steps(self) -> bool:
        """Whether any CI workflow was found."""
        return self.sources.repo is not None and bool(self.sources.repo.steps())

    @property
    def population(self) -> int | None:
        """Responses in the stores before sampling."""
        return self.sources.traces.population if self.sources.traces else 0

    def ask(self, criterion: Criterion, **subject: Any) -> Answer:
        """One question about one subject."""
        probe = self.request.probes[criterion.id]
        return probe.ask({**self.available, **subject, "limits": criterion.limits})

    def _of(self, subject: str) -> Sequence[Criterion]:
        return self._by_subject.get(subject, ())

    def _concerned(self, criterion: Criterion) -> tuple[Component, ...]:
        """Every component for environment; for the rest, those that call a model or the like."""
        components = self.components or ()
        if criterion.id in self._everywhere:
            return components
        return tuple(c for c in components if c.agentic)

    def _nobody(self, subject: str, source: str) -> None:
        for criterion in self._of(subject):
            self._unasked(criterion, subject, source)

    def _unasked(self, criterion: Criterion, subject: str, source: str) -> None:
        """No subject: the source is absent, or holds none."""
        there = getattr(self.sources, source) is not None
        reason = "no_subject" if there else "not_configured"
        self.tally.unasked(criterion.id, reason, (Cause(source, "", reason),))


def _components(sources: Sources) -> tuple[Component, ...] | None:
    return None if sources.repo is None else sources.repo.components()


def _ledgers(sources: Sources) -> list[Ledger]:
    readers = (sources.repo, sources.traces, sources.images)
    found = [ledger for reader in readers if reader is not None for ledger in reader.ledgers()]
    if sources.host is None:
        return found
    from agentaudit.audit import host  # which compares images, too

    return [*found, *host.ledgers(sources.host, sources.repo)]
