"""Whether zap adds the stack of whoever reports an error."""

from __future__ import annotations

import pytest

from agentaudit import testing
from agentaudit.probes.telemetry.zap import stacked

MOD = "module x.io/a\n\ngo 1.24\n\nrequire github.com/openai/openai-go v1.8.0\n"
MAIN = (
    'package main\n\nimport (\n\t"github.com/openai/openai-go"\n\t"go.uber.org/zap"\n'
    '\t"x.io/a/logs"\n)\n\nfunc main() {{\n\topenai.NewClient()\n\tlogger, _ := {}\n{}}}\n'
)
ITSELF, OWN = ('\tlogger.Error("x", zap.Error(err))\n', '\tlogs.Log.Error("x", zap.Error(err))\n')
TRACED = "zap.New(core, zap.AddStacktrace(zapcore.{}Level))"


@pytest.mark.parametrize(
    ("made", "logged", "stacks"),
    [
        ("zap.NewProduction()", ITSELF * 4, True),
        ("zap.NewProduction()", ITSELF, False),
        ("zap.NewProduction()", "\treturn err\n" * 4, False),
        ("zap.NewProductionConfig().Build()", OWN * 3, True),
        ("zap.Config{DisableStacktrace: true}, zap.NewProduction()", OWN * 3, False),
        ("zapcore.EncoderConfig{StacktraceKey: zapcore.OmitKey}", OWN * 3, False),
        ("zap.New(core)", OWN * 3, False),
        (TRACED.format("Error"), OWN * 3, True),
        (TRACED.format("Fatal"), OWN * 3, False),
        ("zap.NewProduction(zap.AddStacktrace(zapcore.FatalLevel))", OWN * 3, False),
        ("zap.NewProduction(zap.AddStacktrace(zap.WarnLevel))", OWN * 3, True),
        ("zap.NewDevelopment(zap.AddStacktrace(level))", OWN * 3, False),
    ],
)
def test_whether_logs_of_zap_hold_stacks(made: str, logged: str, stacks: bool) -> None:
    given = {"files": {"go.mod": MOD, "main.go": MAIN.format(made, logged)}}
    found = stacked(testing.repository(given), testing.component(given))
    assert (found.place.line if found else None) == (11 if stacks else None)


@pytest.mark.parametrize(("name", "stacks"), [("quiet.go", False), ("quiet_test.go", True)])
def test_another_file_may_leave_stacks_out(name: str, stacks: bool) -> None:
    quiet = "package main\n\nfunc quiet(c *zap.Config) { c.DisableStacktrace = true }\n"
    main = MAIN.format("zap.NewProductionConfig().Build()", OWN * 3)
    given = {"files": {"go.mod": MOD, "main.go": main, name: quiet}}
    found = stacked(testing.repository(given), testing.component(given))
    assert (found is not None) is stacks
