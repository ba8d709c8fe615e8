"""What a compose file sets is set for the service that it stands below, and for no other."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.tracing_wired import tracing_wired

OF_ONE = (
    "services:\n  api:\n    build: ./api\n    environment:\n      {}\n"
    "  other:\n    build: ./other\n    environment:\n      {}\n"
)
GRAPH = {
    "requirements.txt": "langgraph==0.5.0\n",
    "app.py": "from langgraph.graph import StateGraph\nStateGraph(dict)\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\n",
}


@pytest.mark.parametrize(
    ("own", "others", "outcome"),
    [
        ("LANGSMITH_TRACING: 'true'", "A: b", Outcome.PASS),
        ("A: b", "LANGSMITH_TRACING: 'true'", Outcome.FAIL),
        ("LANGSMITH_TRACING: ${TRACED:-true}", "A: b", Outcome.PASS),
        ("LANGSMITH_TRACING: ${TRACED:-false}", "A: b", Outcome.FAIL),
        ("LANGSMITH_TRACING: ${TRACED:-${ALL:-true}}", "A: b", Outcome.PASS),
        ("LANGSMITH_TRACING: ${TRACED:-${ALL:-false}}", "A: b", Outcome.FAIL),
        ("LANGSMITH_TRACING: ${TRACED:-${ALL}}", "A: b", Outcome.FAIL),
        ("LANGSMITH_TRACING: ${TRACED:-}", "A: b", Outcome.FAIL),
    ],
)
def test_environment_of_a_service_is_its_own(own: str, others: str, outcome: Outcome) -> None:
    files = {f"{home}/{name}": text for home in ("api", "other") for name, text in GRAPH.items()}
    given = {"files": {**files, "compose.yaml": OF_ONE.format(own, others)}, "path": "api"}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert tracing_wired.ask(asked).outcome is outcome


@pytest.mark.parametrize("name", ["api.v2", "ap"])
@pytest.mark.parametrize(("home", "outcome"), [("api", Outcome.FAIL), ("other", Outcome.PASS)])
def test_name_of_a_service_may_begin_that_of_another(
    name: str, home: str, outcome: Outcome
) -> None:
    files = {f"{each}/{row}": text for each in ("api", "other") for row, text in GRAPH.items()}
    compose = OF_ONE.format("A: b", "LANGSMITH_TRACING: 'true'").replace("  other:", f"  {name}:")
    given = {"files": {**files, "compose.yaml": compose}, "path": home}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    assert tracing_wired.ask(asked).outcome is outcome


ON = "    environment:\n      LANGSMITH_TRACING: 'true'\n"
PUSHED = (
    "on: push\njobs:\n  a:\n    runs-on: a\n    steps:\n"
    "      - run: docker build -t acme/other:1 ./other && docker push acme/other:1\n"
)
TWO = "services:\n  api:\n    build: ./api\n{}  other:\n    build: ./other\n{}"
FLOW = TWO.format("", "") + "  flow:\n    image: {}\n" + ON
FRAGMENT = "x-on: &on\n  LANGSMITH_TRACING: 'true'\n" + TWO
MERGED = "    environment:\n      <<: *on\n"
OFF = "services:\n  api:\n    environment: [LANGSMITH_TRACING=false]\n"
ANEW = "services:\n  api:\n    environment: {}\n      {}\n"
RESET, TRACED = "LANGSMITH_TRACING: !reset null", "LANGSMITH_TRACING: 'true'"
UNREAD = "services:\n  api:\n    env_file: {}\n"
SAYS = "LANGSMITH_TRACING=true\n"
NAMED = "    env_file: named.env\n"
SHARED = "services:\n  shared:\n" + ON
OTHERS = SHARED.replace("shared:", "shared:\n    image: redis:7")
INCLUDED = "include: [infra/a.yml]\n"
OWN = "services:\n  mine:\n    build: ../api\n" + ON
LIKE = "    extends: {file: common.yaml, service: shared}\n"


def _traced(compose: str, more: dict[str, str], homes: tuple[str, ...], path: str) -> bool:
    """Whether the component is, in a system of such components."""
    own = {f"{home}/{name}".lstrip("/"): row for home in homes for name, row in GRAPH.items()}
    given = {"files": {**own, "compose.yaml": compose, **more}, "path": path}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return tracing_wired.ask(asked).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("compose", "more", "api", "other"),
    [
        (FLOW.format("langflowai/langflow:1.0"), {}, False, False),
        (FLOW.format("other:1"), {}, False, True),
        (FLOW.format("acme/other:1"), {}, False, False),
        (FLOW.format("acme/other:1"), {".github/workflows/a.yml": PUSHED}, False, True),
        (FLOW.format("vendor/other:1"), {".github/workflows/a.yml": PUSHED}, False, False),
        (FLOW.format("1.dkr.ecr.us-east-1.amazonaws.com/other:1"), {}, False, True),
        (FLOW.format("redis:7").replace("flow:", "redis:"), {}, False, False),
        (FLOW.format("vendor/some-other:1").replace("flow:", "other:"), {}, False, False),
        (FLOW.format("${IMAGE}"), {}, True, True),  # nobody can tell whose it is
        (TWO.format("", ""), {"compose.prod.yaml": "services:\n  api:\n" + ON}, True, False),
        (TWO.format("", ""), {"compose.override.yaml": "services:\n  other:\n" + ON}, False, True),
        (
            TWO.format("", ""),
            {"compose.prod.yaml": "services:\n  api:\n    image: registry/acme:1\n" + ON},
            True,
            False,
        ),
        (
            TWO.format(LIKE, ""),
            {"compose.yml": "services:\n  shared:\n" + ON},
            True,
            False,
        ),
        (
            TWO.format(LIKE, ""),
            {"common.yaml": SHARED, "compose.yml": OTHERS.replace("true", "false")},
            True,
            False,
        ),
        (
            TWO.format(LIKE, ""),
            {"common.yaml": SHARED.replace("true", "false"), "compose.yml": OTHERS},
            False,
            False,
        ),
        (TWO.format("", ""), {"common.yaml": SHARED.replace("shared", "api")}, False, False),
        (INCLUDED + TWO.format("", ""), {"infra/a.yml": OWN}, True, False),
        (INCLUDED + TWO.format("", ""), {"infra/b.yml": OWN}, False, False),
        (
            "include:\n  - path: [infra/a.yml]\n" + TWO.format("", ""),
            {"infra/a.yml": "include: [b.yml]\n", "infra/b.yml": OWN},
            True,
            False,
        ),
        (FRAGMENT.format("", ""), {}, False, False),
        (FRAGMENT.format(MERGED, ""), {}, True, False),
        (FRAGMENT.format(MERGED, MERGED), {}, True, True),
        (TWO.format(NAMED, ""), {"named.env": SAYS}, True, False),
        (TWO.format("", NAMED), {"named.env": SAYS}, False, True),
        (TWO.format(NAMED, NAMED), {"named.env": SAYS}, True, True),
        (
            TWO.format("    environment: [LANGSMITH_TRACING]\n", NAMED),
            {"named.env": SAYS},
            True,
            True,
        ),
        (
            TWO.format("    environment: {LANGSMITH_TRACING: '${OTHER}'}\n", NAMED),
            {"named.env": SAYS},
            False,
            True,
        ),
        (TWO.format("", NAMED), {"api/.env": SAYS}, True, False),
        (
            TWO.format(NAMED, "").replace("  other:\n    build: ./other\n", ""),
            {"named.env": SAYS},
            True,
            False,
        ),
        (
            TWO.format("", "") + "  flow:\n    image: langflow\n" + NAMED,
            {"named.env": SAYS},
            False,
            False,
        ),
        (
            TWO.format("    extends: a\n", "") + "  a:\n    extends: b\n  b:\n" + ON,
            {},
            True,
            False,
        ),
        (TWO.format("    extends: a\n", "") + "  a:\n    image: b\n" + ON, {}, True, False),
        (
            TWO.format("    env_file: [named.env, b.env]\n", NAMED),
            {"named.env": SAYS, "b.env": "LANGSMITH_TRACING=\n"},
            False,
            True,
        ),
        (
            TWO.format(NAMED + "    environment: [LANGSMITH_TRACING=]\n", NAMED + ON),
            {"named.env": SAYS},
            False,
            True,
        ),
        (TWO.format(NAMED + ON, NAMED), {"named.env": "LANGSMITH_TRACING=false\n"}, True, False),
        (TWO.format(ON, ON), {"compose.override.yaml": OFF}, False, True),
        (TWO.format(ON, ON), {"compose.override.yaml": OFF.replace("api", "other")}, True, False),
        (
            TWO.format(ON, ON),
            {"compose.override.yaml": ANEW.format("!override", "A: b")},
            False,
            True,
        ),
        (TWO.format(ON, ON), {"compose.override.yaml": ANEW.format("", "A: b")}, True, True),
        (TWO.format(ON, ON), {"compose.override.yaml": ANEW.format("!reset", "A: b")}, False, True),
        (TWO.format(ON, ON), {"compose.prod.yaml": ANEW.format("!reset", "A: b")}, True, True),
        (TWO.format(ON, ON), {"compose.override.yaml": ANEW.format("", RESET)}, False, True),
        (TWO.format("", ON), {"compose.override.yaml": ANEW.format("!reset", TRACED)}, False, True),
        (
            TWO.format("", ON),
            {"compose.override.yaml": ANEW.format("!override", TRACED)},
            True,
            True,
        ),
        (
            TWO.format(ON, ON),
            {"compose.override.yaml": "services: {api: !reset {}}\n"},
            False,
            True,
        ),
        (
            TWO.format(NAMED, NAMED),
            {"named.env": SAYS, "compose.override.yaml": UNREAD.format("!reset []")},
            False,
            True,
        ),
        (
            TWO.format(NAMED, NAMED),
            {"named.env": SAYS, "compose.override.yaml": UNREAD.format("[]")},
            True,
            True,
        ),
        (TWO.format("    profiles: [by-hand]\n" + ON, ""), {}, False, False),
        (TWO.format("    profiles: []\n" + ON, ""), {}, True, False),
    ],
)
def test_settings_are_of_the_services_that_run_with_them(
    compose: str, more: dict[str, str], api: bool, other: bool
) -> None:
    homes = ("api", "other")
    assert [_traced(compose, more, homes, home) for home in homes] == [api, other]


BOT = {
    "pyproject.toml": '[project]\nname = "bot"\ndependencies = ["langgraph"]\n'
    '[project.urls]\nSource = "https://github.com/acme/bot"\n'
}
ONE = "services:\n  app:\n    build: .\n{}  flow:\n    image: langflowai/langflow:1.0\n{}"


@pytest.mark.parametrize(
    ("compose", "more", "traced"),
    [
        (ONE.format("", ON), {}, False),
        (ONE.format(ON, ""), {}, True),
        (ONE.format("", NAMED), {"named.env": SAYS}, False),
        (ONE.format("", "    env_file: .env\n"), {".env": SAYS}, True),  # its code loads it, too
        (ONE.format("", ON).replace("langflowai/langflow", "acme/bot"), BOT, True),
        (ONE.format("", ON).replace("langflowai/langflow", "other/bot"), BOT, False),
        (ONE.format("", ON).replace("langflowai/langflow", "acme/robot"), BOT, False),
        ("services:\n  flow:\n    image: langflow\n" + NAMED, {"named.env": SAYS}, False),
    ],
)
def test_settings_of_a_program_of_somebody_else_are_nobodys(
    compose: str, more: dict[str, str], traced: bool
) -> None:
    assert _traced(compose, more, ("",), ".") is traced


HOME = "services:\n  app:\n    build: {}\n{}"
ARGS = "{{context: ., args: {{LANGSMITH_TRACING: 'true'}}{}}}"
STAGES = (
    "FROM python:3.12 AS first\n{}COPY . .\n"
    "FROM {} AS second\n{}COPY --from=first /a /a\nCOPY . .\n"
)
TOLD = "ENV LANGSMITH_TRACING=true\n"


@pytest.mark.parametrize(
    ("compose", "build", "traced"),
    [
        (HOME.format(".", ON), "FROM python:3.12\nCOPY . .\n", True),
        (HOME.format(".", ON.replace("environment", "labels")), "", False),
        (HOME.format(".", ON.replace("environment", "annotations")), "", False),
        (HOME.format(".", "    x-off:\n" + ON.replace("  ", "    ")), "", False),
        (HOME.format(ARGS.format(""), ""), "FROM python:3.12\nCOPY . .\n", False),
        (HOME.format(ARGS.format(""), ""), "ARG LANGSMITH_TRACING\nCOPY . .\n", False),
        (
            HOME.format(ARGS.format(""), ""),
            "FROM python:3.12\nARG LANGSMITH_TRACING\nENV LANGSMITH_TRACING=$LANGSMITH_TRACING\n",
            True,
        ),
        ("", "FROM python:3.12\nARG LANGSMITH_TRACING=true\nCOPY . .\n", False),
        ("", "FROM python:3.12\nARG A=b\nENV LANGSMITH_TRACING=true\nCOPY . .\n", True),
        (
            "",
            "FROM python:3.12\nARG LANGSMITH_TRACING=true\n"
            "ENV LANGSMITH_TRACING=${LANGSMITH_TRACING}\nCOPY . .\n",
            True,
        ),
        (HOME.format(".", "    environment: [LANGSMITH_TRACING=]\n"), "FROM a\n" + TOLD, False),
        (HOME.format(".", "    environment: [LANGSMITH_TRACING]\n"), "FROM a\n" + TOLD, True),
        ("", STAGES.format("", "first", TOLD), True),
        ("", STAGES.format(TOLD, "first", ""), True),
        ("", STAGES.format(TOLD, "python:3.12-slim", ""), False),
        (HOME.format("{context: ., target: first}", ""), STAGES.format("", "first", TOLD), False),
        (HOME.format("{context: ., target: first}", ""), STAGES.format(TOLD, "a", ""), True),
        (HOME.format("{context: ., target: $STAGE}", ""), STAGES.format(TOLD, "a", ""), True),
    ],
)
def test_settings_that_reach_no_process_are_none(compose: str, build: str, traced: bool) -> None:
    more = {"Dockerfile": build or "FROM python:3.12\nCOPY . .\n"}
    assert _traced(compose, more, ("",), ".") is traced


@pytest.mark.parametrize(
    ("name", "compose", "traced"),
    [
        ("Dockerfile.dev", "", False),
        ("Dockerfile.prod", "", True),
        ("Dockerfile.dev", HOME.format("{context: ., dockerfile: Dockerfile.dev}", ""), True),
    ],
)
def test_a_build_file_for_trials_sets_nothing_unless_it_is_built(
    name: str, compose: str, traced: bool
) -> None:
    told = {name: "FROM python:3.12\nENV LANGSMITH_TRACING=true\nCOPY . .\n"}
    assert _traced(compose, told, ("",), ".") is traced


@pytest.mark.parametrize(("name", "kept"), [("VITE_API", True), ("API", False)])
def test_what_a_bundler_bakes_in_outlasts_its_stage(name: str, kept: bool) -> None:
    build = STAGES.format(f"ENV {name}=/api\n", "nginx:1.24", "")
    given = {"files": {**GRAPH, "Dockerfile": build}, "path": "."}
    assert bool(list(testing.component(given).code.set(name))) is kept
