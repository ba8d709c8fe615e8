"""Commands that run where a suite lies, as they would be written at the root."""

from __future__ import annotations

from collections.abc import Collection

from agentaudit.expressions import regex

_HOME = regex(
    r"(?i)(?:^|/)(?:[\w-]{1,60}[._-])?(?:evals?|evaluations?)(?:[._-]?tests?)?(?=/|$)(?!/[^/]*src)"
)
"""Directories of suites; a service that evaluates is called otherwise."""
_GOES = regex(r"\s*(?:cd|pushd)\s+[\"']?([\w./-]{1,300})[\"']?\s*(?:&&|;)\s*")
_TESTS = regex(
    r"(?<![\w./-])((?:pytest|py\.test|vitest(?:\s+run)?|dotnet\s+(?:test|run)|go\s+test))(?=\s|$)"
)
_SCRIPT = regex(
    r"(?<![\w./-])((?:python3?|uv\s+run(?:\s+python3?)?|tsx|ts-node|node|bun(?:\s+run)?|go\s+run)\s+)"
    r"(?:\./)?((?:[\w-]{1,60}/){0,4}[\w-]{1,80}\.(?:py|[cm]?[jt]s|go)\b)"
)


def inside(text: str, home: str, services: Collection[str] = ()) -> str:
    """The command with the directory put before what it runs; empty where it runs elsewhere, or the
    directory is of no suite. All tests of a service that evaluates are tests of its code."""
    if went := _GOES.match(text):
        home, text = f"{home}/{went[1]}".strip("/"), text[went.end() :]
    if not _HOME.search(home):
        return ""
    tests = text if home in services else _TESTS.sub(rf"\1 {home}/", text)
    placed = _SCRIPT.sub(rf"\1{home}/\2", tests)
    return placed if placed != text else ""
