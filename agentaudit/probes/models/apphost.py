"""Models that the host of an Aspire application names for what it starts, and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.finding import Answer
from agentaudit.model_ids import model_id
from agentaudit.probe import unknown
from agentaudit.probes.models.ids import Used
from agentaudit.probes.models.versions import is_version
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


_HOSTS = ("**/*AppHost*/*.cs", "**/apphost.cs")
_DEPLOYS = regex(
    r"\.AddDeployment\(\s{0,40}(?:new\s{0,4}\w{0,60}\(\s{0,40})?(?:name:\s{0,4})?(\"[^\"\n]{1,100}\"|[\w.]{1,100})"
    r"(?:,\s{0,40}(?:modelName:\s{0,4})?\"([^\"\n]{1,100})\")?"
    r"(?:,\s{0,40}(?:modelVersion:\s{0,4})?\"([^\"\n]{1,40})\")?"
)
"""The name of a deployment, its model, and its version."""


def deployed(repo: Repo, component: Component, purposes: frozenset[str]) -> list[Used]:
    """Models of these purposes that the host deploys under names that the component's own code asks
    for; empty where what one of them is stands nowhere."""
    rows = list(_deployments(repo, component))
    program = _program(repo, component) if rows else ""
    rows = [row for row in rows if f'"{row[0]}"' in program]
    if not all(model_id(model) for _, model, _, _ in rows):
        return []
    return [
        Used(named, place, place if is_version(version) else None)
        for _, model, version, place in rows
        if (named := model_id(model)) is not None and named.purpose in purposes
    ]


def _deployments(repo: Repo, component: Component) -> Iterator[tuple[str, str, str, Place]]:
    for place in (each for pattern in _HOSTS for each in repo.files(pattern)):
        text = repo.read(place) or "" if place.repo == component.repo else ""
        for found in _DEPLOYS.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            at = Place(place.repo, place.path, line, text.split("\n")[line - 1].strip()[:200])
            yield found[1].strip('"'), found[2] or "", found[3] or "", at


def _program(repo: Repo, component: Component) -> str:
    """What the component's own start is written as: it asks for clients by the names there."""
    home = "" if component.path == "." else f"{component.path}/"
    own = (each for each in repo.files(f"{home}**/Program.cs") if each.repo == component.repo)
    texts = (repo.read(each) or "" for each in own)
    return "\n".join(text for text in texts if not _HOST.search(text))


_HOST = regex(r"\bDistributedApplication\.CreateBuilder\b")
