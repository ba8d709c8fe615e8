"""Outputs: each report is a function of the scorecard."""

from __future__ import annotations

from agentaudit.reports.registry import Report, builtin, installed
from agentaudit.reports.view import View

__all__ = ["Report", "View", "builtin", "installed"]
