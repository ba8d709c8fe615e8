"""Clients of models by .NET Aspire, which are traced unless their settings say otherwise, and where
the host of the application collects what they send."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.expressions import regex
from agentaudit.probes.aside import ASIDE
from agentaudit.probes.once import once
from agentaudit.source import Component, Place, Repo

_PACKAGES = regex(r"Aspire\.(?:OpenAI|Azure\.AI\.OpenAI|Azure\.AI\.Inference)")
_CLIENT = regex(
    r"^(?!\s*//)[^\n]{0,200}\.Add(?:Keyed)?(?:(?:Azure)?OpenAIClient|AzureChatCompletionsClient)\(",
    re.MULTILINE,
)
_CHATS = regex(r"\.Add(?:Keyed)?ChatClient\(")
_DEFAULTS = regex(r"\.AddServiceDefaults\(")
_OFF = regex(r"\bDisableTracing\"?\s{0,9}[=:]\s{0,9}true\b")
_EXPORTS = regex(r"\b(?:UseOtlpExporter|AddOtlpExporter|UseAzureMonitor)\(")
_HOST = regex(r"Aspire\.AppHost\.Sdk|IsAspireHost>\s{0,9}true|Aspire\.Hosting\.AppHost")
_FILE_HOST = regex(r"(?m)^\ufeff?#:sdk\s{1,9}Aspire\.AppHost\.Sdk")


def observed_clients(repo: Repo, component: Component) -> Iterator[Place]:
    """Where such a client is registered, chats by it, and its spans are exported."""
    needs = (need.name for each in component.manifests for need in each.dependencies)
    if not any(map(_PACKAGES.fullmatch, needs)):
        return
    own = dict(_texts(repo, "" if component.path == "." else component.path + "/", "cs", "json"))
    said = "\n".join(own.values())
    if _OFF.search(said) or not (_CHATS.search(said) and _DEFAULTS.search(said)):
        return
    sends = any(_EXPORTS.search(text) for _, text in _texts(repo, "", "cs"))
    if sends and is_hosted(repo):
        for file, text in own.items():
            for found in _CLIENT.finditer(text):
                line = text.count("\n", 0, found.end()) + 1
                yield replace(file, line=line, text=found[0].strip()[:300])


@once
def is_hosted(repo: Repo) -> bool:
    """Whether a host of Aspire starts what is here."""
    hosts = (text for _, text in _texts(repo, "", "csproj"))
    return any(map(_HOST.search, hosts)) or _has_file_host(repo)


def _has_file_host(repo: Repo) -> bool:
    """Whether a single file is the host, without a project."""
    files = (file for name in ("apphost", "AppHost") for file in repo.files(f"**/{name}.cs"))
    return any(_FILE_HOST.search((repo.read(file) or "")[:5000]) for file in files)


def _texts(repo: Repo, home: str, *kinds: str) -> Iterator[tuple[Place, str]]:
    for kind in kinds:
        for file in repo.files(f"{home}**/*.{kind}"):
            if repo.role(file) not in ASIDE:
                yield file, (repo.read(file) or "")[:200_000]
