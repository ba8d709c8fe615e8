"""Package managers as build files run them: which one installs the whole of a manifest, whether
from the lock file that is committed, and what it is told to renew or to add."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from msgspec import Struct

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.environment.run_scripts import run_scripts
from agentaudit.probes.environment.stages import (
    Stage,
    deployed,
    holds_manifest,
    holds_no_lock,
    shown,
    stages,
    steps,
)
from agentaudit.source import BuildFile, Component, Lock, Repo

_LOCKS = {
    "npm": ("package-lock.json", "npm-shrinkwrap.json"),
    "yarn": ("yarn.lock",),
    "pnpm": ("pnpm-lock.yaml",),
    "bun": ("bun.lock", "bun.lockb"),
    "uv": ("uv.lock",),
    "poetry": ("poetry.lock",),
    "pdm": ("pdm.lock",),
    "pipenv": ("Pipfile.lock",),
}
_NODE = frozenset({"npm", "yarn", "pnpm", "bun"})
_PYTHON = frozenset({"uv", "poetry", "pdm", "pipenv"})
_TAKES_OVER = {"bun": _LOCKS["npm"]}
"""Locks of another manager that one has long installed by where it has none of its own. Of the rest
only the newest releases of Bun take over some, and which release installs is seldom said."""
_WHOLE = regex(
    r"\b(npm)\s+(?:ci|clean-install|i|install)\b([^\n&|;]{0,300})|\b(yarn)(?:\s+install)?(?![\w.-])([^\n&|;]{0,300})"
    r"|\b(pnpm|bun)\s+(?:ci|i|install)(?![\w.-])([^\n&|;]{0,300})|\b(uv)\s+sync\b([^\n&|;]{0,300})"
    r"|\b(poetry|pdm|pipenv)\s+(?:install|sync)\b([^\n&|;]{0,300})"
)
_FROZEN = regex(
    r"\b(?:npm|bun|pnpm)\s+(?:ci|clean-install)\b|--(?:frozen-lockfile|immutable|frozen)\b(?!=false)"
)
_CHOOSES = regex(
    r"-f\s+[\"']?(?:\./)?(?:yarn\.lock|package-lock\.json|pnpm-lock\.yaml|bun\.lockb?)"
)
"""A line that takes whichever lock file is there."""
_RENEWS = regex(
    r"\buv\s+(?:sync|lock)\b[^\n&|;]{0,200}\s(?:--upgrade|-U)(?=\s|$)"
    r"|\b(?:poetry|pdm|pipenv)\s+update\b|\bpoetry\s+lock\s[^\n&|;]{0,100}--regenerate"
    r"|\bpipenv\s+install\b[^\n&|;]{0,200}--skip-lock"
    r"|\b(?:npm|pnpm)\s+(?:update|upgrade|up)(?=\s|$)(?![^\n&|;]{0,200}\s(?:-g|--global|npm)\b)"
    r"|\byarn\s+upgrade(?=\s|$)|\bbun\s+update(?=\s|$)|\bgo\s+get\s+(?:-\w\s+){0,2}-u\b|\bcargo\s+update\b"
    r"|\b(?:npm|yarn|pnpm|bun)\s[^\n&|;]{0,200}--no-(?:package-lock|lockfile)\b"
    r"|\b(?:poetry|pdm|uv)\s+add\s[^\n&|;]{0,200}\.whl\b"
)
"""What changes what the lock file says; what a wheel needs that is added is resolved then."""
_REMOVES = regex(
    r"\brm\s[^\n&|;]{0,200}?\b(?:uv\.lock|poetry\.lock|pdm\.lock|Pipfile\.lock|package-lock\.json"
    r"|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|go\.sum|Cargo\.lock)"
)
_INSTALLS = regex(
    r"\bgo\s+(?:build|mod|get|install)\b|\bcargo\s+build\b|\b(?:uv|pdm|poetry)\s+lock\b"
)
_ADDS = regex(
    r"\bpip3?\s+install\b([^\n&|;]{0,600})|\b(?:npm\s+(?:i|install)|(?:yarn|pnpm|bun|poetry|uv|pdm)\s+add)"
    r"\s([^\n&|;]{0,600})"
)
_PACKAGE = regex(
    r"((?:@[\w.-]{1,80}/)?[A-Za-z][\w.-]{0,80}?)(?:\[[\w,-]{1,80}\])?((?:@|[<>~!=]=?)[^=\s][^\s]{0,60})?"
)


_OTHERWISE = frozenset({"-g", "--global", "--version", "-v", "-V", "--help"})


class Installation(Struct, frozen=True):
    """A command that installs all of a manifest."""

    manager: str
    frozen: bool
    line: Place


def installations(repo: Repo, file: BuildFile) -> Iterator[Installation]:
    """Those of one build file, in order; a line that takes whichever lock is there is left out."""
    for number, line in steps(repo.read(file.place) or ""):
        for manager, command in () if _CHOOSES.search(line) else _wholes(line):
            frozen = _FROZEN.search(command) is not None
            yield Installation(manager, frozen, shown(file.place, number, line))


def _wholes(line: str) -> Iterator[tuple[str, str]]:
    """The managers that a line installs all of a manifest by, each with its command."""
    for found in _WHOLE.finditer(line):
        manager, rest = (text for text in found.groups() if text is not None)
        if manager not in _NODE or is_whole(rest):
            yield manager, found[0]


def is_whole(rest: str) -> bool:
    """Whether what follows names no package: then it installs all of the manifest."""
    words = rest.split()
    return all(word.startswith("-") for word in words) and not _OTHERWISE & set(words)


def used(repo: Repo, component: Component) -> frozenset[str]:
    """Names of the lock files that decide alone what its images hold: all that installs does so by
    one manager, frozen, or where its lock is the only one that is copied by its name."""
    found = [
        (each, repo.read(file.place) or "")
        for file in deployed(component.build_files)
        for each in installations(repo, file)
    ]
    decided = set[str]()
    for kind in (_NODE, frozenset({"uv"})):
        mine = [(each, text) for each, text in found if each.manager in kind]
        if len({each.manager for each, _ in mine}) == 1 and all(
            each.frozen or _copies_alone(each.manager, text) for each, text in mine
        ):
            decided.update(_LOCKS[mine[0][0].manager])
        if not mine and kind is _NODE:
            decided.update(n for each in _told(repo, component) for n in _LOCKS[each])
    return frozenset(decided)


_NAMED = regex(r"\"packageManager\"\s*:\s*\"(npm|yarn|pnpm|bun)@")
_APART = regex(r"\bcd\s|--prefix\b|--cwd\b|\s-C\s|--(?:filter|dir)\b")


def _told(repo: Repo, component: Component) -> set[str]:
    """The manager that the project names or, where it names none, the one that CI installs by."""
    homes = {lock.place.path.rpartition("/")[0] for lock in component.locks if _is_node(lock)}
    if len(homes) != 1 or sum(map(_is_node, component.locks)) == 1:
        return set()
    home = homes.pop()
    texts = (repo.read(file) or "" for file in repo.files(f"{home}/package.json".lstrip("/")))
    if named := {name for text in texts for name in _NAMED.findall(text)}:
        return named
    steps = (each for each in repo.steps() if each.home.strip("./") == home.strip("./"))
    whole = (_wholes(step.text) for step in steps if not _APART.search(step.text))
    found = {manager for each in whole for manager, _ in each} & _NODE
    return found if len(found) == 1 else set()


def _is_node(lock: Lock) -> bool:
    return lock.ecosystem == "node"


def asked(repo: Repo, component: Component) -> frozenset[str]:
    """Names of the lock files that its images may install by though they have fallen behind:
    frozen, nobody could build one from them."""
    found = (each for file in deployed(component.build_files) for each in installations(repo, file))
    return frozenset(n for each in found if not each.frozen for n in _LOCKS[each.manager])


def _copies_alone(manager: str, text: str) -> bool:
    named = {each for each in _NODE if any(name in text for name in _LOCKS[each])}
    return named == {manager}


def unlocked(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines of its build files by which a manager installs what the lock files do not hold."""
    locks = {PurePosixPath(lock.place.path).name for lock in component.locks}
    for file in deployed(component.build_files):
        text = repo.read(file.place) or ""
        for each in installations(repo, file):
            mine = set(_LOCKS[each.manager])
            kind = _NODE if each.manager in _NODE else _PYTHON
            there = {name for manager in kind for name in _LOCKS[manager]} & locks
            read = mine | set(_TAKES_OVER.get(each.manager, ()))
            # An image that copies a lock by its name which is not there is built by nobody.
            named = any(re.search(rf"{re.escape(name)}(?![\w*])", text) for name in mine)
            if there and not read & there and not named:
                yield each.line
        yield from _renewed(file.place, text)
        yield from _added(component, file.place, text, _run(repo, component, text))


