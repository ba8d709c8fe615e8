"""Prompts that lie with the service that answers, which is told their ids."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.finding import Answer
from agentaudit.probe import passed
from agentaudit.probes.aside import is_serving
from agentaudit.source import Component, Repo

_BY_ID = regex(
    r"\bprompt[\"']?\s{0,4}[=:]\s{0,4}\{\s{0,80}[\"']?id[\"']?\s{0,4}:"
    r"|\.prompts\.completions\.(?:create|stream)\(|\b(?:prompt_?[iI]d(?:entifier)?|prompt_?[aA]rn)[\"']?\s{0,4}[=:]\s{0,4}\S"
)
_ASKS = regex(r"\.responses\.(?:create|stream|parse)\(|\.prompts\.completions\.|bedrock")
_WORDS = ("prompt_id", "promptId", "promptIdentifier", "prompts.completions", "pmpt_", "prompt={")
_LONGEST, _MOST = 200_000, 200


def hosted(repo: Repo, component: Component) -> Answer | None:
    """PASS where its code names such a prompt."""
    named = next(_named(repo, component), None)
    if named is None:
        return None
    return passed("the prompt is kept by the service that is asked", named.evidence())


def _named(repo: Repo, component: Component) -> Iterator[Place]:
    home = "" if component.path == "." else f"{component.path}/"
    for suffix in ("py", "ts", "js"):
        for file in islice(repo.files(f"{home}**/*.{suffix}", saying=_WORDS), _MOST):
            text = (repo.read(file) or "")[:_LONGEST] if is_serving(repo, file) else ""
            if _ASKS.search(text) and (found := _BY_ID.search(text)):
                yield replace(file, line=text.count("\n", 0, found.start()) + 1)
