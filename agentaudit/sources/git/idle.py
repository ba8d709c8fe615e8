"""Libraries that a manifest declares and nothing uses: what is left of another time, and what only
shows on pages that a back end answered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set

from agentaudit.code import Code
from agentaudit.source import Component, Dependency
from agentaudit.sources.git import libraries
from agentaudit.sources.git.knowledge import known
from agentaudit.sources.git.reader import Reader, directory, inside
from agentaudit.sources.git.roles import SOURCES
from agentaudit.trades import AGENTIC, acts, is_protocol

_LEAST = 4
"""Files of code that must be there: of less nobody can tell what starts it, and how."""
_MOST = 3_000
"""Files of a component that are searched for the name of a library."""
_SAID = (".md", ".mdx", ".rst", ".lock", ".lockb", ".sum", "-lock.json", "-lock.yaml")
"""Names of files that tell of libraries and use none."""


def kept(
    reader: Reader, component: Component, code: Code, does: Set[str] | None, copies: Collection[str]
) -> Mapping[str, tuple[Dependency, ...]]:
    """What a component declares, by trade, without what it plainly does not use: all of its code
    was read. `copies` is what its images take in."""
    declares = component.declares
    if not code.read or code.problem or code.files < _LEAST:
        return declares
    used = {use.library for t in AGENTIC for use in code.used.get(t, ()) if acts(use)}
    idle = {each for each in _declared(component) if _shows(each) and _name(each) not in used}
    other = [each for each in _declared(component) if each not in idle]
    asks = bool(does) if does is not None else bool(used) or code.posts
    if not asks and not _takes_in(reader, component, copies):
        mentioned = _mentioned(reader, component, other)
        idle |= set() if mentioned else set(other)
    return {
        trade: rest
        for trade, given in declares.items()
        if (rest := tuple(d for d in given if trade not in AGENTIC or d not in idle))
    }


def _declared(component: Component) -> Iterator[Dependency]:
    for trade in AGENTIC:
        for each in component.declares.get(trade, ()):
            if not is_protocol(each.name):
                yield each


def _name(dependency: Dependency) -> str:
    return libraries.package_name(dependency)


def _shows(dependency: Dependency) -> bool:
    return _name(dependency) in known().shown.get(dependency.ecosystem, ())


def _takes_in(reader: Reader, component: Component, copies: Collection[str]) -> bool:
    """Whether an image takes in code that stands outside of the component."""
    home = component.path.removeprefix(".")
    aside = [source for source in copies if source in reader.directories]
    return any(
        path.rpartition(".")[2] in SOURCES and not inside(path, home) and inside(path, source)
        for source in aside
        for path in reader.app
    )


def _mentioned(reader: Reader, component: Component, found: Collection[Dependency]) -> bool:
    """Whether one of them stands in a file besides manifests, or may be used without a word: a
    program may be started, or a class be named in a file of settings."""
    words: set[str] = set()
    for each in found:
        modules = known().modules(each.ecosystem, _name(each))
        if each.ecosystem not in ("python", "node", "go") or not modules:
            return True
        words |= {_name(each), *modules}
    if not words:
        return False
    home = component.path.removeprefix(".")
    manifests = {manifest.place.path for manifest in component.manifests}
    paths = [p for p in reader.app if inside(p, home) and p not in manifests]
    return len(paths) > _MOST or any(
        any(word in text for word in words)
        for path in paths
        if not path.endswith(_SAID) and directory(path).rpartition("/")[2] != "requirements"
        if (text := reader.text(path))
    )
