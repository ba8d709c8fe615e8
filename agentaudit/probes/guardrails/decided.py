"""Answers of a model that say, in a field of their own, whether a request or an answer is safe, and
that decide whether it goes on; told by the field, whatever who asks for it is called."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.blocks import Part
from agentaudit.code import Call, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import deeper
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.probes.guardrails.own import ASIDE
from agentaudit.probes.guardrails.within import function_around, is_switched
from agentaudit.source import Component, Repo

_SAYS = (
    r"(?:(?:is|are|was|has|contains)_?)?(?:not_?)?(?:un_?)?safe|(?:is|are|has|contains)_?(?:harmful|toxic"
    r"|offensive|inappropriate|abusive|jail_?break\w{0,8}|(?:prompt_?)?injection|hallucinat\w{1,8}|grounded"
    r"|off_?topic|on_?topic|in_?scope|out_?of_?scope|pii|violation)"
    r"|(?:un_?safe|harmful|toxic|inappropriate|off_?topic|out_?of_?scope|flagged|tripwire_?triggered"
    r"|(?:injection|jail_?break|violation)s?_?(?:detected|found)?|should_?(?:block|refuse|reject))"
)
_WORDS = (
    *("safe", "harmful", "toxic", "malicious", "offensive", "inappropriate", "abusive", "jail"),
    *("injection", "hallucinat", "grounded", "topic", "scope", "pii", "violation"),
    *("flagged", "tripwire", "should", "allowed"),
)
"""One of them is in every row that is looked at closely."""
_IF_IT = (
    r"(?i)\s*(?:\}\s*)?(?:(?:el(?:se\s+)?)?if|return\s[\w.\"' ]{1,60}\sif)\b[^\n]{0,120}?"
    r"(?<![\w.])([a-z_$]\w{0,60})"
)
"""A condition, up to a name that is asked for."""
_FIELD = regex(
    _IF_IT + rf"(?:\??\.(?:get\(|parsed\.|output\.|final_output\.|data\.)?|\[)[\"']?((?:{_SAYS}))\b"
)
"""A condition that asks for such a field."""
_VALUE = regex(
    _IF_IT + r"(?:\??\.[a-z]\w{0,40}(?:\(\))?|\[[\"']\w{1,40}[\"']\]){0,3}\s{0,4}"
    r"(?:={2,3}|\.equals\w{0,10}\()\s{0,4}(?:\w{1,60}\.|[\"'])"
    r"(unsafe|harmful|toxic|malicious|inappropriate|offensive|off[_-]?topic|out[_-]of[_-]scope"
    r"|jail_?break|(?:prompt_?)?injection|not_?allowed|violation)\b"
)
"""The same of a field that holds a word for it."""
_ASKED = regex(
    r"(?i)\.(?:a?invoke|a?run(?:_sync|_async)?|create|parse|generate\w{0,20}|a?complete|a?predict|chat|kickoff"
    r"|(?:run|invoke|complete\w{0,8}|get(?:chat)?(?:response|messagecontent)\w{0,10})async)\w{0,12}\(|\bgenerate(?:Text|Object)\(|\bllm\w{0,20}\("
)
"""Where somebody is asked who may be a model."""
_GIVEN = regex(
    r"\s*(?:(?:const|let|var|final|[A-Z][\w<>?]{0,60})\s+)?\{?\s{0,4}([A-Za-z_$]\w{0,60})\b(?:[^=\n]{0,80}?[^=!<>\n])?:?=(?![=>])"
)
_LEAVES = regex(r"\s*(?:return|raise|throw)\b")
_SUFFIXES = (".py", ".ts", ".js", ".mjs", ".cs", ".java", ".go")
_MOST = 5000
_STATEMENT = 12
"""Rows of one statement."""
_SHORT = 60
"""Characters of a function that only stands for others of its name."""


def deciding(repo: Repo, component: Component) -> Place | None:
    """Where such a field is asked for in code that serves, and stops what was asked or answered."""
    reached: dict[Place, list[Call]] = {}
    for call in component.code.calls:
        if call.role is Role.APP and call.reached and call.place.path.endswith(_SUFFIXES):
            reached.setdefault(Place(call.place.repo, call.place.path), []).append(call)
    for file, calls in reached.items():
        if TESTS.search(file.path) or OUTSIDE.search(file.path) or ASIDE.search(file.path):
            continue
        rows = (repo.read(file) or "").split("\n")[:_MOST]
        for at, row in enumerate(rows):
            asked = row[:300] if "if" in row and any(w in row.lower() for w in _WORDS) else ""
            found = _VALUE.match(asked) or _FIELD.match(asked)
            if found and _decides(repo, file, rows, at, found, calls):
                return Place(file.repo, file.path, at + 1, row.strip()[:200])
    return None


def _decides(
    repo: Repo, file: Place, rows: list[str], at: int, found: re.Match[str], calls: list[Call]
) -> bool:
    """Whether a condition holds whatever is set, stops what goes on, and asks for what a model
    said: in a function that is reached, or of what the steps of a graph share."""
    function = function_around(repo, Place(file.repo, file.path, at + 1))
    below = [rows[at], *deeper(rows, at)]
    leaves = any(_LEAVES.match(row[:200]) for row in below)
    if function is None or not (leaves or _AT_ONCE.search(rows[at][:300])):
        return False
    above = rows[function.first - 1 : at]
    if _gives_out(below, above, found[1], function.parameters):
        return False
    if is_switched(rows, at, function):
        return False
    if found[1] in ("state", "values") and _is_kept(repo, file, found[2]):
        return True
    reached = any(function.holds(call.place.line or 0) for call in calls)
    return reached and _is_said(repo, file, above, found[1])


def _gives_out(below: list[str], above: list[str], name: str, given: tuple[str, ...]) -> bool:
    """Whether what leaves holds what was judged all the same: an answer with a warning."""
    judged = {each for each in given if _JUDGED.fullmatch(each)}
    for row in above:
        if (found := _GIVEN.match(row[:300])) and (found[1] == name or _ASKED.search(row[:300])):
            judged |= {found[1], *_NAME.findall(_TEXT.sub("", row[found.end() : 400]))} - {name}
    left = _TEXT.sub("", "\n".join(below).partition("return")[2])[:2000]
    return bool({each for each in _NAME.findall(left) if f"{each}." not in left} & judged)


_JUDGED = regex(
    r"(?i)(?:\w{1,20}_)?(?:answer|reply|response|output|completion|result|text|content)"
)
_TEXT = regex(r"\"[^\"\n]{0,600}\"|'[^'\n]{0,600}'|\b\w{1,60}\s{0,4}[=:](?!=)")
"""Texts and keys."""


def _is_kept(repo: Repo, file: Place, field: str) -> bool:
    """Whether a step writes down under that name what it asked a model for."""
    written = re.compile(rf"[\"']?\b{re.escape(field)}[\"']?\]?\s{{0,4}}[:=](?!=)")
    suffix = file.path.rpartition(".")[2]
    for other in repo.files(f"**/*.{suffix}", saying=(field,)):
        text = "" if TESTS.search(other.path) else repo.read(other) or ""
        for block in repo.blocks(other) if text else ():
            body = block.body(text)[:20_000] if block.part is Part.FUNCTION else ""
            if written.search(body) and _ASKED.search(body):
                return not _UNSET.search(body)
    return False


_AT_ONCE = regex(r"\)\s{0,4}\{?\s{0,4}(?:return|throw)\b|:\s{1,4}(?:return|raise)\b")


def _is_said(repo: Repo, file: Place, rows: list[str], name: str) -> bool:
    """Whether a model said what stands under a name in the last of these rows."""
    said: set[str] = set()
    for at, row in enumerate(rows):
        found = _GIVEN.match(row[:300])
        if not found:
            continue
        value = "\n".join((row[found.end() :], *list(deeper(rows, at))[:_STATEMENT]))[:4000]
        called = _CALL.findall(value)[:1]
        if said & set(_NAME.findall(value)):
            said.add(found[1])
        elif _ASKED.search(value):
            said |= {found[1]} if not any(_may_skip(repo, file, each) for each in called) else set()
        elif found[1] == name and any(_asks(repo, file, each) for each in called):
            said.add(name)
    return name in said


_NAME = regex(r"(?<![\w.])[A-Za-z_$]\w{0,60}")
_CALL = regex(r"([A-Za-z_$]\w{3,80})\(")


def _asks(repo: Repo, file: Place, name: str) -> bool:
    """Whether each function of the language that has this name asks a model, and does not answer
    at once where something is not set."""
    suffix = file.path.rpartition(".")[2]
    texts = [text for text in _bodies(repo, suffix, name) if len(text) > _SHORT]
    return bool(texts) and all(_ASKED.search(t) and not _UNSET.search(t) for t in texts)


def _may_skip(repo: Repo, file: Place, name: str) -> bool:
    """Whether a function of that name answers at once where something is not set."""
    suffix = file.path.rpartition(".")[2]
    return any(_UNSET.search(text) for text in _bodies(repo, suffix, name))


_UNSET = regex(
    r"\bif\b[^\n]{0,80}(?:\bis None\b|==\s?null\b|!\w|\bnot\s|(?i:enabled|settings|config|environ))"
    r"[^\n]{0,80}\n\s*return\b"
)


def _bodies(repo: Repo, suffix: str, name: str) -> Iterator[str]:
    for file in repo.files(f"**/*.{suffix}", saying=(name,)):
        if TESTS.search(file.path) or OUTSIDE.search(file.path):
            continue
        text = repo.read(file) or ""
        for block in repo.blocks(file):
            if block.part is Part.FUNCTION and block.name == name:
                yield block.body(text)[:20_000]
