"""What becomes of a verdict in the function that asked for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.blocks import Part
from agentaudit.code import Call
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import TOLD, deeper, statements
from agentaudit.source import Repo

_ALONE = regex(r"(?:await\s+|void\s+)?(?:[\w$]{1,60}\.){0,6}[\w$]{1,60}\(")
_ASSIGNED = regex(
    r"(?:(?:const|let|var|[A-Z][\w.<>?\[\]]{1,80})\s+)?([A-Za-z_$][\w$]{0,60}(?:\s*,\s*[\w$]{1,60}){0,4})"
    r"\s*(?::=|=(?!=))\s*(?:await\s+)?(?:[\w$]{1,60}\.){0,6}[\w$]{1,60}\("
)
_THEN = regex(
    r"(?:void\s+)?(?:[\w$]{1,60}\.){0,6}[\w$]{1,60}\([^\n=]{0,200}?\)\.then\(\s{0,4}(?:async\s+)?"
    r"\(?\s{0,4}([A-Za-z_$][\w$]{0,60})(?:\s{0,4}:[^)\n=]{1,60})?\s{0,4}\)?\s{0,4}=>\s{0,4}([^\n]{1,300})"
)
"""Hands an answer to a function that takes it in whenever it comes."""
_ASKED = regex(r"(?:\}\s*)?(?:el(?:se\s+)?)?if\b")
_GOES_ON = regex(r"[(\[,=\\&|?+]\s*$|\b(?:return|and|or|not|await)\s*$|=>\s*$")
_FUNCTION = regex(r"(?:async\s+)?(?:def|class|function|func|export|public|private)\b")
_KEPT = regex(
    r"(?:await\s+|void\s+)?(?:[\w$]{1,60}\.){0,4}_?(?:db_?)?(?:session|db|database|repo|repository"
    r"|collection|audit\w{0,20}|metrics?|meter|counter|histogram|statsd|span|tracer|analytics"
    r"|posthog|langfuse|table|prisma\.\w{1,40})\.(?:add|insert|save|write|record|append|create|log"
    r"|set_?attribute|setAttribute|add_?event|addEvent|track|capture|inc|observe|labels|put"
    r"|update_current_)\w{0,12}\("
    r"|(?:await\s+|void\s+)?(?!\w{0,60}(?:[Rr]aise|[Bb]lock|[Rr]eject|[Rr]efus|[Dd]eny|[Aa]bort|[Ss]top|[Tt]hrow))_?"
    r"(?:metrics?_|counter_|stats_|audit_|log_|logging_|track_|(?:record|emit|count|incr?|increment|report|publish|send)_"
    r"(?:\w{1,30}_)?(?:metrics?|events?|counters?|counts?|stats?|telemetry|audit|log)|(?:track|log|audit|recordMetric|emitMetric)"
    r"(?=[A-Z(]))\w{0,40}\("
    r"|(?:\w{1,30}\.){0,3}(?:set_?[hH]eader|[hH]eaders\.(?:\w{0,4}[aA]dd|[aA]ppend|[sS]et)\w{0,12})\("
    r"|(?:\w{1,30}\.){1,3}[hH]eaders\[[^\]\n]{1,60}\]\s{0,4}=(?!=)"
    r"|(?P<same>[A-Za-z_$][\w$]{0,60})\s{0,4}=\s{0,4}(?P=same);?\s*$"
)
"""Keeps a record of something, in a table, a span, a measurement or a header beside the answer; or
changes nothing at all."""
_DETACHED = regex(
    r"void\s+|go\s+|(?:[\w$.]{1,60}\.)?(?:create_task|ensure_future|add_task|addTask|submit|Thread"
    r"|run_in_executor|to_thread|waitUntil|setImmediate|setTimeout|start_soon)\("
)
"""Lets something run beside the rest, which does not wait for it."""
_BOUND = regex(
    r"(?:(?:const|let|var|bool|boolean|[A-Z][\w.<>?\[\]]{1,80})\s+)?([A-Za-z_$][\w$]{0,60})(?:\s{0,4}:\s{0,4}[^=\n]{1,80})?\s{0,4}=(?!=)"
)
_CALLS = regex(r"(?<![\w$])(?!dict\b|anonymize\b|str\b|bool\b|int\b|len\b|dumps\b)[\w$]{1,80}\(")
_HOPS = 3
_LONGEST = 30
"""Lines of one statement."""


def is_ignored(repo: Repo, call: Call, *, silent: bool) -> bool:
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
    if TOLD.match(line) or _KEPT.match(line) or is_detached(line, call.method):
        return True
    if _ASKED.match(line):
        return _only_tells(lines, at)
    if found := _THEN.match(line):
        return _comes_to_nothing(lines, at, found)
    if found := _ASSIGNED.match(line):
        names = [name.strip() for name in found[1].split(",")]
        if place.path.endswith(".go"):
            # what went wrong is no verdict, and nearly always passed on
            names = [name for name in names if name not in ("err", "_")] or names
        return not any(is_read(lines, at, name) for name in names)
    chained = any(each.lstrip().startswith(".") for each in lines[at + 1 : at + 12])
    alone = _ALONE.match(line) is not None and ")." not in line
    if chained or not alone or "decorat" in line:
        return False
    return silent or _is_swallowed(repo, place)


def _comes_to_nothing(lines: list[str], at: int, then: re.Match[str]) -> bool:
    """Whether nobody waits for an answer, and what takes it in only tells of it."""
    name, body = then[1], then[2].strip()
    if body == "{":
        return not is_read(lines, at, name)
    inner = ["", *body.removeprefix("{").rstrip(" ;)}").split(";")] if body[:1] == "{" else []
    return bool(inner) and not is_read([each.strip() for each in inner], 0, name)


def only_first_read(repo: Repo, call: Call) -> bool:
    """Whether a call is answered with several things, of which nobody reads but the first."""
    place = call.place
    lines = (repo.read(Place(place.repo, place.path)) or "").split("\n")[:20_000]
    at = (place.line or 0) - 1
    found = _ASSIGNED.match(lines[at].strip()[:500]) if 0 <= at < len(lines) else None
    names = [name.strip() for name in found[1].split(",")] if found else []
    return len(names) > 1 and not any(is_read(lines, at, name) for name in names[1:])


def is_detached(line: str, name: str) -> bool:
    """Whether the statement lets what is called so run beside the rest."""
    found = _DETACHED.match(line)
    return found is not None and name in line[found.end() :]


def is_read(lines: list[str], at: int, name: str, hops: int = _HOPS) -> bool:
    """Whether something other than a log or a record reads the name below, as far as its function
    goes: by itself, or in what is made of it."""
    word = re.compile(rf"(?<![\w.$]){re.escape(name)}(?![\w$])")
    for number, line in _below(lines, at):
        if not word.search(line) or TOLD.match(line) or _KEPT.match(line):
            continue
        if _ASKED.match(line) and _only_tells(lines, number):
            continue
        into = _BOUND.match(line)
        copies = into is not None and not _CALLS.search(line, into.end())
        if into and copies and (into[1] == name or not word.search(line, into.end())):
            continue
        if into and copies and hops and not is_read(lines, number, into[1], hops - 1):
            continue
        return True
    return False


def _only_tells(lines: list[str], at: int) -> bool:
    """Whether a condition does no more than log where it holds."""
    line = lines[at].strip()[:500]
    block = list(deeper(lines, at))
    opens = bool(block) and line.endswith(")") and not _opened("", line)
    if not line.endswith((":", "{")) and not opens:
        rest = re.search(r"\)\s{0,4}([A-Za-z][^{}]{0,300});?$|:\s{1,4}(\S.{0,300})$", line)
        return bool(rest and TOLD.match(rest[1] or rest[2])) if not block else False
    if any(re.match(r"\s*(?:\}\s*)?el(?:se|if)\b", each) for each in _after(lines, at, block)):
        return False
    return _tells(block)


def _tells(block: list[str]) -> bool:
    said = list(statements(block))
    return bool(said) and all(TOLD.match(each) or _KEPT.match(each) for each in said)


def _after(lines: list[str], at: int, block: list[str]) -> list[str]:
    return lines[at + 1 + len(block) : at + 3 + len(block)]


def _is_swallowed(repo: Repo, place: Place) -> bool:
    """Whether the call is all that is tried, and whatever error it raises is only told of."""
    file = Place(place.repo, place.path)
    text, blocks = repo.read(file) or "", repo.blocks(file)
    around = [b for b in blocks if b.part is Part.TRY and b.holds(place.line or 0)]
    tried = statements(around[-1].body(text).split("\n")) if around else ()
    if sum(not TOLD.match(each) for each in tried) != 1:
        return False
    caught = [b for b in blocks if b.part is Part.CATCH and b.tried == around[-1]]
    said = [statements(each.body(text).split("\n")) for each in caught]
    return bool(said) and all(TOLD.match(e) or _KEPT.match(e) for each in said for e in each)


def _below(lines: list[str], at: int) -> Iterator[tuple[int, str]]:
    """Statements below a row, each with the number of its first row."""
    depth, open_, first, said = _depth(lines[at]), 0, 0, ""
    for number in range(at + 1, min(len(lines), at + 400)):
        text = lines[number]
        if _depth(text) < depth and _FUNCTION.match(text.lstrip()):
            break
        row = text.strip()[:500]
        first, said = (first, f"{said} {row}") if open_ > 0 else (number, row)
        open_ = max(0, open_ + _opened(said, row)) if number - first < _LONGEST else 0
        if open_ == 0:
            yield first, said
            said = ""
    if said:
        yield first, said


def _opened(statement: str, row: str) -> int:
    """Brackets that a row leaves open; curly ones where they hold a value, and no block."""
    found = row.count("(") + row.count("[") - row.count(")") - row.count("]")
    if re.search(r"[=(,:]\s{0,4}\{", statement[:500]):
        found += row.count("{") - row.count("}")
    return found


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
