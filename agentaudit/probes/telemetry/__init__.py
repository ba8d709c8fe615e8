"""Tracebacks, memory, latency and all relevant logs of a response."""
