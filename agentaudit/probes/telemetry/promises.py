"""Promises whose errors are answered, and told to nobody else."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.expressions import regex

_CATCH = regex(r"\.catch\(\s{0,4}(?:async )?(?:\((?:\w{1,40}(?:: ?\w{1,40})?)?\)|\w{1,40}) ?=>")
_ANSWERS = regex(
    r"\b(?:res|reply|response|ctx|c)\.(?:status|sendStatus|code|json|send|end|text)\("
    r"|\bNextResponse\.json\(|\bnew Response\("
)
_ASKS = regex(
    r"\.(?:completions|responses|messages|chat|embeddings)\.(?:create|stream|parse|complete)\("
    r"|\b(?:generateText|generateObject|generateContent|invoke|invokeModel|callAgent|sendMessage)\("
)
_TOLD = regex(r"(?i)console\.|\blog\w{0,20}\b|capture|report|track|\bnext\(|throw\b|reject")
_BEFORE, _AFTER = 800, 400


def dropped(text: str) -> Iterator[int]:
    """Where the error of a model's call becomes an answer: `.catch(() => res.sendStatus(500))`."""
    for found in _CATCH.finditer(text) if ".catch(" in text else ():
        body = _argument(text[found.end() : found.end() + _AFTER])
        if not _ANSWERS.search(body) or _TOLD.search(body):
            continue
        above = text[max(0, found.start() - _BEFORE) : found.start()]
        if _ASKS.search(above.rpartition(";\n")[2]):
            yield found.start()


def _argument(rest: str) -> str:
    """Up to the bracket that ends the call."""
    open_ = 1
    for at, char in enumerate(rest):
        open_ += (char in "({[") - (char in ")}]")
        if open_ == 0:
            return rest[:at]
    return rest
