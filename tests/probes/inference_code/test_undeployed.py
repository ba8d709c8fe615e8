"""Images that CI builds and nobody gets, and processes that are told the tag of their image."""

from __future__ import annotations

from time import process_time

import pytest

from agentaudit import testing
from agentaudit.evidence import Place
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.inference_code.ci_stamped import ci_stamped
from agentaudit.probes.inference_code.commit_stamped import commit_stamped
from agentaudit.probes.inference_code.undeployed import is_undeployed
from agentaudit.source import Step

APP = {
    "requirements.txt": "openai==1.93.0\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\n",
    "app.py": "import os\nfrom openai import OpenAI\nOpenAI()\nsha = os.environ['GIT_SHA']\n",
}
HEAD = "on: push\njobs:\n  a:\n    runs-on: {}\n    steps:\n"
BUILD = "      - run: docker build -t registry.example/app:$GITHUB_SHA .\n"
TRY = "      - run: docker compose up -d && npx playwright test\n"
PUSH = "      - run: docker push registry.example/app:$GITHUB_SHA\n"
ACTION = (
    "      - uses: docker/build-push-action@v6\n        with:\n          context: .\n"
    "          push: {}\n          tags: registry.example/app:${{{{ github.sha }}}}\n"
)
CLOUD = (
    "steps:\n  - name: gcr.io/cloud-builders/docker\n    args: [build, -t, 'gcr.io/a/b:{}', .]\n"
)


def _outcome(probe: Probe, files: dict[str, str]) -> Outcome:
    given = {"files": {**APP, **files}}
    return probe.ask(
        {"repo": testing.repository(given), "component": testing.component(given)}
    ).outcome


@pytest.mark.parametrize(
    ("runner", "steps", "outcome"),
    [
        ("ubuntu-24.04", BUILD + PUSH, Outcome.PASS),
        ("ubuntu-24.04", BUILD + TRY + PUSH, Outcome.PASS),
        ("ubuntu-24.04", BUILD + TRY, Outcome.FAIL),
        ("self-hosted", BUILD + TRY, Outcome.PASS),
        ("ubuntu-24.04", ACTION.format("true"), Outcome.PASS),
        ("ubuntu-24.04", ACTION.format("false"), Outcome.FAIL),
        ("ubuntu-24.04", ACTION.format("${{ github.event_name != 'pull_request' }}"), Outcome.PASS),
        ("ubuntu-24.04", ACTION.format("${{ github.event_name == 'push' }}"), Outcome.PASS),
        ("ubuntu-24.04", ACTION.format("${{ github.event_name == 'release' }}"), Outcome.FAIL),
        (
            "ubuntu-24.04",
            ACTION.format("false").replace("push: false", "push: false\n          load: true")
            + PUSH,
            Outcome.PASS,
        ),
    ],
)
def test_an_image_that_stays_on_the_runner_is_not_deployed(
    runner: str, steps: str, outcome: Outcome
) -> None:
    assert _outcome(ci_stamped, {".github/workflows/a.yml": HEAD.format(runner) + steps}) is outcome


KEPT = ACTION.replace("push: {}", "outputs: {}")


@pytest.mark.parametrize(
    ("output", "second", "outcome"),
    [
        ("type=registry", None, Outcome.PASS),
        (
            "${{ inputs.push && 'type=registry' || 'type=docker,dest=/tmp/app.tar' }}",
            "x",
            Outcome.PASS,
        ),
        ("type=docker,dest=/tmp/app.tar", "registry.example/app:latest", Outcome.FAIL),
        ("type=registry", "registry.example/tmp/app:1", Outcome.PASS),
    ],
)
def test_a_file_on_the_runner_is_no_registry(
    output: str, second: str | None, outcome: Outcome
) -> None:
    files = {".github/workflows/a.yml": HEAD.format("x") + KEPT.format(output)}
    if second:
        files[".github/workflows/b.yml"] = HEAD.format("x") + BUILD.replace(
            "registry.example/app:$GITHUB_SHA", second
        )
    assert _outcome(ci_stamped, files) is outcome


@pytest.mark.parametrize(
    ("name", "tag", "outcome"),
    [
        ("cloudbuild.yaml", "$COMMIT_SHA", Outcome.PASS),
        ("cloudbuild.yml", "$SHORT_SHA", Outcome.PASS),
        ("cloudbuild.yml", "latest", Outcome.FAIL),
        (".cloudbuild/staging.yaml", "$SHORT_SHA", Outcome.PASS),
        (".cloudbuild/staging.yaml", "latest", Outcome.FAIL),
        ("elsewhere/staging.yaml", "$SHORT_SHA", Outcome.FAIL),
    ],
)
def test_cloud_build_beside_one_of_several_components(
    name: str, tag: str, outcome: Outcome
) -> None:
    other = {"other/package.json": "{}", "other/Dockerfile": "FROM node:22.1\nCOPY . .\n"}
    assert _outcome(ci_stamped, {name: CLOUD.format(tag), **other}) is outcome


TERRAFORM = 'environment_variables = {{\n  "GIT_SHA" : {}\n}}\n'
TASK = 'environment = [\n  {{ name = "GIT_SHA", value = {} }},\n]\n'
CHART = "env:\n  - name: GIT_SHA\n    value: {{ .Values.image.tag }}\n"
COMPOSE = "services:\n  app:\n    build: .\n    environment:\n      GIT_SHA: ${IMAGE_TAG}\n"


@pytest.mark.parametrize(
    ("path", "text", "tag", "outcome"),
    [
        ("infra/ecs.tf", TERRAFORM.format("var.image_tag"), "$GITHUB_SHA", Outcome.PASS),
        ("infra/ecs.tf", TASK.format("var.image_tag"), "$GITHUB_SHA", Outcome.PASS),
        ("infra/ecs.tf", TERRAFORM.format("var.release"), "$GITHUB_SHA", Outcome.FAIL),
        ("infra/ecs.tf", TERRAFORM.format("var.image_tag"), "1.0", Outcome.FAIL),
        ("chart/templates/app.yaml", CHART, "$GITHUB_SHA", Outcome.PASS),
        ("compose.yaml", COMPOSE, "$GITHUB_SHA", Outcome.PASS),
    ],
)
def test_a_deployment_tells_the_tag_of_the_image(
    path: str, text: str, tag: str, outcome: Outcome
) -> None:
    steps = BUILD.replace("$GITHUB_SHA", tag) + PUSH.replace("$GITHUB_SHA", tag)
    files = {path: text, ".github/workflows/a.yml": HEAD.format("ubuntu-24.04") + steps}
    assert _outcome(commit_stamped, files) is outcome


def test_a_workflow_of_many_builds_is_read_once() -> None:
    workflow = HEAD.format("ubuntu-24.04") + "      - run: docker build -t $V .\n" * 600
    steps = [
        Step("a", f"docker build -t ${number} .", Place("a", ".github/workflows/a.yml", number))
        for number in range(600)
    ]
    workflow += "        # d" + "c" * 60 + "\n" * 3_000
    is_undeployed.cache_clear()
    began = process_time()
    assert all(is_undeployed(step, workflow) for step in steps)
    assert process_time() - began < 1
