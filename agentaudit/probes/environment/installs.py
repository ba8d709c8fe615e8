"""What an image installs, where that is not what a lock file pins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import BuildFile, Component, Repo

_PIP = regex(r"\bpip3?\s+install\b([^\n&|;]{0,600})")
_LIST = regex(r"(?:-r|--requirements?)[\s=]+[\"']?(\S{1,200}?)[\"']?(?=\s|$)")
_ITSELF = regex(
    r"(?:^|\s)(?:-e\s+)?[\"']?(?:\.(?:\[[\w,-]{1,80}\])?|pyproject\.toml)[\"']?(?=\s|$)"
)
_LOCKED = regex(
    r"\buv\s+(?:sync|export)\b|\bpoetry\s+(?:install|export)\b|\bpdm\s+(?:sync|install|export)\b"
    r"|\bpipenv\s+(?:sync|install|requirements)\b|\bconda-lock\b|\bpixi\s+install\b|pip-compile"
    r"|\buv\s+pip\s+(?:sync|compile)\b|(?:^|\s)(?:-c|--constraint)[\s=]"
)
"""What installs from a lock file, or writes one out for pip."""
_COMMENT = regex(r"^\s*#")


def past_the_lock(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines of its build files by which pip installs what no lock file pins: a list of ranges, or
    the project by its manifest, though a lock file lies beside it."""
    for file in component.build_files:
        text = repo.read(file.place) or ""
        if not _LOCKED.search(_bare(text)):
            yield from _loose(component, file, text)


def _bare(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not _COMMENT.match(line))


def _loose(component: Component, file: BuildFile, text: str) -> Iterator[Place]:
    locked = {lock.place.path.rpartition("/")[2] for lock in component.locks if lock.complete}
    ranges = {m.place.path.rpartition("/")[2] for m in component.manifests if m.dependencies}
    ranges -= locked
    settled = False
    for number, line in enumerate(text.split("\n"), 1):
        for found in () if _COMMENT.match(line) else _PIP.finditer(line[:2000]):
            asked = found[1]
            lists = {name.rpartition("/")[2] for name in _LIST.findall(asked)}
            # What is installed already satisfies the project that is installed after it.
            settled = settled or bool(lists & locked)
            itself = (
                _ITSELF.search(asked) and "--no-deps" not in asked and "pyproject.toml" in ranges
            )
            if lists & ranges or (itself and not lists and not settled):
                yield replace(file.place, line=number, text=line.strip()[:300])
