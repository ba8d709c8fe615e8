"""Strength of evidence: declared, imported, called, not switched off; and what is off."""

from __future__ import annotations

import pytest

from agentaudit.code import Strength, Use
from tests.sources.code.conftest import Understand

PROJECT = '[project]\nname = "app"\ndependencies = ["openai", "langfuse", "litellm", "openai-agents", "arize-phoenix"]\n'


def use(understand: Understand, library: str, trade: str, files: dict[str, str]) -> Use | None:
    component = understand({"pyproject.toml": PROJECT, **files})
    return next((use for use in component.uses(trade) if use.library == library), None)


STRENGTH = {
    "declared only": ({}, Strength.DECLARED),
    "declared, imported by a test": (
        {"tests/test_a.py": "import langfuse\nlangfuse.Langfuse()\n"},
        Strength.DECLARED,
    ),
    "imported": ({"a.py": "from langfuse import observe\n"}, Strength.IMPORTED),
    "called where nobody goes": (
        {"a.py": "from langfuse import CallbackHandler\ndef never():\n    CallbackHandler()\n"},
        Strength.IMPORTED,
    ),
    "called in a test of it only": (
        {
            "a.py": "from langfuse import CallbackHandler\ndef never():\n    CallbackHandler()\n",
            "tests/test_a.py": "from a import never\nnever()\n",
        },
        Strength.IMPORTED,
    ),
    "called": (
        {"a.py": "from langfuse import CallbackHandler\ndef go():\n    CallbackHandler()\ngo()\n"},
        Strength.ON,
    ),
    "called from another file": (
        {
            "a.py": "from langfuse import CallbackHandler\ndef go():\n    CallbackHandler()\n",
            "b.py": "from a import go\ngo()\n",
        },
        Strength.ON,
    ),
    "called in what an image starts by its name": (
        {
            "a.py": "from langfuse import CallbackHandler\ndef create():\n    CallbackHandler()\n",
            "Dockerfile": 'FROM python:3.12\nCMD ["uvicorn", "a:create", "--factory"]\n',
        },
        Strength.ON,
    ),
    "decorator": (
        {"a.py": "from langfuse import observe\n@observe()\ndef f(): ...\n"},
        Strength.ON,
    ),
    "a string": ({"a.py": 'import litellm\nlitellm.callbacks = ["langfuse"]\n'}, Strength.ON),
    "a string, appended": (
        {"a.py": 'import litellm\nlitellm.success_callback.append("langfuse")\n'},
        Strength.ON,
    ),
    "commented out": (
        {"a.py": '# litellm.callbacks = ["langfuse"]\nimport litellm\n'},
        Strength.DECLARED,
    ),
    "another string": (
        {"a.py": 'import litellm\nlitellm.drop = ["langfuse"]\n'},
        Strength.DECLARED,
    ),
}


@pytest.mark.parametrize("name", STRENGTH)
def test_strength(name: str, understand: Understand) -> None:
    files, strength = STRENGTH[name]
    found = use(understand, "langfuse", "tracing", files)
    assert found is not None
    assert found.strength is strength
    assert found.off is None


def test_an_indirect_library_is_none(understand: Understand) -> None:
    """OpenTelemetry in go.sum only."""
    files = {
        "go.mod": "module a\n\nrequire go.opentelemetry.io/otel v1.2.0 // indirect\n",
        "go.sum": "go.opentelemetry.io/otel v1.2.0 h1:x=\n",
        "main.go": "package main\nfunc main() {}\n",
    }
    assert not understand(files).uses("tracing")


