"""Makefiles and scripts by which CI builds an image, and how they come to know the commit."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.inference_code.ci_stamped import ci_stamped

PASS, FAIL = Outcome.PASS, Outcome.FAIL
IMAGE = {
    "requirements.txt": "openai==1.93.0\n",
    "app.py": "from openai import OpenAI\nOpenAI()\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\n",
}
MAKES = (
    "NAME = reg.example/desk\nimage:\n\tdocker build -t $(NAME):$(REV) .\n"
    "push: image\n\tdocker push $(NAME):$(REV)\n"
)
KNOWS = "REV := $(shell git rev-parse --short HEAD)\n"
LATER = (
    f"{KNOWS}image:\n\tdocker build -t desk .\n"
    "push: image\n\tdocker tag desk reg.example/desk:$(REV)\n"
    "\tdocker push reg.example/desk:$(REV)\n"
)
PAGE = {
    "page/package.json": '{"name": "page", "dependencies": {"openai": "5.0.0"}}',
    "page/a.js": 'import OpenAI from "openai";\nnew OpenAI();\n',
    "page/Dockerfile": "FROM node:24.1\nCOPY . .\n",
}
FILED = (
    f"{KNOWS}push:\n\tdocker build -t reg.example/x:$(REV) -f AT/Dockerfile.$(APP) .\n"
    "\tdocker push reg.example/x:$(REV)\n"
)
AZURE = "trigger: [main]\npool:\n  vmImage: ubuntu-latest\nsteps:\n"


def _lab(script: str, makefile: str = KNOWS + MAKES, at: str = "Makefile") -> dict[str, str]:
    return {**IMAGE, ".gitlab-ci.yml": f"ship:\n  script:\n{script}\n", at: makefile}


def _hub(env: str, makefile: str) -> dict[str, str]:
    steps = f"on: push\n{env}jobs:\n  ship:\n    steps:\n      - run: make push\n"
    return {**IMAGE, ".github/workflows/ship.yml": steps, "Makefile": makefile}


def _one_of_two(file: str) -> dict[str, str]:
    files = {**_lab("    - make push", FILED.replace("AT/Dockerfile.$(APP)", file)), **PAGE}
    image = files.pop("Dockerfile").replace("COPY . .", "COPY requirements.txt app.py ./")
    return {**files, "ops/Dockerfile.api": image}


def _azure(steps: str, at: str = "azure-pipelines.yml", **more: str) -> dict[str, str]:
    return {**IMAGE, at: AZURE + steps, **more}


def _ask(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return ci_stamped.ask(asked).outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_lab("    - make push"), PASS),
        (_lab("    - make check"), FAIL),
        (_lab("    - make push REV=$CI_COMMIT_SHA", "REV ?= latest\n" + MAKES), PASS),
        (_lab("    - make push REV=$CI_COMMIT_REF_NAME", "REV ?= latest\n" + MAKES), FAIL),
        (_lab("    - export REV=$CI_COMMIT_SHA\n    - make push", "REV ?= latest\n" + MAKES), PASS),
        (_lab("    - export REV=$CI_COMMIT_SHA\n    - make push", "REV = latest\n" + MAKES), FAIL),
        (_hub("env:\n  REV: ${{ github.sha }}\n", "REV ?= latest\n" + MAKES), PASS),
        (_hub("env:\n  SHA: ${{ github.sha }}\n", "REV ?= latest\n" + MAKES), FAIL),
        (_lab("    - make -C ops push", at="ops/Makefile"), PASS),
        (_lab("    - cd ops\n    - make push", at="ops/Makefile"), PASS),
        (_lab("    - make push", at="ops/Makefile"), FAIL),
        (_lab("    - make -f ops/image.mk push", at="ops/image.mk"), PASS),
        ({**_lab("    - make push", f"include ops/rev.mk\n{MAKES}"), "ops/rev.mk": KNOWS}, PASS),
        ({**_lab("    - make push", MAKES), "ops/rev.mk": KNOWS}, FAIL),
        (_lab("    - make push", LATER), PASS),
        (_lab("    - make image", LATER), FAIL),
        (_one_of_two("ops/Dockerfile.$(APP)"), PASS),
        (_one_of_two("etc/Dockerfile.$(APP)"), FAIL),
        (_one_of_two("$(AT)/Dockerfile.api"), FAIL),
    ],
)
def test_a_makefile_names_what_it_builds(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask(files) is outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_azure("  - script: make push\n", Makefile=KNOWS + MAKES), PASS),
        (_azure("  - script: make check\n", Makefile=KNOWS + MAKES), FAIL),
        (
            _azure(
                "  - bash: ./ops/ship.sh\n",
                **{"ops/ship.sh": "docker build -t r.example/a:$(git rev-parse HEAD) .\n"},
            ),
            PASS,
        ),
        (
            _azure(
                "  - bash: |\n      REV=$(git rev-parse HEAD)\n"
                '      echo "##vso[task.setvariable variable=rev]$REV"\n'
                "  - task: Docker@2\n    inputs:\n      command: buildAndPush\n"
                "      tags: $(rev)\n"
            ),
            PASS,
        ),
        (_azure("  - task: Docker@2\n    inputs:\n      tags: $(Build.BuildId)\n"), FAIL),
        (
            _azure(
                "  - script: az acr build -t a:$(Build.SourceVersion) .\n", "ci/pipelines/a.yml"
            ),
            PASS,
        ),
        (
            {**IMAGE, "ml/pipelines/a.yml": "run: docker build -t a:$(Build.SourceVersion) .\n"},
            FAIL,
        ),
    ],
)
def test_a_pipeline_of_azure(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask(files) is outcome


@pytest.mark.parametrize(("given", "outcome"), [("${{ github.sha }}", PASS), ("latest", FAIL)])
def test_cloud_build_is_told_the_tag(given: str, outcome: Outcome) -> None:
    run = f"gcloud builds submit --config build.yaml --substitutions=_AT=eu,_TAG={given}"
    steps = f"on: push\njobs:\n  ship:\n    steps:\n      - run: {run}\n"
    assert _ask({**IMAGE, ".github/workflows/ship.yml": steps}) is outcome
