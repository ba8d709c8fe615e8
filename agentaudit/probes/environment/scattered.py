"""Variables that code reads all over the place, though one module or deployment knows some."""

from __future__ import annotations

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.probes.environment.omitted import is_beside, is_text, omitted, unlisted
from agentaudit.probes.environment.tabled import tabled
from agentaudit.probes.environment.variables import (
    ALWAYS,
    DEFAULTED,
    READS,
    WRITES,
    sources,
)
from agentaudit.source import Component, Place, Repo

_MODULES = (".py", ".ts", ".js", ".mts", ".mjs", ".cjs", ".go")
_DEPLOYS = regex(
    r"(?:(?:docker-)?compose[\w.-]{0,60}\.ya?ml|fly\.toml|render\.yaml|vercel\.json|Procfile"
    r"|[\w.-]{1,80}\.(?:tf|tfvars|bicep|bicepparam))"
)
"""Deployments, which set what they need and list nothing."""
_PARTS = regex(
    _DEPLOYS.pattern + r"|(?!.{0,80}(?:env|config|settings|secrets|application))[\w.-]{1,60}"
    r"(?:\.(?:example|sample|dist)\.\w{1,10}|\.\w{1,10}[._-](?:example|sample|dist|template))"
)
"""Examples of what is not called after settings: they may be one part of them."""
_CENTRAL = regex(
    r"(?i)(?:^|/)\w{0,30}?(?:settings?|configs?|configuration|constants|env)\.(?:py|[mc]?[jt]s|go|kt|java|cs)$"
)
"""One place that reads them, with types and defaults or without."""
_ASKED = regex(r"\(\s{0,40}[\"']([A-Z][A-Z\d]{1,40}_[A-Z\d_]{2,80})[\"']")
"""A variable that a function of its own is asked for."""
_FEW = 3


def scattered(repo: Repo, component: Component) -> tuple[tuple[str, ...], Place] | None:
    """Variables that its code reads all over the place, and where it first does, though a module of
    settings knows some: where those that it does not know are more than those that it reads; or
    though a template of an environment does."""
    modules = {place.path for place in component.settings}
    named = [path.rpartition("/")[2] for path in modules]
    if not all(name.endswith(_MODULES) or _PARTS.fullmatch(name) for name in named):
        return omitted(repo, component)
    known = "\n".join((repo.read(place) or "").lower() for place in component.settings)
    given = {each.name for each in component.code.settings if each.role is not Role.TEST}
    deployed = all(map(_DEPLOYS.fullmatch, named))
    inside, outside = set[str](), dict[str, Place]()
    for file, suffix in sources(repo, component):
        text = (repo.read(file) or "")[:300_000] if not is_beside(file.path) else ""
        if central := file.path in modules or _CENTRAL.search(file.path) is not None:
            inside |= set(_ASKED.findall(text))
        for found in READS[suffix].finditer(text):
            name = next(filter(None, found.groups()))
            if deployed and (name in given or _is_in(name, known)):
                inside.add(name)
            told = name in given or ALWAYS.fullmatch(name) or not name.isupper()
            if told or WRITES.match(text, found.end()) or is_text(text, found.start()):
                continue
            if central:
                inside.add(name)
            elif not _is_in(name, known) and not DEFAULTED.match(text, found.end()):
                outside.setdefault(name, file)
    if len(outside) < _FEW or len(outside) <= len(inside) or _SCHEMA.search(known):
        return None
    left = unlisted(repo, outside)
    enough = len(left) >= _FEW - 1 and 2 * len(left) > len(outside)
    if not enough or tabled(repo, component, left) is not None:
        return None
    return tuple(sorted(left)), next(iter(left.values()))


def _is_in(name: str, known: str) -> bool:
    """Whether a text in lower case holds a variable, as it is or as a field would be called."""
    return name.lower() in known or name.lower().replace("_", "") in known


_SCHEMA = regex(
    r"basesettings|z\.object\(|createenv\(|dynaconf|environ\.env\(|envconfig|viper"
    r"|aws[-_]?cdk|\bpulumi\b|[\"']constructs[\"']|[\"']sst[\"'/]|\bcdktf\b"
)
"""What a schema of settings, or a program that deploys, is made with, in lower case."""
