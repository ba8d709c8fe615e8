"""Images that scripts, build tools and CI order, and which component each is of."""

from __future__ import annotations

import pytest

from agentaudit.source import Component, Place, Step
from agentaudit.sources.git import MemoryRepo, makefiles, shell
from agentaudit.sources.git.orders import from_ci
from agentaudit.sources.git.workflows import Run

PYTHON = '[project]\nname = "x"\ndependencies = ["openai"]\n'
TEMPLATE = (
    "FROM python:3.12-slim\nARG SERVICE\nCOPY shared ./shared\n"
    "COPY ${SERVICE}/pyproject.toml ${SERVICE}/uv.lock ./\nCOPY $SERVICE/src ./src\n"
)
TREE = {
    "Containerfile.service": TEMPLATE,
    "agent/pyproject.toml": PYTHON,
    "agent/src/main.py": "import openai\n",
    "tools/snow/pyproject.toml": PYTHON,
    "shared/pyproject.toml": '[project]\nname = "shared"\n',
    "evaluations/pyproject.toml": PYTHON,
    "pyproject.toml": "[tool.ruff]\n",
}
MAKEFILE = """TOOL ?= podman
AGENT_IMG := quay.example/team/agent:$(VERSION)
define build_image
	@echo "building $(2)"
	$(TOOL) build -t $(1) $(if $(4),--platform=$(4),) \\
		-f Containerfile.service \\
		--build-arg SERVICE=$(3) .
endef
all: agent snow
agent:
	$(call build_image,$(AGENT_IMG),the agent,agent)
snow:
	$(call build_image,snow,the tools,tools/snow,linux/amd64)
"""
SCRIPT = """#!/usr/bin/env bash
set -e
ROOT="$(git rev-parse --show-toplevel)"
cd "${ROOT}"
build() {
  local service=$1
  docker build -t "team/${service}:${TAG}" -f Containerfile.service \\
    --build-arg SERVICE="${service}" .
}
for each in agent tools/snow; do
  build "$each"
done
"""
MATRIX = """on: push
jobs:
  images:
    strategy:
      matrix:
        service: [agent, tools/snow]
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: .
          file: Containerfile.service
          build-args: |
            SERVICE=${{ matrix.service }}
"""
CALLER = """on: push
jobs:
  agent:
    uses: ./.github/workflows/image.yml
    with: {service: agent}
  snow:
    uses: ./.github/workflows/image.yml
    with: {service: tools/snow}
"""
CALLED = """on: {workflow_call: {inputs: {service: {type: string}}}}
jobs:
  image:
    steps:
      - run: docker build -f Containerfile.service --build-arg SERVICE=${{ inputs.service }} .
"""
BAKE = """variable "TAG" { default = "dev" }
target "agent" {
  context = "."
  dockerfile = "Containerfile.service"
  args = {
    SERVICE = "agent"
  }
  tags = ["team/agent:${TAG}"]
}
target "snow" {
  dockerfile = "Containerfile.service"
  args = { SERVICE = "ignored" }
  args = {
    SERVICE = "tools/snow"
  }
}
"""
SKAFFOLD = """apiVersion: skaffold/v4beta6
build:
  artifacts:
    - image: team/agent
      docker: {dockerfile: Containerfile.service, buildArgs: {SERVICE: agent}}
    - image: team/snow
      docker: {dockerfile: Containerfile.service, buildArgs: {SERVICE: tools/snow}}
"""
TILT = """docker_build('agent', '.', dockerfile='Containerfile.service', build_args={'SERVICE': 'agent'})
docker_build('snow', '.', dockerfile='Containerfile.service',
             build_args={'SERVICE': 'tools/snow'})
"""
CLOUD = """steps:
  - name: gcr.io/cloud-builders/docker
    args: [build, -t, team/agent, -f, Containerfile.service, --build-arg, SERVICE=agent, .]
  - name: gcr.io/cloud-builders/docker
    entrypoint: bash
    args: [-c, "docker build -f Containerfile.service --build-arg SERVICE=tools/snow ."]
"""
COMPOSE = """services:
  agent:
    build: {context: ., dockerfile: Containerfile.service, args: {SERVICE: agent}}
  snow:
    build: {context: ., dockerfile: Containerfile.service, args: ["SERVICE=tools/snow"]}
"""


