"""Variables of Go that a linker is told to set: it says nothing of one that is not there."""

from __future__ import annotations

import re

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.once import once
from agentaudit.source import Repo

_TARGET = regex(r"-X[ =]['\"]{0,2}([^\s='\"]{1,260})=")
_MODULE = regex(r"(?m)^module\s+\"?([\w./~-]{1,200})")
_PACKAGE = regex(r"(?m)^package[ \t]+(\w{1,60})")
_DECLARED = regex(
    r"(?m)^(?:var[ \t]+|[ \t]+)(\w{1,60}(?:[ \t]*,[ \t]*\w{1,60}){0,9})"
    r"[ \t]*(?:=(?!=)|string\b|//|$)"
)
"""What stands after `var`, or in its brackets."""


def is_set(repo: Repo, line: str, text: str) -> bool:
    """Whether any variable that a line tells the linker to set to a commit may be there; the text
    around it says what its own variables stand for. Packages of others may hold anything."""
    targets = [name for name in _TARGET.findall(line) if _NAMED.search(name.rpartition(".")[2])]
    return not targets or any(_is_there(repo, name, text) for name in targets)


_NAMED = regex(r"[Cc]ommit|[Gg]it|[Rr]evision|[Ss][Hh][Aa]|[Hh]ash")


def is_declared(repo: Repo, name: str) -> bool:
    """Whether a command of the repository has such a variable."""
    return name in _packages(repo).get("main", ())


def _is_there(repo: Repo, target: str, text: str) -> bool:
    package, _, name = target.rpartition(".")
    package = _resolved(package, text)
    if not package or not re.fullmatch(r"[\w./~-]{1,250}", package):
        return True
    declared = _packages(repo).get(package)
    if declared is not None or package == "main":
        return declared is None or name in declared
    modules = _modules(repo).values()
    if re.fullmatch(r"[\w-]{1,60}", package):
        return package in modules
    return not any(package.startswith(f"{module}/") for module in modules)


def _resolved(package: str, text: str) -> str:
    """A package without the variable that it begins with; empty where nothing says what that is."""
    found = re.match(r"\$[{(]?(\w{1,60})[})]?", package)
    if found is None:
        return package
    given = re.search(rf"(?m)^\s*(?:export\s+)?{found[1]}\s*[:?]?=[ \t]*[\"']?(\S*)", text)
    value = given[1].rstrip("\"'") if given else ""
    return value + package[found.end() :] if value else ""


@once
def _packages(repo: Repo) -> dict[str, set[str]]:
    """Names that the files of each package of the repository's own modules declare, by what it is
    imported by, and `main` for all commands."""
    modules, found = _modules(repo), dict[str, set[str]]()
    for file in repo.files("**/*.go"):
        text = "" if file.path.endswith("_test.go") else (repo.read(file) or "")[:200_000]
        if said := _PACKAGE.search(text):
            names = {name.strip() for row in _DECLARED.findall(text) for name in row.split(",")}
            path = "main" if said[1] == "main" else _path(file, modules)
            found.setdefault(path, set()).update(names)
    return found


@once
def _modules(repo: Repo) -> dict[tuple[str, str], str]:
    """The modules by the directories that they lie in."""
    texts = ((file, (repo.read(file) or "")[:4000]) for file in repo.files("**/go.mod"))
    return {
        (file.repo, file.path.rpartition("/")[0]): said[1]
        for file, text in texts
        if (said := _MODULE.search(text))
    }


def _path(file: Place, modules: dict[tuple[str, str], str]) -> str:
    """What a package is imported by that a file is in."""
    home = file.path.rpartition("/")[0]
    above, below = home, ""
    while above and (file.repo, above) not in modules:
        above, _, last = above.rpartition("/")
        below = f"/{last}{below}"
    return modules.get((file.repo, above), "") + below
