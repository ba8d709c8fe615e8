from __future__ import annotations

from agentaudit.finding import Answer, Outcome
from agentaudit.probe import Example, probe
from agentaudit.probes.pictured import settled, unopened
from agentaudit.subject import ImageSubject

COMMIT = "3f2a9c71d04b5e8896a1c2d7f0b3e4a5968712cd"
LABELS = {"org.opencontainers.image.revision": COMMIT}
LOCK = "numpy==2.1.0 --hash=sha256:aa\npillow==11.0.0 --hash=sha256:bb\n"
REPOSITORY = {"commits": [{"sha": COMMIT, "files": {"requirements.txt": LOCK}}]}
GOOD = {"numpy": "2.1.0", "pillow": "11.0.0"}
IMAGE = {"labels": LABELS, "python": GOOD, "repository": REPOSITORY}


@probe(
    "environment-packages-locked",
    fix="Install from the lock file alone, and nothing after it: `RUN uv sync --frozen --no-dev` "
    "(pip: `pip install --require-hashes --no-deps -r requirements.txt`; npm: `npm ci`), and label "
    "the image with its commit: `--label org.opencontainers.image.revision=$(git rev-parse HEAD)`.",
    examples=[
        Example(Outcome.PASS, {"image": IMAGE}),
        Example(
            Outcome.PASS,
            {"image": {**IMAGE, "python": {**GOOD, "pip": "24.0"}}},
            "pip itself comes with the language's image",
        ),
        Example(
            Outcome.PASS,
            {"image": {**IMAGE, "labels": {}, "commits": [COMMIT]}},
            "the responses that ran in it say the commit",
        ),
        Example(
            Outcome.FAIL,
            {"image": {**IMAGE, "python": {**GOOD, "numpy": "2.1.1"}}},
            "another version than the locked one",
        ),
        Example(
            Outcome.FAIL,
            {"image": {**IMAGE, "python": {**GOOD, "requests": "2.32.3"}}},
            "a package that is not in the lock file",
        ),
        Example(
            Outcome.FAIL,
            {"image": {**IMAGE, "python": {"numpy": "2.1.0"}}},
            "a locked package is not there",
        ),
        Example(
            Outcome.FAIL,
            {
                "image": {
                    **IMAGE,
                    "layers": [
                        {},
                        {"usr/lib/python3/dist-packages/pillow/__init__.py": None},
                    ],
                }
            },
            "its metadata is there, but its files were deleted",
        ),
        Example(
            Outcome.FAIL,
            {"image": {**IMAGE, "repository": {"commits": [{"sha": COMMIT, "files": {}}]}}},
            "the commit has no lock file",
        ),
        Example(Outcome.FAIL, {"image": {**IMAGE, "labels": {}}}, "nobody says its commit"),
        Example(Outcome.FAIL, {"image": {"unnamed": True}}, "nobody says which image it was"),
        Example(
            Outcome.UNKNOWN,
            {"image": {**IMAGE, "unread": "larger than --max-image-bytes"}},
            "its layers were not read",
        ),
        Example(
            Outcome.UNKNOWN,
            {"image": {"labels": LABELS, "python": GOOD}},
            "no repository is configured",
        ),
    ],
)
def packages_locked(image: ImageSubject) -> Answer:
    """Are the packages in the image those of the lock file at the image's commit, name by name?

    A lock file describes what should have been installed. Only the image shows what was: a package
    upgraded by hand, or one that another build step pulled in, answers without ever being locked.
    """
    what = "packages"
    answer = unopened(image, what)
    return answer or settled(image, image.packages, what, "lock file")
