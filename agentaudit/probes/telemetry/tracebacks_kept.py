from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from agentaudit.code import Use
from agentaudit.evidence import Place
from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, failed, passed, probe
from agentaudit.probes.asking import asks_openly
from agentaudit.probes.readable import of_code, step_missing, unread
from agentaudit.probes.telemetry.captured import captured
from agentaudit.probes.telemetry.caught import Weighed, leaves, lost_at_edge, weighed
from agentaudit.probes.telemetry.ends import Fates
from agentaudit.probes.telemetry.errors import RECORDS, is_central
from agentaudit.probes.telemetry.fates import followed
from agentaudit.probes.telemetry.nowhere import nowhere
from agentaudit.probes.telemetry.practices import mostly_lost
from agentaudit.probes.telemetry.servers import ended_by, logging_the_uncaught
from agentaudit.probes.telemetry.spans import stay_here
from agentaudit.probes.telemetry.tracers import keeps_stacks
from agentaudit.source import Component, Repo

PYTHON = {"requirements.txt": "openai==1.93.0\nsentry-sdk==2.30.0\n"}
NODE = {"package.json": '{"name": "api", "dependencies": {"openai": "5.0.0", "pino": "9.0.0"}}'}
PLAN = (
    "import logging\nfrom openai import OpenAI\nlogger = logging.getLogger(__name__)\n\n"
    "def plan(text):\n    try:\n"
    "        return OpenAI().responses.create(model='gpt-4.1', input=text)\n"
    "    except Exception as error:\n        {}\n\nplan('x')\n"
)
SERVED = (
    "from fastapi import FastAPI\nfrom openai import OpenAI\napp = FastAPI()\n\n"
    "@app.post('/ask')\ndef ask(text: str):\n"
    "    return OpenAI().responses.create(model='gpt-4.1', input=text)\n"
)
ASP = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference Include="OpenAI" '
    'Version="2.1.0" /></ItemGroup></Project>\n'
)
KESTREL = (
    "using OpenAI.Chat;\nvar app = WebApplication.CreateBuilder(args).Build();\n"
    'var chat = new ChatClient("gpt-4o-2024-08-06", key);\n'
    'app.MapPost("/ask", (string text) => chat.CompleteChat(text));\napp.Run();\n'
)
GRAPH = (
    "from langgraph.graph import StateGraph\nfrom openai import OpenAI\n\ndef ask(state):\n"
    "    return OpenAI().responses.create(model='gpt-4.1', input=state['text'])\n\n"
    "builder = StateGraph(dict)\nbuilder.add_node(ask)\ngraph = builder.compile()\n"
)
HELD_BACK = (
    "\n@app.post('/again')\ndef again(text: str):\n    try:\n        return ask(text)\n"
    "    except Exception as error:\n        return {'error': str(error)}\n"
)
SENTRY = "import os\nimport sentry_sdk\nsentry_sdk.init(dsn=os.environ['SENTRY_DSN'])\n"
HANDLER = (
    'import pino from "pino";\nimport OpenAI from "openai";\nconst logger = pino();\n'
    "export async function plan(text: string) {{\n  try {{\n"
    "    return await new OpenAI().responses.create({{ model: 'gpt-4.1', input: text }});\n"
    "  }} catch (err) {{\n    {}\n  }}\n}}\nplan('x');\n"
)
POM = (
    "<project><dependencies><dependency><groupId>dev.langchain4j</groupId>"
    "<artifactId>langchain4j-open-ai</artifactId><version>1.1.0</version></dependency>"
    "</dependencies></project>\n"
)
WEB = POM.replace(
    "</dependencies>",
    "<dependency><groupId>org.springframework.boot</groupId>"
    "<artifactId>spring-boot-starter-web</artifactId></dependency></dependencies>",
)
JAVA = (
    "import dev.langchain4j.model.openai.OpenAiChatModel;\npublic class Planner {{\n"
    "  private static final Logger log = LoggerFactory.getLogger(Planner.class);\n"
    "  public static void main(String[] args) {{\n"
    "    try {{ OpenAiChatModel.builder().build().chat(args[0]); }}\n"
    "    catch (Exception e) {{ {} }}\n  }}\n}}\n"
)


PROJECT = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework>'
    '</PropertyGroup><ItemGroup><PackageReference Include="Microsoft.SemanticKernel" '
    'Version="1.60.0" /></ItemGroup></Project>\n'
)