def _components(files: dict[str, str]) -> dict[str, Component]:
    return {component.path: component for component in MemoryRepo(files).components()}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile", MAKEFILE),
        ("scripts/build.sh", SCRIPT),
        (".github/workflows/images.yml", MATRIX),
        ("docker-bake.hcl", BAKE),
        ("skaffold.yaml", SKAFFOLD),
        ("Tiltfile", TILT),
        ("cloudbuild.yaml", CLOUD),
        ("compose.yaml", COMPOSE),
    ],
)
def test_a_template_makes_one_component_for_each_project_that_is_chosen(
    path: str, text: str
) -> None:
    found = _components({**TREE, path: text})
    assert list(found) == ["agent", "tools/snow"]
    for component in found.values():
        assert [file.place.path for file in component.build_files] == ["Containerfile.service"]
        assert path in {place.path for place in component.built_by}
        assert {each.place.path for each in component.manifests} == {
            f"{component.path}/pyproject.toml",
            "shared/pyproject.toml",
        }


def test_a_called_workflow_is_run_with_the_inputs_of_its_callers() -> None:
    files = {".github/workflows/ci.yml": CALLER, ".github/workflows/image.yml": CALLED}
    assert list(_components({**TREE, **files})) == ["agent", "tools/snow"]


def test_an_argument_that_names_a_file_chooses_no_project() -> None:
    found = _components(
        {
            "Dockerfile": "FROM eclipse-temurin:21\nARG JAR\nCOPY server/build/libs/$JAR app.jar\n",
            "server/build.gradle": "dependencies { implementation 'a.b:c:1' }\n",
            "build.sh": "docker build --build-arg JAR=server.jar -t app .\n",
        }
    )
    assert list(found) == ["server"]


def test_a_recipe_of_make_is_filled_in() -> None:
    text = (
        "SERVICES = a b\nall: image-a image-b\nimage-%:\n\tdocker build -t $* -f $*/Dockerfile $*\n"
    )
    found = [row for rows in makefiles.recipes(text) for row in rows]
    assert found == [
        (4, "docker build -t a -f a/Dockerfile a"),
        (4, "docker build -t b -f b/Dockerfile b"),
    ]
    each = "all:\n\t$(foreach s,$(SERVICES),docker build $(s);)\nSERVICES := a b\n"
    assert list(makefiles.recipes(each)) == [[(2, "docker build a; docker build b;")]]


@pytest.mark.parametrize(
    "text",
    [
        "A = $(A)\nall:\n\techo $(A)\n",
        "define f\n$(call f,$(1)$(1))\nendef\nall:\n\t$(call f,xxxxxxxx)\n",
        "all:\n\t$(if $(if $(if $((\n",
        "A = $(B)$(B)$(B)$(B)\nB = $(C)$(C)$(C)$(C)\nC = $(D)$(D)$(D)$(D)\nD = "
        + "x" * 1000
        + "\nall:\n\techo $(A)$(A)$(A)\n",
    ],
)
def test_a_makefile_that_grows_or_turns_in_circles_ends(text: str) -> None:
    assert sum(len(row) for rows in makefiles.recipes(text) for _, row in rows) < 200_000


def test_a_script_that_calls_itself_ends() -> None:
    text = "f() {\n f a\n f b\n}\nfor a in 1 2 3; do for b in 1 2 3; do f; done; done\nf\n"
    assert len(list(shell.commands(shell.numbered(text)))) < 10_000


def test_a_script_is_followed() -> None:
    text = (
        'HERE="$(cd "$(dirname "$0")/.." && pwd)"\nservices=(\n  api\n  "web"\n)\n'
        'for s in "${services[@]}"\ndo\n  if true; then\n    docker build "$HERE/$s"\n  fi\ndone\n'
        "# docker build never\npushd docs\nmake\npopd\nmake\n"
    )
    found = list(shell.commands(shell.numbered(text), "app/scripts"))
    texts = [(each.text, each.directory) for each in found if each.text != "true"]
    assert texts == [
        ('docker build "/%repository%/app/api"', ""),
        ('docker build "/%repository%/app/web"', ""),
        ("make", "docs"),
        ("make", ""),
    ]


def test_what_a_workflow_fills_in_is_no_name_of_an_image() -> None:
    tags = {"context": "api", "tags": "x.io/${{ env.OWNER }}/chat:${{ github.sha }}"}
    step = Step("ci.yml", "", Place("x", "ci.yml"))
    run = Run(step, "", "docker/build-push-action", tuple(tags.items()), False)
    assert [order.names for order in from_ci([run])] == [{"chat"}]
