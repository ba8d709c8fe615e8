"""Whether anything comes of what libraries of guardrails are asked in the serving code."""

from __future__ import annotations

from collections.abc import Iterator

from agentaudit.code import Call, Code, Role, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.listed import is_listed
from agentaudit.probes.guardrails.off_above import is_off_above
from agentaudit.probes.guardrails.outside import TESTS
from agentaudit.probes.guardrails.unused import is_unused
from agentaudit.probes.guardrails.verdicts import is_ignored
from agentaudit.source import Component, Repo

_VERDICTS = frozenset(
    {
        *("analyze", "analyze_text", "AnalyzeText", "AnalyzeTextAsync", "analyzeText", "predict"),
        *("validate", "parse", "contains_profanity", "isProfane", "predict_prob", "detect"),
        *("sanitize_user_prompt", "sanitize_model_response", "detect_injection", "scan"),
        *("scan_async", "moderate", "classify"),
    }
)
"""Methods that answer with a verdict, or with the text as it may be passed on."""
_FAILS = regex(r"(?i)on_?fail\w{0,10}\.?\s{0,4}[=.]\s{0,4}[\"']?(?:\w{1,30}\.)?exception\b")
"""Where a library raises an error instead."""
_EMPTY = "guardrails-ai"
_FILLED = regex(
    r"\.use(?:_many)?\(|\b(?:from_rail|for_rail|from_pydantic|for_pydantic|from_string|for_string"
    r"|load|fetch_guard)\w{0,10}\(|\bguardrails\.hub\b|register_validator|\bvalidators\b|Guard\(\s{0,4}\w"
)
"""What gives a guard of that library something to judge by."""


def has_effect(repo: Repo, component: Component, use: Use) -> bool:
    """Whether what a library says may stop something: somebody reads it, and what was made of it
    is used."""
    if is_off_above(repo, component.code, use.place):
        return False
    if is_unused(repo, use.place) or _is_unadvised(repo, use) or is_listed(repo, use.place):
        return False
    if use.library == _EMPTY and not any(map(_FILLED.search, _texts(repo, component.code, use))):
        return False
    asked = list(_asked(component.code, use))
    if not asked or any(map(_FAILS.search, _texts(repo, component.code, use))):
        return True
    return not all(is_ignored(repo, call, silent=True) for call in asked)


_ADVISOR = regex(r"\bclass\s+(\w{1,80})[^{]{0,200}\bimplements\b[^{]{0,200}\b\w{0,20}Advisor\b")
_ALL = ("List<Advisor>", "List<CallAdvisor>", "List<BaseAdvisor>", "ObjectProvider<Advisor>")


def _is_unadvised(repo: Repo, use: Use) -> bool:
    """Whether it stands in an advisor of Spring AI that no other file names, so that no client is
    given it: being a bean alone does not do that."""
    if not use.place.path.endswith(".java"):
        return False
    found = _ADVISOR.search((repo.read(Place(use.place.repo, use.place.path)) or "")[:200_000])
    if found is None:
        return False
    files = (file for word in (found[1], *_ALL) for file in repo.files("**/*.java", saying=(word,)))
    return all(file.path == use.place.path or TESTS.search(file.path) for file in files)


def _asked(code: Code, use: Use) -> Iterator[Call]:
    """Calls of the library that are answered with a verdict."""
    modules = tuple({row.module for row in code.imports if row.library == use.library})
    if modules:
        yield from (c for c in code.called(*modules) if c.method in _VERDICTS and c.reached)


def _texts(repo: Repo, code: Code, use: Use) -> Iterator[str]:
    """Files of the serving code that import the library."""
    rows = (row for row in code.imports if row.library == use.library and row.role is Role.APP)
    for file in {Place(row.place.repo, row.place.path) for row in rows}:
        yield repo.read(file) or ""
