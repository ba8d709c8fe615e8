"""The one table of attribute names: our key → the names each convention gives it.

Names are spelled exactly as the conventions spell them (OpenTelemetry semantic conventions 1.44 and
their GenAI repository, OpenInference, OpenLLMetry/Traceloop, MLflow, Langfuse). Where no convention
has a name, ours stands with convention `agentaudit`. The first name that holds a value wins; names
from `attributes:` in agentaudit.yaml are tried before all of these.

A *marker* says what a span is or whom it served; only markers, span structure, the repository and
the registry may decide whether a question applies. A *fact* is what criteria ask for.
"""

from agentaudit.semconv.keys import FACTS, KEY_IDS, KEYS, MARKERS
from agentaudit.semconv.kinds import (
    EVALUATION_EVENT,
    EXCEPTION_EVENTS,
    MESSAGE_EVENTS,
    NAME_KINDS,
    SCOPE_KINDS,
    SPAN_KINDS,
)
from agentaudit.semconv.names import Convention, Key, Name, Status
from agentaudit.semconv.values import EMPTY, PLACEHOLDERS, REDACTED, VERSIONS
from agentaudit.semconv.vocabulary import Vocabulary

__all__ = [
    "EMPTY",
    "EVALUATION_EVENT",
    "EXCEPTION_EVENTS",
    "FACTS",
    "KEYS",
    "KEY_IDS",
    "MARKERS",
    "MESSAGE_EVENTS",
    "NAME_KINDS",
    "PLACEHOLDERS",
    "REDACTED",
    "SCOPE_KINDS",
    "SPAN_KINDS",
    "VERSIONS",
    "Convention",
    "Key",
    "Name",
    "Status",
    "Vocabulary",
]
