"""One hop: where the text of an argument comes from."""

from __future__ import annotations

import pytest

from agentaudit.code import Value
from agentaudit.sources.git import MemoryRepo
from tests.sources.code.conftest import Understand

USE = "from openai import OpenAI\n{before}\ndef ask({given}):\n    OpenAI().responses.create(model={model})\nask()\n"
PYTHON = {
    "literal": ({"model": '"gpt-4o"'}, {}, "gpt-4o", "literal"),
    "constant": ({"before": 'M = "gpt-4o"', "model": "M"}, {}, "gpt-4o", "constant"),
    "imported constant": (
        {"before": "from app.config import M", "model": "M"},
        {"app/config.py": 'M = "gpt-4o"\n'},
        "gpt-4o",
        "constant",
    ),
    "of a module": (
        {"before": "from app import config", "model": "config.M"},
        {"app/config.py": 'M: str = "gpt-4o"\n'},
        "gpt-4o",
        "constant",
    ),
    "relative": (
        {"before": "from .config import M", "model": "M"},
        {"config.py": 'M = "gpt-4o"\n'},
        "gpt-4o",
        "constant",
    ),
    "settings": (
        {"before": "from app.config import settings", "model": "settings.chat_model"},
        {
            "app/config.py": "class S(BaseSettings):\n    chat_model: str = Field(default='gpt-4o')\n"
            "settings = S()\n"
        },
        "gpt-4o",
        "field",
    ),
    "settings function": (
        {"before": "from app.config import get_settings", "model": "get_settings().chat_model"},
        {
            "app/config.py": "class S(BaseSettings):\n    chat_model: str = 'gpt-4o'\n"
            "def get_settings():\n    return S()\n"
        },
        "gpt-4o",
        "field",
    ),
    "dataclass": (
        {"before": "@dataclass\nclass C:\n    m: str = 'gpt-4o'", "model": "C.m"},
        {},
        "gpt-4o",
        "field",
    ),
    "enum": (
        {"before": "class E(Enum):\n    CHAT = 'gpt-4o'", "model": "E.CHAT.value"},
        {},
        "gpt-4o",
        "enum",
    ),
    "dictionary": (
        {"before": "MODELS = {'fast': 'gpt-4o'}", "model": "MODELS['fast']"},
        {},
        "gpt-4o",
        "dict",
    ),
    "default of a parameter": (
        {"given": "m: str = 'gpt-4o'", "model": "m"},
        {},
        "gpt-4o",
        "default",
    ),
    "environment": ({"model": "os.getenv('M', 'gpt-4o')"}, {}, "gpt-4o", "environment"),
    "environment or": ({"model": "os.environ.get('M') or 'gpt-4o'"}, {}, "gpt-4o", "environment"),
    "constant from the environment": (
        {"before": "M = os.getenv('M', 'gpt-4o')", "model": "M"},
        {},
        "gpt-4o",
        "environment",
    ),
    "environment file": (
        {"model": "os.environ['CHAT_MODEL']"},
        {".env.example": "CHAT_MODEL=gpt-4o # the model\n"},
        "gpt-4o",
        "setting",
    ),
    "file of direnv": (
        {"model": "os.environ['CHAT_MODEL']"},
        {".envrc.sample": "export CHAT_MODEL=gpt-4o\n"},
        "gpt-4o",
        "setting",
    ),
    "compose": (
        {"model": "os.getenv('CHAT_MODEL')"},
        {
            "compose.yaml": "services:\n  a:\n    build: .\n    environment:\n      - CHAT_MODEL=gpt-4o\n"
        },
        "gpt-4o",
        "setting",
    ),
    "yaml": (
        {"model": "cfg.chat_model"},
        {"config.yaml": "llm:\n  chat_model: gpt-4o\n"},
        "gpt-4o",
        "setting",
    ),
    "unresolved": ({"model": "pick()"}, {}, None, "the result of a call"),
    "nothing sets it": ({"model": "os.environ['M']"}, {}, None, "environment without a default"),
    "field of self": (
        {
            "before": "class B:\n    m = 'gpt-4o'\n    def f(self):\n        OpenAI().responses.parse(model=self.m)\nB().f()",
            "model": "None",
        },
        {},
        "gpt-4o",
        "field",
    ),
}


@pytest.mark.parametrize("name", PYTHON)
def test_python(name: str, understand: Understand) -> None:
    parts, files, text, via = PYTHON[name]
    source = USE.format(**{"before": "", "given": "", **parts})
    found = model(
        understand({"app/main.py" if "app/" in str(files) else "main.py": source, **files})
    )
    assert (found.text, found.via) == (text, via)


def model(component: object) -> Value:
    calls = component.code.calls  # type: ignore[attr-defined]
    found = [value for call in calls if (value := call.argument("model")) is not None]
    return found[0]


