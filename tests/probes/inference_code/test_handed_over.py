"""Commits that pipelines, images and deployments hand on to what runs."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.inference_code.ci_stamped import ci_stamped
from agentaudit.probes.inference_code.commit_stamped import commit_stamped

PASS, FAIL = Outcome.PASS, Outcome.FAIL
CODE = {"requirements.txt": "openai==1.93.0\n", "app.py": "from openai import OpenAI\nOpenAI()\n"}
READS = {"status.py": 'SAID = open("version_info.json").read()\n'}
WRITES = (
    "FROM python:3.12\nARG GIT_COMMIT=none\nCOPY . .\n"
    'RUN echo "{\\n\\\n \\"gitCommit\\": \\"${GIT_COMMIT}\\" \\\n}" > /srv/version_info.json\n'
)
TEKTON = (
    "kind: PipelineRun\nmetadata:\n  annotations:\n"
    '    pipelinesascode.tekton.dev/on-cel-expression: event == "EVENT"\nspec:\n  params:\n'
    "    - name: dockerfile\n      value: ./planner.Containerfile\n"
    "    - name: output-image\n      value: quay.example/planner:{{revision}}\n"
    "  pipelineSpec:\n    tasks:\n      - params:\n          - name: BUILD_ARGS\n"
    "            value: [GIT_COMMIT=$(tasks.clone-repository.results.commit)]\n"
    "        taskRef: {name: buildah}\n"
)
TAG = 'locals {\n  variables = [\n    { name : "IMAGE_TAG", value : var.image_tag },\n  ]\n}\n'
TAGGED = (
    "on: push\njobs:\n  image:\n    runs-on: ubuntu-24.04\n    steps:\n"
    "      - run: docker build -t registry.example/planner:NAME . && docker push --all-tags a\n"
)
CLOUD = (
    "steps:\n  - name: gcr.io/cloud-builders/docker\n"
    "    args: [build, --build-arg, SERVICE_VERSION_SHA=VALUE, .]\n"
)
ARGUMENT = (
    "FROM python:3.12\nARG SERVICE_VERSION_SHA\n"
    "ENV SERVICE_VERSION_SHA ${SERVICE_VERSION_SHA}\nCOPY . .\n"
)


def _asked(probe: Probe, files: dict[str, str]) -> Outcome:
    given = {"files": {**CODE, **files}}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(inputs).outcome


@pytest.mark.parametrize(
    ("event", "name", "outcome"),
    [
        ("push", "planner.Containerfile", PASS),
        ("pull_request", "planner.Containerfile", FAIL),
    ],
)
def test_a_pipeline_of_tekton_names_the_build_file(event: str, name: str, outcome: Outcome) -> None:
    files = {
        name: "FROM python:3.12\nCOPY . .\n",
        "pages/package.json": '{"name": "pages", "dependencies": {"openai": "5.0.0"}}',
        "pages/Dockerfile": "FROM node:22\nCOPY . .\n",
        ".tekton/push.yaml": TEKTON.replace("EVENT", event),
    }
    assert _asked(ci_stamped, files) is outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"planner.Containerfile": WRITES, **READS}, PASS),
        ({"planner.Containerfile": WRITES}, FAIL),
        ({"planner.Containerfile": WRITES.replace("GIT_COMMIT", "RELEASE"), **READS}, FAIL),
    ],
)
def test_the_commit_stands_in_a_file_that_is_read(files: dict[str, str], outcome: Outcome) -> None:
    pipeline = {".tekton/push.yaml": TEKTON.replace("EVENT", "push")}
    assert _asked(commit_stamped, {**files, **pipeline}) is outcome


FILLED = (
    "FROM python:3.12\nARG GIT_COMMIT=none\nCOPY . .\n"
    'RUN sed -i \\\n    -e "s/devCommit/${GIT_COMMIT}/" \\\n    status.py\n'
)


@pytest.mark.parametrize(
    ("image", "code", "outcome"),
    [
        (FILLED, 'COMMIT = "devCommit"\n', PASS),
        (FILLED, 'COMMIT = "unset"\n', FAIL),
        (FILLED.replace("sed -i", "echo"), 'COMMIT = "devCommit"\n', FAIL),
    ],
)
def test_the_commit_takes_the_place_of_a_word(image: str, code: str, outcome: Outcome) -> None:
    pipeline = {".tekton/push.yaml": TEKTON.replace("EVENT", "push")}
    files = {"planner.Containerfile": image, "status.py": code, **pipeline}
    assert _asked(commit_stamped, files) is outcome


@pytest.mark.parametrize(
    ("files", "name", "outcome"),
    [
        ({"infra/main.tf": TAG}, "$GITHUB_SHA", PASS),
        ({"infra/main.tf": TAG}, "1.0", FAIL),
        ({"infra/main.tf": TAG.replace("var.image_tag", '"latest"')}, "$GITHUB_SHA", FAIL),
    ],
)
def test_a_deployment_tells_the_tag_of_the_image(
    files: dict[str, str], name: str, outcome: Outcome
) -> None:
    build = {"Dockerfile": "FROM python:3.12\nCOPY . .\n"}
    ci = {".github/workflows/image.yml": TAGGED.replace("NAME", name)}
    assert _asked(commit_stamped, {**files, **build, **ci}) is outcome


@pytest.mark.parametrize(("value", "outcome"), [("$COMMIT_SHA", PASS), ("$BRANCH_NAME", FAIL)])
def test_a_pipeline_hands_the_commit_to_the_build(value: str, outcome: Outcome) -> None:
    files = {"Dockerfile": ARGUMENT, "cloudbuild.yaml": CLOUD.replace("VALUE", value)}
    assert _asked(commit_stamped, files) is outcome
