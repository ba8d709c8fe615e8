"""Versions of registered models that deployments name: online deployments of Azure ML, and what the
serving endpoints of Databricks serve."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec.structs import replace

from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.source import Component, Repo

_ONLINE = regex(
    r"(?i)\b(?:managed|kubernetes)?OnlineDeployment\.schema\.json|^endpoint_name:", re.M
)
_AZURE = regex(r"^model:[ \t]*[\"']?(azureml:[^\s\"'#]{1,200})", re.M)
_CODE = regex(r"\bcode:[ \t]*[\"']?([\w./-]{1,200})")
_ENTITY = regex(
    r"\bentity_name\b[\"']?[ \t]*[:=][ \t]*[\"']?([\w.${}-]{1,200})[\"']?[^\n]{0,9}\n"
    r"(?:[^\n]{0,200}\n){0,3}?[ \t]*entity_version\b[\"']?[ \t]*[:=][ \t]*[\"']?(\d{1,6})\b"
)
_SERVES = regex(r"\bserved_(?:entities|models)\b")


def deployed(repo: Repo, component: Component) -> Iterator[tuple[str, Place]]:
    """Registered models as the deployments of the component name them, each with its version."""
    for pattern in ("**/*.yml", "**/*.yaml"):
        for file in repo.files(pattern, saying=("azureml:",)):
            text = (repo.read(file) or "")[:100_000]
            found = _AZURE.search(text) if _ONLINE.search(text) else None
            code = _CODE.search(text)
            if found and _is_of(repo, component, file, code[1] if code else ""):
                yield found[1], _at(file, text, found)
    for pattern in ("**/*.yml", "**/*.yaml", "**/*.tf"):
        for file in repo.files(pattern, saying=("entity_version",)):
            text = (repo.read(file) or "")[:100_000]
            for found in _ENTITY.finditer(text) if _SERVES.search(text) else ():
                if _is_of(repo, component, file, ""):
                    yield f"models:/{found[1]}/{found[2]}", _at(file, text, found)


def _is_of(repo: Repo, component: Component, file: Place, code: str) -> bool:
    """Whether the file deploys the component: it names its code, lies beside it, or there is no
    other."""
    if file.repo != component.repo:
        return False
    home = posixpath.dirname(file.path)
    if code and posixpath.normpath(posixpath.join(home, code)) == component.path:
        return True
    inside = component.path != "." and file.path.startswith(f"{component.path}/")
    return inside or len(repo.components()) == 1


def _at(file: Place, text: str, found: re.Match[str]) -> Place:
    line = text.count("\n", 0, found.start()) + 1
    return replace(file, line=line, text=" ".join(found[0].split())[:200])
