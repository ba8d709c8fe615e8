import time

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.environment.build_file_versioned import build_file_versioned
from agentaudit.probes.environment.images import versioned
from agentaudit.source import ImageUse, Place

DIGEST = "sha256:" + "9f86d081" * 8


@pytest.mark.parametrize(
    ("tag", "digest", "good"),
    [
        ("3.12", "", True),
        ("3.12-slim", "", True),
        ("22-alpine", "", True),
        ("bookworm", "", True),
        ("bookworm-slim", "", True),
        ("v2", "", True),
        ("", "", False),
        ("latest", "", False),
        ("LATEST", "", False),
        ("latest_v5", "", False),
        ("slim", "", False),
        ("stable-alpine", "", False),
        ("stable-20240612-slim", "", True),
        ("lts-alpine3.19", "", False),
        ("lts-bookworm", "", False),
        ("main-9f86d08", "", True),
        ("3", "", True),
        ("3.12-latest", "", False),
        ("cuda12.1-cudnn8-runtime", "", True),
        ("runtime-amd64", "", False),
        ("custom", "", False),
        ("jod-alpine", "", True),
        ("krypton", "", True),
        ("nonroot", "", False),
        ("", DIGEST, True),
        ("latest", DIGEST, True),
    ],
)
def test_what_names_a_version(tag: str, digest: str, good: bool) -> None:
    assert versioned(ImageUse("image", Place("git:.", "Dockerfile", 1), tag, digest)) is good


JIB = "plugins {{ id 'com.google.cloud.tools.jib' }}\njib {{ from {{ image = '{}' }} }}\n"


@pytest.mark.parametrize(
    ("build", "outcome"),
    [
        (JIB.format("temurin:21-jre"), Outcome.PASS),
        (JIB.format("registry.local:5000/java:21"), Outcome.PASS),
        (JIB.format("registry.local:5000/java"), Outcome.FAIL),
        (JIB.format("temurin:21-jre").replace("jib {", "// jib {"), Outcome.FAIL),
        ("/*\n * " + JIB.format("temurin:21-jre").replace("\n", "\n * ") + "\n */\n", Outcome.FAIL),
    ],
)
def test_what_a_plugin_of_the_build_names(build: str, outcome: Outcome) -> None:
    files = {"files": {"build.gradle": build, "src/main/java/App.java": "class App {}\n"}}
    asked = {"repo": testing.repository(files), "component": testing.component(files)}
    assert build_file_versioned.ask(asked).outcome is outcome


def test_very_many_mentions_of_a_plugin() -> None:
    files = {
        "files": {"build.gradle": "jib' " * 40_000, "src/main/java/App.java": "class App {}\n"}
    }
    asked = {"repo": testing.repository(files), "component": testing.component(files)}
    before = time.process_time()
    build_file_versioned.ask(asked)
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    ("committed", "named", "outcome"),
    [
        ("Dockerfile", "Dockerfile", Outcome.PASS),
        ("Docker file", "Docker file", Outcome.PASS),
        ("image.build", "image.build", Outcome.PASS),
        ("image.build", "other.build", Outcome.FAIL),
        ("Dockerfile", "${NAMED}", Outcome.PASS),
        ("Dockerfile", "${NAMED:-other.build}", Outcome.FAIL),
    ],
)
def test_what_compose_builds_from_is_a_build_file(
    committed: str, named: str, outcome: Outcome
) -> None:
    files = {
        "api/requirements.txt": "openai==1.93.0\n",
        "api/app.py": "import openai\nopenai.OpenAI()\n",
        f"api/{committed}": "FROM python:3.12\nCOPY . .\n",
        "api/compose.yaml": "services:\n  api:\n    build:\n      context: .\n"
        f"      dockerfile: {named}\n",
    }
    asked = {
        "repo": testing.repository({"files": files}),
        "component": testing.component({"files": files, "path": "api"}),
    }
    assert build_file_versioned.ask(asked).outcome is outcome
