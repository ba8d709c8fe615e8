"""Documents that are read from a stream, which tells the reader no name to note as their source."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_STREAMS = ("InputStreamResource(", "ByteArrayResource(")
_MADE = regex(r"\bnew\s{1,4}(?:InputStream|ByteArray)Resource\(")
_NAMED = regex(r"(?i)getFilename\s{0,4}\(\s{0,4}\)\s{0,4}(?:throws [^{\n]{1,60})?\{")
"""A resource that is made with a name of its own."""
_ANSWERS = regex(r"\.(?:body|ok|data)\(|\b(?:Media|MimeType)\b")
"""Where a stream is what a request is answered with, or what a model is shown."""
_NEAR = 80
_NOTES = regex(r"(?i)metadata")
"""Where something is said of a document beside what its reader notes."""


def unnamed(repo: Repo, component: Component, readers: set[str]) -> Iterator[Place]:
    """Where a stream without a name is handed to one of the files that read documents, which add
    nothing to what the reader notes."""
    files = [Place(component.repo, path) for path in sorted(readers)]
    if not files or any(_NOTES.search(repo.read(file) or "") for file in files):
        return
    homes = {path.rpartition("/")[2].partition(".")[0] for path in readers}
    below = "" if component.path == "." else f"{component.path}/"
    for file in repo.files(f"{below}**/*.java", saying=_STREAMS):
        text = repo.read(file) or ""
        hands = file.path in readers or any(home in text for home in homes)
        if hands and repo.role(file) is Role.APP and not _NAMED.search(text):
            for found in _MADE.finditer(text):
                if _ANSWERS.search(text, max(found.start() - _NEAR, 0), found.start()):
                    continue
                line = text.count("\n", 0, found.start()) + 1
                yield replace(file, line=line, text=found[0])
