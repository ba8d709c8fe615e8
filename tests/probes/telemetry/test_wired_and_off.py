"""Tracing that is wired, and by which nothing reaches anybody, is none."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

PYTHON = {"requirements.txt": "openai==1.93.0\nlangfuse==3.2.0\narize-phoenix-otel==0.13.0\n"}
NODE = {
    "package.json": '{"name": "api", "dependencies": {"openai": "5.0.0", "langfuse": "3.38.0", '
    '"@opentelemetry/sdk-node": "0.205.0", "ai": "5.0.0", "@ai-sdk/openai": "2.0.0", '
    '"@opentelemetry/exporter-trace-otlp-http": "0.205.0", '
    '"@arizeai/openinference-instrumentation-openai": "3.0.0"}}'
}
GO_MOD = "module x.io/a\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n"
OBSERVED = (
    "from langfuse import Langfuse, observe\nfrom openai import OpenAI\n"
    "client = Langfuse({})\n\n@observe()\ndef plan(text):\n"
    "    return OpenAI().responses.create(model='gpt-4.1-2025-04-14', input=text)\n\nplan('why?')\n"
)
CLASS = (
    "from phoenix.otel import register\n\nclass Telemetry:\n    def begin(self):\n"
    "        register(auto_instrument=True)\n"
)
MODEL = (
    'import OpenAI from "openai";\nconst client = new OpenAI();\n'
    'client.responses.create({ model: "gpt-4.1-2025-04-14", input: "why?" });\n'
)
TRACING = (
    'import { NodeSDK, tracing } from "@opentelemetry/sdk-node";\n'
    'import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";\n'
    'import { OpenAIInstrumentation } from "@arizeai/openinference-instrumentation-openai";\n'
    "export function startTracing() {\n  const sdk = new NodeSDK({\n"
    "    traceExporter: new OTLPTraceExporter(),\n"
    "    instrumentations: [new OpenAIInstrumentation()],\n  });\n  sdk.start();\n}\n"
)
CONFIG = (
    'import { z } from "zod";\nexport const config = {\n'
    "  telemetry: { enabled: z.coerce.boolean().default(false).parse(process.env.TEL) },\n};\n"
)
GO = (
    'package main\n\nimport (\n\t"flag"\n\t"github.com/openai/openai-go"\n'
    '\t"go.opentelemetry.io/otel"\n\t"go.opentelemetry.io/otel/attribute"\n'
    '\tsdk "go.opentelemetry.io/otel/sdk/trace"\n)\n\n'
    'var traceOn = flag.Bool("trace", false, "trace")\n\n'
    'func main() {\n\tflag.Parse()\n\t%s\n\t_, span := otel.Tracer("a").Start(ctx, "chat")\n'
    '\tspan.SetAttributes(attribute.String("gen_ai.request.model", "gpt-4.1"))\n'
    "\topenai.NewClient()\n}\n"
)
WIRED = "otel.SetTracerProvider(sdk.NewTracerProvider(sdk.WithBatcher(out)))"


def _spring(said: str, name: str = "application.properties") -> dict[str, str]:
    needs = (
        *(("org.springframework.ai", "spring-ai-starter-model-openai"),),
        *(("io.micrometer", "micrometer-tracing-bridge-otel"),),
        *(("io.opentelemetry", "opentelemetry-exporter-otlp"),),
    )
    rows = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId>"
        "<version>1.0.0</version></dependency>"
        for group, name in needs
    )
    return {
        "pom.xml": f"<project><dependencies>{rows}</dependencies></project>\n",
        "src/main/java/A.java": "import org.springframework.ai.chat.client.ChatClient;\n"
        "@RestController\npublic class A { ChatClient chat; }\n",
        f"src/main/resources/{name}": said,
    }


SAMPLED = "management.tracing.sampling.probability=1.0\n"
ADDRESS = "management.otlp.tracing.endpoint=http://collector:4318/v1/traces\n"


def _observed(given: str) -> dict[str, str]:
    return {**PYTHON, "app.py": OBSERVED.format(given)}


def _node(start: str, **more: str) -> dict[str, str]:
    head = 'import { startTracing } from "./tracing";\nimport { config } from "./config";\n'
    files = {"src/tracing.ts": TRACING, "src/config.ts": CONFIG, **more}
    return {**NODE, **files, "src/index.ts": head + start + "\n" + MODEL}


def _told(value: str) -> dict[str, str]:
    app = (
        'import { streamText } from "ai";\nimport { openai } from "@ai-sdk/openai";\n'
        'import { startTracing } from "./tracing";\nstartTracing();\n'
        f"const told = {{ isEnabled: {value} }};\n"
        "export const POST = () => streamText({\n  model: openai('gpt-4.1-2025-04-14'),\n"
        "  experimental_telemetry: told,\n});\n"
    )
    start = TRACING.replace("    instrumentations: [new OpenAIInstrumentation()],\n", "")
    return {**NODE, "src/index.ts": app, "src/tracing.ts": start}


def _go(begins: str) -> dict[str, str]:
    return {"go.mod": GO_MOD, "main.go": GO % begins}


def _named(name: str, provider: str = WIRED) -> dict[str, str]:
    """A span of Go that is told nothing, of that name."""
    told = '\tspan.SetAttributes(attribute.String("gen_ai.request.model", "gpt-4.1"))\n'
    text = (GO % provider).replace(told, "\tdefer span.End()\n").replace('"chat"', name)
    return {"go.mod": GO_MOD, "main.go": text}


ON = {
    "a client as it comes": _observed(""),
    "a span of Go that is named after the model": _named('"chat gpt-4.1"'),
    "after one that is told": _named('fmt.Sprintf("chat %s", model)'),
    "after a variable": _named('"chat "+model'),
    "a client that is on": _observed("tracing_enabled=True, sample_rate=0.5"),
    "called at start-up": _node("startTracing();"),
    "unless a variable says otherwise": _node(
        "if (process.env.TRACE_LLM !== 'false') startTracing();"
    ),
    "the class is used": {**PYTHON, "app.py": CLASS + "Telemetry().begin()\n" + "import openai\n"},
    "told to": _told("true"),
    "go": _go(WIRED),
    "spring": _spring(SAMPLED + ADDRESS),
}
OFF = {
    "a span of Go that is named after anything": _named('"chat"'),
    "after what is said": _named('"chat history"'),
    "after the model, and nobody takes it": _named('"chat gpt-4.1"', "noop()"),
    "a client that is off": _observed("tracing_enabled=False"),
    "a client that samples nothing": _observed("sample_rate=0"),
    "a client of JavaScript that is off": {
        **NODE,
        "src/index.ts": 'import { Langfuse, observeOpenAI } from "langfuse";\n'
        'import OpenAI from "openai";\nexport const traces = new Langfuse({ enabled: false });\n'
        "const client = observeOpenAI(new OpenAI());\n"
        'client.responses.create({ model: "gpt-4.1-2025-04-14", input: "why?" });\n',
    },
    "a class that nobody makes": {
        **PYTHON,
        "telemetry.py": CLASS,
        "app.py": "from telemetry import Telemetry\nfrom openai import OpenAI\nOpenAI()\n",
    },
    "before &&": _node("process.env.TRACE_LLM === '1' && startTracing();"),
    "in a choice": _node("const stop = process.env.TRACE_LLM ? startTracing() : undefined;"),
    "a field that is false by default": _node("if (config.telemetry.enabled) startTracing();"),
    "below a condition": _node("if (process.env.TRACE_LLM) {\n  startTracing();\n}"),
    "a sampler that keeps nothing": _node(
        "startTracing();",
        **{
            "src/tracing.ts": TRACING.replace(
                "NodeSDK({", "NodeSDK({\n    sampler: new tracing.AlwaysOffSampler(),"
            )
        },
    ),
    "told by a variable": _told("process.env.AI_TEL === '1'"),
    "a flag of Go": _go("if *traceOn {\n\t\t" + WIRED + "\n\t}"),
    "a provider of Go that does nothing": _go(WIRED.replace("sdk.New", "noop.New")),
    "never sampled": _go(
        WIRED.replace("WithBatcher(out)", "WithBatcher(out), sdk.WithSampler(sdk.NeverSample())")
    ),
    "spring without an address": _spring(SAMPLED),
    "a profile of spring that is not on": _spring(SAMPLED + ADDRESS, "application-dev.properties"),
    "no processor": _go(WIRED.replace("sdk.WithBatcher(out)", "")),
}


@pytest.mark.parametrize("files", ON.values(), ids=ON)
def test_what_is_on_counts(files: dict[str, str]) -> None:
    answer = tracing_wired.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.PASS, answer.message


@pytest.mark.parametrize("files", OFF.values(), ids=OFF)
def test_what_reaches_nobody_does_not(files: dict[str, str]) -> None:
    answer = tracing_wired.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.FAIL, answer.message
