"""Where the results of one run go, settled before anything is read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from agentaudit.cli.flags import Flags
from agentaudit.cli.output import Destination
from agentaudit.cli.screen import Screen
from agentaudit.errors import UsageError
from agentaudit.expressions import regex
from agentaudit.reports import Report, View, installed

_FORMAT = regex(r"([A-Za-z][A-Za-z0-9._-]+):(.+)")


class Stage(Struct, frozen=True):
    """Formats, files and the screen."""

    reports: Mapping[str, Report]
    format: str
    """On standard output."""
    screen: Screen
    destinations: tuple[Destination, ...]

    @staticmethod
    def of(flags: Flags) -> Stage:
        """Raises UsageError for a format nobody writes and a file that cannot be written."""
        reports = installed(plugins=not flags.no_plugins)
        screen = _screen(flags)
        wanted = flags.format or ("terminal" if screen.terminal else "plain")
        if wanted not in reports:
            raise _unknown(wanted, reports, "--format")
        targets = tuple(destination(text, reports) for text in flags.output)
        paths = [target.real for target in targets]
        for number, target in enumerate(targets):
            if paths[number] in paths[:number]:
                raise UsageError(
                    f"{target.path} is named twice", where="-o", hint="write one format to a file"
                )
            target.prepare()
        return Stage(reports, wanted, screen, targets)

    def spare(self, evidence: Iterable[Path]) -> None:
        """Refuse to write over what is read. Raises UsageError."""
        read = frozenset(map(os.path.realpath, evidence))
        for target in self.destinations:
            target.spare(read)

    def view(self, flags: Flags, *, explain: bool) -> View:
        """How standard output is drawn."""
        return View(
            width=self.screen.width,
            color=self.screen.color,
            ascii=self.screen.ascii,
            verbosity=-1 if flags.quiet else flags.verbose,
            explain=explain,
            printable=flags.print,
        )


def destination(text: str, reports: Mapping[str, Report]) -> Destination:
    """`FORMAT:FILE`, or a file whose suffix says the format. A file name with a colon is written
    with its directory: `./a:b.json`."""
    if explicit := _FORMAT.fullmatch(text):
        name, file = explicit.groups()
        if name not in reports:
            raise _unknown(name, reports, f"-o {text}")
        return Destination(name, Path(file))
    by_length = sorted(reports.values(), key=lambda report: -len(report.suffix))
    for report in by_length:
        if report.suffix and _named(Path(text).name, report.suffix):
            return Destination(report.name, Path(text))
    raise _unknown(Path(text).suffix.lstrip(".") or text, reports, f"-o {text}")


def _named(name: str, suffix: str) -> bool:
    """Whether a file is named for a format: `x.junit.xml`, and `junit.xml` by itself."""
    return (name.endswith(suffix) and name != suffix) or (name == suffix[1:] and "." in name)


def _unknown(name: str, reports: Mapping[str, Report], where: str) -> UsageError:
    suffixes = {r.name: f"{r.name} ({r.suffix})" if r.suffix else r.name for r in reports.values()}
    near = get_close_matches(name, reports, n=1)
    known = ", ".join(suffixes[key] for key in sorted(suffixes))
    return UsageError(
        f"no report format is named {name!r}; known: {known}",
        where=where,
        hint=f"did you mean {near[0]}?" if near else "name the format: -o json:FILE",
    )


def _screen(flags: Flags) -> Screen:
    tty = sys.stdout.isatty()
    try:
        columns = os.get_terminal_size(sys.stdout.fileno()).columns if tty else 0
    except (OSError, ValueError):
        columns = 0
    return Screen.of(
        os.environ,
        tty=tty,
        encoding=sys.stdout.encoding or "ascii",
        columns=columns,
        color=flags.color,
        ascii=flags.ascii,
    )
