"""Keys of platforms that take traces, where the application runs without them: what is only sent
to somebody who set one is sent to nobody by default."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Condition, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.telemetry.keys import is_deployed, is_required
from agentaudit.source import Component, Repo

_PLATFORMS = frozenset(
    {
        *("langfuse", "logfire", "braintrust", "agentops", "helicone", "honeyhive", "lunary"),
        *("literalai", "traceloop", "humanloop", "galileo", "maxim", "keywordsai", "portkey"),
        "langsmith",
    }
)
"""Those that take nothing from somebody without a key."""
_ALSO = {"langsmith": "langchain"}
"""What their keys were called before."""
_DECLARES = regex(r"(?i)config|setting|trac|observ|telemetr|monitor|instrument|\benv")
"""Parts of paths where settings are declared."""
_SUFFIXES = (".py", ".ts", ".js", ".mjs")
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
    r"(?i)^[ \t]*(?:\}}\s*)?(?:el(?:se\s)?)?if\s*\(?\s*(?:not\s+|!)?"
    r"(?:[\w.]{{1,60}}\.|os\.getenv\([\"']|os\.environ\.get\([\"'])?({key})\b(?!\s*(?:is\s+)?[!=]=)"
)
"""Asks whether there is a key."""
_TAKEN = (
    r"(?i)^[ \t]*(\w{{1,60}})\s*=\s*os\.(?:getenv|environ\.get)\(\s*[\"'](?:{key})[\"']\s*\)\s*$"
)
"""A variable of the code that takes the key, and has no other value."""
_REQUIRED = (
    r"(?i)^\s{{0,40}}[\"']?{key}[\"']?\s{{0,4}}:\s{{0,4}}(?:(?:str|SecretStr)\s{{0,9}}(?:#[^\n]{{0,80}})?$"
    r"|(?:str|SecretStr)\s{{0,9}}=\s{{0,9}}Field\((?!\s{{0,9}}(?:None|[\"']))(?!.{{0,200}}default)"
    r"|z\.string\((?!.{{0,200}}(?:optional|default|nullish)\())"
)
"""A setting without which the application does not start."""
_IF_PRESENT = regex(r"send_to_logfire\s?=\s?[\"']if-token-present")
"""Says that nothing is sent without a key."""
_INSISTS = regex(r"\b(?:raise|throw|exit|abort|assert|panic|Fatal\w{0,10})\b")


def asks_key_of(condition: Condition, library: str) -> bool:
    """Whether the condition asks for a key of the library's platform: it holds where one is set."""
    words = _words(library)
    if not words or condition.default is True:
        return False
    return re.search(_key(words), condition.text[:300], re.IGNORECASE) is not None


def optional_key(repo: Repo, component: Component, library: str) -> Place | None:
    """Where the application says that it runs without a key of the library's platform, and nothing
    that deploys it gives one."""
    words = _words(library)
    name = _key(words)
    key = re.compile(name, re.IGNORECASE)
    if not words or any(map(key.fullmatch, _given(repo, component))):
        return None
    rows = list(_rows(repo, component, words))
    required = re.compile(_REQUIRED.format(key=name))
    if any(required.search(place.text) for place, _ in rows):
        return None
    written = re.compile(_OPTIONAL.format(key=name))
    asked, taken = re.compile(_ASKED.format(key=name)), re.compile(_TAKEN.format(key=name))
    for place, after in rows:
        declared = _DECLARES.search(place.path) and written.search(place.text)
        declared = declared or _IF_PRESENT.search(place.text)
        if declared or (asked.search(place.text) and not _insists(after, _NEAR)):
            return place
        if (found := taken.match(place.text)) and _is_left_out(found[1], after):
            return place
    return None


_DOTENV = regex(r"(?i)(?:^|/)[\w.-]{0,60}env(?:\.[\w-]{1,40}){0,2}$")


def emptied(repo: Repo, component: Component, library: str) -> Place | None:
    """Where a deployment empties a key of the library's platform that nothing else gives: whoever
    fills in a file of variables may still give one."""
    name = _key(_words(library))
    key = re.compile(name, re.IGNORECASE)
    if not _words(library) or any(map(key.fullmatch, _given(repo, component))):
        return None
    deployed = (
        each
        for each in component.code.settings
        if each.role in (Role.APP, Role.INFRA) and not _DOTENV.search(each.place.path)
    )
    return next(
        (e.place for e in deployed if key.fullmatch(e.name) and not e.value.strip("\"' ")), None
    )


_NEAR, _FAR = 3, 9
"""Lines after a condition that tell what follows from it, and after a variable that ask for it."""


def _insists(after: str, most: int) -> bool:
    return _INSISTS.search("\n".join(after.split("\n")[:most])) is not None


def _is_left_out(name: str, after: str) -> bool:
    """Whether the code goes on where the variable is empty."""
    asks = re.compile(rf"^\s*if\s+not\s*\(?\s*(?:\w+\s+(?:or|and)\s+not\s+)?{name}\b")
    rows = after.split("\n")
    at = next((n for n, row in enumerate(rows[:_NEAR]) if asks.match(row)), None)
    return at is not None and not _insists("\n".join(rows[at:]), _FAR - _NEAR)


def _words(library: str) -> tuple[str, ...]:
    """What keys of the library's platform begin with; empty where it takes traces without one."""
    word = re.split(r"[-/.]", library.removeprefix("@"))[0]
    word = "langsmith" if library.endswith("/langsmith") else word
    if word not in _PLATFORMS:
        return ()
    return (word, _ALSO[word]) if word in _ALSO else (word,)


def _key(words: tuple[str, ...]) -> str:
    return _KEY.format(word=f"(?:{'|'.join(words)})")


def _given(repo: Repo, component: Component) -> Iterator[str]:
    """Names that a deployment sets, or a workflow that deploys, or a template demands."""
    for each in component.code.settings:
        if each.place.path.endswith(_SUFFIXES):
            continue  # a program hands on what it was given
        name = each.value if each.name == "name" else each.name
        shipped = each.role is Role.CI and _SHIPS.search(each.place.path) and each.value.strip()
        if shipped or is_deployed(each) or is_required(repo, each.place):
            yield name[:100]


def _rows(repo: Repo, component: Component, words: tuple[str, ...]) -> Iterator[tuple[Place, str]]:
    """Lines of code that name the platform, and some after each."""
    home = "" if component.path == "." else component.path + "/"
    said = (*words, *map(str.upper, words))
    for suffix in _SUFFIXES:
        for file in repo.files(f"{home}**/*{suffix}", saying=said):
            text = (repo.read(file) or "")[:200_000] if is_serving(repo, file) else ""
            rows = text.split("\n")
            for number, row in enumerate(rows, 1):
                if any(word in row.lower() for word in words):
                    after = "\n".join(each[:300] for each in rows[number : number + _FAR])
                    yield replace(file, line=number, text=row[:300]), after
