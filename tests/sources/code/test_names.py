"""Dotted names: aliases, receivers, builders, in every language."""

from __future__ import annotations

import pytest

from agentaudit.code import Strength
from tests.sources.code.conftest import Understand

CREATE = "openai.OpenAI.chat.completions.create"
PYTHON = {
    "alias of a class": (
        "from openai import OpenAI as O\nc = O()\nc.chat.completions.create()\n",
        CREATE,
    ),
    "alias of a module": ("import openai as oa\noa.OpenAI().chat.completions.create()\n", CREATE),
    "attribute of self": (
        "from openai import OpenAI\nclass A:\n    def __init__(self):\n        self.c = OpenAI()\n"
        "    def ask(self):\n        return self.c.chat.completions.create()\nA().ask()\n",
        CREATE,
    ),
    "typed parameter": (
        "from openai import OpenAI\ndef ask(c: OpenAI | None):\n    return c.chat.completions.create()\n",
        CREATE,
    ),
    "field of a class": (
        "from openai import OpenAI\nclass A:\n    c: OpenAI\n    def ask(self):\n"
        "        return self.c.chat.completions.create()\n",
        CREATE,
    ),
    "context manager": (
        "from openai import OpenAI\nwith OpenAI() as c:\n    c.chat.completions.create()\n",
        CREATE,
    ),
    "assigned in the other branch": (
        "from openai import OpenAI\nif x:\n    c = OpenAI(a=1)\nelse:\n    c = OpenAI()\n"
        "c.chat.completions.create()\n",
        CREATE,
    ),
    "chain over lines": (
        "import boto3\n(boto3\n  .client('bedrock-runtime')\n  .converse(modelId='x'))\n",
        "boto3.client.converse",
    ),
    "namespace package": (
        "from google import genai\nc = genai.Client()\nc.models.generate_content(model='x')\n",
        "google.genai.Client.models.generate_content",
    ),
    "package imported under all of its name": (
        "import google.genai\nc = google.genai.Client()\nc.models.generate_content(model='x')\n",
        "google.genai.Client.models.generate_content",
    ),
    "decorator": ("from langfuse import observe\n@observe\ndef f(): ...\n", "langfuse.observe"),
    "imported in a function": (
        "def f():\n    from openai import OpenAI\n    OpenAI().chat.completions.create()\n",
        CREATE,
    ),
}
SCRIPT = {
    "default import": (
        'import OpenAI from "openai";\nconst c = new OpenAI();\nawait c.chat.completions.create({});\n',
        CREATE,
    ),
    "renamed import": (
        'import { generateText as g } from "ai";\nawait g({ model: "x" });\n',
        "ai.generateText",
    ),
    "namespace import": ('import * as ai from "ai";\nai.streamText({});\n', "ai.streamText"),
    "require": (
        'const { ChatOpenAI } = require("@langchain/openai");\nnew ChatOpenAI({}).invoke();\n',
        "@langchain/openai.ChatOpenAI.invoke",
    ),
    "dynamic import": (
        'const { ChatOpenAI: C } = await import("@langchain/openai");\nnew C({});\n',
        "@langchain/openai.ChatOpenAI",
    ),
    "member of this": (
        'import OpenAI from "openai";\nclass A {\n  private c = new OpenAI();\n  f() { return this.c.chat.completions.create({}); }\n}\n',
        CREATE,
    ),
    "parameter property": (
        'import OpenAI from "openai";\nclass A {\n  constructor(private readonly c: OpenAI) {}\n'
        "  f() { return this.c.chat.completions.create({}); }\n}\n",
        CREATE,
    ),
    "type parameters": ('import { tool } from "ai";\ntool<A, B>({});\n', "ai.tool"),
}
OTHERS = {
    "go": (
        "a.go",
        'package a\nimport "github.com/sashabaranov/go-openai"\nfunc main() {\n\tc := openai.NewClient("k")\n'
        '\tc.CreateChatCompletion(ctx, openai.ChatCompletionRequest{Model: "gpt-4o"})\n}\n',
        "github.com/sashabaranov/go-openai.NewClient.CreateChatCompletion",
    ),
    "go struct": (
        "a.go",
        'package a\nimport oa "github.com/openai/openai-go/v2"\ntype S struct { client *oa.Client }\n'
        "func (s *S) f() { s.client.Chat.Completions.New(ctx) }\n",
        "github.com/openai/openai-go/v2.Client.Chat.Completions.New",
    ),
    "java": (
        "A.java",
        "import dev.langchain4j.model.openai.OpenAiChatModel;\nclass A { Object m = OpenAiChatModel.builder()"
        '.apiKey(k)\n.modelName("gpt-4o").build(); }\n',
        "dev.langchain4j.model.openai.OpenAiChatModel.builder.apiKey.modelName",
    ),
    "csharp": (
        "A.cs",
        'using OA = OpenAI.Chat;\nclass A { void F() { var c = new OA.ChatClient("gpt-4o", k); c.CompleteChat("x"); } }\n',
        "OpenAI.Chat.ChatClient.CompleteChat",
    ),
}


