"""Templates of Azure that monitor nothing unless somebody switches on what is off by default."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.parse.bicep import false_by_default, true_by_default, unset
from agentaudit.probes.telemetry.memory_measured import memory_measured

APP = {
    "requirements.txt": "openai==1.93.0\nazure-monitor-opentelemetry==1.8.2\n",
    "app.py": "from azure.monitor.opentelemetry import configure_azure_monitor\n"
    "from openai import OpenAI\nconfigure_azure_monitor()\nOpenAI()\n",
}
MAIN = (
    "param monitored bool = {0}\nmodule insights 'insights.bicep' = {1}{{\n}}\n"
    "resource app 'Microsoft.App/containerApps@2024-03-01' = {{\n  env: [\n    {{\n"
    "      name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'\n      value: {2}\n    }}\n  ]\n}}\n"
)
CHOSEN = "monitored ? insights!.outputs.connectionString : ''"
OUTPUT = "insights!.outputs.connectionString"
IF = "if (monitored) "
SITE = (
    "param kept array?\nresource app 'Microsoft.Web/sites@2022-03-01' = {\n  name: 'api'\n}\n"
    "resource figures 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = [\n"
    "  for (each, index) in (kept ?? []): {\n    scope: app\n    properties: {\n"
    "      metrics: [for group in [{ category: 'AllMetrics' }]: { category: group.category }]\n"
    "    }\n  }\n]\n"
)
USES = "param monitored bool = false\nmodule app 'site.bicep' = {{\n  params: {{\n{0}  }}\n}}\n"


def _measured(files: dict[str, str]) -> Outcome:
    given = {"files": files}
    asked = {"repo": testing.repository(given), "component": testing.component(given)}
    return memory_measured.ask(asked).outcome


@pytest.mark.parametrize(
    ("template", "more", "outcome"),
    [
        (MAIN.format("true", "", CHOSEN), "", Outcome.PASS),
        (MAIN.format("false", "", CHOSEN), "", Outcome.FAIL),
        (MAIN.format("false", IF, OUTPUT), "", Outcome.FAIL),
        (MAIN.format("true", IF, OUTPUT), "", Outcome.PASS),
        (MAIN.format("false", "", OUTPUT), "", Outcome.PASS),
        (
            MAIN.format("false", "", CHOSEN.replace(" ? ", "\n        ? ").replace(" : ", "\n : ")),
            "",
            Outcome.FAIL,
        ),
        (
            MAIN.format("false", "", CHOSEN),
            '{"parameters": {"monitored": {"value": true}}}',
            Outcome.PASS,
        ),
        (
            MAIN.format("false", "", CHOSEN),
            '{"parameters": {"monitored": {"value": "${MONITORED=false}"}}}',
            Outcome.FAIL,
        ),
    ],
)
def test_an_address_that_is_empty_unless_asked(template: str, more: str, outcome: Outcome) -> None:
    files = {"infra/main.bicep": template, "infra/main.parameters.json": more or "{}"}
    assert _measured(APP | files) is outcome


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (("false",), Outcome.FAIL),
        (("true",), Outcome.PASS),
        (("false", "true"), Outcome.PASS),
        (("false", "false"), Outcome.FAIL),
        ((), Outcome.PASS),
    ],
)
def test_what_deploys_it_switches_it_off(said: tuple[str, ...], outcome: Outcome) -> None:
    files = {"infra/main.bicep": MAIN.format("true", "", CHOSEN)}
    for number, value in enumerate(said):
        text = f"using 'main.bicep'\nparam monitored = {value}\n"
        files[f"infra/main{number}.bicepparam"] = text
    assert _measured(APP | files) is outcome


@pytest.mark.parametrize(
    ("handed", "outcome"),
    [
        ("    kept: [{ workspaceResourceId: logs.id }]\n", Outcome.PASS),
        ("    kept: monitored ? [{ workspaceResourceId: logs.id }] : null\n", Outcome.FAIL),
        ("    name: 'api'\n", Outcome.FAIL),
    ],
)
def test_figures_that_nobody_asks_to_keep(handed: str, outcome: Outcome) -> None:
    files = {"infra/site.bicep": SITE, "infra/main.bicep": USES.format(handed)}
    code = {
        "requirements.txt": "openai==1.93.0\n",
        "app.py": "from openai import OpenAI\nOpenAI()\n",
    }
    assert _measured(code | files) is outcome


def test_a_module_hands_on_what_it_is_handed() -> None:
    between = (
        "param kept array?\nmodule site 'site.bicep' = {\n  params: {\n    kept: kept\n  }\n}\n"
    )
    main = "module web 'web.bicep' = {\n  params: {\n    kept: [{ id: logs.id }]\n  }\n}\n"
    files = {"infra/site.bicep": SITE, "infra/web.bicep": between, "infra/main.bicep": main}
    code = {
        "requirements.txt": "openai==1.93.0\n",
        "app.py": "from openai import OpenAI\nOpenAI()\n",
    }
    assert _measured(code | files) is Outcome.PASS


INLINE = (
    "param on bool = {}\nresource kept 'Microsoft.Insights/components@2020-02-02' = if ({}) {{\n"
    "  name: 'kept'\n}}\nresource app 'Microsoft.App/containerApps@2024-03-01' = {{\n"
    "  env: [ {{ name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: {} }} ]\n}}\n"
)


@pytest.mark.parametrize(
    ("default", "condition", "value", "empty"),
    [
        ("false", "on", "on ? kept.properties.a : ''", True),
        ("true", "on", "on ? kept.properties.a : ''", False),
        ("false", "x && on", "x && on ? kept.properties.a : ''", True),
        ("true", "x && on", "x && on ? kept.properties.a : ''", False),
        ("true", "!on", "!on ? kept.properties.a : ''", True),
        ("false", "!on", "!on ? kept.properties.a : ''", False),
        ("true", "!on", "on ? '' : kept.properties.a", True),
        ("false", "!on", "on ? '' : kept.properties.a", False),
        ("false", "on", "kept.properties.a", True),
    ],
)
def test_a_variable_in_one_line(default: str, condition: str, value: str, empty: bool) -> None:
    text = INLINE.format(default, condition, value)
    off = false_by_default(text) | {f"!{name}" for name in true_by_default(text)}
    assert bool(unset(text, off)) is empty


GIVEN = "env: [\n  {{\n    name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'\n    value: {}\n  }}\n]\n"
MADE = GIVEN.format("kept.a")


@pytest.mark.parametrize(
    ("text", "empty"),
    [
        ("var a = on ? kept.a : ''\n" + GIVEN.format("a"), True),
        ("var a = on ? kept.a : ''\n" + GIVEN.format("kept.a"), False),
        ("var a = kept.a\n" + GIVEN.format("a"), False),
        ("var a = on\n  ? kept.a\n  : ''\n" + GIVEN.format("a"), True),
        ("var a = b\nvar b = on\n" + GIVEN.format("a ? kept.a : ''"), True),
        ("var a = !on\n" + GIVEN.format("a ? kept.a : ''"), False),
        ("var a = !on\n" + GIVEN.format("!a ? kept.a : ''"), True),
        ("var a = on && b\n" + GIVEN.format("a ? kept.a : ''"), True),
        ("var a = on || b\n" + GIVEN.format("a ? kept.a : ''"), False),
        ("var a = false\n" + GIVEN.format("a ? kept.a : ''"), True),
        ("var a = true\n" + GIVEN.format("a ? kept.a : ''"), False),
        ("param stage string = 'dev'\n" + GIVEN.format("stage == 'prod' ? kept.a : ''"), True),
        ("param stage string = 'prod'\n" + GIVEN.format("stage == 'prod' ? kept.a : ''"), False),
        ("param stage string\n" + GIVEN.format("stage == 'prod' ? kept.a : ''"), False),
        ("param stage string = 'dev'\n" + GIVEN.format("stage != 'dev' ? kept.a : ''"), True),
        (
            "param stage string = 'dev'\nvar a = (stage =~ 'Prod')\n" + GIVEN.format("a ? b : ''"),
            True,
        ),
        (MADE.replace("env: [", "env: concat(others, on ? [").replace("]\n", "] : [])\n"), True),
        (MADE.replace("env: [", "env: concat(others, !on ? [").replace("]\n", "] : [])\n"), False),
        (MADE.replace("env: [", "var more = on ? [").replace("]\n", "] : []\n"), True),
    ],
)
def test_a_condition_may_stand_in_a_variable_or_compare_a_text(text: str, empty: bool) -> None:
    text = f"param on bool = false\n{text}"
    off = false_by_default(text) | {f"!{name}" for name in true_by_default(text)}
    assert bool(unset(text, off)) is empty