def _renewed(file: Place, text: str) -> Iterator[Place]:
    removed: tuple[int, str] | None = None
    for number, line in steps(text):
        if _RENEWS.search(line):
            yield shown(file, number, line)
        gone = _REMOVES.search(line)
        after = line[gone.end() :] if gone else line
        removed = (number, line) if gone else removed
        if removed and (_INSTALLS.search(after) or _WHOLE.search(after)):
            yield shown(file, *removed)
            removed = None


_TOOLS = frozenset({"uv", "poetry", "pdm", "pipenv", "pip", "pixi", "hatch", "rye", "conda"})
_STARTS = regex(r"(?i)(?:CMD|ENTRYPOINT)\s")
_PROGRAM = regex(r"[A-Za-z][\w.-]{1,60}")


def _run(repo: Repo, component: Component, text: str) -> frozenset[str]:
    """What an image starts, by itself or in a script, but for managers of packages."""
    said = [line for _, line in steps(text) if _STARTS.match(line)]
    said += [lines[:20_000] for _, lines in run_scripts(repo, component, "\n".join(said))]
    return frozenset(plain(word) for each in said for word in _PROGRAM.findall(each)) - _TOOLS


def _added(
    component: Component, file: Place, text: str, started: Collection[str]
) -> Iterator[Place]:
    """Packages that it asks for in no version or one that moves: those that the code imports or the
    image starts and no manifest declares, and declared ones in a stage that has neither manifest
    nor lock file; in any version, where no lock file is of their language."""
    declared = {plain(d.name) for m in component.manifests for d in m.dependencies}
    taken = (imported(component) | set(started)) - declared
    unlocked_python = all(lock.ecosystem != "python" for lock in component.locks)
    found = stages(text) if component.locks else []
    for stage in found:
        loose = taken | declared if _is_apart(stage, found) else taken
        for number, line in stage.lines:
            asks = [each for adds in _ADDS.finditer(line) for each in _asked(adds)]
            moving = {name for name, version in asks if version in ("@latest", "@next")}
            apart = unlocked_python and "pip" in line
            free = {n for n, version in asks if apart or not version.startswith(("==", "@"))}
            if moving & (taken | declared) or (moving | free) & loose:
                yield shown(file, number, line)


