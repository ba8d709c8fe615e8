"""Members of workspaces that are deployed by themselves, and files of platforms about others."""

from __future__ import annotations

import json

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

ROOT = '{"name": "root", "workspaces": ["apps/*", "packages/*"]}'
CI = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: pnpm run wrangler deploy\n"


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


def _member(name: str, script: str = "vite build", needs: str = "") -> str:
    dependencies = f'"dependencies": {{"{needs}": "workspace:*"}}, ' if needs else ""
    return f'{{"name": "{name}", {dependencies}"scripts": {{"deploy": "{script}"}}}}'


@pytest.mark.parametrize(
    ("script", "deployed"),
    [
        ("wrangler deploy --config ${TOML_PATH}", True),
        ("npm run build && wrangler pages deploy dist", True),
        ("vercel --prod", True),
        ("fly deploy", True),
        ("func azure functionapp publish x", True),
        ("pnpm --filter other exec wrangler deploy", False),
        ("cd ../other && wrangler deploy", False),
        ("vite build", False),
    ],
)
def test_a_member_that_deploys_itself(script: str, deployed: bool) -> None:
    files = {
        "package.json": ROOT,
        "packages/edge/package.json": _member("edge", script),
        "packages/core/package.json": _member("core"),
        "packages/core/index.ts": "export const a = 1\n",
        "packages/templates/edge/package.json": _member("t", script),
    }
    assert list(_components(files)) == (["packages/edge"] if deployed else ["."])


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("cd apps/web && vercel --prod", ["apps/web"]),
        ("wrangler deploy --config apps/web/wrangler.toml", ["apps/web"]),
        ("fly deploy -c apps/web/fly.toml", ["apps/web"]),
        ("cd ../web && vercel --prod", ["."]),
        ("cd apps/web && vite build", ["."]),
        ("pnpm --filter web exec wrangler deploy", ["."]),
        ("wrangler deploy", ["."]),
    ],
)
def test_a_script_of_the_root_that_deploys_another_project(script: str, found: list[str]) -> None:
    files = {
        "package.json": f'{{"name": "root", "scripts": {{"deploy:web": "{script}"}}}}',
        "apps/web/package.json": _member("web"),
    }
    assert list(_components(files)) == found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, ["packages/edge"]),
        ({"vite.config.shared.ts": "", "scripts/version.ts": ""}, ["packages/edge"]),
        ({"src/index.ts": "export const a = 1\n"}, [".", "packages/edge"]),
        ({"Dockerfile": "FROM node:22.1\nCOPY . .\n"}, [".", "packages/edge"]),
    ],
    ids=["members only", "tooling", "code of its own", "an image of its own"],
)
def test_what_is_run_at_a_root_without_code_is_about_its_members(
    more: dict[str, str], found: list[str]
) -> None:
    files = {
        "package.json": ROOT,
        ".github/workflows/a.yml": CI,
        "packages/edge/package.json": _member("edge", "wrangler deploy"),
        "packages/edge/index.ts": "export const a = 1\n",
    }
    assert list(_components({**files, **more})) == found


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        ("/app/apps/web/dist", ["apps/web"]),
        ("/app/apps/web/dist /app/packages/db/schema", ["apps/web"]),
        ("/app/packages/db/dist", ["packages/db"]),
        ("/app/apps/web/dist /app/apps/api/dist", ["."]),
        ("/app", ["."]),
    ],
)
def test_an_image_that_keeps_the_output_of_one_member(kept: str, found: list[str]) -> None:
    files = {
        "Dockerfile": "FROM node:22.1 AS build\nWORKDIR /app\nCOPY . .\nRUN pnpm build\n"
        f"FROM node:22.1\nCOPY --from=build {kept} /app/\n",
        "package.json": ROOT,
        **{
            f"{home}/package.json": _member(home)
            for home in ("apps/web", "apps/api", "packages/db")
        },
    }
    assert list(_components(files)) == found


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("vercel.json", '{"builds": [{"src": "apps/web/dist/index.js"}]}', ["apps/web"]),
        ("vercel.json", '{"outputDirectory": "apps/web/.next"}', ["apps/web"]),
        ("vercel.json", '{"outputDirectory": "dist"}', ["."]),
        ("vercel.json", '{"builds": [{"src": "apps/web/x.js"}, {"src": "api/x.js"}]}', ["."]),
        ("vercel.json", '{"outputDirectory": "../elsewhere"}', ["."]),
        ("vercel.json", "[]", ["."]),
        ("vercel.json", '{"services": {"web": {"root": "apps/web/"}}}', ["apps/web"]),
        (
            "vercel.json",
            '{"experimentalServices": {"web": {"root": "apps/web"}, "api": {"root": "api"}}}',
            ["."],
        ),
        ("netlify.toml", '[build]\npublish = "apps/web/dist"\n', ["apps/web"]),
        ("netlify.toml", '[build]\nbase = "apps/web"\npublish = "dist"\n', [".", "apps/web"]),
        ("wrangler.toml", "main = 'apps/web/src/index.ts'\n", ["apps/web"]),
        (
            "wrangler.jsonc",
            '{\n  // "main": "x"\n  "main": "./apps/web/dist/index.js"\n}',
            ["apps/web"],
        ),
        ("wrangler.toml", "main = 'dist/index.js'\n[assets]\ndirectory = 'apps/web/dist'\n", ["."]),
    ],
)
def test_files_of_platforms_about_a_project_below(name: str, text: str, found: list[str]) -> None:
    files = {"package.json": '{"name": "root"}', "apps/web/package.json": _member("web")}
    assert list(_components({**files, name: text})) == found


