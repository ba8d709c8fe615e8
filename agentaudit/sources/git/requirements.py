"""Requirements files of pip, read without following what they include."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from agentaudit.expressions import regex

_NAMED = regex(r"([A-Za-z0-9][A-Za-z0-9._-]{0,200})\s*+(?:\[[^\]]{0,200}+\])?\s*+(.{0,2000})")
_EGG = regex(r"#(?:.{0,200}&)?egg=([A-Za-z0-9][A-Za-z0-9._-]{0,200})")
_EXACT = regex(r"={2,3}\s*[^*,\s<>=!~]{1,100}")
_COMMIT = regex(r"@[0-9a-f]{40}(?:[#\s]|$)")


class Requirement(Struct, frozen=True):
    """One line of the file, continuations included."""

    name: str
    """Empty where the line names none."""
    line: int
    exact: bool
    """Whether it allows one version only."""
    hashed: bool
    local: bool
    conditional: bool


def read(text: str) -> Iterator[Requirement]:
    """Every requirement of the file; options and includes are left out."""
    for number, line in _logical(text):
        line = re.sub(r"(?:^|\s)#(?!egg=).*$", "", line).strip()
        editable = re.match(r"(?:-e|--editable)[\s=]+", line)
        if editable:
            line = line[editable.end() :]
        elif not line or line.startswith("-"):
            continue
        yield _requirement(number, line)


def exact_versions(text: str) -> Iterator[tuple[str, str, bool, bool]]:
    """Name, the one version that is allowed (empty for none, `@` and the commit for a repository),
    whether a marker guards it, whether it is a local directory; requirements without a name are
    left out."""
    lines = dict(_logical(text))
    for item in read(text):
        if item.name:
            body = lines[item.line].partition(" --")[0].partition(";")[0].partition(" #")[0]
            version = body.rpartition("==")[2].strip("= \t") if item.exact and "==" in body else ""
            if item.exact and (commit := _COMMIT.search(body)) is not None:
                version = commit[0][:41]
            yield item.name, version, item.conditional, item.local


def _logical(text: str) -> Iterator[tuple[int, str]]:
    parts: list[str] = []
    start = 1
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not parts:
            start = number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            parts.append(line[:-1])
            continue
        yield start, " ".join([*parts, line])[:20_000]
        parts = []
    if parts:
        yield start, " ".join(parts)[:20_000]


def _requirement(number: int, line: str) -> Requirement:
    body, _, rest = line.partition(" --")
    hashed = "hash=sha" in rest
    body, _, marker = body.partition(";")
    body = body.strip()
    if "://" in body.split("@")[0] or body.startswith(("git+", ".", "/", "file:")):
        egg = _EGG.search(body)
        local = body.startswith((".", "/", "file:"))
        name = egg[1] if egg else ""
        return Requirement(name, number, bool(_COMMIT.search(body)), hashed, local, bool(marker))
    named = _NAMED.fullmatch(body)
    if named is None:
        return Requirement("", number, False, hashed, False, False)
    version = named[2].strip()
    exact = bool(_EXACT.fullmatch(version)) or bool(_COMMIT.search(version))
    local = version.startswith("@") and "file:" in version
    return Requirement(named[1], number, exact, hashed, local, bool(marker))
