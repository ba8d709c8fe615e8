from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, probe
from agentaudit.probes.pictured import settled, unopened
from agentaudit.subject import ImageSubject

COMMIT = "3f2a9c71d04b5e8896a1c2d7f0b3e4a5968712cd"
OLDER = "7d1e5b90c2a3f4861597e0d8b6a4c3f2e1d09b87"
LABELS = {"org.opencontainers.image.revision": COMMIT}
APP = {"app/main.py": "import agent\n", "app/agent.py": "def plan(): ...\n"}
DOCKERFILE = {"Dockerfile": "FROM debian:12\nCOPY app /srv/app\n"}
NOW = {"sha": COMMIT, "files": {**APP, **DOCKERFILE}}
BEFORE = {
    "sha": OLDER,
    "files": {**APP, **DOCKERFILE, "app/agent.py": "def plan(): return 1\n"},
}
REPOSITORY = {"commits": [BEFORE, NOW]}
COPIED = {f"srv/{path}": text for path, text in APP.items()}
IMAGE = {"labels": LABELS, "files": COPIED, "repository": REPOSITORY}


@probe(
    "inference-code-image-equals-commit",
    fix="Build images from a clean checkout only, label them with the commit, and never change one "
    "afterwards: `git stash -u` or a CI checkout, then `docker build --label "
    "org.opencontainers.image.revision=$(git rev-parse HEAD) .`; mend code by a new build.",
    examples=[
        Example(Outcome.PASS, {"image": IMAGE}),
        Example(
            Outcome.FAIL,
            {
                "image": {
                    **IMAGE,
                    "layers": [COPIED, {"srv/app/main.py": "import os\n"}],
                    "files": {},
                }
            },
            "a file was changed after the build",
        ),
        Example(
            Outcome.FAIL,
            {"image": {**IMAGE, "files": {**COPIED, "srv/app/hotfix.py": "import agent\n"}}},
            "a file that no commit has",
        ),
        Example(
            Outcome.FAIL,
            {"image": {**IMAGE, "files": {"srv/app/main.py": APP["app/main.py"]}}},
            "a file is missing that the build file copies",
        ),
        Example(
            Outcome.FAIL,
            {
                "image": {
                    **IMAGE,
                    "files": {**COPIED, "srv/app/agent.py": "def plan(): return 1\n"},
                }
            },
            "it was built from an older commit than its label says",
        ),
        Example(Outcome.FAIL, {"image": {**IMAGE, "labels": {}}}, "nobody says its commit"),
        Example(Outcome.FAIL, {"image": {"unnamed": True}}, "nobody says which image it was"),
        Example(
            Outcome.UNKNOWN,
            {"image": {**IMAGE, "files": {"srv/app.pyz": "a zipped application"}}},
            "a bundle cannot be compared with files",
        ),
        Example(
            Outcome.UNKNOWN,
            {"image": {"labels": LABELS, "files": COPIED}},
            "no repository is configured",
        ),
        Example(
            Outcome.UNKNOWN,
            {"image": {**IMAGE, "unread": "larger than --max-image-bytes"}},
            "its layers were not read",
        ),
    ],
)
def image_equals_commit(image: ImageSubject) -> Answer:
    """Are the application files in the image byte for byte those of the commit it names?

    A label is a claim of whoever built the image. Files whose git blob ids are those of the commit
    are the proof; a file that differs is code that answered and that no repository holds.
    """
    answer = unopened(image, "code")
    return answer or settled(image, image.code, "code", "image.content")
