"""What is said of where prompts are kept."""

from __future__ import annotations

from agentaudit.code import Prompt, PromptKind
from agentaudit.evidence import Evidence
from agentaudit.finding import Answer
from agentaudit.probe import failed, passed, unknown
from agentaudit.probes.asking import asking
from agentaudit.source import Component


def among_code(component: Component, inline: list[Prompt], apart: list[Prompt]) -> Answer:
    inline = sorted(inline, key=lambda p: -p.length)
    return failed(
        f"{len(inline)} of {len(inline) + len(apart)} prompts stand inline in code, the longest "
        f"with {inline[0].length} characters",
        *map(_shown, inline[:5]),
        reason="inline",
        fact="prompt files",
        place=component.id,
    )


def kept_apart(apart: list[Prompt]) -> Answer:
    """PASS; a registry beside local text may silently answer with the local text."""
    apart = sorted(apart, key=lambda prompt: prompt.kind is not PromptKind.REGISTRY)
    return passed(_praise(apart), *map(_shown, apart[:5]))


def _praise(apart: list[Prompt]) -> str:
    fetched = [p for p in apart if p.kind is PromptKind.REGISTRY]
    local = len(apart) - len(fetched)
    if not fetched:
        return f"{local} prompts live in files of their own"
    beside = f"; {local} more lie in files, a fallback may use them unseen" if local else ""
    return f"{len(fetched)} prompts are fetched from a prompt registry{beside}"


def none_visible(component: Component) -> Answer:
    return unknown(
        "its code asks a model, and no prompt of this system is visible",
        *(use.place.evidence() for use in asking(component)[:1]),
        reason="no_prompt_visible",
        fact="prompt files",
        place=component.id,
    )


def _shown(prompt: Prompt) -> Evidence:
    """Never the prompt itself: its name and length say which one it is."""
    return prompt.place.evidence(f"{prompt.name or prompt.kind.value}: {prompt.length} characters")