def _is_apart(stage: Stage, all_stages: list[Stage]) -> bool:
    """Whether a stage begins at an image, is given a few files, and nothing is built upon it: then
    it knows no version of anything."""
    given, names = stage.given, {each.name for each in all_stages}
    alone = stage.above not in names and all(each.above != stage.name for each in all_stages)
    return alone and holds_no_lock(given) and not holds_manifest(given)


def imported(component: Component) -> frozenset[str]:
    """What the code of the application imports, as names of packages are compared."""
    return frozenset(
        plain(name)
        for row in component.code.imports
        if row.role is Role.APP
        for name in (row.library, row.module, row.module.partition(".")[0])
    )


def unspoken(repo: Repo, component: Component) -> frozenset[str]:
    """Python, where lists of requirements beside a project in another language are all there is of
    it: none of the application's code is in it, nor is its image."""
    files = {m.place.path for m in component.manifests if m.ecosystem == "python"}
    others = {m.ecosystem for m in component.manifests} - {"python"}
    if not files or not others or not all("requirements" in PurePosixPath(p).name for p in files):
        return frozenset()
    home = "" if component.path == "." else f"{component.path}/"
    written = any(repo.role(file) is Role.APP for file in repo.files(f"{home}**/*.py"))
    bases = (base.reference for file in component.build_files for base in file.bases)
    return frozenset(() if written or any("python" in each for each in bases) else ("python",))


def _asked(adds: re.Match[str]) -> Iterator[tuple[str, str]]:
    """The packages that a command names, in one spelling, each with what it says of the version."""
    words = [word.strip("\"'") for word in (adds[1] or adds[2] or "").split()]
    if {"-r", "--requirement", "-c", "--constraint", "-e", "-g", "--global"} & set(words):
        return
    for word in words:
        if found := _PACKAGE.fullmatch(word):
            yield plain(found[1]), found[2] or ""


def plain(name: str) -> str:
    """A name of a package or a module in one spelling."""
    return re.sub(r"[-_./]+", "-", name).lower()
