"""Tables of variables and their defaults: in what a component says of itself to people, or in its
code, which shows or checks them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.environment.above import lacking
from agentaudit.probes.environment.reading import is_exception
from agentaudit.probes.environment.variables import DEFAULTED, names
from agentaudit.source import Component, Place, Repo

_HEAD = regex(r"(?i)\s{0,3}\|.{0,300}\bdefaults?\b.{0,300}")
_ROW = regex(r"\s{0,3}\|\s{0,40}[`*]{0,3}([A-Z][A-Z\d_]{1,100})[`*]{0,3}\s{0,40}\|.{0,2000}")


_RECORD = regex(
    r"[{(]\s{0,40}[\"']?\b[Nn]ame[\"']?\s{0,4}[:=]\s{0,4}[\"']([A-Z][A-Z\d]{0,40}_[A-Z\d_]{1,80})[\"']"
    r"(?=[^{}]{0,400}\b[dD](?:efault|escription)[\"']?\s{0,4}[:=])",
)
"""A variable with its default, or what it is for, in a list of such records."""
_SEVERAL = 5
_MOST = 400


def tabled(repo: Repo, component: Component, reads: Collection[str]) -> Place | None:
    """The README or the module of a component whose table holds what it reads: but for what has a
    value in the code, and one that several others stand beside."""
    if not reads:
        return None
    settled = set(names(repo, component)) - set(names(repo, component, DEFAULTED))
    for file, told in _tables(repo, component):
        left = lacking(told, set(reads) - settled)
        known = file.repo == component.repo and not told.isdisjoint(reads)
        if known and (not left or is_exception(left, told)):
            return file
    return None


def _tables(repo: Repo, component: Component) -> Iterator[tuple[Place, set[str]]]:
    """Files with the variables that they list."""
    home = "" if component.path == "." else f"{component.path}/"
    for file in repo.files(f"{home}README.md"):
        yield file, set(_told((repo.read(file) or "")[:200_000]))
    for suffix in ("go", "ts", "py"):
        code = repo.files(f"{home}**/*.{suffix}", saying=("escription", "efault"))
        for file in islice((each for each in code if is_serving(repo, each)), _MOST):
            listed = set(_RECORD.findall((repo.read(file) or "")[:200_000]))
            if len(listed) >= _SEVERAL:
                yield file, listed


def _told(text: str) -> Iterator[str]:
    """Variables in the first column of tables that have one of defaults."""
    inside = False
    for line in text.split("\n"):
        inside = line.lstrip().startswith("|") and (inside or _HEAD.fullmatch(line) is not None)
        if inside and (row := _ROW.fullmatch(line.rstrip())):
            yield row[1]
