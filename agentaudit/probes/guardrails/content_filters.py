"""Content filters that a deployment of a model is given by the infrastructure of the repository:
the host blocks what they name, whatever the code does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.probes.guardrails.outside import OUTSIDE
from agentaudit.source import Component, Repo

_BICEP = regex(
    r"^resource\s+(\w{1,80})\s+'Microsoft\.CognitiveServices/accounts/raiPolicies@[^'\n]{1,40}'"
    r"\s*=\s*(?:if\s*\(([^)\n]{1,100})\)\s*)?\{",
    re.MULTILINE,
)
_TERRAFORM = regex(
    r"^resource\s+\"(azurerm_cognitive_account_rai_policy|azapi_resource)\"\s+\"([\w-]{1,80})\"\s*\{",
    re.MULTILINE,
)
_BLOCKS = regex(r"\b(?:blocking|block_enabled)\s*[:=]\s*true\b")
_LETS = regex(r"\b(?:enabled|filter_enabled)\s*[:=]\s*true\b")
_NAME = regex(r"^\s{1,8}name\s*[:=]\s*(\S[^\n]{0,100})", re.MULTILINE)
_COUNT = regex(r"^\s{1,8}count\s*=\s*([^\n]{1,100})", re.MULTILINE)
_GIVEN = regex(r"\brai_?[pP]olicy_?[nN]ame\s*[:=]\s*([^\n]{1,200})")
_SWITCH = regex(r"(?:var\.)?([A-Za-z_]\w{2,80})(?:\s*\?[^\n]{0,100})?")
_AZURE = regex(r"(?i)azure")
_MOST = 20_000


def content_filter(repo: Repo, component: Component) -> Place | None:
    """Where a policy that blocks is declared, on by default and put on a deployment, where the
    component asks the models of that host."""
    if not _asks_azure(component):
        return None
    texts = [
        (file, text)
        for kind in ("bicep", "tf")
        for file in repo.files(f"**/*.{kind}")
        if not OUTSIDE.search(file.path) and "rai" in (text := repo.read(file) or "").lower()
    ]
    given = [found[1] for _, text in texts for found in _GIVEN.finditer(text)]
    for file, text in texts:
        for at, names, switch in _policies(text):
            put = any(name in each for name in names for each in given)
            if put and (switch is None or _is_on(repo, switch)):
                return Place(file.repo, file.path, text.count("\n", 0, at) + 1)
    return None


def _asks_azure(component: Component) -> bool:
    code = component.code
    return any(_AZURE.search(each.callee) for each in code.calls) or any(
        _AZURE.search(each.name) for each in code.settings
    )


def _policies(text: str) -> Iterator[tuple[int, list[str], str | None]]:
    """Policies that block: where, what a deployment calls them by, and the switch that makes
    them, or None."""
    for found in _BICEP.finditer(text):
        if body := _blocking(text, found.end()):
            named = _NAME.search(body)
            yield found.start(), [f"{found[1]}.", *([named[1].strip()] if named else [])], found[2]
    for found in _TERRAFORM.finditer(text):
        body = _blocking(text, found.end())
        if body and (found[1] != "azapi_resource" or "/raiPolicies@" in body):
            counted = _COUNT.search(body)
            names = [f"{found[1]}.{found[2]}.", f"{found[1]}.{found[2]}["]
            yield found.start(), names, counted[1].strip() if counted else None


def _blocking(text: str, at: int) -> str:
    """The block that begins there, where a filter of it is on and blocks."""
    end = text.find("\n}", at, at + _MOST)
    body = text[at : end if end > 0 else at + _MOST]
    return body if _BLOCKS.search(body) and _LETS.search(body) else ""


def _is_on(repo: Repo, switch: str) -> bool:
    """Whether the parameter or variable that a policy waits for is true wherever it is given a
    value, and it is given one."""
    asked = _SWITCH.fullmatch(switch.strip())
    if asked is None:
        return False
    name = re.escape(asked[1])
    said = re.compile(
        rf"\bparam\s+{name}\s+bool\s*=\s*(\w{{1,20}})|\"{name}\"\s*:\s*\{{\s*\"value\"\s*:\s*\"?"
        rf"(?:\$\{{\w{{1,80}}=)?(\w{{1,20}})|\bparam\s+{name}\s*=\s*(\w{{1,20}})"
        rf"|\bvariable\s+\"{name}\"\s*\{{[^{{}}]{{0,500}}?\bdefault\s*=\s*(\w{{1,20}})"
        rf"|^\s*{name}\s*=\s*(true|false)\s*$",
        re.MULTILINE,
    )
    values = {
        value
        for kind in ("bicep", "bicepparam", "tf", "tfvars", "json")
        for file in repo.files(f"**/*.{kind}")
        if asked[1] in (text := (repo.read(file) or "")[:300_000])
        for groups in said.findall(text)
        for value in groups
        if value
    }
    return values == {"true"}
