"""Which reports there are."""

from __future__ import annotations

import pytest

from agentaudit.errors import PluginError
from agentaudit.reports import Report, View, builtin, installed
from agentaudit.score import Scorecard
from tests.reports.example import card


def test_every_format_has_its_own_name_and_suffix() -> None:
    suffixes = [report.suffix for report in builtin().values() if report.suffix]
    assert sorted(builtin()) == ["html", "json", "plain", "terminal"]
    assert len(suffixes) == len(set(suffixes))


def test_a_plugin_is_a_function_of_the_scorecard(monkeypatch: pytest.MonkeyPatch) -> None:
    def badge(found: Scorecard) -> str:
        return f"{found.reconstructable.full} of {found.reconstructable.total}"

    monkeypatch.setattr("agentaudit.plugins.load", lambda group, taken: {"badge": badge})
    report = installed(plugins=True)["badge"]
    assert report.suffix == ".badge"
    assert report.render(card(), View()) == b"61 of 100"
    assert "badge" not in installed(plugins=False)


def test_a_plugin_that_returns_no_text_is_named() -> None:
    report = Report("badge", lambda found, view: 42, package="acme 1.0")  # type: ignore[arg-type, return-value]  # the mistake
    with pytest.raises(PluginError, match=r"'badge' of acme 1\.0 returned int"):
        report.render(card(), View())
