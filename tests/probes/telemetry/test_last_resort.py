"""What answers for every exception that nobody caught decides what becomes of those of models."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.errors import kept
from agentaudit.probes.telemetry.fates import Fates, followed
from agentaudit.probes.telemetry.tracebacks_kept import tracebacks_kept

FATES = ("kept", "lost", "leaving")
FLASK = (
    "from flask import Flask, jsonify\nfrom openai import OpenAI\napp = Flask(__name__)\n\n"
    "@app.route('/ask')\ndef ask():\n    return OpenAI().responses.create(model='m', input='x')\n\n"
    "@app.errorhandler({})\ndef failed(error):\n    {}\n    return jsonify(error=str(error)), 500\n"
)
MIDDLEWARE = (
    "import logging\nfrom fastapi import FastAPI\nfrom openai import OpenAI\napp = FastAPI()\n\n"
    "@app.post('/ask')\ndef ask(text: str):\n"
    "    return OpenAI().responses.create(model='m', input=text)\n\n"
    "@app.middleware('http')\nasync def around(request, call_next):\n    try:\n"
    "        return await call_next(request)\n    except {} as error:\n        {}\n"
    "        return JSONResponse({{'error': str(error)}})\n"
)
POM = (
    "<project><dependencies><dependency><groupId>org.springframework.ai</groupId>"
    "<artifactId>spring-ai-starter-model-openai</artifactId></dependency><dependency>"
    "<groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId>"
    "</dependency></dependencies></project>\n"
)
ASKS = (
    "import org.springframework.ai.chat.client.ChatClient;\n@RestController\nclass Chat {\n"
    '  @PostMapping("/ask")\n  String ask(String text) {\n'
    "    return ChatClient.create(model).prompt(text).call().content();\n  }\n}\n"
)
ADVICE = (
    "@RestControllerAdvice\nclass Failures {{\n"
    "  static final Logger log = LoggerFactory.getLogger(Failures.class);\n"
    "  {}\n  @ResponseStatus(code = SERVER)\n  public ResponseEntity<String> failed({} ex) {{\n"
    "    {}\n    return ResponseEntity.status(500).body(ex.getMessage());\n  }}\n}}\n"
)
PROJECT = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference Include="OpenAI" '
    'Version="2.1.0" /></ItemGroup></Project>\n'
)
KESTREL = (
    "using OpenAI.Chat;\nvar app = WebApplication.CreateBuilder(args).Build();\n"
    "app.UseMiddleware<Failures>();\nvar chat = new ChatClient(name, key);\n"
    'app.MapPost("/ask", (string text) => chat.CompleteChat(text));\napp.Run();\n'
)
AROUND = (
    "public class Failures(RequestDelegate next, ILogger<Failures> logger) {{\n"
    "  public async Task InvokeAsync(HttpContext context) {{\n    try {{ await {}(context); }}\n"
    "    catch (Exception ex) {{ {} context.Response.StatusCode = 500; }}\n  }}\n}}\n"
)


def _followed(files: dict[str, str]) -> Fates:
    component = testing.component({"files": files})
    return followed(testing.repository({"files": files}), component, list(kept(component.code)))


def _ends(files: dict[str, str]) -> list[str]:
    ends = _followed(files)
    return [name for name in FATES if getattr(ends, name)]


@pytest.mark.parametrize(
    ("types", "does", "fate"),
    [
        ("Exception", "pass", "lost"),
        ("Exception", "app.logger.error('failed: %s', error)", "lost"),
        ("Exception", "app.logger.exception('failed')", "kept"),
        ("404", "pass", "leaving"),
        ("KeyError", "pass", "leaving"),
    ],
)
def test_what_flask_calls_with_any_exception(types: str, does: str, fate: str) -> None:
    files = {"requirements.txt": "flask==3.1.0\nopenai==1.93.0\n"}
    assert _ends({**files, "app.py": FLASK.format(types, does)}) == [fate]


@pytest.mark.parametrize(
    ("made", "mark", "fate"),
    [
        ("", "app.errorhandler", "lost"),
        ("admin = Blueprint('admin', __name__)\n", "admin.errorhandler", "leaving"),
        ("admin = Blueprint('admin', __name__)\n", "admin.app_errorhandler", "lost"),
        ("", "unknown.errorhandler", "leaving"),
    ],
)
def test_a_part_of_flask_answers_for_its_own_routes(made: str, mark: str, fate: str) -> None:
    files = {"requirements.txt": "flask==3.1.0\nopenai==1.93.0\n"}
    app = FLASK.format("Exception", "pass").replace("app.errorhandler", mark)
    app = app.replace("\n\n", f"\n{made}\n", 1)
    assert _ends({**files, "app.py": app}) == [fate]


def test_what_a_part_keeps_is_lost_by_the_whole() -> None:
    app = FLASK.format("Exception", "pass") + (
        "\nadmin = Blueprint('admin', __name__)\n\n@admin.errorhandler(Exception)\n"
        "def told(error):\n    app.logger.exception('failed')\n    return 'failed', 500\n"
    )
    assert _ends({"requirements.txt": "flask==3.1.0\nopenai==1.93.0\n", "app.py": app}) == ["lost"]


@pytest.mark.parametrize(
    ("types", "does", "fate"),
    [
        ("Exception", "logging.error(error)", "lost"),
        ("Exception", "logging.exception('failed')", "kept"),
        ("TimeoutError", "logging.error(error)", "leaving"),
    ],
)
def test_what_stands_around_every_request(types: str, does: str, fate: str) -> None:
    files = {"requirements.txt": "fastapi==0.115.0\nopenai==1.93.0\n"}
    assert _ends({**files, "app.py": MIDDLEWARE.format(types, does)}) == [fate]


NAMED = (
    "import asyncio\nimport logging\nimport openai\nfrom fastapi import FastAPI\n"
    "from openai import OpenAI, OpenAIError\napp = FastAPI()\n\n"
    "@app.post('/ask')\ndef ask(text: str):\n"
    "    return OpenAI().responses.create(model='m', input=text)\n\n"
    "{}async def failed(request, error):\n    {}\n"
    "    return JSONResponse({{'error': str(error)}})\n{}"
)
ADDS = "\napp.add_exception_handler({}, failed)\n"


@pytest.mark.parametrize(
    ("mark", "does", "adds", "fate"),
    [
        ("@app.exception_handler(OpenAIError)\n", "logging.error(error)", "", "lost"),
        ("@app.exception_handler(OpenAIError)\n", "logging.exception('x')", "", "kept"),
        ("@app.exception_handler(asyncio.TimeoutError)\n", "pass", "", "lost"),
        ("", "pass", ADDS.format("openai.APIError"), "lost"),
        ("", "pass", "# " + ADDS.format("openai.APIError").strip(), "leaving"),
        # of something else, of one failure among many, and what passes it on to the server
        ("@app.exception_handler(APIError)\n", "pass", "", "leaving"),
        ("@app.exception_handler(openai.RateLimitError)\n", "pass", "", "leaving"),
        ("@app.exception_handler(ValueError)\n", "pass", "", "leaving"),
        ("@app.exception_handler(Exception)\n", "pass", "", "leaving"),
        ("@app.exception_handler(OpenAIError)\n", "raise error", "", "leaving"),
    ],
)
def test_what_answers_for_the_errors_of_models(mark: str, does: str, adds: str, fate: str) -> None:
    files = {"requirements.txt": "fastapi==0.115.0\nopenai==1.93.0\n"}
    assert _ends({**files, "app.py": NAMED.format(mark, does, adds)}) == [fate]


OF_STARLETTE = (
    "from starlette.middleware.base import BaseHTTPMiddleware\n\n"
    "class Around(BaseHTTPMiddleware):\n    async def dispatch(self, request, call_next):\n"
    "        try:\n            return await call_next(request)\n"
    "        except Exception as error:\n            return JSONResponse({'error': str(error)})\n"
)


@pytest.mark.parametrize(
    ("adds", "fate"),
    [
        ("app.add_middleware(Around)", "lost"),
        ("app.add_middleware(\n    around.Around,\n    name='x',\n)", "lost"),
        ("app = FastAPI(middleware=[Middleware(Around)])", "lost"),
        ("app.add_middleware(CORSMiddleware)", "leaving"),
        ("# app.add_middleware(Around)", "leaving"),
        ("server.add_middleware(Around())", "leaving"),
    ],
)
def test_a_middleware_that_somebody_adds(adds: str, fate: str) -> None:
    main = MIDDLEWARE.partition("@app.middleware")[0] + adds + "\n"
    files = {"requirements.txt": "fastapi==0.115.0\nopenai==1.93.0\n", "app.py": main}
    assert _ends({**files, "around.py": OF_STARLETTE}) == [fate]


@pytest.mark.parametrize(
    ("mark", "type_", "does", "fate"),
    [
        ("@ExceptionHandler(Exception.class)", "Exception", "", "lost"),
        ("@ExceptionHandler({IOException.class, Exception.class})", "Exception", "", "lost"),
        ("@ExceptionHandler", "Exception", "", "lost"),
        ("@ExceptionHandler", "IllegalStateException", "", "leaving"),
        ("@ExceptionHandler(IOException.class)", "Exception", "", "leaving"),
        ("@ExceptionHandler(Exception.class)", "Exception", 'log.error("failed", ex);', "kept"),
        (
            *("@ExceptionHandler(Exception.class)", "Exception"),
            *('log.error("failed: {}", ex.getMessage());', "lost"),
        ),
        ("@ExceptionHandler(Exception.class)", "Exception", "if (dev()) throw ex;", "leaving"),
        ("@ServerExceptionMapper", "Exception", 'LOG.errorf(ex, "failed: %s", x);', "kept"),
        ("@ServerExceptionMapper", "Exception", 'LOG.errorf("failed: %s", x);', "lost"),
    ],
)
def test_what_spring_calls_with_any_exception(mark: str, type_: str, does: str, fate: str) -> None:
    main = "src/main/java/"
    advice = ADVICE.format(mark, type_, does)
    assert _ends({"pom.xml": POM, f"{main}Chat.java": ASKS, f"{main}F.java": advice}) == [fate]


HANDLER = (
    '  @ExceptionHandler(Exception.class)\n  String failed(Exception ex) {\n    return "failed";\n'
    "  }\n}\n"
)


@pytest.mark.parametrize(
    ("asks", "advice", "fate"),
    [
        (
            ASKS,
            f"@RestControllerAdvice\nclass F {{\n  record Shown(String s) {{}}\n{HANDLER}",
            "lost",
        ),
        (ASKS, f"@RestController\nclass F {{\n{HANDLER}", "leaving"),
        (ASKS, f"// @ControllerAdvice\nclass F {{\n{HANDLER}", "leaving"),
        (
            ASKS,
            f"@ControllerAdvice(assignableTypes = Admin.class)\nclass F {{\n{HANDLER}",
            "leaving",
        ),
        (ASKS.removesuffix("}\n") + HANDLER, "class F {}\n", "lost"),
        (
            ASKS,
            f"@Provider\nclass F implements ExceptionMapper<Exception> {{\n{HANDLER}",
            "leaving",
        ),
    ],
)
def test_a_controller_answers_for_its_own_routes(asks: str, advice: str, fate: str) -> None:
    main = "src/main/java/"
    assert _ends({"pom.xml": POM, f"{main}Chat.java": asks, f"{main}F.java": advice}) == [fate]


@pytest.mark.parametrize(
    ("runs", "does", "fate"),
    [
        ("next", "", "lost"),
        ("_next", "logger.LogError(ex.Message);", "lost"),
        ("next", 'logger.LogError(ex, "failed");', "kept"),
        ("next", "throw;", "leaving"),
        ("store", "", "leaving"),
    ],
)
def test_what_stands_around_every_request_of_net(runs: str, does: str, fate: str) -> None:
    files = {"api.csproj": PROJECT, "Program.cs": KESTREL}
    assert _ends({**files, "Failures.cs": AROUND.format(runs, does)}) == [fate]


BEHAVIOR = (
    "public class Told<Q, R>(ILogger<Q> logger) : IPipelineBehavior<Q, R> {{\n"
    "  public async Task<R> Handle(Q request, RequestHandlerDelegate<R> next) {{\n"
    "    try {{ return await next(); }}\n    catch (Exception ex) {{ {} }}\n  }}\n}}\n"
)
FILTER = (
    "public class Shown : ExceptionFilterAttribute {\n"
    "  public override void OnException(ExceptionContext context) {\n"
    "    context.Result = new ObjectResult(context.Exception.Message);\n"
    "    context.ExceptionHandled = true;\n  }\n}\n"
)


TOLD = 'logger.LogError(ex, "failed"); throw;'
OPEN = "s.AddMediatR(c => c.AddOpenBehavior(typeof(Told<,>)));"
SHOWS = "s.AddControllers(o => o.Filters.Add<Shown>());"


@pytest.mark.parametrize(
    ("more", "adds", "fate"),
    [
        ({"Shown.cs": FILTER}, SHOWS, "lost"),
        ({"Shown.cs": FILTER}, "s.AddScoped<Shown>();", "leaving"),
        ({"Told.cs": BEHAVIOR.format(TOLD)}, OPEN, "kept"),
        (
            {"Told.cs": BEHAVIOR.format(TOLD)},
            "s.AddTransient(typeof(IPipelineBehavior<,>), typeof(Told<,>));",
            "kept",
        ),
        ({"Told.cs": BEHAVIOR.format(TOLD)}, "", "leaving"),
        ({"Told.cs": BEHAVIOR.format("throw;")}, OPEN, "leaving"),
        # one keeps what the other would lose
        ({"Shown.cs": FILTER, "Told.cs": BEHAVIOR.format(TOLD)}, SHOWS + OPEN, "leaving"),
        ({"Shown.cs": FILTER, "Told.cs": BEHAVIOR.format(TOLD)}, SHOWS, "lost"),
        ({"Failures.cs": AROUND.format("next", "")}, "", "lost"),
    ],
)
def test_filters_and_behaviors_of_net(more: dict[str, str], adds: str, fate: str) -> None:
    assert _ends({"api.csproj": PROJECT, "Program.cs": KESTREL + adds, **more}) == [fate]


def test_a_middleware_of_net_that_nobody_uses() -> None:
    plain = KESTREL.replace("app.Use", "// app.Use")
    files = {"api.csproj": PROJECT, "Program.cs": plain, "Failures.cs": AROUND.format("next", "")}
    assert _ends(files) == ["leaving"]


@pytest.mark.parametrize(
    ("does", "outcome"),
    [("", Outcome.FAIL), ('log.error("failed", ex);', Outcome.PASS)],
)
def test_an_advice_decides_for_the_component(does: str, outcome: Outcome) -> None:
    advice = ADVICE.format("@ExceptionHandler(Exception.class)", "Exception", does)
    files = {"pom.xml": POM, "src/main/java/Chat.java": ASKS, "src/main/java/F.java": advice}
    given = {"repo": testing.repository({"files": files})}
    given["component"] = testing.component({"files": files})
    assert tracebacks_kept.ask(given).outcome is outcome
