from __future__ import annotations

from agentaudit.code import Strength, Use
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe, unknown
from agentaudit.probes.readable import of_code, step_missing, unread
from agentaudit.probes.telemetry import koog, own_traces, quarkus
from agentaudit.probes.telemetry.agents_sdk import runs_traced
from agentaudit.probes.telemetry.aspire import observed_clients
from agentaudit.probes.telemetry.gateways import recorded
from agentaudit.probes.telemetry.launched import launched
from agentaudit.probes.telemetry.sentry_spans import sentry_spans
from agentaudit.probes.telemetry.spans import by_itself, declined, instrumented, own_spans
from agentaudit.probes.telemetry.spring import observed
from agentaudit.probes.telemetry.tracers import Held, hindered, runs
from agentaudit.source import Component, Repo

PYTHON = {"requirements.txt": "openai==1.93.0\nlangfuse==3.2.0\narize-phoenix-otel==0.13.0\n"}
NODE = {
    "package.json": '{"name": "web", "dependencies": {"ai": "5.0.0", "@ai-sdk/openai": "2.0.0",'
    ' "@vercel/otel": "1.13.0"}}'
}
OBSERVED = (
    "from langfuse import observe\nfrom openai import OpenAI\n\n@observe()\ndef plan(text):\n"
    "    return OpenAI().responses.create(model='gpt-4.1-2025-04-14', input=text)\n"
)
PHOENIX = (
    "import os\nfrom phoenix.otel import register\n\n"
    "if os.getenv('TRACE_AGENTS', 'false') == 'true':\n    register(auto_instrument=True)\n"
)
STREAM = (
    'import {{ streamText }} from "ai";\nimport {{ openai }} from "@ai-sdk/openai";\n'
    "export function POST() {{\n"
    "  return streamText({{ model: openai('gpt-4.1-2025-04-14'){} }});\n}}\n"
)
REGISTER = 'import { registerOTel } from "@vercel/otel";\nregisterOTel({ serviceName: "web" });\n'
GO_MOD = "module x.io/a\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n"
GO = (
    'package main\n\nimport (\n\t"github.com/openai/openai-go"\n'
    '\t"go.opentelemetry.io/otel/attribute"\n\tsdk "go.opentelemetry.io/otel/sdk/trace"\n)\n\n'
    "func main() {\n\tprovider := sdk.NewTracerProvider(sdk.WithBatcher(out))\n"
    '\t_, span := provider.Tracer("a").Start(ctx, "chat")\n'
    '\tspan.SetAttributes(attribute.String("gen_ai.request.model", "gpt-4.1"))\n'
    "\topenai.NewClient()\n}\n"
)
POM = (
    "<project><dependencies><dependency><groupId>org.springframework.ai</groupId>"
    "<artifactId>spring-ai-starter-model-openai</artifactId><version>1.0.0</version></dependency>"
    "<dependency><groupId>io.micrometer</groupId><artifactId>micrometer-tracing-bridge-otel"
    "</artifactId></dependency><dependency><groupId>io.opentelemetry</groupId>"
    "<artifactId>opentelemetry-exporter-otlp</artifactId></dependency></dependencies></project>\n"
)
KERNEL = (
    "using OpenTelemetry.Trace;\nvar builder = WebApplication.CreateBuilder(args);\n"
    "builder.Services.AddOpenTelemetry().WithTracing("
    't => t.AddSource("Microsoft.SemanticKernel*"));\n'
    'AppContext.SetSwitch("Microsoft.SemanticKernel.Experimental.GenAI.EnableOTelDiagnostics", '
    "true);\n"
)
PROJECT = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework>'
    '</PropertyGroup><ItemGroup><PackageReference Include="Microsoft.SemanticKernel" '
    'Version="1.60.0" /></ItemGroup></Project>\n'
)
ADK = {"requirements.txt": "google-adk==1.10.0\nopentelemetry-sdk==1.35.0\n"}
ADK_APP = (
    "from google.adk.agents import Agent\nfrom opentelemetry import trace\n"
    "from opentelemetry.sdk.trace import TracerProvider\n"
    "agent = Agent(model='gemini-2.5-flash', name='a'){}\n"
)
PROVIDER = (
    "\nprovider = TracerProvider()\n"
    "provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))\n"
    "trace.set_tracer_provider(provider)"
)


