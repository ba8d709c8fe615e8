"""Ways of hiding that no audit can see: each is shown to work, and the method section says it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from agentaudit.reports.method import UNDETECTABLE
from agentaudit.score.standing import Standing
from agentaudit.sources.git import open_repos
from agentaudit.sources.traces.assemble import Trace
from agentaudit.span import Kind, Resource, Span
from tests import dialects
from tests.laws.hiding import again
from tests.laws.stories import Story
from tests.laws.systems import PRACTICES
from tests.laws.worlds import Scene, System
from tests.scanning import repository
from tests.score.worlds import figures

Pair = tuple[Standing, Standing]
"""Before and after."""
CALL = "chat "


def _edited(story: Story, edit: Callable[[Span], Span]) -> Story:
    trace = Trace(story.trace.trace_id, [edit(s) for s in story.trace.spans], story.trace.logs)
    return Story(story.id, story.name, trace, story.context, story.series)


def _asked(system: System, *stories: Story) -> Standing:
    return system.whole.standing([system.whole.asked(story) for story in stories])


def deleted(system: System, path: Path) -> Pair:
    """The trace of the poor response is gone."""
    good, poor = system.story("gen_ai complete"), system.story("gen_ai bare")
    return _asked(system, good, poor), _asked(system, good)


def unmarked(system: System, path: Path) -> Pair:
    """A model call without any fact no longer looks like one."""

    def emptied(span: Span) -> Span:
        return again(span, attributes={}) if span.name.startswith(CALL) else span

    def anonymous(span: Span) -> Span:
        if not span.name.startswith(CALL):
            return span
        made = again(span, name="work", scope="", attributes={})
        assert made.kind is Kind.OTHER
        return made

    story = system.story("gen_ai complete")
    return _asked(system, _edited(story, emptied)), _asked(system, _edited(story, anonymous))


def hosted(system: System, path: Path) -> Pair:
    """An adapted model without its adapter's version claims to be a provider's."""

    def elsewhere(span: Span) -> Span:
        if span.kind is not Kind.LLM:
            return span
        return again(span, attributes={**span.attributes, "server.address": "api.openai.com"})

    story = system.story("gen_ai adapted")
    return _asked(system, story), _asked(system, _edited(story, elsewhere))


def undeclared(system: System, path: Path) -> Pair:
    """The repository without any practice is left out of the configuration."""
    repository(path / "good", {**dialects.REPOSITORY, **PRACTICES})
    repository(path / "poor", {"pyproject.toml": dialects.REPOSITORY["pyproject.toml"]})
    found = []
    for uris in (["good", "poor"], ["good"]):
        with open_repos(uris, path) as repo:
            sources = replace(system.whole.sources, traces=None, repo=repo)
            found.append(Scene(system.whole.request, sources, ()).standing(()))
    return found[0], found[1]


def believed(system: System, path: Path) -> Pair:
    """A service that records no commit records that of another one."""
    commit = "vcs.ref.head.revision"

    def silent(span: Span) -> Span:
        held = span.resource.attributes or {}
        return again(span, resource=Resource({k: v for k, v in held.items() if k != commit}))

    story = system.story("gen_ai complete")
    return _asked(system, _edited(story, silent)), _asked(system, story)


WAYS: dict[str, Callable[[System, Path], Pair]] = {
    "traces": deleted,
    "markers": unmarked,
    "hosting": hosted,
    "repositories": undeclared,
    "values": believed,
}


def test_every_way_has_its_sentence() -> None:
    assert WAYS.keys() == UNDETECTABLE.keys()
    for text in UNDETECTABLE.values():
        assert text.endswith(".")
        assert len(text) < 240


@pytest.mark.parametrize("way", WAYS)
def test_what_cannot_be_detected(way: str, systems: tuple[System, System], tmp_path: Path) -> None:
    before, after = map(figures, WAYS[way](systems[0], tmp_path))
    assert any(after[name] > before[name] for name in ("score", "full", "share"))
