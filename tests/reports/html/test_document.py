"""One file that asks for nothing and runs nothing, whatever stands in the audit."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentaudit.reports import View, builtin
from agentaudit.reports.html import LARGEST
from agentaudit.reports.html import document as document_module
from agentaudit.reports.method import UNDETECTABLE
from agentaudit.score import Scorecard, scorecard_json
from agentaudit.score import read as read_json
from agentaudit.score.dimension import CriterionScore
from tests.reports.audits import troubled
from tests.reports.html.cards import CARDS, EVIL, common, hostile, html, invoice_agents, large
from tests.reports.html.reading import read

PACKAGE = Path(document_module.__file__).parent
ALLOWED = frozenset(
    {
        *("html", "head", "meta", "title", "style", "body", "a", "header", "p", "nav", "fieldset"),
        *("legend", "input", "label", "main", "section", "h1", "h2", "h3", "figure", "figcaption"),
        *("ul", "ol", "li", "dl", "dt", "dd", "div", "span", "b", "code", "pre", "q", "small"),
        *("strong", "table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary"),
        *("footer", "data", "time", "svg", "symbol", "use", "circle", "path", "rect", "line"),
        *("polygon", "polyline", "text", "tspan"),
    }
)


@pytest.mark.parametrize("name", list(CARDS))
@pytest.mark.parametrize("printable", [False, True])
def test_nothing_runs_and_nothing_is_asked_for(name: str, printable: bool) -> None:
    page = html(CARDS[name](), printable=printable)
    assert page.startswith('<!doctype html>\n<html lang="en">')
    for element in read(page).walk():
        assert element.tag in ALLOWED | {""}, element.tag
        for key, text in element.attributes.items():
            assert key not in {"style", "srcset", "action", "formaction", "background"}
            assert not key.startswith("on"), key
            if key in {"href", "src"}:
                assert re.fullmatch(r"#[\w.-]+", text), text
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    assert "http" not in style[1].replace("data:", "")
    assert "@import" not in style[1]
    assert set(re.findall(r"url\((.{10})", style[1])) == {"data:font/"}


@pytest.mark.parametrize("name", list(CARDS))
def test_the_policy_admits_this_stylesheet_and_nothing_else(name: str) -> None:
    page = html(CARDS[name]())
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    meta = read(page).all("meta")[1]
    assert meta.attributes["http-equiv"] == "Content-Security-Policy"
    assert meta.attributes["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; font-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_hostile_text_is_text() -> None:
    page = html(hostile())
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("</style>") == 1
    assert "{{7*7}}" in page
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", page)
    assert "<script>window.owned=1</script>" in read(page).one("h1").text


def test_hostile_text_changes_no_structure() -> None:
    tame, evil = read(html(common())), read(html(hostile()))
    for id in ("dimensions", "ladder", "response"):
        assert len(evil.by_id(id).all("li")) == len(tame.by_id(id).all("li"))
        assert len(evil.by_id(id).all("tr")) == len(tame.by_id(id).all("tr"))


def test_the_name_of_the_system_cannot_leave_the_foot_of_the_page() -> None:
    card = common()
    run = card.run.model_copy(update={"system": '"}</style><script>x</script>\\'})
    page = html(card.model_copy(update={"run": run}))
    foot = re.search(r'@bottom-left\{content:"([^"]*)"', page)
    assert foot
    assert re.fullmatch(r"(\\[0-9a-f]{6})+", foot[1])


def test_only_numbers_and_drawings_are_marked_safe() -> None:
    for path in PACKAGE.rglob("*.j2"):
        text = path.read_text(encoding="utf-8")
        assert "|safe" not in text.replace(" ", ""), path
        assert "autoescape" not in text, path
    for path in PACKAGE.glob("*.py"):
        for call in re.findall(r"Markup\(([^'\"\s)][^)]*)\)", path.read_text(encoding="utf-8")):
            assert call in {"style", "drawing", "_SHAPES[state]"}, (path, call)


@pytest.mark.parametrize("name", list(CARDS))
def test_ids_are_unique_and_every_link_lands(name: str) -> None:
    page = read(html(CARDS[name]()))
    ids = [e.attributes["id"] for e in page.walk() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    links = {e.attributes["href"][1:] for e in page.walk() if "href" in e.attributes}
    lost = links - set(ids)
    assert name == "hostile" or not lost, lost


def test_the_same_json_gives_the_same_bytes() -> None:
    for make in CARDS.values():
        data = scorecard_json(make())
        again = read_json(data)
        assert html(again) == html(make())
        assert builtin()["html"].render(again, View()) == html(make()).encode()


def test_sizes() -> None:
    assert len(html(invoice_agents()).encode()) < 300_000
    assert len(html(common())) < 200_000
    assert len(html(large())) < 500_000
    assert len(html(hostile())) < LARGEST


def test_ten_more_criteria_still_fit() -> None:
    card = invoice_agents()
    more = iter(range(10))
    dimensions = tuple(
        d.model_copy(update={"criteria": (*d.criteria, *_again(d.criteria, more))})
        for d in card.dimensions
    )
    grown = card.model_copy(update={"dimensions": dimensions})
    added = sum(len(d.criteria) for d in dimensions) - sum(len(d.criteria) for d in card.dimensions)
    assert added == 10
    page = html(grown)
    assert len(page.encode()) < 300_000
    for criterion in (c for d in dimensions for c in d.criteria):
        row = read(page).by_id(f"c-{criterion.id}")
        assert bool(row.all("li", "rec")) == bool(criterion.findings)


def _again(criteria: tuple[CriterionScore, ...], more: Iterator[int]) -> list[CriterionScore]:
    return [
        c.model_copy(update={"id": f"{c.id}-{n}"}) for c, n in zip(criteria, more, strict=False)
    ]


def test_what_must_be_seen_is_on_the_page() -> None:
    """A crashed probe, absent sources, an expired waiver and one in force; page 1 says so too."""
    page = read(html(troubled()))
    first = page.by_id("verdict").text
    assert "The figures are incomplete. A probe crashed for GRD-05" in first
    assert "A waiver has expired for COD-03" in first
    unseen = page.by_id("unseen").text
    assert "No source of kind images or registry was read" in unseen
    assert "GRD-05 crashed for 1" in unseen
    rows = [row.text for row in page.by_id("method").all("tr")]
    assert any(row.startswith("COD-03") and "expired" in row for row in rows)
    assert any(row.startswith("RAG-06") and "expired" not in row for row in rows)
    assert "Crashed" in page.by_id("c-GRD-05").text
    assert "Waived" in page.by_id("c-RAG-06").text
    for words in UNDETECTABLE.values():
        assert words in page.by_id("method").text


def test_a_long_fix_is_cut_after_a_word_on_page_1() -> None:
    card = invoice_agents()
    words = "Keep the package databases of each image " * 4
    first = card.fixes[0].model_copy(update={"text": f"{words}: `so`"})
    page = html(card.model_copy(update={"fixes": (first, *card.fixes[1:])}))
    (said,) = re.findall(r"Next: <b>(.*?)</b>", page, re.DOTALL)
    assert read(said).text == "Keep the package databases of each image " * 2 + "Keep the package …"


def test_a_report_that_grows_too_large_leaves_examples_out_and_says_so() -> None:
    card = _heavy(large(), 12_000)
    page = html(card)
    assert len(page.encode()) <= LARGEST
    kept = len(read(page).by_id("evidence").all("li", "rec"))
    held = sum(len(c.findings) for d in card.dimensions for c in d.criteria)
    assert f"{held - kept:,} more stand in audit.json" in read(page).by_id("evidence").text
    assert 0 < kept < held


def _heavy(card: Scorecard, length: int) -> Scorecard:
    """The same audit with long messages."""
    dimensions = tuple(
        d.model_copy(
            update={
                "criteria": tuple(
                    c.model_copy(
                        update={
                            "findings": tuple(
                                f.model_copy(update={"message": "long " * (length // 5)})
                                for f in c.findings
                            )
                        }
                    )
                    for c in d.criteria
                )
            }
        )
        for d in card.dimensions
    )
    return card.model_copy(update={"dimensions": dimensions})


def test_printing_unfolds_everything() -> None:
    folded, unfolded = read(html(common())), read(html(common(), printable=True))
    assert not any("open" in e.attributes for e in folded.all("details"))
    assert all("open" in e.attributes for e in unfolded.all("details"))
    assert unfolded.text == folded.text


def test_fonts_come_with_their_licence() -> None:
    licence = (PACKAGE / "fonts" / "OFL.txt").read_text(encoding="utf-8")
    for font in (PACKAGE / "fonts").glob("*.woff2"):
        assert font.name in licence
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence


def test_jinja_is_not_loaded_before_it_is_needed() -> None:
    source = (PACKAGE.parent / "registry.py").read_text(encoding="utf-8")
    assert "\nfrom agentaudit.reports import html" not in source


def test_evil_is_what_it_says() -> None:
    assert EVIL in hostile().run.system
