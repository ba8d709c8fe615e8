"""Projects that the code of a stack points to by a path, whatever construct takes it: a property
that a construct of the repository itself hands on, an argument of a function of its own, or a
variable, in what deploys or in a file that it imports."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from agentaudit.expressions import regex
from agentaudit.sources.git import outputs
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.homes import Homes
from agentaudit.sources.git.pointing import Code
from agentaudit.sources.git.reader import Reader, ancestors, directory, inside
from agentaudit.sources.git.roles import SOURCES

_STACKS = frozenset(("cdk.json", "cdktf.json", "Pulumi.yaml", "Pulumi.yml", "sst.config.ts"))
_CODE = (".ts", ".py", ".js", ".mts", ".go", ".cs", ".java")
_DEPLOYS = regex(r"aws[-_]?cdk|\bAmazon\.CDK\b|\bpulumi|\bcdktf\b|\bconstructs\b|\bsst\b")
_NAMED = regex(r"[\"'`]([\w.-]{1,100})[\"'`]")
_IMPORTS = regex(r"([\w-]{1,80})[./]([\w-]{1,80})(?:\.js)?(?:[\"']| import\b)")
"""The last two words of the path of a file where it is imported."""


def projects(reader: Reader, homes: Homes) -> Iterator[Build]:
    """Those projects, besides the stack itself and what stands around it."""
    paths = dict(_around(reader))
    texts = ((path, (reader.text(path) or "")[:200_000]) for path in paths)
    telling = {path: text for path, text in texts if _DEPLOYS.search(text)}
    names = {name for text in telling.values() for name in _NAMED.findall(text)}
    folders = set(map(directory, telling))
    imported = {words for text in telling.values() for words in _IMPORTS.findall(text)}
    for path, stack in paths.items() if telling else ():
        words = tuple(path.rpartition(".")[0].split("/")[-2:])
        if path in telling or directory(path) in folders or words in imported:
            code = Code(path, stack, telling.get(path) or (reader.text(path) or "")[:200_000])
            for home, at in _found(reader, homes, names, code, told=path in telling):
                yield Build(home, reader.place(path, code.text.count("\n", 0, at) + 1))


def _around(reader: Reader) -> Iterator[tuple[str, str]]:
    """Code where a stack is the nearest, if only around it, with where that stands."""
    stacks = {directory(path) for path in reader.named(_STACKS.__contains__)}
    for path in reader.paths if stacks else ():
        if path.endswith(_CODE) and reader.is_own(path):
            stack = next((home for home in ancestors(directory(path)) if home in stacks), None)
            if stack is not None:
                yield path, stack


def _found(
    reader: Reader, homes: Homes, names: Collection[str], code: Code, *, told: bool
) -> Iterator[tuple[str, int]]:
    """The projects that a file points to, and where."""
    for at, paths in (*code.keyed(), *(code.given() if told else ())):
        for path in paths:
            meant = [home for home in _meant(reader, homes, names, path) if home != code.stack]
            meant = [e for e in meant if not inside(code.stack, e) and homes.is_part(e)]
            if meant:
                yield from ((home, at) for home in meant)
                break


def _meant(reader: Reader, homes: Homes, names: Collection[str], path: str) -> Iterator[str]:
    """The project of a path: each of a directory that is called by one of the `names` where its
    end is left open."""
    above, _, last = path.rpartition("/")
    if last == "*":
        below = (home for home in sorted(homes.known) if directory(home) == above)
        yield from (home for home in below if home.rpartition("/")[2] in names)
    elif "*" not in path and (home := _project(reader, homes, path)):
        yield home


def _project(reader: Reader, homes: Homes, target: str) -> str | None:
    """The project that a path is, that its build leaves there, or that a file of code is of."""
    if target in homes.known:
        return target
    if target in reader.known:
        return homes.nearest(target) if target.rpartition(".")[2] in SOURCES else None
    made = outputs.maker(target)
    return made if made in homes.known else None
