"""Whether spans go anywhere by default: what is only exported where an address is set, or a switch
of the program is on, reaches nobody where no deployment says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.telemetry.keys import is_deployed
from agentaudit.source import Component, Repo

_WORD = "OTEL_EXPORTER_OTLP"
_ADDRESS = regex(r"OTEL_EXPORTER_OTLP(?:_TRACES)?_ENDPOINT")
_READ = r"(?:[\w.]{0,40}(?:get|getenv|environ|env|Getenv)[.(\[\s]{1,4}[\"']?)"
_ASKED = regex(
    rf"(?:\bif\b|\belif\b|\b(?:or|and)\s(?=not\s)|\bbool\(|\bBoolean\(|!)\s{{0,40}}(?:not\s+|!{{1,2}}|\(){{0,3}}\s{{0,20}}{_READ}"
    r"OTEL_EXPORTER_OTLP(?:_TRACES)?_ENDPOINT"
)
"""Asks whether there is an address."""
_HELD = regex(
    r"^(?:const |let |var )?(\w{1,60})(?:: [\w |.\[\]]{1,40})? ?:?= ?"
    rf"{_READ}OTEL_EXPORTER_OTLP(?:_TRACES)?_ENDPOINT[\"']?[)\]]?(?:\.strip\(\))?;?$"
)
"""Takes the address into a variable, with nothing instead of it."""
_NEAR = 20
_OFF = regex(
    r"!\s{0,4}(?:\w{1,60}\.){1,3}(Observability|Tracing|Telemetry|Otel|OTel|OpenTelemetry|Trace)"
    r"\.Enabled\b"
)
"""A program of Go that goes without, unless its configuration says so."""


def unaddressed(repo: Repo, component: Component) -> bool:
    """Whether it exports only where an address is set, and nothing that deploys it sets one."""
    if any(
        _ADDRESS.fullmatch((each.value if each.name == "name" else each.name)[:60])
        and each.value.strip("\"' ")
        and is_deployed(each)
        for each in component.code.settings
    ):
        return False
    return any(_asks(text) for text in _texts(repo, component, ("py", "ts", "js", "go"), _WORD))


def _asks(text: str) -> bool:
    if _ASKED.search(text):
        return True
    rows = text.split("\n")
    for number, row in enumerate(rows, 1):
        held = _HELD.match(row.strip()[:300]) if _WORD in row else None
        if held is None:
            continue
        asked = re.compile(rf"\bif\s*\(?\s*(?:not\s+|!)?{held[1]}\s*(?:\)|:|!=\s*\"\"|==\s*\"\")")
        if any(asked.search(each[:300]) for each in rows[number : number + _NEAR]):
            return True
    return False


def unswitched(repo: Repo, component: Component) -> bool:
    """Whether a program of Go asks for a switch of all tracing that nothing turns on."""
    texts = list(_texts(repo, component, ("go",), ".Enabled"))
    named = next((found[1] for text in texts if (found := _OFF.search(text))), None)
    if named is None:
        return False
    turned = re.compile(rf"\.{named}\.Enabled\s*=\s*true\b|\"{named.lower()}\.enabled\",\s*true\b")
    given = re.compile(rf"(?:.{{0,200}}[._])?{named}[._]enabled", re.IGNORECASE)
    return not any(map(turned.search, texts)) and not any(
        each.value.strip("\"' ").lower() in ("true", "1") and is_deployed(each)
        for each in component.code.settings
        if given.fullmatch(each.name[:80]) or given.fullmatch(each.path[-250:])
    )


def _texts(repo: Repo, component: Component, kinds: tuple[str, ...], word: str) -> Iterator[str]:
    home = "" if component.path == "." else component.path + "/"
    for kind in kinds:
        for file in repo.files(f"{home}**/*.{kind}", saying=(word,)):
            if repo.role(file) not in ASIDE:
                yield (repo.read(file) or "")[:200_000]
