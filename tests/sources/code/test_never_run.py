"""Code that no configuration ever runs: behind a constant, or after the end of its block."""

from __future__ import annotations

from time import process_time

import pytest

from agentaudit.sources.git.code.extract import extract
from agentaudit.sources.git.code.languages import of
from agentaudit.sources.git.code.sieve import sieve
from tests.sources.code.conftest import Understand

NODE = '{"name": "a", "dependencies": {"langfuse": "3"}}'
PYTHON = '[project]\nname = "a"\nversion = "1"\ndependencies = ["langfuse"]\n'


def _default(understand: Understand, files: dict[str, str], method: str) -> bool | None:
    (call,) = understand(files).code.methods(method)
    return call.condition.default if call.condition else None


@pytest.mark.parametrize(
    ("body", "default"),
    [
        ("if False:\n        CallbackHandler()\n", False),
        ("if 0 and ready():\n        CallbackHandler()\n", False),
        ("if True:\n        CallbackHandler()\n", None),
        ("return None\n    CallbackHandler()\n", False),
        ("raise NotImplementedError\n    CallbackHandler()\n", False),
        ("for each in all():\n        continue\n        CallbackHandler()\n", False),
        ("for each in all():\n        continue\n    CallbackHandler()\n", None),
        ("def inner():\n        return None\n    CallbackHandler()\n", None),
        ("return CallbackHandler()\n", None),
    ],
)
def test_python(body: str, default: bool | None, understand: Understand) -> None:
    text = f"from langfuse import CallbackHandler\n\ndef start():\n    {body}\nstart()\n"
    assert _default(understand, {"pyproject.toml": PYTHON, "a.py": text}, "CallbackHandler") is (
        default
    )


@pytest.mark.parametrize(
    ("body", "default"),
    [
        ("if (false) { new Langfuse({}); }", False),
        ("return 1;\n  new Langfuse({});", False),
        ("throw new Error('later');\n  new Langfuse({});", False),
        ("return go();\n  // below\n  function go() { return new Langfuse({}); }", None),
        ("each(() => { return 1; });\n  new Langfuse({});", None),
    ],
)
def test_scripts(body: str, default: bool | None, understand: Understand) -> None:
    """Functions are hoisted: what is returned may call those that stand below."""
    script = f'import {{ Langfuse }} from "langfuse";\nexport function start() {{\n  {body}\n}}\nstart();\n'
    assert _default(understand, {"package.json": NODE, "a.ts": script}, "Langfuse") is default


@pytest.mark.parametrize(
    ("body", "default"),
    [('return\n\topenai.NewClient("")', False), ('defer stop()\n\topenai.NewClient("")', None)],
)
def test_go(body: str, default: bool | None, understand: Understand) -> None:
    text = (
        'package main\n\nimport openai "github.com/sashabaranov/go-openai"\n\n'
        f"func main() {{\n\t{body}\n}}\n"
    )
    module = "module a\n\ngo 1.23\n\nrequire github.com/sashabaranov/go-openai v1.36.0\n"
    assert _default(understand, {"go.mod": module, "main.go": text}, "NewClient") is default


@pytest.mark.parametrize(
    ("body", "default"),
    [
        ("return; new ChatClient();", False),
        ("if (false) { new ChatClient(); }", False),
        ("Go(); return; void Go() { new ChatClient(); }", None),
    ],
)
def test_csharp(body: str, default: bool | None, understand: Understand) -> None:
    text = f"using OpenAI.Chat;\nclass A {{ static void Main() {{ {body} }} }}\n"
    project = (
        '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>'
        '<PackageReference Include="OpenAI" Version="2.0.0" /></ItemGroup></Project>'
    )
    assert _default(understand, {"a.csproj": project, "A.cs": text}, "ChatClient") is default


def test_a_block_of_very_many_returns_costs_no_more_than_few() -> None:
    """Only the first of them is ever met: six thousand took minutes when each marked the rest."""
    language = of("a.py")
    assert language is not None
    text = "from openai import OpenAI\n\ndef f():\n" + "    return OpenAI()\n" * 6_000
    began = process_time()
    found = extract(language, text.encode(), sieve())
    assert process_time() - began < 10
    assert len(found.calls) > 1
