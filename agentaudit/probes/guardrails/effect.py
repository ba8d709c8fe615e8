"""Whether anything comes of what a guardrail says: a verdict that nobody reads, or that is only
logged, stops nothing."""

from __future__ import annotations

import re

from msgspec.structs import replace

from agentaudit.blocks import Part
from agentaudit.code import Call, Code, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.asked_of import is_unheard
from agentaudit.probes.guardrails.bodies import Body, bodies
from agentaudit.probes.guardrails.callers import said
from agentaudit.probes.guardrails.caught import is_caught
from agentaudit.probes.guardrails.constant import is_constant
from agentaudit.probes.guardrails.elsewhere import is_beside, is_elsewhere, is_logged
from agentaudit.probes.guardrails.filled import is_unfilled, judges_nothing
from agentaudit.probes.guardrails.listed import is_listed
from agentaudit.probes.guardrails.outside import TESTS
from agentaudit.probes.guardrails.own import DECLINES, NAMED, encloses, is_awaited, is_judge
from agentaudit.probes.guardrails.switched import is_switched_off, is_unmade
from agentaudit.probes.guardrails.unused import is_unused
from agentaudit.probes.guardrails.verdicts import is_detached, is_ignored, only_first_read
from agentaudit.probes.guardrails.within import function_around
from agentaudit.source import Repo

_LIBRARY = regex(
    r"\.moderations?\.(?:create|moderate)$|\.Moderations\.New$|/go-openai\.[\w.]{1,60}\.Moderations$"
)
_DECORATED = frozenset({"input_guardrail", "output_guardrail"})
_LISTED = regex(
    r"(?<!import )\b(?:in|out)put_guardrails\b(?!\s{0,4}[=:]\s{0,4}(?:\[\s{0,4}\]|None\b))"
)
_SCANS = frozenset({"scan_prompt", "scan_output", "scan"})
_CLEANS = frozenset(
    {"Anonymize", "Deanonymize", "Secrets", "InvisibleText", "BanSubstrings", "Regex", "Sensitive"}
)
"""Scanners of which the text itself comes back changed; others only say whether it is valid."""
_STOPS = regex(
    r"\b(?:raise|throw|panic|abort|exit|reject|return\s+(?:Response|JSONResponse|NextResponse))\b"
    r"|\bres(?:ponse)?\.|[\w\])]\s{0,4}\.\w{1,60}\s{0,4}=(?!=)|\]\s{0,4}=(?!=)|\.(?:append|push|update|set)\("
)
"""What a function does to its caller other than by what it returns."""
_SAYS = regex(r"\breturn\b\s*[^\s;}]|\.moderations?\.")


def without_effect(repo: Repo, code: Code, calls: list[Call]) -> list[Call]:
    """Those of the calls of guardrails of which nothing comes, and what they call themselves."""
    idle = [call for call in calls if _is_idle(repo, code, call)]
    names = {call.method for call in calls if call not in idle}
    alone = [call for call in idle if call.method not in names]
    return idle + [c for c in calls if c not in idle and any(encloses(i, c) for i in alone)]


def asked_alone(idle: Call, live: list[Call]) -> bool:
    """Whether a function of the serving code asks it, and no other guardrail."""
    where = (idle.place.path, idle.scope)
    inner = NAMED.search(idle.scope) or NAMED.search(idle.place.path)
    return bool(idle.scope) and not inner and all((c.place.path, c.scope) != where for c in live)


def _is_idle(repo: Repo, code: Code, call: Call) -> bool:
    if call.callee.startswith("agents."):
        loose = call.method in _DECORATED and not _attached(repo, code)
        return loose or _never_trips(code) or is_unused(repo, call.place)
    if call.callee.startswith("@openai/agents") and _says_false(repo):
        return True
    if call.callee.startswith("llm_guard.") and call.method[:1].isupper():
        return not any(_scans(repo, code, each) for each in code.calls if each.role is Role.APP)
    if is_elsewhere(repo, call) or is_switched_off(repo, code, call) or is_constant(repo, call):
        return True
    if is_beside(repo, code, call) or is_unfilled(repo, call) or judges_nothing(repo, call):
        return True
    if is_logged(repo, call) or is_unmade(repo, code, call):
        return True
    if _is_dropped(repo, code, call) or is_caught(repo, call):
        return True
    made = not call.method[:1].islower() and not call.method.startswith("_")
    if made and not call.place.path.endswith(".go"):
        at = call.place
        return is_unused(repo, at) or is_listed(repo, at) or is_unheard(repo, at)
    if DECLINES.match(call.method):
        return False  # it answers itself, and what it returns is no verdict
    own = () if _LIBRARY.search(call.callee) else bodies(repo, call)
    silent = bool(_LIBRARY.search(call.callee)) or (bool(own) and all(map(_only_answers, own)))
    return is_ignored(repo, call, silent=silent)


