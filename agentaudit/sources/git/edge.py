"""Edge functions of Supabase: directories below `supabase/functions`, which share what stands in
those with a leading underscore and are one part of the system, without a manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.source import Place
from agentaudit.sources.git.builds import Build
from agentaudit.sources.git.reader import Reader
from agentaudit.sources.git.workflows import Run

_ENTRY = regex(r"((?:[\w.-]{1,60}/){0,8}supabase/functions)/(?!_)[\w-]{1,60}/index\.[tj]sx?")
_DEPLOYS = regex(
    r"^(?!\s{0,40}(?:#|//|echo\b))[^\n]{0,200}\bsupabase functions deploy\b", re.MULTILINE
)
_SCRIPTS = (".sh", ".bash", "package.json", "Makefile", "makefile", "Justfile", "justfile", ".mk")


def functions(reader: Reader, runs: list[Run]) -> Iterator[Build]:
    """The functions that CI, a script or a Makefile deploys."""
    entries = map(_ENTRY.fullmatch, reader.app)
    homes = sorted({found[1] for found in entries if found})
    places = list(_deployed(reader, runs)) if homes else []
    for home in homes:
        yield from (Build(home, place, bare=True) for place in places)


def _deployed(reader: Reader, runs: list[Run]) -> Iterator[Place]:
    for run in runs:
        if _DEPLOYS.search(run.step.text):
            yield run.step.place
    for path in reader.named(lambda name: name.endswith(_SCRIPTS)):
        text = reader.text(path) or ""
        if found := _DEPLOYS.search(text):
            yield reader.place(path, text.count("\n", 0, found.end()) + 1)
