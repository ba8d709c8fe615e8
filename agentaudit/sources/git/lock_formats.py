"""What each kind of lock file pins. TOML and JSON are parsed; the others are written by one tool
each, line by line, and are read that way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from agentaudit import parse
from agentaudit.sources.git.declared import normalised
from agentaudit.sources.git.reader import mapping, sequence, word
from agentaudit.sources.git.requirements import read

REQUIREMENTS_LOCK = re.compile(r"requirements[\w.-]{0,80}\.lock")


@dataclass(frozen=True, slots=True)
class Pinned:
    """What a lock file holds."""

    names: frozenset[str] = frozenset()
    complete: bool = False
    problem: str = ""
    members: frozenset[str] = frozenset()
    """Directories of the workspace that it says it covers, relative to itself."""
    exact: bool = False
    """Of a requirements file: whether every line allows one version only."""


def _of(
    pairs: list[tuple[str, str]], *, empty: bool = False, members: Iterable[str] = ()
) -> Pinned:
    """From (name, version) pairs; one without a version pins nothing. `empty`: whether a project
    without requirements has such a file too."""
    loose = sorted({name for name, version in pairs if not version})
    problem = f"pins no version of {', '.join(loose[:3])}" if loose else ""
    if not pairs and not empty:
        problem = "lists no package"
    names = frozenset(name for name, _ in pairs)
    return Pinned(names, not problem, problem, frozenset(members))


def _packages(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [mapping(item) for item in sequence(data.get("package"))]


def _uv(text: str) -> Pinned:
    names, members = [], set()
    for package in _packages(parse.toml(text)):
        source = mapping(package.get("source"))
        inner = next(
            (word(source[k]) for k in ("editable", "virtual", "directory") if k in source), ""
        )
        members |= {inner} if inner else set()
        name = normalised(word(package.get("name")))
        # A package of the workspace itself has the version of the commit.
        names.append((name, word(package.get("version")) or inner or word(source.get("git"))))
    return _of(names, members=members)


def _toml_packages(text: str) -> Pinned:
    """poetry.lock, pdm.lock."""
    data = parse.toml(text)
    if "package" not in data and "metadata" not in data:
        return _of([])
    pairs = [(normalised(word(p.get("name"))), word(p.get("version"))) for p in _packages(data)]
    return _of(pairs, empty=True)


def _cargo(text: str) -> Pinned:
    found = [(word(p.get("name")), word(p.get("version"))) for p in _packages(parse.toml(text))]
    return _of(found)


def _pylock(text: str) -> Pinned:
    """PEP 751."""
    sources = ("version", "vcs", "directory", "archive")
    return _of(
        [
            (normalised(word(item.get("name"))), "yes" if any(k in item for k in sources) else "")
            for item in map(mapping, sequence(parse.toml(text).get("packages")))
        ]
    )


def _pipfile(text: str) -> Pinned:
    data = mapping(parse.json(text))
    if "default" not in data and "develop" not in data:
        return _of([])
    pairs = [
        (normalised(name), "yes" if {"version", "ref", "path", "file"} & set(mapping(item)) else "")
        for group in ("default", "develop")
        for name, item in mapping(data.get(group)).items()
    ]
    return _of(pairs, empty=True)


def _npm(text: str) -> Pinned:
    data = mapping(parse.json(text))
    if "packages" not in data and "dependencies" not in data:
        return _of([])
    pairs, members = [], set()
    for path, item in mapping(data.get("packages")).items():
        inner = mapping(item)
        if "node_modules/" in path:
            name = path.rpartition("node_modules/")[2]
            pairs.append((name, word(inner.get("version")) or "link" * bool(inner.get("link"))))
        elif path:
            members.add(path)
    if "packages" not in data:
        pairs = [
            (n, word(mapping(i).get("version"))) for n, i in mapping(data["dependencies"]).items()
        ]
    return _of(pairs, empty=True, members=members)


_YARN_HEAD = re.compile(r'"?((?:@[^@/\s"]{1,200}/)?[^@\s"]{1,200})@[^\n]{1,4000}:$')


def _yarn(text: str) -> Pinned:
    """Version 1 and berry: an unindented line names the package, an indented one the version."""
    if "yarn lockfile" not in text[:400] and "__metadata:" not in text[:2000]:
        return _of([])
    pairs: dict[str, str] = {}
    members, name = set(), ""
    for line in text.split("\n"):
        line = line.rstrip("\r")[:5000]
        if line and line[0] not in " #" and (head := _YARN_HEAD.match(line)):
            name = head[1]
            pairs.setdefault(name, "")
            if inner := re.search(r"@workspace:([^\",:]{1,300})", line):
                members.add(inner[1])
        elif name and (version := re.match(r"  version:?\s+\"?([^\"\s]{1,100})", line)):
            pairs[name] = version[1]
    return _of(list(pairs.items()), empty=True, members=members)


_PNPM_KEY = re.compile(
    r"  '?/?((?:@[^@/\s']{1,200}/)?[^@/\s'(]{1,200})[@/]([^:'(\s]{1,200})[^:\n]*:"
)
_PNPM_IMPORTER = re.compile(r"  '?([^\s':][^\s':]{0,300})'?:\s*$")


def _pnpm(text: str) -> Pinned:
    """Sections at the margin, packages two spaces in."""
    if "lockfileVersion" not in text[:400]:
        return _of([])
    pairs, members, section = [], set(), ""
    for line in text.split("\n"):
        line = line.rstrip("\r")[:2000]
        if line and line[0] != " ":
            section = line.partition(":")[0]
        elif section in ("packages", "snapshots") and (key := _PNPM_KEY.match(line)):
            pairs.append((key[1], key[2]))
        elif section == "importers" and (importer := _PNPM_IMPORTER.match(line)):
            members.add(importer[1])
    return _of(pairs, empty=True, members=members)


_BUN = re.compile(r'^    "([^"\n]{1,1000})": \["[^"\n]{1,300}@([^"\n]{1,300})"', re.MULTILINE)


def _bun(text: str) -> Pinned:
    """Keys are paths of packages that need one another; the last one is what is pinned."""
    if '"lockfileVersion"' not in text[:400]:
        return _of([])
    members = re.findall(r'^    "([^"\n]{1,300})": \{\s*$', text, re.MULTILINE)
    pairs = [(_last(found[1]), found[2]) for found in _BUN.finditer(text)]
    return _of(pairs, empty=True, members=members)


def _last(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[-2:] if parts[-2:-1] and parts[-2].startswith("@") else parts[-1:])


def _binary_bun(text: str) -> Pinned:
    return Pinned(problem="a binary lock file: keep the text form, bun.lock")


def _go_sum(text: str) -> Pinned:
    rows = [line.split() for line in text.split("\n") if line.strip()]
    if any(len(row) != 3 or not row[2].startswith("h1:") for row in rows):
        return Pinned(problem="holds a line that is not a module, a version and a hash")
    return _of([(row[0], row[1]) for row in rows])


def _gradle(text: str) -> Pinned:
    rows = [line.partition("=")[0].split(":") for line in text.split("\n") if "=" in line]
    found = [(":".join(row[:2]), row[2]) for row in rows if len(row) == 3]
    return _of(found, empty=True)


def _nuget(text: str) -> Pinned:
    data = mapping(parse.json(text))
    if "dependencies" not in data:
        return _of([])
    pairs = [
        (
            name,
            word(mapping(item).get("resolved"))
            or "project" * (mapping(item).get("type") == "Project"),
        )
        for framework in mapping(data["dependencies"]).values()
        for name, item in mapping(framework).items()
    ]
    return _of(pairs, empty=True)


def _conda(text: str) -> Pinned:
    """conda-lock: one entry a package and platform."""
    names = re.findall(r"^\s{0,4}-\s+name:\s+[\"']?([\w.-]{1,200})", text, re.MULTILINE)
    return _of([(normalised(name), "yes") for name in names])


_COMPILED = re.compile(
    r"autogenerated by|compiled by|uv pip compile|pip-compile|pip-tools|uv export"
)


def from_requirements(text: str) -> Pinned:
    """A requirements file as a lock: complete when a tool made it, which hashes or its header show;
    versions alone may have been written by hand, for direct requirements only."""
    items = list(read(text))
    named = [item for item in items if item.name]
    exact = bool(named) and all(item.exact or item.local for item in items)
    made = all(item.hashed or item.local for item in named) or bool(_COMPILED.search(text[:2000]))
    loose = [item.name for item in named if not item.exact and not item.local]
    problem = ""
    if not named:
        problem = "lists no package"
    elif loose:
        problem = f"pins no version of {', '.join(loose[:3])}"
    elif not exact:
        problem = "holds a requirement without a pinned commit"
    elif not made:
        problem = "has versions but no hashes: nothing shows that it lists indirect packages"
    names = frozenset(normalised(item.name) for item in named)
    return Pinned(names, not problem, problem, exact=exact)


FORMATS: dict[str, tuple[str, Callable[[str], Pinned]]] = {
    "uv.lock": ("python", _uv),
    "poetry.lock": ("python", _toml_packages),
    "pdm.lock": ("python", _toml_packages),
    "pylock.toml": ("python", _pylock),
    "Pipfile.lock": ("python", _pipfile),
    "conda-lock.yml": ("python", _conda),
    "package-lock.json": ("node", _npm),
    "npm-shrinkwrap.json": ("node", _npm),
    "yarn.lock": ("node", _yarn),
    "pnpm-lock.yaml": ("node", _pnpm),
    "bun.lock": ("node", _bun),
    "bun.lockb": ("node", _binary_bun),
    "go.sum": ("go", _go_sum),
    "gradle.lockfile": ("java", _gradle),
    "packages.lock.json": ("dotnet", _nuget),
    "Cargo.lock": ("rust", _cargo),
}
"""File name → ecosystem and reader."""
