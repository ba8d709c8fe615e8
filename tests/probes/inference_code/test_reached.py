"""What of a pipeline is run, for which code, and what of a build is in the image."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.inference_code.ci_stamped import ci_stamped
from agentaudit.probes.inference_code.commit_stamped import commit_stamped
from agentaudit.probes.inference_code.reached import live_jobs

APP = {
    "requirements.txt": "openai==1.93.0\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\n",
    "app.py": "from openai import OpenAI\nOpenAI()\n",
}
JOBS = "jobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n"
HEAD = f"on: push\n{JOBS}"
RUN = "      - run: |\n          {}\n"
BUILD = "docker build -t r.example/app:$GITHUB_SHA ."
ACTION = (
    "      - uses: docker/build-push-action@v6\n        with:\n          context: {}\n"
    "          push: true\n          tags: r.example/app:${{{{ github.sha }}}}\n"
)
OTHER = "      - uses: actions/checkout@v4\n        with:\n          repository: {}\n"
MAKEFILE = (
    "all: test\ntest:\n\tpytest\nimage: login\n"
    "\tdocker build -t r.example/app:$(shell git rev-parse HEAD) .\n"
    "ship:\n\t$(MAKE) image\nlogin:\n\tdocker login\n"
)
GITLAB = "{}:\n  script:\n    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA .\n{}"
META = (
    "      - id: meta\n        uses: docker/metadata-action@v5\n        with:\n"
    "          images: r.example/app\n          tags: |\n            type=sha{}\n"
    "            type=raw,value=latest\n"
    "      - uses: docker/build-push-action@v6\n        with:\n          context: .\n"
    "          push: true\n          tags: ${{{{ steps.meta.outputs.tags }}}}\n"
)


def _outcome(probe: Probe, files: dict[str, str]) -> Outcome:
    given = {"files": {**APP, **files}}
    return probe.ask(
        {"repo": testing.repository(given), "component": testing.component(given)}
    ).outcome


def _workflow(steps: str) -> dict[str, str]:
    return {".github/workflows/a.yml": HEAD + steps}


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        ({".gitlab-ci.yml": GITLAB.format("image", "")}, Outcome.PASS),
        ({".gitlab-ci.yml": GITLAB.format(".image", "t:\n  script: [pytest]\n")}, Outcome.FAIL),
        ({".gitlab-ci.yml": GITLAB.format(".image", "b:\n  extends: .image\n")}, Outcome.PASS),
        ({".gitlab-ci.yml": GITLAB.format("image", "  rules:\n    - when: never\n")}, Outcome.FAIL),
        ({**_workflow(RUN.format("make ship")), "Makefile": MAKEFILE}, Outcome.PASS),
        ({**_workflow(RUN.format("make -s $TARGET")), "Makefile": MAKEFILE}, Outcome.PASS),
        ({**_workflow(RUN.format("make test")), "Makefile": MAKEFILE}, Outcome.FAIL),
        ({**_workflow(RUN.format("make")), "Makefile": MAKEFILE}, Outcome.FAIL),
        (_workflow(ACTION.format(".")), Outcome.PASS),
        (
            {**_workflow(ACTION.format("./site")), "site/Dockerfile": "FROM nginx:1.29\n"},
            Outcome.FAIL,
        ),
        (_workflow(ACTION.format("https://github.com/acme/other.git")), Outcome.FAIL),
        (_workflow(OTHER.format("acme/other") + ACTION.format(".")), Outcome.FAIL),
        (_workflow(OTHER.format("${{ github.repository }}") + ACTION.format(".")), Outcome.PASS),
        (_workflow(META.format("")), Outcome.PASS),
        (_workflow(META.format(",enable=false")), Outcome.FAIL),
        (
            _workflow(RUN.format(f"{BUILD}\n          docker push r.example/app:$GITHUB_SHA")),
            Outcome.PASS,
        ),
        (
            _workflow(RUN.format(f"{BUILD}\n          docker push r.example/app:latest")),
            Outcome.FAIL,
        ),
        (
            {".github/workflows/a.yml": f"on: workflow_call\n{JOBS}" + ACTION.format(".")},
            Outcome.FAIL,
        ),
    ],
)
def test_only_what_runs_builds_the_image(files: dict[str, str], outcome: Outcome) -> None:
    assert _outcome(ci_stamped, files) is outcome


STAGES = (
    "FROM python:3.12 AS b\nARG GIT_SHA\nLABEL org.opencontainers.image.revision=$GIT_SHA\n"
    "FROM {} AS run\nCOPY . .\n"
)


@pytest.mark.parametrize(
    ("base", "more", "outcome"),
    [
        ("python:3.12", "", Outcome.FAIL),
        ("b", "", Outcome.PASS),
        ("python:3.12", " --target b", Outcome.PASS),
    ],
)
def test_a_label_counts_in_a_stage_that_is_shipped(base: str, more: str, outcome: Outcome) -> None:
    """The last stage, what it is built upon, or one that a build asks for."""
    build = f"docker build{more} --build-arg GIT_SHA=$GITHUB_SHA -t r.example/app:1 ."
    files = {"Dockerfile": STAGES.format(base), **_workflow(RUN.format(build))}
    assert _outcome(commit_stamped, files) is outcome


@pytest.mark.parametrize(
    ("above", "within", "outcome"),
    [
        ("ARG GIT_SHA", "", Outcome.FAIL),
        ("ARG GIT_SHA=none", "ENV GIT_SHA=$GIT_SHA", Outcome.FAIL),
        ("ARG GIT_SHA", "ARG GIT_SHA", Outcome.PASS),
        ("ARG GIT_SHA", "ARG PORT=1 GIT_SHA", Outcome.PASS),
        ("ARG GIT_SHA", "ARG PORT=1 \\\n    GIT_SHA", Outcome.PASS),
        ("ARG PORT", "ARG GIT_SHA", Outcome.PASS),
        ("", "ARG GIT_SHA", Outcome.PASS),
    ],
)
def test_an_argument_above_the_first_stage_is_empty_within(
    above: str, within: str, outcome: Outcome
) -> None:
    label = "LABEL org.opencontainers.image.revision=$GIT_SHA"
    build = "docker build --build-arg GIT_SHA=$GITHUB_SHA -t r.example/app:1 ."
    text = f"{above}\nFROM python:3.12\n{within}\n{label}\nCOPY . .\n"
    assert _outcome(commit_stamped, {"Dockerfile": text, **_workflow(RUN.format(build))}) is outcome


def test_a_template_lives_by_its_anchor() -> None:
    text = ".a: &a\n  script: [b]\nc:\n  <<: *a\n.d:\n  script: [e]\n"
    assert live_jobs(text) == ".a: &a\n  script: [b]\nc:\n  <<: *a\n"
