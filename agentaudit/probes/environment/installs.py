"""What an image installs, where that is not what a lock file pins."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.environment.managers import imported, is_whole, plain, unlocked
from agentaudit.probes.environment.run_scripts import run_scripts
from agentaudit.probes.environment.stages import (
    holds_manifest,
    holds_no_lock,
    placed,
    shown,
    stages,
)
from agentaudit.source import BuildFile, Component, Manifest, Repo

_PIP = regex(r"\bpip3?\s+install\b([^\n&|;]{0,600})")
_LIST = regex(r"(?:-r|--requirements?)[\s=]+[\"']?(\S{1,200}?)[\"']?(?=\s|$)")
_ITSELF = regex(
    r"(?:^|\s)(?:-e\s+)?[\"']?(?:\.(?:\[[\w,-]{1,80}\])?|pyproject\.toml)[\"']?(?=\s|$)"
)
_PROJECT = "pyproject.toml"
_LOCKED = regex(
    r"\buv\s+(?:sync|export)\b|\bpoetry\s+(?:install|export)\b|\bpdm\s+(?:sync|install|export)\b"
    r"|\bpipenv\s+(?:sync|install|requirements)\b|\bconda-lock\b|\bpixi\s+install\b|pip-compile"
    r"|\buv\s+pip\s+(?:sync|compile)\b|(?:^|\s)(?:-c|--constraint)[\s=]"
)
"""What installs from a lock file, or writes one out for pip."""
_BARE = regex(r"([A-Za-z][\w.-]{0,80})(?:\[[\w,-]{1,80}\])?(?:(?:>=?|<=?|~=|!=)[^\s=]{1,60})?")
"""A package without a version of its own."""
_COMMENT = regex(r"^\s*#")


def past_the_lock(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines of its build files by which pip or another manager installs what no lock file pins, or
    what one pins without asking it: a list of ranges, the project by its manifest, what it declares
    by bare names, though a lock file lies beside it."""
    for file in component.build_files:
        text = repo.read(file.place) or ""
        for place, lines in ((file.place, text), *run_scripts(repo, component, text)):
            if not _LOCKED.search(_bare(lines)):
                yield from _loose(component, place, lines)
    yield from unlocked(repo, component)
    if any(m.ecosystem == "node" for m in component.manifests):
        for file in component.build_files:
            yield from _without_lock(component, file, repo.read(file.place) or "")


_ANY = regex(r"\bfind\s[^\n]{0,200}requirements|\*{1,2}/[^\n]{0,60}requirements|\bxargs\b")
"""How a build may come by lists that it does not name."""


def left_out(repo: Repo, component: Component, manifest: Manifest) -> bool:
    """Whether it is a list of requirements which none of the component's images installs, nor what
    asks a model or trains one, in a directory of its own or beside the project and without anything
    that the code imports: what somebody runs now and then, beside the application."""
    path = PurePosixPath(manifest.place.path)
    home = "" if component.path == "." else component.path
    within = path.parent.relative_to(home).parts if path.is_relative_to(home) else ()
    if "requirements" not in path.name or within == ("requirements",):
        return False
    if not within and (len(component.manifests) < 2 or _imports(component, manifest)):
        return False
    agentic = {
        d.place.path for trade in ("model", "trainer") for d in component.declares.get(trade, ())
    }
    if manifest.place.path in agentic:
        return False
    texts = [_bare(repo.read(file.place) or "") for file in component.build_files]
    name = within[-1] if within else path.name
    named = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    return bool(texts) and not any(named.search(text) or _ANY.search(text) for text in texts)


def _imports(component: Component, manifest: Manifest) -> bool:
    """Whether the code of the component imports anything that a manifest asks for."""
    asked = {plain(need.name) for need in manifest.dependencies}
    return not asked.isdisjoint(imported(component))


def _bare(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not _COMMENT.match(line))


def _loose(component: Component, file: Place, text: str) -> Iterator[Place]:
    locked = {lock.place.path.rpartition("/")[2] for lock in component.locks if lock.complete}
    ranges = {m.place.path.rpartition("/")[2] for m in component.manifests if m.dependencies}
    ranges -= locked
    declared = {d.name for m in component.manifests for d in m.dependencies} if locked else set()
    settled = False
    for number, line in enumerate(text.split("\n"), 1):
        for found in () if _COMMENT.match(line) else _PIP.finditer(line[:2000]):
            asked = found[1]
            lists = {name.rpartition("/")[2] for name in _LIST.findall(asked)}
            # What is installed already satisfies the project that is installed after it.
            settled = settled or bool(lists & locked)
            itself = _PROJECT in lists or _ITSELF.search(asked) is not None
            itself = itself and "--no-deps" not in asked and _PROJECT in ranges
            lists -= {_PROJECT}
            named = not lists and not settled and _named(asked) & declared
            if lists & ranges or named or (itself and not lists and not settled):
                yield replace(file, line=number, text=line.strip()[:300])


def _named(asked: str) -> set[str]:
    """Packages that pip is asked for by name only, as indexes compare their names."""
    words = (word.strip("\"'") for word in asked.split())
    names = (found[1] for word in words if (found := _BARE.fullmatch(word)))
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


_PACKAGES = regex(
    r"\b(?:npm\s+(?:ci|i|install)|yarn(?:\s+install)?|(?:pnpm|bun)\s+(?:i|install))(?![\w.-])"
    r"([^\n&|;]{0,300})"
)


def _is_given(file: BuildFile, path: str) -> bool:
    return not file.context or path.startswith(f"{file.context}/")


_HOME = regex(r"(?i)WORKDIR\s+[\"']?([^\s\"'$]{1,200})[\"']?\s*")
_ELSEWHERE = regex(r"\bcd\s|\bpushd\s|--prefix\b|--cwd\b|\s-C\s")


def _without_lock(component: Component, file: BuildFile, text: str) -> Iterator[Place]:
    """Lines that install the packages of a manifest which was copied without its lock file: one
    that is not named, or does not lie in the directory that the image is built from."""
    locks = {lock.place.path for lock in component.locks if _is_given(file, lock.place.path)}
    left: dict[str, tuple[str, set[str]]] = {}
    for stage in stages(text) if "mount=type=bind" not in text else ():
        home, above = left.get(stage.above, ("", set()))
        copied = set(above)
        for number, line in stage.lines:
            if (moved := _HOME.fullmatch(line)) is not None:
                at = posixpath.normpath(posixpath.join(home, moved[1]))
                home, copied = at, copied if at == home else set()
            copied |= placed(line, home)
            whole = not _ELSEWHERE.search(line) and any(map(is_whole, _PACKAGES.findall(line)))
            if whole and holds_manifest(copied) and holds_no_lock(copied, locks):
                yield shown(file.place, number, line)
        left[stage.name] = home, copied
