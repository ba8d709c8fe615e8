"""Dependencies that nothing uses, or that only another dependency asks for."""

from __future__ import annotations

from tests.probes.traps.fails_open import TEXT
from tests.probes.traps.trap import APP, ASK, FAIL, PASS, Trap

SCORED, GUARDRAIL = "guardrails-output-scored", "guardrails-on-by-default"
TRACING, IN_FILES = "telemetry-tracing-wired", "prompts-in-files"

EVALUATION = {"requirements.txt": "openai==1.93.0\nazure-ai-evaluation==1.8.0\n"}
INSTRUMENTED = (
    '[project]\nname = "planner"\nversion = "1.0.0"\nrequires-python = ">=3.12"\n'
    'dependencies = [\n    "openai>=1.93",\n    "opentelemetry-instrumentation-openai>=0.40",\n]\n'
)
INSTRUMENTS = (
    "from opentelemetry.instrumentation.openai import OpenAIInstrumentor\n\n"
    "provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))\n"
    "OpenAIInstrumentor().instrument()\n\n\n"
)
GO_MOD = (
    "module acme.example/planner\n\ngo 1.24\n\nrequire github.com/tmc/langchaingo v0.1.13\n\n"
    "require (\n\tgo.opentelemetry.io/otel v1.36.0 // indirect\n"
    "\tgo.opentelemetry.io/otel/trace v1.36.0 // indirect\n)\n"
)
GO_SUM = (
    "github.com/tmc/langchaingo v0.1.13 h1:rcpMWBIi2y3B90XxfE4Ao8dhCQPVDMaNPnN5cGB1CaA=\n"
    "go.opentelemetry.io/otel v1.36.0 h1:UumtzIklRBY6cI/lllNZlALOF5nNIzJVb16APdvgTXg=\n"
    "go.opentelemetry.io/otel/trace v1.36.0 h1:ahxWNuqZjpdiFAyrIoQ4GIiAIhxAunQR6MUoKrsNd4w=\n"
)
GO = (
    'package main\n\nimport (\n\t"context"\n\n\t"github.com/tmc/langchaingo/llms"\n'
    '\t"github.com/tmc/langchaingo/llms/openai"\n)\n\nfunc main() {\n\tmodel, _ := openai.New()\n'
    '\tllms.GenerateFromSinglePrompt(context.Background(), model, "why?")\n}\n'
)
INLINE = (
    f'from openai import OpenAI\n\nSYSTEM = """{TEXT}"""\nclient = OpenAI()\n\n\n'
    "def answer(question: str) -> str:\n    return client.chat.completions.create(\n"
    '        model="gpt-4o-2024-08-06",\n        messages=[\n'
    '            {"role": "system", "content": SYSTEM},\n'
    '            {"role": "user", "content": question},\n        ],\n'
    "    ).choices[0].message.content\n"
)
LOCK = (
    'version = 1\nrequires-python = ">=3.12"\n\n[[package]]\nname = "azure-ai-projects"\n'
    'version = "1.0.0"\ndependencies = [{ name = "prompty" }]\n\n[[package]]\nname = "prompty"\n'
    'version = "0.1.50"\n'
)
TRANSITIVE = (
    '[project]\nname = "planner"\nversion = "1.0.0"\n'
    'dependencies = ["azure-ai-projects", "openai"]\n'
)

TRAPS = (
    Trap(
        "azure-ai-evaluation declared, never imported",
        SCORED,
        FAIL,
        "azure-ai-evaluation is declared",
        {**APP, **EVALUATION},
    ),
    Trap(
        "azure-ai-evaluation declared, never imported",
        GUARDRAIL,
        FAIL,
        "no guardrail is visible",
        {**APP, **EVALUATION},
        case="nor is it a guardrail",
    ),
    Trap(
        "opentelemetry-instrumentation-openai declared, never imported",
        TRACING,
        FAIL,
        "opentelemetry-instrumentation-openai is declared",
        {"pyproject.toml": INSTRUMENTED, "app.py": APP["app.py"]},
    ),
    Trap(
        "opentelemetry-instrumentation-openai declared, never imported",
        TRACING,
        PASS,
        "opentelemetry-instrumentation-openai",
        {"pyproject.toml": INSTRUMENTED, "app.py": INSTRUMENTS + ASK},
        case="imported and called",
    ),
    Trap(
        "OpenTelemetry only indirect in go.sum",
        TRACING,
        FAIL,
        "no library that traces",
        {"go.mod": GO_MOD, "go.sum": GO_SUM, "main.go": GO},
    ),
    Trap(
        "prompty transitive",
        IN_FILES,
        FAIL,
        "1 of 1 prompts stand inline",
        {"pyproject.toml": TRANSITIVE, "uv.lock": LOCK, "app.py": INLINE},
    ),
    Trap(
        "prompty transitive",
        TRACING,
        FAIL,
        "no library that traces",
        {"pyproject.toml": TRANSITIVE, "uv.lock": LOCK, "app.py": INLINE},
        case="nor does it trace",
    ),
)
