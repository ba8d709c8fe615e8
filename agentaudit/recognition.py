"""What a span is: by marker attributes, else instrumentation scope, else span name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from agentaudit.evidence import Location
from agentaudit.expressions import regex
from agentaudit.semconv import NAME_KINDS, SCOPE_KINDS, SPAN_KINDS, Vocabulary
from agentaudit.span import Kind, read

_SCOPES = sorted(SCOPE_KINDS, key=lambda row: -len(row[0]))
_NAMES = tuple((regex(pattern), kind) for pattern, kind in NAME_KINDS)


def recognise(
    attributes: Mapping[str, Any], scope: str, name: str, vocabulary: Vocabulary
) -> tuple[Kind, str]:
    """What a span is, and by what it was recognised: attribute, scope, name, or nothing.

    Only markers decide, never a fact that a criterion asks for (DESIGN.md §2, §5.4).
    """
    if read(attributes, "guardrail.name", vocabulary, _nowhere):
        return Kind.GUARDRAIL, "attribute"
    for candidate in vocabulary["span.kind"].names:
        value = attributes.get(candidate.text)
        if isinstance(value, str) and (kind := SPAN_KINDS.get(value.strip('"').upper())):
            return Kind(kind), "attribute"
    return _by_scope_or_name(scope, name[:200])


@lru_cache(maxsize=4096)
def _by_scope_or_name(scope: str, name: str) -> tuple[Kind, str]:
    named = next((Kind(kind) for pattern, kind in _NAMES if pattern.fullmatch(name)), None)
    scoped = next((Kind(kind) for start, kind in _SCOPES if scope.startswith(start)), None)
    if scoped is not None:
        return named or scoped, "scope"
    return (named, "name") if named else (Kind.OTHER, "")


def _nowhere(attribute: str) -> Location:
    return Location("", "", attribute=attribute)
