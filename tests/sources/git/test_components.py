"""What counts as a component, and what belongs to it."""
# One case a line is easier to compare than a wrapped one.

from __future__ import annotations

import time

import pytest

from agentaudit.source import Component
from agentaudit.sources.git import MemoryRepo
from agentaudit.sources.git.compose import Service
from agentaudit.sources.git.environments import Environments

PYTHON = '[project]\nname = "x"\ndependencies = ["openai"]\n'
NODE = '{"name": "web", "dependencies": {"react": "1"}}'
DOCKER = "FROM python:3.12\nCOPY . .\n"


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


def _manifests(component: Component) -> list[str]:
    return [manifest.place.path for manifest in component.manifests]


def test_every_directory_that_becomes_an_image_is_one() -> None:
    found = _components(
        {
            "services/a/pyproject.toml": PYTHON,
            "services/a/Dockerfile": DOCKER,
            "services/b/requirements.txt": "anthropic\n",
            "services/b/Dockerfile": DOCKER,
            "libs/shared/pyproject.toml": PYTHON,
            "tests/app/pyproject.toml": PYTHON,
            "tests/app/Dockerfile": DOCKER,
            "examples/x/pyproject.toml": PYTHON,
            "examples/x/Dockerfile": DOCKER,
            "services/a/vendor/y/pyproject.toml": PYTHON,
            "templates/z/Dockerfile": DOCKER,
            "{{cookiecutter.name}}/pyproject.toml": PYTHON,
        }
    )
    assert list(found) == ["services/a", "services/b"]
    assert [c.name for c in found.values()] == ["a", "b"]
    assert [place.path for place in found["services/a"].built_by] == ["services/a/Dockerfile"]


def test_manifests_that_end_in_one_image_are_one_component() -> None:
    docker = "FROM node:20 AS web\nCOPY frontend/package*.json ./\nCOPY frontend/ .\nFROM python:3.12\nCOPY backend/ .\n"
    found = _components(
        {
            "Dockerfile": docker,
            "frontend/package.json": NODE,
            "backend/requirements.txt": "openai\n",
            "tools/requirements.txt": "chromadb\n",
        }
    )
    assert list(found) == ["."]
    assert _manifests(found["."]) == ["backend/requirements.txt", "frontend/package.json"]


def test_a_directory_that_nothing_deploys_falls_back_to_the_root() -> None:
    found = _components({"a/pyproject.toml": PYTHON, "b/package.json": NODE})
    assert list(found) == ["."]
    assert found["."].built_by == ()
    assert _manifests(found["."]) == ["a/pyproject.toml", "b/package.json"]


@pytest.mark.parametrize("files", [{"main.py": ""}, {"Dockerfile": DOCKER}])
def test_code_without_a_manifest_is_the_root(files: dict[str, str]) -> None:
    assert list(_components(files)) == ["."]


@pytest.mark.parametrize("files", [{}, {"README.md": "x"}, {"tests/test_a.py": "x"}])
def test_nothing_is_nothing(files: dict[str, str]) -> None:
    assert _components(files) == {}


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"Procfile": "web: python a.py"}, 1),
        ({".github/workflows/x.yml": "jobs:\n  a:\n    steps:\n      - run: uv build\n        working-directory: app\n"}, 4),
        ({".github/workflows/x.yml": "jobs:\n  a:\n    steps:\n      - run: cd app && docker build -t x .\n"}, 4),
        ({".github/workflows/x.yml": "jobs:\n  a:\n    steps:\n      - run: docker build --build-arg A=1 -t ghcr.io/a/b:1 app\n"}, 4),
        ({".github/workflows/x.yml": "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n        with: {context: ./app}\n"}, 4),
        ({".github/workflows/x.yml": "jobs:\n  a:\n    steps:\n      - uses: pypa/gh-action-pypi-publish@v1\n      - run: gcloud run deploy --source app\n"}, 5),
        ({".github/workflows/x.yml": "on:\n  schedule: [{cron: x}]\njobs:\n  a:\n    steps:\n      - run: python agent.py\n        working-directory: app\n"}, 6),
        ({".gitlab-ci.yml": "build:\n  script:\n    - cd app && poetry build\n"}, 3),
        ({"compose.yaml": "services:\n  app:\n    build: ./app\n"}, 2),
        ({"docker-compose.dev.yml": "services:\n  app:\n    build:\n      context: app\n"}, 2),
    ],
)  # fmt: skip
def test_what_else_deploys_a_directory(more: dict[str, str], line: int) -> None:
    files = {f"app/{n}" if n == "Procfile" else n: text for n, text in more.items()}
    found = _components({"app/pyproject.toml": PYTHON, "other/package.json": NODE, **files})
    assert list(found) == ["app"]
    assert found["app"].built_by[0].line == line


