"""Keys and addresses that a library cannot send anything without, and who provides them."""

from __future__ import annotations

import re

from agentaudit.code import Condition, Role, Setting, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

CREDENTIAL = regex(
    r"(?i)(?:api_?)?key|secret|token|dsn|endpoint|_host|_ur[il]\b|connection_?string|credential"
    r"|project_?id|collector"
)
"""What something that sends cannot work without: asking for it is no switch."""
_OFFERED = regex(
    r"(?i)(?:example|sample|template|dist|local|dev|default)[^/]{0,40}env[^/]{0,40}$"
    r"|env[^/]{0,40}(?:example|sample|template|dist|local|dev|default)[^/]{0,40}$"
)
"""Files of settings that somebody copies, or that only developers load."""
_PASSED_ON = regex(r"[\"']?\$\{?(\w{1,100})(?::?-[\"']{0,2})?\}?[\"']?")
"""Hands on what somebody else may have set: `${LANGFUSE_SECRET_KEY:-}`."""
_SAID = regex(r"(?i)^\s{0,10}(?:#|//).{0,120}?\b(?:(required|mandatory)|optional)\b")
_OF_ITS_OWN = regex(r"(?i)\w[^(]{0,60}\((?:required|mandatory)\)|\b(?:for|if|one)\b")
"""Speaks of the lines right below it, not of what follows the next comment."""
_STARTS = frozenset(
    {
        *("initLogger", "init_logger", "Langfuse", "LiteralClient", "AsyncLiteralClient", "init"),
        *("initialize", "configure", "register", "setup", "Opik", "HoneyHiveTracer", "Maxim"),
    }
)
"""Calls that make the client of a library, without which its other calls record nothing."""


def only_offered(repo: Repo, component: Component, place: Place) -> bool:
    """Whether a setting stands in a file that somebody may copy, and that nothing loads: a graph's
    server names its environment in a `langgraph.json` of its own, or beside the file or above.
    What the comment above it calls optional is only offered all the same."""
    if not _OFFERED.search(place.path):
        return False
    parts = place.path.split("/")[:-1]
    homes = {"/".join(parts[:end]) for end in range(len(parts) + 1)}
    homes.add("" if component.path == "." else component.path)
    loads = any(
        file.repo == place.repo and _serves(repo, file, component)
        for home in homes
        for file in repo.files(f"{home}/langgraph.json".lstrip("/"))
    )
    return not loads or _said(repo, place) == "optional"


def _serves(repo: Repo, file: Place, component: Component) -> bool:
    """Whether a graph's server is that of the component: its own, or one that names its code."""
    home = file.path.rpartition("/")[0]
    if component.path in (".", home) or home.startswith(f"{component.path}/"):
        return True
    path = component.path.removeprefix(f"{home}/")
    return path in (repo.read(file) or "")


def provided(repo: Repo, component: Component, condition: Condition) -> bool:
    """Whether a deployment names what the condition asks for, or a template of settings calls it
    required: one that only offers it switches nothing on."""
    words = re.findall(r"\w{4,100}", f"{condition.setting} {condition.text}")
    asked = {word.upper() for word in words if CREDENTIAL.search(word)}
    return any(
        (each.value if each.name == "name" else each.name).upper() in asked
        and (is_deployed(each) or is_required(repo, each.place))
        for each in component.code.settings
    )


def unstarted(repo: Repo, component: Component, use: Use) -> Place | None:
    """The condition behind which the client of the library is made, where every place that makes
    one asks for a key that nobody provides."""
    code = component.code
    modules = tuple({each.module for each in code.imports if each.library == use.library})
    starts = [
        call.condition
        for call in (code.called(*modules) if modules else ())
        if call.reached and call.method in _STARTS
    ]
    held = [each for each in starts if each is not None and _asks_key(each)]
    waiting = [each.place for each in held if not provided(repo, component, each)]
    return waiting[0] if waiting and len(waiting) == len(starts) else None


def _asks_key(condition: Condition) -> bool:
    asked = f"{condition.setting} {condition.text}"
    return condition.default is not True and CREDENTIAL.search(asked) is not None


def is_deployed(setting: Setting) -> bool:
    """Whether a deployment gives the setting a value, or takes it from a store of secrets: one that
    is only handed on has none unless somebody sets it, and an empty one is none."""
    given = setting.value.strip("\"' ")
    passed = _PASSED_ON.fullmatch(given[:200])
    if not given or (passed and passed[1].upper() == setting.name.upper()):
        return False
    deploys = setting.role in (Role.APP, Role.INFRA)
    return deploys and not _OFFERED.search(setting.place.path)


def is_required(repo: Repo, place: Place) -> bool:
    """Whether the comment above it that speaks of this says that it must be set."""
    said = _said(repo, place) if _OFFERED.search(place.path) else ""
    return said not in ("", "optional")


def _said(repo: Repo, place: Place) -> str:
    """What the comment above a setting that speaks of it says, required or optional; else empty."""
    if place.line is None:
        return ""
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")[: place.line]
    others = False
    for row in reversed(rows):
        if found := _SAID.search(row[:200]):
            of_others = others and _OF_ITS_OWN.search(row[:200])
            return "" if of_others else (found[1] or "optional").lower()
        others = others or row.lstrip().startswith("#")
    return ""
