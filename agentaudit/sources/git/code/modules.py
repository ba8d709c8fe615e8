"""From the name of an import to the file of the same tree that it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from posixpath import dirname, normpath

from agentaudit.expressions import regex
from agentaudit.sources.git.code.index import Index, SourceFile
from agentaudit.sources.git.code.patterns import occurrences
from agentaudit.sources.git.code.written import WrittenImport
from agentaudit.sources.git.knowledge import known
from agentaudit.sources.git.reader import ancestors

_SCRIPT_ENDS = (".ts", ".tsx", ".js", ".jsx", ".mjs", "/index.ts", "/index.tsx", "/index.js")
_MOST = 4
_DEFINES = regex(rb"\b(?:def|class|function\*?|interface|type|func)\s+$")
_PATIENCE = 50
"""Names that a file is searched for before it is parsed after all."""
_NEAR = 30
"""Bytes before a name in which is said that it is defined there."""


def _names(data: bytes, name: bytes) -> bool:
    """Whether a file of Python defines a name or imports it: prose that tells of it does not."""
    return any(
        (line := row.strip()).startswith((b"from ", b"import ", b"def ", b"class ", b"async def "))
        or (
            line.startswith(name)
            and line[len(name) :].lstrip()[:1] in (b"", b"=", b":", b",", b"(", b"[", b")")
        )
        for row in data.split(b"\n")
        if name in row
    )


class Modules:
    """Files by the names under which they can be imported."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._files = index.files
        python = [path for path in self._files if path.endswith(".py")]
        self._places = {place for path in python for place in (_stem(path), *_above(path))}
        self._tops = {place.rpartition("/")[2] for place in self._places}
        self._packages: dict[tuple[str, str], str] = {}
        self._asked: dict[str, int] = {}
        self._tails: Mapping[str, list[str]] = self._by_tail()

    def _by_tail(self) -> dict[str, list[str]]:
        """Last part of a module's name → paths."""
        found: dict[str, list[str]] = {}
        for path in self._files:
            stem = _stem(path)
            found.setdefault(stem.rpartition("/")[2], []).append(path)
        return found

    def is_local(self, file: SourceFile, row: WrittenImport) -> bool:
        """Whether an absolute import means a package of the tree: one that stands where Python
        starts to look, which is no package itself, and that has what is taken from it."""
        if file.language.ecosystem != "python" or row.module.startswith("."):
            return False
        root = row.module.partition(".")[0]
        if root not in self._tops:
            return False
        key = (dirname(file.path), root)
        if key not in self._packages:
            self._packages[key] = self._package(*key)
        place = self._packages[key]
        if not place or place == _stem(file.path):
            return False
        return not known().of_import("python", row.module) or self._gives(place, row)

    def _gives(self, place: str, row: WrittenImport) -> bool:
        """Whether a package there can be what is imported: another of the same name, installed,
        has other modules and other names."""
        place += row.module[len(row.module.partition(".")[0]) :].replace(".", "/")
        names = [each.name for each in row.taken if each.name]
        if place not in self._places or any(f"{place}/{name}" in self._places for name in names):
            return place in self._places
        file = self._files.get(f"{place}.py") or self._files.get(f"{place}/__init__.py")
        if file is None or not names:
            return not names
        told = b"import *" in file.data or b"__getattr__" in file.data
        return told or any(_names(file.data, name.encode()) for name in names)

    def _package(self, near: str, root: str) -> str:
        """Where the package or module of that name stands which an import in a directory means."""
        for home in ancestors(near):
            for start in (home, f"{home}/src".lstrip("/")):
                place = f"{start}/{root}".lstrip("/")
                named = start.rpartition("/")[2].isidentifier()
                package = named and f"{start}/__init__.py".lstrip("/") in self._files
                if place in self._places and not package:
                    return place
        return ""

    def of(self, file: SourceFile, dotted: str) -> Iterator[tuple[SourceFile, str]]:
        """Files that a dotted name can start with, each with the rest of the name."""
        ecosystem = file.language.ecosystem
        if ecosystem == "python":
            yield from self._python(file, dotted)
        elif ecosystem == "node":
            yield from self._script(file, dotted)
        else:
            yield from self._class(dotted)

    def _python(self, file: SourceFile, dotted: str) -> Iterator[tuple[SourceFile, str]]:
        level = len(dotted) - len(dotted.lstrip("."))
        parts = dotted[level:].split(".")
        home = file.path
        for _ in range(level):
            home = dirname(home)
        for length in range(len(parts) - 1, 0, -1):
            module, rest = "/".join(parts[:length]), ".".join(parts[length:])
            if level:
                paths = [f"{home}/{module}".lstrip("/")]
                paths = [f"{p}{end}" for p in paths for end in (".py", "/__init__.py")]
            else:
                paths = self._ending(module, parts[length - 1], file.path)
            for path in paths[:_MOST]:
                if path in self._files:
                    yield self._parsed(path, rest), rest
        if level and len(parts) == 1 and (path := f"{home}/__init__.py") in self._files:
            yield self._parsed(path, parts[0]), parts[0]

    def meant(self, file: SourceFile, dotted: str) -> Iterator[str]:
        """Files of Python that are run when a file imports a module of that name, or a name of it:
        the module's own and those of the packages around it."""
        level = len(dotted) - len(dotted.lstrip("."))
        parts = list(filter(None, dotted.split(".")))
        home = file.path
        for _ in range(level):
            home = dirname(home)
        for length in range(0 if level else 1, len(parts) + 1):
            module = "/".join(parts[:length])
            if level:
                stem = f"{home}/{module}".strip("/")
                yield from (p for p in (f"{stem}.py", f"{stem}/__init__.py") if p in self._files)
            else:
                yield from self._ending(module, parts[length - 1], file.path)[:1]

    def _ending(self, module: str, last: str, near: str) -> list[str]:
        """Paths that end in a module, the nearest first."""
        found = [
            path
            for path in self._tails.get(last, ())
            if (stem := _stem(path)) == module or stem.endswith("/" + module)
        ]
        return sorted(found, key=lambda path: (-_shared(path, near), len(path), path))

    def _script(self, file: SourceFile, dotted: str) -> Iterator[tuple[SourceFile, str]]:
        for at in (i for i in range(len(dotted) - 1, 0, -1) if dotted[i] == "."):
            module, rest = dotted[:at], dotted[at + 1 :]
            module = module.removesuffix(".js").removesuffix(".ts")
            if not module.strip("./") or module.endswith("/"):
                continue
            if module.startswith("."):
                start = normpath(f"{dirname(file.path)}/{module}").lstrip("/")
                paths = [start + end for end in _SCRIPT_ENDS]
            elif module[:2] in ("@/", "~/", "#/") or "/" in module:
                tail = module.partition("/")[2]
                paths = self._ending(tail, tail.rpartition("/")[2], file.path)
            else:
                continue
            for path in paths:
                if path in self._files:
                    yield self._parsed(path, rest), rest
                    return

    def _class(self, dotted: str) -> Iterator[tuple[SourceFile, str]]:
        """`Models.CHAT`, `config.Models.CHAT`: the file that is called like the class."""
        parts = dotted.split(".")
        for at, part in enumerate(parts[:-1]):
            for path in self._tails.get(part, ())[:_MOST]:
                rest = ".".join(parts[at:])
                yield self._parsed(path, rest), rest

    def _parsed(self, path: str, name: str) -> SourceFile:
        """The file, parsed if it was not yet and may say what a name stands for."""
        file = self._files[path]
        if not file.looked and not file.problem:
            asked = self._asked[path] = self._asked.get(path, 0) + 1
            if asked > _PATIENCE or _tells(file.data, name):
                self._index.parsed(file)
        return file


def _tells(data: bytes, name: str) -> bool:
    """Whether a file does more than to define functions and classes of the name."""
    parts = name.removesuffix(".value").encode().split(b".")
    return any(
        not _DEFINES.search(data, max(0, at - _NEAR), at)
        for part in {parts[0], parts[-1]}
        for at in occurrences(data, part)
    )


def _above(path: str) -> Iterator[str]:
    return (home for home in ancestors(dirname(path)) if home)


def _stem(path: str) -> str:
    stem = path.rpartition(".")[0]
    return stem.removesuffix("/__init__").removesuffix("/index")


def _shared(path: str, near: str) -> int:
    """Directories that two paths share."""
    count = 0
    for one, other in zip(path.split("/"), near.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count