@pytest.mark.parametrize("run", ["uv run pytest", "ruff check app", "npm run build", "python x.py"])
def test_what_deploys_nothing(run: str) -> None:
    workflow = (
        f"on: push\njobs:\n  a:\n    steps:\n      - run: {run}\n        working-directory: app\n"
    )
    found = _components({"app/pyproject.toml": PYTHON, ".github/workflows/x.yml": workflow})
    assert list(found) == ["."]


COMPOSE = """services:
  planner:
    build: {context: ., dockerfile: docker/planner.Dockerfile}
    image: ghcr.io/acme/planner:latest
    depends_on: [db]
    environment: {MODEL: x}
  erp:
    build: services/erp
    depends_on: {queue: {condition: service_started}}
  db:
    image: postgres:${PG:-16}
  queue:
    image: redis
  proxy:
    image: traefik:v3
"""
# One case a line is easier to compare than a wrapped one.


def _system() -> dict[str, Component]:
    return _components(
        {
            "compose.yaml": COMPOSE,
            "docker/planner.Dockerfile": "FROM python:3.12\nCOPY services/planner/ .\n",
            "services/planner/pyproject.toml": PYTHON,
            "services/erp/package.json": NODE,
            "services/erp/Dockerfile": "FROM node:20\nCOPY . .\n",
            "k8s/planner.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: planner}\nspec:\n  template:\n"
            "    spec:\n      containers:\n        - image: ghcr.io/acme/planner:1\n        - image: otel/collector:latest\n",
            "services/erp/chart/Chart.yaml": "name: erp\n",
            "services/erp/chart/values.yaml": "image:\n  repository: acme/erp\n  tag: latest\n"
            "cache:\n  image: {registry: quay.io, repository: redis, tag: 7}\nrepo: {repository: https://x}\n",
            "services/erp/chart/templates/d.yaml": "kind: Deployment\nimage: {{ .Values.image }}\ncontainers:\n",
            "infra/main.bicep": "param x string",
            "services/planner/.env.example": "A=1",
            "services/planner/settings.py": "MODEL = 'x'\n",
            "services/planner/tests/settings.py": "",
            "services/erp/jest.config.js": "",
            ".python-version": "3.12.4\n",
        }
    )


def test_images_that_a_system_starts_belong_to_who_needs_them() -> None:
    found = _system()
    assert list(found) == ["services/erp", "services/planner"]
    images = {path: [i.reference for i in c.images] for path, c in found.items()}
    assert images["services/planner"] == ["postgres:16", "traefik:v3", "otel/collector:latest"]
    assert images["services/erp"] == [
        "redis",
        "traefik:v3",
        "otel/collector:latest",
        "quay.io/redis:7",
    ]


def test_local_images_only_show_who_starts_them() -> None:
    planner = _system()["services/planner"]
    assert [(place.path, place.line) for place in planner.built_by] == [
        ("compose.yaml", 2),
        ("docker/planner.Dockerfile", None),
        ("k8s/planner.yaml", 8),
    ]


