"""Whether programs of Go log a stack beside their errors."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.finding import Outcome
from agentaudit.probes.telemetry.tracebacks_kept import tracebacks_kept

HEAD = (
    'package main\n\nimport (\n\t"log"\n\t"runtime/debug"\n\n\t"github.com/openai/openai-go"\n)\n\n'
    "func main() {\n\topenai.NewClient()\n\tdebug.SetGCPercent(100)\n}\n"
)
ROBOT = (
    "func robot{}() {{\n\tdefer func() {{\n\t\tif r := recover(); r != nil {{\n"
    "\t\t\tlog.Println({})\n"
    "\t\t}}\n\t}}()\n}}\n\nfunc init() {{ robot{}() }}\n"
)


def _robots(*given: str) -> str:
    return HEAD + "".join(ROBOT.format(n, each, n) for n, each in enumerate(given))


@pytest.mark.parametrize(
    "given", [["r, string(debug.Stack())"] * 3, ["r, string(debug.Stack())", "r"], ["r"] * 3]
)
def test_a_panic_is_no_error_of_a_model(given: list[str]) -> None:
    mod = "module x.io/a\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n"
    files = {"go.mod": mod, "main.go": _robots(*given)}
    answer = tracebacks_kept.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is Outcome.FAIL, answer.message


LOGGED = (
    'package main\n\nimport (\n\t"log/slog"\n\t"runtime/debug"\n\n'
    '\t"github.com/openai/openai-go"\n)\n\n'
    + (
        "func main() {{\n\topenai.NewClient()\n\terr := ask()\n\tif err != nil {{\n"
        '\t\tslog.Error("failed", "err", err{})\n\t}}\n}}\n'
    )
)
STACK = ', "stack", string(debug.Stack())'
RECOVERED = LOGGED.replace("err := ask()", "err := recover()")


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (LOGGED.format(STACK), Outcome.PASS),
        (LOGGED.format(""), Outcome.FAIL),
        (RECOVERED.format(STACK), Outcome.FAIL),
    ],
)
def test_errors_with_the_stack_of_who_logs_them(text: str, outcome: Outcome) -> None:
    mod = "module x.io/a\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n"
    given = {"component": {"files": {"go.mod": mod, "main.go": text}}}
    answer = tracebacks_kept.ask(testing.build(given))
    assert answer.outcome is outcome, answer.message


ADDED = (
    'package main\n\nimport (\n\t"github.com/openai/openai-go"\n\t"github.com/rs/zerolog"\n'
    '\t"github.com/rs/zerolog/log"\n\t"github.com/rs/zerolog/pkgerrors"\n)\n\n'
    "func main() {{\n\topenai.NewClient()\n\t{}\n\tif err := ask(); err != nil {{\n"
    '\t\tlog.Error(){}.Err(err).Msg("failed")\n\t}}\n}}\n'
)
TOLD = "zerolog.ErrorStackMarshaler = pkgerrors.MarshalStack"


@pytest.mark.parametrize(
    ("told", "added", "outcome"),
    [
        (TOLD, ".Stack()", Outcome.PASS),
        (TOLD, "", Outcome.FAIL),
        ("", ".Stack()", Outcome.FAIL),
        ("zerolog.ErrorStackMarshaler = nil", ".Stack()", Outcome.FAIL),
    ],
)
def test_zerolog_writes_the_stack_of_an_error_where_it_is_told_how(
    told: str, added: str, outcome: Outcome
) -> None:
    mod = (
        "module x.io/a\n\ngo 1.24\n\nrequire (\n\tgithub.com/openai/openai-go v1.8.0\n"
        "\tgithub.com/rs/zerolog v1.33.0\n)\n"
    )
    files = {"go.mod": mod, "main.go": ADDED.format(told, added)}
    answer = tracebacks_kept.ask(testing.build({"component": {"files": files}}))
    assert answer.outcome is outcome, answer.message
