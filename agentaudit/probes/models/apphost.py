"""Models that the host of an Aspire application names for what it starts, and nobody else does."""

from __future__ import annotations

from agentaudit.expressions import regex
from agentaudit.finding import Answer
from agentaudit.model_ids import model_id
from agentaudit.probe import unknown
from agentaudit.source import Component, Place, Repo

_FILES = ("**/*AppHost/appsettings.json", "**/apphost.settings.json")
_MODEL = regex(r"\"Model(?:Id|Name)?\"\s{0,4}:\s{0,4}\"([\w./:-]{2,100})\"")


def hosted_elsewhere(repo: Repo, component: Component) -> Answer | None:
    """UNKNOWN where the host may let a component ask an alias; None where it names none."""
    for place in (each for pattern in _FILES for each in repo.files(pattern)):
        for number, line in enumerate((repo.read(place) or "").split("\n"), 1):
            named = found[1] if (found := _MODEL.search(line)) else ""
            known = model_id(named)
            if place.repo == component.repo and known is not None and not known.pinned:
                return unknown(
                    f"the host that starts it may let it ask {named}, an alias",
                    Place(place.repo, place.path, number, line.strip()[:200]).evidence(),
                    reason="chosen_by_host",
                    fact="model id",
                    place=component.id,
                )
    return None