def test_a_long_chain_of_services_is_gone_through_once() -> None:
    rows = ["services:\n  s0: {image: postgres}\n"]
    rows += [f"  s{n}: {{build: ., depends_on: [s{n - 1}]}}\n" for n in range(1, 5000)]
    files = {"requirements.txt": "openai==1.0\n", "Dockerfile": "FROM python:3.12\nCOPY . .\n"}
    started = time.process_time()
    found = _components({**files, "compose.yaml": "".join(rows)})
    assert time.process_time() - started < 4
    assert [use.reference for use in found["."].images] == ["postgres"]


def test_a_long_chain_of_services_that_take_each_other_over_is_gone_through_once() -> None:
    rows = [f"  s{n}: {{build: ., extends: s{n + 1}}}\n" for n in range(1200)]
    rows += ["  s1200: {image: postgres, environment: {MODEL: planner-1}}\n"]
    files = {"requirements.txt": "openai==1.0\n", "Dockerfile": "FROM python:3.12\nCOPY . .\n"}
    asked: list[str] = []
    bases = Environments._bases

    def count(self: Environments, service: Service) -> list[Service]:
        asked.append(service.name)
        return bases(self, service)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Environments, "_bases", count)
        found = _components({**files, "compose.yaml": "services:\n" + "".join(rows)})
    assert len(asked) < 3 * len(rows)
    assert "planner-1" in [row.value for row in found["."].code.settings]


def test_settings_and_runtime_pins() -> None:
    found = _system()
    settings = {path: [p.path for p in c.settings] for path, c in found.items()}
    assert settings["services/planner"] == [
        "compose.yaml",
        "infra/main.bicep",
        "services/planner/.env.example",
        "services/planner/settings.py",
    ]
    assert settings["services/erp"] == ["infra/main.bicep", "services/erp/chart/values.yaml"]
    pins = [(place.path, value) for place, value in found["services/planner"].runtime_pins]
    assert pins == [(".python-version", "3.12.4"), ("docker/planner.Dockerfile", "3.12")]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        (".python-version", "3.12\n", "3.12"),
        ("runtime.txt", "python-3.11.9\n", "3.11.9"),
        (".nvmrc", "v20.11.0\n", "v20.11.0"),
        (".node-version", "22\n", "22"),
        (".tool-versions", "# x\nterraform 1.2\npython 3.12.1\n", "3.12.1"),
        ("rust-toolchain.toml", '[toolchain]\nchannel = "1.79"\n', "1.79"),
        ("setup.cfg", "[metadata]\nname = a\n[options]\npython_requires = >=3.10\n", ">=3.10"),
        ("setup.py", "setup(python_requires='>=3.9')", ">=3.9"),
        ("Pipfile", "[requires]\npython_version = '3.12'\n", "3.12"),
        ("environment.yml", "dependencies:\n  - python=3.11\n", "=3.11"),
        ("package.json", '{"name": "a", "engines": {"node": ">=20"}}', ">=20"),
        ("go.mod", "module a.io/b\n\ngo 1.22\n", "1.22"),
        ("Cargo.toml", '[package]\nname = "a"\nrust-version = "1.79"\n', "1.79"),
        ("pom.xml", "<project><properties><java.version>21</java.version></properties></project>", "21"),
        ("a.csproj", "<TargetFramework>net8.0</TargetFramework>", "net8.0"),
        ("Dockerfile", "FROM docker.io/library/node:20-slim\n", "20-slim"),
    ],
)  # fmt: skip
def test_runtime_pins(name: str, text: str, value: str) -> None:
    component = _components({"main.py": "", name: text})["."]
    assert [found for _, found in component.runtime_pins] == [value]