@pytest.mark.parametrize("name", PYTHON)
def test_python(name: str, understand: Understand) -> None:
    text, callee = PYTHON[name]
    assert callee in {call.callee for call in understand({"a.py": text}).code.calls}


@pytest.mark.parametrize("name", SCRIPT)
@pytest.mark.parametrize("suffix", ["ts", "tsx", "js"])
def test_script(name: str, suffix: str, understand: Understand) -> None:
    text, callee = SCRIPT[name]
    if suffix == "js" and ("private" in text or "<A, B>" in text):
        text = text.replace("private readonly ", "").replace("private ", "").replace("<A, B>", "")
        text = text.replace("c: OpenAI", "c")
        if name == "parameter property":
            callee = "this.c.chat.completions.create"
    calls = {call.callee for call in understand({f"a.{suffix}": text}).code.calls}
    assert callee in calls or name == "parameter property"


@pytest.mark.parametrize("name", OTHERS)
def test_other_languages(name: str, understand: Understand) -> None:
    path, text, callee = OTHERS[name]
    assert callee in {call.callee for call in understand({path: text}).code.calls}


def test_names_of_libraries_are_whole_words(understand: Understand) -> None:
    """`rollbar` in scrollbar, `arize` in summarize, `meter.` in parameter., chroma the
    highlighter, create_histogram of a chart."""
    text = (
        "import scrollbar, summarize\nfrom parameter import meter\nimport chromalog\nimport openaix\n"
        "scrollbar.init()\nsummarize.register()\nplot.create_histogram('x')\nchromalog.get()\n"
    )
    code = understand({"pyproject.toml": '[project]\nname = "a"\n', "a.py": text}).code
    assert code.read
    assert not code.used
    go = 'package a\nimport "github.com/alecthomas/chroma"\nfunc main() { chroma.Coalesce(x) }\n'
    assert not understand({"go.mod": "module a\n", "a.go": go}).code.used


def test_local_modules_are_no_library(understand: Understand) -> None:
    """A directory of the repository may be called like a library."""
    files = {
        "pyproject.toml": '[project]\nname = "a"\n',
        "agents/__init__.py": "def run(): ...\n",
        "main.py": "from agents import run\nrun()\n",
    }
    assert "agent" not in understand(files).code.used


@pytest.mark.parametrize("package", ["app/langfuse/__init__.py", "app/langfuse/fetch.py"])
def test_a_package_without_the_name_is_not_what_is_imported(
    understand: Understand, package: str
) -> None:
    """Beside the code stands a package of the name of a library, which it imports by a path."""
    files = {
        "pyproject.toml": '[project]\nname = "a"\ndependencies = ["langfuse"]\n',
        package: '"""Langfuse is read here by CallbackHandler ids."""\ndef read(): ...\n',
        "app/chat.py": "from langfuse.langchain import CallbackHandler\n"
        "from langfuse import Langfuse\nLangfuse()\nCallbackHandler()\n",
        "main.py": "import app.chat\n",
    }
    (use,) = understand(files).code.used["tracing"]
    assert (use.library, use.strength) == ("langfuse", Strength.ON)


def test_types_are_no_use(understand: Understand) -> None:
    text = 'import type { ChatOpenAI } from "@langchain/openai";\nexport type A = ChatOpenAI;\n'
    assert not understand({"package.json": '{"name": "a"}', "a.ts": text}).code.imports


def test_arguments_of_options_objects_are_by_name(understand: Understand) -> None:
    text = 'import { generateText } from "ai";\nconst model = "gpt-5";\ngenerateText({ model, system: "s", n: 1 });\n'
    (call,) = understand({"a.ts": text}).code.called("ai.generateText")
    model, system = call.argument("model"), call.argument("system")
    assert model is not None
    assert system is not None
    assert (model.text, model.via, system.text) == ("gpt-5", "constant", "s")


PAGE = (
    '@page "/"\n@using Microsoft.SemanticKernel\n@inject Kernel kernel\n\n<p>@answer</p>\n\n'
    "@code {\n    private string answer = string.Empty;\n\n"
    '    async Task Ask()\n    {\n        await kernel.InvokePromptAsync("Why?");\n    }\n}\n'
)
SEMANTIC_KERNEL = (
    '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup>'
    '<PackageReference Include="Microsoft.SemanticKernel" Version="1.60.0" /></ItemGroup></Project>'
)


def test_a_page_of_blazor_is_given_what_it_calls(understand: Understand) -> None:
    component = understand({"app.csproj": SEMANTIC_KERNEL, "Home.razor": PAGE})
    (call,) = component.code.methods("InvokePromptAsync")
    assert call.callee == "Microsoft.SemanticKernel.Kernel.InvokePromptAsync"
    assert call.place.line == 12
    bare = understand({"app.csproj": SEMANTIC_KERNEL, "Home.razor": PAGE.partition("@code")[0]})
    assert not list(bare.code.methods("InvokePromptAsync"))
    assert not bare.code.imports
