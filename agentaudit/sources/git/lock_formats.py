"""What each kind of lock file pins: the table of formats, and the readers of the smaller ones."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from agentaudit import parse
from agentaudit.expressions import regex
from agentaudit.sources.git import dart, lock_node, lock_python
from agentaudit.sources.git.pinned import Pinned, pinned
from agentaudit.sources.git.reader import mapping, sequence, word

REQUIREMENTS_LOCK = regex(
    r"requirements[\w.-]{0,80}\.lock|requirements[\w.-]{0,80}[._-]lock(?:ed)?\.txt"
    r"|[\w.-]{0,80}requirements[._-]lock(?:ed)?[\w.-]{0,40}\.txt|(?:pip|python)[._-]lock\.txt"
)
"""Compiled requirements under the names that people give them."""
CONDA_LOCK = regex(r"conda-[\w-]{1,40}\.lock")


def _cargo(text: str) -> Pinned:
    packages = lock_python.packages(parse.toml(text))
    pairs = [(word(p.get("name")), word(p.get("version"))) for p in packages]
    needed = {
        word(edge).partition(" ")[0] for p in packages for edge in sequence(p.get("dependencies"))
    }
    return pinned(pairs, needed=needed)


def _go_sum(text: str) -> Pinned:
    """Two rows a module; the one of `go.mod` alone fixes what it requires, not its code."""
    rows = [line.split() for line in text.split("\n") if line.strip()]
    if any(len(row) != 3 or not row[2].startswith("h1:") for row in rows):
        return Pinned(problem="holds a line that is not a module, a version and a hash")
    whole = [(row[0], row[1]) for row in rows if not row[1].endswith("/go.mod")]
    found = pinned(whole, empty=bool(rows))
    versions: dict[str, frozenset[str]] = {}
    for name, version, _ in rows:
        versions[name] = versions.get(name, frozenset()) | {version.removesuffix("/go.mod")}
    return replace(found, versions=versions)


def _gradle(text: str) -> Pinned:
    rows = [line.partition("=")[0].split(":") for line in text.split("\n") if "=" in line]
    found = [(":".join(row[:2]), row[2]) for row in rows if len(row) == 3]
    return pinned(found, empty=True)


def _nuget(text: str) -> Pinned:
    data = mapping(parse.json(text))
    if "dependencies" not in data:
        return pinned([])
    pairs, needed = [], set()
    for framework in mapping(data["dependencies"]).values():
        for name, item in mapping(framework).items():
            given = mapping(item)
            project = given.get("type") == "Project"
            pairs.append((name, word(given.get("resolved")) or "project" * project))
            needed |= set() if project else {n.lower() for n in mapping(given.get("dependencies"))}
    listed = {name.lower() for name, _ in pairs}
    return pinned(pairs, needed=needed - listed)


FORMATS: dict[str, tuple[str, Callable[[str], Pinned]]] = {
    "uv.lock": ("python", lock_python.uv),
    "poetry.lock": ("python", lock_python.poetry),
    "pdm.lock": ("python", lock_python.poetry),
    "pylock.toml": ("python", lock_python.pylock),
    "Pipfile.lock": ("python", lock_python.pipfile),
    "conda-lock.yml": ("python", lock_python.conda),
    "conda.lock": ("python", lock_python.conda_explicit),
    "pixi.lock": ("python", lock_python.pixi),
    "package-lock.json": ("node", lock_node.npm),
    "npm-shrinkwrap.json": ("node", lock_node.npm),
    "yarn.lock": ("node", lock_node.yarn),
    "pnpm-lock.yaml": ("node", lock_node.pnpm),
    "bun.lock": ("node", lock_node.bun),
    "bun.lockb": ("node", lock_node.binary_bun),
    "deno.lock": ("node", lock_node.deno),
    "go.sum": ("go", _go_sum),
    "gradle.lockfile": ("java", _gradle),
    "packages.lock.json": ("dotnet", _nuget),
    "Cargo.lock": ("rust", _cargo),
    "pubspec.lock": ("dart", dart.lock),
}
"""File name → ecosystem and reader."""


def format_of(path: str) -> str:
    """The name of the format of a lock file; empty for other files."""
    name = path.rpartition("/")[2]
    if name in FORMATS:
        return name
    if CONDA_LOCK.fullmatch(name):
        return "conda.lock"
    return "pylock.toml" if name.startswith("pylock.") and name.endswith(".toml") else ""
