"""Build files beside the one that is built."""

from __future__ import annotations

import pytest

from agentaudit.sources.git import MemoryRepo

APP = {
    "requirements.txt": "openai\n",
    "app.py": "from openai import OpenAI\nOpenAI()\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\n",
    "compose.yaml": "services:\n  app:\n    build: .\n",
}
OTHER = "FROM node:slim AS page\nFROM python:3\nCOPY . .\n"


@pytest.mark.parametrize(
    ("name", "more", "counts"),
    [
        ("Dockerfile.full", {}, False),
        ("full.Dockerfile", {}, False),
        ("Dockerfile.full", {"docs/start.md": "docker build -f Dockerfile.full .\n"}, False),
        ("Dockerfile.full", {"issues.json": '["Dockerfile.full"]\n'}, False),
        ("Dockerfile.full", {"hack/run.sh": "docker build -f Dockerfile.full .\n"}, True),
        ("Dockerfile.full", {"infra/app.ts": 'asset({ file: "Dockerfile.full" });\n'}, True),
        ("Dockerfile.full", {"Makefile": "a:\n\tdocker build -f Dockerfile.$(KIND) .\n"}, True),
        ("Dockerfile.full", {"compose.yaml": "services: {}\n"}, True),
        ("Dockerfile.prod", {}, True),
        ("other/Dockerfile.full", {"other/requirements.txt": "openai\n"}, True),
    ],
)
def test_one_that_nothing_names_beside_one_that_is_built(
    name: str, more: dict[str, str], counts: bool
) -> None:
    found = MemoryRepo({**APP, name: OTHER, **more}).components()
    files = {file.place.path for each in found for file in each.build_files}
    assert files == {"Dockerfile"} | ({name} if counts else set())
