"""Promises whose errors are answered, and told to nobody else."""

from __future__ import annotations

from agentaudit.blocks import Block
from agentaudit.expressions import regex

_ANSWERS = regex(
    r"\b(?:res|reply|response|ctx|c)\.(?:status|sendStatus|code|json|send|end|text)\("
    r"|\bNextResponse\.json\(|\bnew Response\("
)
_ASKS = regex(
    r"\.(?:completions|responses|messages|chat|embeddings)\.(?:create|stream|parse|complete)\("
    r"|\b(?:generateText|generateObject|generateContent|invoke|invokeModel|callAgent|sendMessage)\("
)
_TOLD = regex(r"(?i)console\.|\blog\w{0,20}\b|capture|report|track|\bnext\(|throw\b|reject")
_LONGEST = 4000


def is_dropped(text: str, catch: Block) -> bool:
    """Whether the error of a model's call becomes an answer in it:
    `.catch(() => res.sendStatus(500))`."""
    body = catch.body(text)[:_LONGEST]
    if not catch.given or catch.tried is None or not _ANSWERS.search(body) or _TOLD.search(body):
        return False
    return bool(_ASKS.search(catch.tried.body(text)[:_LONGEST]))
