"""Sources of spans in .NET: those of models say nothing until a switch is set, and reach nobody
where no provider adds them."""

from __future__ import annotations

from agentaudit.code import Role, Use
from agentaudit.expressions import regex
from agentaudit.probes.telemetry.lent import own_texts
from agentaudit.source import Component, Repo

_KERNEL = "Microsoft.SemanticKernel"
_SWITCHES = {
    _KERNEL: regex(r"^(?!\s*//)[^\n]{0,200}Experimental\.GenAI\.EnableOTelDiagnostics", 8),
    "OpenAI": regex(r"^(?!\s*//)[^\n]{0,200}OpenAI\.Experimental\.EnableOpenTelemetry", 8),
}
_VARIABLES = regex(
    r"SEMANTICKERNEL_EXPERIMENTAL_GENAI_\w{1,60}|OPENAI_EXPERIMENTAL_ENABLE_OPEN_\w+"
)
_ADDED = {
    _KERNEL: regex(r"\"(?:\*|\*?Microsoft\.SemanticKernel(?:\.?\*|\.Diagnostics))\""),
    "OpenAI": regex(r"\"(?:\*|(?:Azure\.AI\.)?OpenAI\.?\*|OpenAI\.ChatClient)\""),
}


def unheard(repo: Repo, component: Component, use: Use) -> str:
    """Why nothing is heard of the models behind a source; empty where it is heard."""
    if use.library not in _SWITCHES:
        return ""
    if use.library == _KERNEL and not _has_kernel(component):
        return "nothing in it uses the library whose source is added"
    texts = list(own_texts(repo, component))
    set_by = (each.name for each in component.code.settings if each.value.strip())
    told = any(map(_VARIABLES.fullmatch, set_by))
    if not told and not any(map(_SWITCHES[use.library].search, texts)):
        return "the switch without which the library says nothing of models is not set"
    if not any(map(_ADDED[use.library].search, texts)):
        return "no provider adds the source of its calls of models"
    return ""


def _has_kernel(component: Component) -> bool:
    """Whether its code names Semantic Kernel, or its projects ask for a package of it."""
    needs = (need.name for each in component.manifests for need in each.dependencies)
    names = (row.module for row in component.code.imports if row.role is Role.APP)
    return any(each.startswith(_KERNEL) for each in (*needs, *names))
