"""The table: our key → the names each convention gives it, first to be tried first.

A name that another key reads too stands behind those that say this one thing only: then leaving one
fact out never brings up another value of a second one, which would be a way to hide the first value
(DESIGN.md §5.4).
"""

from __future__ import annotations

from agentaudit.semconv.names import Convention, Key, Name, Names, Status

_stable = Names(Convention.OTEL, Status.STABLE)
_candidate = Names(Convention.OTEL, Status.RELEASE_CANDIDATE)
_otel = Names(Convention.OTEL, Status.DEVELOPMENT)
_genai = Names(Convention.GENAI, Status.DEVELOPMENT)
_old = Names(Convention.GENAI_OLD, Status.DEPRECATED)
_oi = Names(Convention.OPENINFERENCE, Status.UNSPECIFIED)
_tl = Names(Convention.TRACELOOP, Status.UNSPECIFIED)
_ml = Names(Convention.MLFLOW, Status.UNSPECIFIED)
_lf = Names(Convention.LANGFUSE, Status.UNSPECIFIED)
_other = Names(Convention.OTHER, Status.UNSPECIFIED)
_ours = Names(Convention.AGENTAUDIT, Status.PROPOSED)


def _marker(id: str, what: str, *names: tuple[Name, ...]) -> Key:
    return Key(id, True, what, tuple(n for group in names for n in group))


def _fact(id: str, what: str, *names: tuple[Name, ...]) -> Key:
    return Key(id, False, what, tuple(n for group in names for n in group))


