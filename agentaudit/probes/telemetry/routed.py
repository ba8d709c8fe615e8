"""Functions of Python that answer a request, told by the decorator that routes it to them."""

from __future__ import annotations

from agentaudit.expressions import regex

ROUTED, DROPPED = "answer routed", "answer dropped"
"""Names for places where an answer loses its exception: in such a function, and in a promise."""
_ROUTE = regex(r"@\w{1,60}(?:\.\w{1,60}){0,3}\.(?:get|post|put|patch|websocket|route|api_route)\(")
_ABOVE = 600


def is_routed(above: str) -> bool:
    """Whether the function of a module that was begun last before a place has such a decorator."""
    at = max(above.rfind("\ndef "), above.rfind("\nasync def "))
    if at < 0:
        return False
    head = above[max(0, at - _ABOVE) : at]
    # What stands before an empty line belongs to the function above.
    return bool(_ROUTE.search(head.rpartition("\n\n")[2]))
