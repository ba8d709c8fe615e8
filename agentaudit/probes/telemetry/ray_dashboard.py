"""The dashboard of Ray, which reports the memory of each worker and of the GPUs."""

from __future__ import annotations

from agentaudit.code import Use
from agentaudit.probes.telemetry.switches import call_of
from agentaudit.source import Component

LIBRARY = "ray"
_WITH_DASHBOARD = "ray[default]"


def is_opened(component: Component, use: Use) -> bool:
    """Whether Ray is installed with it and started so that others than its own host may open it."""
    needs = (need for each in component.manifests for need in each.dependencies)
    call = call_of(component, use)
    if call is None or not any(_WITH_DASHBOARD in need.place.text for need in needs):
        return False
    host, shown = call.argument("dashboard_host"), call.argument("include_dashboard")
    closed = shown is not None and "False" in (shown.text, shown.written)
    return host is not None and host.text == "0.0.0.0" and not closed
