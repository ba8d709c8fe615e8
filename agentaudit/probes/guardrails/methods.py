"""Methods of Java and C#: as they are written but for comments, and whether they ask a model."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.blocks import Block, Part
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.probes.guardrails.own import ASIDE
from agentaudit.source import Component, Repo

_ASIDE = regex(
    r"\"{3}(?:.{0,20000}?\"{3}|.{0,20000})|\"(?:[^\"\\\n]|\\.){0,2000}\"|'(?:[^'\\\n]|\\.){1,8}'"
    r"|(//[^\n]{0,2000}|/\*(?:.{0,20000}?\*/|.{0,20000}))",
    re.DOTALL,
)
"""Strings, and comments."""
_ASKS = regex(
    r"\.(?:prompt\(|call\(|chat\(|generate\(|stream\()"
    r"|\.(?:GetResponse|GetStreamingResponse|CompleteChat|InvokePrompt|GetChatMessageContent)\w{0,20}\("
    r"|(?i:(?<![a-z\d])(?:chatClient|chatModel|assistant|llm\w{0,20}|agent\w{0,20})\.)"
)
_CALL = regex(r"(?:(?<![\w.])(?:this\.)?_?(\w{2,60})\.)?(?<!\w)(\w{3,60})\(")


def files(
    repo: Repo, component: Component, kinds: tuple[str, ...], words: tuple[str, ...]
) -> Iterator[tuple[str, Place]]:
    """Files of the component that serve, with what they say beside their comments."""
    home = f"{component.path}/" if component.path != "." else ""
    for kind in kinds:
        for file in repo.files(f"{home}**/*.{kind}", saying=words):
            if not any(each.search(file.path) for each in (TESTS, OUTSIDE, ASIDE)):
                yield plain(repo, file), file


def plain(repo: Repo, file: Place) -> str:
    """A file without its comments, in whose place blanks stand."""
    return _ASIDE.sub(
        lambda found: re.sub(r"[^\n]", " ", found[1]) if found[1] else found[0],
        (repo.read(file) or "")[:200_000],
    )


def named(repo: Repo, file: Place) -> Iterator[Block]:
    """Its methods."""
    return (each for each in repo.blocks(file) if each.part is Part.FUNCTION and each.name)


def below(repo: Repo, file: Place, at: int, mark: str) -> Block | None:
    """The method that an annotation at that offset stands above."""
    after = [each for each in named(repo, file) if each.start >= at]
    first = min(after, key=lambda each: each.start, default=None)
    marks = {each.rpartition(".")[2] for each in first.marks} if first else set()
    return first if mark in marks else None


_INTERFACE = regex(r"I[A-Z]")


def of_type(repo: Repo, file: Place, text: str, name: str) -> Iterator[Place]:
    """Files of the class of what has that name, or of those that are what it promises."""
    typed = re.search(rf"\b([A-Z]\w{{3,80}})\s{{1,8}}_?{re.escape(name)}\b", text)
    kind = file.path.rpartition(".")[2]
    if typed is None:
        return
    yield from repo.files(f"**/{typed[1]}.{kind}")
    if _INTERFACE.match(typed[1]) or kind == "java":
        made = re.compile(rf"\bclass\s[^{{}};]{{0,300}}[:,\s]{typed[1]}\b[^{{}};]{{0,200}}\{{")
        for other in repo.files(f"**/*.{kind}", saying=(typed[1],)):
            if made.search(plain(repo, other)):
                yield other


def asks(repo: Repo, file: Place, text: str, body: str) -> bool:
    """Whether a model is asked there, or in a method that is called there by its name."""
    if _ASKS.search(body):
        return True
    calls = {(found[1] or "", found[2]) for found in _CALL.finditer(body[:20_000])}
    for owner in {owner for owner, _ in calls}:
        wanted = {name for each, name in calls if each == owner}
        for home in of_type(repo, file, text, owner) if owner else (file,):
            own = plain(repo, home)
            blocks = (each for each in named(repo, home) if each.name in wanted)
            if any(_ASKS.search(each.body(own)) for each in blocks):
                return True
    return False
