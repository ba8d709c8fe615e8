import pytest

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
