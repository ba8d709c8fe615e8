"""Files of a tree that hold named values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git import kubernetes, settings
from agentaudit.sources.git.reader import Reader

_WORKER = regex(r"wrangler(?:[.-]example)?\.(?:toml|jsonc?)(?:\.example)?")
_DEPLOYS = ("compose", "docker-compose")


def files(
    reader: Reader, alone: Callable[[str], bool], composed: Collection[str] = ()
) -> Iterator[str]:
    """The files in order; `alone` tells whether a file belongs to a single component, `composed`
    are compose files, whatever they are called."""
    found = {*composed, *settings.find(reader), *kubernetes.value_files(reader)}
    # Of several components nobody can tell whose environment a manifest elsewhere sets.
    elsewhere = {*kubernetes.manifests(reader), *reader.named(_WORKER.fullmatch)}
    found |= {path for path in elsewhere if alone(path)}
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
    return (path for path in sorted(found) if not path.endswith(".py"))
