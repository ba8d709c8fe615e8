"""Where platforms, tools and images are told which runtime to use."""

from __future__ import annotations

import pytest

from agentaudit.sources.git import MemoryRepo

PROJECT = '[project]\nname = "a"\ndependencies = ["openai"]\n'


@pytest.mark.parametrize(
    ("path", "text", "pins"),
    [
        ("langgraph.json", '{\n  "python_version": "3.11",\n  "graphs": {}\n}\n', ["python 3.11"]),
        ("mise.toml", '[tools]\npython = "3.12"\nruff = "0.12"\n', ["python 3.12"]),
        ("app.yaml", "runtime: python312\nservice: a\n", ["python3.12"]),
        ("serverless.yml", "provider:\n  runtime: python3.11\n", ["python3.11"]),
        ("infra/main.bicep", "a: {\n  linuxFxVersion: 'PYTHON|3.11'\n}\n", ["python 3.11"]),
        ("infra/main.tf", 'resource "a" "b" {\n  runtime = "python3.12"\n}\n', ["python3.12"]),
        ("infra/other.tf", 'resource "a" "b" {\n  runtime = "CONTAINER"\n}\n', []),
        (
            "Dockerfile",
            "FROM ghcr.io/astral-sh/uv:python3.13-bookworm\nCOPY . .\n",
            ["python 3.13"],
        ),
        ("Dockerfile", "FROM ghcr.io/astral-sh/uv:0.8\nCOPY . .\n", []),
        ("Dockerfile", "ARG B=python:3.12\nFROM ${B}\nCOPY . .\n", ["python 3.12"]),
        (
            "Dockerfile",
            f"FROM python:3@sha256:{'a' * 64}\nCOPY . .\n",
            [f"3@sha256:{'a' * 64}"],
        ),
    ],
)
def test_what_pins_a_runtime(path: str, text: str, pins: list[str]) -> None:
    (component,) = MemoryRepo({"pyproject.toml": PROJECT, path: text}).components()
    assert [pin for _, pin in component.runtime_pins] == pins
