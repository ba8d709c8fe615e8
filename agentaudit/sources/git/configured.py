"""Files of a tree that hold named values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git import kubernetes, settings
from agentaudit.sources.git.reader import Reader

_ELSEWHERE = regex(r"wrangler(?:[.-]example)?\.(?:toml|jsonc?)(?:\.example)?|render\.ya?ml")
_DEPLOYS = ("compose", "docker-compose")


def files(
    reader: Reader, alone: Callable[[str], bool], composed: Collection[str] = ()
) -> Iterator[tuple[str, bool]]:
    """The files in order, each with whether what tells of nobody there is for all that it belongs
    to; `alone` tells whether a file belongs to a single component, `composed` are compose files,
    whatever they are called."""
    found = {*composed, *settings.find(reader), *kubernetes.value_files(reader)}
    for path in reader.app:
        name = path.rpartition("/")[2].lower()
        deploys = name.startswith(_DEPLOYS) and name.endswith((".yml", ".yaml"))
        if (
            deploys
            or name.startswith(("dockerfile", ".env"))
            or name.endswith((".dockerfile", ".env", "parameters.json"))
            or path.startswith(".github/workflows/")
            or name in ("ai.yaml", "ai.yml", "langgraph.json")
        ):
            found.add(path)
    # Of several components nobody can tell whose environment a manifest elsewhere sets.
    elsewhere = {*kubernetes.manifests(reader), *reader.named(_ELSEWHERE.fullmatch)}
    for path in sorted(found | elsewhere):
        if not path.endswith(".py"):
            yield path, path in found or alone(path)