def test_training_data_and_how_it_is_versioned() -> None:
    files = {
        "pyproject.toml": '[project]\nname="t"\ndependencies=["trl", "peft"]\n',
        "data/train.jsonl": "{}",
        "data/big.parquet.dvc": "outs: []",
        "dvc.lock": "stages: {}",
        "dvc.yaml": "stages: {}",
        "data/large.csv": "version https://git-lfs.github.com/spec/v1\noid sha256:"
        + "0" * 64
        + "\nsize 1\n",
        "data/x.arrow": "x",
        ".gitattributes": "*.arrow filter=lfs diff=lfs\n",
        "tests/data/y.jsonl": "{}",
        "src/config.json": "{}",
    }
    component = _components(files)["."]
    assert {place.path: how for place, how in component.training_data} == {
        "data/train.jsonl": "plain",
        "data/big.parquet.dvc": "dvc",
        "dvc.lock": "dvc",
        "data/large.csv": "lfs",
        "data/x.arrow": "lfs",
    }
    del files["pyproject.toml"]
    # A provider may train: what is versioned is told, and no data file is opened for it.
    versioned = _components({**files, "a.py": ""})["."].training_data
    assert [place.path for place, _ in versioned] == [
        "data/big.parquet.dvc",
        "dvc.lock",
        "data/x.arrow",
    ]


@pytest.mark.parametrize(
    ("name", "text", "trades"),
    [
        ("requirements.txt", "Azure_AI.Inference[x]~=1 ; python_version > '3'\n", {"model"}),
        ("requirements.txt", "scrollbar\nsummarize\narizeo\nchroma\nparameter\n", set()),
        ("requirements.txt", "-r other.txt\n-c c.txt\n--extra-index-url https://u:p@x/\n# openai\n", set()),
        ("requirements.txt", "git+https://x.invalid/langgraph.git@main#egg=langgraph\n", {"agent"}),
        ("requirements.txt", "\ufeffopenai\r\n", {"model"}),
        ("requirements-dev.txt", "ragas\n", {"evaluation"}),
        ("requirements/base.txt", "crewai\n", {"agent"}),
        ("setup.py", "setup(install_requires=['openai>=1', \"qdrant-client\"])", {"model", "vector_store"}),
        ("setup.cfg", "[options]\ninstall_requires =\n    anthropic\n[options.extras_require]\nx = ragas\n", {"model", "evaluation"}),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"\nopenai = "^1"\n[tool.poetry.group.dev.dependencies]\nragas = "*"\n', {"model", "evaluation"}),
        ("pyproject.toml", '[project]\nname="a"\n[project.optional-dependencies]\nx=["guardrails-ai"]\n[dependency-groups]\ndev=["deepeval", {include-group="y"}]\n', {"guardrail", "evaluation"}),
        ("pyproject.toml", "[tool.ruff]\nline-length = 100\n", set()),
        ("environment.yml", "dependencies:\n  - faiss-cpu\n  - pip:\n    - openai==1\n", {"vector_store", "model"}),
        ("package.json", '{"dependencies": {"@mastra/core": "1", "ai": "5"}, "devDependencies": {"promptfoo": "1"}}', {"agent", "model", "evaluation"}),
        ("go.mod", "module a\nrequire (\n\tgithub.com/tmc/langchaingo v0.1\n\tgithub.com/anthropics/anthropic-sdk-go v1 // indirect\n)\n", {"agent"}),
        ("go.mod", "module a\nrequire github.com/openai/openai-go/v2 v2.0.0\n", {"model"}),
        ("pom.xml", "<dependency>\n<groupId>dev.langchain4j</groupId><artifactId>langchain4j</artifactId></dependency><!-- <dependency><groupId>io.qdrant</groupId><artifactId>client</artifactId></dependency> -->", {"agent"}),
        ("build.gradle.kts", 'implementation("org.springframework.ai:spring-ai-starter-model-openai:1.0")\n// implementation("io.qdrant:client:1")\n', {"model"}),
        ("gradle/libs.versions.toml", '[libraries]\nlc = { module = "dev.langchain4j:langchain4j", version = "1" }\n', {"agent"}),
        ("a.csproj", '<ItemGroup><PackageReference Include="Microsoft.SemanticKernel" Version="1" /></ItemGroup>', {"agent"}),
        ("Cargo.toml", '[package]\nname="a"\n[dependencies]\nqdrant = { package = "qdrant-client", version = "1" }\n', {"vector_store"}),
    ],
)  # fmt: skip
def test_declared_libraries(name: str, text: str, trades: set[str]) -> None:
    component = _components({name: text, "main.py": ""})["."]
    assert set(component.declares) == trades


