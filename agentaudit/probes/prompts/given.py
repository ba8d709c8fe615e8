"""Texts that a model is told by a name: the name stands where a message is made or a prompt is
asked, and the text where the name is given it, in the same file or in another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Repo

_NAME = r"((?:[A-Za-z_$][\w$]{0,60}\.){0,2}[A-Za-z_$][\w$]{1,80})\s{0,40}[,)}\]\n;+]"
_SYSTEM = regex(
    r"""ole(?<=\b[rR]ole)["']?\s{0,9}[:=]\s{0,9}(?:[\w.]{0,60}(?:System|SYSTEM|Developer)\w{0,20}"""
    r"""|["'](?:system|developer)["'])\s{0,9},\s{0,40}["']?[cC]ontent["']?\s{0,9}[:=]\s{0,9}"""
    + _NAME
)
"""A message of the system, up to a name."""
_MADE = regex(
    r"(?:System(?:Chat)?Message(?<!AddSystemMessage)|ChatHistory|AddSystemMessage|InvokePrompt(?:Streaming)?Async"
    r"|CreateFunctionFromPrompt|PromptTemplate(?:\.from_?[tT]emplate)?|defaultSystem)"
    r"\(\s{0,60}(?:\{?\s{0,9}(?:content|template|text)\s{0,9}[=:]\s{0,9})?" + _NAME
)
"""What is made of one."""
_ADDED = regex(r"\b\w{0,40}[pP]rompt\w{0,20}(?:\(\))?\s{0,40}\+=?\s{0,40}" + _NAME)
"""What is put behind a prompt."""
_KINDS = (_SYSTEM, _MADE, _ADDED)
_TO_TEXT = r"\b(?:\s{0,4}:\s{0,4}[\w<>., ]{1,40})?\s{0,4}=\s{0,4}\(?\s{0,80}[\w$@]{0,3}([\"'`])"


def named(text: str) -> Iterator[tuple[str, bool]]:
    """Names that a file tells a model, each with whether it only follows a prompt."""
    for kind in _KINDS:
        for found in kind.finditer(text):
            yield found[1], kind is _ADDED


def told(repo: Repo, file: Place, text: str, name: str) -> tuple[Place, str, int] | None:
    """Where the text stands that the name is given, the text of that file, and the offset of the
    quote; None where it is given anything else."""
    owner, _, own = name.rpartition(".")
    if not owner or owner in ("this", "self", "cls") or owner.rpartition(".")[2] == own:
        at = _given(text, own)
        return None if at is None else (file, text, at)
    owner = owner.rpartition(".")[2]
    suffix = file.path.rpartition(".")[2]
    if owner[:1].isupper() and suffix in _TYPED:
        for other in repo.files(f"**/{owner}.{suffix}"):
            whole = (repo.read(other) or "")[:_LONGEST]
            if (at := _given(whole, own)) is not None:
                return other, whole, at
    return None


_TYPED = ("cs", "java", "kt")
"""Languages in which a file is called after its class."""
_LONGEST = 200_000


def _given(text: str, name: str) -> int | None:
    found = re.search(rf"(?<![\w.$]){re.escape(name)}{_TO_TEXT}", text)
    return None if found is None else found.start(1)
