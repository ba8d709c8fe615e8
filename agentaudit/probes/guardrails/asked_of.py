"""Whether anything comes of what libraries of guardrails are asked in the serving code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Call, Code, Role, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.filled import is_added_to, stands_empty
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
        *(
            "anonymize",
            "sanitize_user_prompt",
            "sanitize_model_response",
            "detect_injection",
            "scan",
        ),
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
    if is_unheard(repo, use.place) or is_unused(repo, use.place):
        return False
    if _is_unadvised(repo, use) or is_listed(repo, use.place):
        return False
    if use.library == "llm-guard" and _scans_by_nothing(repo, component.code):
        return False
    if use.library == _EMPTY and not any(map(_FILLED.search, _texts(repo, component.code, use))):
        return False
    asked = list(_asked(component.code, use))
    if not asked or any(map(_FAILS.search, _texts(repo, component.code, use))):
        return True
    return not all(is_ignored(repo, call, silent=True) for call in asked)


_SCANS = frozenset({"scan_prompt", "scan_output"})


def _scans_by_nothing(repo: Repo, code: Code) -> bool:
    """Whether every list of scanners that a text is handed to is empty."""
    scans = (c for c in code.called("llm_guard") if c.method in _SCANS)
    lists = [v.written for c in scans if (v := c.at(0) or c.argument("scanners"))]
    return bool(lists) and all(
        each == "[]"
        or (each.isupper() and stands_empty(repo, each) and not is_added_to(repo, each))
        for each in lists
    )


_MADE = regex(
    r"\s{0,40}(?:(?:private|protected|internal|static|final|readonly)\s){0,4}(?:[A-Za-z][\w.<>?]{0,80}\s)?"
    r"(?:this\.)?([A-Za-z_]\w{1,60})\s{0,4}=\s{0,4}new\b"
)
_DECLARED = regex(
    r"\s{0,40}(?:private|protected|internal|readonly|final|static)\b[^=(\n]{1,160};\s*$"
)
_SAY = frozenset({"AnalyzeText", "AnalyzeTextAsync", "ClassifyText", "ClassifyTextAsync"})
"""Methods of clients that answer, and raise no error over what they find."""


def is_unheard(repo: Repo, place: Place) -> bool:
    """Whether an object of C# or Java is put under a name by which its file only asks it for
    verdicts, each of which nobody reads."""
    if not place.path.endswith((".cs", ".java")):
        return False
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")[:20_000]
    at = (place.line or 0) - 1
    made = _MADE.match(rows[at][:300]) if 0 <= at < len(rows) else None
    if made is None:
        return False
    word = re.compile(rf"(?<![\w$]){made[1]}(?![\w$])(?:\s{{0,4}}\.\s{{0,4}}(\w{{1,60}})\()?")
    other = [n for n, row in enumerate(rows) if n != at and not _DECLARED.match(row[:300])]
    asked = [(n, found[1]) for n in other for found in word.finditer(rows[n][:500])]
    return bool(asked) and all(name and _is_unread(repo, place, n + 1, name) for n, name in asked)


def _is_unread(repo: Repo, place: Place, line: int, method: str) -> bool:
    row = Place(place.repo, place.path, line)
    asked = Call(method, (), row, Role.APP, "", None, reached=True)
    return is_ignored(repo, asked, silent=method in _SAY)


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
