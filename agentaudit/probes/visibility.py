"""What may be said of a kind of step that a response does not show.

Not applicable only where something besides the response says so: every service either comes from a
component that is known and declares nothing of the kind, or shows such steps elsewhere, so that it
is instrumented for them. Otherwise the step may have happened unseen: UNKNOWN.
"""

from __future__ import annotations

from msgspec import Struct

from agentaudit.finding import Answer, Cause
from agentaudit.probe import not_applicable, unknown
from agentaudit.response import Response, Service
from agentaudit.span import Kind


class Sight(Struct, frozen=True):
    """One kind of step, and the libraries whose absence says that there is none."""

    kind: Kind
    trades: frozenset[str]
    what: str
    fact: str
    reason: str
    one_is_enough: bool = False
    """Whether one service that shows such steps elsewhere speaks for all of the response."""

    def rules_out(self, service: Service) -> bool:
        """Whether the repository says that the service does nothing of the kind."""
        return service.declares is not None and not (service.declares & self.trades)

    def unseen(self, response: Response) -> Answer:
        """The answer for a response without any such step."""
        shown = [self.kind in service.shows for service in response.services]
        settled = [
            elsewhere or self.rules_out(service)
            for elsewhere, service in zip(shown, response.services, strict=True)
        ]
        if (self.one_is_enough and any(shown)) or all(settled):
            return not_applicable(
                f"no {self.what} in this response; its services show them elsewhere or declare "
                "no library for them",
                response.entry.evidence(),
            )
        doubtful = {
            Cause(self.fact, service.name, self.reason)
            for service, sure in zip(response.services, settled, strict=True)
            if not sure
        }
        return unknown(
            f"no {self.what} is visible, and nothing says that there was none",
            response.entry.evidence(),
            reason=self.reason,
            causes=doubtful,
        )


MODEL_CALLS = Sight(
    Kind.LLM,
    frozenset({"model", "agent"}),
    "model call",
    "model.visible",
    "model_call_not_visible",
    one_is_enough=True,
)
RETRIEVALS = Sight(
    Kind.RETRIEVER,
    frozenset({"vector_store", "retriever"}),
    "retrieval",
    "retrieval.visible",
    "retrieval_not_visible",
)
GUARDRAILS = Sight(
    Kind.GUARDRAIL,
    frozenset({"guardrail"}),
    "guardrail",
    "guardrail.visible",
    "guardrail_not_visible",
)
