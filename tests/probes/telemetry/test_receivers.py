"""What a manifest, a chart or a blueprint sets is set for what it starts, and for nothing else."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

GRAPH = {
    "requirements.txt": "langgraph==0.5.0\n",
    "app.py": "from langgraph.graph import StateGraph\nStateGraph(dict)\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\n",
}
NAMED = {"pyproject.toml": '[project]\nname = "bot"\ndependencies = ["langgraph"]\n'}
LINKED = {
    "pyproject.toml": '[project]\nname = "bot"\ndependencies = ["langgraph"]\n'
    '[project.urls]\nSource = "https://github.com/acme/bot"\n'
}
POD = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {}}}\nspec:\n  template:\n    spec:\n"
    "      containers:\n"
)
MADE = "image:\n\tdocker build -t acme/flow:1 .\n"
SKAFFOLD = "kind: Config\nbuild:\n  artifacts:\n  - image: acme/flow\n    context: .\n"
ON = "env: [{name: LANGSMITH_TRACING, value: 'true'}]"
OFF = "env: [{name: LANGSMITH_TRACING, value: 'false'}]"
FROM = "envFrom: [{configMapRef: {name: shared}}]"
A_MAP = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\n"
    "data:\n  LANGSMITH_TRACING: 'true'\n"
)


def _pod(name: str, *containers: tuple[str, str]) -> str:
    """A manifest of a pod: the images of its containers, each with what it is given."""
    rows = [f"      - name: {name}\n        image: {i}\n        {e}\n" for i, e in containers]
    return POD.format(name) + "".join(rows).replace("        image: \n", "")


def _traced(files: dict[str, str], homes: tuple[str, ...]) -> list[bool]:
    """Whether each of such components is, in a repository with these files."""
    own = {f"{home}/{name}".lstrip("/"): row for home in homes for name, row in GRAPH.items()}
    found = []
    for home in homes:
        given = {"files": {**own, **files}, "path": home or "."}
        asked = {"repo": testing.repository(given), "component": testing.component(given)}
        found.append(tracing_wired.ask(asked).outcome is Outcome.PASS)
    return found


@pytest.mark.parametrize(
    ("manifest", "more", "traced"),
    [
        (_pod("bot", ("bot:1", ON)), {}, True),
        (_pod("bot", ("vendor/flow:1", ON)), {}, False),
        (_pod("bot", ("vendor/flow:1", OFF), ("bot:1", ON)), {}, True),
        (_pod("bot", ("vendor/flow:1", ON), ("bot:1", OFF)), {}, False),
        (_pod("bot", ("redis:7", ON)), {}, False),
        (_pod("bot", ("docker.io/redis:7", ON)), {}, False),
        (_pod("bot", ("$IMAGE", ON)), {}, True),  # nobody can tell whose it is
        (_pod("bot", ("<registry>/flow:1", ON)), {}, True),
        (_pod("bot", ("REGISTRY/flow:1", ON)), {}, True),
        (_pod("bot", ("your-name/flow:1", ON)), {}, True),
        (_pod("bot", ("gcr.io/project/flow:1", ON)), {}, True),
        (_pod("bot", ("k8s.gcr.io/project/flow:1", ON)), {}, False),
        (_pod("bot", ("vendor/bot:1", ON)), NAMED, True),
        (_pod("bot", ("vendor/bot:1", ON)), LINKED, True),
        (_pod("bot", ("acme/robot:1", ON)), LINKED, True),
        (_pod("bot", ("vendor/robot:1", ON)), LINKED, False),
        (_pod("bot", ("acme/flow:1", ON)), {"Makefile": MADE}, True),
        (_pod("bot", ("vendor/flow:1", ON)), {"Makefile": MADE}, False),
        (_pod("bot", ("acme/flow:1", ON)), {"build.sh": MADE.partition("\t")[2]}, True),
        (_pod("bot", ("acme/flow:1", ON)), {"Tiltfile": "docker_build('acme/flow', '.')\n"}, True),
        (_pod("bot", ("acme/flow:1", ON)), {"skaffold.yaml": SKAFFOLD}, True),
        (_pod("bot", ("vendor/flow:1", ON)), {"skaffold.yaml": SKAFFOLD}, False),
        (_pod("bot", ("vendor/flow:1", FROM)) + f"---\n{A_MAP}", {}, False),
        (_pod("bot", ("vendor/flow:1", FROM)), {"k8s/map.yaml": A_MAP}, False),
        (_pod("bot", ("bot:1", FROM)), {"k8s/map.yaml": A_MAP}, True),
        (_pod("bot", ("vendor/flow:1", FROM), ("$BOT", FROM)), {"k8s/map.yaml": A_MAP}, True),
        (_pod("bot", ("vendor/flow:1", "")), {"k8s/map.yaml": A_MAP}, True),
        (
            _pod("flow", ("vendor/flow:1", "")),
            {"k8s/patch.yaml": _pod("flow", ("", ON)) + "      - image: bot\n"},
            False,
        ),
        (_pod("bot", ("bot:1", "")), {"k8s/prod/patch.yaml": _pod("bot", ("", ON))}, True),
        (_pod("bot", ("vendor/flow:1", "")), {"k8s/prod/patch.yaml": _pod("bot", ("", ON))}, False),
        (
            _pod("bot", ("bot:1", "")),
            {"k8s/prod/patch.yaml": _pod("bot", ("", "tty: true"))},
            False,
        ),
    ],
)
def test_a_manifest_gives_to_its_own_containers(
    manifest: str, more: dict[str, str], traced: bool
) -> None:
    assert _traced({"k8s/pod.yaml": manifest, **more}, ("",)) == [traced]


PUSHED = (
    "on: push\njobs:\n  a:\n    runs-on: a\n    steps:\n"
    "      - run: docker build -t acme/other:1 ./other && docker push acme/other:1\n"
)


@pytest.mark.parametrize(
    ("manifest", "more", "api", "other"),
    [
        (_pod("a", ("ghcr.io/acme/api", ON), ("ghcr.io/acme/other", OFF)), {}, True, False),
        (_pod("a", ("ghcr.io/acme/api", OFF), ("ghcr.io/acme/other", ON)), {}, False, True),
        (_pod("a", ("ghcr.io/acme/api", ON), ("ghcr.io/beta/other", ON)), {}, False, False),
        (_pod("a", ("other:1", ON)), {}, False, True),
        (_pod("a", ("acme/other:1", ON)), {}, False, False),
        (_pod("a", ("acme/other:1", ON)), {".github/workflows/a.yml": PUSHED}, False, True),
        (_pod("a", ("vendor/other:1", ON)), {".github/workflows/a.yml": PUSHED}, False, False),
        (_pod("a", ("$IMAGE", ON)), {}, False, False),
        (_pod("a", ("other:1", FROM)), {"k8s/map.yaml": A_MAP}, False, True),
    ],
)
def test_a_manifest_of_several_components(
    manifest: str, more: dict[str, str], api: bool, other: bool
) -> None:
    assert _traced({"k8s/pod.yaml": manifest, **more}, ("api", "other")) == [api, other]


SET = "env: {LANGSMITH_TRACING: 'true'}\n"
CHART = "apiVersion: v2\nname: chart\n"
NEEDS = CHART + "dependencies:\n- {{name: flow, version: 1.0.0, repository: '{}'}}\n"


@pytest.mark.parametrize(
    ("chart", "values", "more", "traced"),
    [
        (CHART, SET, {}, True),
        (CHART, "image: {repository: bot}\n" + SET, {}, True),
        (CHART, "image: {repository: vendor/flow}\n" + SET, {}, False),
        (CHART, "image: {repository: nginx}\n" + SET, {}, True),  # as `helm create` writes it
        (CHART, "image: {repository: ghcr.io/vendor, name: flow}\n" + SET, NAMED, False),
        (CHART, "image: {repository: ghcr.io/vendor, name: bot}\n" + SET, NAMED, True),
        (CHART, "flow:\n  image: vendor/flow:1\n  " + SET, {}, False),
        (CHART, "flow:\n  image: vendor/flow:1\n" + SET, {}, True),
        (CHART, "waitImage: {repository: busybox}\n" + SET, {}, True),
        (NEEDS.format("https://vendor.io"), "flow:\n  " + SET, {}, False),
        (NEEDS.format("file://../flow"), "flow:\n  " + SET, {}, True),
        (NEEDS.format("https://vendor.io"), "flow:\n  image: bot:1\n  " + SET, {}, True),
        (NEEDS.format("https://vendor.io"), "flow:\n  a: {image: bot:1}\n  " + SET, {}, True),
        (NEEDS.format("https://vendor.io"), "flow:\n  a: {image: b/c:1}\n  " + SET, {}, False),
        (NEEDS.format("https://vendor.io"), "other:\n  " + SET, {}, True),
        (
            CHART,
            "flow: {image: vendor/flow:1}\n",
            {"chart/values-prod.yaml": "flow:\n  " + SET},
            False,
        ),
        (CHART, "flow: {image: 'bot:1'}\n", {"chart/values-prod.yaml": "flow:\n  " + SET}, True),
    ],
)
def test_a_chart_gives_to_what_its_values_start(
    chart: str, values: str, more: dict[str, str], traced: bool
) -> None:
    files = {"chart/Chart.yaml": chart, "chart/values.yaml": values, **more}
    assert _traced(files, ("",)) == [traced]


SERVICE = "- type: web\n  name: {}\n  {}\n  envVars:\n  - {}\n"
TRUE = "{key: LANGSMITH_TRACING, value: 'true'}"
NONE = "{key: A, value: b}"
GROUP = "envVarGroups:\n- name: shared\n  envVars:\n  - " + TRUE + "\n"


@pytest.mark.parametrize(
    ("services", "api", "other"),
    [
        ((("api", "rootDir: api", TRUE), ("other", "rootDir: other", NONE)), True, False),
        ((("api", "rootDir: api", NONE), ("other", "rootDir: other", TRUE)), False, True),
        ((("flow", "image: {url: vendor/flow}", TRUE),), False, False),
        (
            (("api", "rootDir: api", "{fromGroup: shared}"), ("o", "rootDir: other", NONE)),
            True,
            False,
        ),
        ((("api", "rootDir: api", "{fromGroup: none}"),), False, False),
        ((("api", "rootDir: api", "{key: LANGSMITH_TRACING, sync: false}"),), False, False),
    ],
)
def test_a_blueprint_gives_to_its_services(
    services: tuple[tuple[str, str, str], ...], api: bool, other: bool
) -> None:
    text = "services:\n" + "".join(SERVICE.format(*each) for each in services) + GROUP
    assert _traced({"render.yaml": text}, ("api", "other")) == [api, other]


GROUPED = (
    'resource "azurerm_container_group" "all" {{\n'
    '  container {{ # }}\n    image = "{}"\n    environment_variables = {{\n      A = "{{"\n'
    '      LANGSMITH_TRACING = "{}"\n    }}\n  }}\n'
    "  container {{\n    image = {}\n    environment_variables = {{\n"
    '      LANGSMITH_TRACING = "{}"\n    }}\n  }}\n}}\n'
)


@pytest.mark.parametrize(
    ("written", "traced"),
    [
        (("vendor/flow:1", "true", '"vendor/other:1"', "true"), False),
        (("vendor/flow:1", "false", '"bot:1"', "true"), True),
        (("vendor/flow:1", "true", '"bot:1"', "false"), False),
        (("vendor/flow:1", "false", "var.image", "true"), True),
        (("vendor/flow:1", "true", "var.image", "false"), False),
        (("${var.registry}/flow:1", "true", '"redis"', "false"), True),
    ],
)
def test_a_block_of_terraform_gives_to_its_image(
    written: tuple[str, str, str, str], traced: bool
) -> None:
    assert _traced({"infra/main.tf": GROUPED.format(*written)}, ("",)) == [traced]


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ("tei:\n  image: vendor/tei:1\n  model: bge-large\n  env: {MODEL: other}\n", ["model"]),
        ("tei:\n  image: vendor/tei:1\n  extraEnvVars: {model: a}\n  config: {MODEL: b}\n", []),
        ("bot:\n  image: bot:1\n  model: bge-large\n  env: {MODEL: a}\n", ["model", "MODEL"]),
    ],
)
def test_of_a_program_of_others_all_but_its_environment_is_told(
    values: str, kept: list[str]
) -> None:
    files = {**GRAPH, "chart/Chart.yaml": CHART, "chart/values.yaml": values}
    code = testing.component({"files": files, "path": "."}).code
    assert [row.name for row in code.set("model")] == kept


def test_how_a_variable_is_given_is_no_variable() -> None:
    rows = "{key: A, value: b}\n  - {key: B, sync: false}\n  - {key: C, generateValue: true}"
    text = "services:\n" + SERVICE.format("bot", "runtime: python", rows)
    code = testing.component({"files": {**GRAPH, "render.yaml": text}, "path": "."}).code
    assert [row.name for row in code.settings if row.place.path == "render.yaml"] == ["A"]
