"""Who asks a model by hand is told by the address that the code names."""

from __future__ import annotations

import pytest

from agentaudit import testing

GO = 'package main\n\nimport "net/http"\n\nconst base = "{}"\n\nfunc main() {{\n\thttp.Get(base)\n}}\n'
MOD = {"go.mod": "module x.io/a\n\ngo 1.24\n"}


@pytest.mark.parametrize(
    ("address", "agentic"),
    [
        ("https://api.openai.com/v1/chat/completions", True),
        ("https://api.anthropic.com", True),
        ("https://generativelanguage.googleapis.com/v1beta", True),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", True),
        ("https://api.example.org/v1/chat", False),
        ("https://platform.openai.com/account/api-keys", False),
    ],
)
def test_an_address_of_a_provider(address: str, agentic: bool) -> None:
    component = testing.component({"files": {**MOD, "main.go": GO.format(address)}})
    assert component.agentic is agentic


@pytest.mark.parametrize("path", ["app/page.tsx", "examples/main.go", "tests/main_test.go"])
def test_not_what_a_page_or_a_test_shows(path: str) -> None:
    text = 'const base = "https://api.openai.com/v1"\n'
    files = {**MOD, "package.json": '{"name": "a"}', path: text}
    assert not testing.component({"files": files}).agentic
