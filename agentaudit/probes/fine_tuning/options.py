"""Options of a script that do nothing unless somebody gives them."""

from __future__ import annotations

import re

from agentaudit.expressions import regex
from agentaudit.source import Component, Place, Repo

_CHOICE = regex(
    r"[\"'][\w-]{1,30}[\"']\]?\s+if\s+([^\n]{1,200}?)\s+else\s+(?:None|\[\]|[\"'](?:none)?[\"'])"
)
_ASKED = regex(
    r"(?:getenv|environ\.get)\(\s{0,4}[\"'](\w{1,80})[\"']\s{0,4}(?:,\s{0,4}(?:None|False|[\"'](?:|0|false|no|none)[\"'])\s{0,4})?\)"
)
"""A look-up in the environment that finds nothing unless somebody sets it."""
_WORD = regex(r"(?<![\w\"'])[A-Za-z_]\w{2,60}\b")
_EMPTY = r"(?:False|None|\"\"|'')(?=\s*(?:[,)#\n]|$))"
_STARTS = ("**/*.sh", "**/*.yml", "**/*.yaml", "**/Makefile", "**/Dockerfile*", "**/*.json")
_DEEP = 3


def not_asked(repo: Repo, component: Component, place: Place) -> bool:
    """Whether what stands there is chosen by an option that is empty by default, and no script or
    configuration gives it."""
    text = (repo.read(place) or "")[:300_000]
    rows = text.split("\n")
    line = rows[place.line - 1] if place.line and place.line <= len(rows) else ""
    if (choice := _CHOICE.search(line[:1000])) is None:
        return False
    return _is_open(repo, component, text, choice[1])


def option_not_given(repo: Repo, component: Component, place: Place, asked: str) -> bool:
    """The same for a condition that stands there."""
    return _is_open(repo, component, (repo.read(place) or "")[:300_000], asked)


def _is_open(repo: Repo, component: Component, text: str, asked: str) -> bool:
    if asked.lstrip().startswith("not"):
        return False
    looked_up = _ASKED.search(asked)
    option = looked_up[1] if looked_up else _empty(text, asked, _DEEP)
    return bool(option) and not _given(repo, component, option)


def _empty(text: str, asked: str, depth: int) -> str:
    """The option among the words of an expression that is empty by default; empty for none."""
    for name in _WORD.findall(asked[:400]) if depth else ():
        word = re.escape(name)
        if _is_flag(text, word) or re.search(
            rf"^[ \t]*(?:def \w+\([^\n]{{0,300}})?{word}\s*(?::[^=\n]{{1,80}})?=\s*{_EMPTY}",
            text,
            re.M,
        ):
            return str(name)
        found = re.search(rf"^[ \t]*{word}\s*=\s*([^\n]{{1,300}})", text, re.M)
        if found and (option := _empty(text, found[1], depth - 1)):
            return option
    return ""


def _is_flag(text: str, word: str) -> bool:
    """Whether it is a switch of a command line that is off unless it is given."""
    spelt = word.replace("_", "[_-]")
    told = re.search(rf"--{spelt}[\"'][^\n]{{0,300}}", text)
    return told is not None and bool(_OFF.search(told[0]))


_OFF = regex(
    r"action\s{0,4}=\s{0,4}[\"']store_true|is_flag\s{0,4}=\s{0,4}True(?!.{0,200}default=True)"
)


def _given(repo: Repo, component: Component, option: str) -> bool:
    flag = re.escape(option).replace("_", "[_-]")
    named = re.compile(
        rf"--{flag}(?:[ =]\s*[^\s-]|\s|[\"']\s*[,\]]\s*(?!action|type|help|default|is_flag|dest))"
        rf"|^\s*[\"']?{flag}[\"']?\s*:\s*[\"']?\w|(?:^|[\s;])(?:export |ENV |- )?{flag}=[\"']?\w",
        re.M,
    )
    return any(
        named.search((repo.read(file) or "")[:200_000])
        for pattern in _STARTS
        for file in repo.files(pattern)
        if file.repo == component.repo
    )