def test_requirements_in_utf16_are_read() -> None:
    repo = MemoryRepo({"requirements.txt": "openai\r\n".encode("utf-16")})
    assert repo.components()[0].declares["model"][0].place.text == "openai"


def test_conflicting_shapes_everywhere_cost_nothing() -> None:
    odd = "services: [1, {a: [b]}]\njobs: 7\non: [x]\nrun: {a: b}\n"
    files = {
        "compose.yaml": odd,
        "a/compose.yml": "services: {x: {build: {context: [1]}, image: {a: 1}, depends_on: 3}}",
        ".github/workflows/a.yml": odd,
        ".github/workflows/b.yml": "jobs: {a: {steps: [1, {run: [2]}, {uses: {}}, {run: x, with: 3}]}}",
        ".gitlab-ci.yml": "a: {script: {b: c}}\nb: [1]\nscript: x\n",
        "package.json": '{"dependencies": [1], "workspaces": {"packages": {"a": 1}}, "name": 7}',
        "pyproject.toml": "[project]\ndependencies = [1, {a=2}]\nname = 3\n[tool]\nuv = 1\npoetry = 2\n",
        "Cargo.toml": "dependencies = 1\n[target]\nx = 1\n",
        "uv.lock": "package = [1, {name = 2}]\n",
        "package-lock.json": '{"packages": {"node_modules/x": 1, "": []}}',
        "environment.yml": "dependencies: {a: b}\n",
        "k.yaml": "kind: Pod\napiVersion: v1\nspec: {containers: [{image: [1]}, 2]}\n",
        "main.py": "",
    }
    repo = MemoryRepo(files)
    assert [component.path for component in repo.components()] == ["."]
    assert repo.steps() != ()


def test_what_ci_names_by_a_variable_builds_nothing_that_is_known() -> None:
    workflow = (
        "jobs:\n  a:\n    steps:\n      - uses: docker/build-push-action@v6\n"
        "        with: {context: '${{ matrix.context }}', file: '${{ matrix.file }}'}\n"
        "      - run: docker build -f $FILE .\n      - run: docker build $DIR\n"
    )
    files = {
        "package.json": '{"name": "root"}',
        "app/pyproject.toml": PYTHON,
        "app/Dockerfile": DOCKER,
        "docker/proxy/Dockerfile": "FROM caddy:2\n",
        ".github/workflows/x.yml": workflow,
    }
    found = _components(files)
    assert list(found) == ["app"]
    assert [file.place.path for file in found["app"].build_files] == [
        "app/Dockerfile",
        "docker/proxy/Dockerfile",
    ]


def test_a_build_file_is_of_the_project_that_it_is_called_after() -> None:
    copies = "FROM python:3.12\nCOPY shared/ shared/\nCOPY {0}/pyproject.toml .\nCOPY {0} .\n"
    files = {f"{name}/pyproject.toml": PYTHON for name in ("reader", "planner", "shared")}
    files |= {f"docker/Dockerfile.{name}": copies.format(name) for name in ("reader", "planner")}
    assert list(_components(files)) == ["planner", "reader"]


