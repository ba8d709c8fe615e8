"""What the hooks of the Azure Developer CLI start: projects that run once when it deploys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.parse import Path
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.compose import joined
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.reader import Reader, directory, inside, mapping, sequence, word

_FILES = frozenset(("azure.yaml", "azure.yml"))
_STARTS = regex(
    r"(?:--project[= ]|-(?:f|-file)[= ]|-jar |--prefix[= ]"
    r"|\b(?:python3?|node|npx tsx|tsx|go run|uv run) |\bcd )"
    r"[\"']?([\w./\\-]{1,300})"
)
"""How a script names the project or the file that it starts."""
_SCRIPT = regex(r"[\"']?(?:\./)?([\w./-]{1,200}\.(?:sh|ps1|py|js|ts))\b")
_ASIDE = regex(r"(?i)(?:^|/)(?:scripts?|hooks|tools?|deploy(?:ment)?|azd-hooks|utils?)/")
"""Directories of what deploys."""
_MOST = 400
"""Lines of a script that are looked at."""


def started(reader: Reader, homes: Homes, found: list[Build]) -> list[Build]:
    """Projects of their own that a hook runs, by itself or in a script: what the deployment itself
    needs is none, nor is a part of what is built anyway."""
    built = {build.home for build in found} - {""}
    return [
        build
        for build in _started(reader, homes)
        if not _ASIDE.search(f"{build.home}/")
        and reader.directory_role(build.home) is Role.APP
        and not any(inside(build.home, home) for home in built)
    ]


def _started(reader: Reader, homes: Homes) -> Iterator[Build]:
    for path in reader.named(_FILES.__contains__):
        for tree in reader.yaml(path)[:1]:
            data = mapping(tree.data)
            for at, command in _commands(("hooks",), data.get("hooks")):
                place = reader.place(path, tree.line(*at))
                for home in _homes(reader, homes, directory(path), command):
                    yield Build(home, place)


def _commands(at: Path, given: Any) -> Iterator[tuple[Path, str]]:
    """What each hook runs; a hook may be written for two systems, or be a list."""
    for name, hook in mapping(given).items():
        steps = [((*at, name), step) for step in sequence(hook)] or [((*at, name), hook)]
        for inner, step in steps:
            for form in (step, mapping(step).get("posix"), mapping(step).get("windows")):
                if run := word(mapping(form).get("run")):
                    yield inner, run


def _homes(reader: Reader, homes: Homes, base: str, command: str) -> Iterator[str]:
    texts = [command]
    for found in _SCRIPT.finditer(command):
        script = joined(base, found[1])
        if script is not None and script in reader.known:
            texts.append("\n".join((reader.text(script) or "").split("\n")[:_MOST]))
    for text in texts:
        for found in _STARTS.finditer(text):
            named = joined(base, found[1].replace("\\", "/"))
            home = homes.nearest(_directory(reader, named)) if named else None
            if home:
                yield home


def _directory(reader: Reader, path: str) -> str:
    """The path itself where it is a directory, else the one that it stands in."""
    return path if path in reader.directories else directory(path)
