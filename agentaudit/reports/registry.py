"""Which reports there are, by the name of their format."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from msgspec import Struct

from agentaudit.errors import PluginError
from agentaudit.reports.view import View
from agentaudit.score.scorecard import Scorecard


class Report(Struct, frozen=True):
    """One format."""

    name: str
    draw: Callable[[Scorecard, View], str | bytes]
    suffix: str = ""
    """File names that end in it get this format; empty: only `name:FILE` does."""
    package: str = "agentaudit"

    def render(self, card: Scorecard, view: View) -> bytes:
        """UTF-8. Raises PluginError when a plug-in does not return text."""
        drawn = self.draw(card, view)
        if isinstance(drawn, str):
            return drawn.encode("utf-8", "backslashreplace")
        if isinstance(drawn, bytes):
            return drawn
        raise PluginError(
            f"report {self.name!r} of {self.package} returned {type(drawn).__name__}, not text",
            hint="upgrade or uninstall the plug-in, or pass --no-plugins",
        )


def builtin() -> dict[str, Report]:
    """Reports of this package, by name."""
    reports = (
        Report("html", _html, ".html"),
        Report("badge", _written("badge", "svg"), ".svg"),
        Report("codequality", _written("codequality"), ".codequality.json"),
        Report("comment", _written("markdown", "comment")),
        Report("csv", _written("table"), ".csv"),
        Report("github", _written("github")),
        Report("in-toto", _written("statement"), ".intoto.json"),
        Report("json", _json, ".json"),
        Report("junit", _written("junit"), ".junit.xml"),
        Report("markdown", _written("markdown"), ".md"),
        Report("plain", _plain, ".txt"),
        Report("sarif", _written("sarif"), ".sarif"),
        Report("shields", _written("badge", "shields"), ".badge.json"),
        Report("terminal", _terminal),
    )
    return {report.name: report for report in reports}


def installed(*, plugins: bool) -> dict[str, Report]:
    """All reports by name. Raises PluginError for a plug-in that cannot be loaded."""
    found = builtin()
    if plugins:
        from agentaudit.plugins import load

        for name, function in load("reports", found).items():
            found[name] = Report(name, _of_plugin(function), f".{name}", "a plug-in")
    return found


def _of_plugin(function: Callable[[Scorecard], str]) -> Callable[[Scorecard, View], str]:
    return lambda card, view: function(card)


def _html(card: Scorecard, view: View) -> str:
    from agentaudit.reports import html

    return html.render(card, view)


def _written(module: str, name: str = "render") -> Callable[[Scorecard, View], str | bytes]:
    """A function of one of our modules, which is loaded when it is called."""

    def draw(card: Scorecard, view: View) -> str | bytes:
        found: Callable[[Scorecard, View], str | bytes] = getattr(
            import_module(f"agentaudit.reports.{module}"), name
        )
        return found(card, view)

    return draw


def _json(card: Scorecard, view: View) -> bytes:
    from agentaudit.score.scorecard import scorecard_json

    return scorecard_json(card)


def _plain(card: Scorecard, view: View) -> str:
    from agentaudit.reports import plain

    return plain.render(card, view)


def _terminal(card: Scorecard, view: View) -> str:
    from agentaudit.reports import terminal

    return terminal.render(card, view)