HANDLER = "from llama_index.core import set_global_handler\n"
OFF = {
    "flag that is false": (
        "langfuse",
        "from langfuse import CallbackHandler\nclass S(BaseSettings):\n    trace: bool = False\ns = S()\nif s.trace:\n    CallbackHandler()\n",
        "behind trace, off by default",
    ),
    "variable that nobody sets": (
        "langfuse",
        'import os\nfrom langfuse import CallbackHandler\nif os.getenv("TRACE") == "1":\n    CallbackHandler()\n',
        "behind TRACE, off by default",
    ),
    "variable whose default is false": (
        "langfuse",
        'import os\nfrom langfuse import CallbackHandler\nON = os.getenv("TRACE", "false").lower() == "true"\n'
        "def go():\n    if not ON:\n        return\n    CallbackHandler()\ngo()\n",
        "behind",
    ),
    "early return": (
        "langfuse",
        'import os\nfrom langfuse import CallbackHandler\ndef go():\n    if not os.getenv("TRACE"):\n        return\n    CallbackHandler()\ngo()\n',
        "behind TRACE, off by default",
    ),
    "ternary": (
        "langfuse",
        'import os\nfrom langfuse import CallbackHandler\nc = CallbackHandler() if os.environ.get("TRACE") else None\n',
        "behind TRACE, off by default",
    ),
    "branch by value": (
        "langfuse",
        'import os\nfrom langfuse import CallbackHandler\nmatch os.getenv("TRACE", "none"):\n'
        '    case "all" | "some":\n        CallbackHandler()\n    case _:\n        pass\n',
        "behind TRACE, off by default",
    ),
    "switched off in code": (
        "openai-agents",
        "import agents\nagents.set_tracing_disabled(True)\nagents.trace(1)\n",
        "agents.set_tracing_disabled is called",
    ),
    "switched off by a variable set in code": (
        "openai-agents",
        'import os, agents\nos.environ.setdefault("OPENAI_AGENTS_DISABLE_TRACING", "1")\nagents.trace(1)\n',
        "OPENAI_AGENTS_DISABLE_TRACING=1",
    ),
}


@pytest.mark.parametrize("name", OFF)
def test_off(name: str, understand: Understand) -> None:
    library, text, why = OFF[name]
    found = use(understand, library, "tracing", {"a.py": text})
    assert found is not None
    assert found.strength is Strength.CALLED
    assert found.off is not None
    assert found.off.path == "a.py"
    assert found.why.startswith(why)


def test_off_in_production_cannot_be_told(understand: Understand) -> None:
    """Phoenix only when not in production: the condition is named."""
    text = (
        "import os\nfrom llama_index.core import set_global_handler\n"
        'if os.getenv("ENV") != "production":\n    set_global_handler("arize_phoenix")\n'
    )
    component = understand({"pyproject.toml": PROJECT, "a.py": text})
    calls = [call for call in component.code.calls if call.method == "set_global_handler"]
    assert calls
    condition = calls[0].condition
    assert condition is not None
    assert condition.setting == "ENV"
    assert condition.default is None


def test_set_in_compose_it_is_on(understand: Understand) -> None:
    compose = "services:\n  a:\n    build: .\n    environment:\n      LANGSMITH_TRACING: 'true'\n"
    files = {
        "compose.yaml": compose,
        "Dockerfile": "FROM python:3.12\nCOPY . .\n",
        "a.py": "from langchain_core.runnables import chain\n",
    }
    found = use(understand, "langsmith", "tracing", files)
    assert found is not None
    assert found.strength is Strength.ON
    assert (found.place.path, found.place.line) == ("compose.yaml", 5)


@pytest.mark.parametrize(
    ("variable", "code", "library"),
    [
        ("ENABLE_TRACING: true", "import openai", ""),
        ("ENABLE_TRACING: true", "from google.adk.agents import Agent", "google-adk"),
        ("LANGSMITH_TRACING: true", "import openai", ""),
        ("LANGSMITH_TRACING: true", "from langgraph.graph import StateGraph", "langsmith"),
        ("LANGSMITH_TRACING: '1'", "from langgraph.graph import StateGraph", ""),
        ("LANGSMITH_TRACING: 'True'", "from langgraph.graph import StateGraph", ""),
        ("DD_LLMOBS_ENABLED: 1", "import openai", ""),
        ("CREWAI_TRACING_ENABLED: 1", "import crewai", "crewai"),
    ],
)
def test_a_variable_counts_where_something_reads_it(
    understand: Understand, variable: str, code: str, library: str
) -> None:
    compose = f"services:\n  a:\n    build: .\n    environment:\n      {variable}\n"
    files = {"compose.yaml": compose, "Dockerfile": "FROM python:3.12\nCOPY . .\n"}
    uses = understand({**files, "a.py": f"{code}\n"}).uses("tracing")
    on = [each.library for each in uses if each.strength is Strength.ON]
    assert on == [library] * bool(library)


