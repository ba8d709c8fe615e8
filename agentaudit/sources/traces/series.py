"""Metric series: which process memory and GPU memory were measured, for whom and when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentaudit.response import Response
from agentaudit.sources.traces import wire
from agentaudit.span import Resource, Span

SERIES: Mapping[str, str] = {
    "process.memory.usage": "process.memory",
    "hw.gpu.memory.usage": "gpu.memory",
}
"""Metric name → our key of the fact that it stands in for."""
IDENTITIES: Mapping[str, tuple[str, ...]] = {
    "process.memory": ("service.instance.id", "k8s.pod.uid"),
    "gpu.memory": ("service.instance.id", "k8s.pod.uid", "host.id"),
}
"""Resource attributes that tie a series to a service. A host has one set of GPUs, but many
processes: another process on the same host says nothing."""
INTERVAL_NS = 60_000_000_000
"""Default interval at which OpenTelemetry exports metrics: a series reaches that much further than
its first and last point."""
_MOST = 100_000

Point = tuple[str, str, int, int]
"""Our key, identity, first and last time of the points, Unix nanoseconds."""


def identities(key: str, attributes: Mapping[str, Any] | None) -> list[str]:
    """What a resource can be tied by, as `attribute=value`."""
    known = attributes or {}
    return [f"{name}={known[name]}" for name in IDENTITIES[key] if known.get(name)]


def points(group: Mapping[str, Any], resource: Mapping[str, Any]) -> tuple[list[Point], int]:
    """The series in one scope's metrics, once per identity of the resource, and how many points
    nothing asks for."""
    found: list[Point] = []
    spare = 0
    for metric in group.get("metrics") or ():
        key, held = SERIES.get(metric["name"]), data_points(metric)
        times = [t for point in held if (t := wire.whole(point.get("timeUnixNano")))]
        ids = identities(key, resource) if key else []
        if key and times and ids:
            found.extend((key, identity, min(times), max(times)) for identity in ids)
        else:
            spare += len(held)
    return found, spare


def data_points(metric: Any) -> list[Any]:
    """Points of a metric of whatever type, with camelCase names."""
    metric = wire.camel(metric)
    for kind in ("gauge", "sum", "histogram", "exponentialHistogram", "summary"):
        if isinstance(metric.get(kind), dict):
            held = wire.camel(metric[kind]).get("dataPoints") or []
            return [wire.camel(point) for point in held]
    return []


class Coverage:
    """First and last time of every series, by identity."""

    def __init__(self) -> None:
        self._spans: dict[tuple[str, str], tuple[int, int]] = {}

    def add(self, point: Point) -> None:
        key, identity, first, last = point
        known = self._spans.get((key, identity))
        if known is not None:
            self._spans[key, identity] = (min(first, known[0]), max(last, known[1]))
        elif len(self._spans) < _MOST:
            self._spans[key, identity] = (first, last)

    def of(self, response: Response) -> frozenset[str]:
        """What was measured for every service of the response while it was made."""
        if not self._spans or not response.services:
            return frozenset()
        return frozenset(
            key
            for key in IDENTITIES
            if all(self._covers(key, s.resource, response.entry) for s in response.services)
        )

    def _covers(self, key: str, resource: Resource, entry: Span) -> bool:
        start, end = entry.start_ns, max(entry.end_ns, entry.start_ns)
        for identity in identities(key, resource.attributes) if start else ():
            first, last = self._spans.get((key, identity), (0, 0))
            if first and first - INTERVAL_NS <= start and end <= last + INTERVAL_NS:
                return True
        return False
