"""Actions that a repository publishes, and what of it they start."""

from __future__ import annotations

import pytest

from agentaudit.sources.git import MemoryRepo

MEMBERS = {
    "package.json": '{"private": true, "workspaces": ["packages/*"]}',
    "packages/web/package.json": '{"name": "web"}',
    "packages/web/Dockerfile": "FROM node:22.1.0\nCOPY . .\n",
    "packages/bot/package.json": '{"name": "bot", "scripts": {"start": "node a.js"}}',
    "packages/bot/a.js": "run();\n",
}


def _composite(run: str, where: str = "") -> str:
    place = f"      working-directory: {where}\n" if where else ""
    return f"name: x\nruns:\n  using: composite\n  steps:\n    - run: {run}\n{place}"


HERE = "${{ github.action_path }}"


@pytest.mark.parametrize(
    "action",
    [
        _composite("npm run start -w bot", HERE),
        _composite("npm run start --workspace=packages/bot"),
        _composite("npm start", f"{HERE}/packages/bot"),
        _composite(f"cd {HERE}/packages/bot && npm start"),
        _composite(f"node {HERE}/packages/bot/a.js"),
        "name: x\nruns:\n  using: node20\n  main: packages/bot/a.js\n",
    ],
)
def test_the_project_that_an_action_starts(action: str) -> None:
    found = {each.path for each in MemoryRepo({**MEMBERS, "action.yml": action}).components()}
    assert found == {"packages/web", "packages/bot"}


@pytest.mark.parametrize(
    ("path", "action"),
    [
        (".github/actions/a/action.yml", _composite("npm run start -w bot")),
        ("action.yml", _composite("npm run build -w bot")),
        ("action.yml", _composite("echo packages/bot")),
        ("action.yml", "name: x\nruns: [1]\n"),
    ],
)
def test_what_starts_nothing(path: str, action: str) -> None:
    found = {each.path for each in MemoryRepo({**MEMBERS, path: action}).components()}
    assert found == {"packages/web"}
