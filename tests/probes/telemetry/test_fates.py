"""What becomes of exceptions of models' calls, followed through functions and files."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.ends import Fates
from agentaudit.probes.telemetry.errors import kept
from agentaudit.probes.telemetry.fates import followed
from agentaudit.probes.telemetry.tracebacks_kept import tracebacks_kept

PYTHON = {
    "requirements.txt": "openai==1.93.0\nfastapi==0.115.0\n",
    "planner.py": (
        "from openai import OpenAI\n\ndef draft(text):\n"
        "    return OpenAI().responses.create(model='gpt-4.1', input=text)\n\n"
        "def outline(text):\n    try:\n        return draft(text)\n"
        "    except ValueError as error:\n        return str(error)\n"
    ),
}
ROUTE = (
    "import logging\nfrom fastapi import FastAPI\nfrom planner import outline\napp = FastAPI()\n\n"
    "@app.post('/ask')\ndef ask(text: str):\n    try:\n        return outline(text)\n"
    "    except Exception as error:\n        {}\n"
)
NODE = {
    "package.json": '{"name": "api", "dependencies": {"openai": "5.0.0", "express": "5.0.0"}}',
    "planner.ts": (
        'import OpenAI from "openai";\n'
        "export async function outline(\n  text: string,\n  options: { short: boolean } = {},\n"
        "): Promise<{ text: string }> {\n  try {\n"
        "    return await new OpenAI().responses.create({ model: 'gpt-4.1', input: text });\n"
        "  } catch (error) {\n    throw new Error(`outline: ${error}`);\n  }\n}\n"
    ),
}
SERVED = (
    'import express from "express";\nimport { outline } from "./planner";\nconst app = express();\n'
    'app.post("/ask", async (req, res) => {\n  try {\n    res.json(await outline(req.body));\n'
    "  } catch (error) {\n    %s\n  }\n});\n"
)

FATES = ("kept", "lost", "leaving")


def _followed(files: dict[str, str]) -> Fates:
    component = testing.component({"files": files})
    return followed(testing.repository({"files": files}), component, list(kept(component.code)))


@pytest.mark.parametrize(
    ("does", "fate"),
    [
        ("logging.exception('failed')", "kept"),
        ("logging.error('failed: %s', error)", "lost"),
        ("return {'error': str(error)}", "lost"),
        ("raise", "leaving"),
        ("raise RuntimeError('failed') from error", "leaving"),
        ("raise HTTPException(500, str(error))", "lost"),
        ("logging.debug('failed', exc_info=True)", "lost"),
        ("loguru.logger.debug('failed', exc_info=True)", "kept"),
        ("trace = traceback.format_exc()", "lost"),
        ("if settings.debug:\n            traceback.print_exc()\n        return {}", "lost"),
        ("trace = traceback.format_exc()\n        print(trace)", "kept"),
    ],
)
def test_exceptions_are_followed_to_who_calls(does: str, fate: str) -> None:
    ends = _followed({**PYTHON, "app.py": ROUTE.format(does)})
    assert [name for name in FATES if getattr(ends, name)] == [fate]
    assert {place.path for place in getattr(ends, fate)} == {"app.py"}


@pytest.mark.parametrize(
    ("does", "fate"),
    [
        ("console.error('failed', error);", "kept"),
        ("res.status(500).json({ error: String(error) });", "lost"),
        ("next(error);", "leaving"),
    ],
)
def test_exceptions_of_scripts_are_followed_to_who_calls(does: str, fate: str) -> None:
    ends = _followed({**NODE, "app.ts": SERVED % does})
    assert [name for name in FATES if getattr(ends, name)] == [fate]
    assert {place.path for place in getattr(ends, fate)} == {"app.ts"}


VIEW = (
    "import org.springframework.ai.chat.client.ChatClient;\n"
    "import java.util.concurrent.CompletableFuture;\nclass View {{\n"
    "  private static final Logger log = LoggerFactory.getLogger(View.class);\n"
    "  String ask(String text) {{ return ChatClient.create(m).prompt(text).call().content(); }}\n"
    "  void shown(String text) {{\n    CompletableFuture.supplyAsync(() -> ask(text))\n"
    "        .thenAccept(this::show).exceptionally(t -> {{ {} return null; }});\n  }}\n}}\n"
)


@pytest.mark.parametrize(
    ("does", "fate"),
    [
        ("Notification.show(t.getMessage());", "lost"),
        ('log.error("failed", t);', "kept"),
        ("throw new CompletionException(t);", "leaving"),
    ],
)
def test_exceptions_of_futures_end_in_what_answers_for_them(does: str, fate: str) -> None:
    pom = (
        "<project><dependencies><dependency><groupId>org.springframework.ai</groupId>"
        "<artifactId>spring-ai-starter-model-openai</artifactId></dependency></dependencies>"
        "</project>\n"
    )
    ends = _followed({"pom.xml": pom, "src/main/java/View.java": VIEW.format(does)})
    assert [name for name in FATES if getattr(ends, name)] == [fate]


LOGGER = (
    'import pino from "pino";\nexport const logger = pino({{ level: "info"{} }});\n'
    "export const createLogger = (name: string) => logger.child({{ name }});\n"
)
ASKS = (
    'import OpenAI from "openai";\nimport { createLogger } from "../../shared/utils/logger";\n'
    'const logger = createLogger("planner");\nexport async function plan(text: string) {\n  try {\n'
    "    return await new OpenAI().responses.create({ model: 'gpt-4.1', input: text });\n"
    '  } catch (error) {\n    logger.error({ error }, "failed");\n    return null;\n  }\n}\n'
    'plan("x");\n'
)


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        (", serializers: { error: pino.stdSerializers.err }", Outcome.PASS),
        (', errorKey: "error"', Outcome.PASS),
        ("", Outcome.FAIL),
    ],
)
def test_loggers_that_a_workspace_shares(more: str, outcome: Outcome) -> None:
    files = {
        "shared/utils/logger.ts": LOGGER.format(more),
        "workers/planner/package.json": NODE["package.json"],
        "workers/planner/Dockerfile": "FROM node:22\n",
        "workers/planner/src/index.ts": ASKS,
    }
    given = {"files": files, "path": "workers/planner"}
    repo, component = testing.repository({"files": files}), testing.component(given)
    asked = {"repo": repo, "component": component}
    assert tracebacks_kept.ask(asked).outcome is outcome


WRAPS = (
    'import pino from "pino";\nconst out = pino();\n'
    "function write(said: string, value: unknown) {{\n"
    "  if (value instanceof Error) {{\n    out.error({{ err: {} }}, said);\n    return;\n  }}\n"
    "  out.error(said);\n}}\nexport const createLogger = (name: string) => ({{ error: write }});\n"
)


@pytest.mark.parametrize(
    ("given", "outcome"), [("value", Outcome.PASS), ("value.message", Outcome.FAIL)]
)
def test_a_module_that_hands_pino_the_errors_it_is_given(given: str, outcome: Outcome) -> None:
    asks = ASKS.replace('{ error }, "failed"', '"failed", error').replace("../shared/", "")
    files = {
        "package.json": NODE["package.json"].replace('"openai"', '"pino": "9.0.0", "openai"'),
        "src/utils/logger.service.ts": WRAPS.format(given),
        "src/index.ts": asks.replace("../utils/logger", "./utils/logger.service"),
    }
    told = {"files": files}
    asked = {"repo": testing.repository(told), "component": testing.component(told)}
    assert tracebacks_kept.ask(asked).outcome is outcome


WRITES = (
    "export class Logger {{ error(said: string, value: unknown) {{\n"
    "    console.error(said, value instanceof Error ? {} : value);\n  }} }}\n"
    "export const createLogger = (name: string) => new Logger();\n"
)


@pytest.mark.parametrize(
    ("said", "outcome"), [("value.stack", Outcome.PASS), ("value.message", Outcome.FAIL)]
)
def test_a_logger_of_the_workspace_that_writes_stacks(said: str, outcome: Outcome) -> None:
    asks = ASKS.replace("../../shared/utils/logger", "@shared/logger")
    files = {
        "shared/logger/src/index.ts": WRITES.format(said),
        "workers/planner/package.json": NODE["package.json"],
        "workers/planner/Dockerfile": "FROM node:22\n",
        "workers/planner/src/index.ts": asks.replace('{ error }, "failed"', '"failed", error'),
    }
    given = {"files": files, "path": "workers/planner"}
    repo, component = testing.repository({"files": files}), testing.component(given)
    assert tracebacks_kept.ask({"repo": repo, "component": component}).outcome is outcome


TRACKED = "import sentry_sdk\nsentry_sdk.init(dsn='https://a@o1.example/1')\n"


def test_a_tracker_sees_nothing_of_what_is_caught() -> None:
    lost = "\n\n".join(
        f"def ask_{n}(text):\n    try:\n        return outline(text)\n"
        "    except Exception as error:\n        return str(error)\n"
        for n in range(3)
    )
    for app, outcome in ((lost, Outcome.FAIL), ("print(outline('x'))\n", Outcome.PASS)):
        text = f"{TRACKED}from planner import outline\n\n{app}"
        manifest = {"requirements.txt": "openai==1.93.0\nsentry-sdk==2.30.0\n"}
        files = {**PYTHON, **manifest, "app.py": text}
        repo, component = testing.repository({"files": files}), testing.component({"files": files})
        asked = {"repo": repo, "component": component}
        assert tracebacks_kept.ask(asked).outcome is outcome


def test_a_tracker_sees_little_where_far_more_is_lost_than_kept() -> None:
    for lost, expected in ((4, True), (3, False)):
        does = ["logging.exception('x')", *["return {}"] * lost, *["raise"] * (4 - lost)]
        routes = "".join(
            f"\n@app.post('/{n}')\ndef ask_{n}(text):\n    try:\n"
            "        return OpenAI().responses.create(input=text)\n"
            f"    except Exception as error:\n        {each}\n"
            for n, each in enumerate(does)
        )
        head = "import logging\nfrom fastapi import FastAPI\nfrom openai import OpenAI\n"
        ends = _followed({**PYTHON, "app.py": f"{head}app = FastAPI()\n{routes}"})
        assert ends.is_lost is expected


REPORTS = """
export function logError(message: string, error?: Error): void {
  const data = { error: error?.message, %s };
  console.log(message, JSON.stringify(data));
}
"""
SAFELY = """
type Handler<T> = () => Promise<T>;
export async function safely<T>(
  handler: Handler<T>,
  res: Response,
): Promise<void> {
  try {
    res.json(await handler());
  } catch (error: any) {
    %s
  }
}
"""
HANDED = (
    'import express from "express";\nimport { outline } from "./planner";\n'
    'import { safely } from "./safely";\nconst app = express();\n'
    'app.post("/ask", async (req, res) => {\n'
    "  return safely(\n    () => outline(req.body),\n    res,\n  );\n});\n"
)
MANY = (
    'import {{ PromisePool }} from "@supercharge/promise-pool";\n'
    'import {{ outline }} from "./planner";\nexport async function all(texts: string[]) {{\n'
    "  {}\n  return done;\n}}\nall([]);\n"
)
POOL = (
    "const {{ results: {} }} = await PromisePool.for(texts){}\n"
    "    .process(async (one) => {{ await outline(one); }});"
)
SETTLED = (
    "const done = await Promise.allSettled(texts.map(async (one) => { await outline(one); }));"
)
MAPPED = "async (one) => { await outline(one); }"
LISTED = "const done = await Promise.allSettled([\n    outline('a'), outline('b'),\n  ]);"
HELD = (
    "const running = texts.map(async (one) => { await outline(one); });\n"
    "  const done = await Promise.allSettled(running);"
)
REASONS = "\n  for (const one of done) console.error(one.reason);"
TOOL = (
    "from planner import outline\n\ndef search(text):\n    try:\n        return outline(text)\n"
    "    except Exception as error:\n        return str(error)\n"
)


@pytest.mark.parametrize(("holds", "fate"), [("stack: error?.stack", "kept"), ("at: 1", "lost")])
def test_a_function_of_ones_own_may_keep_the_stack(holds: str, fate: str) -> None:
    app = SERVED % 'logError("failed", error as Error);'
    ends = _followed({**NODE, "app.ts": app, "log.ts": REPORTS % holds})
    assert [name for name in FATES if getattr(ends, name)] == [fate]


@pytest.mark.parametrize(
    ("does", "fate"),
    [
        ("res.status(500).json({ error: error.message });", "lost"),
        ("console.error(error.stack);", "kept"),
        ("throw error;", "leaving"),
    ],
)
def test_what_runs_within_a_function_shares_its_fate(does: str, fate: str) -> None:
    ends = _followed({**NODE, "app.ts": HANDED, "safely.ts": SAFELY % does})
    assert [name for name in FATES if getattr(ends, name)] == [fate]


@pytest.mark.parametrize(
    ("does", "fate"),
    [
        (POOL.format("done", ""), "lost"),
        (POOL.format("done", ".withConcurrency(3)"), "lost"),
        (POOL.format("done", ".handleError((error) => { throw error; })"), "leaving"),
        (POOL.format("done, errors", ""), "lost"),
        (POOL.format("done, errors", "") + "\n  console.error(errors.length);", "lost"),
        (POOL.format("done, errors", "") + "\n  for (const e of errors) tell(e.raw);", "leaving"),
        (SETTLED, "lost"),
        (SETTLED + REASONS, "leaving"),
        (SETTLED + REASONS.replace("reason", "reason.message"), "lost"),
        (SETTLED + REASONS.replace("one.reason", "String(one.reason)"), "lost"),
        (SETTLED + REASONS.replace("one.reason", "`failed: ${one.reason}`"), "lost"),
        (SETTLED + REASONS.replace("console.error(one.reason)", "throw one.reason"), "leaving"),
        (LISTED, "lost"),
        (LISTED + REASONS, "leaving"),
        (LISTED.replace("allSettled", "all"), "leaving"),
        (SETTLED.replace(MAPPED, "outline"), "lost"),
        (SETTLED.replace("allSettled", "all"), "leaving"),
        (HELD, "lost"),
        (HELD.replace("(running)", "(others)"), "leaving"),
    ],
)
def test_errors_of_many_at_once_are_lost_unless_somebody_asks(does: str, fate: str) -> None:
    ends = _followed({**NODE, "app.ts": MANY.format(does)})
    assert [name for name in FATES if getattr(ends, name)] == [fate]


@pytest.mark.parametrize(("does", "fate"), [("return None", "lost"), ("raise", "leaving")])
def test_a_decorator_is_such_a_function(does: str, fate: str) -> None:
    safely = (
        "from functools import wraps\n\ndef safely(func):\n    @wraps(func)\n"
        "    def inner(*args):\n        try:\n            return func(*args)\n"
        f"        except Exception as error:\n            {does}\n    return inner\n"
    )
    app = "from planner import outline\n\n@app.get('/')\n@safely\ndef ask(x):\n    outline(x)\n"
    ends = _followed({**PYTHON, "app.py": app, "safely.py": safely})
    assert [name for name in FATES if getattr(ends, name)] == [fate]


def test_a_tool_that_tells_the_agent_a_message_is_no_lack_where_the_run_keeps_it() -> None:
    kept_ = ROUTE.format("logging.exception('failed')")
    assert _followed({**PYTHON, "app.py": kept_, "tools/search.py": TOOL}).is_kept
    assert not _followed({**PYTHON, "app.py": kept_, "steps/search.py": TOOL}).is_kept
    assert _followed({**PYTHON, "tools/search.py": TOOL}).only_lost


SHOP = {
    "shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference '
    'Include="OpenAI" Version="2.1.0" /></ItemGroup></Project>\n',
    "Planner.cs": "using OpenAI.Chat;\npublic class Planner {\n"
    "  public async Task<string> Outline(string text) {\n"
    "    return await client.CompleteChatAsync(text);\n  }\n}\n",
}
PAGE = (
    '@page "/ask"\n<p>@said</p>\n@code {{\n  async Task Ask() {{\n'
    "    try {{ said = await Planner.Outline(text); }}\n"
    "    catch (Exception ex) {{ {} }}\n  }}\n}}\n"
)


@pytest.mark.parametrize(
    ("does", "fate"),
    [
        ("said = ex.Message;", "lost"),
        ('logger.LogError(ex, "failed");', "kept"),
        ("throw;", "leaving"),
    ],
)
def test_pages_of_blazor_call_what_asks(does: str, fate: str) -> None:
    ends = _followed({**SHOP, "Pages/Ask.razor": PAGE.format(does)})
    assert [name for name in FATES if getattr(ends, name)] == [fate]
    assert {place.path for place in getattr(ends, fate)} == {"Pages/Ask.razor"}


ROUTES = (
    'import fastify from "fastify";\nimport { outline } from "./planner";\n'
    'import { answered } from "./answered";\n'
    "function routes(app) {\n"
    '  app.post("/ask", async (request, reply) => reply.send(await outline(request.body)));\n}\n'
    "const start = async () => {\n  try {\n    const server = fastify();\n"
    "    SET;\n    routes(server);\n    await server.listen();\n"
    "  } catch (error) {\n    console.error(error);\n  }\n};\nstart();\n"
)
ANSWERED = (
    "export async function answered(error: Error, request: Request, reply: Reply) {\n"
    "  DOES reply.status(500).send({ message: error.message });\n}\n"
)


@pytest.mark.parametrize(
    ("set_", "does", "fate"),
    [
        ("server.setErrorHandler(answered)", "", "lost"),
        ("server.setErrorHandler((error, req, res) => res.send(error.message))", "", "lost"),
        ("server.use((err, req, res, next) => { res.json({ error: err.message }); })", "", "lost"),
        ("server.use((err, req, res, next) => { next(err); })", "", "leaving"),
        ("server.setErrorHandler(answered)", "request.log.error(error);", "leaving"),
        ("server.register(other)", "", "leaving"),
    ],
)
def test_what_a_route_raises_ends_in_what_answers_for_errors(
    set_: str, does: str, fate: str
) -> None:
    files = {"answered.ts": ANSWERED.replace("DOES", does), "app.ts": ROUTES.replace("SET", set_)}
    ends = _followed({**NODE, **files})
    assert [name for name in FATES if getattr(ends, name)] == [fate]


CACHE = "".join(
    f"export async function read{n}(k: string) {{\n  try {{\n    return await open(k);\n"
    "  } catch (error) {\n    console.error('failed', error);\n  }\n}\n"
    for n in range(12)
)


@pytest.mark.parametrize(
    ("does", "outcome"),
    [
        ("res.status(500).json({ error: String(error) });", Outcome.FAIL),
        ("console.error('failed', error);", Outcome.PASS),
    ],
)
def test_a_few_calls_elsewhere_make_up_for_no_question(does: str, outcome: Outcome) -> None:
    files = {**NODE, "lib/cache.ts": CACHE, "lib/ask.ts": SERVED % does}
    files["lib/ask.ts"] = files["lib/ask.ts"].replace("./planner", "../planner")
    reads = "".join(f"read{n}('a');\n" for n in range(12))
    files["start.ts"] = f'import * as cache from "./lib/cache";\nimport "./lib/ask";\n{reads}'
    given = {"files": files}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    assert tracebacks_kept.ask(inputs).outcome is outcome
