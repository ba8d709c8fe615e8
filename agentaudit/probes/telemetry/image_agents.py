"""Agents that an image, or the service of a compose file, starts its program with: they trace
requests, keep exceptions and send logs without a line of code."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec.structs import replace

from agentaudit.code import Role, Setting
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.telemetry import agentcore
from agentaudit.probes.telemetry.keys import is_deployed
from agentaudit.source import Component, Repo

_STARTS = regex(
    r"-javaagent:\S{0,200}(?:applicationinsights|opentelemetry|dd-java-agent|newrelic|elastic-apm)"
    r"|(?:CMD|ENTRYPOINT|exec|command:)[^#\n]{0,200}[\s\"\'\[](?:opentelemetry-instrument|ddtrace-run"
    r"|newrelic-admin)[\s\"\']"
)


_SCRIPT = regex(r"[\w./-]{1,100}\.sh\b")
_RUN_BY_SCRIPT = regex(
    r"\s{0,12}(?:exec\s+)?(?:(?:uv|poetry)\s+run\s+(?:--[\w-]{1,30}\s+){0,4})?(?:[\w./-]{1,60}/)?"
    r"(?:opentelemetry-instrument|ddtrace-run|newrelic-admin)\s"
)
_ASKED_BY_SCRIPT = regex(
    r"\s{0,8}if\s+\[{1,2}\s+(-n\s+)?\"?\$\{?(\w{1,80})(?::?-([\w./:-]{0,100}))?\}?\"?"
    r"(?:\s+={1,2}\s+[\"']?(true|1|yes|on)[\"']?)?\s+\]{1,2}\s{0,4};?\s{0,4}(?:then)?\s{0,9}$"
)
"""A variable that must be true, or not empty."""


_OWN = regex(r"[^#\n]{0,400}?\b(opentelemetry-instrument|ddtrace-run|newrelic-admin)\b")
_NEXT = regex(r";|&&|(?<!&)&(?!&)")
_OF_SERVICE = regex(
    r"(services\.[^.]{1,80})\.(build|command|entrypoint)(?:\.(?:context|dockerfile))?"
)
_TRIED = regex(r"(?i)compose[._-][\w.-]{0,40}?(?:test|ci|dev|local|override|debug|e2e)")
"""Compose files by which people try something, or develop it."""
_DEPLOYED = (Role.APP, Role.INFRA)


def agents(repo: Repo, component: Component) -> Iterator[Place]:
    """Lines of its build files, of scripts that these start, of compose files, and of what is told
    AgentCore, that run the program under such an agent."""
    yield from agentcore.started(repo, component)
    services = _services(component)
    for file in component.build_files:
        text = repo.read(file.place) or ""
        lines = [list(_lines(text, beside, services)) for beside in file.beside]
        for number, line in lines[0] if lines and all(lines) else ():
            yield replace(file.place, line=number, text=line.strip()[:300])
    for script in _scripts(repo, component):
        steps = (repo.read(script) or "")[:50_000].split("\n")
        for number, line in enumerate(steps, 1):
            if _RUN_BY_SCRIPT.match(line[:500]) and _is_run(component, steps[:number]):
                yield replace(script, line=number, text=line.strip()[:300])
    for said in services:
        rows = [*said.get("entrypoint", ()), *said.get("command", ())]
        line = " ".join(["command:", *(row.value for row in rows)])[:2000]
        if rows and _STARTS.search(line) and _is_last(line):
            yield replace(rows[0].place, text=line[:300])


_OVERRIDDEN = {
    "CMD": frozenset({"command", "entrypoint"}),
    "ENTRYPOINT": frozenset({"entrypoint"}),
}
"""What a service says instead of an instruction."""


def _lines(
    text: str, beside: Collection[int], services: list[dict[str, list[Setting]]]
) -> Iterator[tuple[int, str]]:
    """Lines of a build file by which an image starts its program so, whatever services say."""
    for number, word, line in _instructions(text, beside):
        over = _OVERRIDDEN.get(word)
        others = over and services and all(over & said.keys() for said in services)
        if not others and _STARTS.search(line) and _is_last(line):
            yield number, line


def _instructions(text: str, beside: Collection[int]) -> Iterator[tuple[int, str, str]]:
    """Lines of an image's stages with the instruction that they are of, without comments, what
    tells its health, and commands that a later one replaces."""
    rows: list[tuple[int, str, str]] = []
    last: dict[str, int] = {}
    head = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("#") or number in beside:
            continue
        word = head or line.strip().split(" ")[0].upper()
        rows.append((number, word, line[:2000]))
        last[word] = last[word] if head else number
        head = word if line.rstrip().endswith("\\") else ""
    for number, word, line in rows:
        if word != "HEALTHCHECK" and (word not in _OVERRIDDEN or number >= last[word]):
            yield number, word, line


def _is_last(line: str) -> bool:
    """Whether the program that stays is the one that is run under it: nothing follows it."""
    found = _OWN.match(line)
    return found is None or found[1] in _NEXT.split(line.rstrip(" ;&"))[-1]


def _services(component: Component) -> list[dict[str, list[Setting]]]:
    """What compose files say of each service that is built from it: key → its rows."""
    found: dict[tuple[str, str], dict[str, list[Setting]]] = {}
    for each in component.code.settings:
        named = _OF_SERVICE.fullmatch(each.path[:200]) if each.role in _DEPLOYED else None
        if named and not _TRIED.search(each.place.path):
            said = found.setdefault((each.place.path, named[1]), {})
            said.setdefault(named[2], []).append(each)
    return [said for said in found.values() if "build" in said]


def _is_run(component: Component, rows: list[str]) -> bool:
    """Whether the last of these lines of a script is run: no condition is around it, or one for a
    variable that what deploys the component sets."""
    *above, last = rows
    if last[:1].strip():
        return True
    depth = len(last) - len(last.lstrip())
    outer = (row for row in reversed(above) if len(row) - len(row.lstrip()) < depth and row.strip())
    asked = _ASKED_BY_SCRIPT.match(next(outer, "")[:300])
    if asked is None or not (asked[1] or asked[4]):
        return False
    values = [asked[3] or ""] + [
        each.value.strip("\"' ") for each in component.code.set(asked[2]) if is_deployed(each)
    ]
    return any(map(bool, values)) if asked[1] else asked[4] in values


def _scripts(repo: Repo, component: Component) -> Iterator[Place]:
    """Scripts of the shell beside its build files, or below, that these name."""
    for file in component.build_files:
        home = file.place.path.rpartition("/")[0]
        lines = enumerate((repo.read(file.place) or "").split("\n"), 1)
        aside = frozenset[int]().union(*file.beside)
        text = "\n".join(line for number, line in lines if number not in aside)
        named = {each.rpartition("/")[2] for each in _SCRIPT.findall(text)}
        if named:
            beside = repo.files(f"{home}/**/*.sh".lstrip("/"))
            yield from (each for each in beside if each.path.rpartition("/")[2] in named)