def _files(base: dict[str, str], **more: str) -> dict[str, object]:
    """A component of these files; `__` in a name stands for `.`."""
    named = {name.replace("__", "."): text for name, text in more.items()}
    return {"component": {"files": {**base, **named}}}


@probe(
    "telemetry-tracing-wired",
    fix="Trace every model, tool and agent call in the serving code, switched on unless somebody "
    "switches it off: `from phoenix.otel import register` and `register(auto_instrument=True)` at "
    "start-up, or `LANGSMITH_TRACING=true` in the committed environment.",
    examples=[
        Example(Outcome.PASS, _files(PYTHON, app__py=OBSERVED)),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "requirements.txt": "langgraph==0.5.0\n",
                        "app.py": "from langgraph.graph import StateGraph\nStateGraph(dict)\n",
                        "Dockerfile": "FROM python:3.12\nENV LANGSMITH_TRACING=true\nCOPY . .\n",
                    }
                }
            },
            "LangSmith is switched on by the environment alone",
        ),
        Example(
            Outcome.PASS,
            _files(PYTHON, app__py="import litellm\nlitellm.callbacks = ['langfuse']\n"),
            "by a string, without an import",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        **NODE,
                        "instrumentation.ts": REGISTER,
                        "app/route.ts": STREAM.format(
                            ", experimental_telemetry: { isEnabled: true }"
                        ),
                    }
                }
            },
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": {"api.csproj": PROJECT, "Program.cs": KERNEL}}},
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": {"go.mod": GO_MOD, "main.go": GO}}},
            "spans of its own that name the model",
        ),
        Example(
            Outcome.PASS,
            {
                "component": {
                    "files": {
                        "pom.xml": POM,
                        "src/main/java/A.java": "import org.springframework.ai.chat.client."
                        "ChatClient;\n@RestController\npublic class A { ChatClient chat; }\n",
                        "src/main/resources/application.properties": "management.tracing.sampling"
                        ".probability=1.0\nmanagement.otlp.tracing.endpoint=http://collector:4318\n",
                    }
                }
            },
            "Spring AI observes itself; the sampling sends it",
        ),
        Example(
            Outcome.FAIL,
            _files(PYTHON, app__py="from openai import OpenAI\nOpenAI()\n"),
            "declared, never imported",
        ),
        Example(Outcome.FAIL, _files(PYTHON, app__py=PHOENIX), "a flag that is off by default"),
        Example(
            Outcome.FAIL,
            _files(
                {"requirements.txt": "openai-agents==0.2.0\n"},
                app__py="from agents import Agent, trace, set_tracing_disabled\n"
                "set_tracing_disabled(True)\nwith trace('planner'):\n    Agent(name='planner')\n",
            ),
            "switched off in the code",
        ),
        Example(
            Outcome.FAIL,
            _files(
                PYTHON,
                app__py="import os\nfrom phoenix.otel import register\n"
                "if not os.getenv('RENDER'):\n    register(auto_instrument=True)\n",
            ),
            "only where it is not deployed",
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**NODE, "app/route.ts": STREAM.format("")}}},
            "nothing asks the SDK for telemetry",
        ),
        Example(
            Outcome.FAIL,
            {
                "component": {
                    "files": {
                        "requirements.txt": "openai==1.93.0\n",
                        "app.py": "from openai import OpenAI\nOpenAI()\n",
                        "tests/test_app.py": "from langfuse import observe\n"
                        "@observe()\ndef test(): ...\n",
                    }
                }
            },
            "tests trace, the serving code does not",
        ),
        Example(
            Outcome.UNKNOWN,
            {"component": {"files": {"requirements.txt": "openai==1.93.0\nlangfuse==3.2.0\n"}}},
            "there is no code to look at",
        ),
        Example(
            Outcome.PASS,
            _files(ADK, app__py=ADK_APP.format(PROVIDER)),
            "the framework writes spans by itself, and a provider takes them",
        ),
        Example(
            Outcome.FAIL,
            _files(ADK, app__py=ADK_APP.format("")),
            "a framework whose spans nobody takes",
        ),
    ],
)
@of_code("tracing")
def tracing_wired(repo: Repo, component: Component) -> Answer:
    """Is tracing of models and agents wired in the serving code, and not switched off?

    Without a trace nobody can say which prompts, tools and documents led to an answer. A dependency
    that is never imported, or tracing behind a flag that is off, records nothing in production.
    """
    uses = component.uses("tracing")
    if missing := unread(component, uses, "tracing"):
        return _otherwise(repo, component) or missing
    held: list[Held] = []
    for use in filter(lambda use: runs(component, use), uses):
        keeps = hindered(repo, component, use)
        if keeps is None:
            return passed(f"{use.library} traces in the serving code", use.place.evidence())
        held.append(keeps)
    if own := next(own_spans(repo, component), None):
        return passed("it writes spans of model calls itself", own.evidence())
    if framework := by_itself(repo, component):
        message = f"{framework.library} writes spans of its own, and they are exported"
        return passed(message, framework.place.evidence())
    if started := instrumented(repo, component):
        return passed("it is started under an agent that traces models", started.evidence())
    if run := next(runs_traced(component), None):
        message = "the SDK of the agents sends a trace of every run, and nothing keeps it from it"
        return passed(message, run.place.evidence())
    if client := next(observed_clients(repo, component), None):
        message = "the client of Aspire traces the calls of models, and its host collects that"
        return passed(message, client.evidence())
    if configured := _otherwise(repo, component):
        return configured
    if outside := _outside(repo, component):
        return outside
    held.sort(key=lambda each: each.known)
    return _waits(component, held[0]) if held else _lacking(repo, component, uses)


