"""Trace stores: bytes → spans → responses."""

from agentaudit.sources.traces.options import ReadOptions, TraceSource
from agentaudit.sources.traces.store import TraceStore, open_traces

__all__ = ["ReadOptions", "TraceSource", "TraceStore", "open_traces"]
