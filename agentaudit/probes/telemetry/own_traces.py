"""Traces that an application keeps itself, in a file or a table: the steps of every answer, by a
recorder of its own that the serving code calls all along."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.probes.aside import is_serving
from agentaudit.probes.once import once
from agentaudit.probes.telemetry.loading import loaded
from agentaudit.source import Component, Place, Repo

_TRACE = regex(r"(?i)trace(?!able\b|back|r\b|rs\b|ing|parent|state|_?id|-?context)")
_PAGES = regex(r"(?i)(?:^|/)(?:frontend|webui)/")
_KEEPS = regex(
    r"\bopen\([^)\n]{0,80}[\"'][aw]b?[\"']|\bjson\.dump\(|\.write_text\(|appendFile|writeFile"
    r"|(?i:\binsert\s{1,9}into\b)|(?:session|db|conn|tx)\.add\(|\.insert(?:_one|One)?\(|\.put_item\("
    r"|\bMapper\b.{0,200}|[rR]epository\.save\(|\.upload_from_string\(|OpenFile\("
)
_SAYS = regex(
    r"(?i)(?<![a-z])(?:model|llm|prompt|tokens?|agent|tool|steps?|node_?type|retriev\w{0,6}|rerank\w{0,6}"
    r"|latency|duration)(?![a-z])"
)
_LIBRARIES = regex(
    r"(?i)\b(?:opentelemetry|langfuse|langsmith|opik|braintrust|phoenix|openinference|mlflow|weave"
    r"|helicone|agentops|datadog|ddtrace|io\.micrometer)\b"
)
_SWITCHED = regex(r"(?i)(?<![a-z])(?:is_?)?(?:enabled|disabled)(?![a-z])|[a-z]Enabled\b")
_CONFIGURED = regex(
    r"(?i:(?<![a-z])(?:settings?|config(?:uration)?|environ|getenv|env|flags?|properties)(?![a-z]))"
    r"|@Value\b|@Conditional|(?:EN|DIS)ABLED\b"
)
"""What reads a switch from outside: any other is a state of the recorder, which code gives it."""
_KINDS = ("py", "ts", "js", "java", "go", "cs")
_MANY = 3
"""Told in fewer places, begin and end of a run are known and no step."""
_OFFERS = regex(
    r"(?m)^[ \t]*(?:public |export |default |abstract |final |sealed |partial |async )*"
    r"(?:class|interface|func|@interface|def|function|record)\s+(?:\([^)\n]{1,60}\)\s*)?([A-Za-z]\w{3,80})"
)
_TOLD = regex(
    r"(?i)(?<![\w.])(?:this\.|self\.)?(?:(?P<of>\w{0,60}trace\w{0,60})\??\.(?P<verb>\w{1,80})\("
    r"|@(?P<mark>\w{0,60}trace\w{0,60})\b)"
)
_STEPS = regex(
    r"(?i)^_?(?!get|list|find|load|read|start|begin|end|finish|complete|fail|close|is|has|to)"
)
"""Verbs that tell a step, and do not only open or close the trace, or read it."""
_BESIDE = regex(
    r"\s*(?:#|//|\*|/\*|import\b|from\b|using\b|def\b|class\b|package\b|private\b|public\b)"
)


def kept(repo: Repo, component: Component) -> Place | None:
    """The first place that tells a trace of its own a step, where all of it is kept."""
    homes = _homes(component)
    stores = _stores(repo, homes)
    said = "\n".join(stores.values())
    switched = _SWITCHED.search(said) and _CONFIGURED.search(said)
    if not stores or (switched and not _on(component)):
        return None
    offered = {name for name in _OFFERS.findall(said) if _TRACE.search(name)}
    if not offered:
        return None
    named = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(offered))})(?!\w)")
    told = [
        place
        for kind in {path.rpartition(".")[2] for path in stores}
        for file in repo.files(f"**/*.{kind}")
        if file.path not in stores and _is_of(repo, file, homes)
        for place in _told(file, repo.read(file) or "", named)
    ]
    return told[0] if len(told) >= _MANY and loaded(repo, component, told[0]) else None


def _homes(component: Component) -> set[str]:
    """Directories of the program: its own, and modules whose code runs in it."""
    rows = [(row.place.path, row.role) for row in component.code.imports]
    rows += [(row.place.path, row.role) for row in component.code.calls]
    paths = {path for path, role in rows if role is Role.APP}
    modules = {path.partition(_SOURCES)[0] for path in paths if _SOURCES in path}
    return modules | {"" if component.path == "." else component.path}


_SOURCES = "/src/main/"


def _is_of(repo: Repo, file: Place, homes: set[str]) -> bool:
    mine = any(not home or file.path.startswith(f"{home}/") for home in homes)
    return mine and is_serving(repo, file) and not _PAGES.search(file.path)


@once
def _called_after_it(repo: Repo) -> list[Place]:
    found = (file for kind in _KINDS for file in repo.files(f"**/*.{kind}"))
    return [file for file in found if _TRACE.search(file.path)]


def _stores(repo: Repo, homes: set[str]) -> dict[str, str]:
    """Files that are called after the trace, where they keep it and know what its steps are."""
    found = {
        file.path: (repo.read(file) or "")[:200_000]
        for file in _called_after_it(repo)
        if _is_of(repo, file, homes)
    }
    said = "\n".join(found.values())
    words = {each.lower() for each in _SAYS.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", said))}
    kept = _KEEPS.search(said) and len(words) >= _MANY and not _LIBRARIES.search(said)
    return found if kept else {}


def _told(file: Place, text: str, named: re.Pattern[str]) -> Iterator[Place]:
    """Lines of a file that names the recorder, which tell it something."""
    if not named.search(text):
        return
    for number, line in enumerate(text[:300_000].split("\n"), 1):
        if "race" not in line or _BESIDE.match(line):
            continue
        found = _TOLD.search(line[:400])
        if (
            found
            and _TRACE.search(found["of"] or found["mark"])
            and _STEPS.match(found["verb"] or "a")
        ):
            yield replace(file, line=number, text=line.strip()[:300])


def _on(component: Component) -> bool:
    """Whether a setting of traces is true."""
    return any(
        each.value.strip("\"' ").lower() in ("true", "1", "on", "yes")
        for each in component.code.settings
        if _ENABLED.search(each.path or each.name)
    )


_ENABLED = regex(r"(?i)trac(?:e|ing)[._-]?enabled$")
