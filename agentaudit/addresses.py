"""What code says that asks providers of models without a library: addresses, and the model."""

from __future__ import annotations

from agentaudit.expressions import regex

_ADDRESS = regex(
    r"(?:https?|wss?)://(?:(?:api|chat)\.openai\.com/(?:v\d|backend-api)|api\.anthropic\.com/?(?:v\d|$)"
    r"|api\.(?:mistral|x)\.ai/?(?:v\d|$)|api\.groq\.com/openai|api\.deepseek\.com"
    r"|api\.together\.(?:xyz|ai)|openrouter\.ai/api|generativelanguage\.googleapis\.com"
    r"|api\.cohere\.(?:ai|com)|api\.perplexity\.ai|api\.fireworks\.ai"
    r"|dashscope\.aliyuncs\.com/(?:api|compat)|open\.bigmodel\.cn/api|api\.moonshot\.cn/v\d"
    r"|(?:api-inference|router)\.huggingface\.co|models\.github\.ai/inference"
    r"|models\.inference\.ai\.azure\.com|integrate\.api\.nvidia\.com|api\.cerebras\.ai/v\d"
    r"|bedrock-(?:mantle|runtime)\.[\w.{}$-]{1,80}\.(?:api\.aws|amazonaws\.com)/(?:openai|model|v\d)"
    r"|api\.cloudflare\.com/client/v\d/accounts/[^\s\"'`/]{1,80}/ai/(?:run|v\d)"
    r"|gateway\.ai\.cloudflare\.com/v\d"
    r"|[\w.-]{1,80}:11434/(?:api/(?:chat|generate|embed)|v\d))"
    r"|@(?:cf|hf)/[\w.-]{1,80}/[\w.-]"
    r"|(?:https?://)?[\w.{}…$()%!-]{0,60}/?openai/(?:deployments/\S|realtime(?:$|\?))"
)
"""Their interfaces, those of a resource on Azure, and models of Cloudflare, which a Worker asks
through its environment; pages for people, such as those where keys are made, are none."""
_POSTS = regex(
    r"(?:^|[._])(?:post|stringify|dumps|urlopen|request|PostAsJsonAsync|Marshal"
    r"|chat\.completions\.(?:create|parse|stream)|responses\.(?:create|parse|stream)"
    r"|embeddings\.create)$"
)
"""What sends a request, or is a method of a client wherever that comes from: a library that
observes it, or a function of one's own, may have made it."""
_MODEL = frozenset({"model", "model_id", "modelId", "model_name"})
_SHOWN = frozenset(
    {"placeholder", "defaultValue", "help", "helpText", "hint", "tooltip", "example"}
)
"""What a form shows until somebody writes something else."""
_PAGES = (".tsx", ".jsx", ".vue", ".svelte", ".html", ".d.ts")


def asks(text: str, path: str, name: str = "") -> bool:
    """Whether a text of that name in a file is where a provider answers; what pages and forms show
    to people is not asked, nor is what declarations of types name."""
    shown = path.endswith(_PAGES) or (name in _SHOWN and path.endswith((".ts", ".js")))
    return not shown and _ADDRESS.match(text) is not None


def posts(name: str, callee: str) -> bool:
    """Whether a text of that name, given to such a call, is the model that a request asks."""
    return name in _MODEL and _POSTS.search(callee) is not None
