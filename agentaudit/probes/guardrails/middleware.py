"""Guardrails that a framework puts around a model or a route: middleware of the AI SDK and of
LangChain, guards, interceptors and pipes of NestJS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Call, Code, Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.bodies import deeper, statements
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.probes.guardrails.own import ASIDE, is_awaited
from agentaudit.source import Component, Repo

_WRAPS = frozenset(
    ("wrapLanguageModel", "experimental_wrapLanguageModel", "create_agent", "createAgent")
)
_NAMED = regex(
    r"(?i)\b(\w{0,60}(?:guard_?rail|moderation|content_?moderat|prompt_?injection|jail_?break|pii|toxi"
    r"|redact|profan|content_?(?:filter|safety|polic)|safety|harmful|(?:prompt|in_?put|out_?put)_?saniti[sz])\w{0,60})"
)
"""Names of what judges; a guard of NestJS is called so whatever it guards."""
_ACTS = regex(
    r"\b(?:throw|raise)\b|\.replace(?:All)?\(|\.test\(|\.match(?:es)?\(|\.includes\(|\bre\.\w{1,10}\("
    r"|moderations?\b|redact|\bmask|flagged|jump_to|jumpTo|\sin\s+\w{1,60}\.lower\(\)|return\s+!"
)
"""Where it changes or refuses something."""
_DECORATED = regex(
    r"\s{0,8}@(?:UseGuards|UseInterceptors|UsePipes)\(([^)\n]{1,300})|.{0,200}@Body\(([^)\n]{1,200})"
)
_GLOBAL = regex(
    r"provide:\s{0,4}APP_(?:GUARD|INTERCEPTOR|PIPE)\s{0,4},\s{0,4}useClass:\s{0,4}(\w{1,80})"
    r"|\.useGlobal(?:Guards|Interceptors|Pipes)\(([^;\n]{1,300})"
)
_BROUGHT = regex(r"from\s+[\"'][./@~][^\"'\n]{0,120}?([\w.-]{1,80}?)(?:\.[jt]s)?[\"']")
_WORDS = ("UseGuards", "UseInterceptors", "UsePipes", "@Body(", "APP_", "useGlobal")
_HOPS = 2


def around_models(repo: Repo, code: Code) -> Iterator[Call]:
    """Calls in the serving code that give a model or an agent middleware that judges."""
    for call in code.calls:
        given = call.argument("middleware") if call.method in _WRAPS else None
        if given is None or call.role is not Role.APP or ASIDE.search(call.place.path):
            continue
        names = [] if is_awaited(given.written) else _NAMED.findall(given.written)
        if any(_judges(repo, name, call.place.path) for name in names):
            yield call


def around_routes(repo: Repo, component: Component) -> Place | None:
    """Where a controller that leads to a model, or every controller, is given what judges."""
    home = f"{component.path}/" if component.path != "." else ""
    for file in repo.files(f"{home}**/*.ts", saying=_WORDS):
        if TESTS.search(file.path) or OUTSIDE.search(file.path) or ASIDE.search(file.path):
            continue
        for number, row in enumerate((repo.read(file) or "").split("\n")[:3000], 1):
            every, some = _GLOBAL.search(row[:500]), _DECORATED.match(row[:500])
            given = every or some
            names = _NAMED.findall(given[1] or given[2]) if given else []
            judged = any(_judges(repo, name, file.path) for name in names)
            if judged and (every or _leads(repo, component.code, file)):
                return Place(file.repo, file.path, number, row.strip()[:200])
    return None


def _judges(repo: Repo, name: str, path: str) -> bool:
    """Whether what is called so is of a library, or is written here and does something."""
    kinds = ("py",) if path.endswith(".py") else ("ts", "tsx", "js", "mjs")
    head = re.compile(
        rf"(?:export\s+)?(?:default\s+)?(?:abstract\s+)?(?:(?:async\s+)?def|class|function|const)\s+{re.escape(name)}\b"
    )
    own = False
    for kind in kinds:
        for file in repo.files(f"**/*.{kind}", saying=(name,)):
            rows = (repo.read(file) or "").split("\n")[:5000]
            for at, row in enumerate(rows):
                if head.match(row[:300]):
                    own = True
                    text = "\n".join([row, *statements(list(deeper(rows, at)), whole=True)])
                    if _ACTS.search(text):
                        return True
    return not own


def _leads(repo: Repo, code: Code, file: Place) -> bool:
    """Whether the file asks a model, or brings own modules that do, over at most two hops."""
    asking = {_stem(call.place.path) for call in code.calls if _asks(call)}
    seen, near = set[str](), {_stem(file.path)}
    for _ in range(_HOPS + 1):
        if near & asking:
            return True
        seen |= near
        files = [f for stem in sorted(near) for f in repo.files(f"**/{stem}.ts")]
        near = {name for f in files for name in _BROUGHT.findall(repo.read(f) or "")} - seen
    return False


def _asks(call: Call) -> bool:
    model = call.argument("model") is not None or call.method in ("invoke", "stream", "generate")
    return model and call.role is Role.APP and ".moderations." not in call.callee


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]
