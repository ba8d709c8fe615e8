"""Guardrails that a team wrote itself, told by the names that they are called by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.blocks import Part
from agentaudit.code import Call, Code, Condition, Role, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.gates import judged
from agentaudit.source import Component, Repo

NAMED = regex(
    r"(?i)guard_?rails?|safe_?guard|llama_?guard|prompt_?guard|shield_?gemma"
    r"|(?:^|_|\.)moderat(?:e|ion|or)s?(?:$|_)|content_?(?:safety|moderat|polic)|moderation(?:middleware"
    r"|service|client|processor|filter|guard|agent|chain)|moderate(?:content|input|output|message|text)"
    r"|prompt_?(?:injection|shield)|jail_?break"
    r"|(?:detect|redact|mask|scrub|anonymi[sz]e|saniti[sz]e)_?pii"
    r"|pii_?(?:detect|redact|filter|mask|scrub|anonym|middleware)|toxicity|profanity"
    r"|(?:input|output|prompt|result)_?saniti[sz](?:er|ation)"
    r"|(?:^|[._])rai_(?:success|check|validat|guard|agent|filter|review)|responsible_?ai"
    r"|moderate\w{0,30}(?:content|input|output|message|text|prompt|question|query|request|response)"
    r"|(?:check|screen|validate|assess)_(?:user_|model_)?(?:input|output|prompt|question|query|answer"
    r"|response|content|message)_(?:safety|toxicity|injection|polic(?:y|ies))"
    r"|anonymi[sz]e_?(?:struct|text|prompt|query|question|input|message|content|request)"
    r"|safety_?(?:check|filter|classif|guard|agent|review)|(?:check|assess|classify)_?safety"
    r"|(?:is|check|detect|contains|block|filter|screen)_?(?:harmful|toxic|unsafe_?(?:content|input|prompt)"
    r"|off_?topic|offensive|malicious_?(?:prompt|input|query)|injection|pii)"
    r"|(?:harmful|toxic|unsafe|inappropriate)_?content|(?:banned|bad|forbidden|blocked)_?words"
)
DECLINES = regex(
    r"(?i)_?(?:decline|refuse|reject|deflect)_?(?:off_?topic|out_?of_?scope|harmful|unsafe|toxic)"
)
"""Functions that answer in place of the system what it shall not."""
_NO_CALL = regex(
    r"(?i)(?:error|exception|config|configs|configuration|settings?|result|results|output|decision"
    r"|schema|request|response|event|events|span|tag|state|type|enum|log|logger|record|entry|row"
    r"|dataset|evaluator|metric|score|adapter|prompt|instructions|page|panel|form|button|dialog"
    r"|table|tab|card|badge|icon|indicator|banner|tooltip|toast|view|context|provider|store|props|dto|entity|repository|migration"
    r"|model|params?|parameters|options?|required|enabled|active|(?<=_)(?:on|off)|configured|available|span|observation"
    r"|command|reasons?|triggered|tripwire|failure|violation|categories|category|template|message|test|spec|stats"
    r"|name|title|label|description)s?$"
    r"|^_?(?:to|from|as)_|^_?(?:is_)?(?:get|list|fetch|load|save|set|update|delete|create|register|record|log|track|emit"
    r"|use|format|render|parse|count|add_\w*column|test|has|with|new|extract|build|should|needs?"
    r"|supports?|on|(?:check_and_)?(?:launch|(?:re)?start|stop|toggle|enable|disable)|handle_\w*(?:error|result))[A-Z_]|^(?-i:[A-Z])\w{0,80}Check$"
    r"|^(?-i:Add|Register|Configure)(?-i:[A-Z])|usage|quota|budget|(?:limit|approval)s?_|exceeded"
    r"|^(?:create|get|get_\w{1,40}|list|read|find|insert|add|save|upsert|update|patch|put|delete|remove"
    r"|exists|all|count|register|set|append|push|init|connect|close)$"
)
"""Names that speak about a guardrail, or keep a record of it, and are none."""
_MODULE = regex(
    r"(?i)[.@~#][\w./-]{0,200}(?<![a-z])(?:(?:in|out)put_?)?(?:guard_?rails?|moderations?"
    r"|content_?(?:safety|filters?)|prompt_?injections?)\.\w+$"
)
"""Functions of own modules that are called so."""
_SCORER = regex(
    r"(?i)(?!\.)(?:.{0,200}[./_-])?(?:auto|open|agent|deep)?"
    r"(?:evals?|evaluations?|evaluators?|scorers?|metrics)[./]"
)
"""What libraries score answers with: it judges afterwards, and nothing waits for it."""
ASIDE = regex(
    r"(?i)(?:^|/)(?:scripts?|bin|notebooks?|migrations|benchmarks?|eval\w{0,12}|red_?team\w{0,6}"
    r"|observability|telemetry|tracing|instrumentation|logging|langfuse|admin|crud|repositor(?:y|ies)"
    r"|dao|(?:data_?)?ingest(?:ion|or|ors)?|indexing|indexers?|etl|chunk(?:ing|ers?))/|migrations?[^/]{0,60}$|\.[jt]sx$"
)
"""What is run by hand beside the serving path, what only tells of it, what is for those who run
it, what fills an index or a database, and pages."""
_GIVEN = regex(
    r"(?i)(?:(?:in|out)put_?)?guard_?rails?(?:_?(?:config|configuration|identifier|id|version))?"
    r"|(?:in|out)putProcessors|moderation(?:_?model)?"
)
"""Arguments by which a framework is given one."""
_JUDGES = regex(r"(?i)guard|moderat|inject|pii|toxi|scrub|safety|redact|jail")
"""Processors of messages that judge; others shorten or normalise."""
_NOTHING = frozenset({"", "None", "null", "undefined", "[]", "{}", "()", "False", "false"})


_LIBRARY = regex(r"\.(?:moderations|Moderations)\.\w+$")


def own_calls(code: Code) -> Iterator[Call]:
    """Calls in the serving code that are a guardrail by their name, or are given one."""
    for call in code.calls:
        serves = call.role is Role.APP and not ASIDE.search(call.place.path)
        serves = serves and not _registers(call)
        if serves and (
            judged(call) or _is_guardrail(call) or given(call) or _is_node(call) or is_judge(call)
        ):
            yield call


_MODEL = regex(
    r"(?i)(?:[\w.-]{1,60}[/:])?(?:(?:meta-?)?llama-?(?:prompt-?)?guard|prompt-?guard|shield-?gemma|wild-?guard"
    r"|granite-?(?:\d\.\d-?)?guardian|(?:\w{1,20}-)?nemo-?guard|omni-moderation|text-moderation|gpt-oss-safeguard"
    r"|qwen3guard)[\w.:-]{0,60}"
)
"""Models that do nothing but judge."""


def is_judge(call: Call) -> bool:
    """Whether a model is asked that does nothing but judge."""
    asked = call.argument("model", "model_id", "modelId", "model_name", "modelName")
    return asked is not None and _MODEL.fullmatch((asked.text or "")[:120]) is not None


_NODES = frozenset(("add_node", "addNode"))


def _is_node(call: Call) -> bool:
    """Whether a graph of an agent is given a step that is a guardrail by its name."""
    name = _node(call)
    answers = _ANSWERS.match(name) is not None
    return bool(NAMED.search(name)) and not answers and not _NO_CALL.search(name)


_ANSWERS = regex(r"(?i)_?(?:block|refuse|decline|reject|deflect|handle|respond|answer|explain)_?")
"""Steps that come after a guardrail said no."""


def _node(call: Call) -> str:
    """The function that a graph is given as a step; empty for other calls."""
    step = (call.at(1) or call.at(0)) if call.method in _NODES else None
    return step.written.rpartition(".")[2].strip("\"' ") if step is not None else ""


def _registers(call: Call) -> bool:
    """Whether it stands where a service of .NET is only made known to others."""
    inner = call.scope.rpartition(".")[2]
    return call.place.path.endswith(".cs") and _REGISTERS.match(inner) is not None


_REGISTERS = regex(r"(?:Add|Register|Configure)[A-Z]")


def given(call: Call) -> bool:
    """Whether a call is handed a guardrail by name."""
    return not _NO_CALL.search(call.method) and any(
        _GIVEN.fullmatch(each.name)
        and each.value.written.strip() not in _NOTHING
        and not is_awaited(each.value.written)
        and (not each.name.endswith("rocessors") or _JUDGES.search(each.value.written))
        for each in call.arguments
    )


_AWAITED = regex(
    r"\bif\s[^\n]{0,80}(?:environ\.get|getenv)\(\s{0,4}[\"']\w{1,80}[\"']"
    r"\s{0,4}(?:,\s{0,4}[\"'](?:0|false|off|no|)[\"']\s{0,4})?\)[^\n]{0,80}\belse\b"
    r"|process\.env\.\w{1,80}\s{0,4}(?:={2,3}\s{0,4}[\"'](?:1|true|on|yes)[\"']\s{0,4})?\?(?![?.])"
)


def is_awaited(written: str) -> bool:
    """Whether it is given only where somebody set a variable: `[a] if os.getenv("ON") else []`."""
    return _AWAITED.search(written[:500]) is not None


def _is_guardrail(call: Call) -> bool:
    named = call.method
    if DECLINES.match(named):
        return True
    if _SCORER.match(call.callee):
        return False
    if _MODULE.match(call.callee) and named[:1].islower() and not _NO_CALL.search(named):
        return True
    if named in ("create", "classify", "moderate", "New"):
        return bool(_LIBRARY.search(call.callee)) or "oderationsClient" in call.callee
    return bool(NAMED.search(named)) and not _NO_CALL.search(named)


def decisive(calls: list[Call]) -> list[Call]:
    """Without the calls inside of guardrails that others of them are: who calls a guardrail decides
    whether it runs."""
    named = {call.method for call in calls}
    found = [call for call in calls if not named & set(_scope(call))]
    return found or calls


def is_chosen(call: Call) -> bool:
    """Whether it runs only where somebody configured it, as far as its condition says."""
    condition = call.condition
    if condition is None or condition.default is True:
        return False
    return bool(condition.setting) or CONFIGURED.search(condition.text) is not None


CONFIGURED = regex(
    r"(?i)guard|shield|moderat|safety|enabl|disabl|config|setting|option|flag|feature|pii|filter"
    r"|bypass|force_|\buse_|environ|\benv\b"
)
"""Words of conditions that ask for the guardrail itself, or for a switch."""


def gaps_within(repo: Repo, code: Code, guardrail: Call) -> Iterator[Condition]:
    """Conditions inside of the guardrail's own code that do not hold when nobody configures
    anything: what it does then, it does without judging. Code that raises an error instead lets
    nothing pass."""
    names = _names(guardrail)
    inside = [c for c in code.calls if c.role is Role.APP and not names.isdisjoint(_scope(c))]
    raising = {
        (call.place.path, call.condition.text)
        for call in inside
        if call.condition is not None and _RAISED.search(call.method)
    }
    for call in inside:
        condition = call.condition
        if condition is None:
            continue
        asked = _NEGATED.fullmatch(condition.text)
        fails = asked is not None and (call.place.path, asked[1]) in raising
        if fails or condition.default is True:
            continue
        off = condition.default is False
        leaves = off and (_LEFT.match(condition.text) or _is_left_first(repo, call, condition))
        if leaves or (_KEY.search(condition.text) and (asked is not None or off)):
            yield condition


def _is_left_first(repo: Repo, call: Call, condition: Condition) -> bool:
    """Whether the function around a call answers before it judges anything, unless a variable or a
    constant is set."""
    if not condition.setting.isupper() or not condition.text.startswith("not ("):
        return False
    place = condition.place
    blocks = repo.blocks(Place(place.repo, place.path))
    around = [b for b in blocks if b.part is Part.FUNCTION and b.holds(call.place.line or 0)]
    rows = (repo.read(Place(place.repo, place.path)) or "").split("\n")
    before = rows[around[-1].first : (place.line or 1) - 1] if around else [""]
    return bool(around) and not any(_JUDGED.search(row[:300]) for row in before)


_JUDGED = regex(r"\b(?:if|for|while|any|search|match|test|includes)\b")
"""Where something is looked at."""


def encloses(guardrail: Call, call: Call) -> bool:
    """Whether a call stands in the guardrail's own code."""
    return bool(_names(guardrail) & set(_scope(call)))


