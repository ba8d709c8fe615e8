"""What measures the memory of a process without being asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentaudit.code import Call, Role
from agentaudit.expressions import regex
from agentaudit.markup import without_comments
from agentaudit.probes.telemetry import liberty, quarkus, spring
from agentaudit.probes.telemetry.dotnet_addresses import unread
from agentaudit.probes.telemetry.image_agents import agents
from agentaudit.probes.telemetry.lent import runs_here
from agentaudit.source import Component, Place, Repo

_INSTRUMENTS = frozenset(
    {
        *("AddRuntimeInstrumentation", "AddProcessInstrumentation"),
        *("AddApplicationInsightsTelemetry", "AddApplicationInsightsTelemetryWorkerService"),
    }
)
"""Calls of .NET after which the memory of the process is sent, or its counters."""


def by_default(repo: Repo, component: Component) -> Iterator[Place]:
    """What measures the process without being asked: agents of images (those of the JVM report heap
    and process) and what .NET registers at start-up."""
    yield from (agent for agent in agents(repo, component) if "-javaagent" in agent.text)
    started = (call.place for call in serving(component) if call.method in _INSTRUMENTS)
    here = (each for each in started if runs_here(repo, component, each))
    yield from (each for each in here if not unread(repo, component, each))
    yield from _actuated(repo, component)
    yield from _mounted(component)
    yield from filter(None, [module.measured(repo, component) for module in (quarkus, liberty)])


_SERVED = {
    "starlette-prometheus": ("metrics",),
    "starlette-exporter": ("handle_metrics",),
    "prometheus-client": ("make_asgi_app", "make_wsgi_app"),
}
"""What serves the figures of the process once a web application is given it."""


def _mounted(component: Component) -> Iterator[Place]:
    """Where an application is handed what serves its figures: `add_route("/metrics", metrics)`."""
    served = {
        (row.place.path, name)
        for row in component.code.imports
        for name in set(row.names) & set(_SERVED.get(row.library, ()))
    }
    if not served:
        return
    for call in serving(component):
        if any((call.place.path, a.value.written) in served for a in call.arguments):
            yield call.place


_PUSHES = regex(r"io\.(?:quarkus|micronaut\.\w+):[\w-]*micrometer-registry-[\w-]+")
"""Extensions that measure the JVM as soon as they are there."""
_ACTUATOR = "org.springframework.boot:spring-boot-starter-actuator"
_EXPOSED = "management.endpoints.web.exposure.include"
_REGISTRY = "micrometer-registry-prometheus"
"""Without it Spring has no endpoint `prometheus`, whatever is exposed."""
_BUILDS = ("**/pom.xml", "**/*.gradle", "**/*.gradle.kts", "**/*.versions.toml")


def _actuated(repo: Repo, component: Component) -> Iterator[Place]:
    """What measures the JVM without being asked: extensions of Quarkus and Micronaut; Spring's
    actuator, where somebody may read it or it is sent somewhere."""
    needs = [need for each in component.manifests for need in each.dependencies]
    yield from (need.place for need in needs if _PUSHES.fullmatch(need.name))
    if not any(need.name == _ACTUATOR for need in needs):
        return
    for setting in component.code.settings:
        shown = setting.path.endswith(_EXPOSED) or _EXPOSED in (setting.name, setting.path[:-2])
        read = re.search(r"metrics|\*", setting.value)
        told = shown and not spring.stands_aside(component, setting.place)
        if told and (read or ("prometheus" in setting.value and _has_registry(repo))):
            yield setting.place
    sent = r"io\.micrometer:micrometer-registry-(?!prometheus|simple)[\w-]+"
    yield from (need.place for need in needs if re.fullmatch(sent, need.name))


_REMARK = re.compile(r"/\*(?:.{0,20000}?\*/|.{0,20000})|(?m:^[ \t]*(?://|#)[^\n]*$)", re.DOTALL)
_GIVEN = regex(
    rf"{_REGISTRY}\s{{0,40}}</artifactId>(?!(?:(?!</dependency>)[\s\S]){{0,600}}<scope>\s{{0,40}}test\b)"
    rf"|(?m:^(?!\s{{0,40}}[\"']?test)[^\n<]{{0,200}}{_REGISTRY}\b)"
)
"""Asks for it where it serves: not for tests alone."""


def _has_registry(repo: Repo) -> bool:
    """Whether anything that is built here is given what Prometheus reads."""
    files = (file for pattern in _BUILDS for file in repo.files(pattern, saying=(_REGISTRY,)))
    texts = (_REMARK.sub("", without_comments((repo.read(file) or "")[:300_000])) for file in files)
    return any(map(_GIVEN.search, texts))


def serving(component: Component) -> Iterator[Call]:
    return (c for c in component.code.calls if c.role is Role.APP and c.reached)
