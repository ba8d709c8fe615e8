"""The questions: one probe, one file, found by walking this package."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

from agentaudit.probe import Probe


def builtin() -> dict[str, Probe]:
    """Every probe of this package by id, in order of id.

    Raises ValueError when two probes have the same id.
    """
    found: dict[str, Probe] = {}
    for module in walk_packages(__path__, f"{__name__}."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, Probe) and found.setdefault(value.id, value) is not value:
                raise ValueError(f"two probes are called {value.id!r}")
    return dict(sorted(found.items()))
