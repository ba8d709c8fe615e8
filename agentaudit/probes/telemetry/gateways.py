"""Gateways that calls of models pass on their way, and that keep a trace of each of them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from agentaudit.code import Role, Setting
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.unasked import serving
from agentaudit.source import Component, Place, Repo

_ADDRESS = regex(r"(?i)(?:base_?url|api_?base|(?:http_?)?(?:base|end)_?(?:path|point))")
_RECORDING = regex(r"https://[\w.-]{1,60}\.helicone\.ai(?:[/:]|$)")
"""Helicone writes down every request that it passes on."""
_PROXY = regex(r"(?i)(?:^|/)litellm(?:-\w{1,20}){0,3}(?:[:@]|$)")
_CALLBACKS = regex(r"^\s{1,8}(?:success_callback|callbacks)\s*:\s*(.{0,300})$")
_ITEM = regex(r"^\s*-\s*(.{1,100})$")
_TRACERS = regex(
    r"[\"']?(langfuse(?:_otel)?|langsmith|arize(?:_phoenix)?|opik|mlflow|otel|logfire|helicone"
    r"|braintrust|lunary|traceloop|datadog(?:_llm_observability)?|posthog|galileo|humanloop|athina"
    r"|literalai|argilla|agentops|weave_otel)[\"']?"
)


def recorded(repo: Repo, component: Component) -> Iterator[Place]:
    """Where its calls are sent through such a gateway, whatever is configured."""
    proxies = list(_proxies(repo, component))
    for call in serving(component):
        given = (a.value for a in call.arguments if _ADDRESS.fullmatch(a.name.rpartition(".")[2]))
        held = call.condition is not None and call.condition.default is not True
        for value in () if held else given:
            if _recording(value.text or "", proxies):
                yield value.place
    for each in component.code.settings:
        deployed = each.role in (Role.APP, Role.INFRA)
        if deployed and _ASKED.fullmatch(each.name) and _recording(each.value.strip(), proxies):
            yield each.place


_ASKED = regex(r"(?:\w{1,40}_)?(?:BASE_URL|API_BASE)")
"""Variables that say where models are asked."""


def _recording(address: str, proxies: list[str]) -> bool:
    if _RECORDING.match(address):
        return True
    host = re.match(r"https?://([\w.-]{1,100})(?:[:/]|$)", address)
    return host is not None and host[1] in proxies


def _proxies(repo: Repo, component: Component) -> Iterator[str]:
    """Names of the services of compose that run LiteLLM with a callback that traces."""
    settings = [each for each in component.code.settings if each.role is Role.APP]
    for image in settings:
        parts = image.path.split(".")
        if len(parts) != 3 or parts[::2] != ["services", "image"]:
            continue
        if not _PROXY.search(image.value.strip("\"' ")):
            continue
        own = [each for each in settings if each.path.startswith(f"services.{parts[1]}.")]
        own = [each for each in own if each.place.path == image.place.path]
        by_hand = any(each.path.endswith(".profiles") for each in own)
        if not by_hand and any(_traces(repo, each, own) for each in own):
            yield parts[1]


def _traces(repo: Repo, mounted: Setting, own: list[Setting]) -> bool:
    """Whether a mounted file configures a tracer whose key the service is handed."""
    if not mounted.path.endswith((".volumes", ".source")):
        return False
    home = mounted.place.path.rpartition("/")[0]
    source = posixpath.normpath(posixpath.join(home, mounted.value.strip("\"' ").split(":")[0]))
    if not source.endswith((".yaml", ".yml")) or source.startswith(".."):
        return False
    handed = [each.name.lower() for each in own]
    for file in repo.files(source):
        for name in _tracers((repo.read(file) or "").split("\n")):
            word = name.partition("_")[0]
            if any(key == "env_file" or key.startswith(word) for key in handed):
                return True
    return False


def _tracers(rows: list[str]) -> Iterator[str]:
    for at, row in enumerate(rows):
        found = _CALLBACKS.match(row.partition(" #")[0])
        if found is None:
            continue
        given = [found[1].strip().strip("[]")] if found[1].strip() else []
        for below in rows[at + 1 : at + 12] if not given else ():
            if (item := _ITEM.match(below)) is None:
                break
            given.append(item[1].partition(" #")[0])
        for each in ",".join(given).split(","):
            if named := _TRACERS.fullmatch(each.strip()):
                yield named[1]