def test_what_is_outside_of_every_component_is_shared_with_care() -> None:
    files = {
        "a/pyproject.toml": PYTHON,
        "a/Dockerfile": DOCKER,
        "b/package.json": NODE,
        "b/Dockerfile": DOCKER,
        "evals/pyproject.toml": PYTHON,
        "evals/.env.example": "A=1",
        "docker/.env.example": "A=1",
        "docker/searxng/settings.yml": "a: 1",
        "docker/proxy/Dockerfile": "FROM caddy:latest\n",
    }
    repo = MemoryRepo(files)
    found = {component.path: component for component in repo.components()}
    for path in ("a", "b"):
        assert [place.path for place in found[path].settings] == ["docker/.env.example"]
        assert [file.place.path for file in found[path].build_files] == [f"{path}/Dockerfile"]
        assert [place.path for place in found[path].built_by] == [f"{path}/Dockerfile"]
    assert any("docker/proxy/Dockerfile" in note for note in repo.ledgers()[0].notes)


def test_named_contexts_are_no_images() -> None:
    files = {
        "pyproject.toml": PYTHON,
        "Dockerfile": "FROM a:1\nCOPY --from=shared . .\nCOPY --from=assets . .\nCOPY --from=b:2 x x\n",
        "compose.yaml": "services:\n  a:\n    build:\n      context: .\n      additional_contexts: {shared: ../shared}\n",
        ".github/workflows/x.yml": "jobs: {a: {steps: [{run: docker build --build-context assets=web .}]}}",
    }
    (build,) = _components(files)["."].build_files
    assert [base.reference for base in build.bases] == ["a:1", "b:2"]


def test_a_version_file_of_another_language_is_no_pin() -> None:
    files = {
        ".python-version": "3.12",
        "web/package.json": NODE,
        "web/Dockerfile": "FROM node:20\nCOPY . .\n",
        ".devcontainer/Dockerfile": "FROM x:latest\n",
    }
    (component,) = _components(files).values()
    assert [value for _, value in component.runtime_pins] == ["20"]
    assert len(component.build_files) == 1


@pytest.mark.parametrize(
    ("files", "known"),
    [
        ({"pyproject.toml": PYTHON}, True),
        ({"main.py": ""}, False),
        ({"pyproject.toml": "[project\n", "main.py": ""}, False),
        ({"requirements.txt": "httpx\n", "package.json": "{"}, False),
        ({"pyproject.toml": '[project]\nname = "a"\ndynamic = ["version"]\n'}, True),
        ({"pyproject.toml": '[project]\nname = "a"\ndynamic = ["dependencies"]\n'}, False),
        ({"setup.py": "setup(install_requires=['httpx'])"}, True),
        ({"setup.py": "setup(install_requires=read('x'))"}, False),
    ],
)
def test_whether_all_that_is_declared_is_known(files: dict[str, str], known: bool) -> None:
    assert _components(files)["."].dependencies_known is known


@pytest.mark.parametrize(
    ("name", "text", "declared"),
    [
        (".env.example", "", False),
        (".env.example", "# MODEL=\n", True),
        (".env.example", "# Settings of the model\n", False),
        (".env.example", "export MODEL=\n", True),
        ("config.yaml", "# later\n", False),
        ("config.yaml", "model: x\n", True),
        ("config.json", "{}", False),
        ("config.json", '{"model": 1}', True),
        ("main.tf", "/*\na = 1\n*/\n", False),
        ("main.tf", 'resource "a" "b" {\n}\n', True),
        ("settings.py", '"""\nNote: x\n"""\nimport os\n', False),
        ("settings.py", "class Settings(Base):\n    pass\n", True),
    ],
)
def test_an_empty_file_declares_no_setting(name: str, text: str, declared: bool) -> None:
    settings = _components({"pyproject.toml": PYTHON, name: text})["."].settings
    assert [place.path for place in settings] == [name] * declared


def test_the_one_project_of_a_repository_is_the_component_where_all_code_is_its_own() -> None:
    files = {
        "talk/pom.xml": "<project/>",
        "talk/src/main/java/A.java": "class A {}\n",
        "notes.md": "x",
    }
    assert [each.path for each in MemoryRepo(files).components()] == ["talk"]
    assert [each.path for each in MemoryRepo({**files, "tool.py": "a = 1\n"}).components()] == ["."]
