"""Facts become changes, and no gain is lost or told twice."""

from __future__ import annotations

import pytest

from agentaudit.reports import View, builtin
from agentaudit.reports.changes import stages
from tests.reports.html.cards import CARDS, invoice_agents, repository_only


@pytest.mark.parametrize("name", ["example", "common", "repository", "large", "crashed"])
def test_every_fix_is_in_one_change_and_gains_add_up(name: str) -> None:
    card = CARDS[name]()
    found = stages(card)
    numbers = [n for stage in found for change in stage.changes for n, _ in change.fixes]
    assert sorted(numbers) == list(range(len(card.fixes)))
    full = card.reconstructable.full
    for stage in found:
        full += stage.gain
        assert stage.full == full
    assert full == card.reconstructable.full + sum(fix.gain_responses for fix in card.fixes)
    for what in ("links", "points"):
        total = sum(getattr(fix, f"gain_{what}") for fix in card.fixes)
        told = sum(getattr(change, what) for stage in found for change in stage.changes)
        assert told == pytest.approx(total)


def test_a_stage_holds_what_its_gain_rests_on() -> None:
    """Everything before the gain on the path stands in its stage, in one above it, or completes
    no response wherever it stands."""
    card = invoice_agents()
    made: set[int] = set()
    for stage in stages(card):
        made |= {n for change in stage.changes for n, _ in change.fixes}
        if stage.gain:
            assert card.fixes[stage.last].gain_responses == stage.gain
            left = set(range(stage.last)) - made
            assert not any(card.fixes[n].completes_with for n in left)


def test_one_text_is_told_once_in_a_stage() -> None:
    for stage in stages(invoice_agents()):
        texts = [change.text for change in stage.changes]
        assert len(texts) == len(set(texts))


def test_one_change_names_its_facts_and_places() -> None:
    changes = [c for stage in stages(invoice_agents()) for c in stage.changes]
    words = [c.missing() for c in changes]
    assert "process.memory missing in erp-gateway, procedure-search" in words
    assert "env.name, service.version missing in invoice-intake" in words


def test_without_responses_each_change_stands_alone() -> None:
    assert all(len(stage.changes) == 1 for stage in stages(repository_only()))


@pytest.mark.parametrize("name", ["common", "example"])
def test_terminal_html_and_markdown_tell_the_same_stages(name: str) -> None:
    card = CARDS[name]()
    drawn = {
        name: " ".join(builtin()[name].render(card, View(verbosity=1)).decode().split())
        for name in ("terminal", "html", "markdown")
    }
    for number, stage in enumerate(stages(card)):
        title = stage.title.replace("`", "")
        told = drawn["terminal"].replace("`", "")
        assert (
            f"+{stage.gain:,} to {stage.full:,} of {card.reconstructable.total:,} {title}" in told
        )
        if stage.gain:
            assert f'_responses">{stage.gain:,}</data>' in drawn["html"]
        if number < 3:
            assert f"**+{stage.gain:,}** to {stage.full:,} of" in drawn["markdown"]
