"""What captures every exception of a program, whoever logs it."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Strength, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.caught import in_pages
from agentaudit.probes.telemetry.errors import answering, language, tracked
from agentaudit.probes.telemetry.image_agents import agents
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.probes.telemetry.switches import call_of, lacks_only_credentials
from agentaudit.probes.telemetry.zap import stacked
from agentaudit.source import Component, Repo


def captured(repo: Repo, component: Component) -> Iterator[tuple[str, Place]]:
    """What captures every exception, whoever logs it. Errors of Go are values, of which a tracker
    sees none but those that it is given; a stack of its panics is one of bugs, and not of a model's
    failing."""
    for use in component.uses("exceptions"):
        on = use.strength is Strength.ON or lacks_only_credentials(component, use)
        values = use.place.path.endswith(".go")
        if (
            on
            and not _sends_nowhere(component, use)
            and not values
            and _where_it_answers(component, use.place)
            and loaded(repo, component, use.place)
        ):
            yield f"{use.library} captures exceptions", use.place
    start = tracked(component.code)
    if start and next(in_pages(repo, component.path), None) is None:
        yield f"{start.method} keeps the stack of every error", start.place
    if logs := stacked(repo, component):
        yield f"{logs.method} of zap adds the stack to every error", logs.place
    for agent in agents(repo, component):
        yield "an agent in the image keeps exceptions", agent


_DROPS = regex(
    r"lambda\b[^:]{0,60}:\s{0,4}None|\(?[\w\s,]{0,60}\)?\s{0,4}=>\s{0,4}(?:null|undefined)"
)


def _sends_nowhere(component: Component, use: Use) -> bool:
    """Whether a tracker is started with an empty address, which switches it off, or drops every
    event."""
    call = call_of(component, use)
    dsn = call.argument("dsn") if call else None
    drops = call.argument("before_send", "beforeSend") if call else None
    if drops is not None and _DROPS.fullmatch(drops.written.strip()):
        return True
    return dsn is not None and dsn.text == "" and dsn.via == "literal"


def _where_it_answers(component: Component, place: Place) -> bool:
    """Whether a tracker stands in a language in which models are asked too: that of the page, or of
    a bot beside the service, sees none of its exceptions."""
    spoken = answering(component.code)
    return not spoken or language(place) in spoken | {""}
