"""Diagnostic settings of Azure that keep all figures of a web application or function, its memory
among them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.beside import is_alone
from agentaudit.probes.telemetry.modules_handed import is_handed
from agentaudit.source import Component, Place, Repo

_APPS = {
    "bicep": regex(r"^resource\s+(\w{1,80})\s+'Microsoft\.(?:Web/sites|App/containerApps)@", re.M),
    "tf": regex(
        r"^resource\s+\"(azurerm_(?:(?:linux|windows)_(?:web|function)_app|container_app)\")", re.M
    ),
}
_SETTINGS = {
    "bicep": regex(r"^resource\s+\w{1,80}\s+'Microsoft\.Insights/diagnosticSettings@", re.M | re.I),
    "tf": regex(r"^resource\s+\"azurerm_monitor_diagnostic_setting\"", re.M),
}
_OF = {
    "bicep": regex(r"\n\s{1,20}scope:\s{0,9}(\w{1,80})"),
    "tf": regex(r"\n\s{1,20}target_resource_id\s{0,20}=\s{0,9}(azurerm_\w{1,80})\."),
}
_ALL = regex(r"category\s{0,9}[:=]\s{0,9}['\"]AllMetrics['\"]")
_OFF = regex(r"\s{0,200}enabled\s{0,9}[:=]\s{0,9}false")
_EACH = regex(
    r"\bfor\s{1,9}\(?[\w, ]{1,60}\)?\s{1,9}in\s{1,9}\(?\s{0,9}(\w{1,80})\s{0,9}\?\?\s{0,9}\[\]"
)
"""One for each of what a module may be handed."""
_ANY = frozenset({"app", "web", "site", "host", "service", "main", "function", "functions", "core"})
"""Words that say nothing about which application a file is of."""


def diagnosed(repo: Repo, component: Component) -> Iterator[Place]:
    """Where the figures of the application are kept; of several components, where the file is
    called like the component."""
    alone = is_alone(repo)
    for kind in _APPS:
        for file in repo.files(f"**/*.{kind}"):
            brought = "/avm/" in f"/{file.path}" or repo.role(file) in ASIDE
            if brought or file.repo != component.repo:
                continue
            if not (alone or _is_called_like(file, component)):
                continue
            text = (repo.read(file) or "")[:200_000]
            if "AllMetrics" in text:
                yield from _kept(repo, file, kind, text)


def _kept(repo: Repo, file: Place, kind: str, text: str) -> Iterator[Place]:
    apps = {name.rstrip('"') for name in _APPS[kind].findall(text)}
    for found in _SETTINGS[kind].finditer(text):
        block = text[found.start() : found.start() + 4000].split("\n}")[0]
        target, kept = _OF[kind].search(block), _ALL.search(block)
        if target and target[1] in apps and kept and not _OFF.match(block, kept.end()):
            asked = _EACH.search(block)
            if asked and not is_handed(repo, file, asked[1]):
                continue
            line = text.count("\n", 0, found.start() + kept.start()) + 1
            yield replace(file, line=line, text=kept[0])


def _is_called_like(file: Place, component: Component) -> bool:
    """Whether every telling word of the file's name is part of the component's."""
    name = component.path.rpartition("/")[2] if component.path != "." else component.name
    stem = file.path.rpartition("/")[2].rpartition(".")[0].lower()
    words = [each for each in re.split(r"[-_.]", stem) if each not in _ANY]
    return bool(words) and all(len(word) > 2 and word in name.lower() for word in words)
