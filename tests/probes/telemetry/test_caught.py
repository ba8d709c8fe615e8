"""What becomes of exceptions in the blocks that catch them."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.evidence import Place
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.catches import catches, is_whole
from agentaudit.probes.telemetry.caught import FALLBACK, leaves, losing, weighed
from agentaudit.probes.telemetry.promises import is_dropped
from agentaudit.probes.telemetry.tracebacks_kept import tracebacks_kept
from agentaudit.source import Component, Repo

MANIFESTS = {
    "requirements.txt": "openai==1.93.0\n",
    "package.json": '{"name": "a", "dependencies": {"openai": "5", "winston": "3"}}',
}
PYTHON = (
    "import logging\nfrom openai import OpenAI\nlogger = logging.getLogger(__name__)\n"
    "try:\n    OpenAI()\n{}\n"
)
POM = (
    "<project><dependencies><dependency><groupId>org.springframework.ai</groupId><artifactId>"
    "spring-ai-starter-model-openai</artifactId></dependency></dependencies></project>\n"
)
NODE = (
    'import OpenAI from "openai";\nimport winston from "winston";\n'
    "const logger = winston.createLogger();\ntry {{ new OpenAI(); }} {}\n"
)


def _asked(files: dict[str, str]) -> tuple[Repo, Component]:
    given = {"files": {**MANIFESTS, **files}}
    return testing.repository(given), testing.component(given)


@pytest.mark.parametrize(
    ("path", "text", "lost"),
    [
        ("a.py", PYTHON.format("except Exception as e:\n    print(f'failed: {e}')"), 1),
        ("a.py", PYTHON.format("except Exception as e:\n    raise HTTPException(500, str(e))"), 1),
        ("a.py", PYTHON.format("except Exception as e:\n    raise RuntimeError('x') from e"), 0),
        ("a.py", PYTHON.format("except Exception as e:\n    logger.exception(e)"), 0),
        ("a.py", PYTHON.format("except Exception:\n    pass"), 0),
        ("a.py", PYTHON.format("except ValueError as e:\n    print(e)"), 0),
        ("a.ts", NODE.format("catch (e) { return { error: e.message }; }"), 1),
        ("a.ts", NODE.format("catch (e) { logger.error('x', e); }"), 0),
        ("a.ts", NODE.format("catch (e: unknown) { throw new Failed({ cause: e }); }"), 0),
        ("a.ts", NODE.format("catch { return null; }"), 0),
        ("a.mts", NODE.format("catch (e) { return { error: e.message }; }"), 1),
        ("a.mts", NODE.format("catch (e) { logger.error('x', e); }"), 0),
    ],
)
def test_where_an_exception_is_told_by_its_message(path: str, text: str, lost: int) -> None:
    repo, component = _asked({path: text})
    assert len(list(losing(repo, component.code))) == lost


CALLED = (
    "import org.springframework.ai.chat.client.ChatClient;\npublic class Planner {{\n"
    '  @CircuitBreaker(name = "agent", fallbackMethod = "offline")\n'
    "  public String plan(String text) {{ return client.prompt(text).call().content(); }}\n"
    "  public String offline(String text, Exception e) {{ {} }}\n}}\n"
)


@pytest.mark.parametrize(
    ("does", "lost"),
    [
        ('log.warn("{}", e.getMessage()); return "later";', 1),
        ('return "later";', 1),
        ('log.warn("offline", e); return "later";', 0),
        ("throw new Failed(e);", 0),
    ],
)
def test_what_answers_for_another_catches_its_exceptions(does: str, lost: int) -> None:
    files = {"pom.xml": POM, "src/main/java/Planner.java": CALLED.format(does)}
    repo, component = _asked(files)
    assert [scope for _, scope in losing(repo, component.code)] == [FALLBACK] * lost


ONE = PYTHON.format("except Exception:\n    logger.exception('x')")
LOST = PYTHON.format("except Exception as e:\n    print(e)")

KEPT = NODE.format("catch (e) { logger.error('x', e); }")
DROPPED = NODE.format("catch (e) { return { error: e.message }; }")
BESIDE = "try:\n    answer()\nexcept Exception as e:\n    reply(str(e))\n"


@pytest.mark.parametrize(
    ("files", "practice"),
    [
        ({"a.py": ONE}, True),
        ({"a.py": ONE, "b.py": LOST}, True),
        ({"a.py": ONE, "b.py": LOST, "c.py": LOST, "d.py": LOST, "e.py": LOST}, False),
        ({"a.py": ONE, "api/b.py": LOST, "api/c.py": LOST, "api/d.py": LOST}, False),
        ({"api/a.py": ONE, "api/b.py": LOST, "api/c.py": LOST, "api/d.py": LOST}, True),
        ({"a.py": LOST}, False),
        ({"a.py": ONE, "b.py": ONE, "api/chat.py": LOST}, False),
        ({"a.py": ONE, "b.py": ONE, "api/chat.py": LOST, "api/query.py": ONE}, False),
        ({"a.py": ONE, "api/ask.py": ONE, "api/chat.py": ONE, "api/query.py": LOST}, True),
        ({"a.ts": KEPT, "b.ts": KEPT, "app/api/chat/openai/route.ts": DROPPED}, False),
        ({"a.ts": KEPT, "b.ts": KEPT, "app/api/users/route.ts": DROPPED}, True),
        ({"a.py": ONE, "b.py": ONE, "api/files.py": "import os\n", "api/chat.py": BESIDE}, True),
        ({"a.py": ONE, "b.py": ONE, "api/files.py": ONE, "api/chat.py": BESIDE}, False),
    ],
)
def test_whether_tracebacks_are_kept_as_a_rule(files: dict[str, str], practice: bool) -> None:
    repo, component = _asked(files)
    assert weighed(repo, component.code).is_practice is practice


SHARED = (
    'import OpenAI from "openai";\nimport winston from "winston";\n'
    "const logger = winston.createLogger();\n"
    "export function answerError(e: Error) {{ {} }}\nexport const ask = () => answerError(x);\n"
)
HANDED = "catch (e) {{ return answerError({}, e.status); }}"


@pytest.mark.parametrize(
    ("logged", "given", "lost"),
    [
        ("logger.error('x', e);", "e", 0),
        ("logger.error('x', e);", "e.message", 1),
        ("reply(e);", "e", 1),
    ],
)
def test_an_exception_may_be_handed_to_what_keeps_it(logged: str, given: str, lost: int) -> None:
    repo, component = _asked(
        {
            "errors.ts": SHARED.format(logged),
            "b.ts": KEPT,
            "a.ts": NODE.format(HANDED.format(given)),
        }
    )
    assert len(weighed(repo, component.code).lacking) == lost


@pytest.mark.parametrize(
    ("files", "left"),
    [
        ({"a.py": "from openai import OpenAI\nOpenAI()\n"}, True),
        ({"a.py": PYTHON.format("except Exception:\n    raise")}, True),
        ({"a.py": PYTHON.format("except (KeyError, ValueError):\n    pass")}, True),
        ({"a.py": PYTHON.format("except Exception:\n    pass")}, False),
        ({"a.py": PYTHON.format("except:\n    pass")}, False),
        ({"a.py": "import openai\ntry:\n    import torch\nexcept Exception:\n    pass\n"}, True),
        ({"a.py": "import openai\ntry:\n    ask(x)\nexcept Exception:\n    pass\n"}, False),
        ({"a.py": PYTHON.format("except (OSError, Exception) as e:\n    pass")}, False),
        ({"a.ts": NODE.format("catch (e) { return null; }")}, False),
        ({"a.ts": NODE.format("catch (e) { throw e; }")}, True),
        ({"a.py": "print(1)\n"}, False),
    ],
)
def test_whether_exceptions_leave_what_asks_models(files: dict[str, str], left: bool) -> None:
    repo, component = _asked(files)
    assert leaves(repo, component.code) is left


TRACED = "from openinference.instrumentation.openai import OpenAIInstrumentor\n"
TRACED += "from phoenix.otel import register\nregister()\nOpenAIInstrumentor().instrument()\n"


@pytest.mark.parametrize(
    ("block", "outcome"),
    [
        ("finally:\n    print('done')", Outcome.PASS),
        ("except Exception as e:\n    print(e)", Outcome.FAIL),
    ],
)
def test_a_tracer_records_what_nobody_catches(block: str, outcome: Outcome) -> None:
    given = {
        "files": {
            "requirements.txt": "openai==1.93.0\nopeninference-instrumentation-openai==0.1.30\n",
            "main.py": TRACED + PYTHON.format(block),
        }
    }
    answer = tracebacks_kept.ask(
        {"repo": testing.repository(given), "component": testing.component(given)}
    )
    assert answer.outcome is outcome, answer.message


PROJECT = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework>'
    '</PropertyGroup><ItemGroup><PackageReference Include="Microsoft.SemanticKernel" '
    'Version="1.60.0" /></ItemGroup></Project>\n'
)
START = "var app = WebApplication.CreateBuilder(args).Build();\napp.UseExceptionHandler();\n"


@pytest.mark.parametrize(
    ("block", "outcome"),
    [
        ("catch (Exception ex) { text = ex.Message; }", Outcome.FAIL),
        ('catch (Exception ex) { logger.LogError(ex, "x"); }', Outcome.PASS),
        ("finally { busy = false; }", Outcome.PASS),
    ],
)
def test_pages_answer_past_the_middleware(block: str, outcome: Outcome) -> None:
    page = '@page "/ask"\n@code {\n  async Task Ask() { try { await Send(); } ' + block + " }\n}\n"
    given = {"files": {"a.csproj": PROJECT, "Program.cs": START, "Pages/Ask.razor": page}}
    answer = tracebacks_kept.ask(
        {"repo": testing.repository(given), "component": testing.component(given)}
    )
    assert answer.outcome is outcome, answer.message


ROUTES = (
    "import logging\nfrom openai import OpenAI\nlogger = logging.getLogger(__name__)\n\n"
    "@app.post('/a')\ndef a():\n    try:\n        return OpenAI()\n    except Exception as e:\n"
    "        {}\n" + "\n" * 12 + "def clean():\n    try:\n        remove()\n    except OSError:\n"
    "        logger.exception('x')\n\n\nclean()\n"
)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("return {'error': str(e)}", False),
        ("pass", False),
        ("raise", True),
        ("logger.exception('a')", True),
    ],
)
def test_a_log_of_a_chore_outweighs_no_route(line: str, kept: bool) -> None:
    repo, component = _asked({"app.py": ROUTES.format(line)})
    assert weighed(repo, component.code).is_practice is kept


PROMISE = (
    'import OpenAI from "openai";\nconst client = new OpenAI();\n'
    'app.post("/ask", (req, res) => {{\n'
    "  client.responses.create({{ model: 'gpt-4.1' }}).then(send).catch({});\n}});\n"
)


@pytest.mark.parametrize(
    ("caught", "found"),
    [
        ("() => res.status(500).end()", True),
        ("(e) => { res.json({ error: e.message }); }", True),
        ("(e) => { console.error(e); res.status(500).end(); }", False),
        ("next", False),
    ],
)
def test_promises_that_drop_an_error(caught: str, found: bool) -> None:
    text = PROMISE.format(caught)
    repo = testing.repository({"files": {"a.ts": text}})
    caught_ = catches(repo.blocks(Place("git:.", "a.ts")))
    assert any(is_dropped(text, catch) for catch in caught_) is found


@pytest.mark.parametrize(("path", "kept"), [("lib/migrate.ts", 0), ("lib/ask.ts", 1)])
def test_chores_answer_nobody(path: str, kept: int) -> None:
    block = NODE.format("catch (e) { logger.error('x', e); }")
    repo, component = _asked({path: block})
    assert len(weighed(repo, component.code).keeping) == kept


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("'failed', error", True),
        ("{ error }", True),
        ("`failed: ${error}`", False),
        ("'failed: ' + error.message", False),
    ],
)
def test_a_text_holds_what_an_exception_says_and_not_itself(given: str, whole: bool) -> None:
    assert is_whole("error", given) is whole


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ('log.LogError(ex, "failed");', Outcome.PASS),
        ("log.LogError(ex.Message, ex);", Outcome.FAIL),
        ('log.LogError("failed", ex);', Outcome.FAIL),
    ],
)
def test_loggers_of_dotnet_take_the_exception_first(told: str, outcome: Outcome) -> None:
    needs = '<PackageReference Include="OpenAI" Version="2.2.0" />'
    files = {
        "Ask.csproj": f'<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>{needs}</ItemGroup></Project>',
        "Ask.cs": "using OpenAI.Chat;\nclass Ask\n{\n    static void Main()\n    {\n"
        "        try { new ChatClient(model, key).CompleteChat(text); }\n"
        f"        catch (Exception ex) {{ {told} }}\n    }}\n}}\n",
    }
    given = {"files": files}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    assert tracebacks_kept.ask(inputs).outcome is outcome


RUNS = (
    "import logging\nlogger = logging.getLogger(__name__)\n\n\ndef run_task(text):\n    try:\n"
    "        answer(text)\n    except Exception:\n        logger.exception('x')\n\n\n"
    "run_task('x')\n"
)


@pytest.mark.parametrize(("line", "kept"), [("return {'error': str(e)}", False), ("raise", True)])
def test_a_run_that_keeps_it_outweighs_no_route(line: str, kept: bool) -> None:
    repo, component = _asked({"app.py": ROUTES.format(line), "runs.py": RUNS})
    assert weighed(repo, component.code).is_practice is kept