def test_a_switch_in_the_image_is_named(understand: Understand) -> None:
    docker = "FROM python:3.12\nCOPY . .\nENV OTEL_SDK_DISABLED=true\n"
    text = "from phoenix.otel import register\nregister()\n"
    found = use(understand, "arize-phoenix-otel", "tracing", {"Dockerfile": docker, "a.py": text})
    assert found is not None
    assert found.off is not None
    assert (found.off.path, found.off.line) == ("Dockerfile", 3)


@pytest.mark.parametrize(("rate", "off"), [("0", True), ("0.5", False)])
def test_a_rate_of_nothing_is_off(understand: Understand, rate: str, off: bool) -> None:
    docker = f"FROM python:3.12\nCOPY . .\nENV LANGFUSE_SAMPLE_RATE={rate}\n"
    text = "from langfuse.openai import openai\nopenai.chat.completions.create(model='a')\n"
    found = use(understand, "langfuse", "tracing", {"Dockerfile": docker, "a.py": text})
    assert found is not None
    assert (found.off is not None) is off


def test_a_variable_set_elsewhere_decides(understand: Understand) -> None:
    """Off by default in code, but the deployment sets it."""
    text = 'import os\nfrom langfuse import CallbackHandler\nif os.getenv("TRACE") == "1":\n    CallbackHandler()\n'
    docker = "FROM python:3.12\nCOPY . .\nENV TRACE=1\n"
    found = use(understand, "langfuse", "tracing", {"a.py": text, "Dockerfile": docker})
    assert found is not None
    assert found.strength is Strength.ON


def test_main_guards_are_no_condition(understand: Understand) -> None:
    text = (
        'from langfuse import CallbackHandler\nif __name__ == "__main__":\n    CallbackHandler()\n'
    )
    found = use(understand, "langfuse", "tracing", {"a.py": text})
    assert found is not None
    assert found.strength is Strength.ON


@pytest.mark.parametrize(
    "body",
    [
        "if started:\n        return\n    CallbackHandler()\n    started = True\n",
        "if not started:\n        CallbackHandler()\n        started = True\n",
    ],
)
def test_what_is_done_once_is_no_switch(understand: Understand, body: str) -> None:
    text = (
        "from langfuse import CallbackHandler\nstarted = False\n\ndef start():\n"
        f"    global started\n    {body}\nstart()\n"
    )
    found = use(understand, "langfuse", "tracing", {"a.py": text})
    assert found is not None
    assert found.strength is Strength.ON, found.why


def test_conditions_in_other_languages(understand: Understand) -> None:
    script = (
        'import { Langfuse } from "langfuse";\nexport function go() {\n'
        '  if (process.env.TRACE === "true") { return new Langfuse({}); }\n}\ngo();\n'
    )
    component = understand(
        {"package.json": '{"name": "a", "dependencies": {"langfuse": "3"}}', "a.ts": script}
    )
    (found,) = component.uses("tracing")
    assert found.why == "behind TRACE, off by default"


@pytest.mark.parametrize(
    ("subject", "pattern", "condition"),
    [
        ("os.getenv('TRACE', 'all')", "'all'", True),
        ("os.getenv('TRACE', 'all')", "'none'", False),
        ("MODE", "'some' | 'all'", True),
        ("os.getenv('TRACE', 'all')", "_", None),
        ("os.getenv('TRACE', 'all')", "'none' if quiet()", None),
        ("os.getenv('TRACE', 'all')", "1", None),
        ("mode()", "'none'", None),
    ],
)
def test_branches_by_value(
    subject: str, pattern: str, condition: bool | None, understand: Understand
) -> None:
    text = (
        "import os\nfrom langfuse import CallbackHandler\nMODE = 'all'\n"
        f"match {subject}:\n    case {pattern}:\n        CallbackHandler()\n"
    )
    component = understand({"pyproject.toml": PROJECT, "a.py": text})
    (call,) = component.code.methods("CallbackHandler")
    assert (call.condition.default if call.condition else None) is condition


