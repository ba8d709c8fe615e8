"""Whether anything comes of what a guardrail says: a verdict that nobody reads, or that is only
logged, stops nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Call, Code, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import TOLD, Body, bodies, deeper, statements
from agentaudit.probes.guardrails.constant import is_constant
from agentaudit.probes.guardrails.elsewhere import is_elsewhere
from agentaudit.probes.guardrails.filled import is_unfilled, judges_nothing
from agentaudit.probes.guardrails.own import NAMED, encloses
from agentaudit.probes.guardrails.switched import is_switched_off
from agentaudit.source import Repo

_LIBRARY = regex(r"\.moderations?\.(?:create|moderate)$")
_DECORATED = frozenset({"input_guardrail", "output_guardrail"})
_LISTED = regex(r"(?:in|out)put_guardrails\b")
_SCANS = frozenset({"scan_prompt", "scan_output", "scan"})
_ALONE = regex(r"(?:await\s+|void\s+)?(?:[\w$]{1,60}\.){0,6}[\w$]{1,60}\(")
_ASSIGNED = regex(
    r"(?:(?:const|let|var)\s+)?([A-Za-z_$][\w$]{0,60}(?:\s*,\s*[\w$]{1,60}){0,4})"
    r"\s*(?::=|=(?!=))\s*(?:await\s+)?(?:[\w$]{1,60}\.){0,6}[\w$]{1,60}\("
)
_ASKED = regex(r"(?:\}\s*)?(?:el(?:se\s+)?)?if\b")
_GOES_ON = regex(r"[(\[,=\\&|?+]\s*$|\b(?:return|and|or|not|await)\s*$|=>\s*$")
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
        return loose or _never_trips(code)
    if call.callee.startswith("llm_guard.") and call.method[:1].isupper():
        return not any(_scans(repo, each) for each in code.calls if each.role is Role.APP)
    if is_elsewhere(repo, call) or is_switched_off(repo, code, call) or is_constant(repo, call):
        return True
    if is_unfilled(repo, call) or judges_nothing(repo, call):
        return True
    if not call.method[:1].islower() and not call.method.startswith("_"):
        return False
    own = () if _LIBRARY.search(call.callee) else tuple(bodies(repo, call))
    silent = bool(_LIBRARY.search(call.callee)) or (bool(own) and all(map(_only_answers, own)))
    return _ignored(repo, call, silent=silent)


def _scans(repo: Repo, call: Call) -> bool:
    return call.method in _SCANS and not _ignored(repo, call, silent=True)


def _never_trips(code: Code) -> bool:
    """Whether every verdict is written down as harmless."""
    made = [c for c in code.calls if c.method == "GuardrailFunctionOutput" and c.role is Role.APP]
    said = [c.argument("tripwire_triggered") or c.at(1) for c in made]
    return bool(said) and all(value and value.text == "False" for value in said)


def _attached(repo: Repo, code: Code) -> bool:
    """Whether an agent is given any guardrail: by an argument, or in some other way by its name."""
    paths = {each.place for each in code.imports if each.role is Role.APP}
    files = {Place(place.repo, place.path) for place in paths if "*" not in place.path}
    return any(_LISTED.search(repo.read(file) or "") for file in files)


def _only_answers(body: Body) -> bool:
    """Whether a function can stop its caller by what it returns only."""
    text = "\n".join(body.lines)
    return bool(_SAYS.search(text)) and not _STOPS.search(text)


def _ignored(repo: Repo, call: Call, *, silent: bool) -> bool:
    """Whether the verdict is dropped, or only told of; where a call on its own can stop its caller
    by an error, that is not silent."""
    place = call.place
    lines = (repo.read(Place(place.repo, place.path)) or "").split("\n")[:20_000]
    at = (place.line or 0) - 1
    if not 0 <= at < len(lines) or (at and _GOES_ON.search(lines[at - 1][-200:])):
        return False
    line = lines[at].strip()[:500]
    if call.method not in line:
        return False
    if TOLD.match(line):
        return True
    if _ASKED.match(line):
        return _only_tells(lines, at)
    if found := _ASSIGNED.match(line):
        names = [name.strip() for name in found[1].split(",")]
        return not any(_read_on(lines, at, name) for name in names)
    chained = any(each.lstrip().startswith(".") for each in lines[at + 1 : at + 12])
    alone = _ALONE.match(line) is not None and ")." not in line
    return silent and alone and not chained and "decorat" not in line


def _only_tells(lines: list[str], at: int) -> bool:
    """Whether a condition does no more than log where it holds."""
    line = lines[at].strip()[:500]
    block = list(deeper(lines, at))
    if not line.endswith((":", "{")):
        rest = re.search(r"\)\s{0,4}([A-Za-z][^{}]{0,300});?$|:\s{1,4}(\S.{0,300})$", line)
        return bool(rest and TOLD.match(rest[1] or rest[2])) if not block else False
    if any(re.match(r"\s*(?:\}\s*)?el(?:se|if)\b", each) for each in _after(lines, at, block)):
        return False
    said = list(statements(block))
    return bool(said) and all(TOLD.match(each) for each in said)


def _after(lines: list[str], at: int, block: list[str]) -> list[str]:
    return lines[at + 1 + len(block) : at + 3 + len(block)]


def _read_on(lines: list[str], at: int, name: str) -> bool:
    """Whether something other than a log reads the name below, as far as its function goes."""
    word = re.compile(rf"(?<![\w.$]){re.escape(name)}(?![\w$])")
    for number, text in _below(lines, at):
        line = text.strip()[:500]
        if not word.search(line) or TOLD.match(line):
            continue
        if _ASKED.match(line) and _only_tells(lines, number):
            continue
        return True
    return False


_FUNCTION = regex(r"(?:async\s+)?(?:def|class|function|func|export|public|private)\b")


def _below(lines: list[str], at: int) -> Iterator[tuple[int, str]]:
    depth = len(lines[at]) - len(lines[at].lstrip())
    for number in range(at + 1, min(len(lines), at + 400)):
        text = lines[number]
        if len(text) - len(text.lstrip()) < depth and _FUNCTION.match(text.lstrip()):
            return
        yield number, text
