"""Programs of Python that stand beside the one that an image starts: nothing that is deployed runs
them, whatever they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_STARTS = regex(r"(?m)^[ \t]{0,8}(?:CMD|ENTRYPOINT)\s([^\n]{1,2000})")
_TOLD = regex(
    r"(?<![\w./-])(?:(?:\./)?((?:[\w-]{1,80}/){0,9}[\w-]{1,80})\.py\b"
    r"|(\w{1,80}(?:\.\w{1,80}){0,9}):\w{1,60}\b|-m[\s\"',]{1,6}(\w{1,80}(?:\.\w{1,80}){1,9}))"
)
"""The program that a command starts: a file, an object of a module, or a module."""
_BY_CONVENTION = regex(r"(?:function_app|lambda_function|handler|conftest|settings|\d\w*)\.py")
"""Files that a platform or a framework loads, whoever names them."""
_NAMING = (
    *("**/*.yml", "**/*.yaml", "**/*.toml", "**/*.json", "**/*.sh", "**/*.cfg", "**/*.ini"),
    *("**/*.conf", "**/*.py", "**/*.tf", "**/Procfile*", "**/*akefile", "**/justfile"),
    "**/*ockerfile*",
)


def is_another(repo: Repo, component: Component, place: Place) -> bool:
    """Whether it is known what the images of a component start, and a file of it is neither that
    nor named by anything that could load or start it."""
    name = place.path.rpartition("/")[2]
    if not component.build_files or _BY_CONVENTION.fullmatch(name) or "/pages/" in place.path:
        return False
    started = _started(repo, component)
    if not started or place.path in started or _is_imported(component, place, started):
        return False
    home = "" if component.path == "." else component.path
    below = place.path.removesuffix(".py").removeprefix(f"{home}/").split("/")
    return not _is_named(repo, place, below[-2:])


def _started(repo: Repo, component: Component) -> frozenset[str]:
    """The files that its images start; empty where that of any of them cannot be told."""
    home = "" if component.path == "." else f"{component.path}/"
    paths = [file.path for file in repo.files(f"{home}**/*.py")]
    found: set[str] = set()
    for file in component.build_files:
        text = repo.read(file.place) or ""
        commands = " ".join(_STARTS.findall(text[text.rfind("\nFROM ") + 1 :]))
        meant = list(_meant(commands, paths))
        if not meant:
            return frozenset()
        found.update(meant)
    return frozenset(found)


def _meant(command: str, paths: Iterable[str]) -> Iterator[str]:
    """Of the files that it may mean, those that lie nearest to the root."""
    for told in _TOLD.findall(command):
        ending = next(filter(None, told)).replace(".", "/") + ".py"
        held = [path for path in paths if path == ending or path.endswith(f"/{ending}")]
        depth = min((path.count("/") for path in held), default=0)
        yield from (path for path in held if path.count("/") == depth)


def _is_imported(component: Component, place: Place, started: Iterable[str]) -> bool:
    """Whether a file imports what goes by its name; by that of its directory too, where something
    that is started goes by the same."""
    directory, _, name = place.path.rpartition("/")
    stem, around = name.removesuffix(".py"), directory.rpartition("/")[2]
    if stem == "__init__":
        return True
    shared = any(path.rpartition("/")[2] == name for path in started)
    for row in component.code.imports:
        parts = [*row.module.split("."), *row.names]
        beside = row.place.path.rpartition("/")[0] == directory
        named = stem in (row.module.split(".")[-1], *row.names)
        if row.place.path != place.path and named and (not shared or beside or around in parts):
            return True
    return False


def _is_named(repo: Repo, place: Place, parts: list[str]) -> bool:
    """Whether a file says where it stands, as a path or as a module."""
    stem = re.escape(parts[-1])
    inside = "".join(f"{re.escape(part)}[./]" for part in parts[:-1])
    ends = r"\b" if inside else r"(?:\.py\b|:\w)"
    named = re.compile(rf"(?<![\w]){inside}{stem}{ends}|-m[\s\"',]{{1,6}}{inside}{stem}\b")
    return any(
        file.path != place.path and named.search((repo.read(file) or "")[:200_000])
        for kind in _NAMING
        for file in repo.files(kind, saying=(parts[-1],))
    )