def is_idle(code: Code, call: Call) -> bool:
    """Whether it is made at the top of a module of guardrails that no other module imports."""
    stem = call.place.path.rpartition("/")[2].partition(".")[0]
    if call.scope or not NAMED.search(stem):
        return False
    modules = (re.split(r"[./]", each.module.removesuffix(".js")) for each in code.imports)
    return all(stem not in parts for parts in modules)


def is_option(repo: Repo, call: Call) -> bool:
    """Whether it is made in a function that stands in a table of what can be chosen, and that
    nothing calls by its name."""
    inner = call.scope.rpartition(".")[2]
    if not re.fullmatch(r"\w{1,80}", inner):
        return False
    text = repo.read(Place(call.place.repo, call.place.path)) or ""
    chosen = re.search(rf"[\"'\w]\s{{0,4}}[:,]\s{{0,4}}{inner}\s{{0,4}}[,}}]", text)
    called = re.search(rf"(?<!def )(?<!function )(?<!func )(?<![\w]){inner}\s{{0,4}}\(", text)
    return chosen is not None and called is None


def is_within(component: Component, use: Use, off: list[Call]) -> bool:
    """Whether a library is called in the code of a guardrail that is off."""
    at = (use.place.path, use.place.line)
    shown = [c for c in component.code.calls if (c.place.path, c.place.line) == at]
    return any(encloses(call, each) for call in off for each in shown)


def when(gap: Condition) -> str:
    """In which case a guardrail does not judge, in words."""
    asked = _NEGATED.fullmatch(gap.text)
    return f"when {asked[1]}" if asked else f"unless {gap.text}"


_LEFT = regex(r"(?i)not \(not [\w.]{0,60}(?:enabled?|active|feature\w{0,20}|flag)\b")
"""A guardrail that returns at once, unless somebody switches it on."""
_KEY = regex(r"(?i)(?:api_?key|access_?key|secret|token|endpoint|credentials?)\b")
_NEGATED = regex(r"not \((.*)\)", re.DOTALL)
_RAISED = regex(r"(?:Error|Exception)$")


def _names(guardrail: Call) -> set[str]:
    """What its code can be called: `Safeguard.ainvoke` is code of `Safeguard`."""
    parts = (*guardrail.callee.split("."), _node(guardrail))
    return {part for part in parts if NAMED.search(part)}


def _scope(call: Call) -> list[str]:
    return call.scope.split(".")
