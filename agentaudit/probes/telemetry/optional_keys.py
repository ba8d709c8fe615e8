"""Keys of platforms that take traces, where the application runs without them: what is only sent
to somebody who set one is sent to nobody by default."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Condition, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.keys import is_deployed
from agentaudit.source import Component, Repo

_PLATFORMS = frozenset(
    {
        *("langfuse", "logfire", "braintrust", "agentops", "helicone", "honeyhive", "lunary"),
        *("literalai", "traceloop", "humanloop", "galileo", "maxim", "keywordsai", "portkey"),
    }
)
"""Those that take nothing from somebody without a key."""
_DECLARES = regex(r"(?i)config|setting|trac|observ|telemetr|monitor|instrument|\benv")
"""Parts of paths where settings are declared."""
_ASIDE = regex(
    r"(?i)(?:^|/)(?:tests?|docs?|examples?|evals?|evaluations?|scripts?|node_modules|\.venv)/"
)
_SHIPS = regex(r"(?i)deploy|publish|release|(?:^|[^a-z])cd(?:[^a-z]|$)")
"""Names of workflows that deploy."""
_KEY = r"{word}_(?:\w{{1,30}}_)?(?:key|token|dsn)"
_OPTIONAL = (
    r"(?i)^\s{{0,40}}[\"']?({key})[\"']?\s{{0,4}}(?::\s{{0,4}}(?:typing\.)?Optional\[[^\n]{{1,80}}"
    r"|:\s{{0,4}}(?:[\w.]{{1,40}}\s{{0,4}}\|\s{{0,4}})None\b[^\n]{{0,80}}"
    r"|:\s{{0,4}}z\.[\w.()'\", ]{{1,120}}\.optional\(\))"
)
"""A setting that may be left out: of pydantic and dataclasses, and of zod."""
_ASKED = (
    r"(?i)^[ \t]*(?:\}}\s*)?(?:el(?:se\s)?)?if\s*\(?\s*(?:not\s+|!)?(?:[\w.]{{1,60}}\.|os\.getenv\([\"']"
    r"|os\.environ\.get\([\"'])?({key})\b(?!\s*(?:is\s+)?[!=]=)"
)
"""Asks whether there is a key."""
_INSISTS = regex(r"\b(?:raise|throw|exit|abort|assert|panic|Fatal\w{0,10})\b")


def asks_key_of(condition: Condition, library: str) -> bool:
    """Whether the condition asks for a key of the library's platform: it holds where one is set."""
    word = _word(library)
    if word not in _PLATFORMS or condition.default is True:
        return False
    return re.search(_KEY.format(word=word), condition.text[:300], re.IGNORECASE) is not None


def optional_key(repo: Repo, component: Component, library: str) -> Place | None:
    """Where the application says that it runs without a key of the library's platform, and nothing
    that deploys it gives one."""
    word = _word(library)
    if word not in _PLATFORMS:
        return None
    key = re.compile(_KEY.format(word=word), re.IGNORECASE)
    if any(map(key.fullmatch, _given(component))):
        return None
    written = re.compile(_OPTIONAL.format(key=_KEY.format(word=word)))
    asked = re.compile(_ASKED.format(key=_KEY.format(word=word)))
    return next(_declared(repo, component, written, asked, word), None)


def _word(library: str) -> str:
    return re.split(r"[-/.]", library.removeprefix("@"))[0]


def _given(component: Component) -> Iterator[str]:
    """Names that a deployment sets, or a workflow that deploys."""
    for each in component.code.settings:
        name = each.value if each.name == "name" else each.name
        shipped = each.role is Role.CI and _SHIPS.search(each.place.path) and each.value.strip()
        if shipped or (is_deployed(each) and each.value.strip("\"' ")):
            yield name[:100]


def _declared(
    repo: Repo, component: Component, written: re.Pattern[str], asked: re.Pattern[str], word: str
) -> Iterator[Place]:
    home = "" if component.path == "." else component.path + "/"
    for suffix in ("py", "ts", "js", "mjs"):
        for file in repo.files(f"{home}**/*.{suffix}"):
            text = "" if _ASIDE.search(file.path) else (repo.read(file) or "")[:200_000]
            if word not in text and word.upper() not in text:
                continue
            rows = [row[:300] for row in text.split("\n")]
            declares = _DECLARES.search(file.path)
            for number, row in enumerate(rows, 1):
                optional = declares and written.search(row)
                without = asked.search(row) and not any(
                    map(_INSISTS.search, rows[number : number + 3])
                )
                if optional or without:
                    yield replace(file, line=number, text=row.strip())
