"""Tracing by Spring Boot, which observes its models once something bridges and exports that."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Role, Setting, Strength, Use
from agentaudit.expressions import regex
from agentaudit.source import Component, Place

_BRIDGE = regex(
    r"io\.micrometer:micrometer-tracing-bridge-\w{1,20}"
    r"|io\.opentelemetry\.instrumentation:opentelemetry-spring-boot-starter"
    r"|org\.springframework\.boot:spring-boot-starter-(?:opentelemetry|zipkin)"
)
_EXPORTER = regex(
    r"io\.opentelemetry:opentelemetry-exporter-[\w-]{1,40}|io\.zipkin\.reporter2:[\w-]{1,60}"
    r"|io\.opentelemetry\.instrumentation:opentelemetry-spring-boot-starter"
    r"|org\.springframework\.boot:spring-boot-starter-(?:opentelemetry|zipkin)"
)
_ZIPKIN = regex(
    r"io\.zipkin\.reporter2:[\w-]{1,60}|org\.springframework\.boot:spring-boot-starter-zipkin"
)
"""An exporter that has an address by default."""
_STARTER = regex(r"(?:[\w.]{1,60}:)?spring-ai")
_OBSERVATION = regex(r"org\.springframework\.ai:[\w-]{1,80}-observation")
_FILE = regex(r"(?:^|/)application(?:-([\w.]{1,60}))?\.(?:ya?ml|properties)$")
_SOURCES = (".java", ".kt", ".groovy")
_PROFILES = ("spring.profiles.include", "spring.profiles.active", "spring.profiles.default")
_SAMPLED = "management.tracing.sampling.probability"
_ENDPOINTS = (
    *("management.otlp.tracing.endpoint", "otel.exporter.otlp.endpoint"),
    *("management.zipkin.tracing.endpoint", "otel.exporter.otlp.traces.endpoint"),
    "management.opentelemetry.tracing.export.otlp.endpoint",
)
_OFF = {
    "management.tracing.enabled": "false",
    "otel.sdk.disabled": "true",
    "otel.traces.exporter": "none",
    "management.tracing.export.enabled": "false",
    "management.otlp.tracing.export.enabled": "false",
}
_VARIABLE = regex(
    r"(?:MANAGEMENT|OTEL|LOGGING_STRUCTURED)_[A-Z_]{3,80}|SPRING_PROFILES_(?:ACTIVE|INCLUDE|DEFAULT)"
)
"""Variables of a deployment that say the same as keys of a file."""


def observed(component: Component) -> Place | None:
    """The setting that samples every trace of Spring AI's models, where a bridge and an exporter
    are dependencies, an address is given, and the profile is on by default."""
    least = Strength.CALLED if component.code.read else Strength.DECLARED
    return _exported(component) if _asks(component, least) else None


def _asks(component: Component, least: Strength) -> bool:
    """Whether Spring AI is what asks models in it, on evidence that is at least so strong."""
    uses = (use for trade in ("model", "agent") for use in component.uses(trade))
    return any(_STARTER.match(use.library) and use.strength >= least for use in uses)


def _exported(component: Component) -> Place | None:
    """The setting that samples every trace, where it is bridged and sent somewhere by default."""
    if not _needs(component, _BRIDGE) or not _needs(component, _EXPORTER):
        return None
    said = _by_default(component)
    if any(said[key].default.lower() == value for key, value in _OFF.items() if key in said):
        return None
    sampled = said.get(_SAMPLED)
    if sampled is None or sampled.default not in ("1", "1.0"):
        return None
    addressed = any(said[key].default for key in _ENDPOINTS if key in said)
    return sampled.place if addressed or _needs(component, _ZIPKIN) else None


def is_unbridged(component: Component, use: Use) -> bool:
    """Whether the observations of Spring AI are no spans, for want of a bridge, or where no more
    than a setting shows them, of any way out or of Spring AI itself."""
    if use.library == "spring-ai" and not use.place.path.endswith(_SOURCES):
        return not _asks(component, Strength.DECLARED) or _exported(component) is None
    return bool(_OBSERVATION.fullmatch(use.library)) and not _needs(component, _BRIDGE)


def bridges(component: Component) -> Iterator[Place]:
    """Dependencies that begin a trace for each request, and put its id into every record."""
    needs = (need for each in component.manifests for need in each.dependencies)
    said = _by_default(component)
    if not any(said[key].default.lower() == value for key, value in _OFF.items() if key in said):
        yield from (need.place for need in needs if _BRIDGE.fullmatch(need.name[:200]))


_FORMATS = ("logging.structured.format.console", "logging.structured.format.file")
_SERVING = regex(r"(?:prod|production|docker|k8s|kubernetes|cloud|staging)")
"""Profiles of where it serves, which whoever deploys it switches on."""


def stands_aside(component: Component, place: Place) -> bool:
    """Whether it stands in a file of a profile that is neither on by default nor one of where it
    serves."""
    file = _FILE.search(place.path)
    aside = bool(file and file[1] and not _SERVING.fullmatch(file[1]))
    return aside and all(each.place.path != place.path for each in _by_default(component).values())


def structured(component: Component) -> Place | None:
    """The setting by which Spring Boot writes its logs as JSON, where it serves."""
    said = [_by_default(component)]
    for each in component.code.settings:
        file = _FILE.search(each.place.path) if each.role is Role.APP else None
        if file and _SERVING.fullmatch(file[1] or ""):
            said.append({each.path: each})
    found = (each[key] for each in said for key in _FORMATS if key in each)
    return next((setting.place for setting in found if setting.default), None)


def _needs(component: Component, wanted: re.Pattern[str]) -> bool:
    names = (need.name for each in component.manifests for need in each.dependencies)
    return any(wanted.fullmatch(name[:200]) for name in names)


def _by_default(component: Component) -> dict[str, Setting]:
    """Settings of the application and of the profiles that are on unless somebody says otherwise,
    by all their keys."""
    found = [each for each in component.code.settings if each.role is Role.APP]
    said = [(file[1] or "", each) for each in found if (file := _FILE.search(each.place.path))]
    main = {each.path: each for profile, each in said if not profile}
    main |= {
        each.name.lower().replace("_", "."): each
        for each in component.code.settings
        if each.role in (Role.APP, Role.INFRA) and _VARIABLE.fullmatch(each.name[:100])
    }
    on = {name.strip() for key in _PROFILES if key in main for name in main[key].default.split(",")}
    return main | {each.path: each for profile, each in said if profile in on}
