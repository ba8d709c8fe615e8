"""Builds that a command of CI asks for by name only: what is built, and how it is called, stands in
a file of the tool."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.inference_code.ci_stamped import ci_stamped
from agentaudit.probes.inference_code.commit_stamped import commit_stamped

FILES = {"requirements.txt": "openai==1.93.0\n", "Dockerfile": "FROM python:3.12\nCOPY . .\n"}
HEAD = "on: {push: {branches: [main]}}\njobs:\n  d:\n    runs-on: ubuntu-24.04\n    steps:\n"
SHA = "${{ github.sha }}"


def _asked(probe: Probe, files: dict[str, str]) -> Outcome:
    given = {"files": {**FILES, **files}, "path": "."}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(inputs).outcome


def _workflow(run: str, env: str = "") -> dict[str, str]:
    text = f"{HEAD}      - env: {{TAG: '{env}'}}\n        run: {run}\n"
    return {".github/workflows/d.yml": text}


def _compose(tag: str) -> dict[str, str]:
    return {"compose.yaml": f"services:\n  app:\n    build: .\n    image: ghcr.io/x/bot:{tag}\n"}


def _bake(tag: str) -> dict[str, str]:
    text = f'variable "TAG" {{}}\ntarget "app" {{\n  tags = ["ghcr.io/x/bot:{tag}"]\n}}\n'
    return {"docker-bake.hcl": text}


def _skaffold(policy: str) -> dict[str, str]:
    return {"skaffold.yaml": f"kind: Config\nbuild:\n{policy}  artifacts: [{{image: x/bot}}]\n"}


def _earthly(name: str) -> dict[str, str]:
    return {"Earthfile": f"VERSION 0.8\nimage:\n  FROM DOCKERFILE .\n  SAVE IMAGE --push {name}\n"}


KAMAL = {"config/deploy.yml": "service: bot\nimage: x/bot\n"}
PUSHED = "docker compose build && docker compose push"


@pytest.mark.parametrize(
    "files",
    [
        {**_compose("${TAG:-dev}"), **_workflow(PUSHED, SHA)},
        {**_compose("${TAG}"), **_workflow("docker compose build --push", SHA)},
        {**_bake("${TAG}"), **_workflow("docker buildx bake --push", SHA)},
        {**_skaffold(""), **_workflow("skaffold run")},
        {**_skaffold("  tagPolicy: {gitCommit: {}}\n"), **_workflow("skaffold build")},
        {**_earthly("x/bot:$EARTHLY_GIT_HASH"), **_workflow("earthly --push +image")},
        {**KAMAL, **_workflow("kamal deploy")},
        _workflow(f"flyctl deploy --image-label {SHA}"),
    ],
)
def test_named_by_the_commit(files: dict[str, str]) -> None:
    assert _asked(ci_stamped, files) is Outcome.PASS


@pytest.mark.parametrize(
    "files",
    [
        {**_compose("${TAG:-dev}"), **_workflow(PUSHED, "v1")},
        {**_compose("${TAG:-dev}"), **_workflow("docker compose build", SHA)},
        {**_compose("latest"), **_workflow(PUSHED, SHA)},
        {**_bake("latest"), **_workflow("docker buildx bake --push", SHA)},
        {**_bake("${TAG}"), **_workflow("docker buildx bake", SHA)},
        {**_skaffold("  tagPolicy: {sha256: {}}\n"), **_workflow("skaffold run")},
        {
            **_skaffold("  tagPolicy:\n    gitCommit:\n      variant: TreeSha\n"),
            **_workflow("skaffold run"),
        },
        {**_skaffold(""), **_workflow("skaffold build --tag=1.0")},
        {**_earthly("x/bot:latest"), **_workflow("earthly --push +image")},
        {**_earthly("x/bot:$EARTHLY_GIT_HASH"), **_workflow("earthly --push +lint")},
        {**KAMAL, **_workflow("kamal deploy --skip-push")},
        {**KAMAL, **_workflow("kamal deploy --version=1.0")},
        _workflow("flyctl deploy --remote-only"),
    ],
)
def test_not_named_by_the_commit(files: dict[str, str]) -> None:
    assert _asked(ci_stamped, files) is Outcome.FAIL


JUST = (
    "sha := `git rev-parse HEAD`\npush:\n    docker build -t x/bot:{{sha}} .\n    docker push x\n"
)
TASK = (
    'version: "3"\nvars:\n  SHA: {sh: git rev-parse HEAD}\ntasks:\n  push:\n    cmds:\n'
    "      - docker build -t x/bot:{{.SHA}} .\n      - docker push x/bot:{{.SHA}}\n"
)


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"justfile": JUST, **_workflow("just push")}, Outcome.PASS),
        ({"justfile": JUST, **_workflow("just lint")}, Outcome.FAIL),
        ({"Taskfile.yml": TASK, **_workflow("task push")}, Outcome.PASS),
        ({"Taskfile.yml": TASK, **_workflow("task lint")}, Outcome.FAIL),
        (
            {
                "Taskfile.yml": TASK.replace("{sh: git rev-parse HEAD}", "v1"),
                **_workflow("task push"),
            },
            Outcome.FAIL,
        ),
    ],
)
def test_justfile_and_taskfile(files: dict[str, str], outcome: Outcome) -> None:
    assert _asked(ci_stamped, files) is outcome


BUILDSPEC = (
    "phases:\n  pre_build:\n    commands:\n"
    "      - COMMIT_HASH=$(echo $CODEBUILD_RESOLVED_SOURCE_VERSION | cut -c 1-7)\n"
    "      - IMAGE_TAG=${COMMIT_HASH:=latest}\n"
    "  build:\n    commands:\n      - docker build -t $REPO:latest .\n"
    "      - docker tag $REPO:latest $REPO:$IMAGE_TAG\n      - docker push $REPO:$IMAGE_TAG\n"
)
AZURE = (
    "steps:\n- task: Docker@2\n  inputs:\n    command: buildAndPush\n    repository: bot\n"
    "    tags: |\n      latest\n      $(Build.SourceVersion)\n"
)


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({"buildspec.yml": BUILDSPEC}, Outcome.PASS),
        (
            {"buildspec.yml": BUILDSPEC.replace("push $REPO:$IMAGE_TAG", "push $REPO:latest")},
            Outcome.FAIL,
        ),
        ({"azure-pipelines.yml": AZURE}, Outcome.PASS),
        (
            {"azure-pipelines.yml": AZURE.replace("Build.SourceVersion", "Build.BuildId")},
            Outcome.FAIL,
        ),
    ],
)
def test_variables_of_a_pipeline(files: dict[str, str], outcome: Outcome) -> None:
    assert _asked(ci_stamped, files) is outcome


CHART = (
    "kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n        - env:\n"
    "            - name: GIT_COMMIT\n              value: {{ .Values.image.tag | quote }}\n"
)
CLOUD = (
    "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, -t, x/bot, .]\n"
    "- name: gcr.io/google.com/cloudsdktool/cloud-sdk\n  args:\n    - run\n    - deploy\n"
    "    - '--set-env-vars'\n    - 'LEVEL=info,COMMIT_SHA=$COMMIT_SHA'\n"
)
RUN = "gcloud run deploy b --update-env-vars OTEL_RESOURCE_ATTRIBUTES=service.version="


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_workflow(RUN + SHA), Outcome.PASS),
        (_workflow(RUN + "1.0"), Outcome.FAIL),
        ({"cloudbuild.yaml": CLOUD}, Outcome.PASS),
        ({"cloudbuild.yaml": CLOUD.replace("$COMMIT_SHA", "$TAG_NAME")}, Outcome.FAIL),
        (
            {
                "chart/templates/d.yaml": CHART,
                **_workflow(f"docker build -t r.io/x/bot:{SHA} . && docker push r.io/x/bot:{SHA}"),
            },
            Outcome.PASS,
        ),
        ({"chart/templates/d.yaml": CHART}, Outcome.FAIL),
    ],
)
def test_deployments_tell_the_commit(files: dict[str, str], outcome: Outcome) -> None:
    assert _asked(commit_stamped, files) is outcome


@pytest.mark.parametrize(
    ("last", "target", "outcome"),
    [
        ("bot", "s3://builds/x/$GITHUB_SHA/", Outcome.PASS),
        ("bot", "s3://builds/x/latest/", Outcome.FAIL),
        ("page", "s3://builds/x/$GITHUB_SHA/", Outcome.FAIL),
    ],
)
def test_what_is_kept_by_the_commit(last: str, target: str, outcome: Outcome) -> None:
    lines = ("|", f"cd {last}", "npm run package:win", f"aws s3 sync out/ {target}")
    run = "\n          ".join(lines)
    homes = ("bot", "page")
    files = {
        **{f"{home}/package.json": f'{{"name": "{home}"}}' for home in homes},
        **{f"{home}/Dockerfile": "FROM node:22\nCOPY . .\n" for home in homes},
        **_workflow(run),
    }
    given = {"files": files, "path": "bot"}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    assert ci_stamped.ask(inputs).outcome is outcome
