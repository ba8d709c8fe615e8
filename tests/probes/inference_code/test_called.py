"""Builds behind reusable workflows, and commits that go through outputs of other jobs."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probe import Probe
from agentaudit.probes.inference_code.called import reused
from agentaudit.probes.inference_code.ci_stamped import ci_stamped
from agentaudit.probes.inference_code.commit_stamped import commit_stamped

FILES = {"requirements.txt": "openai==1.93.0\n", "Dockerfile": "FROM python:3.12\nCOPY . .\n"}


def _asked(probe: Probe, files: dict[str, str], path: str = ".") -> Outcome:
    given = {"files": files, "path": path}
    inputs = {"repo": testing.repository(given), "component": testing.component(given)}
    return probe.ask(inputs).outcome


ELSEWHERE = """on: push
jobs:
  tags:
    outputs:
      tags: ${{{{ steps.get.outputs.TAGS }}}}
    steps:
      - id: get
        run: |
          {{
            echo 'TAGS<<EOF'
            echo "{}"
            echo EOF
          }} >> "$GITHUB_OUTPUT"
  build:
    needs: tags
    uses: {}
    with:
      name: planner
      {}: ${{{{ needs.tags.outputs.tags }}}}
"""
BUILDER = "acme/ci/.github/workflows/image-builder.yml@main"


@pytest.mark.parametrize(
    ("value", "uses", "name", "outcome"),
    [
        ("${{ github.sha }}", BUILDER, "tags", Outcome.PASS),
        ("${{ github.sha }}", "acme/ci/build-docker-image@v2", "image_tag", Outcome.PASS),
        ("${{ github.sha }}", "acme/ci/.github/workflows/docker-build.yml@v2", "TAG", Outcome.PASS),
        ("${{ github.ref_name }}", BUILDER, "tags", Outcome.FAIL),
        ("${{ github.sha }}", BUILDER, "ref", Outcome.FAIL),
        ("${{ github.sha }}", "acme/ci/.github/workflows/lint.yml@v2", "tags", Outcome.FAIL),
    ],
)
def test_a_workflow_of_another_repository_builds(
    value: str, uses: str, name: str, outcome: Outcome
) -> None:
    files = {**FILES, ".github/workflows/image.yml": ELSEWHERE.format(value, uses, name)}
    assert _asked(ci_stamped, files) is outcome


CALLER = """on: push
jobs:
  meta:
    name: Metadata
    uses: ./.github/workflows/meta.yml
    secrets: inherit
  build:
    needs: meta
    uses: ./.github/workflows/build.yml
    with:
      tags: ${{ needs.meta.outputs.tags }}
"""
META = """on:
  workflow_call:
    outputs:
      tags:
        value: ${{{{ jobs.extract.outputs.tags }}}}
jobs:
  extract:
    outputs:
      tags: ${{{{ steps.extract.outputs.tags }}}}
    steps:
      - id: extract
        run: |
          SHORT=$({})
          TAGS="${{SHORT}}"$'\\n'"latest"
          echo "tags<<EOF" >> $GITHUB_OUTPUT
          echo "$TAGS" >> $GITHUB_OUTPUT
          echo "EOF" >> $GITHUB_OUTPUT
"""
BUILD = """on:
  workflow_call:
    inputs:
      tags:
        type: string
jobs:
  image:
    steps:
      - id: names
        run: |
          FULL=""
          while IFS= read -r tag; do
            FULL="${FULL}registry.example/planner:${tag}"
          done <<< "${{ inputs.tags }}"
          echo "full=${FULL}" >> $GITHUB_OUTPUT
      - uses: docker/build-push-action@v7
        with:
          context: .
          push: true
          tags: ${{ steps.names.outputs.full }}
"""


@pytest.mark.parametrize(
    ("says", "outcome"),
    [("git rev-parse --short HEAD", Outcome.PASS), ("date +%s", Outcome.FAIL)],
)
def test_a_reusable_workflow_is_handed_the_output_of_another(says: str, outcome: Outcome) -> None:
    files = {
        **FILES,
        ".github/workflows/cd.yml": CALLER,
        ".github/workflows/meta.yml": META.format(says),
        ".github/workflows/build.yml": BUILD,
    }
    assert _asked(ci_stamped, files) is outcome


CDK = """import {{App, Tags}} from "aws-cdk-lib"
const app = new App()
const commit = app.node.tryGetContext("{}")
Tags.of(app).add("commit", commit)
"""
DEPLOYS = """on: push
jobs:
  ship:
    env:
      COMMIT_ID: {}
    steps:
      - run: ./fix.sh commitId "$COMMIT_ID" && {}
"""
TERRAFORM = """provider "aws" {{
  default_tags {{
    tags = {{
      commit = var.{}
    }}
  }}
}}
"""


@pytest.mark.parametrize(
    ("file", "text", "commit", "command", "built", "stamped"),
    [
        ("cdk/bin/app.ts", CDK.format("commitId"), "${{ github.sha }}", "npx cdk deploy", 1, 1),
        ("cdk/bin/app.ts", CDK.format("owner"), "${{ github.sha }}", "npx cdk deploy", 0, 0),
        ("cdk/bin/app.ts", CDK.format("commitId"), "undefined", "npx cdk deploy", 0, 0),
        ("cdk/bin/app.ts", CDK.format("commitId"), "${{ github.sha }}", "npx cdk synth", 0, 0),
        ("infra/a.tf", TERRAFORM.format("commit_id"), "${{ github.sha }}", "terraform apply", 0, 1),
        ("infra/a.tf", TERRAFORM.format("owner"), "${{ github.sha }}", "terraform apply", 0, 0),
    ],
)
def test_all_that_is_deployed_is_tagged(
    file: str, text: str, commit: str, command: str, built: int, stamped: int
) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\n",
        file: text,
        ".github/workflows/cd.yml": DEPLOYS.format(commit, command),
    }
    outcomes = (Outcome.FAIL, Outcome.PASS)
    assert _asked(ci_stamped, files) is outcomes[built]
    assert _asked(commit_stamped, files) is outcomes[stamped]


WORKFLOWS = 12


def test_workflows_that_call_each_other_cost_no_more_than_they_hold() -> None:
    uses = "".join(f"  j{i}:\n    uses: ./.github/workflows/w{i}.yml\n" for i in range(WORKFLOWS))
    files = {
        f".github/workflows/w{i}.yml": f"on: [push, workflow_call]\njobs:\n{uses}"
        for i in range(WORKFLOWS)
    }
    repo = testing.repository({"files": {**FILES, **files}})
    found = reused(repo)
    # each by those that call it, and by those that reach it through another
    assert sum(len(each.steps) for each in found) == 2 * WORKFLOWS**2
    assert {len(each.firsts) for each in found} == {WORKFLOWS, WORKFLOWS**2 - WORKFLOWS}


def test_steps_that_are_handed_ever_other_values_have_an_end() -> None:
    jobs = "".join(
        f"  j{i}:\n    uses: ./.github/workflows/w.yml\n    with:\n"
        f"      tag: ${{{{ inputs.tag }}}}{i}\n"
        for i in range(40)
    )
    files = {".github/workflows/w.yml": f"on: [push, workflow_call]\njobs:\n{jobs}"}
    repo = testing.repository({"files": {**FILES, **files}})
    assert sum(len(each.steps) for each in reused(repo)) <= 20_000 + 40
