"""Components that ask models for vectors alone."""

from __future__ import annotations

from agentaudit.code import Role
from agentaudit.expressions import regex
from agentaudit.probes.callers import calls_of
from agentaudit.source import Component, Repo

_TRADES = ("model", "agent", "embedding")
_EMBEDS = regex(r"(?i)embed")
_INGESTS = regex(r"(?i)embed|ingest|indexer|indexing|prep_?(?:are_?)?docs|vectori[sz]")
"""Names of components that fill an index and answer nothing."""
_ANSWERS = regex(
    r"(?i)chat|complet|respon|messages|converse|invoke|agent|llm|kernel|predict|generate_?(?!embed|vector)"
    r"|stream|run|model$|models\.generate"
)
"""Names of calls that ask for text."""
_TYPES = ("IChatCompletionService", "IChatClient", "ChatClient", "InvokePromptAsync")
"""What asks for text in .NET, whose `global using` may leave a call without a library."""


def only_embeds(repo: Repo, component: Component) -> bool:
    """Whether everything that it asks of models is a vector: the models that answer questions,
    which its configuration names too, are asked by others."""
    told = any(prompt.role is Role.APP for prompt in component.code.prompts)
    if told or any(_ANSWERS.search(call.callee) for call in calls_of(component, *_TRADES)):
        return False
    calls = (call.callee for call in component.code.calls if call.role is Role.APP)
    embeds = bool(_INGESTS.search(component.path)) or any(map(_EMBEDS.search, calls))
    return embeds and not _asks_in_dotnet(repo, component)


def _asks_in_dotnet(repo: Repo, component: Component) -> bool:
    home = "" if component.path == "." else f"{component.path}/"
    files = repo.files(f"{home}**/*.cs", saying=_TYPES)
    return any(file.repo == component.repo for file in files)
