"""Pages that somebody starts from their manifest, where no image is about them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentaudit.sources.git import MemoryRepo

API = {
    "api/Dockerfile": "FROM python:3.12\nCOPY . .\n",
    "api/requirements.txt": "fastapi\n",
    "api/main.py": "import fastapi\n",
}


def _page(script: str, **more: Any) -> str:
    return json.dumps({"name": "web", "private": True, "scripts": {"dev": script}, **more})


def _homes(files: dict[str, str]) -> list[str]:
    return [component.path for component in MemoryRepo(files).components()]


@pytest.mark.parametrize(
    "script",
    [
        *("next dev", "vite", "vite --host", "ng serve", "react-scripts start", "nuxt dev"),
        *("expo start", "npm run build && electron .", "vue-cli-service serve"),
    ],
)
def test_a_page_that_its_manifest_starts_is_a_component(script: str) -> None:
    assert _homes({**API, "web/package.json": _page(script), "web/src/a.ts": "1"}) == ["api", "web"]


@pytest.mark.parametrize(
    ("manifest", "home"),
    [
        (_page("tsc --watch"), "web"),
        (_page("vite", exports={".": "./dist/a.js"}), "web"),
        (_page("vite", workspaces=["packages/*"]), "web"),
        (_page("next dev", dependencies={"nextra": "3"}), "web"),
        (_page("vite build"), "web"),
        (_page("next dev"), "docs-site"),
        (_page("next dev"), "experimental/web"),
        (_page("next dev"), "examples/web"),
    ],
)
def test_what_tells_about_the_system_or_is_a_library_is_none(manifest: str, home: str) -> None:
    assert _homes({**API, f"{home}/package.json": manifest, f"{home}/src/a.ts": "1"}) == ["api"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("web/vite.config.ts", 'export default { build: { outDir: "../api/static" } }\n'),
        (
            "web/vite.config.js",
            'export default { build: { outDir: path.join(__dirname, "..") } }\n',
        ),
        ("Makefile", "build:\n\tcd web && npm run build\n\tcp -r web/dist/* api/static/\n"),
        ("Makefile", "build:\n\t@rm -rf api/static && cp -r web/dist api/static\n"),
        ("build.sh", "cp -r ./web/out api/static\n"),
        ("Makefile", "build:\n\tcd web/dist/ ; ng build --base-href=/ui/\n"),
        ("web/../pom.xml", "<directory>${basedir}/web/dist</directory>\n"),
    ],
)
def test_a_page_that_another_project_takes_is_of_that_one(path: str, text: str) -> None:
    files = {**API, "web/package.json": _page("vite"), "web/src/a.ts": "1"}
    assert _homes({**files, path.replace("web/../", ""): text}) == ["api"]


@pytest.mark.parametrize(
    "row",
    [
        'aws s3 sync "$ROOT/web/dist" "s3://$BUCKET"',
        "rm -rf web/dist",
        "test -f web/dist/index.html || exit 1",
        "if [ ! -d web/dist ]; then exit 1; fi",
        "# the page is built into web/dist",
        "rsync -a web/dist/ deploy@host.example:/srv/web",
        "gsutil -m cp -r web/dist gs://pages",
    ],
)
def test_a_page_whose_files_a_script_sends_away_is_of_no_other(row: str) -> None:
    files = {**API, "web/package.json": _page("vite"), "web/src/a.ts": "1"}
    assert _homes({**files, "deploy.sh": f"npm --prefix web run build\n{row}\n"}) == ["api", "web"]


@pytest.mark.parametrize(("name", "found"), [("android", True), ("cli", False)])
def test_pages_as_an_application_of_a_telephone(name: str, *, found: bool) -> None:
    manifest = {"name": "app", "dependencies": {f"@capacitor/{name}": "6"}}
    files = {**API, "app/package.json": json.dumps(manifest), "app/capacitor.config.ts": "1"}
    assert ("app" in _homes(files)) is found


def test_a_page_of_the_image_of_another_is_no_component_of_its_own() -> None:
    image = "FROM python:3.12\nCOPY requirements.txt .\nCOPY web web\nCOPY . .\n"
    files = {"Dockerfile": image, "requirements.txt": "fastapi\n", "main.py": "import fastapi\n"}
    assert _homes({**files, "web/package.json": _page("vite")}) == ["."]


def test_a_page_at_the_top_stands_around_the_parts_that_are_known() -> None:
    page = {"package.json": _page("next dev")}
    assert _homes({**API, **page, "src/app/page.tsx": "1"}) == [".", "api"]
    assert _homes({**API, **page}) == ["api"]


@pytest.mark.parametrize(
    ("start", "more", "found"),
    [
        ("node index.js", {}, True),
        ("NODE_ENV=production tsx src/a.ts", {}, True),
        ("node dist/a.js", {"exports": {".": "./dist/a.js"}}, False),
        ("npm-run-all serve:*", {}, False),
    ],
)
def test_a_program_of_node_that_its_manifest_starts(
    start: str, more: dict[str, Any], *, found: bool
) -> None:
    manifest = json.dumps({"name": "worker", "scripts": {"start": start}, **more})
    files = {**API, "worker/package.json": manifest, "worker/index.js": "run();\n"}
    assert _homes(files) == ["api", *(["worker"] if found else [])]


@pytest.mark.parametrize(
    ("home", "name", "found"),
    [("bridge", "server.py", True), ("bridge", "load.py", False), ("scripts", "main.py", False)],
)
def test_a_program_of_python_beside_its_list(home: str, name: str, *, found: bool) -> None:
    files = {**API, f"{home}/requirements.txt": "mcp\n", f"{home}/{name}": "import mcp\n"}
    assert _homes(files) == ["api", *([home] if found else [])]


@pytest.mark.parametrize(
    ("step", "more", "apart"),
    [
        ("RUN npm --prefix web run build\n", {".dockerignore": "*.log\nweb/\n"}, True),
        ("RUN npm --prefix web run build\n", {".dockerignore": "*\n!*.py\n!web/*\n"}, False),
        ("RUN npm --prefix web run build\n", {}, False),
        ("RUN make pages\n", {}, False),
        ("RUN pip install -r requirements.txt\n", {}, True),
    ],
)
def test_a_page_that_the_image_above_leaves_out_or_cannot_build(
    step: str, more: dict[str, str], *, apart: bool
) -> None:
    files = {
        "Dockerfile": f"FROM python:3.12\nCOPY . .\n{step}",
        "requirements.txt": "fastapi\n",
        "main.py": "import fastapi\n",
        "web/package.json": _page("vite"),
        "web/src/a.ts": "1",
        **more,
    }
    assert _homes(files) == ([".", "web"] if apart else ["."])


@pytest.mark.parametrize(
    ("home", "found"),
    [("packages/webapp", True), ("packages/shop-frontend", True), ("packages/ui", False)],
)
def test_members_of_a_workspace_that_a_browser_is_shown(home: str, *, found: bool) -> None:
    files = {**API, f"{home}/package.json": _page("vite --host"), f"{home}/src/a.ts": "1"}
    assert (home in _homes(files)) is found


@pytest.mark.parametrize(
    ("scripts", "found"),
    [
        ({"build": "vite build", "postbuild": "cp dist/w.js ../api/static/w.js"}, False),
        ({"build": "vite build --outDir ../api/static"}, False),
        ({"build": "vite build", "pack": "cp dist/w.js ../api/static/w.js"}, True),
    ],
)
def test_a_page_that_its_own_script_hands_over(scripts: dict[str, str], found: bool) -> None:
    page = json.dumps({"name": "web", "scripts": {"dev": "vite", **scripts}})
    tree = {**API, "web/package.json": page, "web/src/a.ts": "1"}
    assert ("web" in _homes(tree)) is found


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"mcp/pyproject.toml": '[project]\nname = "mcp"\n', "mcp/server.py": "print()\n"}, True),
        ({"mcp/pyproject.toml": "[build-system]\nrequires = []\n", "mcp/server.py": ""}, False),
        ({"mcp/go.mod": "module x.io/mcp\n", "mcp/main.go": "package main\n"}, True),
        ({"mcp/go.mod": "module x.io/mcp\n", "mcp/mcp.go": "package mcp\n"}, False),
        ({"mcp/Cargo.toml": '[package]\nname = "m"\n', "mcp/src/main.rs": "fn main(){}\n"}, True),
    ],
)
def test_a_program_beside_its_manifest_is_started(files: dict[str, str], found: bool) -> None:
    assert ("mcp" in _homes({**API, **files})) is found


@pytest.mark.parametrize(
    ("manifest", "found"),
    [
        ({"scripts": {"start": "npm-run-all migrate start:node", "start:node": "node a.js"}}, True),
        ({"scripts": {"start": "node a.js"}}, True),
        ({"scripts": {"start": "node a.js"}, "bin": {"x": "a.js"}}, False),
        ({"scripts": {"start": "run-all migrate", "migrate": "knex up"}}, False),
    ],
)
def test_a_program_of_node_that_its_script_starts(manifest: dict[str, Any], found: bool) -> None:
    tree = {**API, "bot/package.json": json.dumps({"name": "bot", **manifest}), "bot/a.js": "1"}
    assert ("bot" in _homes(tree)) is found


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, [".", "web"]),
        ({"web/vite.config.ts": 'export default { build: { outDir: "../static" } }\n'}, ["."]),
        ({"start.sh": "cd ../web || exit\nyarn dev\n"}, ["."]),
        ({"start.sh": "cd other && yarn dev\n"}, [".", "web"]),
    ],
)
def test_a_page_below_a_root_in_another_language(more: dict[str, str], found: list[str]) -> None:
    files = {"pom.xml": "<project></project>", "src/main/java/A.java": "class A {}\n"}
    assert _homes({**files, "web/package.json": _page("vite"), "web/a.ts": "1", **more}) == found


STAGED = (
    "FROM node:22.1 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nFROM node:22.1\n"
    "COPY package*.json ./\nCOPY --from=build /app/dist ./dist\n"
    "COPY --from=build /app/node_modules ./node_modules\n"
)


@pytest.mark.parametrize(
    ("image", "script", "found"),
    [
        (STAGED, "nest build", [".", "pages"]),
        (STAGED, "nest build && npm --prefix pages run build", ["."]),
        (STAGED.replace("npm ci", "npm ci && cd pages && npm ci"), "nest build", ["."]),
        (STAGED.replace("/app/dist ./dist", "/app ."), "nest build", ["."]),
        ("FROM node:22.1\nCOPY . .\n", "nest build", ["."]),
    ],
)
def test_a_page_beside_what_an_image_takes_from_its_build_by_name(
    image: str, script: str, found: list[str]
) -> None:
    files = {
        "Dockerfile": image,
        "package.json": json.dumps({"name": "api", "scripts": {"build": script}}),
        "src/main.ts": "1",
        "pages/package.json": _page("next dev"),
        "pages/src/a.ts": "1",
    }
    assert _homes(files) == found