def _scans(repo: Repo, code: Code, call: Call) -> bool:
    if call.method not in _SCANS or is_ignored(repo, call, silent=True):
        return False
    cleans = any(each.method in _CLEANS for each in code.calls if each.role is Role.APP)
    return cleans or not only_first_read(repo, call)


def _never_trips(code: Code) -> bool:
    """Whether every verdict is written down as harmless."""
    made = [c for c in code.calls if c.method == "GuardrailFunctionOutput" and c.role is Role.APP]
    said = [c.argument("tripwire_triggered") or c.at(1) for c in made]
    return bool(said) and all(value and value.text == "False" for value in said)


_TRIPS = regex(
    r"\btripwireTriggered\s{0,4}(?:[:=](?!=)(?!\s{0,4}boolean\b)\s{0,4}(\w{1,20})?|,|\})"
)


def _says_false(repo: Repo) -> bool:
    """The same of TypeScript, where a guardrail is an object."""
    files = repo.files("**/*.ts", saying=("tripwireTriggered",))
    texts = (repo.read(file) or "" for file in files if not TESTS.search(file.path))
    said = [found for text in texts for found in _TRIPS.finditer(text[:200_000])]
    return bool(said) and all(found[1] == "false" for found in said)


def _attached(repo: Repo, code: Code) -> bool:
    """Whether an agent is given any guardrail: by an argument, or in some other way by its name;
    agents that nobody runs, and lists that a variable must fill first, are none."""
    paths = {each.place for each in code.imports if each.role is Role.APP}
    files = {Place(place.repo, place.path) for place in paths if "*" not in place.path}
    return any(_is_listed(repo, file) for file in files)


def _is_listed(repo: Repo, file: Place) -> bool:
    for number, row in enumerate((repo.read(file) or "").split("\n"), 1):
        named = _LISTED.search(row[:500]) and not is_awaited(row[:500])
        if named and not is_unused(repo, Place(file.repo, file.path, number)):
            return True
    return False


def _is_dropped(repo: Repo, code: Code, call: Call) -> bool:
    """Whether nobody waits for the function that it stands in, or nothing comes of what that
    function answers, wherever the serving code names it."""
    inner = call.scope.rpartition(".")[2]
    if not re.fullmatch(r"\w{4,80}", inner):
        return False
    rows = _callers(repo, inner, call)
    beside = bool(rows) and all(is_detached(row.text, inner) for row in rows)
    if beside and NAMED.search(inner):
        return True
    if not _tells_only(repo, code, call, inner):
        return False
    if beside:
        return True
    above = [replace(call, callee=inner, place=row, scope=_named(repo, row)) for row in rows]
    silent = all(map(_only_answers, bodies(repo, above[0]))) if above else False
    return bool(above) and all(
        is_switched_off(repo, code, each) or is_ignored(repo, each, silent=silent) for each in above
    )


def _callers(repo: Repo, inner: str, call: Call) -> list[Place]:
    """Rows that name a function, but for its own."""
    rows = said(repo, inner, call.place.path.rpartition(".")[2])
    return [row for row in rows if not _is_own(repo, inner, row)]


def _is_own(repo: Repo, inner: str, row: Place) -> bool:
    blocks = repo.blocks(Place(row.repo, row.path))
    return any(
        b.part is Part.FUNCTION and b.name == inner and b.holds(row.line or 0) for b in blocks
    )


def _tells_only(repo: Repo, code: Code, call: Call, inner: str) -> bool:
    """Whether the function around a call of a library only hands its verdict on."""
    if _LIBRARY.search(call.callee) is None and not is_judge(call):
        return False
    where = (call.place.path, call.scope)
    beside = [c for c in code.calls if (c.place.path, c.scope) == where and c is not call]
    text = "\n".join("\n".join(b.lines) for b in bodies(repo, replace(call, callee=inner)))
    others = any(each.method in _ANSWERING for each in beside)
    return bool(text) and not others and _HANDS_ON.search(text) is None


_ANSWERING = frozenset(
    {"create", "generate", "generate_content", "invoke", "ainvoke", "run", "stream", "astream"}
)
_HANDS_ON = regex(
    r"\b(?:return|yield)\s+(?:await\s+)?(?!bool\b|any\b|all\b)(?:\w+\.){0,3}(?!moder)\w+\((?![^\n]*flagged)"
)
"""An answer that somebody else gives."""


def _named(repo: Repo, place: Place) -> str:
    """The name of the function around a row."""
    function = function_around(repo, place)
    return function.name if function else ""


def _only_answers(body: Body) -> bool:
    """Whether a function can stop its caller by what it returns only."""
    text = "\n".join(body.lines)
    return bool(_SAYS.search(text)) and not _STOPS.search(text)
