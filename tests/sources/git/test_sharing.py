"""Which of several components with one manifest ask a model: those whose own code imports what
does, if only through others."""

from __future__ import annotations

import pytest

from agentaudit.sources.git import MemoryRepo

MANIFEST = '[project]\nname = "x"\ndependencies = ["openai", "fastapi"]\n'
CLIENT = "from openai import OpenAI\n\ndef ask():\n    return OpenAI().responses.create()\n"
TREE = {
    "pyproject.toml": MANIFEST,
    "common/__init__.py": "",
    "common/queue.py": "import json\n",
    "common/llm/__init__.py": "",
    "common/llm/client.py": CLIENT,
    "common/minutes.py": "from .llm.client import ask\n\nask()\n",
    "api/__init__.py": "",
    "api/main.py": "from common import queue\n",
    "worker/__init__.py": "",
    **{
        f"{part}/Dockerfile": f"FROM python:3.13.2-slim\nCOPY pyproject.toml ./\n"
        f"COPY common common\nCOPY {part} {part}\n"
        for part in ("api", "worker")
    },
    "compose.yaml": "services:\n"
    "  api:\n    build: {context: ., dockerfile: api/Dockerfile}\n"
    "  worker:\n    build: {context: ., dockerfile: worker/Dockerfile}\n",
}


@pytest.mark.parametrize(
    ("code", "asks"),
    [
        ("from common.minutes import x\n", True),
        ("from common import (\n    queue,\n    minutes,\n)\n", True),
        ("import common.llm.client as c\n", True),
        ("from common.queue import x\n", False),
        ("import json\n", False),
    ],
)
def test_components_that_share_their_only_manifest(code: str, asks: bool) -> None:
    found = MemoryRepo({**TREE, "worker/main.py": code}).components()
    assert {each.path: each.agentic for each in found} == {"api": False, "worker": asks}


def test_what_a_manifest_of_its_own_declares_still_counts() -> None:
    tree = {**TREE, "worker/main.py": "import json\n", "worker/requirements.txt": "openai\n"}
    found = {each.path: each.agentic for each in MemoryRepo(tree).components()}
    assert found["worker"] is True


@pytest.mark.parametrize(
    ("home", "found"),
    [
        ("archive/web", False),
        ("workers-archive/web", False),
        ("docker-old/web", False),
        ("gold/web", True),
        ("web", True),
    ],
)
@pytest.mark.parametrize("asked", [False, True])
def test_an_image_that_is_only_kept_is_no_part(home: str, *, asked: bool, found: bool) -> None:
    compose = {f"{home}/compose.yml": "services:\n  web:\n    build: .\n"}
    tree = {
        **(compose if asked else {}),
        "api/Dockerfile": "FROM python:3.13.2-slim\nCOPY . .\n",
        "api/requirements.txt": "openai\n",
        f"{home}/Dockerfile": "FROM node:24.1\nCOPY . .\n",
        f"{home}/package.json": '{"name": "web"}',
    }
    assert (home in {each.path for each in MemoryRepo(tree).components()}) is found


def test_what_stands_at_the_root_of_a_workspace_is_of_no_one_member() -> None:
    tree = {
        "package.json": '{"name": "all", "workspaces": ["apps/*"]}',
        "apps/web/package.json": '{"name": "web", "scripts": {"dev": "next dev"}}',
        "apps/web/Dockerfile": "FROM node:24.1\nCOPY package.json ./\nCOPY apps/web apps/web\n",
        "apps/web/src/a.ts": "export const a = 1;\n",
        "apps/api/Dockerfile": "FROM python:3.13.2-slim\nCOPY . .\n",
        "apps/api/requirements.txt": "fastapi\n",
        "apps/api/main.py": "import fastapi\n",
        "compose.yml": "services:\n  web:\n    build:\n      context: .\n"
        "      dockerfile: apps/web/Dockerfile\n  api:\n    build: apps/api\n",
        "tools/try.py": "from agents import Agent, Runner\nRunner.run_sync(Agent(name='a'), 'x')\n",
    }
    found = {each.path: each.code for each in MemoryRepo(tree).components()}
    assert set(found) == {"apps/web", "apps/api"}
    assert not any(each.agentic for each in MemoryRepo(tree).components())
