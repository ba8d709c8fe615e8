"""What marks a span or an event: kinds, scopes, span names and event names."""

from __future__ import annotations

from collections.abc import Mapping

EXCEPTION_EVENTS = frozenset({"exception", "gen_ai.client.operation.exception"})
"""Event or log-record names that carry `exception.*` attributes."""

EVALUATION_EVENT = "gen_ai.evaluation.result"
"""Event or log-record name of one evaluation result."""

MESSAGE_EVENTS = frozenset(
    {
        "gen_ai.client.inference.operation.details",
        "gen_ai.system.message",
        "gen_ai.user.message",
        "gen_ai.assistant.message",
        "gen_ai.tool.message",
        "gen_ai.choice",
    }
)
"""Log-record names that carry prompts and completions when they are captured as events."""

SPAN_KINDS: Mapping[str, str] = {
    # OpenInference, MLflow, Langfuse, LangSmith: upper-cased
    "LLM": "LLM",
    "CHAT_MODEL": "LLM",
    "GENERATION": "LLM",
    "AGENT": "AGENT",
    "WORKFLOW": "WORKFLOW",
    "CHAIN": "CHAIN",
    "TASK": "CHAIN",
    "PARSER": "CHAIN",
    "TOOL": "TOOL",
    "RETRIEVER": "RETRIEVER",
    "RERANKER": "RERANKER",
    "EMBEDDING": "EMBEDDING",
    "GUARDRAIL": "GUARDRAIL",
    "EVALUATOR": "EVALUATOR",
    "PROMPT": "PROMPT",
    "MEMORY": "MEMORY",
    # OpenTelemetry GenAI operations
    "CHAT": "LLM",
    "GENERATE_CONTENT": "LLM",
    "TEXT_COMPLETION": "LLM",
    "COMPLETION": "LLM",
    "INVOKE_AGENT": "AGENT",
    "CREATE_AGENT": "AGENT",
    "INVOKE_WORKFLOW": "WORKFLOW",
    "PLAN": "CHAIN",
    "EXECUTE_TOOL": "TOOL",
    "RETRIEVAL": "RETRIEVER",
    "EMBEDDINGS": "EMBEDDING",
    "RUN_GUARDRAIL": "GUARDRAIL",
    "SEARCH_MEMORY": "MEMORY",
    "UPDATE_MEMORY": "MEMORY",
    "UPSERT_MEMORY": "MEMORY",
    "CREATE_MEMORY": "MEMORY",
    "DELETE_MEMORY": "MEMORY",
    # Vercel AI SDK
    "AI.GENERATETEXT.DOGENERATE": "LLM",
    "AI.STREAMTEXT.DOSTREAM": "LLM",
    "AI.GENERATEOBJECT.DOGENERATE": "LLM",
    "AI.STREAMOBJECT.DOSTREAM": "LLM",
    "AI.GENERATETEXT": "AGENT",
    "AI.STREAMTEXT": "AGENT",
    "AI.TOOLCALL": "TOOL",
    "AI.EMBED.DOEMBED": "EMBEDDING",
    "AI.EMBEDMANY.DOEMBED": "EMBEDDING",
}
"""Marker value, upper-cased → our span kind."""

SCOPE_KINDS: tuple[tuple[str, str], ...] = (
    ("openinference.instrumentation.openai_agents", "CHAIN"),
    ("openinference.instrumentation.langchain", "CHAIN"),
    ("openinference.instrumentation.llama_index", "CHAIN"),
    ("openinference.instrumentation.crewai", "CHAIN"),
    ("openinference.instrumentation.openai", "LLM"),
    ("openinference.instrumentation.anthropic", "LLM"),
    ("openinference.instrumentation.bedrock", "LLM"),
    ("openinference.instrumentation.mistralai", "LLM"),
    ("openinference.instrumentation.groq", "LLM"),
    ("openinference.instrumentation.litellm", "LLM"),
    ("openinference.instrumentation.vertexai", "LLM"),
    ("openinference.instrumentation.google_genai", "LLM"),
    ("openinference.instrumentation.mcp", "TOOL"),
    ("openinference.instrumentation.guardrails", "GUARDRAIL"),
    ("opentelemetry.instrumentation.openai", "LLM"),
    ("opentelemetry.instrumentation.anthropic", "LLM"),
    ("opentelemetry.instrumentation.bedrock", "LLM"),
    ("opentelemetry.instrumentation.cohere", "LLM"),
    ("opentelemetry.instrumentation.google_genai", "LLM"),
    ("opentelemetry.instrumentation.google_generativeai", "LLM"),
    ("opentelemetry.instrumentation.groq", "LLM"),
    ("opentelemetry.instrumentation.mistralai", "LLM"),
    ("opentelemetry.instrumentation.ollama", "LLM"),
    ("opentelemetry.instrumentation.together", "LLM"),
    ("opentelemetry.instrumentation.vertexai", "LLM"),
    ("opentelemetry.instrumentation.watsonx", "LLM"),
    ("opentelemetry.instrumentation.langchain", "CHAIN"),
    ("opentelemetry.instrumentation.llamaindex", "CHAIN"),
    ("opentelemetry.instrumentation.haystack", "CHAIN"),
    ("opentelemetry.instrumentation.crewai", "CHAIN"),
    ("opentelemetry.instrumentation.openai_agents", "CHAIN"),
    ("opentelemetry.instrumentation.mcp", "TOOL"),
    ("opentelemetry.util.genai", "LLM"),
    ("mlflow", "CHAIN"),
)
"""Instrumentation scope → span kind, where no attribute says it. Longest match first."""

NAME_KINDS: tuple[tuple[str, str], ...] = (
    (r"chat \S+", "LLM"),
    (r"(?:generate_content|text_completion) \S+", "LLM"),
    (
        r"(?:openai|anthropic|ollama|bedrock|cohere|mistralai|groq)\.(?:chat|completion|messages)\b.*",
        "LLM",
    ),
    (r"ChatCompletion|ChatOpenAI|ChatAnthropic|AsyncChatCompletion", "LLM"),
    (r"embeddings \S+", "EMBEDDING"),
    (r"openai\.embeddings|CreateEmbeddings", "EMBEDDING"),
    (r"invoke_agent(?: .+)?", "AGENT"),
    (r"create_agent(?: .+)?", "AGENT"),
    (r"invoke_workflow(?: .+)?", "WORKFLOW"),
    (r"execute_tool(?: .+)?", "TOOL"),
    (r"tools/call(?: .+)?", "TOOL"),
    (r"retrieval \S+", "RETRIEVER"),
    (r"run_guardrail(?: .+)?", "GUARDRAIL"),
    (
        r"(?:chroma|pinecone|qdrant|milvus|weaviate|lancedb)\.(?:query|search|get|peek)\b.*",
        "RETRIEVER",
    ),
)
"""Span-name grammar → span kind, where neither attribute nor scope says it; matched whole."""
