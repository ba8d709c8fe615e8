"""Lines of styled text, wrapped to a width. Nothing is ever read as markup."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from agentaudit.evidence import clean
from agentaudit.reports.signs import Sign, to_ascii
from agentaudit.reports.view import View

Part = str | tuple[str, str] | Sign
"""Plain text, text with a style, or a sign."""
_LONGEST = 4000
"""Characters of one part; what audits print is cut long before."""


class Canvas:
    """Collects the lines of one report."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.width = view.width
        self.wide = view.width >= 100
        self._lines: list[Text] = []
        self._console = Console(
            file=StringIO(),
            width=view.width,
            color_system="standard",
            force_terminal=True,
            legacy_windows=False,
            markup=False,
            highlight=False,
            emoji=False,
            _environ={},
        )

    def text(self, *parts: Part) -> Text:
        """One text of several parts, safe to draw."""
        made = Text()
        for part in parts:
            if isinstance(part, Sign):
                made.append(part.ascii if self.view.ascii else part.glyph, part.style)
                continue
            words, style = part if isinstance(part, tuple) else (part, "")
            words = clean(words, _LONGEST)
            made.append(to_ascii(words) if self.view.ascii else words, style)
        return made

    def add(self, made: Text) -> None:
        """One line as it is."""
        self._lines.append(made)

    def line(self, *parts: Part) -> None:
        """One line as it is; what does not fit is continued below its own indent."""
        made = self.text(*parts)
        if cell_len(made.plain) <= self.width:
            self._lines.append(made)
            return
        indent = len(made.plain) - len(made.plain.lstrip(" "))
        self.hang(" " * indent, made[indent:])

    def gap(self) -> None:
        """An empty line."""
        self._lines.append(Text())

    def hang(self, first: Part | Text, body: Text, rest: str | None = None) -> None:
        """`first`, then `body` wrapped beside it; further lines begin with `rest`, or blanks."""
        head = first if isinstance(first, Text) else self.text(first)
        below = self.text(" " * cell_len(head.plain) if rest is None else rest)
        room = max(10, self.width - max(cell_len(head.plain), cell_len(below.plain)))
        wrapped = body.wrap(self._console, room) or [Text()]
        for number, piece in enumerate(wrapped):
            self._lines.append((head if number == 0 else below) + piece)

    def columns(self, cells: Iterable[tuple[Text, int]], gap: int = 2) -> None:
        """One line of cells, each wrapped within its width; the last may be as wide as is left."""
        cells = list(cells)
        wrapped = [body.wrap(self._console, max(1, width)) or [Text()] for body, width in cells]
        for row in range(max(map(len, wrapped))):
            made = Text()
            for number, (pieces, (_, width)) in enumerate(zip(wrapped, cells, strict=True)):
                piece = pieces[row] if row < len(pieces) else Text()
                made += piece
                if number < len(cells) - 1:
                    made.append(" " * (width - cell_len(piece.plain) + gap))
            self._lines.append(made)

    def cut(self, text: str, room: int) -> str:
        """The text cut to `room` columns, with a mark where it was cut."""
        if cell_len(text) <= room:
            return text
        mark = "..." if self.view.ascii else "…"
        while text and cell_len(text) > room - len(mark):
            text = text[:-1]
        return f"{text.rstrip()}{mark}"

    def render(self) -> str:
        """All lines, without trailing blanks, each ended by a newline."""
        drawn = []
        for line in self._lines:
            line.rstrip()
            drawn.append(self._colored(line) if self.view.color else line.plain)
        return "".join(f"{line}\n" for line in drawn)

    def _colored(self, line: Text) -> str:
        with self._console.capture() as capture:
            self._console.print(line, end="", soft_wrap=True)
        return capture.get()
