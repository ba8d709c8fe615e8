"""Methods of Spring that answer for every exception of its controllers."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.source import Place, Repo

_HANDLES = regex(
    r"@ExceptionHandler\((?:value ?= ?)?\{? ?(?:Exception|Throwable|RuntimeException)\.class\b"
)
_KEEPS = regex(r"(?i)\blog\w{0,20}\.\w{1,20}\(|printStackTrace|capture|recordException|throw\s")
"""Any log: whether that holds the stack, calls of loggers say."""
_TEST = regex(r"(?:^|/)(?:test|it)/")
_LENGTH = 3000


def answering_only(repo: Repo, home: str) -> Iterator[Place]:
    """Methods that answer any exception and write nothing down, so that the container never sees
    it."""
    above = "" if home == "." else home + "/"
    for kind in ("java", "kt"):
        for file in repo.files(f"{above}**/*.{kind}"):
            text = "" if _TEST.search(file.path) else (repo.read(file) or "")[:300_000]
            for found in _HANDLES.finditer(text) if "@ExceptionHandler" in text else ():
                if not _KEEPS.search(_body(text[found.end() : found.end() + _LENGTH])):
                    yield replace(file, line=text.count("\n", 0, found.start()) + 1)


def _body(rest: str) -> str:
    """What the braces of the method that follows hold."""
    rest, open_ = rest.partition(")")[2].partition("{")[2], 1
    for at, char in enumerate(rest):
        open_ += (char == "{") - (char == "}")
        if open_ == 0:
            return rest[:at]
    return rest
