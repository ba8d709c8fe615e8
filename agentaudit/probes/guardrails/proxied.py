"""Guardrails of a LiteLLM proxy that the repository starts, and that the component asks instead of
the model itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agentaudit.code import Role
from agentaudit.evidence import Place
from agentaudit.expressions import regex
from agentaudit.parse import Malformed, yaml_all
from agentaudit.probes.guardrails.outside import OUTSIDE, TESTS
from agentaudit.source import Component, Repo

_PROXY = regex(r"(?i)https?://(?:[\w-]{0,40}[.-])?litellm[\w.-]{0,60}(?::\d{1,5})?(?:[/\s\"']|$)")
_STARTS = regex(r"(?i)litellm")
_STOPS = frozenset(("pre_call", "during_call", "post_call"))
"""Modes in which the answer waits for it; another only logs."""
_COMPOSED = ("**/*compose*.y*ml", "**/*litellm*/**/*.y*ml", "**/*litellm*.y*ml", "**/Dockerfile*")


def of_the_proxy(repo: Repo, component: Component) -> Place | None:
    """Where the configuration of the proxy lists a guardrail that is on by default."""
    if not _asks_it(repo, component):
        return None
    for kind in ("yaml", "yml"):
        for file in repo.files(f"**/*.{kind}", saying=("default_on",)):
            aside = OUTSIDE.search(file.path) or TESTS.search(file.path)
            if not aside and any(_judging(repo.read(file) or "")) and _is_started(repo, file):
                return file
    return None


def _asks_it(repo: Repo, component: Component) -> bool:
    """Whether the code, or a setting, names the address of a proxy."""
    code = component.code
    texts = (each.text for each in code.literals if each.role is Role.APP)
    values = (each.value for each in code.settings)
    if any(map(_PROXY.search, texts)) or any(map(_PROXY.search, values)):
        return True
    places = (each.place for each in code.imports if each.role is Role.APP)
    files = {Place(place.repo, place.path) for place in places if "*" not in place.path}
    return any(_PROXY.search(repo.read(file) or "") for file in files)


def _judging(text: str) -> Iterator[bool]:
    """For each guardrail of a configuration, whether it is on by default and can stop a call."""
    try:
        trees = yaml_all(text)
    except Malformed:
        return
    for tree in trees:
        listed: Any = tree.data.get("guardrails") if isinstance(tree.data, dict) else None
        for each in listed if isinstance(listed, list) else ():
            given = each.get("litellm_params") if isinstance(each, dict) else None
            if isinstance(given, dict) and given.get("default_on") in (True, "true"):
                mode = given.get("mode")
                modes = mode if isinstance(mode, list) else [mode]
                yield not _STOPS.isdisjoint(map(str, modes))


def _is_started(repo: Repo, config: Place) -> bool:
    """Whether something of the repository starts the proxy with that file."""
    name = config.path.rpartition("/")[2]
    files = (file for pattern in _COMPOSED for file in repo.files(pattern))
    for file in files:
        text = repo.read(file) or ""
        if file.path != config.path and name in text and _STARTS.search(text):
            return True
    return False
