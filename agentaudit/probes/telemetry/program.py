"""The source files of a component, as texts: their lines, functions and words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from agentaudit.blocks import Block
from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.beside import inner
from agentaudit.probes.telemetry.errors import language
from agentaudit.probes.telemetry.held import is_page
from agentaudit.source import Component, Repo

_LANGUAGES = (".py", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".mts", ".java", ".cs", ".razor")
_SHOWING = regex(r"(?:^|/)(?:demo|example)\.")
"""Files that show how something is used."""
_MANY = 400
"""Files that are looked at."""
_FAR = 1000
"""Files beyond them."""
_SPLIT = 16
"""Files whose lines are kept: those of all take three times as much as the texts."""
_LONGEST = 300_000
"""Characters of a file that are looked at."""
_APART = bytes(i if chr(i).isalnum() or i == 95 or i > 127 else 32 for i in range(256))
"""Turns everything but words into spaces: four times as fast as a regular expression."""


def _is_beside(repo: Repo, file: Place) -> bool:
    return not is_serving(repo, file) or _SHOWING.search(file.path) is not None


_BUNDLES = regex(r"vite|react-scripts|@angular/core|parcel|@vue/cli-service|@rsbuild/core")
_ON_SERVER = regex(
    r"next|nuxt|@remix-run/.{1,40}|@react-router/(?:node|serve)|@sveltejs/kit|astro|@tanstack/(?:react-)?start"
    r"|@solidjs/start|vinxi|express|fastify|koa|hono|@nestjs/core|electron|@modelcontextprotocol/sdk"
)
"""What makes pages for browsers of all scripts, and what runs scripts elsewhere too."""


def _is_shown(component: Component) -> bool:
    """Whether a component is nothing but pages for browsers."""
    needs = [need.name for each in component.manifests for need in each.dependencies]
    return any(map(_BUNDLES.fullmatch, needs)) and not any(map(_ON_SERVER.fullmatch, needs))


class Program:
    """Files that use anything known, and others of the component."""

    def __init__(self, repo: Repo, component: Component) -> None:
        self._repo, self._code = repo, component.code
        self._is_shown = _is_shown(component)
        self._left_out = False
        self.places = {place.path: place for place in self._files(component)}
        self._lines: dict[str, list[str]] = {}
        self._words: dict[str, dict[bytes, list[str]]] = {}

    def _files(self, component: Component) -> Iterator[Place]:
        """Those that use anything known, and others of the component."""
        places = [call.place for call in self._code.calls if call.role is Role.APP]
        places += [row.place for row in self._code.imports if row.role is Role.APP]
        known = {place.path: place for place in places if place.path.endswith(_LANGUAGES)}
        main = [path for path in sorted(known) if not _is_beside(self._repo, known[path])]
        main = main or sorted(known)
        self._left_out = any(map(_SHOWING.search, known.keys() - set(main)))
        for path in main[:_MANY]:
            yield replace(known[path], line=None, text="")
        suffixes = {path.rpartition(".")[2] for path in main}
        suffixes |= {"razor"} if "cs" in suffixes else set()  # its pages call what asks
        beside = (file for file in self._others(component, suffixes) if file.path not in known)
        yield from islice(beside, max(0, _MANY - len(main)))

    def _others(self, component: Component, suffixes: set[str]) -> Iterator[Place]:
        home = "" if component.path == "." else component.path + "/"
        apart = inner(self._repo, component)
        for suffix in sorted(suffixes):
            for file in self._repo.files(f"{home}**/*.{suffix}"):
                if not file.path.startswith(apart) and not _is_beside(self._repo, file):
                    yield file

    def is_shown(self, path: str) -> bool:
        """Whether a script runs in the browser of whoever asks, whose console nobody keeps."""
        return self._is_shown and is_page(path)

    @property
    def is_whole(self) -> bool:
        """Whether there is anything, and no file was left out that may serve: for the number of
        them, or as one of a demonstration."""
        return 0 < len(self.places) < _MANY and not self._left_out

    def text(self, path: str) -> str:
        """The beginning of a file."""
        return (self._repo.read(self.places[path]) or "")[:_LONGEST]

    def is_of_asked(self, path: str, name: str) -> bool:
        """Whether a file has a name from a library that asks models, or runs agents."""
        used = self._code.used
        known = {use.library for trade in ("model", "agent") for use in used.get(trade, ())}
        rows = (row for row in self._code.imports if row.place.path == path)
        owner, _, last = name.rpartition(".")
        return any(
            row.module == owner if owner else last in row.names
            for row in rows
            if row.library in known
        )

    def lines(self, path: str) -> list[str]:
        """The same, line by line."""
        if path not in self._lines:
            if len(self._lines) >= _SPLIT:
                self._lines.clear()
            self._lines[path] = self.text(path).split("\n")
        return self._lines[path]

    def blocks(self, path: str) -> tuple[Block, ...]:
        """Functions of a file, what is tried in them, and what catches."""
        return self._repo.blocks(self.places[path])

    def parts(self, path: str) -> tuple[str, tuple[Block, ...]]:
        """Text and blocks of a file."""
        return self.text(path), self.blocks(path)

    def shown(self, path: str, line: int) -> Place:
        """A line as evidence."""
        return replace(self.places[path], line=line, text=self.lines(path)[line - 1].strip())

    def saying(self, path: str, name: str) -> list[str]:
        """Files, in the language of one, that say a word anywhere."""
        spoken = language(self.places[path])
        if spoken not in self._words:
            self._words[spoken] = self._index(spoken)
        return self._words[spoken].get(name.encode(), [])

    def beyond(self, path: str) -> Iterator[str]:
        """The beginnings of files of the whole repository, in the language of one, that are none
        of the program: what starts it may stand in another project."""
        found = self._repo.files(f"**/*{path[path.rfind('.') :]}")
        serving = (each for each in found if each.path not in self.places)
        for each in islice((file for file in serving if is_serving(self._repo, file)), _FAR):
            yield (self._repo.read(each) or "")[:_LONGEST]

    def defining(self, path: str, name: str) -> Iterator[str]:
        """Files, in the language of one, that may define a function of that name."""
        if path.endswith(".py"):
            yield from (p for p in self.saying(path, name) if f"def {name}(" in self.text(p))
            return
        begins = re.compile(
            rf"(?m)[ \t]*(?:[\w<>\[\],?. ]{{1,120}} )?{re.escape(name)}"
            r"[ \t]*(?:[=:]|(?:<[^<>\n]{1,80}>)?\((?:[^;\n]{0,300}\{|[ \t]*$))"
        )
        for other in self.saying(path, name):
            text = self.text(other)
            if any(begins.match(text, start) for start in _lines_with(text, name)):
                yield other

    def _index(self, spoken: str) -> dict[bytes, list[str]]:
        found: dict[bytes, list[str]] = defaultdict(list)
        for path, place in self.places.items():
            if language(place) == spoken:
                words = self.text(path).encode("utf-8", "replace").translate(_APART).split()
                for word in set(words):
                    found[word].append(path)
        return found


def _lines_with(text: str, name: str) -> Iterator[int]:
    """Where the lines begin that hold a name."""
    at = text.find(name)
    while at >= 0:
        yield text.rfind("\n", 0, at) + 1
        at = text.find(name, at + 1)
