"""Which component a path means: where it stands, or where its image is built from."""

from __future__ import annotations

import pytest

from agentaudit.lineage.placing import find
from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo
from bench.labels import named

PROJECT = '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>'
ONE = {
    "Dockerfile": "FROM sdk:8.0\nCOPY src/Api/Api.csproj src/Api/\nRUN dotnet publish src/Api\n"
    'ENTRYPOINT ["dotnet", "Api.dll"]\n',
    "src/Api/Api.csproj": PROJECT,
    "src/Page/Page.csproj": PROJECT,
    "src/Page/Dockerfile": "FROM nginx:1.27\nCOPY . .\n",
    "compose.yaml": "services:\n  api:\n    build: .\n  page:\n    build: src/Page\n",
}
TWO = {
    **{f"{name}/requirements.txt": "openai\n" for name in ("api", "worker")},
    **{f"docker/Dockerfile.{n}": f"FROM python:3.12\nCOPY {n} .\n" for n in ("api", "worker")},
    "compose.yaml": "services:\n"
    "  api:\n    build: {context: ., dockerfile: docker/Dockerfile.api}\n"
    "  worker:\n    build: {context: ., dockerfile: docker/Dockerfile.worker}\n",
}
ALONE = {
    "package.json": '{"private": true, "workspaces": ["apps/*"]}',
    "apps/web/package.json": '{"name": "web", "dependencies": {"next": "16"}}',
    "apps/web/Dockerfile": "FROM node:24\nCOPY . .\n",
}


def _components(files: dict[str, str]) -> tuple[Component, ...]:
    return MemoryRepo(files).components()


@pytest.mark.parametrize(
    ("files", "declared", "found"),
    [
        (ONE, "src/Api", "src/Api"),
        (ONE, ".", "src/Api"),
        (ONE, "src/Page/", "src/Page"),
        (ONE, "src", None),
        (TWO, "worker", "worker"),
        (TWO, "docker", None),
        (ALONE, ".", "apps/web"),
        (ALONE, "apps", "apps/web"),
        (ALONE, "app", None),
        ({**TWO, "Dockerfile": "FROM python:3.12\nCOPY worker .\n"}, ".", "worker"),
    ],
)
def test_a_component_is_known_by_its_directory_or_that_of_its_build_file(
    files: dict[str, str], declared: str, found: str | None
) -> None:
    component = find(_components(files), declared)
    assert (component.path if component else None) == found


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ([".", "src/Page"], {".": "src/Api", "src/Page": "src/Page"}),
        ([".", "src/Api"], {"src/Api": "src/Api"}),
        (["src", "src/Page"], {"src/Page": "src/Page"}),
    ],
)
def test_no_component_answers_for_two_labels(paths: list[str], found: dict[str, str]) -> None:
    meant = named(paths, _components(ONE))
    assert {path: component.path for path, component in meant.items()} == found
