"""Instructions of build files, and what each of their stages is given of the repository."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from fnmatch import fnmatch

from msgspec import Struct, field
from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import BuildFile

_FILE = regex(
    r"(?:[\w./-]*/)?\.?[\w-]{1,60}(?:\.[\w-]{1,20})?\.(?:json|js|cjs|mjs|ts|py|npmrc|yml|yaml|toml"
    r"|md|rst|txt|in|cfg|ini)|(?:[\w./-]*/)?(?:\.\w{1,20}rc|Pipfile|LICENSE|README|\.python-version)"
)
_LOCK = regex(r"lock|shrinkwrap")
_MANIFESTS = ("package.json", "pyproject.toml", "Pipfile", "requirements.in")
_ALL = "."


_WORKED_ON = regex(
    r"(?i)(?:^|[._-])(?:dev(?:el(?:op(?:ment)?)?)?|debug|local|tests?|testing|ci)(?:[._-]|$)"
)
_DEPLOYED = regex(r"(?i)(?:^|[._-])(?:prod(?:uction)?|release)(?:[._-]|$)")


def deployed(files: Collection[BuildFile]) -> list[BuildFile]:
    """Build files of what is deployed: by their names those of production, else those that are not
    for who develops and tests; all, where the names leave none."""
    names = {file.place.path: file.place.path.rpartition("/")[2] for file in files}
    made = [file for file in files if _DEPLOYED.search(names[file.place.path])]
    rest = [file for file in files if not _WORKED_ON.search(names[file.place.path])]
    plain = {file.place.path.rpartition("/")[0] for file in made}
    others = [f for f in rest if f in made or f.place.path.rpartition("/")[0] not in plain]
    return others or rest or list(files)


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
    return {_ALL} if "--from=" in line else set(_copied(line)[:-1])


def placed(line: str, home: str) -> tuple[str, set[str]]:
    """The same of what an instruction copies, by the names that it has there, after the directory
    that it comes to: the one that the next instructions run in, where the paths are not plain."""
    *given, target = _copied(line) or [""]
    if not given or "--from=" in line or "$" in line:
        return home, brought(line)
    at = posixpath.normpath(posixpath.join(home, target))
    if at == posixpath.normpath(home or "."):
        return home, set(given)
    named = posixpath.basename(at) if len(given) == 1 and not target.endswith("/") else ""
    return (posixpath.dirname(at), {named}) if "." in named else (at, set(given))


def renamed(line: str) -> dict[str, str]:
    """The name that an instruction gives to the one file that it copies, with the file's own."""
    words = _copied(line)
    own, named = (posixpath.basename(word) for word in (words if len(words) == 2 else ("", "")))
    return {named: own} if "." in named and "." in own else {}


def _copied(line: str) -> list[str]:
    """What COPY or ADD names, its target last; empty of another instruction."""
    words = [word for word in line.split() if not word.startswith("--")]
    if not words or words[0].upper() not in ("COPY", "ADD"):
        return []
    listed = words[1:2] and words[1].startswith("[")
    return [each for word in words[1:] if (each := word.strip('[]",') if listed else word)]


def holds_no_lock(given: Collection[str], locks: Collection[str] | None = None) -> bool:
    """Whether what was copied are files by their names, and none of them a lock file; a pattern is
    none where it fits none of the paths of `locks`, all that there are; not known without."""
    return all(
        locks is not None and not any(_fits(lock, each.removeprefix("./")) for lock in locks)
        if "*" in posixpath.basename(each)
        else _FILE.fullmatch(each) and not _LOCK.search(each)
        for each in given
    )


def _fits(path: str, pattern: str) -> bool:
    """Whether a pattern may bring the file, from whatever directory it is built."""
    return fnmatch(path, pattern) or fnmatch(path, f"*/{pattern}")


def holds_manifest(given: Collection[str]) -> bool:
    """Whether one of the files is a manifest."""
    return any(fnmatch(name, posixpath.basename(each)) for name in _MANIFESTS for each in given)
