"""Python distributions: what metadata says is there, and what of it really is.

Metadata alone proves nothing: `rm -rf package` leaves its `.dist-info` behind. A distribution is
installed when at least one of the files that its RECORD lists, metadata apart, is in the image.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator

from agentaudit import parse
from agentaudit.expressions import regex
from agentaudit.image import DISTRIBUTION, FileKind, FileMap, Package
from agentaudit.sources.images.extract.dpkg import STATUS
from agentaudit.sources.images.extract.fields import header, text
from agentaudit.sources.images.extract.wanted import HEAD, LISTS, SMALL, Wanted

WANTED = (
    Wanted(r"(?:.+/)?[^/]+\.dist-info/METADATA", HEAD, head=True),
    Wanted(r"(?:.+/)?[^/]+\.dist-info/direct_url\.json", SMALL),
    Wanted(r"(?:.+/)?[^/]+\.dist-info/RECORD", LISTS),
    Wanted(r"(?:.+/)?[^/]+\.dist-info/INSTALLER", 1 << 10),
    Wanted(r"(?:.+/)?[^/]+\.egg-info(?:/PKG-INFO)?", HEAD, head=True),
    Wanted(r"(?:.+/)?[^/]+\.egg-info/(?:top_level|installed-files|SOURCES)\.txt", LISTS),
)
_METADATA = regex(r"(?:.+/)?[^/]+\.(?:dist-info/METADATA|egg-info(?:/PKG-INFO)?)")
_DEBIAN = "usr/lib/python3/dist-packages/"
_FIELDS = frozenset({"name", "version"})
_MOST_LINES = 500_000
_COMMIT = regex(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def packages(files: FileMap) -> Iterator[Package]:
    """Every distribution with metadata, in order of path; `installed` as far as it can be told."""
    for path in files.below(""):
        if not _METADATA.fullmatch(path):
            continue
        data = files.read(path)
        found = header(data, _FIELDS) if data else {}
        if found.get("name") and found.get("version"):
            home = _home(path)
            yield Package(
                "python",
                found["name"][:500],
                found["version"][:500],
                path,
                installed=_installed(files, home),
                origin=_origin(files, home),
            )


def metadata(package: Package) -> str:
    """Its metadata directory, or the one file that an old installer left."""
    return _home(package.path)


def _home(path: str) -> str:
    return path.rpartition("/")[0] if path.endswith(("/METADATA", "/PKG-INFO")) else path


def _installed(files: FileMap, home: str) -> bool:
    """Whether any of its files is there; nothing is held against one that lists no file."""
    listed, linked = False, dict[str, bool]()
    for path in _listed(files, home):
        if not _is_metadata(path):
            listed = True
            if _there(files, path, linked):
                return True
    return not listed


def _there(files: FileMap, path: str, linked: dict[str, bool]) -> bool:
    """Whether a path leads to something. Links are followed only where there are any, which
    `linked` remembers by directory: a list may name millions of files that are not there."""
    entry = files.get(path)
    if entry is None:
        folder = path.rpartition("/")[0]
        if folder not in linked:
            linked[folder] = _through_link(files, folder)
        if not linked[folder]:
            return False
    elif entry.kind is not FileKind.SYMLINK:
        return True
    return files.resolve(path) is not None


def _through_link(files: FileMap, folder: str) -> bool:
    while folder:
        entry = files.get(folder)
        if entry is not None and entry.kind is FileKind.SYMLINK:
            return True
        folder = folder.rpartition("/")[0]
    return False


def listing(files: FileMap, home: str) -> list[str]:
    """Paths that the distribution with this metadata directory says it installed."""
    return list(_listed(files, home))


def _listed(files: FileMap, home: str) -> Iterator[str]:
    above = home.rpartition("/")[0]
    record = files.read(f"{home}/RECORD")
    if record is not None:
        yield from _placed(above, _recorded(record))
        return
    installed = files.read(f"{home}/installed-files.txt")
    if installed is not None:
        yield from _placed(home, text(installed).split("\n")[:_MOST_LINES])
        return
    tops = files.read(f"{home}/top_level.txt")
    if tops is not None:
        names = [name.strip() for name in text(tops).split("\n")[:1000] if name.strip()]
        yield from _placed(
            above, (form for n in names for form in (n, f"{n}.py", f"{n}/__init__.py"))
        )


def _recorded(data: bytes) -> Iterator[str]:
    """First column of RECORD."""
    lines = text(data).split("\n")[:_MOST_LINES]
    try:
        for row in csv.reader(lines):
            if row:
                yield row[0]
    except csv.Error:
        return


def _placed(folder: str, names: Iterable[str]) -> Iterator[str]:
    """Paths relative to a directory as paths of the image; those that leave the image are not."""
    for name in names:
        if _direct(name):
            yield f"{folder}/{name}" if folder else name
            continue
        parts = [] if name.startswith("/") or not folder else folder.split("/")
        for part in name.strip().split("/"):
            if part == "..":
                if not parts:
                    break
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        else:
            if parts:
                yield "/".join(parts)


def _direct(name: str) -> bool:
    """Whether a path is in its shortest form; by comparisons, because a pattern takes five times
    as long and lists have tens of thousands."""
    return (
        name != ""
        and name[0] not in "/."
        and name[-1] != "/"
        and "//" not in name
        and "/." not in name
        and name == name.strip()
    )


def _is_metadata(path: str) -> bool:
    """Metadata, and compiled files, which stay when their sources are deleted by name."""
    return ".dist-info/" in path or ".egg-info" in path or path.endswith(".pyc")


def _of_debian(files: FileMap, home: str) -> bool:
    """Whether a Debian package brought it: every installer of wheels leaves its name."""
    return (
        home.startswith(_DEBIAN)
        and files.get(STATUS) is not None
        and not any(files.get(f"{home}/{name}") for name in ("INSTALLER", "installed-files.txt"))
    )


def _origin(files: FileMap, home: str) -> str:
    """Where it was installed from, if not from an index (PEP 610): `url@commit`, else the url."""
    data = files.read(f"{home}/direct_url.json")
    if data is None:
        return DISTRIBUTION if _of_debian(files, home) else ""
    try:
        given = parse.json(data)
    except parse.Malformed:
        return ""
    if not isinstance(given, dict):
        return ""
    url, vcs = given.get("url"), given.get("vcs_info")
    commit = vcs.get("commit_id") if isinstance(vcs, dict) else None
    shown = url[:500] if isinstance(url, str) else ""
    exact = isinstance(commit, str) and _COMMIT.fullmatch(commit)
    return f"{shown}@{commit}" if exact else shown