OTHERS = {
    "process.env": (
        "a.ts",
        'import { generateText } from "ai";\ngenerateText({ model: process.env.MODEL ?? "gpt-4o" });\n',
        {},
        "environment",
    ),
    "import of a script": (
        "src/a.ts",
        'import { generateText } from "ai";\nimport { MODEL } from "./config";\ngenerateText({ model: MODEL });\n',
        {"src/config.ts": 'export const MODEL = "gpt-4o";\n'},
        "constant",
    ),
    "import by alias": (
        "src/a.ts",
        'import { generateText } from "ai";\nimport { MODELS } from "@/lib/config";\ngenerateText({ model: MODELS.chat });\n',
        {"src/lib/config.ts": 'export const MODELS = { chat: "gpt-4o" } as const;\n'},
        "dict",
    ),
    "enum of a script": (
        "a.ts",
        'import { generateText } from "ai";\nenum M { Chat = "gpt-4o" }\ngenerateText({ model: M.Chat });\n',
        {},
        "field",
    ),
    "constant of go": (
        "a.go",
        'package a\nimport "github.com/sashabaranov/go-openai"\nconst M = "gpt-4o"\nfunc main() {\n'
        "\t_ = openai.ChatCompletionRequest{model: M}\n}\n",
        {},
        "constant",
    ),
    "named argument of csharp": (
        "A.cs",
        'using OpenAI.Chat;\nclass A { const string M = "gpt-4o"; void Main() { new ChatClient(model: M); } }\n',
        {
            "app.csproj": '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="OpenAI" Version="2.1.0"/></ItemGroup></Project>'
        },
        "default",
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_languages(name: str, understand: Understand) -> None:
    path, text, files, via = OTHERS[name]
    found = model(understand({path: text, **files}))
    assert (found.text, found.via) == ("gpt-4o", via)


def test_a_deployment_is_not_its_model(understand: Understand) -> None:
    """The deployment is called gpt-4; the model behind it, and its version, stand in Bicep."""
    bicep = (
        "resource d 'Microsoft.CognitiveServices/accounts/deployments@2024-10-01' = {\n  name: 'gpt-4'\n"
        "  properties: {\n    model: {\n      format: 'OpenAI'\n      name: 'gpt-4o'\n"
        "      version: '2024-08-06'\n    }\n  }\n}\n"
    )
    code = understand({"infra/main.bicep": bicep, "a.py": "import openai\n"}).code
    named = {(s.path[s.path.find("properties") :], s.value, s.place.line) for s in code.settings}
    assert ("properties.model.version", "2024-08-06", 7) in named
    assert ("properties.model.name", "gpt-4o", 6) in named


def test_terraform_defaults(understand: Understand) -> None:
    text = 'variable "model_version" {\n  type    = string\n  default = "2024-08-06"\n}\n'
    code = understand({"infra/main.tf": text, "a.py": "import openai\n"}).code
    assert [(s.name, s.value, s.place.line) for s in code.set("model_version")] == [
        ("model_version", "2024-08-06", 3)
    ]


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("a.tf", 'env {\n  name  = "MODE"\n  value = "fast"\n}\n', "fast"),
        ("a.tf", 'env = [\n  { name = "MODE", value = "fast" },\n]\n', "fast"),
        ("a.tf", 'env {\n  name = "MODE"\n}\nother {\n  value = "fast"\n}\n', ""),
        ("a.tf", 'env {\n  name = "mode"\n  value = "fast"\n}\n', ""),
    ],
)
def test_variables_of_infrastructure(
    path: str, text: str, value: str, understand: Understand
) -> None:
    """Cloud Run and ECS take a list of names with their values."""
    code = understand({f"infra/{path}": text, "a.py": "import openai\n"}).code
    assert "".join(each.value for each in code.set("MODE")) == value


def test_what_a_method_binds_for_itself_is_no_field(understand: Understand) -> None:
    settings = (
        "class Settings:\n    model = 'gpt-4o'\n    def shown(self):\n        model = 'none'\n"
        "        return model\n\nsettings = Settings()\n"
    )
    text = "from openai import OpenAI\nfrom settings import settings\n"
    text += "OpenAI().responses.create(model=settings.model)\n"
    (call,) = understand({"settings.py": settings, "a.py": text}).code.methods("create")
    value = call.argument("model")
    assert value is not None
    assert (value.text, value.place.line) == ("gpt-4o", 2)
    settings = settings.replace("model = 'gpt-4o'", "model: str")
    (call,) = understand({"settings.py": settings, "a.py": text}).code.methods("create")
    assert (value := call.argument("model")) is not None
    assert value.text is None


def test_a_local_name_stands_for_what_its_function_binds(understand: Understand) -> None:
    text = "from openai import OpenAI\ndef f(c: OpenAI):\n    name = 'gpt-4o'\n"
    text += "    other = 'none'\n    return c.responses.create(model=name)\nf(OpenAI())\n"
    calls = understand({"a.py": text}).code.methods("create")
    assert [value.text for call in calls if (value := call.argument("model"))] == ["gpt-4o"]


def test_a_file_that_components_share_is_read_with_the_settings_of_each() -> None:
    files = {"shared/pyproject.toml": '[project]\nname = "shared"\ndependencies = ["openai"]\n'}
    files["shared/ask.py"] = (
        "import os\nfrom openai import OpenAI\n"
        'OpenAI().chat.completions.create(model=os.getenv("CHAT_MODEL"))\n'
    )
    for name, model in (("a", "gpt-4o"), ("b", "gpt-4.1")):
        files[f"{name}/pyproject.toml"] = (
            f'[project]\nname = "{name}"\ndependencies = ["openai", "shared"]\n'
        )
        files[f"{name}/Dockerfile"] = f"FROM python:3.12\nCOPY . .\nENV CHAT_MODEL={model}\n"
    found = {
        each.name: [v.text for call in each.code.calls if (v := call.argument("model"))]
        for each in MemoryRepo(files).components()
    }
    assert found == {"a": ["gpt-4o"], "b": ["gpt-4.1"]}
