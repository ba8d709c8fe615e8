"""Sources of spans in .NET: those of models say nothing until a switch is set, and reach nobody
where no provider adds them."""

from __future__ import annotations

from fnmatch import fnmatchcase as fnmatch

from agentaudit.code import Call, Role, Use
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


_CLIENTS = "Microsoft.Extensions.AI"
_MAKES = regex(
    r"^(?!\s*//)[^\n]{0,300}(?:(?:Use|With)OpenTelemetry\b|OpenTelemetry(?:Chat|Embedding|Agent)\w{0,20}"
    r"|Add(?:Azure)?OpenAIClient\b|AddOllamaApiClient\b|AddAzureChatCompletionsClient\b"
    r"|AsAIAgent\b|CreateAIAgent\b|new ChatClientAgent\b|AddAIAgent\b)",
    8,
)
"""What makes spans of models' calls, or may: clients of Aspire do unasked."""
_IS_OTHER = regex(r"(?i)logg|factory|=>|^configure")
"""What else such a call may be given: what makes loggers, and what sets it up."""
_SOURCES = ("Experimental.Microsoft.Extensions.AI", "Experimental.Microsoft.Agents.AI")


def is_added(component: Component, call: Call) -> bool:
    """Whether a provider adds the source that spans of a client, told so by a call, come from: that
    which the call names, or else the one of the library."""
    added = [each.at(0) for each in component.code.methods("AddSource") if each.reached]
    named = call.argument("sourceName") or call.at(0)
    named = None if named is not None and _IS_OTHER.search(named.written[:200]) else named
    if named is not None and named.text is None:
        return True
    wanted = (named.text,) if named is not None and named.text else _SOURCES
    return not added or any(
        each is None or each.text is None or any(fnmatch(one, each.text) for one in wanted)
        for each in added
    )


def unheard(repo: Repo, component: Component, use: Use) -> str:
    """Why nothing is heard of the models behind a source; empty where it is heard."""
    if use.library == _CLIENTS and not any(map(_MAKES.search, own_texts(repo, component))):
        return "no client of models is told to make spans"
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
