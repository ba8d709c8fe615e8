"""Which version of a language runtime a pin allows."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from agentaudit.expressions import regex
from agentaudit.source import Place

_LANGUAGES: tuple[tuple[str, str], ...] = (
    ("python", r"pypy|python|requires-python|pyproject|setup\.|environment\.ya?ml|Pipfile"),
    ("node", r"node|nvm|package\.json"),
    ("bun", r"\bbun\b"),
    ("deno", r"\bdeno\b"),
    ("go", r"golang|go\.mod|\bgo\b"),
    ("java", r"jdk|jre|java|temurin|corretto|pom\.xml|gradle|maven|libs\.versions"),
    ("dotnet", r"dotnet|aspnet|global\.json|Directory\.Build|\.(?:cs|fs|vb)proj"),
    ("rust", r"rust|cargo"),
)
_NUMBER = regex(r"v?(\d{1,4})(?:\.(\d{1,4}))?(?:[.\-+_](?:[\dx*]|rc|[a-z])[\w.+-]*)?")
_NAMED = regex(
    r"(?:python|pypy|node|nodejs|golang|go|jdk|jre|java|temurin|corretto|dotnet|aspnet|runtime|sdk"
    r"|net|rust|bun|deno)[-_:@ /=]?(v?\d[\w.+-]*)(?=$|[-@\s])"
)
_RANGE = regex(r">=\s*+(\d++)\.(\d++)[\d.]*+\s*+,?\s*+<\s*(\d+)\.(\d+)(?:\.0)?\s*")
_MINOR = regex(r"(?:~=\s*v?(\d+)\.(\d+)\.\d+|~>?\s*v?(\d+)\.(\d+)(?:\.[\dx*]+)?)")
_NEWEST = regex(r"^(?:latest|stable|slim|alpine|debian|prod|production)[-_](?=\d{1,2}\.\d)")
"""Words before the version that an image is the newest of."""
_DIGEST = regex(r"@sha256:([0-9a-f]{12})")
INSTEAD = {"node": ("bun", "deno")}
"""Runtimes that run a language in place of its usual one."""
MAJOR_IS_ENOUGH = frozenset({"java", "dotnet"})
"""Languages whose releases of features are counted by one number."""
FLOORS = frozenset({"Cargo.toml"})
"""Manifests whose version is the oldest that works, not the one that is used."""


def language(place: Place, text: str) -> str:
    """The language that a pin is about; empty when nothing says."""
    for told in (text, place.text, PurePosixPath(place.path).name):
        for name, pattern in _LANGUAGES:
            if re.search(pattern, told, re.IGNORECASE):
                return name
    return ""


def pinned(place: Place, text: str, spoken: str) -> str:
    """The one minor version that the pin allows, e.g. `3.12`; a digest for an image that is named
    by it; empty when it allows several or none."""
    if PurePosixPath(place.path).name in FLOORS:
        return ""
    bare = text.strip().strip("\"'").partition("@sha256:")[0]
    if found := _RANGE.fullmatch(bare):
        low, high = (int(found[1]), int(found[2])), (int(found[3]), int(found[4]))
        return f"{low[0]}.{low[1]}" if high == (low[0], low[1] + 1) else ""
    if found := _MINOR.fullmatch(bare):
        return f"{found[1] or found[3]}.{found[2] or found[4]}"
    version = _exact(re.sub(r"^={1,3}\s*", "", bare), spoken)
    digest = _DIGEST.search(f"{text} {place.text}")
    return version or (f"sha256:{digest[1]}" if digest else "")


def _exact(text: str, spoken: str) -> str:
    named = _NAMED.search(text)
    found = _NUMBER.fullmatch(named[1] if named else _NEWEST.sub("", text))
    if found is None:
        return ""
    if spoken in MAJOR_IS_ENOUGH:
        return found[1]
    return f"{found[1]}.{found[2]}" if found[2] else ""
