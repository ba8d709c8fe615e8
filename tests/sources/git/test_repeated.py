"""Functions that one block of Terraform packs each, containers of Workers, extensions of browsers,
and tools that nobody deploys."""

from __future__ import annotations

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


MODULE = 'data "archive_file" "zip" {\n  source_dir = local.build_dir\n}\n'
LOCALS = 'locals {\n  root = abspath("${path.module}/..")\n  tools = "${local.root}/tools"\n}\n'
CALL = 'module "tools" {\n  source = "./tool"\n  for_each = local.all\n  source_root = local.tools\n}\n'
FUNCTIONS = {
    "tools/web-search/requirements.txt": "requests\n",
    "tools/web-search/main.py": "import requests\n",
    "tools/weather/requirements.txt": "requests\n",
    "tools/weather/main.py": "import requests\n",
    "tools/draft/requirements.txt": "requests\n",
    "tools/draft/main.py": "import requests\n",
}
NAMED = ["tools/weather", "tools/web-search"]
STARRED = 'data "archive_file" "z" {{\n  for_each = {}\n  source_dir = "${{path.module}}/../tools/${{each.key}}"\n}}\n'


@pytest.mark.parametrize(
    ("files", "found"),
    [
        (
            {
                "infra/main.tf": f"{LOCALS}{CALL}",
                "infra/all.tf": 'locals {\n  all = {\n    weather = {}\n    "web-search" = {}\n  }\n}\n',
                "infra/tool/main.tf": MODULE,
            },
            NAMED,
        ),
        ({"infra/main.tf": STARRED.format('toset(["weather", "web-search"])')}, NAMED),
        (
            {"infra/main.tf": STARRED.format('fileset("../tools", "*/main.py")')},
            ["tools/draft", *NAMED],
        ),
    ],
)
def test_what_each_name_of_a_block_is_packed_from(files: dict[str, str], found: list[str]) -> None:
    assert list(_components({**FUNCTIONS, **files})) == found


def test_a_block_that_is_not_repeated_packs_no_directory_of_projects() -> None:
    text = f"{LOCALS}{CALL.replace('  for_each = local.all', '  weather = 1')}"
    files = {**FUNCTIONS, "infra/main.tf": text, "infra/tool/main.tf": MODULE}
    assert list(_components(files)) == ["."]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("wrangler.jsonc", '{"containers": [{\n  "image": "./BoxDockerfile"\n}]}'),
        ("wrangler.toml", 'main = "src/a.ts"\n\n[[containers]]\nimage = "./BoxDockerfile"\n'),
    ],
)
def test_the_container_of_a_worker_is_a_component(path: str, text: str) -> None:
    files = {
        path: text,
        "package.json": '{"name": "edge", "scripts": {"deploy": "wrangler deploy"}}',
        "src/a.ts": "export default {}\n",
        "BoxDockerfile": "FROM node:22.1\nCOPY box/ /box/\n",
        "box/package.json": '{"name": "box"}',
        "box/main.ts": "export const a = 1\n",
        "box/cache/package.json": '{"name": "cache", "scripts": {"dev": "vite --host"}}',
        "debug-tools/viewer/package.json": '{"name": "viewer", "scripts": {"dev": "vite"}}',
    }
    found = _components(files)
    assert "box" in found
    assert not {"box/cache", "debug-tools/viewer"} & found.keys()


EXTENSION = {
    "package.json": '{"name": "all", "scripts": {"zip": "turbo build"}, "workspaces": ["*"]}',
    ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - run: npm publish\n",
    "vite-env.d.ts": "declare const a: string\n",
    "ui/package.json": '{"name": "ui", "scripts": {"build": "vite build"}}',
    "ui/src/a.ts": "export const a = 1\n",
    "ext/src/a.ts": "export const a = 1\n",
}


@pytest.mark.parametrize(
    ("path", "text", "script"),
    [
        ("ext/manifest.js", "export default { manifest_version: 3 }\n", "vite build"),
        ("ext/public/manifest.json", '{"manifest_version": 3}', "webpack"),
        ("ext/wxt.config.ts", "export default {}\n", "wxt build"),
    ],
)
def test_an_extension_of_a_browser_is_what_a_workspace_is_for(
    path: str, text: str, script: str
) -> None:
    manifest = f'{{"name": "ext", "scripts": {{"build": "{script}"}}}}'
    assert list(_components({**EXTENSION, "ext/package.json": manifest, path: text})) == ["ext"]


def test_the_manifest_of_a_page_is_none_of_an_extension() -> None:
    manifest = '{"name": "ext", "scripts": {"build": "vite build"}}'
    page = {"ext/package.json": manifest, "ext/public/manifest.json": '{"short_name": "x"}'}
    assert list(_components({**EXTENSION, **page})) == ["."]


def test_tools_of_the_developers_agents_are_no_component() -> None:
    files = {
        "go.mod": "module example.com/a\n\ngo 1.23\n",
        "main.go": "package main\n",
        "Dockerfile": "FROM golang:1.23\nCOPY . .\n",
        ".agent/kit/go.mod": "module example.com/kit\n\ngo 1.23\n",
        ".agent/kit/main.go": "package main\n",
        ".agent/kit/Dockerfile": "FROM golang:1.23\nCOPY . .\n",
    }
    assert list(_components(files)) == ["."]
