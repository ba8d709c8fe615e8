"""Commits that scripts of a deployment tell containers."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.inference_code.commit_stamped import commit_stamped

PASS, FAIL = Outcome.PASS, Outcome.FAIL
CODE = {
    "api/requirements.txt": "openai==1.93.0\n",
    "api/app.py": "from openai import OpenAI\nOpenAI()\n",
    "api/Dockerfile": "FROM python:3.12\nCOPY . .\n",
}
WRITES = (
    "cat > .env.docker <<EOF\n"
    "OTEL_RESOURCE_ATTRIBUTES=service.namespace=a,service.version=${RELEASE:-unknown}\nEOF\n"
)
BUILDS = 'docker build -f "$ROOT/api/Dockerfile" -t registry.example/api "$ROOT"\n'
TAKES = 'RELEASE=$(git -C "$ROOT" rev-parse --short HEAD 2>/dev/null || echo unknown)\n'
RUNS = 'source "$ROOT/deploy/_env.sh"\n'


@pytest.mark.parametrize(
    ("deploys", "writes", "outcome"),
    [
        (TAKES + BUILDS + RUNS, WRITES, PASS),
        (TAKES + BUILDS + WRITES, "", PASS),
        # not the commit, not this component, not run, not an attribute of the release
        ("RELEASE=1.0\n" + BUILDS + RUNS, WRITES, FAIL),
        (TAKES + RUNS, WRITES, FAIL),
        (TAKES + BUILDS, WRITES, FAIL),
        (TAKES + BUILDS + RUNS, WRITES.replace("service.version", "service.instance.id"), FAIL),
        (TAKES + BUILDS + RUNS, WRITES.replace("OTEL_", "# OTEL_"), FAIL),
    ],
)
def test_the_environment_that_a_script_writes(deploys: str, writes: str, outcome: Outcome) -> None:
    given = {"files": {**CODE, "deploy/api.sh": deploys, "deploy/_env.sh": writes}}
    repo = testing.repository(given)
    component = next(each for each in repo.components() if each.path == "api")
    assert commit_stamped.ask({"repo": repo, "component": component}).outcome is outcome
