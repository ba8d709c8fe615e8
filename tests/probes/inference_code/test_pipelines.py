"""Pipelines of other systems than GitHub, which name what they build by the commit."""

from __future__ import annotations

import pytest

from agentaudit.evidence import Place
from agentaudit.probes.inference_code.pipelines import named_by_commit

SCRIPT = """steps:
  - name: gcr.io/cloud-builders/docker
    entrypoint: bash
    args:
      - -ec
      - |
        tag=$env-$(date +%Y%m%d)-{}
        docker build -t gcr.io/$PROJECT_ID/bot:${} .
"""


@pytest.mark.parametrize(
    ("value", "used", "line"),
    [
        ("$SHORT_SHA", "tag", 7),
        ("$SHORT_SHA", "{tag}", 7),
        ("$BRANCH_NAME", "tag", None),
        ("$SHORT_SHA", "other", None),
    ],
)
def test_a_tag_that_a_script_makes_of_the_commit(value: str, used: str, line: int | None) -> None:
    found = named_by_commit(Place("git:a", "cloudbuild.yaml"), SCRIPT.format(value, used))
    assert (found.line if found else None) == line
