"""Which calls keep the traceback of an error, in the languages and loggers that people use."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.probes.telemetry.errors import bare, is_central, kept
from agentaudit.probes.telemetry.loggers import logger_of

PYTHON = "from openai import OpenAI\nimport logging\nlogger = logging.getLogger(__name__)\n"
NODE = 'import OpenAI from "openai";\nimport winston from "winston";\n'
NODE += "const logger = winston.createLogger();\n"
OWN = 'import OpenAI from "openai";\nimport { logger } from "./logger";\n'
PINO = 'import OpenAI from "openai";\nimport pino from "pino";\nconst logger = pino();\n'
CONSOLA = 'import OpenAI from "openai";\nimport { createConsola } from "consola";\n'
CONSOLA += "const logger = createConsola();\n"
JAVA = (
    "import dev.langchain4j.model.openai.OpenAiChatModel;\npublic class A {{\n"
    "  private static final Logger log = LogManager.getLogger(A.class);\n"
    "  public static void main(String[] args) {{\n"
    "    try {{ OpenAiChatModel.builder().build().chat(args[0]); }}\n"
    "    catch (Exception e) {{ log.error({}); }}\n  }}\n}}\n"
)
FLUENT = JAVA.replace("log.error({})", "log.atError(){}.log(e.getMessage())")
MANIFESTS = {
    "pom.xml": "<project><dependencies><dependency><groupId>dev.langchain4j</groupId>"
    "<artifactId>langchain4j-open-ai</artifactId><version>1.1.0</version></dependency>"
    "</dependencies></project>\n",
    "requirements.txt": "openai==1.93.0\n",
    "package.json": '{"name": "a", "dependencies": {"openai": "5", "winston": "3"}}',
}


def _counts(path: str, text: str) -> tuple[int, int]:
    code = testing.component({"files": {**MANIFESTS, path: text}}).code
    return len(list(kept(code))), len(list(bare(code)))


@pytest.mark.parametrize(
    ("path", "text", "counts"),
    [
        ("a.py", PYTHON + "logger.exception('x')\n", (1, 0)),
        ("a.py", PYTHON + "logger.warning('x', exc_info=True)\n", (1, 0)),
        ("a.py", PYTHON + "logger.warning('x')\n", (0, 0)),
        ("a.py", PYTHON + "logger.error('x: %s', error)\n", (0, 1)),
        ("a.py", PYTHON + "logger.error(f'x: {error}')\n", (0, 1)),
        ("a.py", PYTHON + "logger.error('there is no such error')\n", (0, 0)),
        ("a.py", PYTHON + "import traceback\ntraceback.print_exc()\n", (1, 0)),
        (
            "a.py",
            PYTHON + "import traceback\nlogger.error('x: %s', error)\ntraceback.print_exc()\n",
            (1, 0),
        ),
        ("a.py", PYTHON + "import loguru\nloguru.logger.opt(exception=True).error('x')\n", (1, 0)),
        ("a.py", PYTHON + "future.exception()\n", (0, 0)),
        ("a.py", PYTHON + "span.record_exception(error)\n", (1, 0)),
        ("a.ts", NODE + "logger.error('x', err);\n", (1, 0)),
        ("a.ts", NODE + "logger.error({ err }, 'x');\n", (0, 1)),
        ("a.ts", NODE + "logger.error('x', { error });\n", (0, 1)),
        ("a.ts", NODE + "logger.error('x', { error: String(error) });\n", (0, 1)),
        ("a.ts", NODE + "console.error(error);\n", (1, 0)),
        ("a.ts", OWN + "console.log('x', error);\n", (1, 0)),
        ("a.ts", NODE + "console.error('x', error.message);\n", (0, 1)),
        ("frontend/src/a.ts", NODE + "console.error(error);\n", (0, 0)),
        ("app/api/chat/route.ts", NODE + "console.error(error);\n", (1, 0)),
        ("web/src/api/a.ts", NODE + "console.error(error);\n", (0, 0)),
        ("web/app/api/a.ts", NODE + "console.error(error);\n", (1, 0)),
        ("fe/src/a.ts", NODE + "console.error(error);\n", (0, 0)),
        ("components/a.ts", NODE + "console.error(error);\n", (0, 0)),
        ("a.ts", NODE + "logger.error(error.stack);\n", (1, 0)),
        ("a.ts", CONSOLA + "logger.error('x', err);\n", (1, 0)),
        ("src/main/java/A.java", JAVA.format('"x", e'), (1, 0)),
        ("src/main/java/A.java", JAVA.format("e"), (0, 1)),
        ("src/main/java/A.java", FLUENT.format(".setCause(e)"), (1, 0)),
        ("src/main/java/A.java", FLUENT.format(""), (0, 0)),
        ("a.ts", CONSOLA + "logger.error('x', err.message);\n", (0, 1)),
        ("a.ts", OWN + "toast.error('x', err);\n", (0, 0)),
        ("a.ts", NODE + "console.error('nothing was found');\n", (0, 0)),
        ("a.ts", PINO + "logger.error({ err: error.message }, 'x');\n", (0, 1)),
        ("a.ts", PINO + "logger.error({ err }, 'x');\n", (1, 0)),
        ("a.ts", PINO + "logger.error(error, 'x');\n", (1, 0)),
        ("a.ts", PINO + "logger.error({ error }, 'x');\n", (0, 1)),
        ("a.ts", PINO + "logger.error('x', err);\n", (0, 1)),
        ("a.mts", OWN + "logger.error('x', err);\n", (0, 1)),
        ("a.ts", OWN + "fastify.log.error(error);\n", (1, 0)),
        ("a.ts", OWN + "request.log.error({ err: error }, 'x');\n", (1, 0)),
        ("a.ts", OWN + "request.log.error('x', error);\n", (0, 1)),
    ],
)  # fmt: skip
def test_which_calls_keep_a_traceback(path: str, text: str, counts: tuple[int, int]) -> None:
    assert _counts(path, text) == counts


@pytest.mark.parametrize(
    ("made", "keeps"),
    [
        ("winston.format.json()", False),
        ("winston.format.prettyPrint()", True),
        ("winston.format((info) => ({ ...info, error: info.error?.stack }))()", True),
    ],
)
def test_winston_writes_an_error_among_fields_where_it_is_told_how(made: str, keeps: bool) -> None:
    text = NODE.replace("createLogger()", f"createLogger({{ format: {made} }})")
    files = {**MANIFESTS, "a.ts": text + "logger.error('x', { error });\n"}
    repo = testing.repository({"files": files})
    code = repo.components()[0].code
    assert bool(list(kept(code, logger_of(repo, code)))) is keeps


def test_a_logger_of_ones_own_may_drop_what_it_is_given() -> None:
    files = {**MANIFESTS, "package.json": '{"name": "a", "dependencies": {"openai": "5"}}'}
    code = testing.component({"files": {**files, "a.ts": OWN + "logger.error('x', err);\n"}}).code
    assert not list(kept(code))


@pytest.mark.parametrize(
    ("version", "taken", "library"),
    [
        ("^11.0.1", "Logger", "nest"),
        ("^10.4.8", "Logger", ""),
        ("^11.0.1", "Logger, LoggerService", ""),
        ("^11.0.1", "Injectable", ""),
    ],
)
def test_the_logger_of_nest_prints_errors_whole(version: str, taken: str, library: str) -> None:
    needs = f'{{"openai": "5.0.0", "@nestjs/common": "{version}"}}'
    files = {
        "package.json": f'{{"name": "a", "dependencies": {needs}}}',
        "a.ts": f'import OpenAI from "openai";\nimport {{ {taken} }} from "@nestjs/common";\n'
        "export class Asking {\n  private readonly logger = new Logger(Asking.name);\n"
        "  ask() { this.logger.error('failed', error); }\n}\nnew OpenAI();\n",
    }
    repo = testing.repository({"files": files})
    code = repo.components()[0].code
    assert logger_of(repo, code) == library
    assert len(list(kept(code, library))) == bool(library)


@pytest.mark.parametrize(
    ("logged", "counts"),
    [("g.Log().Error(ctx, err)", (1, 0)), ("slog.Error(err.Error())", (0, 1))],
)
def test_the_logger_of_goframe_writes_stacks(logged: str, counts: tuple[int, int]) -> None:
    text = (
        'package main\n\nimport (\n\t"log/slog"\n\n\t"github.com/gogf/gf/v2/frame/g"\n'
        '\t"github.com/openai/openai-go"\n)\n\n'
        f"func main() {{\n\topenai.NewClient()\n\t{logged}\n}}\n"
    )
    mod = "module x.io/a\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n"
    code = testing.component({"files": {"go.mod": mod, "main.go": text}}).code
    assert (len(list(kept(code))), len(list(bare(code)))) == counts


def test_samples_in_the_name_of_a_java_package_are_the_application() -> None:
    path = "src/main/java/com/acme/samples/Planner.java"
    text = (
        "import dev.langchain4j.model.openai.OpenAiChatModel;\n@RestController\n"
        "public class Planner {\n  @GetMapping\n"
        '  public void plan() { LOGGER.error("x", ex); }\n}\n'
    )
    code = testing.component({"files": {"pom.xml": "<project></project>\n", path: text}}).code
    assert [call.place.path for call in kept(code)] == [path]


def test_the_console_of_a_page_beside_the_service_is_not_its_log() -> None:
    files = {
        "go.mod": "module x\n\ngo 1.24\n\nrequire github.com/sashabaranov/go-openai v1.40.0\n",
        "main.go": 'package main\n\nimport openai "github.com/sashabaranov/go-openai"\n\n'
        'func main() {\n\topenai.NewClient("")\n}\n',
        "web/package.json": '{"name": "web"}',
        "web/src/api/ask.ts": "export async function ask() {\n  try { await fetch('/api/ask'); }\n"
        "  catch (error) { console.error('failed', error); }\n}\nask();\n",
    }
    assert not list(kept(testing.component({"files": files}).code))


@pytest.mark.parametrize(
    ("path", "name", "central"),
    [
        ("error_middleware.py", "answer", True),
        ("app.py", "global_exception_handler", True),
        ("api/ExceptionHandlingMiddleware.py", "invoke", True),
        ("upload.py", "answer", False),
        ("errors.py", "error_text", False),
    ],
)
def test_where_whatever_nobody_caught_arrives(path: str, name: str, central: bool) -> None:
    text = (
        f"import logging\nfrom openai import OpenAI\n\ndef {name}(request):\n    try:\n"
        "        return OpenAI().responses.create(input=request)\n    except Exception:\n"
        f"        logging.exception('failed')\n        raise\n\n{name}('x')\n"
    )
    files = {"requirements.txt": "openai==1.93.0\n", path: text}
    calls = list(kept(testing.component({"files": files}).code))
    assert [is_central(call) for call in calls] == [central]
