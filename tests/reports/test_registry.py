"""Which reports there are."""

from __future__ import annotations

import pytest

from agentaudit.errors import PluginError
from agentaudit.reports import Report, View, builtin, installed
from agentaudit.score import Scorecard
from tests.reports.example import card


def test_every_format_has_its_own_name_and_suffix() -> None:
    suffixes = [report.suffix for report in builtin().values() if report.suffix]
    machine = {"badge", "codequality", "comment", "csv", "github", "in-toto", "junit"}
    machine |= {"json", "markdown", "sarif", "shields"}
    assert set(builtin()) == {*machine, "html", "plain", "terminal"}
    assert len(suffixes) == len(set(suffixes))


def test_a_plugin_is_a_function_of_the_scorecard(monkeypatch: pytest.MonkeyPatch) -> None:
    def mark(found: Scorecard) -> str:
        return f"{found.reconstructable.full} of {found.reconstructable.total}"

    monkeypatch.setattr("agentaudit.plugins.load", lambda group, taken: {"mark": mark})
    report = installed(plugins=True)["mark"]
    assert report.suffix == ".mark"
    assert report.render(card(), View()) == b"61 of 100"
    assert "mark" not in installed(plugins=False)


def test_a_plugin_that_returns_no_text_is_named() -> None:
    report = Report("mark", lambda found, view: 42, package="acme 1.0")  # type: ignore[arg-type, return-value]  # the mistake
    with pytest.raises(PluginError, match=r"'mark' of acme 1\.0 returned int"):
        report.render(card(), View())
