"""Scripts that somebody builds an image with, which hand the build the commit."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.inference_code.commit_stamped import commit_stamped

PASS, FAIL = Outcome.PASS, Outcome.FAIL
PY = {"requirements.txt": "openai==1.93.0\n", "app.py": "from openai import OpenAI\nOpenAI()\n"}
PLAIN = {**PY, "Dockerfile": "FROM python:3.12\nCOPY . .\n"}
LABEL = "ARG REV_SHA\nLABEL org.opencontainers.image.revision=$REV_SHA\n"
IMAGE = {**PLAIN, "Dockerfile": f"FROM python:3.12\n{LABEL}COPY . .\n"}
BUILD = "docker build --build-arg REV_SHA=$(git rev-parse HEAD) -t reg.example/a:1 "
CI = (
    "on: push\njobs:\n  ship:\n    runs-on: ubuntu-24.04\n    steps:\n"
    "      - run: docker build -t reg.example/desk:1 . && docker push reg.example/desk:1\n"
)
COMPOSE = "services:\n  desk:\n    build:\n      context: .\n"
TAKES = f"{COMPOSE}      args:\n        REV_SHA: ${{REV_SHA:-none}}\n"
TWO = {f"{home}/{name}": text for home in ("desk", "mail") for name, text in IMAGE.items()}


def _by(script: str, **more: str) -> dict[str, str]:
    return {**IMAGE, "bin/ship.sh": f"#!/bin/sh\nset -e\n{script}\n", **more}


def _made(text: str) -> dict[str, str]:
    return {**IMAGE, "Makefile": text}


def _composed(script: str, text: str = TAKES) -> dict[str, str]:
    return _by(script, **{"docker-compose.yml": text})


def _ask(files: dict[str, str], path: str = ".") -> Outcome:
    given = {"path": path, "files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return commit_stamped.ask(asked).outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_by(f"{BUILD}."), PASS),
        (_by(f"# {BUILD}."), FAIL),
        (_by(f"echo '{BUILD}.'"), FAIL),
        (
            _by(
                'REV_SHA="$(git -C "${ROOT}" rev-parse --short HEAD || echo none)"\n'
                'docker build \\\n  --build-arg "REV_SHA=${REV_SHA}" \\\n  -t desk:1 .'
            ),
            PASS,
        ),
        (_by("REV=$(git rev-list -1 HEAD)\npodman build --build-arg REV_SHA=$REV ."), PASS),
        (
            _by("REV=$(git rev-parse --abbrev-ref HEAD)\npodman build --build-arg REV_SHA=$REV ."),
            FAIL,
        ),
        (_by("REV=$(date +%s)\npodman build --build-arg REV_SHA=$REV ."), FAIL),
        (_by("export REV_SHA=$(git rev-parse HEAD)\nfly deploy --build-arg REV_SHA"), PASS),
        (_by("MORE+=(--build-arg REV_SHA=`git rev-parse HEAD`)\ndocker build $MORE ."), PASS),
        (_by("docker build --build-arg OTHER=$(git rev-parse HEAD) ."), FAIL),
        ({**_by(f"{BUILD}."), **PLAIN}, FAIL),
        ({**IMAGE, "tests/run.sh": f"{BUILD}."}, FAIL),
        (
            _made("image:\n\t@docker build --build-arg REV_SHA=$(shell git rev-parse HEAD) .\n"),
            PASS,
        ),
        (
            _made(
                "REV := $(shell git rev-parse HEAD)\nimage:\n"
                "\t$(DOCKER) build --build-arg REV_SHA=$(REV) .\n"
            ),
            PASS,
        ),
        (_made(f"try:\n\t{BUILD}--target test .\n".replace("$(", "$(shell ")), FAIL),
    ],
)
def test_a_script_hands_the_commit_to_the_build(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask(files) is outcome


@pytest.mark.parametrize(
    ("files", "outcome"),
    [
        (_by(f"{BUILD}.", **{".github/workflows/ship.yml": CI}), FAIL),
        (_composed(f"{BUILD}.", COMPOSE), FAIL),
        (_composed(f"{BUILD}. && docker push reg.example/a:1", COMPOSE), PASS),
        (_composed("export REV_SHA=$(git rev-parse HEAD)\ndocker compose up -d --build"), PASS),
        (_composed("export OTHER=$(git rev-parse HEAD)\ndocker compose up -d --build"), FAIL),
        (_composed("export REV_SHA=$(git rev-parse HEAD)\ndocker compose up", COMPOSE), FAIL),
    ],
)
def test_another_build_may_be_what_is_deployed(files: dict[str, str], outcome: Outcome) -> None:
    assert _ask(files) is outcome


@pytest.mark.parametrize(
    ("at", "context", "outcome"),
    [
        ("ship.sh", "desk", PASS),
        ("ship.sh", "mail", FAIL),
        ("desk/ship.sh", ".", PASS),
        ("mail/ship.sh", ".", FAIL),
    ],
)
def test_a_script_of_another_service(at: str, context: str, outcome: Outcome) -> None:
    assert _ask({**TWO, at: f"{BUILD}{context}\n"}, "desk") is outcome