def _otherwise(repo: Repo, component: Component) -> Answer | None:
    """PASS where settings make a framework trace models, or the code keeps a trace itself."""
    if sampled := observed(component):
        return passed("Spring traces the calls of models, and exports that", sampled.evidence())
    if told := quarkus.traced(repo, component):
        return passed("Quarkus traces the calls of models, and exports that", told.evidence())
    if installed := koog.traced(repo, component):
        return passed("Koog traces the runs of agents, and exports that", installed.evidence())
    if step := own_traces.kept(repo, component):
        message = "it keeps a trace of its own, which the steps of an answer are told to"
        return passed(message, step.evidence())
    return None


def _outside(repo: Repo, component: Component) -> Answer | None:
    """PASS where something traces models that its code does not ask to."""
    if sent := next(recorded(component), None):
        return passed("its calls pass a gateway that keeps a trace of each", sent.evidence())
    if asked := next(launched(repo, component), None):
        return passed("what starts or deploys it asks for traces of models", asked.evidence())
    if told := next(sentry_spans(repo, component), None):
        return passed("Sentry traces the calls of models by itself", told.evidence())
    return None


def _waits(component: Component, held: Held) -> Answer:
    """FAIL where every library is known to be off, UNKNOWN where one may be on."""
    return (failed if held.known else unknown)(
        f"{held.use.library} is called, but {held.why}",
        held.use.place.evidence(),
        held.place.evidence(),
        reason="off_by_default" if held.known else "depends_on_setting",
        fact="tracing",
        place=component.id,
    )


def _lacking(repo: Repo, component: Component, uses: tuple[Use, ...]) -> Answer:
    """Which step is missing, for the library that came nearest."""
    fact, place = "tracing", component.id
    for use in uses:
        shown = (use.place.evidence(), *((use.off.evidence(),) if use.off else ()))
        reason = "off_by_default" if use.strength is Strength.CALLED else "not_called"
        return failed(step_missing(use), *shown, reason=reason, fact=fact, place=place)
    if off := declined(repo, component):
        said = f"{off.name}={off.value[:40]}: it makes or sends no span"
        shown = (off.place.evidence(),)
        return failed(said, *shown, reason="off_by_default", fact=fact, place=place)
    return failed(
        "no library that traces models or agents is used (searched: imports, calls, strings such "
        "as litellm.callbacks, environment variables)",
        component.evidence(),
        fact=fact,
        place=place,
    )
