"""Pipelines of other systems than GitHub, which name what they build by the commit."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.evidence import Place
from agentaudit.finding import Outcome
from agentaudit.probes.inference_code.ci_stamped import ci_stamped
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
        ("$SHORT_SHA", "tag", 8),
        ("$SHORT_SHA", "{tag}", 8),
        ("$BRANCH_NAME", "tag", None),
        ("$SHORT_SHA", "other", None),
    ],
)
def test_a_tag_that_a_script_makes_of_the_commit(value: str, used: str, line: int | None) -> None:
    found = named_by_commit(Place("git:a", "cloudbuild.yaml"), SCRIPT.format(value, used))
    assert (found.line if found else None) == line


@pytest.mark.parametrize(("pushed", "line"), [("$image", 10), ("gcr.io/bot:latest", None)])
def test_what_is_pushed_decides(pushed: str, line: int | None) -> None:
    text = SCRIPT.format("$SHORT_SHA", "tag") + (
        f"        image=gcr.io/bot:$tag\n        docker push {pushed}\n"
    )
    found = named_by_commit(Place("git:a", "cloudbuild.yaml"), text)
    assert (found.line if found else None) == line


AZURE = """trigger: [main]
variables:
  repository: bot
  tag: $(Build.SourceVersion)
steps:
  - task: Docker@2
    inputs:
      command: buildAndPush
      tags: {}
"""


@pytest.mark.parametrize(("tags", "found"), [("$(tag)", True), ("latest", False)])
def test_a_variable_that_nothing_asks_for_names_nothing(tags: str, *, found: bool) -> None:
    named = named_by_commit(Place("git:a", "azure-pipelines.yml"), AZURE.format(tags))
    assert (named is not None) is found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("docker build -t gcr.io/bot:$CI_COMMIT_SHA .", True),
        ("curl -d 'deployed:$CI_COMMIT_SHA' https://chat.example.com", False),
        ("slackSend message: 'commit:$CI_COMMIT_SHA'", False),
        ("key: deps:$CI_COMMIT_SHA", False),
    ],
)
def test_a_line_that_tells_of_the_commit_names_nothing_by_it(line: str, found: bool) -> None:
    text = f"build:\n  script:\n    - docker push gcr.io/bot:latest\n    {line}\n"
    named = named_by_commit(Place("git:a", ".gitlab-ci.yml"), text)
    assert (named is not None) is found


TEKTON = """kind: PipelineRun
metadata:
  annotations:
    pipelinesascode.tekton.dev/on-cel-expression: {}
    pipelinesascode.tekton.dev/task: git-clone
spec:
  params:
    - name: output-image
      value: quay.example/bot:{{{{revision}}}}
  pipelineSpec:
    tasks:
      - taskRef: {{name: buildah}}
"""


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        ('event == "push"', Outcome.PASS),
        ('event == "pull_request" && target_branch == "main"', Outcome.FAIL),
        ('|\n      event == "pull_request" &&\n      target_branch == "main"', Outcome.FAIL),
        ('|\n      event == "pull_request" ||\n      event == "push"', Outcome.PASS),
    ],
)
def test_a_pipeline_of_proposals_deploys_nothing(event: str, outcome: Outcome) -> None:
    files = {
        "requirements.txt": "openai==1.93.0\n",
        "Dockerfile": "FROM python:3.12\nCOPY . .\n",
        ".tekton/image.yaml": TEKTON.format(event),
    }
    given = {"repo": testing.repository({"files": files})}
    given["component"] = testing.component({"files": files})
    assert ci_stamped.ask(given).outcome is outcome


STACK = """import {{ BuildSpec }} from "aws-cdk-lib/aws-codebuild";
props.parts.forEach((part) => {{
  new PipelineProject(this, part.name, {{
    buildSpec: BuildSpec.fromObject({{
      phases: {{ build: {{ commands: [
        "COMMIT=$(echo $CODEBUILD_RESOLVED_SOURCE_VERSION | cut -c 1-7)",
        "TAG=live-${{COMMIT}}",
        `docker build -t $REGISTRY:$TAG $SOURCES/${{part.sourceDir}}`,
        "docker push $REGISTRY:{}",
      ] }} }},
    }}),
  }});
}});
"""
PROGRAM = (
    'import * as cdk from "aws-cdk-lib";\n'
    'new Pipelines(app, {{ parts: [\n  {{\n    name: "a",\n    {}: "{}",\n  }},\n] }});\n'
)


@pytest.mark.parametrize(
    ("pushed", "key", "home", "outcome"),
    [
        ("$TAG", "sourceDir", "planner", Outcome.PASS),
        ("latest", "sourceDir", "planner", Outcome.FAIL),
        ("$TAG", "sourceDir", "reader", Outcome.FAIL),
        ("$TAG", "templateDir", "planner", Outcome.FAIL),
    ],
)
def test_a_pipeline_that_a_stack_declares(
    pushed: str, key: str, home: str, outcome: Outcome
) -> None:
    parts = {
        f"services/{name}/{file}": text
        for name in ("planner", "reader")
        for file, text in (("Dockerfile", "FROM python:3.12\nCOPY . .\n"), ("app.py", ""))
    }
    manifests = {f"services/{name}/requirements.txt": "a\n" for name in ("planner", "reader")}
    stack = {
        "cdk/cdk.json": "{}",
        "cdk/bin/app.ts": PROGRAM.format(key, f"services/{home}"),
        "cdk/lib/pipelines.ts": STACK.format(pushed),
    }
    files = {**parts, **manifests, **stack}
    given = {"component": {"files": files, "path": "services/planner"}, "repo": {"files": files}}
    assert ci_stamped.ask(testing.build(given)).outcome is outcome
