"""Scripts of evaluation that ask the system, and end badly over what they measured."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.asking import SUITE_ROLES
from agentaudit.probes.guardrails.ended import none_fails
from agentaudit.probes.guardrails.held import held
from agentaudit.probes.guardrails.hollow import is_mute
from agentaudit.probes.guardrails.measures import MEASURES
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.probes.guardrails.tested import IMPORT, WORDS, words
from agentaudit.probes.once import once
from agentaudit.source import Repo

EXITS = regex(
    r"(?:sys|process|os|Environment|System)\.[eE]xit\b|SystemExit|exitCode\s{0,4}=|\bexit\("
    r"|\breturn [01];|\? 0 : 1;|core\.setFailed\("
)
"""Where a program says what it ends with."""
_EXPECTS = regex(
    r"(?i)expect|golden|ground_?truth|\bmust_|\bshould_|rubric|judge|reference_?answer"
    r"|\bin\s+\w{0,20}(?:reply|answer|response)|[\"'](?:reply|answer|response)[\"']\]"
)
"""What a case says of the answer."""
_BRINGS_SUITE = regex(
    r"(?m)^[ \t]{0,12}(?:from|import|using)[ \t][^\n]{0,160}[./]"
    r"(?:evals?|evaluations?|benchmarks?)\b"
)
"""An import of own code of evaluation."""
_ASKS = regex(
    r"\bfetch\(|\b(?:httpx|requests|aiohttp|axios|client|session)\.(?:post|get|stream|AsyncClient|Client)\("
    r"|\brequire\(\s{0,4}[\"']\.\./"
)
_ENDS = ("exit", "Exit", "return 1;", "? 0 : 1")
_KINDS = ("py", "ts", "js", "mjs", "go", "cs", "java")
_MOST_ROWS = 200


@once
def ending(repo: Repo) -> tuple[Place, ...]:
    """Rows of such scripts by which the run can fail."""
    return tuple(_ending(repo))


def _ending(repo: Repo) -> Iterator[Place]:
    own = words(repo.components())
    for file in (each for kind in _KINDS for each in repo.files(f"**/*.{kind}", saying=_ENDS)):
        if OUTSIDE.search(file.path) or TESTS.search(file.path):
            continue
        text = (repo.read(file) or "")[:200_000]
        named = repo.role(file) in SUITE_ROLES or MEASURES.search(file.path)
        if not (named or _BRINGS_SUITE.search(text)) or not EXITS.search(text):
            continue
        if _brings(text, own) and not is_mute(repo, file):
            yield from held(repo, file)
            if _EXPECTS.search(text):
                yield from none_fails(repo, file)


def _brings(text: str, own: set[str]) -> bool:
    """Whether a text asks over the network, or imports the system or what asks models."""
    if _ASKS.search(text):
        return True
    rows = (row[:300] for row in text.split("\n")[:_MOST_ROWS])
    return any(IMPORT.match(row) and own & set(WORDS.findall(row)) for row in rows)
