"""Exceptions that stay in futures, or of which callbacks leave nothing but the message."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.probes.telemetry.fates import followed
from agentaudit.probes.telemetry.forgotten import forgets

FASTAPI = {"requirements.txt": "openai==1.93.0\nfastapi==0.115.0\n"}
ASKS = (
    "import asyncio\nfrom concurrent.futures import ThreadPoolExecutor\n"
    "from fastapi import FastAPI\nfrom openai import OpenAI\n"
    "app, pool = FastAPI(), ThreadPoolExecutor(4)\n\n"
    '@app.post("/ask")\nasync def ask(text: str):\n    {}\n\n'
    "async def work(text):\n    return OpenAI().responses.create(model='m', input=text)\n"
)
ASP = {
    "A.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference '
    'Include="Microsoft.SemanticKernel" Version="1.60.0" /></ItemGroup></Project>'
}
MAPPED = (
    "using Microsoft.SemanticKernel;\nvar app = builder.Build();\n"
    'app.MapPost("/ask", async (string q, Kernel k) => {{ {} return 1; }});\napp.Run();\n'
)
SPRING = {
    "pom.xml": "<project><dependencies><dependency><groupId>org.springframework.ai</groupId>"
    "<artifactId>spring-ai-starter-model-openai</artifactId></dependency></dependencies></project>"
}
STREAMS = (
    "import org.springframework.ai.chat.client.ChatClient;\nclass View {{\n"
    "  private static final Logger log = LoggerFactory.getLogger(View.class);\n"
    "  Flux<String> ask(String text) {{\n"
    "    return ChatClient.create(m).prompt(text).stream().content(){};\n  }}\n}}\n"
)
NEXT = {"package.json": '{"name": "a", "dependencies": {"ai": "5", "next": "15", "express": "5"}}'}
STREAM = (
    'import { streamText } from "ai";\nexport async function POST(req: Request) {\n'
    "  return streamText({ model: m, prompt: 'x',\n    onError: ({ error }) => { %s } });\n}\n"
)
EXPRESS = (
    'import express from "express";\nimport { generateText } from "ai";\nconst app = express();\n'
    "app.post('/ask', async (req, res) => { res.json(await generateText({ model: m })); });\n"
    "app.use((err, req, res, next) => { %s });\napp.listen(3000);\n"
)


def _fate(files: dict[str, str]) -> str:
    given = {"files": files}
    component = testing.component(given)
    ends = followed(testing.repository(given), component, [])
    return next((name for name in ("lost", "kept", "leaving") if getattr(ends, name)), "")


@pytest.mark.parametrize(
    ("does", "fate"),
    [
        ("pool.submit(work, text)", "lost"),
        ("return pool.submit(work, text)", "leaving"),
        ("pool.submit(lambda: OpenAI().responses.create(model='m'))", "lost"),
        ("_ = pool.submit(lambda: OpenAI().responses.create(model='m'))  # later", "lost"),
        (
            "found = [\n        pool.submit(lambda: OpenAI().responses.create(model='m'))\n"
            "        for each in text\n    ]",
            "leaving",
        ),
        (
            "found = (\n        pool.submit(lambda: OpenAI().responses.create(model='m'))\n"
            "        .result()\n    )",
            "leaving",
        ),
        ("asyncio.create_task(work(text))", "leaving"),
        ("found = await asyncio.gather(work(text), return_exceptions=True)", "lost"),
        ("await asyncio.gather(work(text))", "leaving"),
    ],
)
def test_futures_of_python(does: str, fate: str) -> None:
    assert _fate({**FASTAPI, "app.py": ASKS.format(does)}) == fate


@pytest.mark.parametrize(
    ("does", "fate"),
    [
        ("_ = Task.Run(async () => await k.InvokePromptAsync(q));", "lost"),
        ("await Task.Run(async () => await k.InvokePromptAsync(q));", "leaving"),
        ("Task.Run(() => k.InvokePromptAsync(q));", "lost"),
        ("_ =\n        Task.Run(() => k.InvokePromptAsync(q));", "lost"),
        ("await\n    Task.Run(() => k.InvokePromptAsync(q));", "leaving"),
        ("var task = // the model\n    Task.Run(() => k.InvokePromptAsync(q));", "leaving"),
        ("Func<Task> asks = () => Task.Run(() => k.InvokePromptAsync(q));", "leaving"),
        ("Task Ask() =>\n    Task.Run(() => k.InvokePromptAsync(q));", "leaving"),
    ],
)
def test_tasks_of_csharp(does: str, fate: str) -> None:
    assert _fate({**ASP, "Program.cs": MAPPED.format(does)}) == fate


@pytest.mark.parametrize(
    ("then", "fate"),
    [
        (
            '.onErrorResume(e -> {{ log.error("x: " + e.getMessage()); return Flux.just(""); }})',
            "lost",
        ),
        ('.onErrorReturn("sorry")', "lost"),
        ('.onErrorResume(TimeoutException.class, e -> Flux.just(""))', "leaving"),
        ('.doOnError(e -> log.error("x: " + e.getMessage()))', "leaving"),
        ("", "leaving"),
    ],
)
def test_streams_of_java_that_answer_instead(then: str, fate: str) -> None:
    text = STREAMS.format(then.replace("{{", "{").replace("}}", "}"))
    assert _fate({**SPRING, "src/main/java/View.java": text}) == fate


@pytest.mark.parametrize(
    ("does", "fate"),
    [
        ('console.error("x", (error as Error).message);', "lost"),
        ('console.error("x", error);', "leaving"),
    ],
)
def test_streams_that_are_told_what_to_do_with_an_error(does: str, fate: str) -> None:
    assert _fate({**NEXT, "app/api/chat/route.ts": STREAM % does}) == fate


@pytest.mark.parametrize(
    ("does", "fate"),
    [
        ("console.error(err.message); res.status(500).end();", "lost"),
        ("console.error(`failed: ${err}`); res.status(500).end();", "lost"),
        ("console.error(err); res.status(500).end();", "leaving"),
        ("logger.error({ err }); res.status(500).end();", "leaving"),
        ("logger.error(err.stack); res.status(500).end();", "leaving"),
    ],
)
def test_what_answers_for_all_errors_and_tells_of_their_message(does: str, fate: str) -> None:
    assert _fate({**NEXT, "app.ts": EXPRESS % does}) == fate


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("executor.submit(this::work);", True),
        ("executor.schedule(this::work, 5, SECONDS);", True),
        ("CompletableFuture.runAsync(this::work);", True),
        ("future = executor.submit(this::work);", False),
        ("executor.submit(this::work).get();", False),
        ("executor.execute(this::work);", False),
    ],
)
def test_futures_of_java(row: str, told: bool) -> None:
    assert forgets("A.java", [row], 1, "work") is told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("pool.submit(work)", True),
        ("for x in xs:\n    pool.submit(work, x)\nfor y in ys:\n    y()", True),
        ("f(x)  # each (\npool.submit(work)  # later\n# then\nprint()", True),
        ("pool.submit(work); print()", True),
        ("_ = (1)\n\npool.submit(work)\n\n(a, b) = 1, 2", True),
        ("fs = [\n    pool.submit(work, x)\n    for x in xs\n]", False),
        ("fs = {\n    pool.submit(work, x)\n    for x in xs\n}", False),
        ("fs = {pool.submit(work, x)\n      for x in xs}", False),
        ("fs = {x:\n    pool.submit(work, x)\n    for x in xs}", False),
        ("fs = [  # all\n    # of them\n\n    pool.submit(work, x)\n]", False),
        ("fs.append(\n    pool.submit(work, x)\n)", False),
        ("f = (\n    pool.submit(work, x)\n)", False),
        ("f = \\\n    pool.submit(work, x)", False),
        ("return (\n    pool.submit(work, x)\n    .result()\n)", False),
        ("fs = [\n    first,\n    pool.submit(work, x)\n]", False),
        ("f = (\n    first or\n    pool.submit(work, x)\n)", False),
    ],
)
def test_rows_inside_what_is_open_above_them(text: str, told: bool) -> None:
    rows = text.split("\n")
    line = next(at for at, row in enumerate(rows, 1) if "submit" in row)
    assert forgets("a.py", rows, line, "work") is told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("if (late)\n    ex.submit(this::work);", True),
        ("/** Asks (the model, */\nex.submit(this::work);", True),
        ("xs.forEach(x -> {\n    ex.submit(this::work);\n});", True),
        ("Future<String> f = /* later */\n    ex.submit(this::work);", False),
        ("Supplier<Future> s = () ->\n    ex.submit(this::work);", False),
        ("Supplier<Future> s = () -> ex.submit(this::work);", False),
        ("return\n    // later\n    ex.submit(this::work);", False),
    ],
)
def test_statements_of_java_that_begin_above(text: str, told: bool) -> None:
    rows = text.split("\n")
    line = next(at for at, row in enumerate(rows, 1) if "submit" in row)
    assert forgets("A.java", rows, line, "work") is told
