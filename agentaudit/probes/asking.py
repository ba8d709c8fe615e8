"""Whether the code of a component asks a model, by itself or through a framework."""

from __future__ import annotations

from agentaudit.code import Strength, Use
from agentaudit.source import Component

PASSES_ON = frozenset(
    {"mcp", "fastmcp", "a2a-sdk", "@modelcontextprotocol/sdk", "@a2a-js/sdk", "@ai-sdk/mcp"}
    | {"langgraph-sdk", "@langchain/langgraph-sdk", "composio", "composio-core", "@composio/core"}
    | {"e2b-code-interpreter", "chainlit", "@copilotkit/runtime", "huggingface-hub"}
    | {"@langchain/core", "langchain-core"}
)
"""Libraries of agents that serve tools, or pass a question on to where an agent runs."""


def asking(component: Component) -> list[Use]:
    """Libraries by which its code asks models, strongest first."""
    uses = [*component.uses("model"), *component.uses("agent"), *component.uses("embedding")]
    found = [u for u in uses if u.strength >= Strength.IMPORTED and u.library not in PASSES_ON]
    return sorted(found, key=lambda use: -use.strength)


def asks(component: Component) -> bool:
    """Whether its code asks a model at all, be it at an address that only the environment knows."""
    return asks_openly(component) or "model" in (component.does or ())


def asks_openly(component: Component) -> bool:
    """Whether it asks one by a library, or at an address, that its code shows."""
    return bool(asking(component)) or component.code.posts
