"""Reading a tree for its meaning: each file once, what cannot be read remembered."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import Any, TypeVar

from agentaudit import parse
from agentaudit.code import Role
from agentaudit.source import Place
from agentaudit.sources.git.code.cache import Cache, NoCache
from agentaudit.sources.git.paths import Paths, Whole
from agentaudit.sources.git.roles import OWN, directory_role, foreign, role
from agentaudit.sources.git.text import BINARY, CAP, MISSING, TOO_LARGE, Content, lines
from agentaudit.sources.git.tree import Tree, decoded

_T = TypeVar("_T")

_KEEP = 24_000_000
"""Characters of text that are kept for probes that read the same files again."""
_KEEP_BYTES = 48_000_000
"""Bytes of source files that are kept for the same reason."""
_LATELY = 800_000
"""Bytes of these whose texts are kept as well: to make one anew takes microseconds."""


class Reader:
    """A tree under its name in reports."""

    def __init__(self, repo: str, tree: Tree, cache: Cache | None = None) -> None:
        self.repo = repo
        self.cache: Cache = cache or NoCache()
        """What was made of the same bytes before."""
        self._tree = tree
        self._kept: dict[str, Content] = {}
        self._trees: dict[str, list[parse.Tree]] = {}
        self._bytes: dict[str, bytes] = {}
        """Of source files."""
        self._lately: dict[str, Content] = {}
        """Texts of these."""
        self._split: tuple[str, list[str]] = ("", [])
        """The text that a place was asked of last, and its lines."""
        self._files = Whole(repo)
        self._room, self._bytes_room, self._lately_room = _KEEP, _KEEP_BYTES, _LATELY
        self.problems: dict[str, str] = {}
        """Path → why it could not be read or understood."""
        self.deployed: tuple[str, ...] = ()
        """Directories of components that are called like what is none; see `deploy`."""
        self.settings: list[str] | None = None
        """Files that declare settings, once somebody has looked for them."""

    @property
    def paths(self) -> tuple[str, ...]:
        return self._tree.paths

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self._tree.paths)

    @cached_property
    def directories(self) -> frozenset[str]:
        found: set[str] = set()
        for path in self.paths:
            above = directory(path)
            while above and above not in found:
                found.add(above)
                above = directory(above)
        return frozenset(found)

    @cached_property
    def app(self) -> tuple[str, ...]:
        """Paths that belong to the application itself: no test, example, template, vendored…"""
        return tuple(path for path in self.paths if self.is_own(path))

    def deploy(self, homes: frozenset[str]) -> None:
        """From now on, what these directories are called tells nothing of what is in them."""
        self.deployed = tuple(sorted(homes, key=lambda home: (-len(home), home)))
        for name in ("app", "by_name", "_own") if homes else ():
            self.__dict__.pop(name, None)

    def role(self, path: str) -> Role:
        """Role of a file."""
        return Role.VENDORED if path.startswith(self._brought) else role(self._within(path))

    def directory_role(self, home: str) -> Role:
        """Role of a directory."""
        return directory_role(self._within(f"{home}/").rstrip("/"))

    def is_among_infrastructure(self, home: str) -> bool:
        """Whether a directory of another name stands among what deploys it: the code of a function
        in `infra/lambda/answers` is the application's."""
        named = directory_role(home.rpartition("/")[2])
        return named is Role.APP and self.directory_role(home) is Role.INFRA

    def is_own(self, path: str) -> bool:
        """Whether a file belongs to the application or its operation."""
        return self.role(path) in OWN

    def foreign(self, path: str) -> bool:
        """Whether a file is not this repository's own writing: vendored or generated."""
        return foreign(self._within(path)) or path.startswith(self._brought)

    @cached_property
    def _brought(self) -> tuple[str, ...]:
        """Directories of charts of Helm that a chart takes from elsewhere: copies of them."""
        found = []
        for path in self._tree.paths:
            for tree in self.yaml(path)[:1] if path.endswith("Chart.yaml") else ():
                for each in map(mapping, sequence(mapping(tree.data).get("dependencies"))):
                    if word(each.get("repository")).startswith(("https://", "http://", "oci://")):
                        chart = path.removesuffix("Chart.yaml")
                        found.append(f"{chart}charts/{word(each.get('name'))}/")
        return tuple(found)

    def _within(self, path: str) -> str:
        for home in self.deployed:
            if path.startswith(f"{home}/"):
                return path[len(home) + 1 :]
        return path

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """File name → application paths."""
        found: dict[str, list[str]] = {}
        for path in self.app:
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return found

    def named(self, wanted: Callable[[str], object]) -> Iterator[str]:
        """Application paths whose file name satisfies `wanted`, sorted."""
        names = [name for name in self.by_name if wanted(name)]
        return iter(sorted(path for name in names for path in self.by_name[name]))

    def matching(self, pattern: str) -> tuple[str, ...]:
        """Paths that match, without vendored and generated trees."""
        return self._own.matching(pattern)

    @cached_property
    def _own(self) -> Paths:
        """Paths without vendored and generated trees."""
        return Paths(tuple(path for path in self.paths if not self.foreign(path)))

    def saying(self, paths: Iterable[str], words: Collection[str]) -> Iterator[str]:
        """Those of the paths whose text holds one of the words; no text is made for it."""
        encoded = [word.encode("utf-8", "replace") for word in words]
        for path in paths:
            data = self.data(path)
            for word in encoded if isinstance(data, bytes) else ():
                if word in data:
                    yield path
                    break

    def content(self, path: str, cap: int = CAP, *, keep: bool = True) -> Content:
        """The file, or why it cannot be read; without `keep`, for what nobody else asks for."""
        if (data := self._bytes.get(path)) is not None:
            return self._made(path, data)
        found = self._kept.get(path)
        if found is None or (found == TOO_LARGE and cap > CAP):
            found = decoded(self._tree.load(path, cap)) if path in self.known else MISSING
            if keep:
                self._room -= len(found.text or "") + 100
                if self._room > 0:
                    self._kept[path] = found
            if self.problems.get(path) == TOO_LARGE.problem:
                del self.problems[path]
            if found.text is None and found != MISSING:
                self.problems[path] = found.problem
        return found

    def _made(self, path: str, data: bytes) -> Content:
        """The text of a source file, which is made anew where nobody asked for it lately."""
        found = self._lately.get(path)
        if found is None:
            self._lately_room -= len(data)
            if self._lately_room < 0:
                self._lately.clear()
                self._lately_room = _LATELY
            found = self._lately[path] = decoded(data)
        return found

    def data(self, path: str, cap: int = CAP) -> bytes | str:
        """The bytes of a file, read anew only if nobody has; a text says why there are none."""
        if (data := self._bytes.get(path)) is not None:
            return data
        if (kept := self._kept.get(path)) is not None:
            return kept.problem if kept.text is None else kept.text.encode("utf-8", "replace")
        found = self._tree.load(path, cap)
        if isinstance(found, bytes) and found.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            found = decoded(found)
        if isinstance(found, Content):
            if found.text is not None:
                return found.text.encode()
            return self._unread(path, found)
        if b"\0" in found:
            return self._unread(path, BINARY)
        found = found.removeprefix(BOM_UTF8)
        self._bytes_room -= len(found)
        if self._bytes_room > 0:
            self._bytes[path] = found
        return found

    def _unread(self, path: str, why: Content) -> str:
        """Why there are no bytes, kept so that nobody reads them again."""
        self._kept[path], self.problems[path] = why, why.problem
        return why.problem

    def text(self, path: str, cap: int = CAP) -> str | None:
        return self.content(path, cap).text

    def peek(self, path: str) -> str:
        """A small file, for what it says about a large one; empty where it is larger than 1 kB."""
        return decoded(self._tree.load(path, 1024)).text or ""

    def file(self, path: str) -> Place:
        """The file as a whole, always the same value."""
        return self._files[path]

    def files(self, paths: Iterable[str]) -> Iterator[Place]:
        """The same of each."""
        return map(self._files.__getitem__, paths)

    def place(self, path: str, line: int | None = None) -> Place:
        """A place in a file, with the text of the line."""
        text = self.text(path) if line else None
        if text and self._split[0] is not text:
            self._split = text, lines(text)
        found = self._split[1] if text else []
        shown = found[line - 1].strip()[:400] if line and line <= len(found) else ""
        return Place(self.repo, path, line, shown)

    def yaml(self, path: str) -> list[parse.Tree]:
        """The documents of a YAML file; none when it cannot be read."""
        if path not in self._trees:
            text = self.text(path)
            self._trees[path] = self._parsed(path, lambda: parse.yaml_all(text or ""), [])
        return self._trees[path]

    def toml(self, path: str) -> dict[str, Any]:
        """A TOML file; empty when it cannot be read."""
        text = self.text(path)
        return self._parsed(path, lambda: parse.toml(text or ""), {})

    def json(self, path: str) -> Any:
        """A JSON file; None when it cannot be read."""
        text = self.text(path)
        return None if text is None else self._parsed(path, lambda: parse.json(text), None)

    def _parsed(self, path: str, read: Callable[[], _T], nothing: _T) -> _T:
        try:
            return read()
        except parse.Malformed as error:
            at = f" at line {error.line}" if error.line else ""
            self.problems[path] = f"cannot be understood{at}: {error}"
            return nothing


def directory(path: str) -> str:
    """Directory of a path; empty for the root."""
    return path.rpartition("/")[0]


def inside(path: str, home: str) -> bool:
    """Whether a path is `home` or below it; everything is below the root."""
    return not home or path == home or path.startswith(home + "/")


def ancestors(home: str) -> Iterator[str]:
    """The directory itself and those above it, up to the root."""
    while home:
        yield home
        home = directory(home)
    yield ""


def line_of(text: str, *needles: str) -> int | None:
    """1-based number of the first line that holds one of the needles, tried in order; a needle
    that starts with a line break must start the line."""
    text = f"\n{text}"
    for needle in needles:
        at = text.find(needle) if needle.strip() else -1
        if at >= 0:
            return text.count("\n", 0, at) + needle.startswith("\n")
    return None


def mapping(value: object) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one: hostile files hold anything anywhere."""
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def word(value: object) -> str:
    """The value as text if it is a scalar, else empty."""
    return str(value) if isinstance(value, str | int | float) and value is not True else ""
