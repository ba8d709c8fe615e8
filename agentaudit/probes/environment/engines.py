"""Lists of packages that a program hands a platform which then installs them for an agent."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.source import Component, Repo

_ENGINE = regex(r"\b(?:agent_engines|reasoning_engines|ReasoningEngine)\.(?:create|update)\(")
_ASKED = regex(
    r"\brequirements[\"']?\s{0,9}(?::\s{0,4}list\[str\]\s{0,4})?[=:]\s{0,9}\["
    r"((?:[^\[\]\"'#]|\"[^\"\n]{0,200}\"|'[^'\n]{0,200}'|#[^\n]{0,300}\n){1,4000}+)\]"
)
_PACKAGE = regex(r"#[^\n]*|[\"']([A-Za-z][^\"'/\n]{0,120})[\"']")
_LOCAL = regex(r"\.(?:whl|txt|zip|tar\.gz)$")


def by_engine(repo: Repo, component: Component) -> Iterator[Place]:
    """Where a program deploys it to Vertex AI with a list of packages of which some have no version
    of their own: whatever is locked beside it, the platform takes what is newest."""
    home = "" if component.path == "." else f"{component.path}/"
    for file in () if component.build_files else repo.files(f"{home}**/*.py", saying=("ngine",)):
        text = (repo.read(file) or "")[:200_000] if file.repo == component.repo else ""
        deploys = _ENGINE.search(text) and repo.role(file) not in ASIDE
        for found in _ASKED.finditer(text) if deploys else ():
            asked = (each for each in _PACKAGE.findall(found[1]) if each)
            if any("==" not in each and not _LOCAL.search(each) for each in asked):
                line = text.count("\n", 0, found.start()) + 1
                yield replace(file, line=line, text=found[0].partition("\n")[0][:300])
