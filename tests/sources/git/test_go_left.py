"""Packages of Go that no program of their module takes in."""

from __future__ import annotations

import pytest

from agentaudit.code import Code
from agentaudit.sources.git import MemoryRepo

STORE = (
    'package store\n\nimport "github.com/qdrant/go-client/qdrant"\n\n'
    "func Open() { qdrant.NewClient(nil) }\n"
)
TREE = {
    "go.mod": "module example.org/agent\n\ngo 1.24\n\nrequire (\n"
    "\tgithub.com/openai/openai-go v1.8.0\n\tgithub.com/qdrant/go-client v1.14.0\n)\n",
    "Dockerfile": "FROM golang:1.24\nCOPY . .\nRUN go build ./cmd/server\n",
    "cmd/server/main.go": 'package main\n\nimport "example.org/agent/internal/chat"\n\n'
    "func main() { chat.Ask() }\n",
    "internal/chat/chat.go": 'package chat\n\nimport "github.com/openai/openai-go"\n\n'
    "func Ask() { openai.NewClient() }\n",
}
USES = 'package {}\n\nimport s "example.org/agent/internal/store"\n\nfunc Use() {{ s.Open() }}\n'


def _code(files: dict[str, str]) -> Code:
    (found,) = MemoryRepo({**TREE, **files}).components()
    return found.code


@pytest.mark.parametrize(
    ("files", "counts"),
    [
        ({"internal/store/store.go": STORE}, False),
        (
            {
                "internal/store/store.go": STORE,
                "internal/store/store_test.go": USES.format("store_test"),
                "internal/index/index.go": USES.format("index"),
            },
            False,
        ),
        (
            {"internal/store/store.go": STORE, "internal/chat/more.go": USES.format("chat")},
            True,
        ),
        ({"internal/store/store.go": STORE, "pkg/api/api.go": USES.format("api")}, True),
        ({"internal/store/store.go": STORE, "internal/job/job.go": USES.format("main")}, True),
        ({"store/store.go": STORE}, True),
        ({"internal/store/store.go": STORE, "go.mod": "go 1.24\n"}, True),
    ],
)
def test_what_nothing_imports_is_in_no_program(files: dict[str, str], counts: bool) -> None:
    imports = {row.module for row in _code(files).imports}
    assert "github.com/openai/openai-go" in imports
    assert ("github.com/qdrant/go-client/qdrant" in imports) is counts
