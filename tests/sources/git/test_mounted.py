"""Projects that compose, a Makefile or CI starts without an image of their own."""

from __future__ import annotations

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo

COMPOSE = """services:
  db:
    image: postgres:16
  api:
    build: .
    depends_on: [db]
  pages:
    image: node:22.4
    working_dir: /src
    command: npm start
    volumes: ["./web:/src"]
    depends_on: [api]
"""
FILES = {
    "requirements.txt": "openai\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\n",
    "main.py": "import openai\n",
    "web/package.json": '{"name": "web"}',
    "web/index.js": "run();\n",
}
PROGRAM = (
    '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><OutputType>Exe</OutputType>'
    "</PropertyGroup></Project>"
)


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


def test_a_mounted_project_has_the_image_it_runs_in_for_itself() -> None:
    found = _components({**FILES, "compose.yml": COMPOSE})
    images = {path: [use.reference for use in c.images] for path, c in found.items()}
    assert images == {".": ["postgres:16"], "web": ["node:22.4"]}
    assert [text for _, text in found["web"].runtime_pins] == ["node 22.4"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("working_dir: /src", "working_dir: /other"),
        ("    command: npm start\n", ""),
        ("./web:/src", "pages:/src"),
        ("node:22.4", "registry.example/pages:1"),
        ("  pages:", "  pages-test:"),
    ],
)
def test_what_is_mounted_for_something_else_is_no_component(old: str, new: str) -> None:
    assert list(_components({**FILES, "compose.yml": COMPOSE.replace(old, new)})) == ["."]


def test_what_another_component_needs_is_its_own() -> None:
    built = COMPOSE.replace("image: node:22.4", "build: ./web")
    found = _components({**FILES, "web/Dockerfile": "FROM node:22.4\nCOPY . .\n", "c.yml": ""})
    assert found["web"].images == ()
    files = {**FILES, "web/Dockerfile": "FROM node:22.4\nCOPY . .\n", "compose.yml": built}
    assert [use.reference for use in _components(files)["."].images] == ["postgres:16"]
    assert _components(files)["web"].images == ()


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("cd worker && dotnet build && dotnet run", [".", "worker"]),
        ("cd worker && dotnet test", ["."]),
    ],
)
def test_a_program_that_a_makefile_starts(command: str, found: list[str]) -> None:
    files = {**FILES, "worker/Worker.csproj": PROGRAM, "worker/Program.cs": "class P {}\n"}
    assert sorted(_components({**files, "Makefile": f"worker:\n\t{command}\n"})) == found


@pytest.mark.parametrize(("served", "found"), [(True, [".", "src-tauri"]), (False, ["."])])
def test_a_shell_around_a_page(served: bool, found: list[str]) -> None:
    files = {
        "package.json": '{"name": "page", "dependencies": {"openai": "5.0.0"}}',
        "index.js": "run();\n",
        "src-tauri/Cargo.toml": '[package]\nname = "shell"\n',
        "src-tauri/src/main.rs": "fn main() {}\n",
        "src-tauri/tauri.conf.json": '{\n  "package": {"productName": "shell"}\n}\n',
        ".github/workflows/app.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
        "      - uses: tauri-apps/tauri-action@v0\n",
        **({"Dockerfile": "FROM node:22\nCOPY . .\n"} if served else {}),
    }
    assert sorted(_components(files)) == found


@pytest.mark.parametrize(("written", "read"), [("python312", "3.12"), ("nodejs22", "nodejs22")])
def test_the_runtime_of_a_function_that_terraform_packs(written: str, read: str) -> None:
    main = (
        'data "archive_file" "hook" {\n  source_dir = "${path.module}/hook"\n}\n'
        'resource "google_cloudfunctions2_function" "hook" {\n'
        f'  runtime = "{written}"\n  source = data.archive_file.hook.output_path\n}}\n'
    )
    files = {"main.tf": main, "hook/requirements.txt": "openai\n", "hook/main.py": "x = 1\n"}
    pins = [text for _, text in _components(files)["hook"].runtime_pins]
    assert pins
    assert all(read in text for text in pins)


@pytest.mark.parametrize(
    ("runs", "default", "read"),
    [
        ('"python3.13"', "python3.9", ["python3.13"]),
        ("var.version", "python3.12", []),
    ],
)
def test_the_runtime_that_a_module_of_terraform_gives_to_what_it_packs(
    runs: str, default: str, read: list[str]
) -> None:
    files = {
        "env/main.tf": 'module "hook" {\n  source     = "../modules/tool"\n'
        '  source_dir = "../hook"\n}\n',
        "modules/tool/main.tf": 'resource "aws_lambda_function" "this" {\n'
        f"  runtime = {runs}\n}}\n",
        "modules/tool/variables.tf": f'variable "version" {{\n  default = "{default}"\n}}\n',
        "hook/requirements.txt": "openai\n",
        "hook/main.py": "x = 1\n",
    }
    assert {text for _, text in _components(files)["hook"].runtime_pins} == set(read)


def test_the_runtime_by_the_default_of_a_variable_of_terraform() -> None:
    files = {
        "main.tf": 'data "archive_file" "hook" {\n  source_dir = "${path.module}/hook"\n}\n'
        'resource "aws_lambda_function" "hook" {\n  runtime = var.version\n'
        "  filename = data.archive_file.hook.output_path\n}\n",
        "variables.tf": 'variable "version" {\n  type = string\n  default = "python3.12"\n}\n',
        "hook/requirements.txt": "openai\n",
        "hook/main.py": "x = 1\n",
    }
    assert "python3.12" in [text for _, text in _components(files)["hook"].runtime_pins]


SERVED = """services:
  vllm:
    image: vllm/vllm-openai:v0.15.0
    entrypoint: ["/bin/bash", "/app/start.sh"]
    volumes: ["./start.sh:/app/start.sh"]
"""


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("", "", [".", "server"]),
        ("vllm/vllm-openai:v0.15.0", "mirror.example/cache:1", ["."]),
        ('"/app/start.sh"]', '"-c", "true"]', ["."]),
        ("./start.sh:", "./config.yaml:", ["."]),
        ("./start.sh:", "../start.sh:", ["."]),
    ],
)
def test_a_directory_with_a_compose_file_whose_script_starts_a_model_server(
    old: str, new: str, found: list[str]
) -> None:
    compose = SERVED.replace(old, new) if old else SERVED
    if "config.yaml" in new:
        compose = compose.replace("/app/start.sh", "/app/config.yaml")
    files = {**FILES, "server/docker-compose.yaml": compose, "server/start.sh": "vllm serve a/b\n"}
    assert [path for path in _components(files) if path != "web"] == found
