"""One page that needs no glossary: one file, no script, no request, light and dark, printable."""

from __future__ import annotations

from agentaudit.reports.html.document import LARGEST, render

__all__ = ["LARGEST", "render"]
