"""Dashboards of a cloud that Terraform deploys, which show the memory of containers: the platform
measures and keeps what they show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.beside import is_alone
from agentaudit.probes.telemetry.counted import is_switched_off
from agentaudit.source import Component, Place, Repo

_BOARDS = (
    *("google_monitoring_dashboard", "aws_cloudwatch_dashboard"),
    *("azurerm_dashboard", "azurerm_portal_dashboard"),
)
_BOARD = regex(rf'^resource\s+"(?:{"|".join(_BOARDS)})"', re.M)
_FILE = regex(r'\b(?:templatefile|file)\(\s{0,200}"\$\{path\.module\}/([\w./-]{1,200})"')
"""The file that holds what it shows."""
_SHOWS = regex(
    r"(?:run\.googleapis\.com|kubernetes\.io)/container/memory/"
    r"|\"(?:AWS/ECS|AWS/AppRunner)\"\s{0,40},\s{0,40}\"MemoryUtilization\""
    r"|\"(?:ECS/)?ContainerInsights\"\s{0,40},\s{0,40}\"\w{0,40}[Mm]emory\w{0,40}\""
    r"|\b(?:MemoryWorkingSet|WorkingSetBytes|memoryWorkingSetBytes)\b"
)
"""Memory of containers, as each cloud calls it."""


def on_dashboards(repo: Repo, component: Component) -> Iterator[Place]:
    """Where they show it: of a component that they name, or of the only one that asks models."""
    alone = is_alone(repo)
    name = _joined(component.path.rpartition("/")[2])
    named = re.compile(rf"(?<![a-z\d]){re.escape(name)}(?![a-z\d])")
    for file in repo.files("**/*.tf", saying=_BOARDS):
        text = (repo.read(file) or "")[:300_000] if repo.role(file) not in ASIDE else ""
        for found in _BOARD.finditer(text):
            block = text[found.start() : found.start() + 60_000].split("\n}")[0]
            line = text.count("\n", 0, found.start()) + 1
            if is_switched_off(repo, replace(file, line=line)):
                continue
            if not (alone or named.search(_joined(block))):
                continue
            for place, said in _said(repo, file, line, block):
                if shows := _SHOWS.search(said):
                    above = said.count("\n", 0, shows.start())
                    yield replace(place, line=(place.line or 1) + above, text=shows[0])


def _joined(text: str) -> str:
    return text.lower().replace("-", "_")


def _said(repo: Repo, file: Place, line: int, block: str) -> Iterator[tuple[Place, str]]:
    """What the block says, and the files that it takes."""
    yield replace(file, line=line), block
    home = file.path.rpartition("/")[0]
    for path in _FILE.findall(block):
        for taken in repo.files(f"{home}/{path}".lstrip("/")):
            yield replace(taken, line=1), (repo.read(taken) or "")[:300_000]
