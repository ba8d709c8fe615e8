"""What an image installs, where that is not what a lock file pins."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.environment.engines import by_engine
from agentaudit.probes.environment.hosts import host_builds
from agentaudit.probes.environment.managers import imported, is_whole, plain, unlocked, unspoken
from agentaudit.probes.environment.run_scripts import run_scripts
from agentaudit.probes.environment.stages import (
    deployed,
    holds_manifest,
    holds_no_lock,
    placed,
    renamed,
    shown,
    stages,
    steps,
)
from agentaudit.source import BuildFile, Component, Lock, Manifest, Repo

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
    for file in deployed(component.build_files):
        text = repo.read(file.place) or ""
        for place, lines in ((file.place, text), *run_scripts(repo, component, text)):
            if not _LOCKED.search(_bare(lines)):
                yield from _loose(repo, component, place, lines)
    hosted = list(host_builds(repo, component))
    if not any(_LOCKED.search(lines) for _, lines in hosted):
        for place, lines in hosted:
            yield from (place for _ in _loose(repo, component, place, lines))
    yield from unlocked(repo, component)
    yield from by_engine(repo, component)
    for file in deployed(component.build_files):
        text = repo.read(file.place) or ""
        yield from _without_lock(component, file, text)
        yield from _kept_out(repo, component, file, text)


_ANY = regex(r"\bfind\s[^\n]{0,200}requirements|\*{1,2}/[^\n]{0,60}requirements|\bxargs\b")
"""How a build may come by lists that it does not name."""


def left_out(repo: Repo, component: Component, manifest: Manifest) -> bool:
    """Whether it is a list of requirements which none of the component's images installs, nor what
    asks a model or trains one, in a directory of its own or beside the project and without anything
    that the code imports: what somebody runs now and then, beside the application."""
    if manifest.ecosystem in unspoken(repo, component):
        return True
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


def _loose(repo: Repo, component: Component, file: Place, text: str) -> Iterator[Place]:
    locked = {_last(lock.place.path) for lock in component.locks if lock.complete}
    ranges = {_last(m.place.path) for m in component.manifests if m.dependencies}
    ranges |= {_last(k.place.path) for k in component.locks if _is_short(repo, component, k)}
    ranges -= locked
    declared = {d.name for m in component.manifests for d in m.dependencies} if locked else set()
    settled, called = False, dict[str, str]()
    for number, line in steps(text):
        called |= renamed(line)
        for found in _PIP.finditer(line):
            asked = found[1]
            lists = {_last(name) for name in _LIST.findall(asked)}
            lists = {called.get(name, name) for name in lists}
            # What is installed already satisfies the project that is installed after it.
            settled = settled or bool(lists & locked)
            itself = _PROJECT in lists or _ITSELF.search(asked) is not None
            itself = itself and "--no-deps" not in asked and _PROJECT in ranges
            lists -= {_PROJECT}
            named = not lists and not settled and _named(asked) & declared
            if lists & ranges or named or (itself and not lists and not settled):
                yield shown(file, number, line)


def _is_short(repo: Repo, component: Component, lock: Lock) -> bool:
    """Whether it is a list of versions, and not of so many more packages than are asked for beside
    it that it can only have been taken from an installed environment."""
    pinned = (repo.read(lock.place) or "").count("==") if lock.place.path.endswith(".txt") else 0
    direct = max((len(m.dependencies) for m in component.manifests), default=0)
    return bool(lock.problem) and 0 < pinned < 2 * direct


def _last(path: str) -> str:
    return path.rpartition("/")[2]


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


def _kept_out(repo: Repo, component: Component, file: BuildFile, text: str) -> Iterator[Place]:
    """The first line that looks versions up where no lock file reaches the build: all are among
    what is left out of the directory that the image is built from."""
    context = file.place.path.rpartition("/")[0] if file.context is None else file.context
    home = f"{context}/" if context not in ("", ".") else ""
    locks = [k.place.path for k in component.locks if k.place.path.startswith(home)]
    for name in (f"{file.place.path}.dockerignore", f"{home}.dockerignore"):
        for ignores in repo.files(name) if locks else ():
            rows = [row.strip() for row in (repo.read(ignores) or "")[:20_000].split("\n")]
            out = [_is_left_out(path.removeprefix(home), rows) for path in locks]
            for number, line in steps(text) if all(out) else ():
                asks = _RESOLVES.findall(line) or filter(is_whole, _PACKAGES.findall(line))
                if any(not _AS_LOCKED.search(each) for each in asks):
                    yield shown(file.place, number, line)
                    return


def _is_left_out(path: str, rows: Collection[str]) -> bool:
    left = False
    for row in rows:
        pattern = row.removeprefix("!").removeprefix("./").strip("/")
        if pattern and not row.startswith("#") and _covers(pattern.split("/"), path.split("/")):
            left = not row.startswith("!")
    return left


def _covers(pattern: list[str], path: list[str]) -> bool:
    """Whether a pattern of Docker, part by part, means a path or a directory around it."""
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(_covers(pattern[1:], path[at:]) for at in range(len(path)))
    first = bool(path) and fnmatchcase(path[0], pattern[0])
    return first and _covers(pattern[1:], path[1:])


_RESOLVES = regex(
    r"\b(?:uv\s+(?:sync|lock|export)|(?:poetry|pdm|pipenv)\s+(?:install|sync|lock|export))\b"
    r"([^\n&|;]{0,300})"
)
_AS_LOCKED = regex(r"--(?:frozen|locked|deploy|ignore-pipfile)\b")
_COMPILES = regex(r"\bpip-compile\b|\buv\s+pip\s+compile\b")
_HOME = regex(r"(?i)WORKDIR\s+[\"']?([^\s\"'$]{1,200})[\"']?\s*")
_ELSEWHERE = regex(r"\bcd\s|\bpushd\s|--prefix\b|--cwd\b|\s-C\s|--(?:directory|project)\b")


def _without_lock(component: Component, file: BuildFile, text: str) -> list[Place]:
    """Lines that install the packages of a manifest which was copied without its lock file: one
    that is not named, or does not lie in the directory that the image is built from."""
    locks = {lock.place.path for lock in component.locks if _is_given(file, lock.place.path)}
    left: dict[str, tuple[str, dict[str, set[str]]]] = {}
    found = list[Place]()
    for stage in stages(text) if "mount=type=bind" not in text else ():
        home, above = left.get(stage.above, ("", {}))
        held = {at: set(names) for at, names in above.items()}
        for number, line in stage.lines:
            if (moved := _HOME.fullmatch(line)) is not None:
                home = posixpath.normpath(posixpath.join(home, moved[1]))
            at, names = placed(line, home)
            held.setdefault(at, set()).update(names)
            copied = held.get(home, set())
            bare = holds_manifest(copied) and holds_no_lock(copied, locks)
            if bare and not _ELSEWHERE.search(line) and _looks_up(line, copied):
                found.append(shown(file.place, number, line))
            elif not bare and _RESOLVES.search(line):
                found.clear()  # what an earlier line looked up is made equal to the lock file
        left[stage.name] = home, held
    return found


def _looks_up(line: str, copied: Collection[str]) -> bool:
    """Whether a line installs all of a manifest by versions that it looks up, where no lock file is
    among what was copied."""
    if any(map(is_whole, _PACKAGES.findall(line))):
        return True
    if asks := _RESOLVES.findall(line):
        return not all(map(_AS_LOCKED.search, asks))
    listed = any(name.endswith(".txt") for name in copied)
    return not listed and _COMPILES.search(line) is not None
