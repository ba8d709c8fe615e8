"""Applications that stand side by side and that only their own manifests start."""

from __future__ import annotations

import json

import pytest

from agentaudit.sources.git import MemoryRepo


def _node(name: str, needs: str = "react", **scripts: str) -> str:
    return json.dumps({"name": name, "scripts": scripts, "dependencies": {needs: "1"}})


ASKS = 'import OpenAI from "openai";\nnew OpenAI().responses.create({ model: "gpt-4o" });\n'
SERVER = {"server/package.json": _node("server", "openai", start="node a.js"), "server/a.ts": ASKS}
PAGE = {"web/package.json": _node("web", dev="next dev"), "web/page.tsx": "export const a = 1;\n"}
STARTER = {"package.json": json.dumps({"workspaces": ["server", "web"], "private": True})}


def _found(files: dict[str, str]) -> dict[str, bool]:
    return {each.path: each.agentic for each in MemoryRepo(files).components()}


@pytest.mark.parametrize("more", [{}, STARTER, {"README.md": "npm start in both\n"}])
def test_a_server_and_its_page_are_two(more: dict[str, str]) -> None:
    assert _found({**SERVER, **PAGE, **more}) == {"server": True, "web": False}


@pytest.mark.parametrize(
    "manifest",
    [
        {"api/pom.xml": "<project><artifactId>spring-boot-maven-plugin</artifactId></project>"},
        {"api/pom.xml": "<project><artifactId>liberty-maven-plugin</artifactId></project>"},
        {"api/Api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>\n'},
        {"api/build.gradle.kts": 'plugins {\n  id("org.springframework.boot")\n}\n'},
        {"api/build.gradle": "plugins {\n  id 'application'\n}\n"},
        {"api/go.mod": "module example.com/api\n\ngo 1.23\n", "api/main.go": "package main\n"},
        {"api/Cargo.toml": '[package]\nname = "api"\n', "api/src/main.rs": "fn main() {}\n"},
        {"api/pyproject.toml": '[project]\nname = "api"\n[project.scripts]\napi = "a:main"\n'},
    ],
)
def test_what_starts_in_other_languages(manifest: dict[str, str]) -> None:
    assert _found({**PAGE, **manifest}).keys() == {"api", "web"}


def test_programs_of_python_among_several() -> None:
    python = {"ai/requirements.txt": "agno\n", "ai/main.py": "import agno\n"}
    assert _found({**SERVER, **PAGE, **python}).keys() == {"ai", "server", "web"}
    assert _found({**PAGE, **python}).keys() == {"."}


def test_a_library_between_them_is_none() -> None:
    files = {
        "server/package.json": _node("server", "shared", start="node a.js"),
        "server/a.ts": "export const a = 1;\n",
        "shared/package.json": json.dumps({"name": "shared", "main": "a.js"}),
        "shared/a.ts": "export const a = 1;\n",
    }
    assert _found({**PAGE, **files}).keys() == {"server", "web"}


@pytest.mark.parametrize(
    "more",
    [
        # one starts the other
        {"web/package.json": _node("web", dev="next dev", server="cd ../server && npm start")},
        # code of the whole around them
        {"package.json": _node("all"), "main.ts": "export const a = 1;\n"},
        # a back end that its manifest does not start
        {"server/package.json": _node("server", "openai")},
    ],
)
def test_one_application_is_the_whole(more: dict[str, str]) -> None:
    assert _found({**SERVER, **PAGE, **more}) == {".": True}


def test_what_is_built_goes_before() -> None:
    image = {"server/Dockerfile": "FROM node:22.1.0\nCOPY . .\nCMD node a.js\n"}
    assert _found({**SERVER, **PAGE, **image})["server"] is True


def test_a_program_for_desktops_and_the_back_end_that_is_frozen_for_it() -> None:
    files = {
        "electron/package.json": _node("app", package="electron-builder"),
        "backend/requirements.txt": "openai\n",
        "backend/backend.spec": "a = Analysis(['main.py'])\nexe = EXE(a.scripts)\n",
        "backend/main.py": "import openai\nopenai.OpenAI()\n",
    }
    assert _found(files).keys() == {"backend", "electron"}