def _files(base: dict[str, str], name: str, text: str, **more: str) -> dict[str, object]:
    return {"component": {"files": {**base, name: text, **more}}}


@probe(
    "telemetry-tracebacks-kept",
    fix="Log the exception and not only its message: `logger.exception('planning failed')` or "
    "`logger.error('planning failed', exc_info=True)` (`logger.error({ err }, 'planning failed')` "
    "with pino, `log.error(\"planning failed\", e)` in Java), or "
    "`sentry_sdk.init(dsn=os.environ['SENTRY_DSN'])`.",
    examples=[
        Example(Outcome.PASS, _files(PYTHON, "app.py", PLAN.format("logger.exception('failed')"))),
        Example(
            Outcome.PASS,
            _files(PYTHON, "app.py", PLAN.format("logger.error('failed', exc_info=True)")),
        ),
        Example(Outcome.PASS, _files(PYTHON, "app.py", SENTRY + PLAN.format("raise"))),
        Example(
            Outcome.PASS, _files(NODE, "app.ts", HANDLER.format("logger.error({ err }, 'failed');"))
        ),
        Example(
            Outcome.PASS,
            _files({"pom.xml": POM}, "src/main/Planner.java", JAVA.format('log.error("x", e);')),
        ),
        Example(
            Outcome.PASS,
            _files(
                {"api.csproj": PROJECT},
                "Program.cs",
                "var builder = WebApplication.CreateBuilder(args);\n"
                "builder.Services.AddApplicationInsightsTelemetry();\n",
            ),
            "a tracker of .NET",
        ),
        Example(
            Outcome.PASS,
            _files(
                {"pom.xml": POM},
                "src/main/java/Planner.java",
                JAVA.format("throw e;"),
                Dockerfile='FROM eclipse-temurin:21-jre\nCOPY . .\nENTRYPOINT ["java", '
                '"-javaagent:/app/opentelemetry-javaagent.jar", "-jar", "/app/planner.jar"]\n',
            ),
            "by an agent that the image starts it under",
        ),
        Example(
            Outcome.PASS,
            _files({"pom.xml": WEB}, "src/main/java/Planner.java", JAVA.format("throw e;")),
            "the container logs what is thrown at it",
        ),
        Example(
            Outcome.FAIL,
            _files({"pom.xml": WEB}, "src/main/java/Planner.java",
                   JAVA.format('log.error("failed: " + e.getMessage());')),
            "caught before the container sees it",
        ),
        Example(
            Outcome.FAIL,
            _files(PYTHON, "app.py", PLAN.format("logger.error(f'failed: {error}')")),
            "the message alone; sentry-sdk is declared and never imported",
        ),
        Example(
            Outcome.FAIL,
            _files(PYTHON, "app.py", PLAN.format("logger.error('failed', exc_info=False)")),
        ),
        Example(
            Outcome.FAIL,
            _files(NODE, "app.ts", HANDLER.format("logger.error('failed: ' + err.message);")),
        ),
        Example(
            Outcome.FAIL,
            _files({"pom.xml": POM}, "src/main/java/Planner.java",
                   JAVA.format('log.error("failed: " + e.getMessage());')),
        ),
        Example(
            Outcome.FAIL,
            {"component": {"files": {**PYTHON, "app.py": PLAN.format("print(error)"),
             "tests/test_app.py": PLAN.format("logger.exception('failed')")}}},
            "in tests only",
        ),
        Example(
            Outcome.PASS,
            _files({"requirements.txt": "openai==1.93.0\nfastapi==0.115.0\n"}, "app.py", SERVED),
            "nobody catches, and the server logs it",
        ),
        Example(
            Outcome.PASS,
            _files({"requirements.txt": "openai==1.93.0\n"}, "app.py", PLAN.format("raise")),
            "no part of the program holds it back, and Python ends with it",
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": {"api.csproj": ASP, "Program.cs": KESTREL}}},
            "and that of ASP.NET",
        ),
        Example(
            Outcome.PASS,
            {"component": {"files": {"requirements.txt": "openai==1.93.0\nlanggraph==1.0.0\n",
             "langgraph.json": '{"graphs": {"agent": "./graph.py:graph"}, "dependencies": ["."]}',
             "graph.py": GRAPH}}},
            "so does the server of a graph",
        ),
        Example(
            Outcome.FAIL,
            _files({"requirements.txt": "openai==1.93.0\nfastapi==0.115.0\n"}, "app.py",
                   SERVED + HELD_BACK),
            "one path keeps it to itself",
        ),
        Example(
            Outcome.FAIL,
            _files(PYTHON, "app.py", SENTRY.replace("os.environ['SENTRY_DSN']", "''")
                   + PLAN.format("print(error)")),
            "a tracker that is told nowhere to send",
        ),
        Example(
            Outcome.UNKNOWN,
            {"component": {"files": {"requirements.txt": "openai==1.93.0\nsentry-sdk==2.30.0\n"}}},
            "there is no code to look at",
        ),
    ],
)  # fmt: skip
@of_code("tracebacks")
def tracebacks_kept(repo: Repo, component: Component) -> Answer:
    """Are exceptions captured with their traceback?

    `str(error)` says what went wrong and never where. With the traceback in the logs, somebody who
    did not write the code finds the line; without it the failure has to be reproduced first.
    """
    trackers = component.uses("exceptions")
    asking = [use for trade in ("model", "agent") for use in component.uses(trade)]
    if missing := unread(component, [*trackers, *asking], "tracebacks"):
        return missing
    said = weighed(repo, component.code)
    if any(call.method in RECORDS for call in said.keeping) and stay_here(repo, component):
        logged = [call for call in said.keeping if call.method not in RECORDS]
        said = replace(said, keeping=logged)
    ends = followed(repo, component, said.keeping)
    gone = nowhere(repo, component, said.keeping)
    for message, places in _kept(repo, component, said, ends, none=gone is not None):
        return passed(message, *(place.evidence() for place in places[:3]))
    shown = [*(said.lacking or ends.lost)[:3], *(call.place for call in said.keeping[:2])]
    why, at = gone or (_lack(said, ends, trackers), None)
    shown = [at, *shown] if at else shown
    return failed(
        why,
        *([place.evidence() for place in shown] or [component.evidence()]),
        reason="partial" if said.keeping else "missing",
        fact="traceback",
        place=component.id,
    )


