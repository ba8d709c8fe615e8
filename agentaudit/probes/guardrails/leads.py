"""What a command leads to: the scripts and targets of the repository that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from agentaudit.expressions import regex
from agentaudit.heredocs import reached, written_down
from agentaudit.probes.commands import commands
from agentaudit.source import Place, Repo, Step

_SCRIPT = regex(r"(?<![\w/$}-])(?:\./)?((?:[\w.-]{1,80}/){0,8}[\w.-]{1,80}\.(?:sh|bash|ps1))\b")
_TARGET = regex(
    r"(?<![\w./-])(?:make|just|\$[({]MAKE[)}])\s+(?:-\S+\s+|\w+=\S*\s+){0,4}([\w.-]{1,60})(?=\s|$|[\"';&|)])"
)
_ENTRY = regex(
    r"(?<![\w./-])(?:npm(?:\s+run)?|pnpm(?:\s+run)?|yarn(?:\s+run)?|bun\s+run)\s+"
    r"(?:-\S+\s+){0,3}([\w:.-]{1,60})(?=\s|$|[\"';&|)])"
)
_ASIDE = regex(
    r"(?:sudo\s)?(?:test|\[\[?|chmod|chown|ls|stat|file|cp|mv|rm|shellcheck|shfmt|dos2unix|(?:ba)?sh\s-n)\s"
)
"""Commands that look at a script, or move it, and do not run it."""
_MOST_LINES = 500
_MOST_HOPS = 2


class Line(NamedTuple):
    """One line that a command leads to."""

    text: str
    place: Place


class Leads:
    """Looks up what commands name, each file once."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._scripts: dict[str, list[Line]] = {}
        self._targets: dict[str, list[Line]] | None = None
        self._entries: dict[str, list[Line]] | None = None

    def of(self, text: str, hops: int = _MOST_HOPS) -> Iterator[Line]:
        """Every line that the command leads to, over at most two hops."""
        for line in self._next(text) if hops else ():
            yield line
            yield from self.of(line.text, hops - 1)

    def only_tell(self, text: str) -> bool:
        """Whether the command names a target or an entry that does nothing but print."""
        made = [self._made().get(found[1]) for found in _TARGET.finditer(text)]
        packaged = [self._packaged().get(found[1]) for found in _ENTRY.finditer(text)]
        known = [lines for lines in (*made, *packaged) if lines is not None]
        return bool(known) and not any(does_anything(line) for lines in known for line in lines)

    def _next(self, text: str) -> Iterator[Line]:
        for found in () if _ASIDE.match(text.lstrip("@- ")) else _SCRIPT.finditer(text):
            yield from self._script(found[1])
        for found in _TARGET.finditer(text):
            yield from self._made().get(found[1], ())
        for found in _ENTRY.finditer(text):
            yield from self._packaged().get(found[1], ())

    def _script(self, path: str) -> list[Line]:
        """Lines of a script, wherever the command stands: one file of that path, or none."""
        if path not in self._scripts:
            named = list(self._repo.files(path)) or list(self._repo.files(f"**/{path}"))
            self._scripts[path] = list(self.lines(named[0])) if len(named) == 1 else []
        return self._scripts[path]

    def lines(self, place: Place) -> Iterator[Line]:
        """Commands of a file; a continued command is one."""
        rows = (self._repo.read(place) or "").split("\n")[:_MOST_LINES]
        held, told = "", written_down(rows)
        rows = rows if place.path.endswith(".ps1") else reached(rows)
        for number, row in enumerate(rows):
            if number in told or row.lstrip().startswith("#"):
                continue
            held += row.strip().removesuffix("\\")[:2000]
            if not row.rstrip().endswith("\\"):
                yield Line(held, Place(place.repo, place.path, number + 1, held))
                held = ""

    def _made(self) -> dict[str, list[Line]]:
        """Recipes of make and just, by target."""
        if self._targets is None:
            self._targets = {}
            for pattern in ("**/Makefile", "**/makefile", "**/*.mk", "**/justfile"):
                for place in self._repo.files(pattern):
                    self._recipes(place, self._targets)
        return self._targets

    def _recipes(self, place: Place, found: dict[str, list[Line]]) -> None:
        names: list[str] = []
        for number, row in enumerate((self._repo.read(place) or "").split("\n")[:4000]):
            if head := re.match(r"([\w.-]{1,60}(?: [\w.-]{1,60}){0,8})\s*:(?!=)", row):
                names = head[1].split()
            elif row[:1] not in ("\t", " "):
                names = names if not row.strip() else []
            else:
                line = Line(row.strip(), Place(place.repo, place.path, number + 1, row.strip()))
                told = not row.strip() or row.strip().startswith(("#", "@echo"))
                for name in names:
                    found.setdefault(name, []).extend([] if told else [line])

    def _packaged(self) -> dict[str, list[Line]]:
        """Scripts of package.json, by name."""
        if self._entries is None:
            self._entries = {}
            for place in self._repo.files("**/package.json"):
                text = self._repo.read(place) or ""
                for name, command in _scripts(text):
                    row = text.count("\n", 0, max(text.find(f'"{name}":'), 0)) + 1
                    line = Line(command, Place(place.repo, place.path, row, command))
                    self._entries.setdefault(name, []).append(line)
        return self._entries


def does_anything(line: Line) -> bool:
    """Whether one of its commands does more than print."""
    return any(True for _ in commands(Step("", line.text, line.place)))


def _scripts(text: str) -> Iterator[tuple[str, str]]:
    from agentaudit.parse import Malformed
    from agentaudit.parse import json as parsed

    try:
        given = parsed(text)
    except Malformed:
        return
    scripts = given.get("scripts") if isinstance(given, dict) else None
    for name, command in (scripts if isinstance(scripts, dict) else {}).items():
        if isinstance(command, str):
            yield str(name), command[:2000]