@pytest.mark.parametrize(
    ("subject", "default"), [("process.env.TRACE", False), ("process.env.TRACE ?? 'b'", True)]
)
def test_branches_of_scripts(subject: str, default: bool, understand: Understand) -> None:
    """Empty branches fall through to the next."""
    script = (
        f'import {{ Langfuse }} from "langfuse";\nswitch ({subject}) {{\n'
        "  case 'a':\n  case 'b':\n  case 'c': new Langfuse({}); break;\n  default:\n}\n"
    )
    package = '{"name": "a", "dependencies": {"langfuse": "3"}}'
    component = understand({"package.json": package, "a.ts": script})
    (call,) = component.code.methods("Langfuse")
    assert call.condition is not None
    assert call.condition.default is default


def test_a_condition_that_asks_for_words_of_our_own(understand: Understand) -> None:
    text = (
        "import os\nfrom langfuse.langchain import CallbackHandler\n"
        'if os.getenv("MODE", "name") in ("name", "not"):\n    CallbackHandler()\n'
    )
    found = use(understand, "langfuse", "tracing", {"a.py": text})
    assert found is not None
    assert found.strength is Strength.ON, found.why


def test_a_flag_that_a_package_passes_on(understand: Understand) -> None:
    files = {
        "core/settings.py": "class S(BaseSettings):\n    TRACE: bool = False\nsettings = S()\n",
        "core/__init__.py": "from core.settings import settings\n",
        "a.py": "from langfuse.langchain import CallbackHandler\nfrom core import settings\n"
        "if settings.TRACE:\n    CallbackHandler()\n",
    }
    found = use(understand, "langfuse", "tracing", files)
    assert found is not None
    assert (found.strength, found.why) == (Strength.CALLED, "behind TRACE, off by default")


def test_only_outside_of_production(understand: Understand) -> None:
    text = (
        "import os\nfrom langfuse.langchain import CallbackHandler\n"
        'if os.getenv("ENV") != "production":\n    CallbackHandler()\n'
    )
    found = use(understand, "langfuse", "tracing", {"a.py": text})
    assert found is not None
    assert found.strength is Strength.CALLED
    assert found.why == 'only where os.getenv("ENV") != "production"'


@pytest.mark.parametrize(
    ("signature", "reached"),
    [("this IHostBuilder builder", True), ("IHostBuilder builder", False)],
)
def test_extension_methods_are_called_by_their_own_name(
    understand: Understand, signature: str, reached: bool
) -> None:
    files = {
        "app.csproj": "<Project></Project>\n",
        "Observed.cs": "public static class ObservedExtensions\n{\n"
        f"  public static void AddObserved({signature})\n"
        "  { builder.Logging.AddOpenTelemetry(); }\n}\n",
        "Program.cs": "builder.AddObserved();\n",
    }
    calls = understand(files).code.methods("AddOpenTelemetry")
    assert [call.reached for call in calls] == [reached]


@pytest.mark.parametrize(("exported", "reached"), [("export default root;\n", True), ("", False)])
def test_a_default_export_is_imported_under_any_name(
    understand: Understand, exported: str, reached: bool
) -> None:
    text = 'import OpenAI from "openai";\nconst root = async () => {\n  new OpenAI();\n};\n'
    files = {"package.json": '{"name": "a"}', "routes/root.ts": text + exported}
    calls = understand(files).code.methods("OpenAI")
    assert [call.reached for call in calls] == [reached]


_ASKS = 'import OpenAI from "openai";\nnew OpenAI().responses.create({ model: "gpt-4o" });\n'
_PACKED = (
    f"function a(b){{return new b({{c:{{d:(e)=>{{f(e)}}}}}})}};{_ASKS.replace(chr(10), '')}" * 40
)
_PROSE = 'export const rules = "' + "Answer politely, and say where it stands. " * 60 + '";\n'
_DATA = 'const logo = "data:image/png;base64,' + "iVBORw0KGgo" * 200 + '";\n'


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (_ASKS, True),
        (f"// built\n{_PACKED}\n", False),
        (_ASKS + _PACKED + "\n", False),
        (_ASKS + _PROSE, True),
        (_ASKS + _DATA, True),
        (_ASKS * 40 + _PACKED[:1_100] + "\n", True),
    ],
    ids=["code", "minified", "mostly minified", "prose", "data", "one long line"],
)
def test_a_bundle_is_nobodys_source(understand: Understand, text: str, read: bool) -> None:
    files = {"package.json": '{"dependencies": {"openai": "4.1.0"}}', "web/a.js": text}
    assert bool(understand(files).code.calls) is read