def _lack(said: Weighed, ends: Fates, trackers: Sequence[Use]) -> str:
    """What is wrong with how errors are reported."""
    if not said.keeping:
        steps = [step_missing(use) for use in trackers[:1]]
        return "; ".join(["no call keeps the traceback of an error", *steps])
    if not said.lacking:
        which = "not all" if ends.kept else "nothing"
        return f"{which} that catches what a model's call raises keeps its traceback"
    every = len(said.keeping) + len(said.lacking)
    return f"{len(said.lacking)} of {every} reported errors keep no traceback"


def _kept(
    repo: Repo, component: Component, said: Weighed, ends: Fates, *, none: bool
) -> Iterator[tuple[str, Sequence[Place]]]:
    """What keeps tracebacks, the surest first; none is whether no log holds one."""
    for message, place in () if ends.is_lost else captured(repo, component):
        yield message, [place]
    if none:
        return
    if ends.is_kept or (len(ends.kept) > _MORE * len(ends.lost) and not lost_at_edge(ends)):
        caught = f"{len(ends.kept)} blocks that catch what a model's call raises"
        yield f"{caught} keep its traceback", ends.kept
    passes = ends.passes_on(len(said.lacking)) and not lost_at_edge(ends)
    if said.is_practice and (passes or not mostly_lost(ends, said.keeping)):
        places = [call.place for call in said.keeping]
        yield f"{len(places)} calls keep the traceback of an error", places
    central = [call.place for call in said.keeping if ends.is_free and is_central(call)]
    if central:
        yield "what nobody caught is written with its traceback", central
    held_back = ends.only_lost and len(ends.lost) >= len(ends.leaving)
    if (ends.is_free and asks_openly(component)) or passes or not (said.lacking or held_back):
        for message, place in _uncaught(repo, component, ends, passes=passes):
            yield message, [place]
    for message, place in ended_by(repo, component, ends.leaving) if ends.nothing_holds else ():
        yield message, [place]


_MORE = 2
"""So many times more blocks keep a traceback than lose one where it is a practice."""


def _uncaught(
    repo: Repo, component: Component, ends: Fates, *, passes: bool
) -> Iterator[tuple[str, Place]]:
    """What keeps the exceptions that nobody catches."""
    yield from logging_the_uncaught(repo, component, ends, passes=passes)
    tracer = keeps_stacks(repo, component)
    if tracer and leaves(repo, component.code):
        yield f"nobody catches, and {tracer.library} records it with its stack", tracer.place
