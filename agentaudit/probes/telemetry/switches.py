"""Whether what is wired also runs: switches that code asks before it does something."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Call, Condition, Role, Setting, Use
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.telemetry.keys import CREDENTIAL, only_offered, provided
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.source import Component, Repo

_FLAG = regex(r"(?i)enable|disable|tracing|trace|telemetry|observab|monitor|\bis_\w+_on\b")
_TRUE = regex(r"(?i)\btrue\b|[\"'](?:1|yes|on)[\"']|=\s*1\b")
_COMPARED = regex(
    r"(?i)(?:={2,3}|\bis|\.equals(?:IgnoreCase)?\()\s*(?:true\b|[\"'](?:true|1|yes|on)[\"'])"
    r"|\bin\s*[(\[{][^)\]}]{0,60}[)\]}]"
)
"""Asks whether something is true, which gives it no default."""
_LOCAL = regex(
    r"(?i)(?:\bnot\s+\(?|!\s*)[\w.()\[\]\"']{0,60}?(?:render|vercel|railway|k_service|dyno|is_?prod\w*"
    r"|production|deployed)\b|(?:env|environment|stage|mode)[\"'\])]*\s*={2,3}\s*[\"'](?:dev\w*|local"
    r"|test\w*)[\"']|(?:env|environment|stage|mode)[\"'\])]*\s*!={1,2}\s*[\"']prod\w*[\"']"
    r"|^(?:\w+\.){0,3}(?:debug|is_?dev\w*|is_?local)(?:\(\))?$"
    r"|(?:\bnot\s+\(|!\s*\()[^=]{0,60}(?:env|environment|stage|mode)\b[^=]{0,20}"
    r"={2,3}\s{0,4}[\"']prod\w{0,10}[\"']"
    r"|(?:env|environment|stage|mode)\b[^=]{0,60}\sin\s{1,4}[(\[{](?![^)\]}]{0,100}prod)"
    r"[^)\]}]{0,60}[\"'](?:dev\w{0,10}|local\w{0,5})[\"']"
)
"""A condition that holds on the machines of developers and not in production."""
_SPOKEN = regex(r"(?i)config|setting|trac|observ|telemetr|monitor|\benv|langfuse|langsmith")
"""Parts of paths where switches are declared."""
_OWN = frozenset({"LANGFUSE_TRACING_ENABLED", "TRACELOOP_TRACING_ENABLED"})
"""Switches of the libraries themselves that are on unless somebody sets them."""


def call_of(component: Component, use: Use) -> Call | None:
    """The call that shows a use."""
    at = (use.place.path, use.place.line)
    return next((c for c in component.code.calls if (c.place.path, c.place.line) == at), None)


def doubtful(condition: Condition | None) -> bool:
    """Whether the condition is a switch and nobody can tell how it stands: a question for a key or
    an address is none, since nothing can be sent without them."""
    if condition is None or condition.default is not None:
        return False
    asked = f"{condition.setting} {condition.text}"
    if not condition.setting and _ABSENT.search(condition.text):
        return True
    return bool(_FLAG.search(asked)) and not CREDENTIAL.search(asked)


def waits(repo: Repo, component: Component, use: Use) -> bool:
    """Whether the call that shows it stands behind a switch that nobody can tell the state of, or
    behind a key or an address that nothing in the repository provides."""
    call = call_of(component, use)
    condition = call.condition if call else None
    if condition is None:
        return False
    return doubtful(condition) or bool(use.off and not provided(repo, component, condition))


def local_only(condition: Condition | None) -> bool:
    """Whether the condition holds for developers and not where customers are served."""
    return condition is not None and bool(_LOCAL.search(condition.text))


def lacks_only_credentials(component: Component, use: Use) -> bool:
    """Whether what keeps it off is that no key or address is configured."""
    call = call_of(component, use)
    condition = call.condition if call else None
    return bool(
        condition and use.off and CREDENTIAL.search(f"{condition.setting} {condition.text}")
    )


_ABSENT = regex(
    r"(?i)(?:client|handler|tracer|processor|callback)\w*\s*(?:is(?:\s+not)?\s+None|[!=]==?\s*(?:null"
    r"|undefined|nil))"
)
"""Asks whether something was made that sends: that was decided elsewhere."""


_BY_VARIABLE = {
    "langsmith": (
        frozenset({"traceable", "trace", "wrap_openai", "wrap_anthropic", "wrap_gemini"})
        | {"wrapOpenAI", "wrapSDK", "wrapAISDK", "wrapAnthropic", "RunTree"},
        ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING"),
    )
}
"""Calls of libraries that do nothing until a variable says so, and the variables."""


def waits_for_variable(repo: Repo, component: Component, use: Use) -> bool:
    """Whether the call that shows it does nothing until a variable is true that nothing sets, or
    only a template of settings that nobody has to copy, or code that nothing loads."""
    call = call_of(component, use)
    methods, names = _BY_VARIABLE.get(use.library, (frozenset(), ()))
    if call is None or call.method not in methods:
        return False
    return all(
        only_offered(repo, component, each.place) or not loaded(repo, component, each.place)
        for each in _spelled(component, *names)
    )


def offered_only(repo: Repo, component: Component, use: Use) -> Place | None:
    """Where a template of settings switches it on."""
    _, names = _BY_VARIABLE.get(use.library, (frozenset(), ()))
    places = (each.place for each in _spelled(component, *names))
    return next((place for place in places if only_offered(repo, component, place)), None)


_BEHIND = regex(r"(?i)^(?:el)?if\b[^\n]{0,80}(?:environ|getenv|process\.env|settings|config)")


def set_behind_key(repo: Repo, use: Use) -> Place | None:
    """The line that asks for a key, where code sets the variable that switches it on only then."""
    if use.place.line is None or not use.place.path.endswith((".py", ".ts", ".js")):
        return None
    rows = (repo.read(Place(use.place.repo, use.place.path)) or "").split("\n")
    if "environ" not in (row := rows[use.place.line - 1][:300]) and "process.env" not in row:
        return None
    depth = len(row) - len(row.lstrip())
    for number in range(use.place.line - 2, max(use.place.line - 12, -1), -1):
        above = rows[number][:300]
        if above.strip() and len(above) - len(above.lstrip()) < depth:
            shown = replace(use.place, line=number + 1, text=above.strip())
            asks = _BEHIND.match(above.lstrip()) and re.search(r"(?i)api_?key", above)
            return shown if asks else None
    return None


def switch(repo: Repo, component: Component, use: Use) -> Place | None:
    """A switch named after the library that the application reads and nothing sets to true."""
    core = re.sub(
        r"^(?:openinference-instrumentation-|opentelemetry-instrumentation-|@)", "", use.library
    )
    word = re.split(r"[-/.]", core)[0]
    if len(word) < 4:
        return None
    name = re.compile(
        rf"\b((?:ENABLE_|USE_|IS_)?{word}(?:_\w{{1,20}})?_(?:TRACING|ENABLED?|TRACE)(?:_ENABLED)?"
        rf"|(?:ENABLE|USE)_{word}(?:_TRACING)?)\b",
        re.IGNORECASE,
    )
    for place, found in _lines(repo, component, name, word.lower()):
        if found.upper() not in _OWN and not _set_true(component, found):
            return place
    return None


def _lines(
    repo: Repo, component: Component, name: re.Pattern[str], word: str
) -> Iterator[tuple[Place, str]]:
    """Lines of the application that name the switch, of which `word` is a part, and give it no
    default of true."""
    home = "" if component.path == "." else component.path + "/"
    for suffix in ("py", "ts", "js", "go"):
        for file in repo.files(f"{home}**/*.{suffix}", saying=(word, word.upper())):
            if not _SPOKEN.search(file.path) or repo.role(file) in ASIDE:
                continue
            for number, line in enumerate((repo.read(file) or "").split("\n"), 1):
                found = name.search(line[:500])
                if found and re.search(r"[\"'=:(]", line) and not _defaults_on(line[:500]):
                    yield replace(file, line=number, text=line.strip()[:300]), found[1]


def _defaults_on(line: str) -> bool:
    """Whether the line gives the switch a default of true, or asks only whether it is false."""
    return bool(_TRUE.search(_COMPARED.sub("", line)) or _UNLESS.search(line))


_UNLESS = regex(r"(?i)!={1,2}\s*[\"']?(?:false|0|off|no)\b|\bnot\s+in\b")


def _set_true(component: Component, name: str) -> bool:
    return next(_true(component, name), None) is not None


def _spelled(component: Component, *names: str) -> Iterator[Setting]:
    """What sets one of them to the one text that the libraries compare it with."""
    return (each for each in _true(component, *names) if each.default == "true")


def _true(component: Component, *names: str) -> Iterator[Setting]:
    """What sets one of the variables to true."""
    for name in names:
        for each in component.code.set(name):
            on = each.default.lower() in ("true", "1", "yes", "on")
            if on and each.role in (Role.APP, Role.INFRA, Role.CI, Role.TEMPLATE):
                yield each
