"""Guardrails that a team wrote itself, told by the names that they are called by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Call, Code, Condition, Role

NAMED = re.compile(
    r"(?i)guard_?rails?|safe_?guard|llama_?guard|prompt_?guard|shield_?gemma"
    r"|(?:^|_|\.)moderat(?:e|ion|or)s?(?:$|_)|content_?(?:safety|moderat|polic)|moderation(?:middleware"
    r"|service|client|processor|filter|guard|agent|chain)|moderate(?:content|input|output|message|text)"
    r"|prompt_?(?:injection|shield)|jail_?break"
    r"|(?:detect|redact|mask|scrub|anonymi[sz]e|saniti[sz]e)_?pii"
    r"|pii_?(?:detect|redact|filter|mask|scrub|anonym|middleware)|toxicity|profanity"
    r"|(?:input|output|prompt|result)_?saniti[sz](?:er|ation)"
)
_NO_CALL = re.compile(
    r"(?i)(?:error|exception|config|configs|configuration|settings?|result|results|output|decision"
    r"|schema|request|response|event|events|span|tag|state|type|enum|log|logger|record|entry|row"
    r"|dataset|evaluator|metric|score|adapter|prompt|instructions|page|panel|form|button|dialog"
    r"|table|tab|card|badge|icon|view|context|provider|store|props|dto|entity|repository|migration"
    r"|triggered|tripwire|failure|violation|categories|category|template|message|test|spec|stats)s?$"
    r"|^(?:is_)?(?:get|list|fetch|load|save|set|update|delete|create|register|record|log|track|emit"
    r"|use|format|render|parse|count|add_\w*column|test)[A-Z_]"
)
"""Names that speak about a guardrail and are none."""
_GIVEN = re.compile(
    r"(?i)(?:(?:in|out)put_?)?guard_?rails?(?:_?(?:config|configuration|identifier|id|version))?"
    r"|(?:in|out)putProcessors|moderation(?:_?model)?"
)
"""Arguments by which a framework is given one."""
_NOTHING = frozenset({"", "None", "null", "undefined", "[]", "{}", "()", "False", "false"})


def own_calls(code: Code) -> Iterator[Call]:
    """Calls in the serving code that are a guardrail by their name, or are given one."""
    for call in code.calls:
        if call.role is Role.APP and (_is_guardrail(call) or given(call)):
            yield call


def given(call: Call) -> bool:
    """Whether a call is handed a guardrail by name."""
    return any(
        _GIVEN.fullmatch(each.name) and each.value.written.strip() not in _NOTHING
        for each in call.arguments
    )


def _is_guardrail(call: Call) -> bool:
    named = call.method
    if named in ("create", "classify", "moderate"):
        return ".moderations." in call.callee or "oderationsClient" in call.callee
    return bool(NAMED.search(named)) and not _NO_CALL.search(named)


def gaps_within(code: Code, guardrail: Call) -> Iterator[Condition]:
    """Conditions inside of the guardrail's own code that are false when nobody configures
    anything: what it does then, it does without judging."""
    named = guardrail.method
    for call in code.calls:
        condition = call.condition
        within = named in call.scope.split(".") and call.role is Role.APP
        if within and condition is not None and condition.setting and condition.default is False:
            yield condition
