"""Which models are positively hosted by a known provider; every other model is self-hosted.

Hosted = `server.address` is a known provider's domain, or no address is recorded and provider and
model id are both in the table below (DESIGN.md §2).
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from msgspec import Struct

from agentaudit.expressions import regex
from agentaudit.span import Kind, Span


class Provider(Struct, frozen=True):
    """A company that serves models: its names in telemetry, its domains, its model ids."""

    names: frozenset[str]
    domains: tuple[str, ...]
    models: re.Pattern[str]


def _provider(names: str, domains: str, models: str) -> Provider:
    return Provider(frozenset(names.split()), tuple(domains.split()), re.compile(models))


_GPT = r"(?:gpt-(?!oss)|chatgpt-|o[1-9](?:-|$)|text-embedding-|codex-|computer-use-)"
PROVIDERS: tuple[Provider, ...] = (
    _provider("openai", "api.openai.com", _GPT),
    _provider(
        "azure.ai.openai azure az.ai.openai azure_openai azure.ai.inference az.ai.inference",
        "openai.azure.com services.ai.azure.com models.ai.azure.com cognitiveservices.azure.com",
        rf"{_GPT}|(?i:mistral|llama|phi|deepseek|cohere|grok)",
    ),
    _provider("anthropic", "api.anthropic.com", r"claude-"),
    _provider(
        "gcp.gemini gcp.gen_ai gcp.vertex_ai google gemini vertex_ai vertexai google_genai",
        "generativelanguage.googleapis.com aiplatform.googleapis.com *-aiplatform.googleapis.com",
        r"(?:models/)?(?:gemini-|text-embedding-|embedding-|claude-)",
    ),
    _provider(
        "aws.bedrock bedrock aws",
        "bedrock*.amazonaws.com",
        r"(?:[a-z]{2}\.|apac\.|global\.)?(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|openai)\.",
    ),
    _provider(
        "mistral_ai mistralai mistral",
        "api.mistral.ai",
        r"(?:open-)?(?:mistral|mixtral|codestral|ministral|magistral|pixtral)",
    ),
    _provider("cohere", "api.cohere.com api.cohere.ai", r"(?:command|embed|rerank)"),
    _provider("groq", "api.groq.com", r".+"),
    _provider("deepseek", "api.deepseek.com", r"deepseek-"),
    _provider("x_ai xai", "api.x.ai", r"grok-"),
    _provider("perplexity", "api.perplexity.ai", r"(?:sonar|pplx)"),
    _provider("together_ai together", "api.together.xyz api.together.ai", r".+/.+"),
    _provider("fireworks_ai fireworks", "api.fireworks.ai", r"accounts/"),
    _provider("openrouter", "openrouter.ai", r".+/.+"),
    _provider("voyageai voyage", "api.voyageai.com", r"(?:voyage|rerank)-"),
    _provider("ibm.watsonx.ai watsonx", "ml.cloud.ibm.com", r".+/.+"),
)

_DOMAINS = tuple(domain for provider in PROVIDERS for domain in provider.domains)
_BELOW = tuple(f".{domain}" for domain in _DOMAINS)
_PATTERNS = tuple(domain for domain in _DOMAINS if "*" in domain)

_HOST = regex(r"^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@\s]*@)?\[?([A-Za-z0-9.:-]+?)\]?(?::\d+)?(?:/.*)?$")


def self_hosted(span: Span) -> bool:
    """Whether the model of an LLM span must be accounted for by the team itself."""
    return span.kind is Kind.LLM and not hosted(span)


def hosted(span: Span) -> bool:
    """Whether a known provider positively served the call.

    Without an address it takes the provider and both model names: a name that is left out must not
    speak for the provider. A failed call has no answering model.
    """
    found: bool | None = span.memo.get("is hosted")
    if found is None:
        found = span.memo["is hosted"] = _hosted(span)
    return found


def _hosted(span: Span) -> bool:
    host = host_of(span)
    if host is not None:
        return _served(host)
    keys = ("model.requested",) if span.failed else ("model.requested", "model.answered")
    provider, models = span.fact("model.provider"), [span.fact(key) for key in keys]
    if not provider or not all(models):
        return False
    return any(
        provider.text.lower() in p.names and all(p.models.match(m.text) for m in models)
        for p in PROVIDERS
    )


def host_of(span: Span) -> str | None:
    """Host that answered the call, in lower case; None when none is recorded, empty when what is
    recorded is no address."""
    address = span.fact("server.address")
    if not address:
        return None
    found = _HOST.match(address.text)
    return found[1].lower() if found else ""


def _served(host: str) -> bool:
    return f".{host}".endswith(_BELOW) or any(fnmatchcase(host, each) for each in _PATTERNS)