NEXT = '{"name": "web", "dependencies": {"next": "15"}}'


@pytest.mark.parametrize(
    ("root", "text", "second", "found"),
    [
        ({}, '{"buildCommand": "turbo build"}', "{}", ["apps/web"]),
        ({}, '{"buildCommand": "turbo build"}', NEXT, ["."]),
        ({}, '{"outputDirectory": "dist"}', "{}", ["."]),
        ({"dependencies": {"openai": "5"}}, '{"buildCommand": "turbo build"}', "{}", ["."]),
        ({"workspaces": []}, '{"buildCommand": "turbo build"}', "{}", ["."]),
    ],
)
def test_the_member_that_is_served_where_the_root_only_gathers(
    root: dict[str, object], text: str, second: str, found: list[str]
) -> None:
    files = {
        "package.json": json.dumps({"name": "root", "workspaces": ["apps/*"], **root}),
        "apps/web/package.json": NEXT,
        "apps/more/package.json": second,
        "vercel.json": text,
    }
    assert list(_components(files)) == found


AZD = "services:\n  web:\n    project: ./src\n    dist: {}\n    host: staticwebapp\n"


@pytest.mark.parametrize(
    ("dist", "script", "found"),
    [
        ("../dist", "build", [".", "api"]),
        ("dist", "build", [".", "api"]),
        ("../dist", "lint", ["api"]),
    ],
)
def test_pages_whose_manifest_stands_above_them(dist: str, script: str, found: list[str]) -> None:
    files = {
        "azure.yaml": AZD.format(dist) + "  api:\n    project: ./api\n",
        "package.json": f'{{"name": "pages", "scripts": {{"{script}": "vite build"}}}}',
        "src/index.html": "<html></html>\n",
        "api/package.json": '{"name": "api"}',
    }
    assert list(_components(files)) == found


def test_a_client_in_several_languages_leaves_the_root_of_a_workspace_hollow() -> None:
    taken = "FROM node:22.1.0\nCOPY package.json ./\nCOPY packages ./packages\n"
    files = {
        "package.json": ROOT,
        "packages/api/package.json": '{"name": "api", "scripts": {"start": "node a.js"}}',
        "packages/api/a.js": "run();\n",
        "packages/api/Dockerfile": f"{taken}CMD node packages/api/a.js\n",
        "sdk/python/pyproject.toml": '[project]\nname = "client"\n',
        "sdk/python/client.py": "import json\n",
        "compose.yml": "services:\n  a:\n    build: {context: ., dockerfile: packages/api/Dockerfile}\n",
    }
    assert list(_components(files)) == ["packages/api"]
