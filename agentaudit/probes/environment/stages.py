"""Instructions of build files, and what each of their stages is given of the repository."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex

_FILE = regex(
    r"(?:[\w./-]*/)?\.?[\w-]{1,60}(?:\.[\w-]{1,20})?\.(?:json|js|cjs|mjs|ts|py|npmrc|yml|yaml|toml)|\.npmrc"
)
_LOCK = regex(r"lock|shrinkwrap")
_MANIFEST = regex(r"(?:^|/)(?:package\.json|pyproject\.toml)$")
_ALL = "."


class Stage(Struct):
    """One stage of a build file."""

    above: str
    """What it is built upon: another stage or an image."""
    name: str
    """Its number, where it has none."""
    lines: list[tuple[int, str]] = field(default_factory=list)
    """Its instructions, each with the number of its first line."""

    @property
    def given(self) -> set[str]:
        """All that it copies."""
        return {each for _, line in self.lines for each in brought(line)}


def stages(text: str) -> list[Stage]:
    """Those of a build file; a script is one stage."""
    found = [Stage("", "")]
    for number, line in steps(text):
        words = [word for word in line.split() if not word.startswith("--")]
        if words[1:] and words[0].upper() == "FROM":
            named = words[-1].lower() if words[-2].upper() == "AS" else str(len(found))
            found.append(Stage(words[1].lower(), named))
        found[-1].lines.append((number, line))
    return found


def steps(text: str) -> Iterator[tuple[int, str]]:
    """Instructions of a build file without comments, each with the number of its first line."""
    first, parts = 0, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("#"):
            continue
        first = first if parts else number
        parts.append(line.rstrip("\\ \t\r"))
        if not line.rstrip().endswith("\\"):
            yield first, " ".join(parts)[:4000]
            parts = []
    if parts:
        yield first, " ".join(parts)[:4000]


def shown(file: Place, number: int, line: str) -> Place:
    """The line as evidence."""
    return replace(file, line=number, text=" ".join(line.split())[:300])


def brought(line: str) -> set[str]:
    """What an instruction copies; all there is, where it comes from another stage."""
    words = [word for word in line.split() if not word.startswith("--")]
    if not words or words[0].upper() not in ("COPY", "ADD"):
        return set()
    return {_ALL} if "--from=" in line else set(words[1:-1])


def holds_no_lock(given: Collection[str]) -> bool:
    """Whether what was copied are files by their names, and no lock file among them."""
    return all(_FILE.fullmatch(each) and not _LOCK.search(each) for each in given)


def holds_manifest(given: Collection[str]) -> bool:
    """Whether one of the files is a manifest."""
    return any(map(_MANIFEST.search, given))