KEYS: tuple[Key, ...] = (
    # ── what a span is, and whom it served: markers ──────────────────────────────────────────────
    _marker(
        "span.kind",
        "what kind of step the span is",
        _oi("openinference.span.kind"),
        _genai("gen_ai.operation.name"),
        _ml("mlflow.spanType"),
        _tl("traceloop.span.kind"),
        _lf("langfuse.observation.type"),
        _other("langsmith.span.kind", "ai.operationId"),
    ),
    _marker("service.name", "logical name of the service", _stable("service.name")),
    _marker("service.namespace", "namespace of the service", _otel("service.namespace")),
    _marker("instance.id", "which process answered", _otel("service.instance.id", "k8s.pod.uid")),
    _marker(
        "tool.name",
        "name of the tool that was called",
        _genai("gen_ai.tool.name"),
        _oi("tool.name"),
        _tl("traceloop.entity.name"),
    ),
    _marker(
        "tool.remote",
        "that the tool runs elsewhere: its server or protocol",
        _otel("mcp.method.name", "mcp.session.id"),
        _ours("mcp.server.name"),
        _genai("gen_ai.tool.type"),
    ),
    _marker(
        "server.address",
        "host that answered the call",
        _stable("server.address"),
        _old("gen_ai.openai.api_base"),
        _other("llm.base_url"),
    ),
    _marker(
        "model.provider",
        "who serves the model",
        _genai("gen_ai.provider.name"),
        _old("gen_ai.system"),
        _oi("llm.provider", "llm.system"),
        _ml("mlflow.llm.provider"),
    ),
    _marker("guardrail.name", "name of the guardrail", _ours("guardrail.name")),
    _marker(
        "tool.arguments",
        "what a tool was called with",
        _oi("tool.parameters"),
        _genai("gen_ai.tool.call.arguments"),
    ),
    _marker(
        "session.id",
        "the conversation a response belongs to",
        _genai("gen_ai.conversation.id"),
        _otel("session.id"),
        _ml("mlflow.trace.session"),
        _lf("langfuse.session.id"),
        _tl("traceloop.association.properties.session_id"),
    ),
    _marker(
        "previous_response.id",
        "an earlier response this call continues",
        _genai("gen_ai.request.previous_response.id"),
    ),
    _marker(
        "tenant.id",
        "customer or segment that was served",
        _ours("tenant.id", "segment"),
        _tl("traceloop.association.properties.tenant"),
        _other("metadata.tenant"),
    ),
    _marker("error.type", "that and how the step failed", _stable("error.type")),
    # ── environment ──────────────────────────────────────────────────────────────────────────────
    _fact(
        "image.digest",
        "digest of the image the service runs in",
        _stable("container.image.repo_digests"),
        _otel("oci.manifest.digest", "container.image.id"),
    ),
    _fact("host.id", "machine the service runs on", _otel("host.id")),
    _fact("env.lock.digest", "digest of the installed lock file", _ours("env.lock.digest")),
    _fact("env.os", "operating system", _otel("os.type", "os.name")),
    _fact("env.os.version", "version of the operating system", _otel("os.version", "os.build_id")),
    _fact(
        "env.runtime",
        "language runtime",
        _otel("process.runtime.name"),
        _stable("telemetry.sdk.language"),
    ),
    _fact("env.runtime.version", "version of the runtime", _otel("process.runtime.version")),
    _fact("service.version", "version of the service", _stable("service.version")),
    _fact(
        "env.name",
        "deployment environment",
        _otel("deployment.environment.name"),
        _old("deployment.environment"),
    ),
    _fact(
        "env.config",
        "digest or version of the configuration in effect",
        _ours("env.config.digest", "env.config.version"),
    ),
    # ── telemetry ────────────────────────────────────────────────────────────────────────────────
    _fact(
        "exception.type",
        "type of the exception",
        _stable("exception.type"),
    ),
    _fact("exception.message", "message of the exception", _stable("exception.message")),
    _fact("exception.stacktrace", "traceback", _stable("exception.stacktrace")),
    _fact(
        "usage.input",
        "tokens sent to the model",
        _genai("gen_ai.usage.input_tokens"),
        _oi("llm.token_count.prompt"),
        _old("gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens"),
        _ml("mlflow.chat.tokenUsage>input_tokens"),
        _lf("langfuse.observation.usage_details>input"),
    ),
    _fact(
        "usage.output",
        "tokens the model returned",
        _genai("gen_ai.usage.output_tokens"),
        _oi("llm.token_count.completion"),
        _old("gen_ai.usage.completion_tokens", "llm.usage.completion_tokens"),
        _ml("mlflow.chat.tokenUsage>output_tokens"),
        _lf("langfuse.observation.usage_details>output"),
    ),
    _fact("process.memory", "peak process memory", _ours("process.memory.peak_bytes")),
    _fact("gpu.memory", "peak GPU memory", _ours("gpu.memory.peak_bytes")),
    _fact("host.gpu.count", "number of GPUs of the serving host", _ours("host.gpu.count")),
    # ── models ───────────────────────────────────────────────────────────────────────────────────
    _fact(
        "model.requested",
        "model the application asked for",
        _genai("gen_ai.request.model"),
        _oi("llm.request.model_name"),
        _ml("mlflow.llm.model"),
        _lf("langfuse.observation.model.name"),
        _oi("llm.invocation_parameters>model", "input.value>model"),
        _ml("mlflow.spanInputs>model"),
    ),
    _fact(
        "model.answered",
        "model that answered",
        _genai("gen_ai.response.model"),
        _oi("llm.response.model_name", "llm.model_name"),
        _ml("mlflow.spanOutputs>model"),
    ),
    _fact(
        "model.params",
        "sampling parameters",
        _genai(
            "gen_ai.request.temperature",
            "gen_ai.request.top_p",
            "gen_ai.request.top_k",
            "gen_ai.request.max_tokens",
            "gen_ai.request.seed",
            "gen_ai.request.frequency_penalty",
            "gen_ai.request.presence_penalty",
            "gen_ai.request.stop_sequences",
            "gen_ai.request.reasoning.level",
        ),
        _old("llm.request.temperature", "llm.temperature", "llm.top_p"),
        _lf("langfuse.observation.model.parameters"),
        _oi("llm.invocation_parameters"),
        _ml(
            "mlflow.spanInputs>temperature",
            "mlflow.spanInputs>top_p",
            "mlflow.spanInputs>max_tokens",
            "mlflow.spanInputs>seed",
        ),
    ),
    _fact(
        "response.id",
        "the provider's id of the completion",
        _genai("gen_ai.response.id"),
        _oi("output.value>id"),
        _ml("mlflow.spanOutputs>id"),
    ),
    _fact(
        "model.fingerprint",
        "the provider's fingerprint of the serving system",
        _otel("openai.response.system_fingerprint"),
        _old("gen_ai.openai.response.system_fingerprint"),
    ),
    _fact(
        "model.registry",
        "registry name and version of the model",
        _ours("model.registry.uri"),
        _ml("mlflow.modelId"),
    ),
    _fact("model.base", "base model of an adapted model", _ours("model.base")),
    _fact("model.adapter", "adapter of an adapted model", _ours("model.adapter.name")),
    _fact("model.adapter.version", "version of the adapter", _ours("model.adapter.version")),
    _fact("model.weights", "digest of the weights", _ours("model.weights.digest")),
    # ── prompts ──────────────────────────────────────────────────────────────────────────────────
    _fact(
        "llm.input",
        "exact messages sent to the model",
        _oi("llm.input_messages.*"),
        _old("gen_ai.prompt.*", "gen_ai.request.messages"),
        _genai("gen_ai.input.messages", "gen_ai.system_instructions"),
        _ml("mlflow.spanInputs"),
        _lf("langfuse.observation.input"),
    ),
    _fact(
        "llm.output",
        "exact messages the model returned",
        _oi("llm.output_messages.*"),
        _old("gen_ai.completion.*"),
        _genai("gen_ai.output.messages"),
        _ml("mlflow.spanOutputs"),
        _lf("langfuse.observation.output"),
    ),
    _fact(
        "step.input",
        "what a step was given",
        _genai("gen_ai.tool.call.arguments", "gen_ai.input.messages"),
        _oi("input.value"),
        _tl("traceloop.entity.input"),
        _ml("mlflow.spanInputs"),
        _lf("langfuse.observation.input"),
    ),
    _fact(
        "step.output",
        "what a step returned",
        _genai("gen_ai.tool.call.result", "gen_ai.output.messages"),
        _oi("output.value"),
        _tl("traceloop.entity.output"),
        _ml("mlflow.spanOutputs"),
        _lf("langfuse.observation.output"),
    ),
    _fact(
        "llm.tools",
        "tool definitions offered to the model",
        _genai("gen_ai.tool.definitions"),
        _oi("llm.tools.*"),
        _old("llm.request.functions.*"),
        _ml("mlflow.chat.tools"),
    ),
    _fact(
        "prompt.name",
        "name of the prompt template",
        _genai("gen_ai.prompt.name"),
        _ours("prompt.name"),
        _oi("prompt.id", "llm.prompt_template.name"),
        _tl("traceloop.prompt.key"),
        _lf("langfuse.observation.prompt.name"),
        _ml("mlflow.linkedPrompts>0.name"),
    ),
    _fact(
        "prompt.version",
        "version of the prompt template",
        _genai("gen_ai.prompt.version"),
        _ours("prompt.version"),
        _oi("llm.prompt_template.version"),
        _tl("traceloop.prompt.version", "traceloop.prompt.version_hash"),
        _lf("langfuse.observation.prompt.version"),
        _ml("mlflow.linkedPrompts>0.version"),
    ),
    _fact(
        "prompt.variables",
        "values the template was filled with",
        _oi("llm.prompt_template.variables"),
        _ours("prompt.variables"),
        _tl("traceloop.prompt.template_variables"),
    ),
    _fact(
        "agent.name",
        "which agent acted",
        _genai("gen_ai.agent.name"),
        _oi("agent.name", "graph.node.id"),
        _other("langgraph_node"),
        _tl("traceloop.entity.name"),
    ),
    _fact(
        "tool.call.id",
        "id that ties a tool call to its result",
        _genai("gen_ai.tool.call.id"),
        _oi("tool_call.id", "tool.id"),
    ),
    # ── inference code ───────────────────────────────────────────────────────────────────────────
    _fact(
        "git.commit",
        "commit the service was built from",
        _candidate("vcs.ref.head.revision"),
        _old("vcs.repository.ref.revision"),
        _ml("mlflow.source.git.commit"),
        _lf("langfuse.release"),
    ),
    _fact(
        "git.repo",
        "repository the commit is in",
        _candidate("vcs.repository.url.full"),
        _ml("mlflow.source.git.repoURL"),
    ),
    _fact(
        "git.dirty",
        "whether the tree had uncommitted changes",
        _ours("vcs.dirty"),
        _ml("mlflow.source.git.dirty"),
    ),
    _fact(
        "code.function", "function that ran", _stable("code.function.name"), _old("code.function")
    ),
    _fact("code.file", "file that ran", _stable("code.file.path"), _old("code.filepath")),
    _fact("code.line", "line that ran", _stable("code.line.number"), _old("code.lineno")),
    _fact(
        "tool.version",
        "version of the remote tool or its server",
        _ours("tool.version", "mcp.server.version"),
    ),
    # ── rag ──────────────────────────────────────────────────────────────────────────────────────
    _fact(
        "retrieval.query",
        "what was searched for",
        _genai("gen_ai.retrieval.query.text"),
        _oi("input.value"),
        _tl("traceloop.entity.input"),
        _ml("mlflow.spanInputs"),
    ),
    _fact(
        "retrieval.documents",
        "what was found",
        _genai("gen_ai.retrieval.documents"),
        _oi("retrieval.documents.*", "reranker.output_documents.*"),
        _ml("mlflow.spanOutputs"),
        _tl("traceloop.entity.output"),
    ),
    _fact(
        "retrieval.source",
        "index or collection that was searched",
        _genai("gen_ai.data_source.id"),
        _ours("retrieval.source.id"),
        _stable("db.collection.name"),
    ),
    _fact(
        "retrieval.snapshot",
        "version, snapshot or as-of time of the index",
        _ours("retrieval.source.snapshot", "retrieval.source.version"),
    ),
    _fact(
        "embedding.model",
        "model that embedded the query",
        _oi("embedding.model_name"),
        _ours("embedding.model"),
    ),
    # ── guardrails ───────────────────────────────────────────────────────────────────────────────
    _fact("guardrail.verdict", "what the guardrail decided", _ours("guardrail.verdict")),
    _fact("guardrail.version", "version of the guardrail", _ours("guardrail.version")),
    _fact(
        "evaluation.name",
        "name of the evaluation",
        _genai("gen_ai.evaluation.name"),
    ),
    _fact(
        "evaluation.result",
        "score or label of the evaluation",
        _genai("gen_ai.evaluation.score.value", "gen_ai.evaluation.score.label"),
    ),
)

KEY_IDS = frozenset(key.id for key in KEYS)
FACTS = frozenset(key.id for key in KEYS if not key.marker)
MARKERS = frozenset(key.id for key in KEYS if key.marker)
