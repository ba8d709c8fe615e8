"""From references to where they lead: one key per distinct value, one question per source."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from agentaudit.expressions import regex
from agentaudit.lineage.collect import COMMIT
from agentaudit.lineage.declared import Declared
from agentaudit.response import Reference, Resolution, Response, Target
from agentaudit.source import Documents, Registry, Repo, Traces
from agentaudit.span import Recorded

USUAL_PROMPTS = tuple(
    f"prompts/{{name}}{separator}{{version}}{suffix}"
    for separator in ("/", "-", ".", "@", "_")
    for suffix in (".md", ".txt", ".jinja", ".j2", ".yaml", ".prompt", ".prompty")
)
"""Layouts tried when `prompts.git` is not configured."""


_CODE = regex(r"(.*?)(?::(\d{1,9}))?(?: (\S+))?")


class PromptKey(NamedTuple):
    """What opening a prompt depends on."""

    name: str
    version: str
    commit: str
    pattern: str


class CodeKey(NamedTuple):
    """What finding a place in the code depends on."""

    commit: str
    path: str
    line: int | None
    symbol: str


def not_configured(kind: str, source: str) -> Target:
    """No source of that kind: we could not look."""
    detail = f"no {source} source is configured to open the {kind}"
    return Target(Resolution.NOT_LOOKED, detail, "not_configured")


def by_value(ref: Reference, response: Response, declared: Declared) -> Hashable:
    """The recorded value is all a look-up depends on."""
    return ref.value


def commit(repo: Repo, value: str) -> Target:
    return repo.commit(value)


def version(registry: Registry, value: str) -> Target:
    return registry.version(value)


def snapshot(documents: Documents, value: str) -> Target:
    source, _, at = value.partition("@")
    return documents.document(source, at, "")


def trace(traces: Traces, value: str) -> Target:
    """Whether a linked trace or an earlier response can be opened in the stores."""
    kind, _, id = value.partition(":")
    held = traces.holds_trace(id) if kind == "trace" else traces.holds_completion(id)
    if held:
        return Target(Resolution.RESOLVED, f"{kind} {id} is in {traces.name}", content=id)
    return Target(Resolution.BROKEN, f"{kind} {id} is not in {traces.name}", "broken")


def prompt_key(ref: Reference, response: Response, declared: Declared) -> Hashable:
    """Name, version and the commit at which the template is read."""
    name, _, version = ref.value.rpartition("@")
    if COMMIT.fullmatch(version):
        return PromptKey(name, version, version, declared.prompts)
    at = _commit_of(ref, response)
    return at if isinstance(at, Target) else PromptKey(name, version, at, declared.prompts)


def prompt(repo: Repo, key: PromptKey) -> Target:
    """Open the template in git, at `prompts.git` or in one of the usual layouts."""
    if key.pattern and "{version}" not in key.pattern and key.version != key.commit:
        return Target(
            Resolution.NOT_LOOKED,
            f"`prompts: {{git: {key.pattern}}}` names no {{version}}, so version {key.version} "
            "of the prompt cannot be told from any other",
            "unversioned_path",
        )
    tried = [key.pattern] if key.pattern else list(USUAL_PROMPTS)
    for pattern in tried:
        path = pattern.replace("{name}", key.name).replace("{version}", key.version)
        found = repo.text_at(key.commit, path)
        if key.pattern or found.resolution is not Resolution.BROKEN:
            return found
    return Target(
        Resolution.NOT_LOOKED,
        f"prompt {key.name} {key.version} is in no usual place under prompts/; "
        "say where with `prompts: {git: ...}`",
        "not_configured",
    )


def code_key(ref: Reference, response: Response, declared: Declared) -> Hashable:
    """The commit of the service, and the place."""
    at = _commit_of(ref, response)
    if isinstance(at, Target):
        return at
    if ref.value.endswith("()"):
        return CodeKey(at, "", None, ref.value[:-2])
    found = _CODE.fullmatch(ref.value)
    path, line, symbol = found.groups(default="") if found else (ref.value, "", "")
    return CodeKey(at, path, int(line) if line else None, symbol)


def code(repo: Repo, key: CodeKey) -> Target:
    return repo.code_at(key.commit, key.path, key.line, key.symbol)


def _commit_of(ref: Reference, response: Response) -> str | Target:
    """The commit of the service a reference belongs to, or why there is none to look at."""
    for found in response.refs_of("commit", response.by_id[ref.span_id].resource):
        if found.recorded is not Recorded.RECORDED:
            return _lacks(found.recorded.value, "the service records no commit to look at")
        if found.target.resolution is Resolution.BROKEN:
            return _lacks(found.target.reason, f"its commit does not open: {found.target.detail}")
        return found.value if found.resolved else found.target
    return _lacks("missing", "the service records no commit to look at")


def _lacks(reason: str, detail: str) -> Target:
    return Target(Resolution.NOT_LOOKED, detail, reason, needs="git.commit")
