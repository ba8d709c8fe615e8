"""Shell scripts, followed as far as loops over listed words, variables and functions tell what
they run: never executed, every branch is taken."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from msgspec import Struct, field

from agentaudit.expressions import regex
from agentaudit.heredocs import written_down
from agentaudit.sources.git.images import expand

ROOT = "/%repository%"
"""Stands for the directory of the repository, which scripts ask git for."""

_ROOTED = regex(r"\$\(\s*git rev-parse --show-toplevel[^()]{0,40}\)|`git rev-parse [^`]{0,60}`")
_HERE = regex(
    r"\$\([^()]{0,80}\$\(\s*dirname [^()]{1,60}\)[^()]{0,60}\)|\$\(\s*dirname [^()]{1,60}\)"
)
_FUNCTION = regex(
    r"(?:function[ \t]{1,4})?([A-Za-z_][\w-]{0,80})[ \t]{0,4}(?:\([ \t]{0,4}\))?[ \t]{0,4}\{(.*)"
)
_FOR = regex(r"for\s+([A-Za-z_]\w{0,60})\s+in\s+(.{0,2000}?)(?:;|$)\s*(?:do\b)?\s*(.*)")
_ASSIGNED = regex(r"(?:(?:local|export|readonly|declare(?: -\w+)?)\s+)?([A-Za-z_]\w{0,60})=(.*)")
_LIST = regex(r"\(([^()]{0,4000})\)\s*;?")
_LISTED = regex(r"\"?\$\{([A-Za-z_]\w{0,60})\[[@*]\]\}\"?")
_APART = regex(r";(?!;)|&&|\|\|")
_TELLS = regex(r"[@{(\s]{0,9}(?:echo|printf)\s")
_QUOTED = regex(r"(\"(?:[^\"\\]|\\.){0,4000}\"|'[^']{0,4000}')|;(?!;)|&&|\|\|")
_MOST_STEPS = 3_000
_MOST_DEPTH = 5
_SKIPPED = frozenset(("then", "do", "else", "{", "}", "done", "fi", ")"))


class Command(Struct, frozen=True):
    """One command with its variables filled in, and where it is run."""

    text: str
    line: int
    directory: str
    """As the script says; relative to where it is started, or below `ROOT`."""


Row = tuple[int, str]


def commands(rows: list[Row], here: str = "") -> Iterator[Command]:
    """What the rows run, in order; `here` is the directory of the script, below `ROOT`."""
    return _Script(here).run(_joined(rows), {}, 0)


def numbered(text: str) -> list[Row]:
    """The lines of a script with their numbers."""
    return list(enumerate(text.replace("\r\n", "\n").split("\n"), 1))


def _joined(rows: list[Row]) -> list[Row]:
    """Continued lines and lists over several lines as one; without comments."""
    found: list[Row] = []
    parts: list[str] = []
    start = 0
    told = written_down([row for _, row in rows])
    for at, (number, row) in enumerate(rows):
        if at in told:
            continue
        text = row.strip()[:4000]
        if text.startswith("#"):
            continue
        start = start if parts else number
        parts.append(text.removesuffix("\\").strip())
        whole = " ".join(filter(None, parts))
        opened = re.match(r"(?:\w+ )?\w+=\([^)]*$", whole) and len(parts) < 100
        if text.endswith("\\") or opened:
            continue
        found += [(start, whole)] if whole else []
        parts = []
    return found


class _Script(Struct):
    here: str
    functions: dict[str, list[Row]] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    directory: str = ""
    steps: int = 0

    def run(self, rows: list[Row], values: dict[str, str | None], depth: int) -> Iterator[Command]:
        at = 0
        while at < len(rows) and self.steps < _MOST_STEPS:
            number, text = rows[at]
            at += 1
            self.steps += 1
            if found := _FUNCTION.fullmatch(text):
                body, at = _block(rows, at, found[2], "{", "}")
                self.functions[found[1]] = [(number, found[2]), *body] if found[2] else body
            elif found := _FOR.match(text):
                rest = found[3]
                if re.search(r"(?:^|;\s*)done\b", rest):
                    body, rest = [(number, re.split(r";?\s*\bdone\b", rest)[0])], ""
                else:
                    body, at = _block(rows, at, "", "do", "done")
                    body = [(number, rest), *body] if rest else body
                for each in self._words(found[2], values)[:100]:
                    yield from self.run(body, {**values, found[1]: each}, depth)
            else:
                for part in _apart(self._rooted(text)):
                    yield from self._one(number, part, values, depth)

    def _one(
        self, number: int, text: str, values: dict[str, str | None], depth: int
    ) -> Iterator[Command]:
        text = text.strip().removeprefix("@").removeprefix("(").strip()
        for word in ("then ", "do ", "else ", "if ", "{ "):
            text = text.removeprefix(word)
        if found := _ASSIGNED.fullmatch(text):
            if listed := _LIST.fullmatch(found[2]):
                self.lists[found[1]] = _split(listed[1])
            else:
                values[found[1]] = self._filled(found[2], values).strip("\"'")
            return
        first = text.split(" ", 1)[0]
        if first in self.functions and depth < _MOST_DEPTH:
            given = _split(self._filled(text, values))[1:]
            inner = {**values, **{str(n): word for n, word in enumerate(given, 1)}}
            yield from self.run(self.functions[first], inner, depth + 1)
        elif first in ("cd", "pushd"):
            target = self._filled(text, values).partition(" ")[2].strip().strip("\"'")
            rooted = target.startswith(("/", "~"))
            self.directory = (
                target if rooted or not self.directory else f"{self.directory}/{target}"
            )
        elif first == "popd":
            self.directory = ""
        elif first and first not in _SKIPPED:
            yield Command(self._filled(text, values), number, self.directory)

    def _words(self, text: str, values: dict[str, str | None]) -> list[str]:
        if found := _LISTED.fullmatch(text.strip()):
            return self.lists.get(found[1], [])
        return _split(self._filled(text, values))

    def _filled(self, text: str, values: dict[str, str | None]) -> str:
        text = re.sub(r"\$(\d)", lambda n: str(values.get(n[1], n[0])), text)
        text = re.sub(r"\$\{(\d)(?::-[^}]{0,80})?\}", lambda n: str(values.get(n[1], "")), text)
        return expand(text, values)[0][:4000]

    def _rooted(self, text: str) -> str:
        """The text with the ways in which scripts ask for their own directory filled in."""
        text = _ROOTED.sub(ROOT, text)
        return _HERE.sub(self._placed, text) if "dirname" in text else text

    def _placed(self, found: re.Match[str]) -> str:
        """The directory of the script, or one above it where the expression goes up."""
        up = found[0].count("/..")
        home = self.here
        for _ in range(up):
            home = home.rpartition("/")[0]
        return f"{ROOT}/{home}".rstrip("/")


def _apart(text: str) -> list[str]:
    """The commands of a row; what a row tells its reader to run is none."""
    if not _TELLS.match(text):
        return _APART.split(text)
    ends = [found.span() for found in _QUOTED.finditer(text) if not found[1]]
    starts = [0, *(end for _, end in ends)]
    return [text[a:b] for a, b in zip(starts, [*(begin for begin, _ in ends), None], strict=True)]


def _block(rows: list[Row], at: int, rest: str, opens: str, closes: str) -> tuple[list[Row], int]:
    """The rows up to the one that closes what was opened before."""
    if closes == "}" and rest.rstrip().endswith("}"):
        return [], at
    start, depth = at, 1
    while at < len(rows):
        text = rows[at][1]
        at += 1
        if closes == "done" and re.match(r"(?:for|while|until)\b", text):
            depth += 0 if re.search(r"\bdone\b", text) else 1
        elif closes == "}" and text.endswith("{"):
            depth += 1
        if re.match(rf"{re.escape(closes)}(?:[\s;|)&>]|$)", text):
            depth -= 1
            if not depth:
                return rows[start : at - 1], at
    return rows[start:], at


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return text.split()
